#include "rewards/math/value/ball.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/value/rational.h"
#include "rewards/math/value/value.h"

namespace r1::math {
namespace {

Order order_of_sign(int sign) { return sign < 0 ? Order::Less : sign > 0 ? Order::Greater : Order::Equal; }

bool is_real_line(const BallValue& value) {
  if (value.state == BallState::Finite) return value.ball.is_real();
  return value.state == BallState::PlusInfinity || value.state == BallState::MinusInfinity;
}

// Rank of an end of the line beside the finite numbers.
int rank(BallState state) {
  return state == BallState::PlusInfinity ? 1 : state == BallState::MinusInfinity ? -1 : 0;
}

}  // namespace

Order order(const Node* a, const Node* b, Context& context) {
  {
    Meter meter(context.fuel(), 6000);
    const RationalResult x = rational_value(a, meter), y = rational_value(b, meter);
    if (x.state == RationalState::Undefined || y.state == RationalState::Undefined) return Order::Unknown;
    if (x.state == RationalState::Value && y.state == RationalState::Value)
      return order_of_sign(fmpq_cmp(x.value.get(), y.value.get()));
    for (slong precision = 64; precision <= kMaxPrecision; precision *= 4) {
      const BallValue left = ball_value(a, precision, meter), right = ball_value(b, precision, meter);
      if (!is_real_line(left) || !is_real_line(right)) continue;
      if (left.state != BallState::Finite || right.state != BallState::Finite) {
        return order_of_sign(rank(left.state) - rank(right.state));
      }
      if (arb_lt(left.ball.real(), right.ball.real())) return Order::Less;
      if (arb_gt(left.ball.real(), right.ball.real())) return Order::Greater;
      if (precision == 64 && equal_values(a, b, context).comparison == Comparison::Equal) return Order::Equal;
    }
  }
  return Order::Unknown;
}

}  // namespace r1::math
