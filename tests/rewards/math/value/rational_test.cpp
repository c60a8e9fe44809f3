#include "rewards/math/value/rational.h"

#include "tests/rewards/math/value_pairs.h"

namespace r1::math {
namespace {

TEST(Rational, SpellingsOfOneNumberAreEqual) {
  expect_all(
      {{"1/2", "2/4"},   {"0.1+0.2", "0.3"},  {"0.r3", "1/3"},  {"0.1r6", "1/6"},    {"0.r142857", "1/7"},
       {"0.r9", "1"},    {"1.25", "5/4"},     {"50%", "1/2"},   {"12.5%", "1/8"},    {"-(-3)", "3"},
       {"0.5^-2", "4"},  {"(2/3)^-2", "9/4"}, {"0^0", "1"},     {"1-1/3-2/3", "0"},  {"--5", "5"},
       {"007", "7"},     {"3.000", "3"},      {"0.0", "0"},     {"-0", "0"},         {"2^10", "1024"},
       {"(-2)^3", "-8"}, {"(-1)^100", "1"},   {"1/(1/3)", "3"}, {"1/2+1/3+1/6", "1"}},
      Comparison::Equal);
}

TEST(Rational, NearMissesAreDifferent) {
  expect_all({{"1/3", "0.333333333333"},
              {"0.1+0.2", "0.30000000000000004"},
              {"1/2", "-1/2"},
              {"2^10", "1023"},
              {"0", "1"},
              {"0.r3", "0.33333333333333333333333333"},
              {"0.r9", "0.99999999999999999999999999"},
              {"50%", "50"},
              {"123456789012345678901234567890", "123456789012345678901234567891"},
              {"0.00000000000000000001", "0.000000000000000000001"},
              {"1/1000000007", "1/1000000009"},
              {"2^100", "2^100+1"},
              {"3^50/2^79", "1"},
              {"-8", "(-2)^2"},
              {"22/7", "3.142857"},
              {"1/10^30", "0"},
              {"0.1r6", "0.16"}},
             Comparison::Different);
}

TEST(Rational, TenToMinus20IsNotTenToMinus21) {
  expect_all({{"10^(-20)", "10^(-21)"}, {"10^-20", "0"}, {"10^(-20)", "-10^(-20)"}}, Comparison::Different);
}

TEST(Rational, UndefinedEqualsNothing) {
  expect_all({{"1/0", "1/0"},
              {"1/0", "0"},
              {"1/0", "inf"},
              {"0/0", "1"},
              {"ln(0)", "ln(0)"},
              {"0^(-1)", "0^(-1)"},
              {"1/(2-2)", "1/(3-3)"},
              {"(-1)!", "(-1)!"},
              {"mod(5,0)", "mod(5,0)"},
              {"0*(1/0)", "0"},
              {"undef", "undef"},
              {"log(5,1)", "log(5,1)"},
              {"pi/0", "pi/0"},
              {"sin(1/0)", "sin(1/0)"},
              {"root(2,0)", "root(2,0)"}},
             Comparison::Different);
}

TEST(Rational, IntegerFunctionsAreExact) {
  expect_all({{"5!", "120"},
              {"0!", "1"},
              {"double_factorial(7)", "105"},
              {"double_factorial(8)", "384"},
              {"double_factorial(0)", "1"},
              {"C(10,3)", "120"},
              {"C(5,7)", "0"},
              {"C(5,0)", "1"},
              {"C(100,98)", "4950"},
              {"P(5,2)", "20"},
              {"P(3,5)", "0"},
              {"gcd(12,18)", "6"},
              {"gcd(0,5)", "5"},
              {"lcm(4,6)", "12"},
              {"gcd(12,18,27)", "3"},
              {"mod(-7,3)", "2"},
              {"mod(7,3)", "1"},
              {"mod(22/7,1)", "1/7"},
              {"floor(7/2)", "3"},
              {"floor(-7/2)", "-4"},
              {"ceil(7/2)", "4"},
              {"ceil(-7/2)", "-3"},
              {"frac_part(-1/4)", "3/4"},
              {"min(3,1,2)", "1"},
              {"max(1/2,2/3)", "2/3"},
              {"abs(-5)", "5"},
              {"sign(-5)", "-1"},
              {"sqrt(49/4)", "7/2"},
              {"cbrt(-8)", "-2"},
              {"(-8)^(2/3)", "4"},
              {"27^(2/3)", "9"},
              {"4^(-1/2)", "1/2"},
              {"root(-32,5)", "-2"},
              {"C(-3,2)", "6"},
              {"sqrt(0)", "0"}},
             Comparison::Equal);
  expect_all({{"5!", "121"},
              {"C(10,3)", "C(10,4)"},
              {"C(10,3)", "P(10,3)"},
              {"gcd(12,18)", "lcm(12,18)"},
              {"mod(-7,3)", "-1"},
              {"floor(-7/2)", "-3"},
              {"ceil(3)", "4"},
              {"cbrt(-8)", "2"},
              {"double_factorial(7)", "7!"},
              {"min(1,2)", "max(1,2)"},
              {"sqrt(4)", "-2"},
              {"27^(2/3)", "27^(3/2)"}},
             Comparison::Different);
}

TEST(Rational, SumsAndProductsWithNumericBoundsAreAddedUp) {
  expect_all({{"sum(k,k,1,100)", "5050"},
              {"sum(k^2,k,1,10)", "385"},
              {"product(k,k,1,6)", "720"},
              {"sum(1/k,k,1,4)", "25/12"},
              {"sum(k,k,5,4)", "0"},
              {"product(k,k,5,4)", "1"},
              {"sum(sum(j,j,1,k),k,1,3)", "10"},
              {"sum((-1)^k,k,0,999)", "0"},
              {"sum(k,k,1,1000)", "500500"}},
             Comparison::Equal);
  expect_all({{"sum(k,k,1,100)", "5049"}, {"sum(k,k,0,100)", "sum(k,k,0,99)"}, {"product(k,k,1,6)", "721"}},
             Comparison::Different);
}

TEST(Rational, NothingLargeIsExpanded) {
  Fuel fuel(100);
  Arena arena(fuel);
  for (const char* text : {"9^999999999", "10^(10^10)", "1000000!", "C(1000000,500000)", "2^(-1000000)"}) {
    Fuel building(10000);
    Arena trees(building);
    Meter meter(fuel, 50);
    EXPECT_EQ(rational_value(build(trees, text), meter).state, RationalState::None) << text;
  }
}

}  // namespace
}  // namespace r1::math
