// Closed forms of sums that are too long to add up.
#pragma once

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// The value of a Sum: infinite ones whose terms are proved to be geometric (ratio under one in size), c^k / k! or c / k^2 up to a factor;
// finite ones of polynomials up to degree three between whole ends. Null without a rule.
const Node* series_value(const Node* sum, Context& context);

}  // namespace r1::math
