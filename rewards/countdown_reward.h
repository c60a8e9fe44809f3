// The verifier of the Countdown game: an arithmetic expression in <answer>...</answer> that uses every given
// number exactly once and equals the target.
//
// The example names the numbers and the target in its metadata ("numbers" or "nums", "target"), or carries
// them as JSON in `answer` ({"numbers": [...], "target": n}). Arithmetic is on exact fractions; nothing is
// ever evaluated as code.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/reward.h"

namespace r1 {

struct CountdownVerdict {
  Verdict verdict = Verdict::NoAnswer;
  std::string detail;
};

// `expression`: decimal integers, + - * / (also the signs for times and divided by), brackets, an optional "=
// result".
CountdownVerdict verify_countdown(std::string_view expression, std::vector<int64_t> numbers, int64_t target);

class CountdownReward : public Reward {
 public:
  std::vector<Score> score(std::span<const RewardInput> inputs) override;
};

}  // namespace r1
