#include "policy/model_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/policy/golden.h"

namespace r1 {
namespace {

using testing::HasSubstr;

// Llama-3.2-1B's config.json, as published.
Json llama() {
  return parse_json(R"({
    "architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 128000,
    "eos_token_id": [128001, 128008, 128009], "head_dim": 64, "hidden_act": "silu", "hidden_size": 2048,
    "initializer_range": 0.02, "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false,
    "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8,
    "pretraining_tp": 1, "rms_norm_eps": 1e-05,
    "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0,
                     "original_max_position_embeddings": 8192, "rope_type": "llama3"},
    "rope_theta": 500000.0, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
    "transformers_version": "4.45.0.dev0", "use_cache": true, "vocab_size": 128256})",
                    "llama");
}

// Qwen2.5-0.5B-Instruct's.
Json qwen2() {
  return parse_json(R"({
    "architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151645,
    "hidden_act": "silu", "hidden_size": 896, "initializer_range": 0.02, "intermediate_size": 4864,
    "max_position_embeddings": 32768, "max_window_layers": 21, "model_type": "qwen2", "num_attention_heads": 14,
    "num_hidden_layers": 24, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
    "sliding_window": 32768, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
    "transformers_version": "4.43.1", "use_cache": true, "use_sliding_window": false, "vocab_size": 151936})",
                    "qwen2");
}

ModelConfig read(const Json& config, const Json& generation = nullptr) {
  return model_config_from_hf(config, generation, "config.json");
}

Json with(Json config, const char* key, Json value) {
  config[key] = std::move(value);
  return config;
}

std::string error_of(const Json& config) {
  return message_of<CheckpointError>([&] { read(config); });
}

TEST(ModelConfig, ReadsEveryFieldOfAPublishedLlama) {
  ModelConfig expected;
  expected.vocab_size = 128256;
  expected.hidden_size = 2048;
  expected.intermediate_size = 8192;
  expected.num_layers = 16;
  expected.num_heads = 32;
  expected.num_kv_heads = 8;
  expected.head_dim = 64;
  expected.max_positions = 131072;
  expected.rope_theta = 500000;
  expected.rope_factor = 32;
  expected.eos_token_ids = {128001, 128008, 128009};
  expected.bos_token_id = 128000;
  EXPECT_TRUE(read(llama()) == expected);
}

TEST(ModelConfig, ReadsAPublishedQwen2WithItsSwitchedOffWindow) {
  const ModelConfig config = read(qwen2());
  EXPECT_EQ(config.model_type, "qwen2");
  EXPECT_TRUE(config.attention_bias);
  EXPECT_EQ(config.head_dim, 64) << "default: hidden / heads";
  EXPECT_EQ(config.rms_norm_eps, 1e-6);
  EXPECT_EQ(config.rope_theta, 1e6);
  EXPECT_EQ(config.rope_factor, 0);
  EXPECT_EQ(config.eos_token_ids, std::vector<int64_t>{151645});
}

TEST(ModelConfig, DefaultsAreThoseOfTransformers) {
  Json json = llama();
  for (const char* key : {"num_key_value_heads", "head_dim", "rms_norm_eps", "rope_theta", "rope_scaling",
                          "tie_word_embeddings", "bos_token_id", "eos_token_id", "hidden_act"}) {
    json.erase(key);
  }
  const ModelConfig config = read(json);
  EXPECT_EQ(config.num_kv_heads, 32);
  EXPECT_EQ(config.head_dim, 64);
  EXPECT_EQ(config.rms_norm_eps, 1e-6);
  EXPECT_EQ(config.rope_theta, 10000);
  EXPECT_FALSE(config.tied_embeddings);
  EXPECT_EQ(config.bos_token_id, 1);
  EXPECT_EQ(config.eos_token_ids, std::vector<int64_t>{2});
}

TEST(ModelConfig, NewAndOldSpellingOfRopeMeanTheSame) {
  Json json = llama();
  Json rope = json["rope_scaling"];
  rope["rope_theta"] = json["rope_theta"];
  json.erase("rope_theta");
  json.erase("rope_scaling");
  json["rope_parameters"] = rope;
  EXPECT_TRUE(read(json) == read(llama()));
  json["rope_theta"] = 10000.0;
  EXPECT_THAT(error_of(json), HasSubstr("rope_theta=10000.0"));
}

TEST(ModelConfig, GenerationConfigsEosListWins) {
  const ModelConfig config = read(qwen2(), {{"eos_token_id", {151645, 151643}}, {"pad_token_id", 151643}});
  EXPECT_EQ(config.eos_token_ids, (std::vector<int64_t>{151645, 151643}));
  EXPECT_EQ(config.pad_token_id, 151643);
  EXPECT_EQ(config.bos_token_id, 151643);
}

