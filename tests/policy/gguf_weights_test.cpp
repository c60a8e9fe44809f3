#include "policy/gguf_weights.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "base/files.h"
#include "tests/policy/gguf_builder.h"
#include "tests/policy/golden.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<float> dequantized(GgufType type, std::vector<uint8_t> block, int64_t count) {
  const GgufTensor tensor{"w", {count}, type, block};
  const at::Tensor out = dequantize_gguf(tensor, "x.gguf");
  return {out.const_data_ptr<float>(), out.const_data_ptr<float>() + out.numel()};
}

TEST(GgufWeights, DequantizesQ4Blocks) {
  std::vector<uint8_t> block = {0x00, 0x38};  // d = 0.5
  block.resize(18, 0x88);                     // 8 stands for 0
  block[2] = 0x1F;                            // value 0: 15, value 16: 1
  block[17] = 0x0A;                           // value 15: 10, value 31: 0
  std::vector<float> expected(32, 0.0f);
  expected[0] = 3.5f;
  expected[16] = -3.5f;
  expected[15] = 1.0f;
  expected[31] = -4.0f;
  EXPECT_EQ(dequantized(GgufType::Q4_0, block, 32), expected);
}

TEST(GgufWeights, DequantizesQ4BlocksWithAMinimum) {
  std::vector<uint8_t> block = {0x00, 0x40, 0x00, 0xBC};  // d = 2, m = -1
  block.resize(20, 0x00);
  block[4] = 0x1F;
  std::vector<float> expected(32, -1.0f);
  expected[0] = 29.0f;
  expected[16] = 1.0f;
  EXPECT_EQ(dequantized(GgufType::Q4_1, block, 32), expected);
}

TEST(GgufWeights, DequantizesQ8BlocksAsSignedBytes) {
  std::vector<uint8_t> block = {0x00, 0x34};  // d = 0.25
  block.resize(68, 0x00);
  block[2] = 0x80;   // -128
  block[33] = 0x7F;  // 127, the last of the first block
  block[35] = 0x40;  // the second block has d = 2
  block[36] = 0xFF;  // -1
  std::vector<float> expected(64, 0.0f);
  expected[0] = -32.0f;
  expected[31] = 31.75f;
  expected[32] = -2.0f;
  EXPECT_EQ(dequantized(GgufType::Q8_0, block, 64), expected);
}

TEST(GgufWeights, ReadsUnquantizedTypes) {
  EXPECT_THAT(dequantized(GgufType::F16, {0x00, 0x3E, 0x01, 0x00}, 2), ElementsAre(1.5f, 5.9604645e-8f));
  EXPECT_THAT(dequantized(GgufType::BF16, {0xC0, 0xBF, 0x80, 0x7F}, 2), ElementsAre(-1.5f, INFINITY));
  EXPECT_THAT(dequantized(GgufType::F32, {0x00, 0x00, 0x20, 0x40}, 1), ElementsAre(2.5f));
}

TEST(GgufWeights, OtherTypesAreNamed) {
  EXPECT_THAT(message_of<CheckpointError>([] { dequantized(GgufType::Q5_0, std::vector<uint8_t>(22), 32); }),
              HasSubstr("x.gguf: tensor w: type Q5_0 (6) is not supported"));
}

std::string bytes_of(const at::Tensor& tensor) {
  return {static_cast<const char*>(tensor.const_data_ptr()), static_cast<size_t>(tensor.nbytes())};
}

// llama.cpp's row order, written the other way round than the code under test: row 2i + j of a head is j Dh/2 + i.
at::Tensor interleaved(const at::Tensor& rows, int64_t num_heads) {
  const int64_t size = rows.size(0) / num_heads;
  std::vector<int64_t> order;
  for (int64_t head = 0; head < num_heads; ++head) {
    for (int64_t i = 0; i < size / 2; ++i) {
      for (int64_t j = 0; j < 2; ++j) order.push_back(head * size + j * size / 2 + i);
    }
  }
  at::Tensor out = at::zeros(rows.sizes());
  for (size_t i = 0; i < order.size(); ++i) out[static_cast<int64_t>(i)].copy_(rows[order[i]]);
  return out;
}

std::string gguf_name(const std::string& name) {
  if (name == "model.embed_tokens.weight") return "token_embd.weight";
  if (name == "model.norm.weight") return "output_norm.weight";
  if (name == "lm_head.weight") return "output.weight";
  static const std::vector<std::pair<std::string, std::string>> parts = {
      {"input_layernorm", "attn_norm"}, {"post_attention_layernorm", "ffn_norm"},
      {"self_attn.q_proj", "attn_q"},   {"self_attn.k_proj", "attn_k"},
      {"self_attn.v_proj", "attn_v"},   {"self_attn.o_proj", "attn_output"},
      {"mlp.gate_proj", "ffn_gate"},    {"mlp.up_proj", "ffn_up"},
      {"mlp.down_proj", "ffn_down"}};
  const size_t dot = name.find('.', 13);  // "model.layers.N"
  for (const auto& [hf, gguf] : parts) {
    const size_t at = name.find(hf);
    if (at != std::string::npos)
      return "blk" + name.substr(12, dot - 12) + "." + gguf + name.substr(at + hf.size());
  }
  return "?";
}

