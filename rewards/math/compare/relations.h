// Statements that are not solved: equations up to a factor, inequalities up to a positive one, systems, logic.
#pragma once

#include <optional>

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// Comparisons, And, Or, Not, and Lists that hold one.
bool is_statement(const Node* node);

// Both are statements. Equations are equal when left minus right of one is a constant multiple of the other's; they differ when a point
// of one is not on the other. Inequalities in the same way with a positive factor, and by solving. Never Equal for a
// tautology (0 = 0) unless the trees agree.
Decision compare_statements(const Node* answer, const Node* gold, Context& context);

// Whether the statement holds at a point of the variables; none when that cannot be decided.
struct Point {
  std::vector<std::string_view> names;
  std::vector<const Node*> values;
};
std::optional<bool> holds_at(const Node* statement, const Point& point, Context& context);

// Formulas of propositional logic (symbols under and, or, not): by their truth tables. None when one is not such a formula or has
// more than kMaxPropositions symbols.
constexpr size_t kMaxPropositions = 8;
std::optional<Decision> compare_propositions(const Node* answer, const Node* gold, Context& context);

}  // namespace r1::math
