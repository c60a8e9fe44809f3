#include <gtest/gtest.h>

#include "rewards/math/value/value.h"
#include "tests/rewards/math/tree_builder.h"

namespace r1::math {
namespace {

Order order_of(const std::string& a, const std::string& b) {
  Fuel fuel(20000);
  Arena arena(fuel);
  const MathPolicy policy;
  Context context{arena, policy};
  return order(build(arena, a), build(arena, b), context);
}

void expect_less(const std::string& a, const std::string& b) {
  EXPECT_EQ(order_of(a, b), Order::Less) << a << " < " << b;
  EXPECT_EQ(order_of(b, a), Order::Greater) << b << " > " << a;
}

TEST(Order, ComparesNumbersAndConstants) {
  expect_less("1/3", "0.34");
  expect_less("-2", "1");
  expect_less("sqrt(2)", "3/2");
  expect_less("pi", "22/7");
  expect_less("pi^e", "e^pi");
  expect_less("2^1000000", "2^1000001");
  expect_less("1000000!", "10^(10^10)");
  expect_less("10^(-21)", "10^(-20)");
}

TEST(Order, InfinitiesAreTheEnds) {
  expect_less("-inf", "-10^100");
  expect_less("10^(10^10)", "inf");
  expect_less("-inf", "inf");
  EXPECT_EQ(order_of("inf", "inf"), Order::Equal);
}

TEST(Order, EqualNeedsAProof) {
  EXPECT_EQ(order_of("sqrt(2)*sqrt(2)", "2"), Order::Equal);
  EXPECT_EQ(order_of("sqrt(2)+sqrt(3)", "sqrt(5+2*sqrt(6))"), Order::Equal);
}

TEST(Order, WhatIsNotRealHasNone) {
  EXPECT_EQ(order_of("i", "1"), Order::Unknown);
  EXPECT_EQ(order_of("1/0", "1"), Order::Unknown);
  EXPECT_EQ(order_of("x", "1"), Order::Unknown);
  EXPECT_EQ(order_of("sqrt(-1)", "0"), Order::Unknown);
}

}  // namespace
}  // namespace r1::math
