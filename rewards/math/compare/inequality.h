// Solving one comparison in one variable: roots of linear and quadratic factors, and a sign chart.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// A rational expression as a quotient of products: numerator and denominator factors, each free of Div at its top levels.
struct Fraction {
  std::vector<const Node*> numerator, denominator;  // empty: one
};
Fraction as_fraction(const Node* node, Context& context);
const Node* product_of(Arena& arena, const std::vector<const Node*>& factors);

// The real roots, each once, in no order; none when it is not a polynomial of degree 2 or less with constant coefficients in
// the symbol, or is zero everywhere.
std::optional<std::vector<const Node*>> real_roots(const Node* node, std::string_view symbol,
                                                   Context& context);

// {x real : left relation right}; none when it is not solved here. Both sides are rational functions of the symbol, up to absolute
// values, and hold no other variable.
std::optional<RealSet> solve_inequality(const Node* left, Relation relation, const Node* right,
                                        std::string_view symbol, Context& context);

// left - right
const Node* difference(Arena& arena, const Node* left, const Node* right);

}  // namespace r1::math
