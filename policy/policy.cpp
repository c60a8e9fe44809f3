#include "policy/policy.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "base/errors.h"

namespace r1 {

std::vector<double> rope_inverse_frequencies(const ModelConfig& config) {
  std::vector<double> frequencies;
  for (int64_t i = 0; i < config.head_dim / 2; ++i) {
    double frequency =
        std::pow(config.rope_theta, -2.0 * static_cast<double>(i) / static_cast<double>(config.head_dim));
    if (config.rope_factor > 0) {
      const double wavelength = 2.0 * std::numbers::pi / frequency;
      const double original = static_cast<double>(config.rope_original_positions);
      const double longest_kept = original / config.rope_high_freq_factor;
      const double shortest_divided = original / config.rope_low_freq_factor;
      if (wavelength > shortest_divided) {
        frequency /= config.rope_factor;
      } else if (wavelength > longest_kept) {
        const double smooth = (original / wavelength - config.rope_low_freq_factor) /
                              (config.rope_high_freq_factor - config.rope_low_freq_factor);
        frequency = (1 - smooth) * frequency / config.rope_factor + smooth * frequency;
      }
    }
    frequencies.push_back(frequency);
  }
  return frequencies;
}

Policy::Policy(ModelConfig config, NamedTensors weights, c10::Device device)
    : config_(std::move(config)), weights_(std::move(weights)), device_(device) {
  for (auto& [name, tensor] : weights_) tensor = tensor.to(device_).contiguous();
  auto take = [&](const std::string& name) {
    auto found = weights_.find(name);
    check(found != weights_.end(), "the loader checked that every weight is there");
    return found->second;
  };
  embedding_ = take("model.embed_tokens.weight");
  final_norm_ = take("model.norm.weight");
  head_ = config_.tied_embeddings ? embedding_ : take("lm_head.weight");
  for (int64_t i = 0; i < config_.num_layers; ++i) {
    const std::string prefix = fmt::format("model.layers.{}.", i);
    auto layer_weight = [&](const char* name) { return take(prefix + name); };
    Layer layer;
    layer.input_norm = layer_weight("input_layernorm.weight");
    layer.q = layer_weight("self_attn.q_proj.weight");
    layer.k = layer_weight("self_attn.k_proj.weight");
    layer.v = layer_weight("self_attn.v_proj.weight");
    layer.o = layer_weight("self_attn.o_proj.weight");
    if (config_.attention_bias) {
      layer.q_bias = layer_weight("self_attn.q_proj.bias");
      layer.k_bias = layer_weight("self_attn.k_proj.bias");
      layer.v_bias = layer_weight("self_attn.v_proj.bias");
    }
    layer.post_norm = layer_weight("post_attention_layernorm.weight");
    layer.gate = layer_weight("mlp.gate_proj.weight");
    layer.up = layer_weight("mlp.up_proj.weight");
    layer.down = layer_weight("mlp.down_proj.weight");
    layers_.push_back(std::move(layer));
  }
  // Angles in double, rounded once: the same table for every path.
  std::vector<double> frequencies = rope_inverse_frequencies(config_);
  const auto on_host = at::TensorOptions().dtype(at::kDouble);
  const at::Tensor inverse = at::from_blob(frequencies.data(), {config_.head_dim / 2}, on_host);
  const at::Tensor angles = at::outer(at::arange(config_.max_positions, on_host), inverse);
  const auto dtype = embedding_.scalar_type();
  rope_cos_ = angles.cos().to(dtype).to(device_);
  rope_sin_ = angles.sin().to(dtype).to(device_);
}

at::Tensor Policy::tensor_of(const std::vector<int64_t>& values) const {
  return at::from_blob(const_cast<int64_t*>(values.data()), {static_cast<int64_t>(values.size())}, at::kLong)
      .clone()
      .to(device_);
}

at::Tensor Policy::attend(const Layer& layer, size_t index, const at::Tensor& x, const TokenBatch& batch,
                          const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& cache_rows,
                          KvCache* cache) const {
  const int64_t T = x.size(0), Dh = config_.head_dim;
  const at::Tensor normed = ops::rms_norm(x, layer.input_norm, config_.rms_norm_eps);
  auto heads = [&](const at::Tensor& y, int64_t count) { return y.view({T, count, Dh}); };
  const at::Tensor q =
      ops::rope(heads(ops::linear(normed, layer.q, layer.q_bias), config_.num_heads), cos, sin);
  at::Tensor k = ops::rope(heads(ops::linear(normed, layer.k, layer.k_bias), config_.num_kv_heads), cos, sin);
  at::Tensor v = heads(ops::linear(normed, layer.v, layer.v_bias), config_.num_kv_heads);
  if (cache) {
    k = cache->keys[index].index_copy_(0, cache_rows, k);
    v = cache->values[index].index_copy_(0, cache_rows, v);
  }
  const at::Tensor attended = ops::attention(q, k, v, batch.plan);
  return ops::linear(attended.view({T, config_.num_heads * Dh}), layer.o);
}

at::Tensor Policy::forward(const TokenBatch& batch, KvCache* cache) const {
  check(batch.token_ids.size() == batch.positions.size(), "every token has a position");
  check(!cache || batch.cache_rows.size() == batch.token_ids.size(), "every token has a cache row");
  const at::Tensor positions = tensor_of(batch.positions);
  const at::Tensor cache_rows = cache ? tensor_of(batch.cache_rows) : at::Tensor();
  const at::Tensor cos = ops::embedding(positions, rope_cos_);  // [T, Dh/2]
  const at::Tensor sin = ops::embedding(positions, rope_sin_);
  // transformers builds its embedding with padding_idx = pad_token_id; SmolLM2's pad token is its end-of-turn token.
  at::Tensor x = ops::embedding(tensor_of(batch.token_ids), embedding_, config_.pad_token_id);  // [T, D]
  for (size_t i = 0; i < layers_.size(); ++i) {
    const Layer& layer = layers_[i];
    x = x + attend(layer, i, x, batch, cos, sin, cache_rows, cache);
    const at::Tensor normed = ops::rms_norm(x, layer.post_norm, config_.rms_norm_eps);
    x = x +
        ops::linear(ops::swiglu(ops::linear(normed, layer.gate), ops::linear(normed, layer.up)), layer.down);
  }
  return ops::rms_norm(x, final_norm_, config_.rms_norm_eps);
}

ops::TokenLogprobs Policy::token_logprobs(const at::Tensor& hidden, const std::vector<int64_t>& rows,
                                          const std::vector<int64_t>& targets, double temperature) const {
  check(rows.size() == targets.size(), "every scored row has a target");
  return ops::token_logprobs(ops::embedding(tensor_of(rows), hidden), head_, tensor_of(targets), temperature);
}

at::Tensor Policy::logits(const at::Tensor& hidden, const std::vector<int64_t>& rows) const {
  return ops::linear(ops::embedding(tensor_of(rows), hidden), head_);
}

KvCache Policy::make_cache(int64_t num_rows) const {
  KvCache cache;
  const auto options = embedding_.options().requires_grad(false);
  for (int64_t i = 0; i < config_.num_layers; ++i) {
    cache.keys.push_back(at::zeros({num_rows, config_.num_kv_heads, config_.head_dim}, options));
    cache.values.push_back(at::zeros({num_rows, config_.num_kv_heads, config_.head_dim}, options));
  }
  return cache;
}

void Policy::set_requires_grad(bool wanted) {
  for (auto& [name, tensor] : weights_) tensor.requires_grad_(wanted);
}

NamedTensors Policy::gradients() const {
  NamedTensors result;
  for (const auto& [name, tensor] : weights_) {
    if (tensor.grad().defined()) result.emplace(name, tensor.grad());
  }
  return result;
}

void Policy::zero_gradients() {
  for (auto& [name, tensor] : weights_) tensor.mutable_grad() = at::Tensor();
}

NamedTensors Policy::clone_weights() const {
  at::NoGradGuard no_grad;
  NamedTensors copy;
  for (const auto& [name, tensor] : weights_) copy.emplace(name, tensor.detach().clone());
  return copy;
}

void Policy::load_weights(const NamedTensors& weights) {
  at::NoGradGuard no_grad;
  check(weights.size() == weights_.size(), "the same set of weights is loaded");
  for (auto& [name, tensor] : weights_) {
    auto found = weights.find(name);
    check(found != weights.end() && found->second.sizes() == tensor.sizes(),
          "weights match by name and shape");
    tensor.copy_(found->second);
  }
}

}  // namespace r1
