#include "rl/update.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/zeros_like.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/errors.h"
#include "base/files.h"

namespace r1 {
namespace {

template <class T>
at::Tensor tensor_of(const std::vector<T>& values, c10::Device device) {
  const auto type = c10::CppTypeToScalarType<T>::value;
  return at::from_blob(const_cast<T*>(values.data()), {static_cast<int64_t>(values.size())}, type)
      .clone()
      .to(device);
}

// Gathers, for the R trained tokens of a micro-batch, what the loss needs from their samples.
LossInputs gather_inputs(const MicroBatch& micro, const TrainBatch& batch, const UpdateOptions& options,
                         c10::Device device) {
  std::vector<double> old_logprobs, ref_logprobs, advantages, weights, importance;
  std::vector<int64_t> sequence_of;
  bool has_reference = false;
  for (size_t r = 0; r < micro.rows.size(); ++r) {
    const TrainSample& sample = batch.samples[micro.sample_of[r]];
    const size_t at = micro.position_of[r];
    if (!sample.old_logprobs.empty()) old_logprobs.push_back(sample.old_logprobs[at]);
    if (!sample.ref_logprobs.empty()) ref_logprobs.push_back(sample.ref_logprobs[at]), has_reference = true;
    if (!sample.importance.empty()) importance.push_back(sample.importance[at]);
    advantages.push_back(sample.advantage);
    weights.push_back(token_weight(options.aggregation, options.denominators, sample));
    const bool next_sample = r > 0 && micro.sample_of[r] != micro.sample_of[r - 1];
    sequence_of.push_back(r == 0 ? 0 : sequence_of.back() + next_sample);
  }
  LossInputs inputs;
  if (old_logprobs.size() == micro.rows.size()) inputs.old_logprobs = tensor_of(old_logprobs, device);
  check(!has_reference || ref_logprobs.size() == micro.rows.size(),
        "all samples have reference logprobs or none has");
  if (has_reference) inputs.ref_logprobs = tensor_of(ref_logprobs, device);
  check(importance.empty() || importance.size() == micro.rows.size(),
        "all samples have importance weights or none has");
  if (!importance.empty()) inputs.importance = tensor_of(importance, device);
  inputs.advantages = tensor_of(advantages, device);
  inputs.weights = tensor_of(weights, device);
  inputs.sequence_of = tensor_of(sequence_of, device);
  inputs.num_sequences = sequence_of.empty() ? 0 : sequence_of.back() + 1;
  return inputs;
}

double largest_difference(const at::Tensor& logprobs, const at::Tensor& old_logprobs) {
  if (!old_logprobs.defined() || logprobs.numel() == 0) return 0;
  return (logprobs.detach().to(at::kDouble) - old_logprobs).abs().max().item<double>();
}

// Memory that could be used without swapping, in bytes; 0 when the system does not say.
double available_memory() { return 1024 * std::atof(proc_field("/proc/meminfo", "MemAvailable").c_str()); }

}  // namespace

std::string choose_recompute(Recompute wanted, Policy& policy, int64_t token_budget) {
  policy.set_recompute(wanted == Recompute::Always);
  if (wanted != Recompute::Auto) return {};
  const double needed = static_cast<double>(policy.activation_bytes_per_token() * token_budget),
               free = available_memory();
  if (free == 0 || needed <= free / 2) return {};
  policy.set_recompute(true);
  return fmt::format(
      "activations of {} tokens would take {:.1f} GB of {:.1f} GB free: they are computed again in the "
      "backward pass "
      "(recompute=auto; the same bits, a third slower; a smaller token_budget avoids it)",
      token_budget, needed / 1e9, free / 1e9);
}

GradientResult accumulate_gradients(Policy& policy, const TrainBatch& batch,
                                    const std::vector<size_t>& samples, const UpdateOptions& options,
                                    const LossFunction& loss) {
  GradientResult result;
  for (const MicroBatch& micro : pack_micro_batches(batch, samples, options.token_budget)) {
    if (micro.rows.empty()) continue;
    LossInputs inputs = gather_inputs(micro, batch, options, policy.device());
    const at::Tensor hidden = policy.forward(micro.tokens);  // [T, D]
    const ops::TokenLogprobs scored =
        policy.token_logprobs(hidden, micro.rows, micro.targets, options.temperature);
    inputs.logprobs = scored.logprobs;
    inputs.entropy = scored.entropy;
    const LossTerms terms = loss(inputs);
    terms.loss.backward();
    result.loss += terms.loss.item<double>();
    result.kl_sum += terms.kl_sum;
    result.clipped_low += terms.clipped_low;
    result.clipped_high += terms.clipped_high;
    result.entropy_sum += terms.entropy_sum;
    result.trained_tokens += static_cast<int64_t>(micro.rows.size());
    result.forward_tokens += static_cast<int64_t>(micro.tokens.token_ids.size());
    result.parity = std::max(result.parity, largest_difference(scored.logprobs, inputs.old_logprobs));
  }
  return result;
}

std::vector<std::vector<float>> score_samples(const Policy& policy, const TrainBatch& batch,
                                              const std::vector<size_t>& samples, double temperature,
                                              int64_t token_budget) {
  at::NoGradGuard no_grad;
  std::vector<std::vector<float>> result(batch.samples.size());
  for (size_t index : samples) result[index].assign(batch.samples[index].token_ids.size(), 0.0f);
  for (const MicroBatch& micro : pack_micro_batches(batch, samples, token_budget)) {
    if (micro.rows.empty()) continue;
    const at::Tensor hidden = policy.forward(micro.tokens);
    const at::Tensor logprobs =
        policy.token_logprobs(hidden, micro.rows, micro.targets, temperature).logprobs.cpu().to(at::kFloat);
    const float* values = logprobs.const_data_ptr<float>();
    for (size_t r = 0; r < micro.rows.size(); ++r)
      result[micro.sample_of[r]][micro.position_of[r]] = values[r];
  }
  return result;
}

StepResult apply_gradients(Policy& policy, AdamW& optimizer, double loss, double learning_rate,
                           double max_norm) {
  at::NoGradGuard no_grad;
  NamedTensors gradients = policy.gradients();
  // A weight no loss reached has gradient 0; its momentum still moves it, as if the silent samples had been computed.
  for (const auto& [name, weight] : policy.weights()) {
    if (!gradients.contains(name)) gradients.emplace(name, at::zeros_like(weight));
  }
  StepResult result;
  result.grad_norm = global_grad_norm(gradients);
  result.finite = std::isfinite(loss) && std::isfinite(result.grad_norm);
  if (result.finite) {
    optimizer.step(gradients, learning_rate, clip_scale(result.grad_norm, max_norm));
  }
  policy.zero_gradients();
  return result;
}

}  // namespace r1
