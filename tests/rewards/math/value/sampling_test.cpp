#include "rewards/math/value/sampling.h"

#include "tests/rewards/math/value_pairs.h"

namespace r1::math {
namespace {

TEST(Sampling, IdentitiesOnTheirDomainAreEqual) {
  expect_all({{"sqrt(x^2)", "abs(x)"},
              {"sin(x)^2+cos(x)^2", "1"},
              {"sin(2*x)", "2*sin(x)*cos(x)"},
              {"ln(x^2)", "2*ln(abs(x))"},
              {"sqrt(x)*sqrt(x)", "x"},
              {"sqrt(x/y)", "sqrt(x)/sqrt(y)"},
              {"sqrt(x^3)", "x*sqrt(x)"},
              {"cosh(x)^2-sinh(x)^2", "1"},
              {"e^(i*x)", "cos(x)+i*sin(x)"},
              {"tan(x)", "sin(x)/cos(x)"},
              {"asinh(x)", "ln(x+sqrt(x^2+1))"},
              {"sqrt(a^2+2*a*b+b^2)", "abs(a+b)"},
              {"sqrt(4*a^2+4*b^2)", "2*sqrt(a^2+b^2)"},
              {"ln(2*x)", "ln(2)+ln(x)"},
              {"sin(3*x)", "3*sin(x)-4*sin(x)^3"},
              {"(1+sqrt(x))^2", "1+2*sqrt(x)+x"},
              {"1/(sqrt(x+1)-sqrt(x))", "sqrt(x+1)+sqrt(x)"},
              {"abs(x)*abs(y)", "abs(x*y)"},
              {"sec(x)^2", "1+tan(x)^2"},
              {"tanh(x)", "(e^(2*x)-1)/(e^(2*x)+1)"},
              {"cis(x)", "e^(i*x)"},
              {"sqrt(x+2*sqrt(x-1))", "abs(1+sqrt(x-1))"},
              {"cbrt(x^3)", "x"},
              {"x^(2/3)", "cbrt(x)^2"},
              {"root(x^6,3)", "x^2"},
              {"asin(x)+acos(x)", "pi/2"},
              {"sin(asin(x))", "x"},
              {"cos(atan(x))", "1/sqrt(1+x^2)"},
              {"e^ln(x)", "x"},
              {"ln(e^x)", "x"},
              {"2^x", "e^(x*ln(2))"},
              {"cos(x)^4-sin(x)^4", "cos(2*x)"},
              {"tan(x/2)", "sin(x)/(1+cos(x))"},
              {"sin(x)+sin(y)", "2*sin((x+y)/2)*cos((x-y)/2)"},
              {"sqrt(x^2-2*x+1)", "abs(x-1)"},
              {"sqrt((x-1000)^2)", "abs(x-1000)"},
              {"sin(deg(x))", "sin(pi*x/180)"},
              {"cot(x)", "1/tan(x)"},
              {"log(x^3,10)", "3*log(x,10)"}},
             Comparison::Equal);
}

TEST(Sampling, OnePointProvesADifference) {
  expect_all({{"sqrt(x^2)", "x"},
              {"atan(1/x)", "pi/2-atan(x)"},
              {"sin(x)", "x-x^3/6+x^5/120"},
              {"asin(sin(x))", "x"},
              {"sqrt(a^2+b^2)", "a+b"},
              {"sqrt(a^2+2*a*b+b^2)", "a+b"},
              {"2*atan(x)", "asin(2*x/(1+x^2))"},
              {"sin(2*x)", "2*sin(x)"},
              {"ln(x+y)", "ln(x)+ln(y)"},
              {"ln(x*y)", "ln(x)*ln(y)"},
              {"e^(x+y)", "e^x+e^y"},
              {"abs(x+y)", "abs(x)+abs(y)"},
              {"cos(x)", "sin(x)"},
              {"cbrt(x^3)", "abs(x)"},
              {"x^(2/3)", "x^(3/2)"},
              {"sin(x)+1/10^30", "sin(x)"},
              {"sin(x)+x/10^30", "sin(x)"},
              {"e^(i*x)", "cos(x)-i*sin(x)"},
              {"acos(x)", "asin(x)"},
              {"tan(x)", "tan(x+1)"},
              {"sec(x)^2", "1-tan(x)^2"},
              {"sin(x)", "sin(x+22/7)"},
              {"sin(x)", "-sin(x+355/113)"},
              {"sin(deg(x))", "sin(x)"},
              {"log(x^3,10)", "log(x,10)^3"},
              {"sqrt(x)+sqrt(y)", "sqrt(x+y)"}},
             Comparison::Different);
}

TEST(Sampling, FormulasThatChangeFarAwayAreSeenThrough) {
  expect_all({{"abs(x-1000000)", "1000000-x"},
              {"abs(x+1000000)", "x+1000000"},
              {"max(x,-1000)", "x"},
              {"min(x,10^9)", "x"},
              {"floor(1/(1+x^2))", "0"},
              {"sqrt((x-10^8)^2)", "10^8-x"},
              {"x+max(0,x-10^9)", "x"},
              {"abs(ln(x)-20)", "20-ln(x)"},
              {"asin(sin(x/1000000))", "x/1000000"},
              {"piecewise(x,x<10^7,0)", "x"},
              {"piecewise(x,x>=1,-x)", "abs(x)"},
              {"sqrt((x-7/3)^2*(x+100)^2)", "abs(x-7/3)*(x+100)"},
              {"floor(n/1000000)", "0"},
              {"abs(n-500)", "500-n"},
              {"sin(x)*abs(x-777)", "sin(x)*(777-x)"},
              {"abs(1/(x-5000))", "1/(5000-x)"},
              {"x^2+abs(x-pi*10^5)", "x^2+pi*10^5-x"},
              {"abs(x-y-10^9)", "10^9+y-x"}},
             Comparison::Different);
  expect_all({{"abs(x-1000000)", "max(x-1000000,1000000-x)"},
              {"piecewise(x,x>=0,-x)", "abs(x)"},
              {"max(x,y)", "(x+y+abs(x-y))/2"},
              {"min(x,y)+max(x,y)", "x+y"},
              {"piecewise(x-10^7,x>10^7,10^7-x)", "abs(x-10^7)"}},
             Comparison::Equal);
}

TEST(Sampling, StepsOfRealNumbersAreNeverClaimedEqual) {
  expect_all(
      {{"floor(x)+floor(x+1/2)", "floor(2*x)"}, {"floor(x)+ceil(-x)", "0"}, {"floor(abs(sin(x))/2)*x", "0"}},
      Comparison::Unknown);
}

TEST(Sampling, OtherDomainsAreNotEqual) {
  expect_all({{"ln(x^2)", "2*ln(x)"},
              {"ln(abs(x))", "ln(x)"},
              {"sqrt(x*y)", "sqrt(x)*sqrt(y)"},
              {"0^x", "0"},
              {"log(x^2,2)", "2*log(x,2)"}},
             Comparison::Unknown);
}

TEST(Sampling, IntegerSymbolsStandForIntegers) {
  expect_all({{"sum(k,k,1,n)", "n*(n+1)/2"},
              {"sum(k^2,k,1,n)", "n*(n+1)*(2*n+1)/6"},
              {"sum(k^3,k,1,n)", "(n*(n+1)/2)^2"},
              {"sum(2^k,k,0,n)", "2^(n+1)-1"},
              {"sum(C(n,k),k,0,n)", "2^n"},
              {"n!/(n-1)!", "n"},
              {"C(n,2)", "n*(n-1)/2"},
              {"C(n,k)", "C(n,n-k)"},
              {"C(2*n,n)", "(2*n)!/(n!)^2"},
              {"(-1)^n", "cos(n*pi)"},
              {"floor(n/2)+floor((n+1)/2)", "n"},
              {"gcd(n,n+1)", "1"},
              {"mod(n^2,2)", "mod(n,2)"},
              {"product(k,k,1,n)", "n!"},
              {"(n+1)!", "(n+1)*n!"},
              {"C(n,k)+C(n,k-1)", "C(n+1,k)"},
              {"P(n,2)", "n^2-n"},
              {"sum(1/(k*(k+1)),k,1,n)", "n/(n+1)"},
              {"(1-(-1)^n)/2", "mod(n,2)"},
              {"lcm(n,n+1)", "n*(n+1)"}},
             Comparison::Equal);
  expect_all({{"sum(k,k,1,n)", "n*(n-1)/2"},
              {"sum(k^2,k,1,n)", "n*(n+1)*(2*n+2)/6"},
              {"sum(2^k,k,0,n)", "2^n-1"},
              {"n!", "n^n"},
              {"C(n,2)", "n*(n+1)/2"},
              {"C(n,k)", "C(n,k+1)"},
              {"C(2*n,n)", "(2*n)!/n!"},
              {"(-1)^n", "cos(n*pi/2)"},
              {"floor(n/2)", "n/2"},
              {"gcd(n,6)", "1"},
              {"mod(n^2,4)", "mod(n,2)+mod(n,4)"},
              {"n!", "gcd(n!,10!)"},
              {"(n+1)!", "n*n!"},
              {"n^2+n+41", "n^2+n+41+(1-1)*n!+mod(n,3)"},
              {"product(k,k,1,n)", "(n-1)!"}},
             Comparison::Different);
}

TEST(Sampling, ExpressionsWithoutAnyValueAreNotEqual) {
  expect_all({{"1/(x-x)", "1/(x-x)"}, {"ln(x-x)", "ln(0*x)"}, {"x/0", "x/0"}}, Comparison::Unknown);
}

Comparison relation(const std::string& a, const std::string& b, bool shifted) {
  Fuel fuel(kTestFuel);
  Arena arena(fuel);
  const MathPolicy policy;
  Context context{arena, policy};
  const Node* left = build(arena, a);
  const Node* right = build(arena, b);
  return shifted ? differ_by_constant(left, right, context).comparison
                 : proportional(left, right, context).comparison;
}

TEST(Sampling, AntiderivativesDifferByAConstant) {
  for (const auto& [a, b] : Pairs{{"x^2+1", "x^2"},
                                  {"sin(x)^2", "-cos(x)^2"},
                                  {"ln(2*x)", "ln(x)"},
                                  {"tan(x)^2", "sec(x)^2"},
                                  {"(x+1)^2", "x^2+2*x"},
                                  {"x", "x"},
                                  {"-cos(2*x)/2", "sin(x)^2"},
                                  {"x^3/3+7", "(x^3-1)/3"}}) {
    EXPECT_EQ(relation(a, b, true), Comparison::Equal) << a << "  vs  " << b;
    EXPECT_EQ(relation(b, a, true), Comparison::Equal) << b << "  vs  " << a;
  }
  for (const auto& [a, b] : Pairs{{"x^2+x", "x^2"},
                                  {"sin(x)^2", "cos(x)^2"},
                                  {"ln(2*x)", "2*ln(x)"},
                                  {"x^2/2", "x^2"},
                                  {"x*e^x", "e^x"},
                                  {"atan(x)", "2*atan(x)"},
                                  {"sin(x)", "cos(x)"}}) {
    EXPECT_EQ(relation(a, b, true), Comparison::Different) << a << "  vs  " << b;
    EXPECT_EQ(relation(b, a, true), Comparison::Different) << b << "  vs  " << a;
  }
}

TEST(Sampling, MultiplesAreProportional) {
  for (const auto& [a, b] : Pairs{{"2*x-4*y", "2*y-x"},
                                  {"x^2-1", "pi*(x-1)*(x+1)"},
                                  {"x/2+y/3-1", "3*x+2*y-6"},
                                  {"sin(2*x)", "sin(x)*cos(x)"},
                                  {"sqrt(2)*x+2", "x+sqrt(2)"},
                                  {"e^(x+1)", "e^x"}}) {
    EXPECT_EQ(relation(a, b, false), Comparison::Equal) << a << "  vs  " << b;
    EXPECT_EQ(relation(b, a, false), Comparison::Equal) << b << "  vs  " << a;
  }
  for (const auto& [a, b] : Pairs{{"2*x-4*y", "2*y+x"},
                                  {"x^2-1", "x-1"},
                                  {"x+y-1", "x+y+1"},
                                  {"sin(2*x)", "sin(x)"},
                                  {"x", "x^2"},
                                  {"x-x", "x"}}) {
    EXPECT_EQ(relation(a, b, false), Comparison::Different) << a << "  vs  " << b;
    EXPECT_EQ(relation(b, a, false), Comparison::Different) << b << "  vs  " << a;
  }
}

}  // namespace
}  // namespace r1::math
