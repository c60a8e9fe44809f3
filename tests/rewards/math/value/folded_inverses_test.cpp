#include "rewards/math/value/folded_inverses.h"

#include <gtest/gtest.h>

#include <string_view>
#include <utility>

#include "rewards/math/parse/parser.h"

namespace r1::math {
namespace {

Comparison values(std::string_view left, std::string_view right) {
  Fuel fuel(20000);
  Arena arena(fuel);
  const MathPolicy policy;
  Context context{arena, policy};
  return equal_values(parse_answer(arena, left, policy).node, parse_answer(arena, right, policy).node,
                      context)
      .comparison;
}

TEST(FoldedInverses, ConstantsAreFoldedIntoTheBranch) {
  const std::pair<const char*, const char*> kPairs[] = {
      {"\\arcsin(\\sin 3)", "\\pi-3"},   {"\\arcsin(\\sin 1)", "1"},
      {"\\arcsin(\\sin(-2))", "2-\\pi"}, {"\\arcsin(\\sin 6)", "6-2\\pi"},
      {"\\arcsin(\\sin 5)", "5-2\\pi"},  {"\\arccos(\\cos 5)", "2\\pi-5"},
      {"\\arccos(\\cos 2)", "2"},        {"\\arccos(\\cos(-2))", "2"},
      {"\\arccos(\\cos 7)", "7-2\\pi"},  {"\\arccos(\\cos 10)", "4\\pi-10"},
      {"\\arctan(\\tan 2)", "2-\\pi"},   {"\\arctan(\\tan(-5))", "2\\pi-5"},
      {"\\arcsin(\\sin 9)", "3\\pi-9"},  {"1+2\\arctan(\\tan 1)", "3"}};
  for (const auto& [folded, plain] : kPairs) EXPECT_EQ(values(folded, plain), Comparison::Equal) << folded;
}

TEST(FoldedInverses, TheConstantItselfIsAnotherValueOutsideTheBranch) {
  EXPECT_EQ(values("\\arcsin(\\sin 3)", "3"), Comparison::Different);
  EXPECT_EQ(values("\\arccos(\\cos 5)", "5"), Comparison::Different);
  EXPECT_EQ(values("\\arctan(\\tan 2)", "2"), Comparison::Different);
}

TEST(FoldedInverses, VariablesAndLargeConstantsStay) {
  EXPECT_NE(values("\\arcsin(\\sin x)", "x"), Comparison::Equal);
  EXPECT_NE(values("\\arcsin(\\sin 1000)", "1000"), Comparison::Equal);
}

}  // namespace
}  // namespace r1::math
