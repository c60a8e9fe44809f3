// Equations as the sets of their points.
#pragma once

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// a_left = a_right and g_left = g_right, both of scalars. Equal: one residual is a constant multiple of the other, or both give the same
// value to a variable in which both are linear, and neither has points more. Different: a real point of one is not on the other,
// or one is an identity.
Decision compare_equations(const Node* answer_left, const Node* answer_right, const Node* gold_left,
                           const Node* gold_right, Context& context);

// Different when a point of the first equation is not on the second, else Unknown.
Decision has_other_points(const Node* left, const Node* right, const Node* other_left,
                          const Node* other_right, Context& context);

// Different when residual = 0 has a real point, Unknown otherwise: whether a weak inequality says more than the strict one.
Decision boundary_point(const Node* residual, Context& context);

}  // namespace r1::math
