#include "rewards/math/value/series.h"

#include <gtest/gtest.h>

#include <string_view>

#include "rewards/math/parse/parser.h"

namespace r1::math {
namespace {

// Whether the sum's closed form has that value; Unknown without a closed form.
Comparison sums_to(std::string_view sum, std::string_view value) {
  Fuel fuel(20000);
  Arena arena(fuel);
  const MathPolicy policy;
  Context context{arena, policy};
  const Node* closed = series_value(parse_answer(arena, sum, policy).node, context);
  if (closed == nullptr) return Comparison::Unknown;
  return equal_values(closed, parse_answer(arena, value, policy).node, context).comparison;
}

TEST(Series, GeometricOnesWithARatioUnderOneHaveAValue) {
  EXPECT_EQ(sums_to("\\sum_{k=0}^{\\infty}\\frac{1}{2^k}", "2"), Comparison::Equal);
  EXPECT_EQ(sums_to("\\sum_{k=2}^{\\infty}3\\cdot\\left(\\frac25\\right)^k", "\\frac45"), Comparison::Equal);
  EXPECT_EQ(sums_to("\\sum_{k=0}^{\\infty}\\frac{1}{2^k}", "1"), Comparison::Different);
}

TEST(Series, WhatDivergesHasNone) {
  EXPECT_EQ(sums_to("\\sum_{k=0}^{\\infty}2^k", "-1"), Comparison::Unknown);
  EXPECT_EQ(sums_to("\\sum_{k=0}^{\\infty}1", "0"), Comparison::Unknown);
  EXPECT_EQ(sums_to("\\sum_{k=1}^{\\infty}\\frac1k", "1"), Comparison::Unknown);
}

TEST(Series, TheExponentialSeriesAndBasel) {
  EXPECT_EQ(sums_to("\\sum_{k=0}^{\\infty}\\frac{1}{k!}", "e"), Comparison::Equal);
  EXPECT_EQ(sums_to("\\sum_{k=1}^{\\infty}\\frac{1}{k!}", "e-1"), Comparison::Equal);
  EXPECT_EQ(sums_to("\\sum_{k=0}^{\\infty}\\frac{2^k}{k!}", "e^2"), Comparison::Equal);
  EXPECT_EQ(sums_to("\\sum_{k=1}^{\\infty}\\frac{1}{k^2}", "\\frac{\\pi^2}{6}"), Comparison::Equal);
  EXPECT_EQ(sums_to("\\sum_{k=1}^{\\infty}\\frac{1}{k^2}", "\\frac{\\pi^2}{8}"), Comparison::Different);
}

TEST(Series, LongSumsOfPolynomials) {
  EXPECT_EQ(sums_to("\\sum_{k=1}^{10^{12}}k", "\\frac{10^{12}(10^{12}+1)}{2}"), Comparison::Equal);
  EXPECT_EQ(sums_to("\\sum_{k=3}^{100}(k^3-2k+5)", "25492887"), Comparison::Equal);
  EXPECT_EQ(sums_to("\\sum_{k=1}^{10^{12}}k", "\\frac{10^{12}(10^{12}-1)}{2}"), Comparison::Different);
}

}  // namespace
}  // namespace r1::math
