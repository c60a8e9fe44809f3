#include "policy/gguf_weights.h"

#include <ATen/ops/empty.h>
#include <c10/util/Half.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <map>
#include <numbers>
#include <set>
#include <string_view>

#include "base/errors.h"

namespace r1 {
namespace {

constexpr int64_t kBlock = 32;  // values in a block of every quantised type we read

[[noreturn]] void fail(const GgufFile& file, const std::string& what) {
  throw CheckpointError(fmt::format("{}: {}", file.path(), what));
}

float half_at(const uint8_t* bytes) {
  uint16_t bits;
  std::memcpy(&bits, bytes, sizeof bits);
  return c10::Half(bits, c10::Half::from_bits());
}

float bfloat16_at(const uint8_t* bytes) {
  uint16_t bits;
  std::memcpy(&bits, bytes, sizeof bits);
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

// Block layouts: a half scale d (Q4_1: and a half minimum m), then the quants q. In the 4-bit types byte i
// holds value i in its low half and value i + 16 in its high half.
void dequantize_q4_0(const uint8_t* block, float* out) {  // (q - 8) d
  const float scale = half_at(block);
  for (int i = 0; i < 16; ++i) {
    out[i] = static_cast<float>((block[2 + i] & 15) - 8) * scale;
    out[i + 16] = static_cast<float>((block[2 + i] >> 4) - 8) * scale;
  }
}

void dequantize_q4_1(const uint8_t* block,
                     float* out) {  // q d + m; q d is exact in fp32, so there is one rounding
  const float scale = half_at(block), minimum = half_at(block + 2);
  for (int i = 0; i < 16; ++i) {
    out[i] = static_cast<float>(block[4 + i] & 15) * scale + minimum;
    out[i + 16] = static_cast<float>(block[4 + i] >> 4) * scale + minimum;
  }
}

void dequantize_q8_0(const uint8_t* block, float* out) {  // q d, q signed
  const float scale = half_at(block);
  for (int i = 0; i < kBlock; ++i) out[i] = static_cast<float>(static_cast<int8_t>(block[2 + i])) * scale;
}

template <class Dequantize>
void for_each_block(const GgufTensor& tensor, int64_t block_bytes, int64_t values, float* out,
                    Dequantize dequantize) {
  check(static_cast<int64_t>(tensor.data.size()) == values / kBlock * block_bytes && values % kBlock == 0,
        "GgufFile hands out whole blocks");
  for (int64_t i = 0; i < values / kBlock; ++i)
    dequantize(tensor.data.data() + i * block_bytes, out + i * kBlock);
}

template <class Load>
void for_each_half(const GgufTensor& tensor, int64_t values, float* out, Load load) {
  check(static_cast<int64_t>(tensor.data.size()) == 2 * values, "GgufFile hands out whole tensors");
  for (int64_t i = 0; i < values; ++i) out[i] = load(tensor.data.data() + 2 * i);
}

const char* type_name(GgufType type) {
  switch (type) {
    case GgufType::Q5_0:
      return "Q5_0";
    case GgufType::Q5_1:
      return "Q5_1";
    default:
      return "unknown";
  }
}

// Metadata that is allowed to be there. What follows "<architecture>.".
const std::set<std::string_view>& known_keys() {
  static const std::set<std::string_view> keys = {
      // read below
      "block_count", "context_length", "embedding_length", "feed_forward_length", "attention.head_count",
      "attention.head_count_kv", "attention.key_length", "attention.value_length",
      "attention.layer_norm_rms_epsilon", "rope.dimension_count", "rope.freq_base", "rope.scaling.type",
      "vocab_size",
      // required to be off below
      "expert_count", "expert_used_count",
      // mean something only together with a rope scaling type, which is refused
      "rope.scaling.original_context_length", "rope.scaling.finetuned"};
  return keys;
}

// 1e-05 for the fp32 number nearest to it.
double short_decimal(double stored_as_float) {
  return std::stod(fmt::format("{}", static_cast<float>(stored_as_float)));
}

void refuse_other_arithmetic(const GgufFile& file, const std::string& prefix) {
  for (const auto& [key, value] : file.metadata()) {
    if (key.starts_with(prefix) && !known_keys().contains(std::string_view(key).substr(prefix.size()))) {
      fail(file, fmt::format("metadata {} is not supported: it may change the arithmetic", key));
    }
  }
  for (const char* name : {"expert_count", "expert_used_count"}) {
    const int64_t count = file.find_int(prefix + name).value_or(0);
    if (count != 0)
      fail(file, fmt::format("{}{}={}: mixtures of experts are not supported", prefix, name, count));
  }
  const std::string scaling = file.find_string(prefix + "rope.scaling.type").value_or("none");
  if (scaling != "none") fail(file, fmt::format("{}rope.scaling.type={}: not supported", prefix, scaling));
}

// The factors by which llama3 scaling divides each rotary frequency (see HF's _compute_llama3_parameters).
std::vector<double> llama3_factors(const ModelConfig& config) {
  std::vector<double> factors;
  for (int64_t i = 0; i < config.head_dim; i += 2) {
    const double frequency = std::pow(config.rope_theta, -static_cast<double>(i) / config.head_dim);
    const double turns = config.rope_original_positions * frequency / (2 * std::numbers::pi);
    const double low = config.rope_low_freq_factor, high = config.rope_high_freq_factor;
    const double smooth = std::clamp((turns - low) / (high - low), 0.0, 1.0);
    factors.push_back(1 / ((1 - smooth) / config.rope_factor + smooth));
  }
  return factors;
}

// GGUF keeps llama3 rope scaling as its finished factors. Llama 3.1 to 3.3 differ in `factor` alone, which is
// the largest of them; anything those parameters do not reproduce is refused.
void read_rope_factors(const GgufFile& file, ModelConfig& config) {
  const GgufTensor* tensor = file.find_tensor("rope_freqs.weight");
  if (!tensor) return;
  const at::Tensor stored = dequantize_gguf(*tensor, file.path());
  const float* factors = stored.const_data_ptr<float>();
  bool same = stored.numel() == config.head_dim / 2;
  if (same) {
    config.rope_factor = *std::max_element(factors, factors + stored.numel());
    const std::vector<double> expected = llama3_factors(config);
    for (size_t i = 0; i < expected.size(); ++i)
      same &= std::abs(factors[i] - expected[i]) <= 1e-4 * expected[i];
  }
  if (!same)
    fail(file,
         "tensor rope_freqs.weight is not Llama 3.1's rope scaling; use the model's Hugging Face folder");
}

void read_token_ids(const GgufFile& file, ModelConfig& config) {
  const std::string prefix = "tokenizer.ggml.";
  for (const char* name : {"eos_token_id", "eot_token_id", "eom_token_id"}) {
    const auto id = file.find_int(prefix + name);
    auto& ids = config.eos_token_ids;
    if (id && std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
  }
  config.bos_token_id = file.find_int(prefix + "bos_token_id").value_or(-1);
  config.pad_token_id = file.find_int(prefix + "padding_token_id").value_or(-1);
}

ModelConfig read_config(const GgufFile& file) {
  ModelConfig config;
  config.model_type = file.get_string("general.architecture");
  if (config.model_type != "llama" && config.model_type != "qwen2") {
    fail(file, fmt::format("general.architecture={}: supported are llama and qwen2", config.model_type));
  }
  const std::string prefix = config.model_type + ".";
  refuse_other_arithmetic(file, prefix);
  const GgufTensor* embedding = file.find_tensor("token_embd.weight");
  if (!embedding || embedding->shape.size() != 2)
    fail(file, "tensor token_embd.weight [vocabulary, width] is missing");
  config.vocab_size = embedding->shape[0];
  config.hidden_size = file.get_int(prefix + "embedding_length");
  config.intermediate_size = file.get_int(prefix + "feed_forward_length");
  config.num_layers = file.get_int(prefix + "block_count");
  config.num_heads = file.get_int(prefix + "attention.head_count");
  config.num_kv_heads = file.find_int(prefix + "attention.head_count_kv").value_or(config.num_heads);
  if (config.num_heads < 1) fail(file, fmt::format("{}attention.head_count={}", prefix, config.num_heads));
  config.head_dim =
      file.find_int(prefix + "attention.key_length").value_or(config.hidden_size / config.num_heads);
  config.max_positions = file.get_int(prefix + "context_length");
  config.rms_norm_eps = short_decimal(file.get_double(prefix + "attention.layer_norm_rms_epsilon"));
  if (file.has(prefix + "rope.freq_base"))
    config.rope_theta = short_decimal(file.get_double(prefix + "rope.freq_base"));
  config.tied_embeddings = file.find_tensor("output.weight") == nullptr;
  config.attention_bias = config.model_type == "qwen2";
  read_token_ids(file, config);
  validate(config, file.path());
  read_rope_factors(file, config);
  return config;
}

// Sizes that the file states twice.
void check_agreement(const GgufFile& file, const ModelConfig& config) {
  auto must_be = [&](const char* name, int64_t wanted) {
    const std::string key = fmt::format("{}.{}", config.model_type, name);
    const int64_t found = file.find_int(key).value_or(wanted);
    if (found != wanted) fail(file, fmt::format("{}={}, other metadata says {}", key, found, wanted));
  };
  must_be("vocab_size", config.vocab_size);
  must_be("attention.value_length", config.head_dim);
  must_be("rope.dimension_count", config.head_dim);
}

// Hugging Face's name for a tensor, "" for one we do not know.
std::string hf_name(const std::string& name) {
  static const std::map<std::string_view, std::string_view> whole = {
      {"token_embd.weight", "model.embed_tokens.weight"},
      {"output_norm.weight", "model.norm.weight"},
      {"output.weight", "lm_head.weight"}};
  static const std::map<std::string_view, std::string_view> in_layer = {
      {"attn_norm", "input_layernorm"}, {"ffn_norm", "post_attention_layernorm"},
      {"attn_q", "self_attn.q_proj"},   {"attn_k", "self_attn.k_proj"},
      {"attn_v", "self_attn.v_proj"},   {"attn_output", "self_attn.o_proj"},
      {"ffn_gate", "mlp.gate_proj"},    {"ffn_up", "mlp.up_proj"},
      {"ffn_down", "mlp.down_proj"}};
  if (auto at = whole.find(name); at != whole.end()) return std::string(at->second);
  const size_t first = name.find('.');
  const size_t second = first == std::string::npos ? first : name.find('.', first + 1);
  const size_t third = second == std::string::npos ? second : name.find('.', second + 1);
  if (third == std::string::npos || name.substr(0, first) != "blk") return "";
  auto at = in_layer.find(std::string_view(name).substr(second + 1, third - second - 1));
  if (at == in_layer.end()) return "";
  return fmt::format("model.layers.{}.{}{}", name.substr(first + 1, second - first - 1), at->second,
                     name.substr(third));
}

// llama.cpp stores each head's rows as (row 0, row half, row 1, row half + 1, ...); Hugging Face first one
// half, then the other. rows [H * Dh, ...].
at::Tensor undo_rotary_order(const at::Tensor& rows, int64_t num_heads) {
  std::vector<int64_t> split = {num_heads, rows.size(0) / num_heads / 2, 2};
  split.insert(split.end(), rows.sizes().begin() + 1, rows.sizes().end());
  return rows.view(split).transpose(1, 2).reshape(rows.sizes());
}

}  // namespace

at::Tensor dequantize_gguf(const GgufTensor& tensor, const std::string& where) {
  at::Tensor out = at::empty(tensor.shape, at::TensorOptions().dtype(at::kFloat));
  float* values = out.mutable_data_ptr<float>();
  const int64_t count = out.numel();
  switch (tensor.type) {
    case GgufType::F32:
      check(tensor.data.size() == out.nbytes(), "GgufFile hands out whole tensors");
      std::copy_n(tensor.data.data(), tensor.data.size(), reinterpret_cast<uint8_t*>(values));
      return out;
    case GgufType::F16:
      for_each_half(tensor, count, values, half_at);
      return out;
    case GgufType::BF16:
      for_each_half(tensor, count, values, bfloat16_at);
      return out;
    case GgufType::Q4_0:
      for_each_block(tensor, 18, count, values, dequantize_q4_0);
      return out;
    case GgufType::Q4_1:
      for_each_block(tensor, 20, count, values, dequantize_q4_1);
      return out;
    case GgufType::Q8_0:
      for_each_block(tensor, 34, count, values, dequantize_q8_0);
      return out;
    default:
      throw CheckpointError(
          fmt::format("{}: tensor {}: type {} ({}) is not supported; use a Q8_0, Q4_0, Q4_1, F16 or "
                      "BF16 file",
                      where, tensor.name, type_name(tensor.type), static_cast<uint32_t>(tensor.type)));
  }
}

ModelFiles load_gguf_model(const GgufFile& file) {
  ModelFiles files;
  files.config = read_config(file);
  check_agreement(file, files.config);
  const bool reordered = files.config.model_type == "llama";
  for (const GgufTensor& tensor : file.tensors()) {
    if (tensor.name == "rope_freqs.weight") continue;  // read with the config
    const std::string name = hf_name(tensor.name);
    if (name.empty())
      fail(file, fmt::format("tensor {} is not supported: it may change the arithmetic", tensor.name));
    at::Tensor values = dequantize_gguf(tensor, file.path());
    const bool query = name.ends_with("q_proj.weight"), key = name.ends_with("k_proj.weight");
    const int64_t heads = query ? files.config.num_heads : files.config.num_kv_heads;
    if (reordered && (query || key) && values.size(0) == heads * files.config.head_dim) {
      values = undo_rotary_order(values, heads);
    }
    files.weights[name] = values;
  }
  check_weights(files.config, files.weights, file.path());
  return files;
}

}  // namespace r1
