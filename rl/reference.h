// The frozen policy that KL terms measure the distance to. Holds nothing when no KL term is configured.
#pragma once

#include <optional>

#include "rl/advantages.h"
#include "rl/batch.h"
#include "rl/grpo.h"

namespace r1 {

class Reference {
 public:
  // Copies the policy's weights when the loss needs them.
  Reference(const GrpoConfig& config, const Policy& policy);

  // Fills ref_logprobs of every sample of the batch.
  void score(TrainBatch& batch) const;

  // With KL in the reward: reward_i - kl_coef * sum over i's tokens of (old_logprob - ref_logprob), the k1 estimate.
  RewardsPG penalise(RewardsPG rewards_PG, const TrainBatch& batch) const;

  // Every reference_refresh_every steps the reference becomes the policy.
  void refresh_if_due(int64_t step, const Policy& policy);

  // What a checkpoint stores; null when there is no reference.
  NamedTensors* stored_weights() { return policy_ ? &weights_ : nullptr; }
  // Takes up what a restored checkpoint put into stored_weights().
  void use_stored_weights();

 private:
  const GrpoConfig& config_;
  std::optional<Policy> policy_;
  NamedTensors weights_;  // the tensors of policy_
};

}  // namespace r1
