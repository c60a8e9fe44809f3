#include "rl/reference.h"

#include <numeric>

#include "rl/update.h"

namespace r1 {

Reference::Reference(const GrpoConfig& config, const Policy& policy) : config_(config) {
  if (!config.loss.needs_reference()) return;
  policy_.emplace(policy.config(), policy.clone_weights(), policy.device(), policy.precision());
  weights_ = policy_->weights();
}

void Reference::use_stored_weights() {
  if (!policy_) return;
  policy_->load_weights(weights_);
  weights_ = policy_->weights();
}

void Reference::score(TrainBatch& batch) const {
  if (!policy_) return;
  std::vector<size_t> all(batch.samples.size());
  std::iota(all.begin(), all.end(), size_t{0});
  auto logprobs = score_samples(*policy_, batch, all, config_.sampling.temperature, config_.token_budget);
  for (size_t i = 0; i < all.size(); ++i) batch.samples[i].ref_logprobs = std::move(logprobs[i]);
}

RewardsPG Reference::penalise(RewardsPG rewards_PG, const TrainBatch& batch) const {
  if (!policy_ || config_.loss.kl != KlKind::Reward) return rewards_PG;
  size_t index = 0;
  for (auto& rewards_G : rewards_PG) {
    for (auto& reward : rewards_G) {
      const TrainSample& sample = batch.samples[index++];
      double distance = 0;
      for (size_t t = 0; t < sample.token_ids.size(); ++t) {
        if (sample.loss_mask[t]) distance += sample.old_logprobs[t] - sample.ref_logprobs[t];
      }
      if (reward) *reward -= config_.loss.kl_coef * distance;
    }
  }
  return rewards_PG;
}

void Reference::refresh_if_due(int64_t step, const Policy& policy) {
  if (!policy_ || config_.reference_refresh_every <= 0 || step % config_.reference_refresh_every != 0) return;
  policy_->load_weights(policy.weights());
}

}  // namespace r1
