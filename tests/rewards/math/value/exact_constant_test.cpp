#include "rewards/math/value/exact_constant.h"

#include "tests/rewards/math/value_pairs.h"

namespace r1::math {
namespace {

Comparison prove(const std::string& a, const std::string& b, int64_t* used = nullptr) {
  Fuel building(1 << 20), fuel(kTestFuel);
  Arena arena(building);
  const Node* left = build(arena, a);
  const Node* right = build(arena, b);
  Meter meter(fuel, kTestFuel);
  const Comparison found = exact_constants_equal(left, right, meter);
  if (used) *used = fuel.used();
  return found;
}

TEST(ExactConstant, ProvesTranscendentalIdentities) {
  const Pairs pairs = {{"16*atan(1/5)-4*atan(1/239)", "pi"},
                       {"atan(1)+atan(2)+atan(3)", "pi"},
                       {"atan(1/2)+atan(1/3)", "pi/4"},
                       {"atan(1/2)+atan(1/5)+atan(1/8)", "pi/4"},
                       {"2*atan(1/3)+atan(1/7)", "pi/4"},
                       {"asin(1/2)", "pi/6"},
                       {"acos(-1/2)", "2*pi/3"},
                       {"acos(1/3)", "2*asin(sqrt(1/3))"},
                       {"asec(2)", "pi/3"},
                       {"ln(6)", "ln(2)+ln(3)"},
                       {"log(8,2)", "3"},
                       {"log(9,27)", "2/3"},
                       {"2^log(3,2)", "3"},
                       {"ln(sqrt(2)+1)+ln(sqrt(2)-1)", "0"},
                       {"e^(ln(2)/2)", "sqrt(2)"},
                       {"e^(2*ln(3))", "9"},
                       {"e^(i*pi)", "-1"},
                       {"i^i", "e^(-pi/2)"},
                       {"ln(-1)", "i*pi"},
                       {"cosh(ln(2))", "5/4"},
                       {"sinh(ln(3))", "4/3"},
                       {"tanh(ln(2))", "3/5"},
                       {"asinh(1)", "ln(1+sqrt(2))"},
                       {"acosh(2)", "ln(2+sqrt(3))"},
                       {"atanh(1/2)", "ln(3)/2"},
                       {"sin(1)^2+cos(1)^2", "1"},
                       {"sin(2)", "2*sin(1)*cos(1)"},
                       {"sqrt(2)^sqrt(2)", "2^(sqrt(2)/2)"},
                       {"(sqrt(2)^sqrt(2))^sqrt(2)", "2"},
                       {"e^sqrt(2)*e^sqrt(3)", "e^(sqrt(2)+sqrt(3))"},
                       {"ln(ln(4))", "ln(2)+ln(ln(2))"},
                       {"pi*cbrt(2+sqrt(5))", "pi*(1+sqrt(5))/2"},
                       {"abs(3+4*i)", "5"}};
  for (const auto& [a, b] : pairs) EXPECT_EQ(prove(a, b), Comparison::Equal) << a << "  vs  " << b;
  expect_all(pairs, Comparison::Equal);
}

TEST(ExactConstant, NearMissesAreDifferentInTheLadder) {
  expect_all({{"e^(pi*sqrt(163))", "640320^3+744"},
              {"16*atan(1/5)-4*atan(1/238)", "pi"},
              {"atan(1/2)+atan(1/3)", "pi/3"},
              {"log(8,2)", "log(2,8)"},
              {"ln(6)", "ln(2)*ln(3)"},
              {"ln(5)", "ln(2)+ln(3)"},
              {"e^(i*pi)", "1"},
              {"i^i", "e^(pi/2)"},
              {"ln(-1)", "-i*pi"},
              {"acos(-1/2)", "pi/3"},
              {"e^pi-pi", "20"},
              {"pi^4+pi^5", "e^6"},
              {"(pi^4+pi^5)^(1/6)", "e"},
              {"ln(640320^3+744)/sqrt(163)", "pi"},
              {"sin(2)", "2*sin(1)"},
              {"sqrt(2)^sqrt(2)", "2^sqrt(2)"},
              {"pi", "355/113"},
              {"e", "2.718281828459045235360287471352662497757"},
              {"sin(11)", "-1"},
              {"cos(355)", "-1"},
              {"tan(1)", "tan(1+pi/10^6)"},
              {"asin(1/2)", "30"}},
             Comparison::Different);
}

TEST(ExactConstant, NastyConstantsCostBoundedFuel) {
  int64_t used = 0;
  for (const auto& [a, b] :
       Pairs{{"pi*sqrt(cbrt(5)-cbrt(4))", "pi*(cbrt(2)+cbrt(20)-cbrt(25))/3"},
             {"sqrt(sqrt(sqrt(sqrt(sqrt(2+pi)+3)+5)+7)+11)", "sqrt(11+sqrt(7+sqrt(5+sqrt(3+sqrt(2+pi)))))"},
             {"(e+pi)^(1/17)*root(ln(2),13)", "root(ln(2),13)*(pi+e)^(1/17)"}}) {
    prove(a, b, &used);
    EXPECT_LE(used, 20000) << a;
  }
}

}  // namespace
}  // namespace r1::math
