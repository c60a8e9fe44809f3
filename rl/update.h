// One optimizer update: micro-batches forward and backward into one gradient, clip, check, step.
// GRPO, SFT and distillation differ in the loss they pass in, and in nothing else here.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "policy/adamw.h"
#include "policy/policy.h"
#include "rl/batch.h"
#include "rl/loss.h"

namespace r1 {

using LossFunction = std::function<LossTerms(const LossInputs&)>;

// What a forward pass keeps of its layers for the backward pass.
enum class Recompute {
  Auto,  // all, unless token_budget tokens of it would take more than half of the memory that is free at the start
  Never,   // all
  Always,  // their inputs alone: least memory, a third more time, the same bits
};
template <>
struct EnumNames<Recompute> {
  static constexpr std::pair<Recompute, const char*> values[] = {
      {Recompute::Auto, "auto"}, {Recompute::Never, "never"}, {Recompute::Always, "always"}};
};
// Sets the policy up; returns a line for the run's log when activations are recomputed because memory asks for it.
std::string choose_recompute(Recompute wanted, Policy& policy, int64_t token_budget);

struct UpdateOptions {
  double temperature = 1.0;  // logprobs are scored at the temperature they were sampled at
  Aggregation aggregation = Aggregation::TokenMean;
  Denominators denominators;    // of the whole step or minibatch, not of these samples
  int64_t token_budget = 2048;  // tokens of one micro-batch
};

// What the backward passes of one update produced; the gradient itself is in the policy.
struct GradientResult {
  double loss = 0;  // sum of the micro-batches' shares
  double kl_sum = 0, clipped_low = 0, clipped_high = 0, entropy_sum = 0;
  int64_t trained_tokens = 0;  // tokens that went through the loss (skipped samples not counted)
  int64_t forward_tokens = 0;  // tokens of all forwards, shared prompts counted once per micro-batch
  // max |logprob - old_logprob| over the trained tokens: 0 when the weights are those that sampled them.
  double parity = 0;
};

// Adds the gradient of loss(samples) to the policy's gradients. The policy's weights must require gradients.
GradientResult accumulate_gradients(Policy& policy, const TrainBatch& batch,
                                    const std::vector<size_t>& samples, const UpdateOptions& options,
                                    const LossFunction& loss);

// Logprobs of the trained tokens of every chosen sample under `policy`, without gradient; same layout as
// TrainSample::old_logprobs (0 where loss_mask is false). For reference policies and for tests.
std::vector<std::vector<float>> score_samples(const Policy& policy, const TrainBatch& batch,
                                              const std::vector<size_t>& samples, double temperature,
                                              int64_t token_budget);

struct StepResult {
  bool finite = false;   // false: nothing was changed
  double grad_norm = 0;  // before clipping
};

// Clips the gradient to max_norm (<= 0: no clipping) and applies it. When loss or gradient is not finite, weights and
// optimizer state stay untouched, bit for bit. Gradients are cleared in both cases.
StepResult apply_gradients(Policy& policy, AdamW& optimizer, double loss, double learning_rate,
                           double max_norm);

}  // namespace r1
