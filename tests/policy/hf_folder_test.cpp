#include "policy/hf_folder.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/files.h"
#include "policy/safetensors.h"
#include "tests/policy/golden.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

using testing::HasSubstr;

ModelFiles toy(const char* name = "toy_llama") { return load_hf_folder(golden_path(name)); }

void expect_same(const ModelFiles& a, const ModelFiles& b) {
  EXPECT_TRUE(a.config == b.config);
  ASSERT_EQ(a.weights.size(), b.weights.size());
  for (const auto& [name, tensor] : a.weights) EXPECT_TRUE(at::equal(tensor, b.weights.at(name))) << name;
}

// The folder of a saved toy whose weights and config.json a test then spoils.
struct SavedToy {
  TempFolder parent;
  std::string folder = parent / "model";
  ModelFiles files = toy();

  SavedToy() { save_hf_folder(folder, files); }
  void write_weights(const NamedTensors& weights) {
    write_safetensors(folder + "/model.safetensors", weights);
  }
  void set_config(const char* key, const Json& value) {
    Json config = read_json_file(folder + "/config.json");
    config[key] = value;
    write_file_durably(folder + "/config.json", dump_json(config));
  }
  std::string error() const {
    return message_of<CheckpointError>([&] { load_hf_folder(folder); });
  }
};

TEST(HfFolder, ReadsFoldersThatTransformersSaved) {
  const ModelFiles llama = toy(), qwen2 = toy("toy_qwen2");
  EXPECT_EQ(llama.weights.size(), 21u);
  EXPECT_EQ(qwen2.weights.size(), 26u) << "with q, k, v biases and without a head of its own";
  for (const auto& [name, tensor] : qwen2.weights) EXPECT_EQ(tensor.scalar_type(), at::kFloat) << name;
  EXPECT_EQ(qwen2.weights.at("model.layers.1.self_attn.k_proj.bias").sizes(), (std::vector<int64_t>{16}));
}

TEST(HfFolder, SavingAndLoadingInFloatIsTheIdentity) {
  TempFolder folder;
  for (const char* name : {"toy_llama", "toy_qwen2"}) {
    save_hf_folder(folder / name, toy(name), {.extra_files = {{"tokenizer.json", "{}"}}});
    expect_same(load_hf_folder(folder / name), toy(name));
    EXPECT_EQ(read_file((folder / name) + "/tokenizer.json"), "{}");
  }
}

TEST(HfFolder, SavingInHalfPrecisionRoundsTheWeights) {
  TempFolder folder;
  save_hf_folder(folder / "m", toy(), {.dtype = at::kBFloat16});
  EXPECT_EQ(read_json_file(folder / "m/config.json")["torch_dtype"], "bfloat16");
  for (const auto& [name, tensor] : load_hf_folder(folder / "m").weights) {
    EXPECT_TRUE(at::equal(tensor, toy().weights.at(name).to(at::kBFloat16).to(at::kFloat))) << name;
  }
}

