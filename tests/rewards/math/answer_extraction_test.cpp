#include "rewards/math/answer_extraction.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace r1 {
namespace {

// "rule: text", or "none". Also checks that the span is the text.
std::string extract(const std::string& completion, bool thinking_open = false) {
  const auto answer = extract_answer(completion, thinking_open);
  if (!answer) return "none";
  EXPECT_EQ(completion.substr(answer->begin, answer->end - answer->begin), answer->text);
  return std::string(answer_rule_name(answer->rule)) + ": " + answer->text;
}

TEST(AnswerExtraction, TakesTheLastBoxWithMatchingBraces) {
  EXPECT_EQ(extract("So \\boxed{1} or rather $\\boxed{\\frac{1}{2}}$."), "box: \\frac{1}{2}");
  EXPECT_EQ(extract("\\fbox{3}"), "box: 3");
  EXPECT_EQ(extract("\\boxed { 3 }"), "box: 3");
  EXPECT_EQ(extract("\\boxed 5 is it"), "box: 5");
  EXPECT_EQ(extract("$\\boxed 5$"), "box: 5");
  EXPECT_EQ(extract("\\boxed{\\{1, 2\\}}"), "box: \\{1, 2\\}");
  EXPECT_EQ(extract("\\boxed{\\boxed{7}}"), "box: 7");
  EXPECT_EQ(extract("\\boxed{x = \\boxed{7} + 1}"), "box: x = \\boxed{7} + 1");
}

TEST(AnswerExtraction, SkipsEmptyAndUnfinishedBoxes) {
  EXPECT_EQ(extract("\\boxed{4} as asked, within \\boxed{}."), "box: 4");
  EXPECT_EQ(extract("\\boxed{4} so \\boxed{5"), "box: 4");
  EXPECT_EQ(extract("\\boxed{5"), "none");
  EXPECT_EQ(extract("\\boxed"), "none");
  EXPECT_EQ(extract("\\boxedfoo{5}"), "none");
}

TEST(AnswerExtraction, LooksOnlyBehindTheLastThinkTag) {
  EXPECT_EQ(extract("<think>\\boxed{1}</think>\\boxed{2}"), "box: 2");
  EXPECT_EQ(extract("<think>\\boxed{1}</think>nothing"), "none");
  EXPECT_EQ(extract("<think>\\boxed{1}"), "none");
  EXPECT_EQ(extract("<think>a</think>\\boxed{1}</think>b"), "none");
  EXPECT_EQ(extract("\\boxed{1}</think>\\boxed{2}", true), "box: 2");
  EXPECT_EQ(extract("\\boxed{1}", true), "none");
  EXPECT_EQ(extract("a</think>\\boxed{1}<think>\\boxed{2}"), "none");
  EXPECT_TRUE(opens_thinking("<|assistant|>\n<think>\n"));
  EXPECT_FALSE(opens_thinking("<think>\n\n</think>\n\n"));
  EXPECT_FALSE(opens_thinking("assistant\n"));
}

TEST(AnswerExtraction, TakesTheAnswerTag) {
  EXPECT_EQ(extract("<answer> 12 </answer>"), "answer_tag: 12");
  EXPECT_EQ(extract("<answer>1</answer> no, <answer>2</answer>"), "answer_tag: 2");
  EXPECT_EQ(extract("<answer>so \\boxed{5}</answer>"), "box: 5");
  EXPECT_EQ(extract("<answer></answer>"), "none");
  EXPECT_EQ(extract("<answer>5"), "none");
}

TEST(AnswerExtraction, HashesNeedANumber) {
  EXPECT_EQ(extract("It is 5.\n#### 5"), "hashes: 5");
  EXPECT_EQ(extract("#### $1,234\nDone"), "hashes: $1,234");
  EXPECT_EQ(extract("#### Step 3: simplify\nno answer"), "none");
}

TEST(AnswerExtraction, OfExplicitMarksTheOneThatEndsLastWins) {
  EXPECT_EQ(extract("\\boxed{1} <answer>2</answer>"), "answer_tag: 2");
  EXPECT_EQ(extract("<answer>2</answer> \\boxed{1}"), "box: 1");
  EXPECT_EQ(extract("\\boxed{1}\n#### 3"), "hashes: 3");
  EXPECT_EQ(extract("#### 3\n\\boxed{1}"), "box: 1");
}

TEST(AnswerExtraction, APhraseCountsOnlyWithoutAMark) {
  EXPECT_EQ(extract("The answer is 42."), "phrase: 42");
  EXPECT_EQ(extract("The final answer is: 3.14. Good."), "phrase: 3.14");
  EXPECT_EQ(extract("**Answer:** 7"), "phrase: 7");
  EXPECT_EQ(extract("Answer: **7**"), "phrase: 7");
  EXPECT_EQ(extract("The answer is 4. No: the answer is 5\nBye"), "phrase: 5");
  EXPECT_EQ(extract("The answer is 4, the answer is not 5."), "phrase: 4, the answer is not 5");
  EXPECT_EQ(extract("The answer is 4.\nThe answer is not 5."), "phrase: 4");
  EXPECT_EQ(extract("\\boxed{1} so the final answer is correct."), "box: 1");
}

TEST(AnswerExtraction, NeverTakesABareLastNumber) {
  EXPECT_EQ(extract("so we get 42"), "none");
  EXPECT_EQ(extract(""), "none");
}

TEST(AnswerExtraction, SearchesOnlyTheLast8KiB) {
  EXPECT_EQ(extract("\\boxed{1}" + std::string(8192, 'x')), "none");
  EXPECT_EQ(extract(std::string(100000, 'x') + "\\boxed{1}"), "box: 1");
  std::string wide = "\\boxed{1}";
  for (int i = 0; i < 5000; ++i) wide += "\xC3\xA9";  // the cut falls inside a character
  EXPECT_EQ(extract(wide + "\\boxed{\xC3\xA9}"), "box: \xC3\xA9");
}

TEST(AnswerExtraction, HostileTextNeitherHangsNorEscapesTheText) {
  for (const char* part :
       {"\\boxed{", "\\boxed", "<answer>", "</answer>", "####", "answer is ", "\\", "{", "}", "</think>"}) {
    std::string text;
    while (text.size() < 20000) text += part;
    extract(text);
    extract(text + "\\boxed{5}");
  }
}

TEST(AnswerExtraction, LastBoxReadsAWholeSolution) {
  EXPECT_EQ(last_box("a \\boxed{1} b \\boxed{2} c"), "2");
  EXPECT_EQ(last_box("none"), std::nullopt);
}

}  // namespace
}  // namespace r1
