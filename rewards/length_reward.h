// Rewards on the number of tokens of a completion.
//
// soft_overlong_score is DAPO's (https://arxiv.org/abs/2503.14476, equation 13), with L tokens, L_max allowed
// and a cache of L_cache:
//   0                                 L <= L_max - L_cache
//   (L_max - L_cache - L) / L_cache   up to L_max, where it is -1
//   -1                                L > L_max
#pragma once

#include <cstdint>

#include "rewards/reward.h"

namespace r1 {

// REQUIRES 0 <= cache_tokens <= max_tokens. A cache of 0 makes a step after max_tokens.
double soft_overlong_score(int64_t num_tokens, int64_t max_tokens, int64_t cache_tokens);

// 1 for an empty completion, falling linearly to 0 at max_tokens and beyond: shorter is better. REQUIRES
// max_tokens > 0.
double shortness_score(int64_t num_tokens, int64_t max_tokens);

class OverlongReward : public Reward {
 public:
  OverlongReward(int64_t max_tokens, int64_t cache_tokens);
  std::vector<Score> score(std::span<const RewardInput> inputs) override;

 private:
  int64_t max_tokens_, cache_tokens_;
};

class LengthReward : public Reward {
 public:
  explicit LengthReward(int64_t max_tokens);
  std::vector<Score> score(std::span<const RewardInput> inputs) override;

 private:
  int64_t max_tokens_;
};

}  // namespace r1
