#include "rewards/math/compare/relations.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(Relations, EquationsAreEqualUpToAFactorAndMovedTerms) {
  expect_equal({{"x+2y=3", "2x+4y=6"},
                {"x+2y=3", "3=x+2y"},
                {"x+2y=3", "x+2y-3=0"},
                {"x+2y=3", "-x-2y=-3"},
                {"x+2y=3", "2y=3-x"},
                {"x^2+y^2=4", "4-x^2-y^2=0"},
                {"y=3x-2", "3x-y=2"},
                {"y=3x-2", "6x-2y-4=0"},
                {"\\frac{x}{2}+\\frac{y}{5}=1", "5x+2y=10"},
                {"x^2-6x+y^2=0", "(x-3)^2+y^2=9"},
                {"pV=nT", "nT=pV"},
                {"xy=6", "y=\\frac{6}{x}"},
                {"x^2=4y", "y=\\frac{x^2}{4}"}});
}

TEST(Relations, EquationsOfOtherPointsAreDifferent) {
  expect_different({{"x+2y=3", "2x+4y=3"},
                    {"x+2y=3", "x-2y=3"},
                    {"x+2y=3", "2x+y=3"},
                    {"x^2+y^2=4", "x^2+y^2=2"},
                    {"x^2+y^2=4", "x^2-y^2=4"},
                    {"y=3x-2", "y=3x+2"},
                    {"y=3x-2", "x=3y-2"},
                    {"xy=6", "y=6x"},
                    {"xy=6", "\\frac{x}{y}=6"},
                    {"x^2=4y", "y^2=4x"},
                    {"x^2=4y", "x^2=-4y"},
                    {"y=x^2", "y=x^3"}});
}

TEST(Relations, AFactorThatAddsPointsIsDifferent) {
  expect_different({{"y=2x", "x(y-2x)=0"}, {"y=2x", "(y-2x)(y+1)=0"}, {"y=x", "y^2=x^2"}});
}

TEST(Relations, AnIdentityIsNoEquation) {
  expect_different({{"x+2y=3", "0=0"}, {"x+2y=3", "x=x"}, {"x+2y=3", "x+y=y+x"}, {"x=5", "5=5"}});
}

TEST(Relations, AnEquationIsNoInequality) {
  expect_different({{"x+2y=3", "x+2y<3"}, {"x+2y=3", "x+2y\\ne 3"}, {"x=5", "x\\ge 5"}, {"x=5", "x\\ne 5"}});
}

TEST(Relations, InequalitiesAreEqualUpToAPositiveFactor) {
  expect_equal({{"x+y<4", "2x+2y<8"},
                {"x+y<4", "4>x+y"},
                {"x+y<4", "-x-y>-4"},
                {"x+y<4", "y<4-x"},
                {"3a\\ge 6b", "2b\\le a"},
                {"x^2+y^2\\le 9", "9-x^2-y^2\\ge 0"}});
}

TEST(Relations, InequalitiesWithTheOtherSideOrBoundaryAreDifferent) {
  expect_different({{"x+y<4", "x+y>4"},
                    {"x+y<4", "x+y\\le 4"},
                    {"x+y<4", "-x-y<-4"},
                    {"3a\\ge 6b", "a\\ge 3b"},
                    {"x^2+y^2\\le 9", "x^2+y^2\\le 3"},
                    {"x^2+y^2\\le 9", "x^2+y^2<9"}});
}

TEST(Relations, ChainsAreTheirLinks) {
  expect_equal({{"a<b<c", "c>b>a"}, {"a<b\\le c", "b\\le c \\text{ and } a<b"}, {"x\\ge y>z", "z<y\\le x"}});
  expect_different({{"a<b<c", "a<c<b"}, {"a<b<c", "a<b"}, {"a<b<c", "a\\le b<c"}, {"a<b<c", "a<c"}});
}

TEST(Relations, SystemsAreTheirEquationsInAnyOrder) {
  expect_equal({{"x+y=3, x-y=1", "x-y=1, x+y=3"}, {"x+y=3, x-y=1", "x+y-3=0 \\text{ and } 2x-2y=2"}});
  expect_different({{"x+y=3, x-y=1", "x+y>3, x-y>1"}}, Direction::OneWay);
}

TEST(Relations, FormulasOfLogicAreTheirTruthTables) {
  expect_equal({{"p \\land q", "q \\land p"},
                {"\\lnot(p \\land q)", "\\lnot p \\lor \\lnot q"},
                {"p \\land (q \\lor r)", "(p \\land q) \\lor (p \\land r)"},
                {"p \\lor (p \\land q)", "p \\land (p \\lor q)"}});
  expect_different({{"p \\land q", "p \\lor q"},
                    {"\\lnot(p \\land q)", "\\lnot p \\land \\lnot q"},
                    {"p \\land (q \\lor r)", "(p \\land q) \\lor r"},
                    {"p \\land q", "p \\land r"}});
}

}  // namespace
}  // namespace r1::math
