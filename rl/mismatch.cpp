#include "rl/mismatch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/errors.h"
#include "rl/update.h"

namespace r1 {

void validate(const MismatchConfig& config, const std::string& prefix) {
  if (config.importance_cap == 0 || config.importance_cap >= 1) return;
  throw ConfigError(
      fmt::format("{}importance_cap={}: use 0 (no weights) or 1 and more", prefix, config.importance_cap));
}

namespace {

struct Totals {
  double absolute = 0, largest = 0, importance = 0, capped = 0, tokens = 0;
};

void correct(const MismatchConfig& config, TrainSample& sample, std::vector<float> policy_logprobs,
             Totals& totals) {
  if (config.importance_cap > 0) sample.importance.assign(sample.token_ids.size(), 1.0f);
  for (size_t t = 0; t < sample.token_ids.size(); ++t) {
    if (!sample.loss_mask[t]) continue;
    const double difference = double{policy_logprobs[t]} - sample.old_logprobs[t],
                 weight = std::exp(difference);
    totals.absolute += std::abs(difference);
    totals.largest = std::max(totals.largest, std::abs(difference));
    totals.importance += weight;
    totals.tokens += 1;
    if (config.importance_cap == 0) continue;
    totals.capped += weight > config.importance_cap;
    sample.importance[t] = static_cast<float>(std::min(weight, config.importance_cap));
  }
  sample.old_logprobs = std::move(policy_logprobs);
}

}  // namespace

std::map<std::string, double> correct_for_sampler(const MismatchConfig& config, const Policy& policy,
                                                  TrainBatch& batch, double temperature,
                                                  int64_t token_budget) {
  std::vector<size_t> all(batch.samples.size());
  std::iota(all.begin(), all.end(), size_t{0});
  auto logprobs = score_samples(policy, batch, all, temperature, token_budget);
  Totals totals;
  for (size_t i : all) correct(config, batch.samples[i], std::move(logprobs[i]), totals);
  const double tokens = std::max(1.0, totals.tokens);
  return {{"mismatch/mean_abs", totals.absolute / tokens},
          {"mismatch/max", totals.largest},
          {"mismatch/importance_mean", totals.importance / tokens},
          {"mismatch/capped_ratio", totals.capped / tokens}};
}

}  // namespace r1