GgufBuilder metadata_of(const ModelConfig& config) {
  const std::string prefix = config.model_type + ".";
  GgufBuilder out;
  out.text("general.architecture", config.model_type);
  out.integer(prefix + "block_count", config.num_layers)
      .integer(prefix + "context_length", config.max_positions);
  out.integer(prefix + "embedding_length", config.hidden_size);
  out.integer(prefix + "feed_forward_length", config.intermediate_size);
  out.integer(prefix + "attention.head_count", config.num_heads);
  out.integer(prefix + "attention.head_count_kv", config.num_kv_heads);
  out.integer(prefix + "attention.key_length", config.head_dim);
  out.real(prefix + "attention.layer_norm_rms_epsilon", static_cast<float>(config.rms_norm_eps));
  out.real(prefix + "rope.freq_base", static_cast<float>(config.rope_theta));
  out.integer("tokenizer.ggml.eos_token_id", 2).integer("tokenizer.ggml.bos_token_id", 1);
  out.integer("tokenizer.ggml.padding_token_id", 0);
  return out;
}

// Adds the weights in the given type; vectors stay F32, as converters do.
void add_weights(GgufBuilder& out, const ModelFiles& files, GgufType type) {
  for (const auto& [name, tensor] : files.weights) {
    at::Tensor values = tensor;
    if (files.config.model_type == "llama" && name.ends_with("q_proj.weight")) {
      values = interleaved(values, files.config.num_heads);
    }
    if (files.config.model_type == "llama" && name.ends_with("k_proj.weight")) {
      values = interleaved(values, files.config.num_kv_heads);
    }
    const bool narrow = type == GgufType::BF16 && tensor.dim() == 2;
    out.tensor(gguf_name(name), tensor.sizes().vec(), narrow ? type : GgufType::F32,
               bytes_of(narrow ? values.to(at::kBFloat16) : values));
  }
}

// A toy model of tests/golden without rope scaling, which GGUF keeps elsewhere.
ModelFiles toy(const char* name) {
  ModelFiles files = load_hf_folder(golden_path(name));
  files.config.rope_factor = 0;
  files.config.rope_original_positions = ModelConfig().rope_original_positions;
  return files;
}

ModelFiles load(const GgufBuilder& builder) {
  TempFolder folder;
  write_file_durably(folder / "toy.gguf", builder.bytes());
  return load_gguf_model(GgufFile(folder / "toy.gguf"));
}

std::string error_of(const GgufBuilder& builder) {
  return message_of<CheckpointError>([&] { load(builder); });
}

void expect_same(const ModelFiles& a, const ModelFiles& b) {
  EXPECT_EQ(dump_json(model_config_to_hf(a.config, "float32")),
            dump_json(model_config_to_hf(b.config, "float32")));
  EXPECT_TRUE(a.config == b.config);
  ASSERT_EQ(a.weights.size(), b.weights.size());
  for (const auto& [name, tensor] : a.weights) EXPECT_TRUE(at::equal(tensor, b.weights.at(name))) << name;
}

TEST(GgufWeights, ALlamaComesBackInHuggingFacesRowOrder) {
  const ModelFiles files = toy("toy_llama");
  GgufBuilder builder = metadata_of(files.config);
  add_weights(builder, files, GgufType::F32);
  expect_same(load(builder), files);
}

TEST(GgufWeights, AQwen2ComesBackWithBiasesAndWithoutReordering) {
  const ModelFiles files = toy("toy_qwen2");
  GgufBuilder builder = metadata_of(files.config);
  add_weights(builder, files, GgufType::BF16);
  expect_same(load(builder), files);
}

// As llama.cpp's converter computes rope_freqs.weight, by wavelength.
at::Tensor llama3_rope_factors(double base, int64_t size, double factor, double original) {
  at::Tensor out = at::zeros({size / 2});
  for (int64_t i = 0; i < size / 2; ++i) {
    const double wavelength = 2 * M_PI * std::pow(base, 2.0 * i / size);
    const double smooth = (original / wavelength - 1.0) / (4.0 - 1.0);
    const double value = wavelength < original / 4.0   ? 1
                         : wavelength > original / 1.0 ? factor
                                                       : 1 / ((1 - smooth) / factor + smooth);
    out[i].fill_(value);
  }
  return out;
}

TEST(GgufWeights, Llama3RopeScalingIsRecognisedByItsFactors) {
  ModelFiles files = toy("toy_llama");
  files.config.rope_theta = 500000;
  GgufBuilder builder = metadata_of(files.config);
  add_weights(builder, files, GgufType::F32);
  builder.tensor("rope_freqs.weight", {8}, GgufType::F32,
                 bytes_of(llama3_rope_factors(500000, 16, 32, 8192)));
  files.config.rope_factor = 32;
  expect_same(load(builder), files);
}

