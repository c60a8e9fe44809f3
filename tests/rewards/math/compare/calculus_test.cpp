#include "rewards/math/compare/calculus.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(Calculus, DerivativesAreCarriedOut) {
  expect_equal({{"\\frac{d}{dx}x^3", "3x^2"}, {"\\frac{d}{dx}(x\\sin x)", "\\sin x+x\\cos x"}},
               Direction::OneWay);
  expect_different({{"\\frac{d}{dx}x^3", "x^2"}, {"\\frac{d}{dx}(x\\sin x)", "\\cos x"}}, Direction::OneWay);
}

TEST(Calculus, IntegralsOfPowersExponentialsAndSinesAreCarriedOut) {
  expect_equal({{"\\int_0^1 x^2\\,dx", "\\frac13"},
                {"\\int_0^{\\pi}\\sin x\\,dx", "2"},
                {"\\int_1^e\\frac1x\\,dx", "1"},
                {"\\int_0^1 (2x+e^{3x})\\,dx", "1+\\frac{e^3-1}{3}"}},
               Direction::OneWay);
  expect_different(
      {{"\\int_0^1 x^2\\,dx", "\\frac12"}, {"\\int_2^5 3\\,dx", "15"}, {"\\int_1^e\\frac1x\\,dx", "e"}},
      Direction::OneWay);
}

TEST(Calculus, AnIntegralOverAPoleHasNoValueHere) {
  for (const char* answer : {"0", "\\ln 2", "\\ln 2-\\ln 1", "\\ln 2-i\\pi"}) {
    EXPECT_NE(compare_answer_texts(answer, "\\int_{-1}^2\\frac1x\\,dx", {}).decision.comparison,
              Comparison::Equal)
        << answer;
  }
}

TEST(Calculus, LimitsOfQuotientsAreCarriedOut) {
  expect_equal({{"\\lim_{x\\to 0}\\frac{\\sin x}{x}", "1"},
                {"\\lim_{x\\to 2}\\frac{x^2-4}{x-2}", "4"},
                {"\\lim_{x\\to 0}\\frac{1-\\cos x}{x^2}", "\\frac12"},
                {"\\lim_{n\\to\\infty}\\frac{2n+1}{n}", "2"}},
               Direction::OneWay);
  expect_different(
      {{"\\lim_{x\\to 0}\\frac{\\sin x}{x}", "0"}, {"\\lim_{n\\to\\infty}\\frac{2n+1}{3n}", "2"}},
      Direction::OneWay);
}

}  // namespace
}  // namespace r1::math
