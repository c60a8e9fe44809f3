#include "rewards/math/compare/constants.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(Constants, AntiderivativesAreEqualUpToAConstant) {
  expect_equal({{"x^2+C", "x^2+K"},
                {"x^2+C", "x^2+5+C"},
                {"x^2+C", "C-(-x^2)"},
                {"\\frac12\\sin^2x+C", "-\\frac12\\cos^2x+C"},
                {"x^2+C", "x^2"}},
               Direction::OneWay);
  expect_different({{"x^2+C", "x^3+C"},
                    {"x^2+C", "2x+C"},
                    {"x^2+C", "Cx^2"},
                    {"x^2+C", "C"},
                    {"x^2+C", "t^2+C"},
                    {"\\frac12\\sin^2x+C", "\\frac12\\cos^2x+C"}},
                   Direction::OneWay);
}

TEST(Constants, AConstantMoreIsNoExcuseForAnotherFunction) {
  expect_different({{"x^2+1", "x^2+2+C"}, {"7", "5+C"}, {"x^2+1", "x^2+2"}}, Direction::OneWay);
}

TEST(Constants, LettersOfTheQuestionAreNoConstants) {
  const AnswerPairs letters{{"A+B+C", "A+B+7"}, {"a+b+C", "a+b"}, {"B+C", "B"}, {"180-A-C", "180-A"}};
  for (const auto& [gold, answer] : letters) {
    EXPECT_NE(compare_answer_texts(answer, gold, {}).decision.comparison, Comparison::Equal)
        << gold << "  " << answer;
  }
}

TEST(Constants, AMissingConstantIsAMatterOfPolicy) {
  MathPolicy strict;
  strict.integration_constant_optional = false;
  expect_different({{"x^2+C", "x^2"}}, Direction::BothWays, strict);
  expect_equal({{"x^2+C", "x^2+1+C"}}, Direction::BothWays, strict);
}

TEST(Constants, FreeConstantsOfTheGoldMayBeRenamed) {
  expect_equal({{"y=Ce^{2x}", "y=Ae^{2x}"}, {"y=C_1e^x+C_2e^{-x}", "y=Ae^x+Be^{-x}"}}, Direction::OneWay);
  expect_different({{"y=Ce^{2x}", "y=Ae^{3x}"}, {"y=C_1e^x+C_2e^{-x}", "y=C_1e^x"}}, Direction::OneWay);
}

TEST(Constants, TheParameterOfALineMayBeRenamed) {
  expect_equal({{"(1+2t,3-t)", "(1+2s,3-s)"}});
  expect_different({{"(1+2t,3-t)", "(1+2t,3+t)"}, {"(1+2t,3-t)", "(2t,-t)"}, {"(a,b)", "(a,c)"}});
  expect_unknown({{"(1+2t,3-t)", "(1-2t,3+t)"}});
}

TEST(Constants, BoundSymbolsMayBeRenamed) {
  expect_equal(
      {{"\\int_0^1 g(x)\\,dx", "\\int_0^1 g(t)\\,dt"}, {"\\sum_{i=1}^{n}a_i", "\\sum_{j=1}^{n}a_j"}});
}

}  // namespace
}  // namespace r1::math