TEST(HfFolder, ShardsHoldTheSameModel) {
  TempFolder folder;
  save_hf_folder(folder / "m", toy(), {.max_shard_bytes = 20'000});
  EXPECT_FALSE(std::filesystem::exists(folder / "m/model.safetensors"));
  const Json index = read_json_file(folder / "m/model.safetensors.index.json");
  EXPECT_EQ(index["weight_map"].size(), 21u);
  EXPECT_EQ(index["weight_map"]["model.norm.weight"], "model-00009-of-00009.safetensors");
  for (const auto& item : std::filesystem::directory_iterator(folder / "m")) {
    EXPECT_LT(std::filesystem::file_size(item), 24'000u) << item.path();
  }
  expect_same(load_hf_folder(folder / "m"), toy());
}

TEST(HfFolder, GenerationConfigIsWrittenAndRead) {
  TempFolder folder;
  ModelFiles files = toy();
  files.config.eos_token_ids = {2, 7};
  save_hf_folder(folder / "m", files);
  EXPECT_EQ(read_json_file(folder / "m/generation_config.json")["eos_token_id"], (Json{2, 7}));
  EXPECT_EQ(load_hf_folder(folder / "m").config.eos_token_ids, (std::vector<int64_t>{2, 7}));
}

TEST(HfFolder, AMissingTensorIsNamed) {
  SavedToy saved;
  saved.files.weights.erase("model.layers.1.mlp.up_proj.weight");
  saved.write_weights(saved.files.weights);
  EXPECT_THAT(saved.error(), HasSubstr("tensor model.layers.1.mlp.up_proj.weight [64, 32] is missing"));
}

TEST(HfFolder, ATensorTooManyIsNamed) {
  SavedToy saved;
  saved.files.weights["model.layers.2.mlp.up_proj.weight"] = at::zeros({64, 32});
  saved.write_weights(saved.files.weights);
  EXPECT_THAT(saved.error(), HasSubstr("tensor model.layers.2.mlp.up_proj.weight [64, 32] is not part of"));
}

TEST(HfFolder, AWrongShapeNamesFoundAndWanted) {
  SavedToy saved;
  saved.files.weights["model.norm.weight"] = at::zeros({33});
  saved.write_weights(saved.files.weights);
  EXPECT_THAT(saved.error(), HasSubstr("tensor model.norm.weight: shape [33], the config wants [32]"));
}

TEST(HfFolder, IntegerWeightsAreRefused) {
  SavedToy saved;
  saved.files.weights["model.norm.weight"] = at::zeros({32}, at::kLong);
  saved.write_weights(saved.files.weights);
  EXPECT_THAT(saved.error(), HasSubstr("model.norm.weight: weights of dtype I64"));
}

TEST(HfFolder, StoredRotaryBuffersAreIgnored) {
  SavedToy saved;
  NamedTensors weights = saved.files.weights;
  weights["model.layers.0.self_attn.rotary_emb.inv_freq"] = at::zeros({8});
  saved.write_weights(weights);
  expect_same(load_hf_folder(saved.folder), saved.files);
}

TEST(HfFolder, ATiedHeadMustEqualTheEmbedding) {
  SavedToy saved;
  saved.set_config("tie_word_embeddings", true);
  EXPECT_THAT(saved.error(), HasSubstr("lm_head.weight differs from model.embed_tokens.weight"));
  NamedTensors weights = saved.files.weights;
  weights["lm_head.weight"] = weights["model.embed_tokens.weight"];
  saved.write_weights(weights);
  EXPECT_FALSE(load_hf_folder(saved.folder).weights.contains("lm_head.weight"));
}

TEST(HfFolder, AShardNameMayNotLeaveTheFolder) {
  for (const char* file : {"../model.safetensors", "/etc/passwd", "a/b", "..", ""}) {
    SavedToy saved;
    std::filesystem::rename(saved.folder + "/model.safetensors", saved.parent / "model.safetensors");
    const Json index = {{"weight_map", {{"model.norm.weight", file}}}};
    write_file_durably(saved.folder + "/model.safetensors.index.json", dump_json(index));
    EXPECT_THAT(saved.error(), HasSubstr("is not a plain file name")) << file;
  }
}

TEST(HfFolder, IndexAndShardsMustAgree) {
  TempFolder folder;
  save_hf_folder(folder / "m", toy(), {.max_shard_bytes = 20'000});
  const std::string path = folder / "m/model.safetensors.index.json";
  const Json index = read_json_file(path);
  auto error_with = [&](const Json& changed) {
    write_file_durably(path, dump_json(changed));
    return message_of<CheckpointError>([&] { load_hf_folder(folder / "m"); });
  };
  Json changed = index;
  changed["weight_map"]["model.norm.weight"] = "model-00001-of-00009.safetensors";
  EXPECT_THAT(error_with(changed), HasSubstr("tensor model.norm.weight should be in model-00001-of-00009"));
  changed = index;
  changed["weight_map"].erase("model.norm.weight");
  EXPECT_THAT(error_with(changed), HasSubstr("tensor model.norm.weight"));
  EXPECT_THAT(error_with({{"metadata", 1}}), HasSubstr("no weight_map"));
}

TEST(HfFolder, ATensorInTwoShardsIsRefused) {
  TempFolder folder;
  save_hf_folder(folder / "m", toy(), {.max_shard_bytes = 20'000});
  NamedTensors first = read_safetensors(folder / "m/model-00001-of-00009.safetensors");
  first["model.norm.weight"] = at::zeros({32});
  write_safetensors(folder / "m/model-00001-of-00009.safetensors", first);
  EXPECT_THAT(message_of<CheckpointError>([&] { load_hf_folder(folder / "m"); }),
              HasSubstr("tensor model.norm.weight is also in"));
}

TEST(HfFolder, AFolderWithoutAModelSaysWhatIsMissing) {
  SavedToy saved;
  std::filesystem::remove(saved.folder + "/model.safetensors");
  EXPECT_THAT(saved.error(), HasSubstr("neither model.safetensors nor"));
  std::filesystem::remove(saved.folder + "/config.json");
  EXPECT_THAT(saved.error(), HasSubstr("no config.json"));
}

TEST(HfFolder, ABrokenConfigIsACheckpointError) {
  SavedToy saved;
  write_file_durably(saved.folder + "/config.json", "{");
  EXPECT_THAT(saved.error(), HasSubstr("config.json: not valid JSON"));
}

TEST(HfFolder, SavingOverAnotherModelIsRefused) {
  SavedToy saved;
  EXPECT_THAT(message_of<CheckpointError>([&] { save_hf_folder(saved.folder, saved.files); }),
              HasSubstr("already holds model.safetensors"));
}

TEST(HfFolder, SavingWeightsThatDoNotFitTheConfigIsRefused) {
  TempFolder folder;
  ModelFiles files = toy();
  files.config.num_layers = 3;
  EXPECT_THAT(message_of<CheckpointError>([&] { save_hf_folder(folder / "m", files); }),
              HasSubstr("tensor model.layers.2.input_layernorm.weight [32] is missing"));
  EXPECT_FALSE(std::filesystem::exists(folder / "m"));
}

}  // namespace
}  // namespace r1
