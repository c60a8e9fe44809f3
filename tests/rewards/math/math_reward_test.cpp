#include "rewards/math/math_reward.h"

#include <gtest/gtest.h>

#include <filesystem>

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
  EXPECT_EQ(verdict("\\boxed{1e-20}", "1e-21"), Verdict::Wrong);
}

TEST(MathReward, NoAnswerIsNotWrong) { EXPECT_EQ(verdict("I give up at 5", "5"), Verdict::NoAnswer); }

TEST(MathReward, TextsAreCorrectWhenTheyAgreeAndElseUndecided) {
  EXPECT_EQ(verdict("\\boxed{\\left( 3, \\dfrac{\\pi}{2} \\right)}", "(3,\\frac{\\pi}{2})"),
            Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{x^{2}+1}", "x^2 + 1"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{\\text{Evelyn}}", "Evelyn"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{\\frac12x}", "\\frac{1}{2} x"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{1+x^2}", "x^2+1"), Verdict::Undecided);
  EXPECT_EQ(verdict("\\boxed{7}", "x+1"), Verdict::Undecided);
  EXPECT_EQ(verdict("\\boxed{1 2}", "12"), Verdict::Undecided);
  EXPECT_EQ(verdict("\\boxed{x^{12}}", "x^12"), Verdict::Undecided);
}

TEST(MathReward, AnAssignmentMayStandBeforeTheValue) {
  EXPECT_EQ(verdict("\\boxed{x = 5}", "5"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{x=5}", "x = 5.0"), Verdict::Correct);
  EXPECT_EQ(verdict("\\boxed{x=5}", "y=5"), Verdict::Undecided);
  EXPECT_EQ(verdict("\\boxed{x=5}", "6"), Verdict::Wrong);
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
  EXPECT_EQ(verify_math("\\boxed{4}", "5").detail, "answer \"4\" (box), gold \"5\": different numbers");
  EXPECT_EQ(verify_math("hm", "5").detail, "no answer found, gold \"5\"");
  EXPECT_EQ(verify_math("\\boxed{a\nb\xFF}", "5").detail,
            "answer \"a b\xEF\xBF\xBD\" (box), gold \"5\": cannot tell whether they are equal");
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

// Every gold of the shared sets is readable, equals itself when boxed, and differs from (or is not equal to) its neighbour.
// `numbers` is the least share of golds that are plain numbers; the rest awaits the full verifier.
struct GoldSet {
  const char* file;
  double numbers;
};

class SharedGolds : public testing::TestWithParam<GoldSet> {};

TEST_P(SharedGolds, AreReadableAndEqualThemselves) {
  const std::string path = shared_data(GetParam().file);
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing; set R1_DATA_DIR";
  const std::vector<Example> examples = read_examples(path);
  size_t numbers = 0;
  for (const Example& example : examples) {
    const MathVerdict self = verify_math("\\boxed{" + example.answer + "}", example.answer);
    EXPECT_EQ(self.verdict, Verdict::Correct) << example.id << ": " << self.detail;
    EXPECT_NE(verify_math("\\boxed{" + example.answer + "7.5}", example.answer).verdict, Verdict::Correct)
        << example.id;
    numbers += read_exact_number(example.answer).kind == NumberKind::Number;
  }
  EXPECT_GE(static_cast<double>(numbers), GetParam().numbers * static_cast<double>(examples.size()))
      << numbers;
  RecordProperty("numbers", static_cast<int>(numbers));
}

INSTANTIATE_TEST_SUITE_P(Files, SharedGolds,
                         testing::Values(GoldSet{"gsm8k/train.jsonl", 1}, GoldSet{"gsm8k/test.jsonl", 1},
                                         GoldSet{"math/test.jsonl", 0.6}, GoldSet{"math500/test.jsonl", 0.6},
                                         GoldSet{"aime24/test.jsonl", 1}, GoldSet{"aime25/test.jsonl", 1},
                                         GoldSet{"amc23/test.jsonl", 1}, GoldSet{"svamp/test.jsonl", 1},
                                         GoldSet{"asdiv/test.jsonl", 0.9}, GoldSet{"mawps/test.jsonl", 1}));

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