TEST(GgufWeights, OtherRopeFactorsAreRefused) {
  ModelFiles files = toy("toy_llama");
  files.config.rope_theta = 500000;
  GgufBuilder builder = metadata_of(files.config);
  add_weights(builder, files, GgufType::F32);
  builder.tensor("rope_freqs.weight", {8}, GgufType::F32,
                 bytes_of(llama3_rope_factors(500000, 16, 32, 4096)));
  EXPECT_THAT(error_of(builder), HasSubstr("rope_freqs.weight"));
}

TEST(GgufWeights, MetadataThatChangesTheArithmeticIsRefused) {
  const ModelFiles files = toy("toy_llama");
  auto base = [&] { return metadata_of(files.config); };
  EXPECT_THAT(error_of(GgufBuilder().text("general.architecture", "gemma")),
              HasSubstr("general.architecture=gemma"));
  EXPECT_THAT(error_of(base().integer("llama.expert_count", 8)), HasSubstr("llama.expert_count=8"));
  EXPECT_THAT(error_of(base().text("llama.rope.scaling.type", "yarn")), HasSubstr("rope.scaling.type=yarn"));
  EXPECT_THAT(error_of(base().real("llama.logit_scale", 2)), HasSubstr("llama.logit_scale"));
}

TEST(GgufWeights, SizesThatDisagreeAreRefused) {
  const ModelFiles files = toy("toy_llama");
  GgufBuilder builder = metadata_of(files.config).integer("llama.rope.dimension_count", 8);
  add_weights(builder, files, GgufType::F32);
  EXPECT_THAT(error_of(builder), HasSubstr("llama.rope.dimension_count=8, other metadata says 16"));
}

TEST(GgufWeights, UnknownMissingAndMisshapenTensorsAreNamed) {
  ModelFiles files = toy("toy_llama");
  GgufBuilder unknown = metadata_of(files.config);
  add_weights(unknown, files, GgufType::F32);
  unknown.tensor("blk.0.attn_q_norm.weight", {16}, GgufType::F32, std::string(64, '\0'));
  EXPECT_THAT(error_of(unknown), HasSubstr("tensor blk.0.attn_q_norm.weight is not supported"));

  files.weights["model.layers.0.self_attn.q_proj.weight"] = at::zeros({32, 32});
  GgufBuilder misshapen = metadata_of(files.config);
  add_weights(misshapen, files, GgufType::F32);
  EXPECT_THAT(error_of(misshapen), HasSubstr("q_proj.weight: shape [32, 32], the config wants [64, 32]"));

  files.weights.erase("model.layers.0.self_attn.q_proj.weight");
  GgufBuilder missing = metadata_of(files.config);
  add_weights(missing, files, GgufType::F32);
  EXPECT_THAT(error_of(missing), HasSubstr("q_proj.weight [64, 32] is missing"));
}

TEST(GgufWeights, EveryEndTokenIsAnEosId) {
  const ModelFiles files = toy("toy_llama");
  GgufBuilder builder = metadata_of(files.config);
  builder.integer("tokenizer.ggml.eot_token_id", 7).integer("tokenizer.ggml.eom_token_id", 2);
  add_weights(builder, files, GgufType::F32);
  EXPECT_EQ(load(builder).config.eos_token_ids, (std::vector<int64_t>{2, 7}));
}

TEST(GgufWeights, TheDemoModelEqualsGgufPysDequantisation) {
  const std::string path = demo_model_path();
  if (path.empty()) GTEST_SKIP() << "no demo model: run scripts/setup.sh or set R1_DEMO_MODEL";
  const ModelFiles files = load_gguf_model(GgufFile(path));
  EXPECT_EQ(files.config.rms_norm_eps, 1e-5) << "the short decimal, not the fp32 number";
  EXPECT_EQ(files.config.rope_theta, 100000);
  EXPECT_TRUE(files.config.tied_embeddings);
  EXPECT_EQ(files.config.eos_token_ids, std::vector<int64_t>{2});
  const Json golden = read_golden("smollm2/weights.json")["tensors"];
  ASSERT_EQ(files.weights.size(), golden.size());
  for (const auto& [name, expected] : golden.items()) {
    const at::Tensor& tensor = files.weights.at(name);
    EXPECT_EQ(tensor.sizes().vec(), expected["shape"].get<std::vector<int64_t>>()) << name;
    const double sum = tensor.to(at::kDouble).sum().item<double>(), scale = expected["abs_sum"].get<double>();
    EXPECT_NEAR(sum, expected["sum"].get<double>(), 1e-11 * scale) << name;  // order of a double sum
    for (size_t i = 0; i < expected["at"].size(); ++i) {
      EXPECT_EQ(tensor.const_data_ptr<float>()[expected["at"][i].get<int64_t>()],
                expected["values"][i].get<float>())
          << name;
    }
  }
}

}  // namespace
}  // namespace r1
