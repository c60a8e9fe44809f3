#include "policy/adamw.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros_like.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/errors.h"
#include "base/thread_pool.h"
#include "policy/kernels/kernels.h"

namespace r1 {
namespace {

// Elements that one task works on: a quarter MB of each of the four tensors. Fixed, so that sums over slices have one
// order, and a multiple of every vector's width, so that no element's bits depend on where it lies in a slice.
constexpr int64_t kSlice = 1 << 16;

struct Slice {
  const float* values;
  int64_t count;
};

void check_state_shape(const std::string& key, const at::Tensor& found, const at::Tensor& wanted) {
  if (found.sizes() == wanted.sizes()) return;
  throw CheckpointError(
      fmt::format("optimizer state {}: shape {}, the parameter has {}; the state is of another model", key,
                  found.sizes().vec(), wanted.sizes().vec()));
}

}  // namespace

void validate(const AdamWConfig& config, const std::string& where) {
  auto require = [&](bool ok, const char* name, double value, const char* range) {
    if (!ok) throw ConfigError(fmt::format("{}{}={}: must be {}", where, name, value, range));
  };
  require(config.beta1 >= 0 && config.beta1 < 1, "beta1", config.beta1, "in [0, 1)");
  require(config.beta2 >= 0 && config.beta2 < 1, "beta2", config.beta2, "in [0, 1)");
  require(config.epsilon > 0 && std::isfinite(config.epsilon), "epsilon", config.epsilon, "above 0");
  require(config.weight_decay >= 0 && std::isfinite(config.weight_decay), "weight_decay", config.weight_decay,
          "at least 0");
}

double global_grad_norm(const NamedTensors& gradients) {
  const at::NoGradGuard no_grad;
  double sum = 0;
  std::vector<at::Tensor> alive;
  std::vector<Slice> slices;
  for (const auto& [name, gradient] : gradients) {
    if (!gradient.device().is_cpu() || gradient.scalar_type() != at::kFloat) {
      const double norm = at::linalg_vector_norm(gradient, 2, {}, false, at::kDouble).item<double>();
      sum += norm * norm;
      continue;
    }
    alive.push_back(gradient.contiguous());
    const float* values = alive.back().const_data_ptr<float>();
    for (int64_t begin = 0; begin < gradient.numel(); begin += kSlice) {
      slices.push_back({values + begin, std::min(kSlice, gradient.numel() - begin)});
    }
  }
  std::vector<double> sums(slices.size());
  arithmetic_pool().run(static_cast<int64_t>(slices.size()), [&](int64_t i) {
    const Slice& slice = slices[static_cast<size_t>(i)];
    sums[static_cast<size_t>(i)] =
        kernels::active(kernels::Precision::Fp32).rows.sum_of_squares(slice.values, slice.count);
  });
  for (double part : sums) sum += part;
  return std::sqrt(sum);
}

double clip_scale(double norm, double max_norm) {
  if (!std::isfinite(norm)) return std::nan("");
  return max_norm > 0 ? std::min(1.0, max_norm / (norm + 1e-6)) : 1.0;
}

AdamW::AdamW(NamedTensors parameters, const AdamWConfig& config) : config_(config) {
  const at::NoGradGuard no_grad;
  for (auto& [name, parameter] : parameters) {
    check(parameter.scalar_type() == at::kFloat && parameter.is_contiguous(),
          "parameters are contiguous float32");
    const at::Tensor zeros = at::zeros_like(parameter);
    slots_[name] = {parameter, zeros, zeros.clone(), parameter.dim() >= 2 ? config.weight_decay : 0.0};
  }
}

// Everything that can be wrong is found before the first parameter changes.
void AdamW::begin_step(const NamedTensors& gradients, double learning_rate, double gradient_scale) {
  if (!std::isfinite(learning_rate) || !std::isfinite(gradient_scale)) {
    throw NumericsError(
        fmt::format("update {}: learning_rate={} gradient_scale={}: not finite; the weights are untouched",
                    steps_ + 1, learning_rate, gradient_scale));
  }
  check(gradients.size() == slots_.size(), "there is one gradient per parameter");
  for (const auto& [name, slot] : slots_) {
    auto at = gradients.find(name);
    check(at != gradients.end() && at->second.defined(), "every parameter has a gradient");
    check(at->second.sizes() == slot.parameter.sizes() && at->second.scalar_type() == at::kFloat,
          "a gradient has its parameter's shape and dtype");
  }
  ++steps_;
}

namespace {

// What a task updates: four pieces of equal length.
struct UpdateSlice {
  float *weights, *exp_avg, *exp_avg_sq;
  const float* gradient;
  int64_t count;
  double weight_decay;
};

kernels::AdamWStep factors(const AdamWConfig& config, double learning_rate, double gradient_scale, int64_t t,
                           double weight_decay) {
  const auto rounded = [](double value) { return static_cast<float>(value); };
  const double steps = static_cast<double>(t);
  return {.gradient_scale = rounded(gradient_scale),
          .one_minus_beta1 = rounded(1 - config.beta1),
          .beta2 = rounded(config.beta2),
          .one_minus_beta2 = rounded(1 - config.beta2),
          .kept = rounded(1 - learning_rate * weight_decay),
          .rate = rounded(learning_rate / (1 - std::pow(config.beta1, steps))),
          .root = rounded(1 / std::sqrt(1 - std::pow(config.beta2, steps))),
          .epsilon = rounded(config.epsilon)};
}

}  // namespace

void AdamW::step(const NamedTensors& gradients, double learning_rate, double gradient_scale) {
  const at::NoGradGuard no_grad;
  begin_step(gradients, learning_rate, gradient_scale);
  std::vector<at::Tensor> alive;
  std::vector<UpdateSlice> slices;
  for (auto& [name, slot] : slots_) {
    if (!slot.parameter.device().is_cpu() || !kernels::in_use()) {
      update_reference(slot, gradients.at(name).mul(gradient_scale), learning_rate);
      continue;
    }
    const at::Tensor gradient = alive.emplace_back(gradients.at(name).contiguous());
    for (int64_t begin = 0; begin < gradient.numel(); begin += kSlice) {
      slices.push_back(
          {slot.parameter.mutable_data_ptr<float>() + begin, slot.exp_avg.mutable_data_ptr<float>() + begin,
           slot.exp_avg_sq.mutable_data_ptr<float>() + begin, gradient.const_data_ptr<float>() + begin,
           std::min(kSlice, gradient.numel() - begin), slot.weight_decay});
    }
    slot.parameter.unsafeGetTensorImpl()->bump_version();  // packed copies are made again (policy/weight.h)
  }
  arithmetic_pool().run(static_cast<int64_t>(slices.size()), [&](int64_t i) {
    const UpdateSlice& s = slices[static_cast<size_t>(i)];
    kernels::active(kernels::Precision::Fp32)
        .rows.adamw(s.weights, s.gradient, s.exp_avg, s.exp_avg_sq, s.count,
                    factors(config_, learning_rate, gradient_scale, steps_, s.weight_decay));
  });
}

void AdamW::step_reference(const NamedTensors& gradients, double learning_rate, double gradient_scale) {
  const at::NoGradGuard no_grad;
  begin_step(gradients, learning_rate, gradient_scale);
  for (auto& [name, slot] : slots_)
    update_reference(slot, gradients.at(name).mul(gradient_scale), learning_rate);
}

void AdamW::update_reference(Slot& slot, const at::Tensor& gradient, double learning_rate) const {
  const double correction1 = 1 - std::pow(config_.beta1, steps_),
               correction2 = 1 - std::pow(config_.beta2, steps_);
  slot.exp_avg.mul_(config_.beta1).add_(gradient, 1 - config_.beta1);
  slot.exp_avg_sq.mul_(config_.beta2).addcmul_(gradient, gradient, 1 - config_.beta2);
  slot.parameter.mul_(1 - learning_rate * slot.weight_decay);
  const at::Tensor denominator = slot.exp_avg_sq.sqrt().div_(std::sqrt(correction2)).add_(config_.epsilon);
  slot.parameter.addcdiv_(slot.exp_avg, denominator, -learning_rate / correction1);
}

NamedTensors AdamW::state() const {
  NamedTensors out;
  for (const auto& [name, slot] : slots_) {
    out["exp_avg." + name] = slot.exp_avg;
    out["exp_avg_sq." + name] = slot.exp_avg_sq;
  }
  return out;
}

void AdamW::load_state(const NamedTensors& state, int64_t steps) {
  const at::NoGradGuard no_grad;
  const NamedTensors own = this->state();
  for (const auto& [key, tensor] : own) {
    auto at = state.find(key);
    if (at == state.end())
      throw CheckpointError(fmt::format("optimizer state {} is missing from the checkpoint", key));
    check_state_shape(key, at->second, tensor);
  }
  for (const auto& [key, tensor] : state) {
    if (!own.contains(key)) {
      throw CheckpointError(fmt::format("optimizer state {}: the model has no such parameter", key));
    }
  }
  if (steps < 0) throw CheckpointError(fmt::format("optimizer state: steps={}: must be at least 0", steps));
  for (const auto& [key, tensor] : own) tensor.copy_(state.at(key));
  steps_ = steps;
}

}  // namespace r1
