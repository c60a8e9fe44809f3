// What a decoder looks like: sizes and switches, as config.json of a Hugging Face folder or GGUF metadata state them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace r1 {

// Llama-class decoders: pre-norm RMSNorm, rotary positions, grouped-query attention, SwiGLU.
struct ModelConfig {
  std::string model_type = "llama";  // "llama" or "qwen2" (qwen2: biases on q, k and v)
  int64_t vocab_size = 0;            // V, rows of the embedding
  int64_t hidden_size = 0;           // D
  int64_t intermediate_size = 0;     // F
  int64_t num_layers = 0;            // L
  int64_t num_heads = 0;             // H, query heads
  int64_t num_kv_heads = 0;          // Hk, key/value heads; H % Hk == 0
  int64_t head_dim = 0;              // Dh; even
  int64_t max_positions = 0;         // context length
  double rms_norm_eps = 1e-5;
  double rope_theta = 10000.0;
  bool tied_embeddings = true;  // the head is the embedding matrix
  bool attention_bias = false;  // biases on q, k and v

  // "llama3" rope scaling (Llama 3.1 and later); factor 0 means none.
  double rope_factor = 0, rope_low_freq_factor = 1, rope_high_freq_factor = 4;
  int64_t rope_original_positions = 8192;

  std::vector<int64_t> eos_token_ids;  // generation stops at any of these
  int64_t bos_token_id = -1;           // -1: none
  int64_t pad_token_id = -1;

  bool operator==(const ModelConfig&) const = default;
};

// Throws CheckpointError naming the field when sizes do not fit together.
void validate(const ModelConfig& config, const std::string& where);

// From and to Hugging Face config.json. A field that would change the arithmetic and is not supported is an error,
// never ignored. generation_config may be null; its eos list wins over config.json's.
ModelConfig model_config_from_hf(const Json& config, const Json& generation_config, const std::string& where);
Json model_config_to_hf(const ModelConfig& config, const std::string& torch_dtype);

}  // namespace r1
