// Proofs that two algebraic constants are equal, by a separation bound: an algebraic number that is not zero cannot be
// arbitrarily small, so a small enough ball around zero proves zero.
//
// Every value is written A / B with algebraic integers of a field of degree D over the rationals; `u` bounds the conjugates of
// A, `l` those of B (Burnikel, Funke, Mehlhorn, Schirra, Schmitt: "A separation bound for real algebraic expressions", 2009). The
// norm of A is an integer, so A = 0 or |A| >= u^(1 - D), and |A / B| >= u^(1 - D) / l. Covered: rationals, i, + - * /, roots,
// rational powers, and sines, cosines and their kin at rational multiples of pi (in a cyclotomic field).
#pragma once

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// Equal and Different are proofs. Unknown: not algebraic by form, too high a degree (over 8,192 bits would be needed),
// a value that is not a number, or no meter left.
Comparison algebraic_constants_equal(const Node* a, const Node* b, Meter& meter);

}  // namespace r1::math
