#include "policy/policy.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
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
#include "base/thread_pool.h"
#include "policy/kernels/kernels.h"

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

Policy::Policy(ModelConfig config, NamedTensors weights, c10::Device device, Precision precision)
    : config_(std::move(config)), weights_(std::move(weights)), device_(device), precision_(precision) {
  // ATen's own loops stay on the calling thread: OpenMP's would wait spinning on the cores that our pool works on.
  at::set_num_threads(1);
  for (auto& [name, tensor] : weights_) tensor = tensor.to(device_).contiguous();
  const auto one = [&](const std::string& name) { return join({name}, Weight::Order::AsTheyStand); };
  const auto vector = [&](const std::string& name) { return join_leaf({name}); };
  const Weight embedding = one("model.embed_tokens.weight");
  embedding_ = embedding.value();
  final_norm_ = vector("model.norm.weight");
  head_ = config_.tied_embeddings ? embedding : one("lm_head.weight");
  for (int64_t i = 0; i < config_.num_layers; ++i) {
    const std::string layer = fmt::format("model.layers.{}.", i), attention = layer + "self_attn.";
    layers_.push_back(
        {.qkv = join({attention + "q_proj.weight", attention + "k_proj.weight", attention + "v_proj.weight"},
                     Weight::Order::AsTheyStand),
         .o = one(attention + "o_proj.weight"),
         .gate_up = join({layer + "mlp.gate_proj.weight", layer + "mlp.up_proj.weight"},
                         Weight::Order::HalvesInTurn),
         .down = one(layer + "mlp.down_proj.weight"),
         .input_norm = vector(layer + "input_layernorm.weight"),
         .qkv_bias = config_.attention_bias ? join_leaf({attention + "q_proj.bias", attention + "k_proj.bias",
                                                         attention + "v_proj.bias"})
                                            : at::Tensor(),
         .post_norm = vector(layer + "post_attention_layernorm.weight")});
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

at::Tensor Policy::join_leaf(const std::vector<std::string>& names) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> parts;
  for (const std::string& name : names) {
    const auto found = weights_.find(name);
    check(found != weights_.end(), "the loader checked that every weight is there");
    parts.push_back(found->second);
  }
  const at::Tensor leaf = parts.size() == 1 ? parts[0] : at::cat(parts, 0);
  int64_t row = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    const int64_t rows = parts[i].size(0);
    parts_[names[i]] = {leaves_.size(), row, rows};
    weights_[names[i]] = leaf.detach().narrow(0, row, rows);
    row += rows;
  }
  leaves_.push_back(leaf);
  return leaf;
}

Weight Policy::join(const std::vector<std::string>& names, Weight::Order order) {
  return Weight(join_leaf(names), precision_, order);
}

at::Tensor Policy::tensor_of(const std::vector<int64_t>& values) const {
  return at::from_blob(const_cast<int64_t*>(values.data()), {static_cast<int64_t>(values.size())}, at::kLong)
      .clone()
      .to(device_);
}

at::Tensor Policy::forward_layer(size_t index, const at::Tensor& x, const at::Tensor& cos,
                                 const at::Tensor& sin, const AttentionPlan& plan, KvCache* cache,
                                 ops::Products products) const {
  const AttentionHeads heads{config_.num_heads, config_.num_kv_heads, config_.head_dim};
  const Layer& layer = layers_[index];
  const at::Tensor attention_in = ops::rms_norm(x, layer.input_norm, config_.rms_norm_eps, precision_);
  const at::Tensor qkv = ops::linear(attention_in, layer.qkv, layer.qkv_bias, {}, products);
  const at::Tensor attended =
      ops::attention(qkv, cos, sin, heads, plan, precision_, cache ? &cache->layers[index] : nullptr);
  const at::Tensor between = ops::linear(attended, layer.o, {}, /*residual=*/x, products);
  const at::Tensor mlp_in = ops::rms_norm(between, layer.post_norm, config_.rms_norm_eps, precision_);
  return ops::linear(ops::swiglu(mlp_in, layer.gate_up, products), layer.down, {}, /*residual=*/between,
                     products);
}

