#include "rewards/math/value/modular.h"

#include "rewards/math/value/modular_field.h"
#include "tests/rewards/math/value_pairs.h"

namespace r1::math {
namespace {

Decision residues(const std::string& a, const std::string& b) {
  Fuel fuel(kTestFuel);
  Arena arena(fuel);
  Meter meter(fuel, kTestFuel);
  return modular_equal(build(arena, a), build(arena, b), meter);
}

TEST(Modular, RationalIdentitiesAreEqual) {
  const Pairs pairs = {{"(x+1)^2", "x^2+2*x+1"},
                       {"(a+b)*(a-b)", "a^2-b^2"},
                       {"(x^3-1)/(x-1)", "x^2+x+1"},
                       {"1/x+1/y", "(x+y)/(x*y)"},
                       {"x/(x*y)", "1/y"},
                       {"(a+b+c)^3-a^3-b^3-c^3", "3*(a+b)*(b+c)*(c+a)"},
                       {"x^4+4", "(x^2+2*x+2)*(x^2-2*x+2)"},
                       {"0.5*x", "x/2"},
                       {"x*50%", "x/2"},
                       {"(x+i)*(x-i)", "x^2+1"},
                       {"(x-sqrt(2))*(x+sqrt(2))", "x^2-2"},
                       {"sqrt(8)*x", "2*sqrt(2)*x"},
                       {"sqrt(3)*x*sqrt(3)", "3*x"},
                       {"x/sqrt(2)", "sqrt(2)*x/2"},
                       {"-(x-y)", "y-x"},
                       {"(2*x+4)/(2*y)", "(x+2)/y"},
                       {"pi*(r+1)^2", "pi*r^2+2*pi*r+pi"},
                       {"x^(-2)", "1/x^2"},
                       {"(x^2)^5", "x^10"}};
  for (const auto& [a, b] : pairs)
    EXPECT_EQ(residues(a, b).evidence, Evidence::Modular) << a << "  vs  " << b;
  expect_all(pairs, Comparison::Equal);
}

TEST(Modular, OneCoefficientMakesADifference) {
  const Pairs pairs = {{"(x+1)^2", "x^2+x+1"},
                       {"(a+b)*(a-b)", "a^2+b^2"},
                       {"1/x+1/y", "1/(x+y)"},
                       {"x+y", "x-y"},
                       {"x", "-x"},
                       {"x*y", "x+y"},
                       {"x^2", "x^3"},
                       {"0.5*x", "0.05*x"},
                       {"x", "x+1/10^20"},
                       {"x", "x*(1+1/10^20)"},
                       {"x", "y"},
                       {"x*sqrt(2)", "x*1.41421356"},
                       {"(x+i)*(x-i)", "x^2-1"},
                       {"sqrt(8)*x", "sqrt(6)*x"},
                       {"a^10*b", "a*b^10"},
                       {"x/2", "2/x"},
                       {"x", "x_1"}};
  for (const auto& [a, b] : pairs) EXPECT_EQ(residues(a, b).evidence, Evidence::Exact) << a << "  vs  " << b;
  expect_all(pairs, Comparison::Different);
}

TEST(Modular, FunctionsAreAtoms) {
  expect_all({{"f(x+x)+1", "1+f(2*x)"},
              {"f(x)*g(y)", "g(y)*f(x)"},
              {"sin(x+x)", "sin(2*x)"},
              {"abs(x-1)", "abs(1-x)"},
              {"sin(-x)", "-sin(x)"},
              {"cos(1-x)", "cos(x-1)"},
              {"floor(x)+floor(x)", "2*floor(x)"},
              {"ln(x)/ln(2)", "log(x,2)"},
              {"integral(x^2,x)", "integral(t*t,t)"},
              {"integral(x^2,x,0,inf)", "integral(y^2,y,0,inf)"},
              {"sum(k^2,k,1,n)", "sum(j*j,j,1,n)"},
              {"limit(f(x),x,0)", "limit(f(t),t,0)"},
              {"e^(x+1)", "e*e^x"},
              {"sqrt(x+x)", "sqrt(2*x)"},
              {"ln(8*2)*x", "4*ln(2)*x"},
              {"f(1,2)", "f(1,1+1)"}},
             Comparison::Equal);
}

TEST(Modular, DifferentAtomsProveNothing) {
  expect_all({{"f(x)", "f(y)"},
              {"f(x)", "g(x)"},
              {"f(x)", "f(x+1)"},
              {"f(x)", "2*f(x)"},
              {"integral(x^2,x)", "integral(x^3,x)"},
              {"integral(x,x,0,1)", "integral(x,x,0,2)"},
              {"f(x,y)", "f(y,x)"},
              {"limit(f(x),x,0)", "limit(f(x),x,inf)"}},
             Comparison::Unknown);
}

TEST(Modular, SymbolicExponentsFollowTheirRules) {
  expect_all({{"2^n*2", "2^(n+1)"},
              {"4^n", "2^(2*n)"},
              {"x^n*x", "x^(n+1)"},
              {"6^n", "2^n*3^n"},
              {"(-1)^(2*n)", "1"},
              {"(-1)^(n+2)", "(-1)^n"},
              {"(-1)^(n+1)", "-(-1)^n"},
              {"(-2)^n", "(-1)^n*2^n"},
              {"i^(4*n)", "1"},
              {"e^(x+y)", "e^x*e^y"},
              {"2^(n-1)", "2^n/2"},
              {"(2^n-1)*(2^n+1)", "4^n-1"},
              {"(-1)^(m+n)", "(-1)^m*(-1)^n"},
              {"(-1)^(n^2)", "(-1)^n"}},
             Comparison::Equal);
  expect_all({{"2^n", "2^(n+1)"},
              {"(-1)^n", "1"},
              {"(-1)^n", "(-1)^(n+1)"},
              {"i^n", "(-1)^n"},
              {"i^(2*n)", "1"},
              {"(-1)^(m+n)", "(-1)^n"},
              {"4^n", "2^n"},
              {"(2^n-1)*(2^n+1)", "4^n"},
              {"2^n", "n^2"},
              {"(-2)^n", "2^n"}},
             Comparison::Different);
}

TEST(Modular, NoMultipleOfBothPrimesFoolsIt) {
  const std::string product =
      std::to_string(PrimeField::fixed(0).prime()) + "*" + std::to_string(PrimeField::fixed(1).prime());
  expect_all({{"x+" + product, "x"},
              {"x*(1+" + product + ")", "x"},
              {product + "*x*y", "0"},
              {"x+sqrt(2)*" + product, "x"}},
             Comparison::Different);
}

TEST(Modular, HugePowersAreComparedByResidues) {
  expect_all({{"9^999999999", "3^1999999998"},
              {"2*2^1000000", "2^1000001"},
              {"10^(10^10)", "10^(5*10^9)*10^(5*10^9)"},
              {"6^1000000", "2^1000000*3^1000000"},
              {"(2^1000000-1)*(2^1000000+1)", "4^1000000-1"},
              {"x*9^999999999", "3^1999999998*x"}},
             Comparison::Equal);
  expect_all({{"9^999999999", "9^999999998"},
              {"2^1000000", "2^1000001"},
              {"10^(10^10)", "10^(10^10)+1"},
              {"2^1000000", "2^1000000-1"},
              {"(2^1000000-1)*(2^1000000+1)", "4^1000000"},
              {"x*2^1000000", "x*2^1000001"},
              {"10^(10^10)", "10^(10^10+1)"}},
             Comparison::Different);
}

TEST(Modular, ZeroToASymbolIsNotZero) {
  EXPECT_EQ(residues("0^n", "0").comparison, Comparison::Unknown);
  EXPECT_EQ(residues("(x-x)^n", "0").comparison, Comparison::Unknown);
}

}  // namespace
}  // namespace r1::math
