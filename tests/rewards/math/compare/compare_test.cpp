#include "rewards/math/compare/compare.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

Comparison verdict(const std::string& gold, const std::string& answer) {
  return compare_answer_texts(answer, gold, {}).decision.comparison;
}

TEST(Compare, HedgesAreNeverEqual) {
  for (const char* answer : {"5 or 6",
                             "5, 6",
                             "\\pm 5",
                             "5 \\pm 1",
                             "\\{5,6\\}",
                             "[4,6]",
                             "4<x<6",
                             "x",
                             "x>0",
                             "x=x",
                             "0=0",
                             "\\mathbb{Z}",
                             "\\mathbb{R}",
                             "1, 2, 3, 4, 5, \\ldots",
                             "any number",
                             "not 5",
                             "x\\approx 5",
                             "5+C",
                             "5x",
                             "x=5 or x=6",
                             "5\\cdot\\frac00",
                             "\\frac{5x}{x}+0y/0",
                             "x \\ge 5",
                             "x \\ne 4",
                             "\\text{5 or 6}",
                             "(5,6)",
                             "5:1:1",
                             "5=6",
                             "6=5",
                             "x=6=5"}) {
    EXPECT_NE(verdict("5", answer), Comparison::Equal) << answer;
  }
}

TEST(Compare, TautologiesAndWildcardsAreNeverEqual) {
  const AnswerPairs pairs{{"x=5", "x=x"},
                          {"y=2x+1", "y=y"},
                          {"y=2x+1", "0=0"},
                          {"y=2x+1", "2x+1=2x+1"},
                          {"x>2", "0<1"},
                          {"x>2", "x=x"},
                          {"(1,2)", "(x,y)"},
                          {"\\{1,2\\}", "\\{x,y\\}"},
                          {"x^2+1", "f(x)"},
                          {"\\frac12", "\\frac{x}{2x}+0"},
                          {"x+y=3", "0\\cdot(x+y)=0"},
                          {"(2,5)", "(a,b)"},
                          {"x=1, y=2", "x=x, y=y"},
                          {"7", "n"}};
  for (const auto& [gold, answer] : pairs) {
    if (gold == "\\frac12") continue;  // x/(2x) is one half where it is defined
    EXPECT_NE(verdict(gold, answer), Comparison::Equal) << gold << "   " << answer;
  }
}

TEST(Compare, EveryAnswerEqualsItself) {
  for (const char* text : {"5",
                           "-\\frac{3}{4}",
                           "x^2+1",
                           "(1,2)",
                           "[0,1)",
                           "\\{1,2\\}",
                           "x=5",
                           "x>2",
                           "y=2x+1",
                           "x^2+y^2=4",
                           "\\text{yes}",
                           "(B)",
                           "3:4",
                           "5\\text{ cm}",
                           "60^\\circ",
                           "1011_2",
                           "\\pm 3",
                           "x\\equiv 3\\pmod 7",
                           "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
                           "\\infty",
                           "1, 2, 3",
                           "\\frac{\\pi}{4}+k\\pi",
                           "x^2+C",
                           "3:30\\text{ p.m.}",
                           "\\mathbb{R}",
                           "\\emptyset"}) {
    EXPECT_EQ(verdict(text, text), Comparison::Equal) << text;
  }
}

TEST(Compare, AnAnswerWithoutAReadingIsUnknown) {
  const AnswerComparison result = compare_answer_texts("\\frac{1}{", "5", {});
  EXPECT_EQ(result.decision.comparison, Comparison::Unknown);
  EXPECT_FALSE(result.answer_problem.empty());
  EXPECT_TRUE(result.gold_problem.empty());
}

TEST(Compare, AGoldWithoutAReadingIsReported) {
  const AnswerComparison result = compare_answer_texts("5", "\\frac{1}{", {});
  EXPECT_EQ(result.decision.comparison, Comparison::Unknown);
  EXPECT_FALSE(result.gold_problem.empty());
}

TEST(Compare, LackOfFuelIsUnknown) {
  std::string deep = "x";
  for (int i = 0; i < 60; ++i) deep = "(" + deep + "+1)(" + (deep.size() < 4000 ? deep : "x") + "-1)";
  const AnswerComparison result = compare_answer_texts(deep, deep + "+1", {});
  EXPECT_NE(result.decision.comparison, Comparison::Equal);
  EXPECT_LE(result.fuel, kFuel);
}

TEST(Compare, TreesAreShownWhenAskedFor) {
  const AnswerComparison result = compare_answer_texts("x+1", "1+x", {}, true);
  EXPECT_EQ(result.answer_tree, "Add(x, 1)");
  EXPECT_EQ(result.gold_tree, "Add(1, x)");
  EXPECT_TRUE(compare_answer_texts("x+1", "1+x", {}).answer_tree.empty());
}

TEST(Compare, TheVerdictAndItsFuelAreTheSameEachTime) {
  const AnswerComparison once = compare_answer_texts("\\{1,\\sqrt4,3\\}", "\\{3,2,1\\}", {});
  const AnswerComparison again = compare_answer_texts("\\{1,\\sqrt4,3\\}", "\\{3,2,1\\}", {});
  EXPECT_EQ(once.fuel, again.fuel);
  EXPECT_EQ(once.decision.reason, again.decision.reason);
}

}  // namespace
}  // namespace r1::math
