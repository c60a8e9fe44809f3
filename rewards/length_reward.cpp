#include "rewards/length_reward.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"

namespace r1 {

double soft_overlong_score(int64_t num_tokens, int64_t max_tokens, int64_t cache_tokens) {
  const int64_t free_tokens = max_tokens - cache_tokens;
  if (num_tokens <= free_tokens) return 0.0;
  if (num_tokens > max_tokens) return -1.0;
  return static_cast<double>(free_tokens - num_tokens) / static_cast<double>(cache_tokens);
}

double shortness_score(int64_t num_tokens, int64_t max_tokens) {
  return std::max(0.0, 1.0 - static_cast<double>(num_tokens) / static_cast<double>(max_tokens));
}

OverlongReward::OverlongReward(int64_t max_tokens, int64_t cache_tokens)
    : max_tokens_(max_tokens), cache_tokens_(cache_tokens) {
  check(max_tokens > 0 && cache_tokens >= 0 && cache_tokens <= max_tokens,
        "the overlong cache fits in the maximum");
}

std::vector<Score> OverlongReward::score(std::span<const RewardInput> inputs) {
  std::vector<Score> scores;
  for (const RewardInput& input : inputs) {
    scores.push_back({soft_overlong_score(input.num_tokens, max_tokens_, cache_tokens_), std::nullopt,
                      fmt::format("{} tokens of {}", input.num_tokens, max_tokens_)});
  }
  return scores;
}

LengthReward::LengthReward(int64_t max_tokens) : max_tokens_(max_tokens) {
  check(max_tokens > 0, "the length reward has a positive maximum");
}

std::vector<Score> LengthReward::score(std::span<const RewardInput> inputs) {
  std::vector<Score> scores;
  for (const RewardInput& input : inputs) {
    scores.push_back({shortness_score(input.num_tokens, max_tokens_), std::nullopt,
                      fmt::format("{} tokens of {}", input.num_tokens, max_tokens_)});
  }
  return scores;
}

}  // namespace r1
