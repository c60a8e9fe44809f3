#include "rewards/math/math_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace r1::math {
namespace {

using testing::HasSubstr;

MathJudgement judge(const std::string& answer, const std::vector<std::string>& golds) {
  return judge_answer(answer, golds, MathPolicy::strict());
}

MathOutcome outcome(const std::string& answer, const std::vector<std::string>& golds) {
  return judge(answer, golds).outcome;
}

TEST(MathVerifier, SaysEqualDifferentAndUnknown) {
  EXPECT_EQ(outcome("0.5", {"\\frac{1}{2}"}), MathOutcome::Equal);
  EXPECT_EQ(outcome("0.5", {"\\frac{1}{3}"}), MathOutcome::Different);
  EXPECT_EQ(outcome("\\lfloor 2x\\rfloor", {"\\lfloor x\\rfloor+\\lfloor x+\\frac12\\rfloor"}),
            MathOutcome::Unknown);
}

TEST(MathVerifier, ATinyNumberIsNotItsNeighbour) {
  EXPECT_EQ(outcome("10^{-20}", {"10^{-21}"}), MathOutcome::Different);
  EXPECT_EQ(outcome("10^{-20}", {"0"}), MathOutcome::Different);
}

TEST(MathVerifier, AJudgementSaysWhereTheAnswerWasAndWhatFoundIt) {
  const std::string completion = "I think that \\boxed{0.5} it is.";
  const std::vector<std::string> golds = {"1/2"};
  const MathJudgement found = judge_completion(completion, golds, MathPolicy::strict());
  EXPECT_EQ(found.outcome, MathOutcome::Equal);
  EXPECT_EQ(found.rule, AnswerRule::Box);
  EXPECT_EQ(found.extracted, "0.5");
  EXPECT_EQ(completion.substr(found.begin, found.end - found.begin), "0.5");
  EXPECT_EQ(found.evidence, Evidence::Exact);
  EXPECT_GT(found.fuel, 0);
  EXPECT_FALSE(found.reason.empty());
}

TEST(MathVerifier, TreesAreThereOnlyWhenAskedFor) {
  const std::vector<std::string> golds = {"x+1"};
  EXPECT_EQ(judge_answer("x+1", golds, {}).answer_tree, "");
  const MathJudgement explained = judge_answer("x+1", golds, {}, {.explain = true});
  EXPECT_THAT(explained.answer_tree, HasSubstr("Add"));
  EXPECT_THAT(explained.gold_tree, HasSubstr("Add"));
}

TEST(MathVerifier, AnyOfTheAlternativesWillDo) {
  const MathJudgement second = judge("5", {"4", "5", "6"});
  EXPECT_EQ(second.outcome, MathOutcome::Equal);
  EXPECT_EQ(second.gold_index, 1u);
  EXPECT_EQ(second.gold, "5");
  EXPECT_EQ(outcome("7", {"4", "5"}), MathOutcome::Different);
  EXPECT_EQ(outcome("\\lfloor 2x\\rfloor", {"4", "\\lfloor x\\rfloor+\\lfloor x+\\frac12\\rfloor"}),
            MathOutcome::Unknown);
}

TEST(MathVerifier, FuelIsThatOfAllComparisonsAndTheSameEachTime) {
  const MathJudgement one = judge("7", {"4"}), two = judge("7", {"4", "5"});
  EXPECT_GT(two.fuel, one.fuel);
  EXPECT_EQ(two.fuel, judge("7", {"4", "5"}).fuel);
}

TEST(MathVerifier, AGoldWithoutAReadingIsBadGoldWhateverTheAnswer) {
  for (const char* gold : {"", "  ", "$$", "\\frac{1", "}{", "\xFF"}) {
    EXPECT_EQ(outcome("5", {gold}), MathOutcome::BadGold) << gold;
    const std::vector<std::string> golds = {gold};
    EXPECT_EQ(judge_completion("no idea", golds, {}).outcome, MathOutcome::BadGold) << gold;
  }
  EXPECT_EQ(outcome("\xFF", {"\xFF"}), MathOutcome::BadGold);
  EXPECT_EQ(outcome("5", {}), MathOutcome::BadGold);
  EXPECT_EQ(outcome("5", std::vector<std::string>(65, "5")), MathOutcome::BadGold);
}

TEST(MathVerifier, OneBadAlternativeMasksUnlessAnotherIsMet) {
  EXPECT_EQ(outcome("5", {"\\frac{1", "5"}), MathOutcome::Equal);
  EXPECT_EQ(outcome("6", {"\\frac{1", "5"}), MathOutcome::BadGold);
}

TEST(MathVerifier, NoAnswerIsNotDifferent) {
  EXPECT_EQ(outcome("", {"5"}), MathOutcome::NoAnswer);
  EXPECT_EQ(outcome(" $ $ ", {"5"}), MathOutcome::NoAnswer);
  const std::vector<std::string> golds = {"5"};
  EXPECT_EQ(judge_completion("I give up", golds, {}).outcome, MathOutcome::NoAnswer);
  EXPECT_EQ(judge_completion("\\boxed{5}", golds, {}, {.thinking_open = true}).outcome,
            MathOutcome::NoAnswer);
}

TEST(MathVerifier, AWholeSolutionMayBeTheGold) {
  EXPECT_EQ(outcome("5", {"First 3, then $\\boxed{5}$."}), MathOutcome::Equal);
}

TEST(MathVerifier, AlternativesAreRightOnlyWhenEachIsOrTheirListIs) {
  const auto outcome_of = [](const std::string& completion, const std::string& gold) {
    const std::vector<std::string> golds = {gold};
    return judge_completion(completion, golds, {}).outcome;
  };
  EXPECT_EQ(outcome_of("It is \\boxed{1} or \\boxed{2}.", "1"), MathOutcome::Different);
  EXPECT_EQ(outcome_of("It is \\boxed{1} or \\boxed{2}.", "1, 2"), MathOutcome::Equal);
  EXPECT_EQ(outcome_of("It is \\boxed{0.5} or \\boxed{1/2}.", "1/2"), MathOutcome::Equal);
}

TEST(MathVerifier, ACopyOfTheQuestionIsNoAnswer) {
  const std::vector<std::string> golds = {"5"};
  const std::string question = "Is the answer 5? Put it in a box, like \\boxed{5}.";
  EXPECT_EQ(judge_completion(question, golds, {}, {.question = question}).outcome, MathOutcome::NoAnswer);
  EXPECT_EQ(judge_completion("So \\boxed{5}.", golds, {}, {.question = question}).outcome,
            MathOutcome::Equal);
}

TEST(MathVerifier, TheLastNumberCountsInTheLenientProfileOnly) {
  const std::vector<std::string> golds = {"72"};
  EXPECT_EQ(judge_completion("48 + 24 = 72", golds, MathPolicy::strict()).outcome, MathOutcome::NoAnswer);
  EXPECT_EQ(judge_completion("48 + 24 = 72", golds, MathPolicy::lenient()).outcome, MathOutcome::Equal);
}

TEST(MathVerifier, AnyBytesGetAVerdict) {
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  const std::string texts[] = {
      std::string(1, '\0'),      all_bytes,       std::string(20000, '('), std::string(20000, '{'),
      std::string(1 << 20, '9'), "9^{999999999}", "\\def\\x{5}\\x"};
  for (const std::string& text : texts) {
    EXPECT_NE(outcome(text, {"5"}), MathOutcome::Equal) << text.substr(0, 40);
    outcome("5", {text});
    outcome(text, {text});
    const std::vector<std::string> golds = {"5"};
    EXPECT_NE(judge_completion("\\boxed{" + text + "}", golds, {}).outcome, MathOutcome::Equal);
  }
}

}  // namespace
}  // namespace r1::math
