// A statement against a statement or a value: solved forms, and what is not solved.
//
// The solved-form rule: where the gold is a value, or gives values or an interval to a name, the answer must be so too. "2x = 10" for 5 and
// "2x > 4" for x > 2 are Different.
#pragma once

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// One side at least is a statement (relations.h).
Decision compare_with_statements(const Node* answer, const Node* gold, Context& context);

// Intervals, unions, NamedSets, set-builders.
bool is_set_like(const Node* node);
// One side at least is set-like, neither is a statement.
Decision compare_sets(const Node* answer, const Node* gold, Context& context);

}  // namespace r1::math
