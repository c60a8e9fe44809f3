// Balls (Arb): enclosures of a value that prove that two values differ, never that they agree.
//
// Conventions, the same on every rung: Root(x, n) and x^(p/q) are real where x is real and negative and n or q is odd
// (the cube root of -8 is -2), else principal; 0^0 = 1; acot of a negative number has no value here (two conventions);
// Quantity in degrees is its radian measure; LogUnstated is natural (value.cpp replaces it first where it is common).
#pragma once

#include <cstdint>

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/value/rational.h"
#include "rewards/math/vocabulary/numbers.h"

namespace r1::math {

// Unknown: no enclosure at this precision (a divisor's ball holds zero), too large, or no such function here.
enum class BallState : uint8_t { Finite, PlusInfinity, MinusInfinity, ComplexInfinity, Undefined, Unknown };

struct BallValue {
  BallState state = BallState::Unknown;
  ComplexBall ball;   // when Finite; the imaginary part of a real value is exactly zero
  bool clean = true;  // no part of it left the real numbers on the way
};

constexpr slong kMaxPrecision = 1024;  // bits

// Value of `node` at the point `bindings`; symbols that are not bound are Unknown.
BallValue ball_value(const Node* node, slong precision, Meter& meter, const Bindings& bindings = {});

// Sign of a real ball; 2 when its ball holds zero and more.
int ball_sign(arb_srcptr ball);

}  // namespace r1::math
