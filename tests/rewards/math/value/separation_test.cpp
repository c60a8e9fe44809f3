#include "rewards/math/value/separation.h"

#include "tests/rewards/math/value_pairs.h"

namespace r1::math {
namespace {

void expect_proved(const Pairs& pairs, Comparison expected) {
  for (const auto& [a, b] : pairs) {
    Fuel fuel(kTestFuel);
    Arena arena(fuel);
    Meter meter(fuel, kTestFuel);
    const Comparison found = algebraic_constants_equal(build(arena, a), build(arena, b), meter);
    EXPECT_STREQ(name_of(found), name_of(expected)) << a << "  vs  " << b;
  }
}

const Pairs kEqual = {
    {"sqrt(2)*sqrt(3)", "sqrt(6)"},
    {"sqrt(12)", "2*sqrt(3)"},
    {"1/sqrt(2)", "sqrt(2)/2"},
    {"sqrt(2)+sqrt(3)", "sqrt(5+2*sqrt(6))"},
    {"sqrt(3+2*sqrt(2))", "1+sqrt(2)"},
    {"sqrt(7-4*sqrt(3))", "2-sqrt(3)"},
    {"sqrt(6+sqrt(35))*sqrt(2)", "sqrt(5)+sqrt(7)"},
    {"1/(1+sqrt(2))", "sqrt(2)-1"},
    {"1/(sqrt(2)+sqrt(3)+sqrt(5))", "(2*sqrt(3)+3*sqrt(2)-sqrt(30))/12"},
    {"((1+sqrt(5))/2)^10", "(123+55*sqrt(5))/2"},
    {"((1+sqrt(5))/2)^2", "(1+sqrt(5))/2+1"},
    {"cbrt(2+sqrt(5))+cbrt(2-sqrt(5))", "1"},
    {"cbrt(7+5*sqrt(2))", "1+sqrt(2)"},
    {"cbrt(cbrt(2)-1)", "cbrt(1/9)-cbrt(2/9)+cbrt(4/9)"},
    {"sqrt(cbrt(5)-cbrt(4))", "(cbrt(2)+cbrt(20)-cbrt(25))/3"},
    {"sqrt(cbrt(28)-cbrt(27))", "(cbrt(98)-cbrt(28)-1)/3"},
    {"2^(1/3)*2^(2/3)", "2"},
    {"sqrt(sqrt(2))", "2^(1/4)"},
    {"8^(1/6)", "sqrt(2)"},
    {"root(64,3)+sqrt(2)", "4+sqrt(2)"},
    {"sin(pi/6)", "1/2"},
    {"cos(pi/5)", "(1+sqrt(5))/4"},
    {"sin(pi/12)", "(sqrt(6)-sqrt(2))/4"},
    {"tan(pi/8)", "sqrt(2)-1"},
    {"tan(pi/12)", "2-sqrt(3)"},
    {"cos(pi/7)*cos(2*pi/7)*cos(3*pi/7)", "1/8"},
    {"tan(3*pi/11)+4*sin(2*pi/11)", "sqrt(11)"},
    {"sin(deg(18))", "(sqrt(5)-1)/4"},
    {"sin(deg(20))*sin(deg(40))*sin(deg(80))", "sqrt(3)/8"},
    {"cos(2*pi/17)",
     "(-1+sqrt(17)+sqrt(34-2*sqrt(17))+2*sqrt(17+3*sqrt(17)-sqrt(34-2*sqrt(17))-2*sqrt(34+2*sqrt(17))))/16"},
    {"cos(100*pi/3)", "-1/2"},
    {"sec(pi/3)+csc(pi/6)+cot(pi/4)", "5"},
    {"sin(0)", "0"},
    {"i^2", "-1"},
    {"(1+i)^10", "32*i"},
    {"(1+i)/(1-i)", "i"},
    {"sqrt(i)", "(1+i)/sqrt(2)"},
    {"sqrt(-4)", "2*i"},
    {"sqrt(-2)*sqrt(-8)", "-4"},
    {"cis(pi/3)", "1/2+sqrt(3)/2*i"},
    {"((-1+sqrt(3)*i)/2)^3", "1"},
    {"abs(1-sqrt(2))", "sqrt(2)-1"},
    {"sqrt(-(3/4))", "sqrt(3)*i/2"},
};

const Pairs kDifferent = {
    {"sqrt(2)+sqrt(3)", "sqrt(10)"},
    {"sqrt(2)+sqrt(3)", "sqrt(5+2*sqrt(6)+1/10^20)"},
    {"sqrt(2)", "sqrt(2)+1/10^100"},
    {"sqrt(10^40+1)", "10^20"},
    {"sqrt(5)+sqrt(7)+sqrt(11)", "sqrt(6)+sqrt(8)+sqrt(9)"},
    {"cbrt(7+5*sqrt(2))", "1-sqrt(2)"},
    {"sin(pi/7)", "0.43388373911755812"},
    {"cos(pi/180)", "1"},
    {"tan(pi/9)", "4/11"},
    {"((1+sqrt(5))/2)^60", "4052739537881/1+((1-sqrt(5))/2)^60"},
    {"sqrt(-4)", "-2*i"},
    {"(1+i)^10", "-32*i"},
    {"abs(1-sqrt(2))", "1-sqrt(2)"},
    {"sqrt(sqrt(2))", "2^(1/3)"},
    {"sqrt(1000001)+sqrt(999999)", "2*sqrt(1000000)"},
    {"sqrt(2)*sqrt(3)", "sqrt(5)"},
    {"1/(1+sqrt(2))", "1-sqrt(2)"},
    {"cis(pi/3)", "1/2-sqrt(3)/2*i"},
};

TEST(Separation, ProvesEqualAlgebraicConstants) { expect_proved(kEqual, Comparison::Equal); }

TEST(Separation, ProvesDifferentAlgebraicConstants) { expect_proved(kDifferent, Comparison::Different); }

TEST(Separation, TheLadderSaysTheSame) {
  expect_all(kEqual, Comparison::Equal);
  expect_all(kDifferent, Comparison::Different);
}

TEST(Separation, FibonacciPowersNeedTheirConjugates) {
  // L_60 = phi^60 + psi^60 is an integer, phi^60 alone is none.
  expect_proved({{"((1+sqrt(5))/2)^60+((1-sqrt(5))/2)^60", "3461452808002"}}, Comparison::Equal);
  expect_proved({{"((1+sqrt(5))/2)^60", "3461452808002"}}, Comparison::Different);
}

TEST(Separation, WhatIsNotAlgebraicByFormIsUnknown) {
  expect_proved({{"pi", "pi"},
                 {"e", "e"},
                 {"ln(2)", "ln(2)"},
                 {"sin(1)", "sin(1)"},
                 {"2^sqrt(2)", "2^sqrt(2)"},
                 {"1/(sqrt(2)*sqrt(2)-2)", "1/(sqrt(2)*sqrt(2)-2)"},
                 {"tan(pi/2)", "tan(pi/2)"}},
                Comparison::Unknown);
}

TEST(Separation, HighDegreesAreUnknownNotSlow) {
  expect_proved({{"sqrt(2)+sqrt(3)+sqrt(5)+sqrt(7)+sqrt(11)+sqrt(13)+sqrt(17)+sqrt(19)+sqrt(23)+sqrt(29)+"
                  "sqrt(31)+sqrt(37)",
                  "sqrt(37)+sqrt(2)+sqrt(3)+sqrt(5)+sqrt(7)+sqrt(11)+sqrt(13)+sqrt(17)+sqrt(19)+sqrt(23)+"
                  "sqrt(29)+sqrt(31)"},
                 {"root(2,61)+root(3,59)+root(5,53)", "root(3,59)+root(5,53)+root(2,61)"}},
                Comparison::Unknown);
}

}  // namespace
}  // namespace r1::math
