// The verifier of answers: extracts the final answer and compares it with the gold.
//
// Numbers are compared exactly (exact_number.h). Two texts that are not numbers are Correct when they agree
// after trivial normalisation (white space, sizing commands, spellings of \frac) and Undecided otherwise:
// this verifier does no algebra, and "could not decide" is not "wrong". Value: 1 for Correct, 0 for the rest;
// none for BadGold.
#pragma once

#include <string>
#include <string_view>

#include "rewards/math/exact_number.h"
#include "rewards/reward.h"

namespace r1 {

struct MathVerdict {
  Verdict verdict = Verdict::NoAnswer;
  std::string detail;  // one line: the answer, the rule that found it, the gold, the reason
};

// `thinking_open` as in extract_answer.
MathVerdict verify_math(std::string_view completion, std::string_view gold, bool thinking_open = false,
                        NumberPolicy policy = {});

// Compares two final answers, both already extracted.
Comparison compare_answers(std::string_view answer, std::string_view gold, NumberPolicy policy = {});

// Why this gold cannot be compared with anything ("" when it can): empty, bad UTF-8, unbalanced braces.
std::string gold_problem(std::string_view gold);

class MathReward : public Reward {
 public:
  explicit MathReward(NumberPolicy policy = {}) : policy_(policy) {}
  std::vector<Score> score(std::span<const RewardInput> inputs) override;

 private:
  NumberPolicy policy_;
};

}  // namespace r1
