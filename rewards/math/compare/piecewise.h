// Functions given piece by piece, and where an expression is defined.
#pragma once

#include <optional>

#include "rewards/math/compare/decision.h"
#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

bool is_piecewise(const Node* node);

// One side at least is piecewise, in one real variable; the other may be any expression in it. Equal: on every interval between the
// borders both have one piece and these are equal, and so are the values at the borders.
Decision compare_piecewise(const Node* answer, const Node* gold, Context& context);

// The reals where roots, logarithms and quotients of the expression are defined; none when that is not known here.
std::optional<RealSet> natural_domain(const Node* node, const Node* symbol, Context& context);

}  // namespace r1::math
