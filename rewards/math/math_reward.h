// The math verifier as a reward: 1 for an answer that equals the gold, 0 for the rest, none (masked) for a gold without a reading.
//
// Equal is Correct, Different is Wrong, Unknown is Undecided: "could not be decided" is counted apart from "wrong" (math_verifier.h).
#pragma once

#include <string>
#include <string_view>

#include "rewards/math/policy.h"
#include "rewards/reward.h"

namespace r1 {

struct MathVerdict {
  Verdict verdict = Verdict::NoAnswer;
  std::string detail;  // one line: the answer, the rule that found it, the gold, the reason
};

// `thinking_open` and `question` as in ExtractionOptions.
MathVerdict verify_math(std::string_view completion, std::string_view gold, bool thinking_open = false,
                        const math::MathPolicy& policy = {}, std::string_view question = {});

// What was asked: the last user message, or the raw prompt. A view into the example.
std::string_view question_of(const Example& example);

class MathReward : public Reward {
 public:
  explicit MathReward(const math::MathPolicy& policy = {}) : policy_(policy) {}
  // Safe to call from several threads.
  std::vector<Score> score(std::span<const RewardInput> inputs) override;

 private:
  math::MathPolicy policy_;
};

}  // namespace r1
