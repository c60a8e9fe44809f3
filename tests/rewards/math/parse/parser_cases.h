// Tables of texts with the tree the parser makes of them.
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

#include "rewards/math/parse/parser.h"

namespace r1::math {

// The tree of a text, or "none: why" without the byte.
inline std::string tree_of(std::string_view text, const MathPolicy& policy = MathPolicy::strict()) {
  Fuel fuel(1 << 20);
  Arena arena(fuel);
  const Parsed parsed = parse_answer(arena, text, policy);
  if (parsed.node) return tree_text(parsed.node);
  return "none: " + parsed.problem.substr(0, parsed.problem.find(" at byte"));
}

struct ParserCase {
  std::string_view text, tree;
};

inline void expect_trees(std::span<const ParserCase> cases) {
  for (const ParserCase& c : cases) EXPECT_EQ(tree_of(c.text), c.tree) << c.text;
}

}  // namespace r1::math
