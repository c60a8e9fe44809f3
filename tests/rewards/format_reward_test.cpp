#include "rewards/format_reward.h"

#include <gtest/gtest.h>

namespace r1 {
namespace {

double think(const std::string& completion, const std::string& tail = "") {
  return format_score(completion, tail, FormatMode::Think);
}
double whole(const std::string& completion, const std::string& tail = "") {
  return format_score(completion, tail, FormatMode::ThinkAnswer);
}
double tags(const std::string& completion, const std::string& tail = "") {
  return format_score(completion, tail, FormatMode::TagCount);
}

TEST(FormatReward, ThinkWantsOneThinkingPartAtTheStartAndAnAnswer) {
  EXPECT_EQ(think("<think>a</think>b"), 1);
  EXPECT_EQ(think("\n<think>\na\n</think>\n\nb"), 1);
  EXPECT_EQ(think("<think>a</think>"), 0);
  EXPECT_EQ(think("<think>a</think> \n"), 0);
  EXPECT_EQ(think("x<think>a</think>b"), 0);
  EXPECT_EQ(think("<think>a<think>b</think>c"), 0);
  EXPECT_EQ(think("<think>a</think>b</think>c"), 0);
  EXPECT_EQ(think("</think><think>b"), 0);
  EXPECT_EQ(think("<think>a"), 0);
  EXPECT_EQ(think("b"), 0);
}

TEST(FormatReward, AnOpeningTagInThePromptCounts) {
  EXPECT_EQ(think("a</think>b", "<|assistant|>\n<think>\n"), 1);
  EXPECT_EQ(think("<think>a</think>b", "<think>\n"), 0);  // two opening tags
  EXPECT_EQ(think("a</think>b", "<think></think>"), 0);   // the prompt closed it again
  EXPECT_EQ(whole("a\n</think>\n<answer>\nb\n</answer>", "<think>\n"), 1);
  EXPECT_EQ(tags("a\n</think>\n<answer>\nb\n</answer>", "<think>\n"), 1);
}

TEST(FormatReward, ThinkAnswerIsTheWholeText) {
  EXPECT_EQ(whole("<think>\na\n</think>\n<answer>\nb\n</answer>"), 1);
  EXPECT_EQ(whole("<think>\na\n</think>\n<answer>\nb\n</answer>\n"), 0);
  EXPECT_EQ(whole(" <think>\na\n</think>\n<answer>\nb\n</answer>"), 0);
  EXPECT_EQ(whole("<think>a</think><answer>b</answer>"), 0);
  EXPECT_EQ(whole("<think>\na\n</think>\n<answer>\n</answer>"), 0);
  EXPECT_EQ(whole("<think>\n</think>\n<answer>\n</answer>"), 0);  // one line break cannot serve two tags
}

TEST(FormatReward, TagCountGivesAQuarterPerTagFoundOnce) {
  EXPECT_EQ(tags("<think>\na\n</think>\n<answer>\nb\n</answer>"), 1);
  EXPECT_EQ(tags("<think>\na\n</think>\nb"), 0.5);
  EXPECT_EQ(tags("<think>\n<think>\na\n</think>\n"), 0.25);
  EXPECT_EQ(tags("nothing"), 0);
}

TEST(FormatReward, ScoresHaveNoVerdict) {
  const Example example;
  const RewardInput input{example, "<think>a</think>b", ""};
  const Score score = FormatReward(FormatMode::Think).score({&input, 1}).at(0);
  EXPECT_EQ(score.value, 1.0);
  EXPECT_EQ(score.verdict, std::nullopt);
}

}  // namespace
}  // namespace r1
