#include "rewards/math/compare/statements.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(Statements, ANamedValueIsTheValue) {
  expect_equal({{"5", "x=5"},
                {"5", "5=x"},
                {"5", "f(3)=5"},
                {"5", "AB=5"},
                {"5", "\\text{Area}=5"},
                {"\\frac{3}{4}", "P(A)=\\frac{3}{4}"},
                {"x=5", "x=\\frac{10}{2}"},
                {"2t+1", "y=2t+1"}});
  expect_different({{"5", "x=6"}, {"5", "x=-5"}, {"5", "f(5)=3"}, {"x=5", "x=6"}});
}

TEST(Statements, WordsThatDenyAreNoName) {
  for (const char* answer : {"\\text{not } =5", "\\text{it is not }=5", "\\text{wrong}=5"}) {
    EXPECT_NE(compare_answer_texts(answer, "5", {}).decision.comparison, Comparison::Equal) << answer;
  }
}

TEST(Statements, OtherNamesAreDifferent) {
  expect_different({{"x=5", "y=5"}, {"x=5", "x_1=5"}, {"x=1, y=2", "a=1, b=2"}, {"x>2", "y>2"}});
}

TEST(Statements, WhatIsNotSolvedIsNoAnswerToASolvedGold) {
  expect_different({{"5", "2x=10"},
                    {"5", "x-5=0"},
                    {"5", "x=x"},
                    {"5", "x=2x-5"},
                    {"x=5", "2x=10"},
                    {"x=5", "x=2x-5"},
                    {"x>2", "2x>4"},
                    {"x>2", "x-2>0"},
                    {"-2<x<2", "x^2<4"},
                    {"-2<x<2", "|x|<2"},
                    {"[-2,2]", "x^2\\le 4"},
                    {"1, 2", "x^2-3x+2=0"},
                    {"x=1 \\text{ or } x=2", "(x-1)(x-2)=0"},
                    {"x=2, y=1", "x+y=3, x-y=1"}},
                   Direction::OneWay);
}

TEST(Statements, ASolvedAnswerMeetsAnInequalityAsTheGold) {
  expect_equal({{"2x>4", "x>2"},
                {"x^2<4", "-2<x<2"},
                {"x^2<4", "(-2,2)"},
                {"|x-1|\\ge 3", "x\\le -2 \\text{ or } x\\ge 4"},
                {"\\frac{x-1}{x+2}>0", "(-\\infty,-2)\\cup(1,\\infty)"}},
               Direction::OneWay);
  expect_different({{"2x>4", "x>3"},
                    {"x^2<4", "-2\\le x\\le 2"},
                    {"|x-1|\\ge 3", "-2\\le x\\le 4"},
                    {"\\frac{x-1}{x+2}>0", "(-2,1)"}},
                   Direction::OneWay);
}

TEST(Statements, AChainOfEqualitiesIsItsLastValueWhenEveryLinkHolds) {
  expect_equal({{"5", "2+3=5"}, {"5", "x=2+3=5"}, {"\\frac12", "\\frac24=\\frac12=0.5"}, {"x=5", "x=2+3=5"}});
  expect_different({{"5", "x=2+4=5"}, {"5", "x=2+3=6"}, {"5", "x=5=6"}}, Direction::OneWay);
  expect_unknown({{"12", "a+b=12"}});
}

TEST(Statements, AnApproximateTailIsDropped) {
  expect_equal({{"\\sqrt2", "x=\\sqrt2\\approx 1.41"}, {"\\sqrt2", "\\sqrt2\\approx 1.414"}});
  const AnswerPairs wrong_tail{{"\\sqrt2", "\\sqrt2\\approx 3"}, {"5", "x\\approx 5"}};
  expect_unknown(wrong_tail);
}

