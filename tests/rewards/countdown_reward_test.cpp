#include "rewards/countdown_reward.h"

#include <gtest/gtest.h>

#include "datasets/generators.h"

namespace r1 {
namespace {

Verdict verdict(const std::string& expression, std::vector<int64_t> numbers, int64_t target) {
  return verify_countdown(expression, std::move(numbers), target).verdict;
}

TEST(CountdownReward, EvaluatesWithPrecedenceAndBrackets) {
  EXPECT_EQ(verdict("1 + 2 * 3", {1, 2, 3}, 7), Verdict::Correct);
  EXPECT_EQ(verdict("(1 + 2) * 3", {1, 2, 3}, 9), Verdict::Correct);
  EXPECT_EQ(verdict("10 - 3 - 2", {10, 3, 2}, 5), Verdict::Correct);
  EXPECT_EQ(verdict("12 / 3 / 2", {12, 3, 2}, 2), Verdict::Correct);
  EXPECT_EQ(verdict("3 - -2", {3, 2}, 5), Verdict::Correct);
  EXPECT_EQ(verdict("1 + 2 * 3", {1, 2, 3}, 9), Verdict::Wrong);
}

TEST(CountdownReward, FractionsAreExact) {
  EXPECT_EQ(verdict("8 / (3 - 8 / 3)", {8, 3, 8, 3}, 24),
            Verdict::Correct);  // in floating point: 23.99999...
  EXPECT_EQ(verdict("1 / 3 * 3", {1, 3, 3}, 1), Verdict::Correct);
  EXPECT_EQ(verdict("7 / 2", {7, 2}, 3), Verdict::Wrong);
}

TEST(CountdownReward, EveryNumberExactlyOnce) {
  EXPECT_EQ(verdict("3 + 3", {3}, 6), Verdict::Wrong);
  EXPECT_EQ(verdict("3 + 3", {3, 3}, 6), Verdict::Correct);
  EXPECT_EQ(verdict("6", {6, 3}, 6), Verdict::Wrong);
  EXPECT_EQ(verdict("5 + 1", {3, 3}, 6), Verdict::Wrong);
  EXPECT_EQ(verdict("6", {3, 3}, 6), Verdict::Wrong);
}

TEST(CountdownReward, OtherSpellingsAndAResultAreAccepted) {
  EXPECT_EQ(verdict("2 \xC3\x97 3 = 6", {2, 3}, 6), Verdict::Correct);
  EXPECT_EQ(verdict("6 \xC3\xB7 3", {6, 3}, 2), Verdict::Correct);
  EXPECT_EQ(verdict("2 \\times 3", {2, 3}, 6), Verdict::Correct);
  EXPECT_EQ(verdict("6 \xE2\x88\x92 3", {6, 3}, 3), Verdict::Correct);
}

TEST(CountdownReward, WhatIsNoExpressionIsWrong) {
  for (const char* text :
       {"", "1 2", "1 +", "(1 + 2", "1 + 2)", "1 ** 2", "2 ^ 1", "abs(1) + 2", "1.0 + 2", "__import__"}) {
    EXPECT_EQ(verdict(text, {1, 2}, 3), Verdict::Wrong) << text;
  }
  EXPECT_EQ(verdict("1 / (2 - 2)", {1, 2, 2}, 3), Verdict::Wrong);
}

TEST(CountdownReward, HostileExpressionsEndQuickly) {
  EXPECT_EQ(verdict(std::string(100000, '('), {1}, 1), Verdict::Wrong);
  EXPECT_EQ(verdict(std::string(500, '(') + "1" + std::string(500, ')'), {1}, 1), Verdict::Wrong);
  EXPECT_EQ(verdict(std::string(1000, '-') + "1", {1}, 1), Verdict::Wrong);
  EXPECT_EQ(verdict(std::string(40, '9'), {1}, 1), Verdict::Undecided);
  EXPECT_EQ(verdict("9999999999999999 * 9999999999999999 - 1", {1}, 1), Verdict::Undecided);
}

Verdict score_one(const Example& example, const std::string& completion) {
  const RewardInput input{example, completion, ""};
  return *CountdownReward().score({&input, 1})[0].verdict;
}

TEST(CountdownReward, GeneratedSolutionsAreCorrect) {
  for (int64_t index = 0; index < 300; ++index) {
    const Problem problem = countdown_problem({.max_numbers = 6}, {1, Split::Train, index});
    const Example example = problem_example(problem, "c", "");
    EXPECT_EQ(score_one(example, problem.solution), Verdict::Correct) << problem.solution;
  }
}

TEST(CountdownReward, PuzzleMayComeAsJsonInTheAnswer) {
  Example example;
  example.answer = R"({"target": 6, "numbers": [2, 3]})";
  EXPECT_EQ(score_one(example, "<answer>2*3</answer>"), Verdict::Correct);
  EXPECT_EQ(score_one(example, "2*3"), Verdict::NoAnswer);
  example.answer = "6";
  example.metadata["nums"] = {2, 3};
  EXPECT_EQ(score_one(example, "<answer>2*3</answer>"), Verdict::Correct);
}

TEST(CountdownReward, AnExampleWithoutAPuzzleIsBadGold) {
  Example example;
  for (const char* answer :
       {"", "6", "{broken", "{\"numbers\": [], \"target\": 1}", "{\"numbers\": [1.5], \"target\": 1}"}) {
    example.answer = answer;
    EXPECT_EQ(score_one(example, "<answer>2*3</answer>"), Verdict::BadGold) << answer;
  }
}

}  // namespace
}  // namespace r1
