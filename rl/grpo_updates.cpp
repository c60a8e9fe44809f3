#include "rl/grpo_updates.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "rl/quarantine.h"

namespace r1 {

void assign_advantages(TrainBatch& batch, const RewardsPG& advantages_PG) {
  size_t index = 0;
  for (const auto& advantages_G : advantages_PG) {
    for (const auto& advantage : advantages_G) batch.samples[index++].advantage = advantage.value_or(0);
  }
  check(index == batch.samples.size(), "every sample of the batch has one advantage");
}

std::vector<size_t> samples_to_compute(const TrainBatch& batch, const std::vector<size_t>& samples,
                                       const LossConfig& loss) {
  std::vector<size_t> result;
  for (size_t index : samples) {
    const TrainSample& sample = batch.samples[index];
    const bool silent = loss.zero_advantage_is_silent() && sample.advantage == 0;
    if (!silent && sample.num_trained() > 0) result.push_back(index);
  }
  return result;
}

std::vector<std::vector<size_t>> divide_by_prompts(const TrainBatch& batch, int64_t minibatches) {
  const size_t parts = static_cast<size_t>(minibatches), num_prompts = batch.prompts.size();
  std::vector<std::vector<size_t>> result(parts);
  for (size_t i = 0; i < batch.samples.size(); ++i) {
    result[batch.samples[i].prompt * parts / num_prompts].push_back(i);
  }
  return result;
}

namespace {

// Sums over a step's updates, turned into means at the end.
struct Totals {
  double loss = 0, grad_norm = 0, kl = 0, entropy = 0, clipped_low = 0, clipped_high = 0, parity = 0;
  int64_t tokens = 0, trained_tokens = 0, attempts = 0;
  double learning_rate = 0;

  void add(const GradientResult& gradient, const StepResult& step) {
    loss += gradient.loss;
    grad_norm += step.grad_norm;
    kl += gradient.kl_sum;
    entropy += gradient.entropy_sum;
    clipped_low += gradient.clipped_low;
    clipped_high += gradient.clipped_high;
    trained_tokens += gradient.trained_tokens;
    ++attempts;
  }

  std::map<std::string, double> metrics(bool has_kl) const {
    const double updates = std::max<double>(1, static_cast<double>(attempts));
    const double trained = std::max<double>(1, static_cast<double>(trained_tokens));
    std::map<std::string, double> result = {
        {"loss", loss / updates},
        {"grad_norm", grad_norm / updates},
        {"entropy", entropy / trained},
        {"clip_ratio/low_mean", clipped_low / trained},
        {"clip_ratio/high_mean", clipped_high / trained},
        {"clip_ratio/region_mean", (clipped_low + clipped_high) / trained},
        {"num_tokens", static_cast<double>(tokens)},
        {"trained_tokens", static_cast<double>(trained_tokens)},
        {"parity", parity},
        {"learning_rate", learning_rate}};
    if (has_kl) result["kl"] = kl / trained;
    return result;
  }
};

void require_parity(double parity, double limit, int64_t step) {
  if (limit <= 0 || parity <= limit) return;
  throw NumericsError(fmt::format(
      "step {}: sampling and training logprobs differ by up to {:.3g}, more than parity_limit={}; "
      "the sampler and the trainer no longer compute the same model",
      step, parity, limit));
}

}  // namespace

UpdateSummary run_updates(const GrpoConfig& config, LanguageModel& model, AdamW& optimizer,
                          const TrainBatch& batch, TrainPosition& at, TrainingRun& run) {
  const int64_t step = at.step + 1;
  UpdateSummary summary;
  Totals totals;
  ScheduleConfig schedule = config.schedule;
  if (schedule.total_steps == 0) schedule.total_steps = config.steps * config.epochs * config.minibatches;
  auto loss = [&](const LossInputs& inputs) { return policy_gradient_loss(inputs, config.loss); };
  bool all_finite = true;
  for (int64_t epoch = 0; epoch < config.epochs; ++epoch) {
    for (const auto& minibatch : divide_by_prompts(batch, config.minibatches)) {
      const UpdateOptions options{config.sampling.temperature, config.loss.aggregation,
                                  count_denominators(batch, minibatch, config.sampling.max_new_tokens),
                                  config.token_budget};
      const GradientResult gradient = accumulate_gradients(
          model.policy, batch, samples_to_compute(batch, minibatch, config.loss), options, loss);
      if (totals.attempts == 0) {  // only now are the weights those that sampled
        totals.parity = gradient.parity;
        require_parity(gradient.parity, config.parity_limit, step);
      }
      totals.learning_rate = learning_rate_at(schedule, at.policy_version + summary.num_updates);
      const StepResult applied =
          apply_gradients(model.policy, optimizer, gradient.loss, totals.learning_rate, config.max_grad_norm);
      if (applied.finite)
        ++summary.num_updates;
      else if (std::exchange(all_finite, false))
        quarantine(run, model, batch, minibatch, options, config.loss, step);
      if (epoch == 0) totals.tokens += options.denominators.num_tokens;
      totals.add(gradient, applied);
      summary.forward_tokens += gradient.forward_tokens;
    }
  }
  at.bad_steps = all_finite ? 0 : at.bad_steps + 1;
  stop_after_bad_steps(at.bad_steps, step);
  summary.metrics = totals.metrics(config.loss.needs_reference());
  summary.metrics["skipped_updates"] = all_finite ? 0 : 1;
  return summary;
}

std::map<std::string, double> step_times(double rollout_seconds, double score_seconds, double update_seconds,
                                         const Phase& phase, const UpdateSummary& updates) {
  return {{"step_time", rollout_seconds + score_seconds + update_seconds},
          {"time/rollout", rollout_seconds},
          {"time/score", score_seconds},
          {"time/update", update_seconds},
          {"rollout_tokens_per_second",
           static_cast<double>(phase.sampled_tokens) / std::max(rollout_seconds, 1e-9)},
          {"update_tokens_per_second",
           static_cast<double>(updates.forward_tokens) / std::max(update_seconds, 1e-9)}};
}

}  // namespace r1
