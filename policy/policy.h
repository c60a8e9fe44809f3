// The policy: a Llama-class decoder, written once and used to sample, to score and to train.
//
// Legend: T tokens of one packed forward (several sequences one after another, no padding), D width, V vocabulary,
// S rows of a key/value store, Hk key/value heads, Dh head size.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <map>
#include <span>
#include <string>
#include <vector>

#include "policy/model_config.h"
#include "policy/named_tensors.h"
#include "policy/ops.h"

namespace r1 {

// Keys and values of past tokens in blocks of 16 rows, for every layer. Which block is whose is the caller's business.
struct KvCache {
  std::vector<KvBlocks> layers;  // [L]
  int64_t num_blocks = 0;
};

// Tokens of one forward. Without a cache the keys are those of this very batch; with one, those of the plan's blocks, and
// each segment's own keys and values are written to its blocks first.
struct TokenBatch {
  std::vector<int64_t> token_ids;  // [T]
  std::vector<int64_t> positions;  // [T], from 0 in each sequence
  AttentionPlan plan;
  ops::Products products = ops::Products::Exact;  // of the layers
};

// Move-only: copying weights is always spelled out (clone_weights).
class Policy {
 public:
  // Takes float32 weights by Hugging Face name, checked against `config` by whoever loaded them, and moves them to
  // `device`. Tied models hold no "lm_head.weight". Precision is that of matrix products; masters stay float32.
  Policy(ModelConfig config, NamedTensors weights, c10::Device device, Precision precision = Precision::Fp32);
  Policy(Policy&&) = default;
  Policy& operator=(Policy&&) = default;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  // The residual stream after the last layer, [T, D]; the final norm is the head's. Differentiable when autograd is on and the weights require it.
  at::Tensor forward(const TokenBatch& batch, KvCache* cache = nullptr) const;

  // Rows [R] of `hidden` scored for `targets` [R] at `temperature`. See ops::token_logprobs.
  ops::TokenLogprobs token_logprobs(const at::Tensor& hidden, const std::vector<int64_t>& rows,
                                    const std::vector<int64_t>& targets, double temperature) const;

  // Logits [R, V] of a few rows, for sampling. Never call it with a training batch: that is what tiles are for.
  at::Tensor logits(const at::Tensor& hidden, const std::vector<int64_t>& rows) const;

  // Draws from rows [R, D] of `hidden`: see ops::draw_tokens. REQUIRES draws_tokens().
  ops::Draws draw_tokens(const at::Tensor& hidden_rows, double temperature, std::span<const int64_t> row_of,
                         std::span<const double> u, ops::Products products = ops::Products::Exact) const;
  bool draws_tokens() const { return head_.has_kernels(); }
  bool has_int8() const { return head_.has_int8(); }

  KvCache make_cache(int64_t num_blocks) const;

  const ModelConfig& config() const { return config_; }
  const NamedTensors& weights() const { return weights_; }  // the tensors themselves, not copies
  c10::Device device() const { return device_; }
  Precision precision() const { return precision_; }
  std::string arithmetic() const;  // what computes here, in words: for logs

  void set_requires_grad(bool wanted);
  // true: of each layer only the input is kept for the backward pass, which computes the rest again. The same bits, a third
  // more time, activation_bytes_per_token() falls to that of one layer and L inputs.
  void set_recompute(bool wanted) { recompute_ = wanted; }
  // What the layers keep of one token of a training forward, in bytes; an estimate for sizing micro-batches.
  int64_t activation_bytes_per_token() const;
  // Gradients by name after a backward pass; a weight without one yet is absent.
  NamedTensors gradients() const;
  void zero_gradients();

  NamedTensors clone_weights() const;
  // Overwrites every weight in place; names and shapes must match.
  void load_weights(const NamedTensors& weights);

 private:
  struct Layer {
    Weight qkv, o, gate_up, down;
    at::Tensor input_norm, qkv_bias, post_norm;
  };
  // One leaf made of named tensors, one under the other; the names become views of it. join: the same as a matrix.
  at::Tensor join_leaf(const std::vector<std::string>& names);
  Weight join(const std::vector<std::string>& names, Weight::Order order);
  at::Tensor forward_layer(size_t index, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                           const AttentionPlan& plan, KvCache* cache, ops::Products products) const;
  at::Tensor tensor_of(const std::vector<int64_t>& values) const;
  at::Tensor normed_rows(const at::Tensor& hidden, const std::vector<int64_t>& rows) const;

  ModelConfig config_;
  NamedTensors weights_;
  c10::Device device_;
  Precision precision_;
  bool recompute_ = false;
  // What autograd and the optimizer see: the leaves, and for each name the leaf and the rows of it that it stands for.
  struct Part {
    size_t leaf;
    int64_t row, rows;
  };
  std::vector<at::Tensor> leaves_;
  std::map<std::string, Part> parts_;
  at::Tensor embedding_, final_norm_;
  Weight head_;
  std::vector<Layer> layers_;
  at::Tensor rope_cos_, rope_sin_;  // [max_positions, Dh/2]
};

// Inverse frequencies [Dh/2] with the config's scaling applied ("llama3": wavelengths above low are divided by the
// factor, below high kept, mixed linearly between; Llama 3.1 report, section 3.2).
std::vector<double> rope_inverse_frequencies(const ModelConfig& config);

}  // namespace r1
