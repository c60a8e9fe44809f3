// A language model small enough to train in a test: random weights, a byte-level tokenizer without merges, ChatML.
//
// Token ids 0 ... 255 are the bytes; then <|pad|>, <|im_start|>, <|im_end|> (the end of a turn, also eos).
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/json.h"
#include "base/rng.h"
#include "datasets/byte_level.h"
#include "policy/hf_folder.h"
#include "rollout/language_model.h"

namespace r1 {

constexpr int64_t kToyPad = 256, kToyTurnStart = 257, kToyTurnEnd = 258;

// What a test may want different.
struct ToyModelOptions {
  uint64_t seed = 1;
  int64_t hidden_size = 32, num_layers = 2, num_heads = 4, num_kv_heads = 2, head_dim = 8,
          intermediate_size = 48;
  int64_t max_positions = 256;
  int64_t vocab_size = 259;  // rows of the embedding; the tokenizer has 259 ids whatever this says
  bool tied_embeddings = true;
  bool qwen2 = false;  // with biases on q, k and v
  double scale = 1.0;  // of the weights; larger makes the distribution sharper
  Precision precision = Precision::Fp32;
};

inline ModelConfig toy_config(const ToyModelOptions& options = {}) {
  ModelConfig config;
  config.model_type = options.qwen2 ? "qwen2" : "llama";
  config.attention_bias = options.qwen2;
  config.vocab_size = options.vocab_size;
  config.hidden_size = options.hidden_size;
  config.intermediate_size = options.intermediate_size;
  config.num_layers = options.num_layers;
  config.num_heads = options.num_heads;
  config.num_kv_heads = options.num_kv_heads;
  config.head_dim = options.head_dim;
  config.max_positions = options.max_positions;
  config.tied_embeddings = options.tied_embeddings;
  config.eos_token_ids = {std::min(kToyTurnEnd, options.vocab_size - 1)};
  config.pad_token_id = std::min(kToyPad, options.vocab_size - 1);
  return config;
}

// Norm weights are 1; the rest is uniform with the deviation scale / sqrt(columns), a function of seed, name and place.
inline NamedTensors toy_weights(const ModelConfig& config, const ToyModelOptions& options = {}) {
  NamedTensors weights;
  for (const auto& [name, shape] : expected_tensors(config)) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    const double width = std::sqrt(3.0 / static_cast<double>(shape.back())) * options.scale;
    float* data = tensor.mutable_data_ptr<float>();
    for (int64_t i = 0; i < tensor.numel(); ++i) {
      const double u = random_uniform(options.seed, Stream::Init, hash_text(name), static_cast<uint32_t>(i));
      data[i] = name.ends_with("norm.weight") ? 1.0f : static_cast<float>(width * (2 * u - 1));
    }
    weights.emplace(name, tensor);
  }
  return weights;
}

constexpr const char* kToyChatTemplate =
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + "
    "'<|im_end|>' + "
    "'\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

inline std::string toy_tokenizer_json() {
  Json vocabulary = Json::object(), added = Json::array();
  for (int byte = 0; byte < 256; ++byte) vocabulary[token_of_byte(static_cast<uint8_t>(byte))] = byte;
  int64_t id = 256;
  for (const char* text : {"<|pad|>", "<|im_start|>", "<|im_end|>"}) {
    added.push_back({{"id", id++},
                     {"content", text},
                     {"special", true},
                     {"normalized", false},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false}});
  }
  const Json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  return dump_json(Json{{"version", "1.0"},
                        {"truncation", nullptr},
                        {"padding", nullptr},
                        {"added_tokens", added},
                        {"normalizer", nullptr},
                        {"pre_tokenizer", byte_level},
                        {"post_processor", nullptr},
                        {"decoder", byte_level},
                        {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", Json::array()}}}});
}

inline std::string toy_tokenizer_config_json(const std::string& chat_template = kToyChatTemplate) {
  return dump_json(Json{{"tokenizer_class", "PreTrainedTokenizerFast"},
                        {"eos_token", "<|im_end|>"},
                        {"pad_token", "<|pad|>"},
                        {"chat_template", chat_template}});
}

inline LanguageModel make_toy_model(const ToyModelOptions& options = {}) {
  ModelConfig config = toy_config(options);
  NamedTensors weights = toy_weights(config, options);
  return {Policy(std::move(config), std::move(weights), c10::Device("cpu"), options.precision),
          Tokenizer::from_hf_json(toy_tokenizer_json(), toy_tokenizer_config_json(), "the toy tokenizer"),
          ChatTemplate(kToyChatTemplate, "", "<|im_end|>")};
}
inline LanguageModel make_toy_model(uint64_t seed) {
  ToyModelOptions options;
  options.seed = seed;
  return make_toy_model(options);
}

// A Hugging Face folder of the same model.
inline void write_toy_model_folder(const std::string& folder, const ToyModelOptions& options = {},
                                   const std::string& chat_template = kToyChatTemplate) {
  const ModelConfig config = toy_config(options);
  HfSaveOptions save;
  save.extra_files = {{"tokenizer.json", toy_tokenizer_json()},
                      {"tokenizer_config.json", toy_tokenizer_config_json(chat_template)}};
  save_hf_folder(folder, {config, toy_weights(config, options)}, save);
}

}  // namespace r1
