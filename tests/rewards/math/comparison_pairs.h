// Pairs of a gold and an answer as texts, for the tests of the typed comparison.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "rewards/math/compare/compare.h"

namespace r1::math {

using AnswerPairs = std::vector<std::pair<std::string, std::string>>;  // gold, answer

enum class Direction { BothWays, OneWay };  // one way: a rule reads the gold otherwise than the answer

inline const char* comparison_name(Comparison comparison) {
  return comparison == Comparison::Equal       ? "EQUAL"
         : comparison == Comparison::Different ? "DIFFERENT"
                                               : "UNKNOWN";
}

inline std::string describe(const std::string& gold, const std::string& answer, const MathPolicy& policy) {
  const AnswerComparison result = compare_answer_texts(answer, gold, policy, true);
  return "gold " + gold + "  answer " + answer + "\n  " + comparison_name(result.decision.comparison) + ": " +
         std::string(result.decision.reason) + "\n  gold   " + result.gold_tree + result.gold_problem +
         "\n  answer " + result.answer_tree + result.answer_problem;
}

inline void expect_pairs(Comparison expected, const AnswerPairs& pairs,
                         Direction direction = Direction::BothWays, const MathPolicy& policy = {}) {
  for (const auto& [gold, answer] : pairs) {
    EXPECT_EQ(compare_answer_texts(answer, gold, policy).decision.comparison, expected)
        << describe(gold, answer, policy);
    if (direction == Direction::OneWay) continue;
    EXPECT_EQ(compare_answer_texts(gold, answer, policy).decision.comparison, expected)
        << "swapped: " << describe(answer, gold, policy);
  }
}

inline void expect_equal(const AnswerPairs& pairs, Direction direction = Direction::BothWays,
                         const MathPolicy& policy = {}) {
  expect_pairs(Comparison::Equal, pairs, direction, policy);
}
inline void expect_different(const AnswerPairs& pairs, Direction direction = Direction::BothWays,
                             const MathPolicy& policy = {}) {
  expect_pairs(Comparison::Different, pairs, direction, policy);
}
inline void expect_unknown(const AnswerPairs& pairs, Direction direction = Direction::BothWays,
                           const MathPolicy& policy = {}) {
  expect_pairs(Comparison::Unknown, pairs, direction, policy);
}

}  // namespace r1::math
