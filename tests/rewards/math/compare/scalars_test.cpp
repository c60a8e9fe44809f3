#include "rewards/math/compare/scalars.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(Scalars, ADecimalGoldIsMetByWhatRoundsToIt) {
  expect_equal({{"3.14", "\\pi"},
                {"3.14", "3.14159"},
                {"0.67", "\\frac23"},
                {"1.414", "\\sqrt2"},
                {"-3.14", "-\\pi"},
                {"33.3\\%", "\\frac13"}},
               Direction::OneWay);
  expect_different({{"3.14", "3.15"},
                    {"3.14", "3.1"},
                    {"3.14", "3.145"},
                    {"3.14", "-\\pi"},
                    {"0.67", "0.66"},
                    {"0.5", "0.45"},
                    {"0.5", "0.54"},
                    {"2.5", "2.46"},
                    {"0.3", "\\frac13"}},
                   Direction::OneWay);
}

TEST(Scalars, AnExactGoldIsNotMetByARoundedAnswer) {
  expect_different({{"\\pi", "3.14"}, {"\\frac13", "0.333"}, {"\\sqrt2", "1.41421356"}, {"100", "99.99"}},
                   Direction::OneWay);
}

TEST(Scalars, DifferencesTooSmallToSeeAreNotEqual) {
  const AnswerPairs hidden{{"x^2", "x^2+e^{-10^{9}x^2}"},
                           {"\\sin x", "\\sin(x+10^{-400})"},
                           {"\\sin x", "\\sin(x)+10^{-400}"},
                           {"5", "5+\\max(0,10^{-9}-|x-7|)"},
                           {"y=\\sin x", "y=\\sin(x)+10^{-400}"},
                           {"\\sin x+C", "\\sin(x+10^{-400})+C"},
                           {"z", "\\overline{z}"},
                           {"e^{2x}", "(-e)^{2x}"}};
  for (const auto& [gold, answer] : hidden) {
    EXPECT_NE(compare_answer_texts(answer, gold, {}).decision.comparison, Comparison::Equal) << answer;
    EXPECT_NE(compare_answer_texts(gold, answer, {}).decision.comparison, Comparison::Equal) << answer;
  }
  expect_equal({{"(-1)^{n+2}", "(-1)^n"}, {"10^9x+x", "1000000001x"}});
}

TEST(Scalars, RoundingIsAMatterOfPolicy) {
  MathPolicy exact;
  exact.round_to_gold_digits = false;
  expect_different({{"3.14", "\\pi"}, {"3.14", "3.141"}}, Direction::BothWays, exact);
}

TEST(Scalars, FractionsMustBeReducedByPolicy) {
  MathPolicy reduced;
  reduced.require_reduced = true;
  expect_different({{"\\frac12", "\\frac24"}, {"-\\frac12", "-\\frac24"}, {"2\\frac12", "2\\frac24"}},
                   Direction::OneWay, reduced);
  expect_equal({{"\\frac12", "\\frac12"}, {"\\frac24", "\\frac12"}}, Direction::OneWay, reduced);
  expect_equal({{"\\frac12", "\\frac24"}});
}

TEST(Scalars, APercentSignCounts) {
  expect_equal({{"50\\%", "\\frac12"}, {"0.2", "20\\%"}});
  expect_different({{"50\\%", "50"}, {"25", "25\\%"}});
  MathPolicy optional;
  optional.percent_sign_optional = true;
  expect_equal({{"50\\%", "50"}, {"25", "25\\%"}, {"50\\%", "0.5"}}, Direction::BothWays, optional);
  expect_different({{"50\\%", "5"}, {"50\\%", "51"}}, Direction::BothWays, optional);
}

TEST(Scalars, ABaseIsPartOfTheAnswer) {
  expect_equal({{"1011_2", "01011_2"}, {"27", "27_{10}"}});
  expect_different({{"1011_2", "1011_3"}, {"1011_2", "11"}, {"1011_2", "1011"}, {"27", "11011_2"}});
  MathPolicy bare;
  bare.bare_digits_ok = true;
  expect_equal({{"1011_2", "1011"}}, Direction::OneWay, bare);
  expect_different({{"1011_2", "1101"}}, Direction::OneWay, bare);
}

TEST(Scalars, ArithmeticMayBeLeftButNoSumOrIntegral) {
  expect_equal({{"5", "2+3"}, {"\\sum_{k=1}^{10}k", "55"}}, Direction::OneWay);
  const AnswerPairs work{
      {"55", "\\sum_{k=1}^{10}k"}, {"120", "\\prod_{k=1}^{5}k"}, {"\\frac13", "\\int_0^1x^2\\,dx"}};
  for (const auto& [gold, answer] : work) {
    EXPECT_NE(compare_answer_texts(answer, gold, {}).decision.comparison, Comparison::Equal) << answer;
  }
  MathPolicy allowed;
  allowed.allow_unevaluated = true;
  expect_equal({{"55", "\\sum_{k=1}^{10}k"}}, Direction::OneWay, allowed);
}

}  // namespace
}  // namespace r1::math