at::Tensor Policy::forward(const TokenBatch& batch, KvCache* cache) const {
  check(batch.token_ids.size() == batch.positions.size(), "every token has a position");
  const at::Tensor positions = tensor_of(batch.positions);
  const at::Tensor cos = ops::embedding(positions, rope_cos_);  // [T, Dh/2]
  const at::Tensor sin = ops::embedding(positions, rope_sin_);
  // transformers builds its embedding with padding_idx = pad_token_id; SmolLM2's pad token is its end-of-turn token.
  at::Tensor x = ops::embedding(tensor_of(batch.token_ids), embedding_, config_.pad_token_id);  // [T, D]
  const bool recompute = recompute_ && !cache && at::GradMode::is_enabled();
  for (size_t i = 0; i < layers_.size(); ++i) {
    if (recompute) {
      // The plan is copied: the batch may be gone when the backward pass comes back here.
      x = ops::recomputed(x, [this, i, cos, sin, plan = batch.plan](const at::Tensor& input) {
        return forward_layer(i, input, cos, sin, plan, nullptr, ops::Products::Exact);
      });
    } else {
      x = forward_layer(i, x, cos, sin, batch.plan, cache, batch.products);
    }
  }
  return x;
}

int64_t Policy::activation_bytes_per_token() const {
  const ModelConfig& c = config_;
  const int64_t element = kernels::element_size(precision_), D = c.hidden_size,
                attention = (c.num_heads + 2 * c.num_kv_heads) * c.head_dim;
  // Two residual streams; two norms' results; q, k, v, the attended rows; gate, up and their product.
  const int64_t layer =
      8 * D + element * (2 * D + attention + c.num_heads * c.head_dim + 3 * c.intermediate_size);
  return recompute_ ? layer + c.num_layers * 4 * D : c.num_layers * layer;
}

at::Tensor Policy::normed_rows(const at::Tensor& hidden, const std::vector<int64_t>& rows) const {
  return ops::rms_norm(ops::embedding(tensor_of(rows), hidden), final_norm_, config_.rms_norm_eps,
                       precision_);
}

ops::TokenLogprobs Policy::token_logprobs(const at::Tensor& hidden, const std::vector<int64_t>& rows,
                                          const std::vector<int64_t>& targets, double temperature) const {
  check(rows.size() == targets.size(), "every scored row has a target");
  return ops::token_logprobs(normed_rows(hidden, rows), head_, tensor_of(targets), temperature);
}

at::Tensor Policy::logits(const at::Tensor& hidden, const std::vector<int64_t>& rows) const {
  return ops::linear(normed_rows(hidden, rows), head_);
}

ops::Draws Policy::draw_tokens(const at::Tensor& hidden_rows, double temperature,
                               std::span<const int64_t> row_of, std::span<const double> u,
                               ops::Products products) const {
  return ops::draw_tokens(ops::rms_norm(hidden_rows, final_norm_, config_.rms_norm_eps, precision_), head_,
                          temperature, row_of, u, products);
}

std::string Policy::arithmetic() const {
  if (!head_.has_kernels()) return fmt::format("ATen on {}", device_.str());
  return fmt::format("{} products by the {} kernels on {} threads", enum_name(precision_),
                     kernels::active(precision_).name, arithmetic_pool().size());
}

KvCache Policy::make_cache(int64_t num_blocks) const {
  KvCache cache{.num_blocks = num_blocks};
  const AttentionHeads heads{config_.num_heads, config_.num_kv_heads, config_.head_dim};
  // One store for all layers: large enough for huge pages. Rows of a sequence are scattered over it, and each would otherwise
  // cost a walk of the page tables.
  const int64_t layers = config_.num_layers;
  const KvBlocks all = ops::make_kv_blocks(layers * num_blocks, heads, precision_, embedding_);
  const int64_t rows = all.keys.size(0) / layers;
  for (int64_t i = 0; i < layers; ++i) {
    cache.layers.push_back({all.keys.narrow(0, i * rows, rows), all.values.narrow(0, i * rows, rows)});
  }
  return cache;
}

void Policy::set_requires_grad(bool wanted) {
  for (at::Tensor& leaf : leaves_) leaf.requires_grad_(wanted);
}

NamedTensors Policy::gradients() const {
  NamedTensors result;
  for (const auto& [name, part] : parts_) {
    const at::Tensor& gradient = leaves_[part.leaf].grad();
    if (gradient.defined()) result.emplace(name, gradient.narrow(0, part.row, part.rows));
  }
  return result;
}

void Policy::zero_gradients() {
  const at::NoGradGuard no_grad;
  for (at::Tensor& leaf : leaves_) {
    if (leaf.grad().defined()) leaf.mutable_grad().zero_();  // kept: fresh memory costs more than zeros
  }
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
    tensor.copy_(found->second);  // a view of the leaf, whose version changes with it
  }
}

}  // namespace r1
