#include "rewards/math/compare/text_answers.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(TextAnswers, WordsAreEqualWhenNormalised) {
  expect_equal({{"\\text{Evelyn}", "evelyn"},
                {"\\text{yes}", "Yes."},
                {"\\text{yes}", "true"},
                {"\\text{a parallelogram}", "parallelogram"},
                {"\\text{no solution}", "no solutions"},
                {"\\text{undefined}", "DNE"}});
  expect_different({{"\\text{yes}", "no"},
                    {"\\text{yes}", "false"},
                    {"\\text{Evelyn}", "Eve"},
                    {"\\text{even}", "odd"},
                    {"\\text{even}", "event"},
                    {"\\text{Wednesday}", "Thursday"},
                    {"\\text{blue}", "not blue"},
                    {"\\text{blue}", "blue and red"}});
}

TEST(TextAnswers, WordsForSetsAreTheSets) {
  expect_equal({{"\\text{no solution}", "\\emptyset"},
                {"\\text{all real numbers}", "\\mathbb{R}"},
                {"(-\\infty,\\infty)", "all real numbers"}});
  expect_different({{"\\text{no solution}", "\\{0\\}"},
                    {"\\text{no solution}", "\\mathbb{R}"},
                    {"\\text{all real numbers}", "(0,\\infty)"}});
}

TEST(TextAnswers, WordsAreNoValues) {
  expect_different({{"\\text{no solution}", "0"}, {"\\text{undefined}", "0"}, {"\\text{yes}", "x+1"}});
}

TEST(TextAnswers, OnlyTheWordUndefinedMeetsUndefined) {
  for (const char* answer : {"\\frac10", "\\frac00", "\\tan 90^\\circ", "\\infty"}) {
    EXPECT_NE(compare_answer_texts(answer, "\\text{undefined}", {}).decision.comparison, Comparison::Equal)
        << answer;
  }
  EXPECT_NE(compare_answer_texts("\\frac10", "\\frac10", {}).decision.comparison, Comparison::Equal);
}

TEST(TextAnswers, AChoiceIsItsLetterOrItsValue) {
  expect_equal({{"B", "(B)"},
                {"(B) 5", "B"},
                {"(B) 5", "(B)"},
                {"(B) 5", "5"},
                {"\\textbf{(D)}\\ \\frac38", "0.375"},
                {"A, C", "C, A"}});
  expect_different({{"B", "(A)"},
                    {"B", "A, B"},
                    {"(B) 5", "C"},
                    {"(B) 5", "6"},
                    {"(B) 5", "B, A"},
                    {"(B) 5", "(C) 6"},
                    {"A, C", "A"}});
  EXPECT_NE(compare_answer_texts("(B) 6", "(B) 5", {}).decision.comparison, Comparison::Equal);
}

}  // namespace
}  // namespace r1::math
