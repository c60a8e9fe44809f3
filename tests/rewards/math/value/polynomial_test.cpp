#include <gtest/gtest.h>

#include "rewards/math/value/value.h"
#include "tests/rewards/math/tree_builder.h"

namespace r1::math {
namespace {

std::string coefficients(const std::string& text, std::string_view symbol = "x") {
  Fuel fuel(20000);
  Arena arena(fuel);
  const MathPolicy policy;
  Context context{arena, policy};
  const auto found = polynomial(build(arena, text), symbol, context);
  if (!found) return "none";
  std::string result;
  for (const Node* c : *found) result += (result.empty() ? "" : ", ") + tree_text(c);
  return result;
}

TEST(Polynomial, CollectsCoefficientsFromTheConstantTermUp) {
  EXPECT_EQ(coefficients("x^2-5*x+6"), "6, Neg(5), 1");
  EXPECT_EQ(coefficients("(x-2)*(x-3)"), "6, Neg(5), 1");
  EXPECT_EQ(coefficients("(x+1)^3"), "1, 3, 3, 1");
  EXPECT_EQ(coefficients("x/2"), "0, Div(1, 2)");
  EXPECT_EQ(coefficients("7"), "7");
}

TEST(Polynomial, DropsLeadingZeros) {
  EXPECT_EQ(coefficients("x^2-x^2+3"), "3");
  EXPECT_EQ(coefficients("x-x"), "");
  EXPECT_EQ(coefficients("(sqrt(2)*sqrt(2)-2)*x+1"), "1");
}

TEST(Polynomial, OtherSymbolsAreCoefficients) { EXPECT_EQ(coefficients("a*x+b"), "b, a"); }

TEST(Polynomial, IsNoneForWhatIsNoPolynomial) {
  for (const char* text : {"sin(x)", "1/x", "x^n", "2^x", "sqrt(x)", "x^17", "(x^9)*(x^8)", "abs(x)"}) {
    EXPECT_EQ(coefficients(text), "none") << text;
  }
}

}  // namespace
}  // namespace r1::math
