#include "rl/loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include "base/errors.h"

namespace r1 {

void validate(const LossConfig& config, const std::string& prefix) {
  auto require = [&](bool ok, const char* field, double value, const char* wanted) {
    if (!ok) throw ConfigError(fmt::format("{}{}={}: {}", prefix, field, value, wanted));
  };
  require(config.clip_low >= 0, "clip_low", config.clip_low, "use 0 or more");
  require(config.clip_high >= 0, "clip_high", config.clip_high, "use 0 or more");
  require(config.dual_clip == 0 || config.dual_clip > 1, "dual_clip", config.dual_clip,
          "use 0 (off) or more than 1");
  require(config.kl_coef >= 0, "kl_coef", config.kl_coef, "use 0 or more");
}

namespace {

// Mean of `values` [R] over each completion's tokens, spread back to the tokens.
at::Tensor sequence_mean(const at::Tensor& values, const LossInputs& inputs) {
  const at::Tensor zeros = at::zeros({inputs.num_sequences}, values.options());
  const at::Tensor sums = zeros.index_add(0, inputs.sequence_of, values);                   // [n]
  const at::Tensor counts = zeros.index_add(0, inputs.sequence_of, at::ones_like(values));  // [n]
  return at::index_select(sums / counts, 0, inputs.sequence_of);
}

at::Tensor kl_estimate(const at::Tensor& logprobs, const at::Tensor& ref_logprobs, KlKind kind) {
  const at::Tensor x = ref_logprobs - logprobs;
  if (kind == KlKind::LossK1) return -x;
  if (kind == KlKind::LossK2) return x * x / 2;
  return at::exp(x) - x - 1;
}

double count(const at::Tensor& mask) { return static_cast<double>(at::sum(mask).item<int64_t>()); }

}  // namespace

LossTerms policy_gradient_loss(const LossInputs& inputs, const LossConfig& config) {
  LossTerms terms;
  const at::Tensor logprobs = inputs.logprobs.to(at::kDouble);
  at::Tensor log_ratio = logprobs - inputs.old_logprobs;
  if (config.ratio == RatioLevel::Sequence) log_ratio = sequence_mean(log_ratio, inputs);
  const at::Tensor ratio = at::exp(log_ratio);
  const at::Tensor& A = inputs.advantages;

  at::Tensor surrogate = ratio * A;
  if (config.clip == ClipKind::Ppo) {
    surrogate = at::minimum(surrogate, at::clamp(ratio, 1 - config.clip_low, 1 + config.clip_high) * A);
    terms.clipped_low = count((ratio < 1 - config.clip_low) & (A < 0));
    terms.clipped_high = count((ratio > 1 + config.clip_high) & (A > 0));
  }
  if (config.dual_clip > 0)
    surrogate = at::where(A < 0, at::maximum(surrogate, A * config.dual_clip), surrogate);

  at::Tensor token_loss = inputs.importance.defined() ? -surrogate * inputs.importance : -surrogate;
  if (inputs.ref_logprobs.defined()) {
    // Measured as k3 when the penalty sits in the reward: the loss itself then has no KL term.
    const at::Tensor kl = kl_estimate(logprobs, inputs.ref_logprobs, config.kl);
    terms.kl_sum = at::sum(kl.detach()).item<double>();
    if (config.kl_in_loss()) token_loss = token_loss + kl * config.kl_coef;
  }
  terms.entropy_sum = at::sum(inputs.entropy.detach().to(at::kDouble)).item<double>();
  if (config.entropy_coef != 0)
    token_loss = token_loss - inputs.entropy.to(at::kDouble) * config.entropy_coef;
  terms.loss = at::sum(token_loss * inputs.weights);
  return terms;
}

LossTerms cross_entropy_loss(const LossInputs& inputs) {
  LossTerms terms;
  terms.loss = -at::sum(inputs.logprobs.to(at::kDouble) * inputs.weights);
  terms.entropy_sum = at::sum(inputs.entropy.detach().to(at::kDouble)).item<double>();
  return terms;
}

}  // namespace r1