TEST(Statements, SeveralValuesOfOneNameAreASet) {
  expect_equal({{"\\{1,2\\}", "x=1 \\text{ or } x=2"},
                {"1, 2", "x=2, x=1"},
                {"1, 2", "x\\in\\{1,2\\}"},
                {"1, 2", "x_1=1, x_2=2"},
                {"1, 2", "x=1,2"},
                {"\\pm 3", "x=3 \\text{ or } x=-3"},
                {"x=\\pm 3", "-3, 3"}});
  expect_different({{"\\{1,2\\}", "x=1"},
                    {"1, 2", "x=1 \\text{ or } x=3"},
                    {"\\pm 3", "x=3"},
                    {"1", "x=1 \\text{ or } x=2"},
                    {"x=1", "x=1 \\text{ or } x=2"}});
}

TEST(Statements, NamedComponentsAreATupleInTheOrderOfTheirNames) {
  expect_equal({{"(1,2)", "x=1, y=2"},
                {"(1,2)", "y=2, x=1"},
                {"(1,2)", "(x,y)=(1,2)"},
                {"x=1, y=2", "y=2 \\text{ and } x=1"},
                {"(1,2),(3,4)", "(x,y)=(1,2) \\text{ or } (x,y)=(3,4)"}});
  expect_different({{"(1,2)", "x=2, y=1"},
                    {"(1,2)", "(x,y)=(2,1)"},
                    {"x=1, y=2", "x=2, y=1"},
                    {"x=1, y=2", "x=1"},
                    {"x=1, y=2", "x=1, y=2, z=3"}});
}

TEST(Statements, InequalitiesAreIntervals) {
  expect_equal({{"(2,\\infty)", "x>2"},
                {"(2,5]", "2<x\\le 5"},
                {"(-\\infty,1)\\cup(3,\\infty)", "x<1 \\text{ or } x>3"},
                {"x\\ne 0", "(-\\infty,0)\\cup(0,\\infty)"},
                {"x\\in[1,2]", "1\\le x\\le 2"},
                {"\\mathbb{R}", "x\\in\\mathbb{R}"},
                {"f(x)\\ge 2", "[2,\\infty)"},
                {"x\\ge a", "[a,\\infty)"}});
  expect_different({{"(2,\\infty)", "x\\ge 2"},
                    {"(2,5]", "2\\le x<5"},
                    {"(-\\infty,1)\\cup(3,\\infty)", "1<x<3"},
                    {"x\\ne 0", "\\mathbb{R}"},
                    {"(2,5)", "2<x"},
                    {"5", "4<x<6"},
                    {"5", "x>0"}});
}

TEST(Statements, FunctionsMayRenameTheirVariable) {
  expect_equal({{"f(x)=x^2+1", "f(t)=t^2+1"},
                {"f(x)=x^2+1", "x^2+1"},
                {"f(x)=x^2+1", "y=x^2+1"},
                {"f(x,y)=x-2y", "f(a,b)=a-2b"},
                {"f(x)=x^2+1", "f(x)=x^2+1, x\\in\\mathbb{R}"},
                {"\\ln(x-1)", "\\ln(x-1), x>1"}});
  expect_different({{"f(x)=x^2+1", "f(t)=t^2-1"}, {"f(x)=x^2+1", "f(1)=2"}, {"f(x,y)=x-2y", "f(x,y)=y-2x"}});
  expect_different({{"f(x)=x^2+1", "f(x)"}}, Direction::OneWay);
  expect_unknown({{"f(x)=x^2+1", "g(x)=x^2+1"}, {"\\ln(x-1)", "\\ln(x-1), x>5"}});
}

TEST(Statements, BranchesAreTheRootsOfTheirEquation) {
  expect_equal({{"y^2=8x", "y=\\pm\\sqrt{8x}"}, {"x^2+y^2=25", "y=\\pm\\sqrt{25-x^2}"}});
  expect_different({{"y^2=8x", "y=\\sqrt{8x}"}, {"y^2=8x", "y=8x"}});
}

}  // namespace
}  // namespace r1::math
