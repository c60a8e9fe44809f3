#include "rewards/math/compare/interval_sets.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(IntervalSets, BracketsSayWhichEndsBelong) {
  expect_equal({{"(1,4)", "]1,4["}, {"[1,4)", "[1,4["}, {"[\\frac12,\\sqrt4]", "[0.5,2]"}});
  expect_different({{"(1,4)", "[1,4]"},
                    {"[1,4)", "(1,4]"},
                    {"[1,4]", "[1,4)"},
                    {"(1,4)", "(1,5)"},
                    {"(1,4)", "(4,1)"},
                    {"[1,\\infty)", "(1,\\infty)"},
                    {"[1,\\infty)", "(-\\infty,1]"}});
}

TEST(IntervalSets, UnionsAreMergedAndOrdered) {
  expect_equal({{"(0,1)\\cup(2,3)", "(2,3)\\cup(0,1)"},
                {"(0,2]\\cup[2,4)", "(0,4)"},
                {"[1,3]\\cup[2,5]", "[1,5]"},
                {"(0,1)\\cup\\{1\\}\\cup(1,2)", "(0,2)"},
                {"(-\\infty,\\sqrt2)\\cup(1,\\infty)", "\\mathbb{R}"}});
  expect_different({{"(0,2)\\cup(2,4)", "(0,4)"},
                    {"(0,1)\\cup(2,3)", "(0,1)"},
                    {"(0,1)\\cup(2,3)", "(0,3)"},
                    {"(-\\infty,-1)\\cup(1,\\infty)", "(-1,1)"}});
}

TEST(IntervalSets, DifferencesAndIntersectionsAreCarriedOut) {
  expect_equal({{"[1,3]\\cap[2,5]", "[2,3]"},
                {"\\mathbb{R}\\setminus\\{0\\}", "(-\\infty,0)\\cup(0,\\infty)"},
                {"[0,10]\\setminus(3,4)", "[0,3]\\cup[4,10]"},
                {"[1,2)\\cap[2,3]", "\\emptyset"},
                {"[1,2]\\cap[2,3]", "\\{2\\}"},
                {"\\mathbb{R}\\setminus(-\\infty,1)", "[1,\\infty)"}});
  expect_different({{"[1,3]\\cap[2,5]", "[1,5]"},
                    {"\\mathbb{R}\\setminus\\{0\\}", "\\mathbb{R}"},
                    {"[0,10]\\setminus(3,4)", "[0,3)\\cup(4,10]"},
                    {"\\mathbb{R}\\setminus(-\\infty,1)", "(1,\\infty)"}});
}

TEST(IntervalSets, SetBuildersAreTheirConditions) {
  expect_equal({{"\\{x \\mid x>2\\}", "(2,\\infty)"},
                {"\\{x : 0\\le x<1\\}", "[0,1)"},
                {"\\{x\\in\\mathbb{R} : x\\ne 3\\}", "\\mathbb{R}\\setminus\\{3\\}"},
                {"\\{t \\mid t>2\\}", "\\{x \\mid x>2\\}"},
                {"\\{x\\in\\mathbb{Z} : 1\\le x<4\\}", "\\{1,2,3\\}"}});
  expect_different({{"\\{x \\mid x>2\\}", "[2,\\infty)"},
                    {"\\{x : 0\\le x<1\\}", "(0,1)"},
                    {"\\{x\\in\\mathbb{Z} : 1\\le x<4\\}", "\\{1,2,3,4\\}"},
                    {"\\{x\\in\\mathbb{Z} : 1\\le x<4\\}", "[1,4)"}});
}

TEST(IntervalSets, NumberSetsAreThemselves) {
  expect_equal(
      {{"\\mathbb{R}", "(-\\infty,\\infty)"}, {"\\mathbb{Z}", "\\mathbb{Z}"}, {"\\emptyset", "\\{\\}"}});
  expect_different({{"\\mathbb{R}", "\\mathbb{Q}"},
                    {"\\mathbb{Z}", "\\mathbb{N}"},
                    {"\\emptyset", "\\{0\\}"},
                    {"\\mathbb{Z}", "\\{1,2\\}"},
                    {"5", "\\mathbb{Z}"},
                    {"5", "\\mathbb{R}"},
                    {"\\emptyset", "\\mathbb{R}"}});
}

TEST(IntervalSets, APointIsNoRange) {
  expect_different({{"5", "[4,6]"}, {"5", "(0,10)"}, {"\\{1,3\\}", "[1,3]"}, {"2.5", "(2,5)"}});
  expect_equal({{"5", "[5,5]"}});
}

TEST(IntervalSets, EndsWithVariablesAreComparedAsTheyStand) {
  expect_equal({{"(a,b)", "(a, b)"}, {"[a,\\infty)", "x\\ge a"}, {"[0,2a]", "[0,a+a]"}});
  expect_different({{"[0,2a]", "[0,a]"}, {"[a,b]", "[a,b)"}});
}

}  // namespace
}  // namespace r1::math
