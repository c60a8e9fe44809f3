// Exact constants (Calcium): algebraic numbers, logarithms, exponentials and trigonometric values, with proofs of equality.
#pragma once

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// Equal and Different are proofs. Unknown: beyond Calcium, its limits or the meter's, or a function it has not.
// REQUIRES trees without free symbols. Conventions as in ball.h. Memory is freed before it returns.
Comparison exact_constants_equal(const Node* a, const Node* b, Meter& meter);

}  // namespace r1::math