TEST(ModelConfig, RoundTripsThroughConfigJson) {
  for (const Json& json : {llama(), qwen2()}) {
    const ModelConfig config = read(json);
    EXPECT_TRUE(read(model_config_to_hf(config, "bfloat16")) == config);
  }
}

TEST(ModelConfig, RefusesWhatWouldChangeTheArithmetic) {
  struct Case {
    const char* key;
    Json value;
  };
  const std::vector<Case> cases = {{"hidden_act", "gelu"},
                                   {"mlp_bias", true},
                                   {"attention_bias", true},
                                   {"attention_dropout", 0.1},
                                   {"sliding_window", 4096},
                                   {"use_sliding_window", true},
                                   {"rope_interleaved", true},
                                   {"quantization_config", {{"quant_method", "gptq"}}},
                                   {"layer_types", {"full_attention", "sliding_attention"}},
                                   {"model_type", "mixtral"},
                                   {"architectures", {"LlamaForSequenceClassification"}},
                                   {"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}}},
                                   {"rope_scaling", {{"rope_type", "default"}, {"surprise", 4.0}}},
                                   {"rope_scaling", {{"rope_type", "llama3"}, {"factor", 4.0}}},
                                   {"logit_softcapping", 30.0}};
  for (const Case& item : cases) {
    const std::string key = item.key, message = error_of(with(llama(), item.key, item.value));
    EXPECT_THAT(message, HasSubstr("config.json: "));
    EXPECT_THAT(message, HasSubstr(key.starts_with("rope_s") ? "rope_scaling" : key));
  }
}

TEST(ModelConfig, RefusesAQwen2ThatUsesItsWindow) {
  EXPECT_THAT(error_of(with(qwen2(), "use_sliding_window", true)), HasSubstr("use_sliding_window=true"));
}

TEST(ModelConfig, UnknownKeysAreNamedAndHarmlessOnesIgnored) {
  EXPECT_THAT(error_of(with(llama(), "embedding_multiplier", 12)),
              HasSubstr("embedding_multiplier=12: unknown field"));
  EXPECT_TRUE(read(with(llama(), "_name_or_path", "somewhere")) == read(llama()));
}

TEST(ModelConfig, WrongTypesAndSizesAreNamedWithTheirValue) {
  EXPECT_THAT(error_of(with(llama(), "hidden_size", "2048")),
              HasSubstr("hidden_size=\"2048\": must be an integer"));
  EXPECT_THAT(error_of(with(llama(), "hidden_size", 2048.5)), HasSubstr("hidden_size=2048.5"));
  EXPECT_THAT(error_of(with(llama(), "hidden_size", nullptr)), HasSubstr("hidden_size is missing"));
  EXPECT_THAT(error_of(with(llama(), "vocab_size", -1)), HasSubstr("vocab_size=-1"));
  EXPECT_THAT(error_of(with(llama(), "vocab_size", 18446744073709551615u)), HasSubstr("vocab_size="));
  EXPECT_THAT(error_of(with(llama(), "num_attention_heads", 0)), HasSubstr("num_attention_heads=0"));
  EXPECT_THAT(error_of(with(llama(), "num_key_value_heads", 5)), HasSubstr("num_key_value_heads=5"));
  EXPECT_THAT(error_of(with(llama(), "head_dim", 63)), HasSubstr("head_dim=63"));
  EXPECT_THAT(error_of(with(llama(), "rms_norm_eps", 0)), HasSubstr("rms_norm_eps=0"));
  EXPECT_THAT(error_of(with(llama(), "rope_theta", 0)), HasSubstr("rope_theta=0"));
  EXPECT_THAT(error_of(with(llama(), "eos_token_id", 128256)), HasSubstr("eos_token_id=128256"));
  EXPECT_THAT(error_of(Json::array()), HasSubstr("not a JSON object"));
}

TEST(ModelConfig, ReadsWhatTransformers5Writes) {
  const ModelConfig config =
      read(read_golden("toy_llama/config.json"), read_golden("toy_llama/generation_config.json"));
  EXPECT_EQ(config.rope_theta, 500);
  EXPECT_EQ(config.rope_factor, 4);
  EXPECT_EQ(config.rope_original_positions, 32);
  EXPECT_FALSE(config.tied_embeddings);
  EXPECT_TRUE(read(read_golden("toy_qwen2/config.json")).tied_embeddings);
}

}  // namespace
}  // namespace r1
