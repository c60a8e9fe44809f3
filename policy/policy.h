// The policy: a Llama-class decoder, written once and used to sample, to score and to train.
//
// Legend: T tokens of one packed forward (several sequences one after another, no padding), D width, V vocabulary,
// S rows of a key/value store, Hk key/value heads, Dh head size.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <vector>

#include "policy/model_config.h"
#include "policy/named_tensors.h"
#include "policy/ops.h"

namespace r1 {

// Keys and values of past tokens, one [S, Hk, Dh] pair per layer. Who owns which rows is the caller's business.
struct KvCache {
  std::vector<at::Tensor> keys, values;  // [L] of [S, Hk, Dh]
};

// Tokens of one forward. Without a cache the plan's key rows are the T rows of this very batch; with a cache they are
// the cache's rows, and token t's key and value are written to row cache_rows[t] first.
struct TokenBatch {
  std::vector<int64_t> token_ids;   // [T]
  std::vector<int64_t> positions;   // [T], from 0 in each sequence
  std::vector<int64_t> cache_rows;  // [T] with a cache, else empty
  AttentionPlan plan;
};

// Move-only: copying weights is always spelled out (clone_weights).
class Policy {
 public:
  // Takes float32 weights by Hugging Face name, checked against `config` by whoever loaded them, and moves them to
  // `device`. Tied models hold no "lm_head.weight".
  Policy(ModelConfig config, NamedTensors weights, c10::Device device);
  Policy(Policy&&) = default;
  Policy& operator=(Policy&&) = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  // Final hidden states after the last norm, [T, D]. Differentiable when autograd is on and the weights require it.
  at::Tensor forward(const TokenBatch& batch, KvCache* cache = nullptr) const;

  // Rows [R] of `hidden` scored for `targets` [R] at `temperature`. See ops::token_logprobs.
  ops::TokenLogprobs token_logprobs(const at::Tensor& hidden, const std::vector<int64_t>& rows,
                                    const std::vector<int64_t>& targets, double temperature) const;

  // Logits [R, V] of a few rows, for sampling. Never call it with a training batch: that is what tiles are for.
  at::Tensor logits(const at::Tensor& hidden, const std::vector<int64_t>& rows) const;

  KvCache make_cache(int64_t num_rows) const;

  const ModelConfig& config() const { return config_; }
  const NamedTensors& weights() const { return weights_; }  // the tensors themselves, not copies
  c10::Device device() const { return device_; }

  void set_requires_grad(bool wanted);
  // Gradients by name after a backward pass; a weight without one yet is absent.
  NamedTensors gradients() const;
  void zero_gradients();

  NamedTensors clone_weights() const;
  // Overwrites every weight in place; names and shapes must match.
  void load_weights(const NamedTensors& weights);

 private:
  struct Layer {
    at::Tensor input_norm, q, k, v, q_bias, k_bias, v_bias, o, post_norm, gate, up, down;
  };
  at::Tensor attend(const Layer& layer, size_t index, const at::Tensor& x, const TokenBatch& batch,
                    const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& cache_rows,
                    KvCache* cache) const;
  at::Tensor tensor_of(const std::vector<int64_t>& values) const;

  ModelConfig config_;
  NamedTensors weights_;
  c10::Device device_;
  at::Tensor embedding_, final_norm_, head_;
  std::vector<Layer> layers_;
  at::Tensor rope_cos_, rope_sin_;  // [max_positions, Dh/2]
};

// Inverse frequencies [Dh/2] with the config's scaling applied ("llama3": wavelengths above low are divided by the
// factor, below high kept, mixed linearly between; Llama 3.1 report, section 3.2).
std::vector<double> rope_inverse_frequencies(const ModelConfig& config);

}  // namespace r1
