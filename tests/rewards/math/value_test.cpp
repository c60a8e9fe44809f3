#include "rewards/math/value.h"

#include "tests/rewards/math/value_pairs.h"

namespace r1::math {
namespace {

TEST(Value, RationalsAreComparedExactly) {
  expect_all({{"1/2", "2/4"},
              {"0.1+0.2", "0.3"},
              {"0.r3", "1/3"},
              {"0.1r6", "1/6"},
              {"50%", "1/2"},
              {"2^10", "1024"},
              {"-(-3)", "3"},
              {"0.5^-2", "4"},
              {"0^0", "1"},
              {"1-1/3-2/3", "0"},
              {"0.r9", "1"},
              {"5!", "120"}},
             Comparison::Equal);
  expect_all({{"1/3", "0.333333333333"},
              {"0.1+0.2", "0.30000000000000004"},
              {"1/2", "-1/2"},
              {"2^10", "1023"},
              {"0", "1"},
              {"1/0", "1/0"},
              {"1/0", "0"},
              {"ln(0)", "ln(0)"},
              {"0^(-1)", "0^(-1)"}},
             Comparison::Different);
}

TEST(Value, DisjointBallsProveADifference) {
  expect_all({{"e^(pi*sqrt(163))", "640320^3+744"},
              {"pi", "22/7"},
              {"pi", "355/113"},
              {"sqrt(2)", "1.41421356"},
              {"e^pi", "pi^e"},
              {"2^1000000", "2^1000001"},
              {"10^(10^10)", "10^(10^10+1)"},
              {"9^999999999", "9^999999998"},
              {"inf", "-inf"},
              {"inf", "5"}},
             Comparison::Different);
}

TEST(Value, ResiduesProvePolynomialIdentities) {
  expect_all({{"(x+1)^2", "x^2+2*x+1"},
              {"(a+b)*(a-b)", "a^2-b^2"},
              {"1/x+1/y", "(x+y)/(x*y)"},
              {"x+1", "1+x"},
              {"(x^3-1)/(x-1)", "x^2+x+1"},
              {"sqrt(3)*x*sqrt(3)", "3*x"},
              {"(x+i)*(x-i)", "x^2+1"},
              {"f(x+x)+1", "1+f(2*x)"},
              {"2^n*2", "2^(n+1)"},
              {"e^(x+1)", "e*e^x"},
              {"sum(k^2,k,1,n)", "sum(j*j,j,1,n)"}},
             Comparison::Equal);
  expect_all({{"(x+1)^2", "x^2+1"},
              {"x+y", "x-y"},
              {"(x+i)*(x-i)", "x^2-1"},
              {"1/x+1/y", "1/(x+y)"},
              {"2^n", "2^(n+1)"},
              {"(-1)^n", "1"},
              {"i^n", "(-1)^n"}},
             Comparison::Different);
}

TEST(Value, HugePowersAreComparedByResidues) {
  expect_all({{"9^999999999", "3^1999999998"},
              {"2*2^1000000", "2^1000001"},
              {"10^(10^10)", "10^(5*10^9)*10^(5*10^9)"}},
             Comparison::Equal);
}

}  // namespace
}  // namespace r1::math
