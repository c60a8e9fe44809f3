// Pairs of formulas and what equal_values must say of them, in both orders.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "rewards/math/value/value.h"
#include "tests/rewards/math/tree_builder.h"

namespace r1::math {

using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr int64_t kTestFuel = 20000;  // compare.h's

inline Decision decide(const std::string& a, const std::string& b, const MathPolicy& policy = {}) {
  Fuel building(1 << 20);
  Arena texts(building);
  const Node* left = build(texts, a);
  const Node* right = build(texts, b);
  Fuel fuel(kTestFuel);
  Arena arena(fuel);
  Context context{arena, policy};
  try {
    return equal_values(left, right, context);
  } catch (const OutOfFuel&) {
    return {Comparison::Unknown, Evidence::None, "out of fuel"};
  }
}

inline const char* name_of(Comparison comparison) {
  return comparison == Comparison::Equal       ? "EQUAL"
         : comparison == Comparison::Different ? "DIFFERENT"
                                               : "UNKNOWN";
}

inline void expect_all(const Pairs& pairs, Comparison expected, const MathPolicy& policy = {}) {
  for (const auto& [a, b] : pairs) {
    const Decision there = decide(a, b, policy), back = decide(b, a, policy);
    EXPECT_STREQ(name_of(there.comparison), name_of(expected)) << a << "  vs  " << b << ": " << there.reason;
    EXPECT_STREQ(name_of(back.comparison), name_of(expected)) << b << "  vs  " << a << ": " << back.reason;
  }
}

}  // namespace r1::math
