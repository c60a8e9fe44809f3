#include "rewards/math/value/value.h"

#include <thread>

#include "rewards/math/tree/flint.h"
#include "tests/rewards/math/value_pairs.h"

namespace r1::math {
namespace {

TEST(Value, DisjointBallsProveADifference) {
  expect_all({{"e^(pi*sqrt(163))", "640320^3+744"},
              {"pi", "22/7"},
              {"sqrt(2)", "1.41421356"},
              {"e^pi", "pi^e"},
              {"1000000!", "1000001!"},
              {"(10^9)!", "10^(10^9)"},
              {"C(10^9,5*10^8)", "2^(10^9)"},
              {"C(10^9,5)", "C(10^9,6)"},
              {"sum(1/k,k,1,100)", "ln(100)"},
              {"10^(-10^10)", "10^(-10^10-1)"},
              {"sum(1/k,k,1,10000)", "9.787606"}},
             Comparison::Different);
}

TEST(Value, HugeNumbersEqualThemselvesWithoutBeingExpanded) {
  expect_all({{"1000000!", "1000000!"},
              {"10^(10^(10^10))", "10^(10^(10^10))"},
              {"C(10^9,5)", "C(10^9,999999995)"},
              {"2^(2^(2^(2^(2^2))))", "2^(2^65536)"},
              {"C(10^9,5*10^8)", "C(10^9,5*10^8)"}},
             Comparison::Equal);
}

TEST(Value, WhatCannotBeDecidedIsUnknown) {
  expect_all({{"10^(10^(10^10))", "10^(10^(10^11))"},
              {"1000000!", "1000000!+1"},
              {"tan(pi/2)", "tan(pi/2)"},
              {"zeta(2)", "pi^2/6"},
              {"1/(sqrt(2)*sqrt(2)-2)", "1/(sqrt(3)*sqrt(3)-3)"},
              {"f(1)", "f(2)"},
              {"f(1/0)", "f(1/0)"},
              {"integral(x^2,x,0,1)", "1/3"},
              {"acot(-1)", "-pi/4"}},
             Comparison::Unknown);
}

TEST(Value, InfinitiesOfOneSignAreEqual) {
  expect_all({{"inf", "inf"},
              {"-inf", "-inf"},
              {"inf+1", "inf"},
              {"2*inf", "inf"},
              {"-inf", "-2*inf"},
              {"1/inf", "0"},
              {"inf^2", "inf"},
              {"e^inf", "inf"},
              {"e^(-inf)", "0"},
              {"atan(inf)", "pi/2"},
              {"(1/2)^inf", "0"}},
             Comparison::Equal);
  expect_all({{"inf", "-inf"},
              {"inf", "5"},
              {"inf", "10^(10^10)"},
              {"inf-inf", "0"},
              {"0*inf", "0"},
              {"inf/inf", "1"},
              {"1^inf", "1"}},
             Comparison::Different);
}

TEST(Value, LogWithoutBaseIsNaturalOrCommonButOneInAPair) {
  MathPolicy natural;
  natural.log_common_ok = false;
  expect_all({{"lg(100)", "2"},
              {"lg(x)", "log(x,10)"},
              {"lg(x)", "ln(x)"},
              {"lg(e)", "1"},
              {"lg(2)+lg(5)", "1"},
              {"lg(6)", "lg(2)+lg(3)"}},
             Comparison::Equal);
  expect_all({{"lg(100)", "3"}, {"lg(100)+lg(e)", "3"}, {"lg(x)", "log(x,2)"}, {"lg(8)", "3"}},
             Comparison::Different);
  expect_all({{"lg(100)", "2"}, {"lg(x)", "log(x,10)"}}, Comparison::Different, natural);
}

TEST(Value, EqualDigitsAreEnoughOnlyWhenAsked) {
  MathPolicy lenient;
  lenient.numeric_evidence = true;
  const std::string a = "1000000!", b = "999999!*1000000";
  EXPECT_EQ(decide(a, b).comparison, Comparison::Unknown);
  EXPECT_EQ(decide(a, b, lenient).comparison, Comparison::Equal);
  EXPECT_EQ(decide(a, b, lenient).evidence, Evidence::Numeric);
  EXPECT_EQ(decide("sqrt(2)", "sqrt(2)+1/10^90", lenient).comparison, Comparison::Different);
}

TEST(Value, DegreesCountInsideOfTrigonometricFunctions) {
  expect_all({{"sin(deg(30))", "1/2"}, {"cos(deg(60)+deg(30))", "0"}, {"tan(deg(45))", "1"}},
             Comparison::Equal);
  expect_all({{"sin(deg(30))", "sin(30)"}, {"cos(deg(60))", "-1/2"}}, Comparison::Different);
}

TEST(Value, OddRootsOfNegativeNumbersAreReal) {
  expect_all({{"cbrt(-8)", "-2"},
              {"(-8)^(1/3)", "-2"},
              {"(-8)^(5/3)", "-32"},
              {"cbrt(-2)", "-cbrt(2)"},
              {"cbrt(1-sqrt(2))", "-cbrt(sqrt(2)-1)"},
              {"sqrt(-1)", "i"}},
             Comparison::Equal);
  expect_all({{"cbrt(-8)", "1+sqrt(3)*i"}, {"(-4)^(1/2)", "-2*i"}, {"cbrt(-2)", "cbrt(2)"}},
             Comparison::Different);
}

TEST(Value, ZeroAndSmallIntegersAreFound) {
  Fuel fuel(kTestFuel);
  Arena arena(fuel);
  const MathPolicy policy;
  Context context{arena, policy};
  EXPECT_EQ(is_zero(build(arena, "sqrt(2)-sqrt(2)"), context), Comparison::Equal);
  EXPECT_EQ(is_zero(build(arena, "(x+1)^2-x^2-2*x-1"), context), Comparison::Equal);
  EXPECT_EQ(is_zero(build(arena, "10^(-100)"), context), Comparison::Different);
  EXPECT_EQ(small_integer(build(arena, "5!/4+2^3"), context), 38);
  EXPECT_EQ(small_integer(build(arena, "-7"), context), -7);
  EXPECT_EQ(small_integer(build(arena, "7/2"), context), std::nullopt);
  EXPECT_EQ(small_integer(build(arena, "10^20"), context), std::nullopt);
  EXPECT_EQ(small_integer(build(arena, "x"), context), std::nullopt);
}

TEST(Value, ScalarsAreArithmeticAndFunctionsOnly) {
  Fuel fuel(kTestFuel);
  Arena arena(fuel);
  EXPECT_TRUE(is_scalar(build(arena, "sin(deg(30))+x!/2%")));
  EXPECT_TRUE(is_scalar(build(arena, "piecewise(x,x>=0,-x)")));
  EXPECT_FALSE(is_scalar(build(arena, "deg(30)")));
  EXPECT_FALSE(is_scalar(arena.node(Kind::Tuple, {arena.integer(1), arena.integer(2)})));
  EXPECT_FALSE(is_scalar(arena.node(Kind::Add, {arena.integer(1), arena.text(Kind::Text, "yes")})));
  EXPECT_FALSE(is_scalar(arena.text(Kind::NamedSet, "R")));
}

// What is worst for each rung. Times are in the commit's message, steps are the promise.
const Pairs kWorst = {
    {"sum(1/k,k,1,10000)", "sum(1/j,j,1,10000)+0"},
    {"sum(sin(k),k,1,10000)", "sum(sin(j),j,1,10000)"},
    {"sum(sum(k*j,k,1,1000),j,1,1000)", "sum(k,k,1,1000)^2"},
    {"product(1+1/k^2,k,1,9999)", "sinh(pi)/pi"},
    {"sum(sin(k*x),k,1,1000)", "sin(500*x)*sin(1001*x/2)/sin(x/2)"},
    {"3^20000/7^11000", "3^20001/7^11000/3+1/10^9000"},
    {"e^sqrt(2)*e^sqrt(3)*e^sqrt(5)", "e^(sqrt(2)+sqrt(3)+sqrt(5))"},
    {"44*atan(1/57)+7*atan(1/239)-12*atan(1/682)+24*atan(1/12943)", "pi/4"},
    {"pi*sqrt(cbrt(5)-cbrt(4))", "pi*(cbrt(2)+cbrt(20)-cbrt(25))/3"},
    {"abs(x^16-3*x^7+x-1/7)", "sqrt((x^16-3*x^7+x-1/7)^2)"},
    {"gcd(n!,m!)*C(n+m,n)", "C(n+m,m)*min(n!,m!)"},
    {"root(2,61)+root(3,59)", "root(3,59)+root(2,61)"},
    {"(10^128)!", "(10^128)!+1"},
    {"sin(10^300)+cos(10^300)", "sqrt(2)*sin(10^300+pi/4)"},
    {"e^e^e^e^e", "e^e^e^e^e+1"},
};

TEST(Value, TheWorstInputsStopByTheirFuel) {
  for (const auto& [a, b] : kWorst) {
    Fuel building(1 << 20), fuel(kTestFuel);
    Arena texts(building), arena(fuel);
    const MathPolicy policy;
    Context context{arena, policy};
    try {
      equal_values(build(texts, a), build(texts, b), context);
    } catch (const OutOfFuel&) {
    }
    EXPECT_LE(fuel.used(), kTestFuel + 5000) << a;  // the last step may be a large one
  }
}

TEST(Value, FuelAndVerdictAreTheSameOnEveryThread) {
  const auto run = [] {
    std::vector<int64_t> used;
    for (const auto& [a, b] : Pairs{{"sin(x)^2+cos(x)^2", "1"},
                                    {"sqrt(2)+sqrt(3)", "sqrt(5+2*sqrt(6))"},
                                    {"asin(1/2)", "pi/6"},
                                    {"9^999999999", "3^1999999998"},
                                    {"1000000!", "999999!*1000000"}}) {
      Fuel building(1 << 20), fuel(kTestFuel);
      Arena texts(building), arena(fuel);
      const MathPolicy policy;
      Context context{arena, policy};
      used.push_back(
          static_cast<int64_t>(equal_values(build(texts, a), build(texts, b), context).comparison));
      used.push_back(fuel.used());
    }
    return used;
  };
  const std::vector<int64_t> expected = run();
  std::vector<std::vector<int64_t>> found(3);
  std::vector<std::thread> threads;
  for (auto& result : found) {
    threads.emplace_back([&result, &run] {
      result = run();
      flint_cleanup();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : found) EXPECT_EQ(result, expected);
}

}  // namespace
}  // namespace r1::math
