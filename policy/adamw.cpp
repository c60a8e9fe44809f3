#include "policy/adamw.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>
#include <c10/util/ParallelGuard.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/errors.h"

namespace r1 {
namespace {

constexpr int64_t kSlice = 1 << 18;  // elements of a fused update: 1 MB of each of its four tensors

// Four interleaved partial sums: a fixed order that still lets the adder pipeline.
double sum_of_squares(const at::Tensor& tensor) {
  const at::Tensor values = tensor.contiguous();
  const float* at = values.const_data_ptr<float>();
  const int64_t count = values.numel(), whole = count / 4 * 4;
  std::array<double, 4> sums{};
  for (int64_t i = 0; i < whole; i += 4) {
    for (int64_t lane = 0; lane < 4; ++lane) sums[lane] += static_cast<double>(at[i + lane]) * at[i + lane];
  }
  for (int64_t i = whole; i < count; ++i) sums[0] += static_cast<double>(at[i]) * at[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

void check_state_shape(const std::string& key, const at::Tensor& found, const at::Tensor& wanted) {
  if (found.sizes() == wanted.sizes()) return;
  throw CheckpointError(
      fmt::format("optimizer state {}: shape {}, the parameter has {}; the state is of another model", key,
                  found.sizes().vec(), wanted.sizes().vec()));
}

// Calls work(0) .. work(count - 1) on ATen's number of threads, each index once. Threads of our own: one start and one
// join per update, where ATen would meet at a barrier for every slice, which costs most when the machine is busy.
void run_on_threads(int64_t count, const std::function<void(int64_t)>& work) {
  std::atomic<int64_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_lock;
  auto loop = [&] {
    const at::NoGradGuard no_grad;
    const c10::ParallelGuard stay_on_this_thread(true);
    try {
      for (int64_t i; (i = next++) < count;) work(i);
    } catch (...) {
      const std::lock_guard lock(failure_lock);
      failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> helpers(
        std::max<int64_t>(0, std::min<int64_t>(at::get_num_threads(), count) - 1));
    for (std::jthread& helper : helpers) helper = std::jthread(loop);
    loop();
  }
  if (failure) std::rethrow_exception(failure);
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
  for (const auto& [name, gradient] : gradients) {
    if (gradient.device().is_cpu() && gradient.scalar_type() == at::kFloat) {
      sum += sum_of_squares(gradient);
    } else {
      const double norm = at::linalg_vector_norm(gradient, 2, {}, false, at::kDouble).item<double>();
      sum += norm * norm;
    }
  }
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

void AdamW::step(const NamedTensors& gradients, double learning_rate, double gradient_scale) {
  const at::NoGradGuard no_grad;
  begin_step(gradients, learning_rate, gradient_scale);
  std::vector<Slice> slices;
  for (auto& [name, slot] : slots_) {
    const at::Tensor& gradient = gradients.at(name);
    if (slot.parameter.device().is_cpu()) {
      const at::Tensor flat = gradient.contiguous().view(-1);
      for (int64_t begin = 0; begin < flat.numel(); begin += kSlice) slices.push_back({&slot, flat, begin});
    } else {
      update_reference(slot, gradient.mul(gradient_scale), learning_rate);
    }
  }
  run_on_threads(static_cast<int64_t>(slices.size()),
                 [&](int64_t i) { update_slice(slices[i], learning_rate, gradient_scale); });
}

// The kernel's own scaling would overwrite the caller's gradients; a scaled slice stays in the cache. Slices start at
// multiples of every vector width, so an element's bits depend neither on them nor on the thread.
void AdamW::update_slice(const Slice& slice, double learning_rate, double gradient_scale) const {
  const Slot& slot = *slice.slot;
  const int64_t count = std::min(kSlice, slice.gradient.numel() - slice.begin);
  auto part = [&](const at::Tensor& whole) { return whole.detach().view(-1).narrow(0, slice.begin, count); };
  const at::Tensor gradient = part(slice.gradient);
  const at::Tensor step =
      at::scalar_tensor(static_cast<double>(steps_), at::TensorOptions().dtype(at::kFloat));
  at::_fused_adamw_({part(slot.parameter)}, {gradient_scale == 1 ? gradient : gradient.mul(gradient_scale)},
                    {part(slot.exp_avg)}, {part(slot.exp_avg_sq)}, {}, {step}, learning_rate, config_.beta1,
                    config_.beta2, slot.weight_decay, config_.epsilon, /*amsgrad=*/false, /*maximize=*/false);
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
