// Free constants: "+ C" of antiderivatives, the constants of a differential equation's solution, names of bound symbols.
#pragma once

#include <optional>

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// Both are scalar expressions and a side has a term "+ C" or "- C" (C, c, K, k, C_1, c_1; the gold's decides). None when neither has one,
// when C occurs elsewhere too, or when nothing else depends on a variable.
std::optional<Decision> compare_up_to_constant(const Node* answer, const Node* gold, Context& context);

// The gold's free constants (C, C_1, C_2) under other names in the answer: y = C e^x and y = A e^x. None when that does not apply.
std::optional<Decision> compare_renamed_constants(const Node* answer, const Node* gold, Context& context);

// Points of a line, "(1 + 2t, 3 - t)": the parameter may be renamed. None when the sides are not two tuples with one parameter each. Unknown
// for the same line run through otherwise.
std::optional<Decision> compare_parametrised(const Node* answer, const Node* gold, Context& context);

// Equal when the trees are so up to equal values in the same places and the names of bound symbols; else Unknown. For functions without
// a value here (integrals, limits, f(x)).
Decision compare_structure(const Node* answer, const Node* gold, Context& context);

}  // namespace r1::math
