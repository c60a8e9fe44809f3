#include "rewards/math/math_reward.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "datasets/jsonl_reader.h"
#include "tests/datasets/shared_data.h"

namespace r1 {
namespace {

Verdict verdict(const std::string& completion, const std::string& gold) {
  return verify_math(completion, gold).verdict;
}

TEST(MathReward, NumbersAreCorrectOrWrong) {
  EXPECT_EQ(verdict("\\boxed{0.5}", "\\frac{1}{2}"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{0.5}", "0.25"), Verdict::Wrong);
  EXPECT_EQ(verdict("The answer is 1,234.", "1234"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{10^{-20}}", "10^{-21}"), Verdict::Wrong);
}

TEST(MathReward, NoAnswerIsNotWrong) { EXPECT_EQ(verdict("I give up at 5", "5"), Verdict::NoAnswer); }

TEST(MathReward, AnotherFormIsCorrectAndAnotherValueWrong) {
  EXPECT_EQ(verdict("\\boxed{\\left( 3, \\dfrac{\\pi}{2} \\right)}", "(3,\\frac{\\pi}{2})"),
            Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{x^{2}+1}", "x^2 + 1"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{\\text{Evelyn}}", "Evelyn"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{\\frac12x}", "\\frac{1}{2} x"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{1+x^2}", "x^2+1"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{7}", "x+1"), Verdict::Wrong);
  EXPECT_EQ(verdict("\\boxed{x^{12}}", "x^21"), Verdict::Wrong);
}

TEST(MathReward, WhatNobodyCanDecideIsUndecided) {
  EXPECT_EQ(verdict("\\boxed{\\lfloor 2x\\rfloor}", "\\lfloor x\\rfloor+\\lfloor x+\\frac12\\rfloor"),
            Verdict::Undecided);
}

TEST(MathReward, AGoldThatCannotBeReadIsBadGold) {
  for (const char* gold : {"", "  ", "$$", "\\frac{1", "}{", "\xFF"}) {
    EXPECT_EQ(verdict("\\boxed{5}", gold), Verdict::BadGold) << gold;
  }
}

TEST(MathReward, AWholeSolutionMayBeTheGold) {
  EXPECT_EQ(verdict("\\boxed{5}", "First 3, then $\\boxed{5}$."), Verdict::Correct);
}

TEST(MathReward, DetailNamesAnswerRuleGoldAndReason) {
  EXPECT_TRUE(verify_math("\\boxed{4}", "5").detail.starts_with("answer \"4\" (box), gold \"5\": "));
  EXPECT_EQ(verify_math("hm", "5").detail, "no answer found, gold \"5\"");
  EXPECT_TRUE(verify_math("\\boxed{a\nb\xFF}", "5")
                  .detail.starts_with("answer \"a b\xEF\xBF\xBD\" (box), gold \"5\": "));
}

TEST(MathReward, ThePolicyIsTheOneGiven) {
  MathReward strict, lenient(math::MathPolicy::lenient());
  Example example;
  example.answer = "50\\%";
  const RewardInput input{example, "\\boxed{50}", ""};
  EXPECT_EQ(strict.score({&input, 1})[0].value, 0.0);
  EXPECT_EQ(lenient.score({&input, 1})[0].value, 1.0);
}

TEST(MathReward, ScoresAreOneZeroOrNone) {
  Example good, bad;
  good.answer = "5";
  const std::vector<RewardInput> inputs = {{good, "\\boxed{5}", ""},
                                           {good, "\\boxed{6}", ""},
                                           {bad, "\\boxed{5}", ""},
                                           {good, "\\boxed{5}", "<think>\n"}};
  const std::vector<Score> scores = MathReward().score(inputs);
  ASSERT_EQ(scores.size(), 4u);
  EXPECT_EQ(scores[0].value, 1.0);
  EXPECT_EQ(scores[1].value, 0.0);
  EXPECT_EQ(scores[2].value, std::nullopt);
  EXPECT_EQ(scores[2].verdict, Verdict::BadGold);
  EXPECT_EQ(scores[3].verdict, Verdict::NoAnswer);  // the thinking that the prompt opened never ends
}

TEST(MathReward, TheQuestionIsTheLastUserMessage) {
  Example example;
  example.prompt_text = "raw";
  EXPECT_EQ(question_of(example), "raw");
  example.messages = {{"user", "a"}, {"assistant", "b"}, {"user", "c"}, {"assistant", "d"}};
  EXPECT_EQ(question_of(example), "c");
}

class SharedGolds : public testing::TestWithParam<const char*> {};

// At least 99.5 % of a set's golds equal themselves; every other one is listed. None equals what is not it.
TEST_P(SharedGolds, EqualThemselvesAndNothingElse) {
  const std::string path = shared_data(GetParam());
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing; set R1_DATA_DIR";
  const std::vector<Example> examples = read_examples(path);
  std::string rest;
  size_t num_rest = 0;
  for (const Example& example : examples) {
    const MathVerdict self = verify_math("\\boxed{" + example.answer + "}", example.answer);
    if (self.verdict != Verdict::Correct) {
      ++num_rest;
      rest += example.id + ": " + self.detail + "\n";
    }
    EXPECT_NE(verify_math("\\boxed{7.5 + " + example.answer + "}", example.answer).verdict, Verdict::Correct)
        << example.id;
  }
  EXPECT_LE(200 * num_rest, examples.size()) << rest;
  if (num_rest > 0) std::cout << rest;
}

INSTANTIATE_TEST_SUITE_P(Files, SharedGolds,
                         testing::Values("gsm8k/train.jsonl", "gsm8k/test.jsonl", "math/test.jsonl",
                                         "math500/test.jsonl", "aime24/test.jsonl", "aime25/test.jsonl",
                                         "amc23/test.jsonl", "svamp/test.jsonl", "asdiv/test.jsonl",
                                         "mawps/test.jsonl"));

TEST(MathReward, Gsm8kSolutionsAreAnsweredByTheirOwnHashes) {
  const std::string path = shared_data("gsm8k/test.jsonl");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing; set R1_DATA_DIR";
  for (const Example& example : read_examples(path)) {
    EXPECT_EQ(verify_math(example.metadata["solution"].get<std::string>(), example.answer).verdict,
              Verdict::Correct);
  }
}

}  // namespace
}  // namespace r1
