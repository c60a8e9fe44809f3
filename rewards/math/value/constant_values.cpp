#include "rewards/math/value/constant_values.h"

#include <algorithm>

#include "rewards/math/value/ball.h"
#include "rewards/math/value/exact_constant.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/value/modular.h"
#include "rewards/math/value/rational.h"
#include "rewards/math/value/sampling.h"
#include "rewards/math/value/separation.h"

namespace r1::math {
namespace {

constexpr Decision kUndefined = {Comparison::Different, Evidence::Exact, "undefined"};

bool is_infinite(BallState state) {
  return state == BallState::PlusInfinity || state == BallState::MinusInfinity ||
         state == BallState::ComplexInfinity;
}

// Both known, at least one not finite.
Decision with_infinities(BallState a, BallState b) {
  if (a == b) return {Comparison::Equal, Evidence::Exact, "infinities"};
  if (a == BallState::ComplexInfinity || b == BallState::ComplexInfinity)
    return {is_infinite(a) && is_infinite(b) ? Comparison::Unknown : Comparison::Different, Evidence::Exact,
            "infinities"};
  return {Comparison::Different, Evidence::Exact, "infinities"};
}

const char* disjoint_reason(slong precision) {
  switch (precision) {
    case 64:
      return "disjoint balls at 64 bits";
    case 128:
      return "disjoint balls at 128 bits";
    case 256:
      return "disjoint balls at 256 bits";
    case 512:
      return "disjoint balls at 512 bits";
    default:
      return "disjoint balls at 1024 bits";
  }
}

struct BallComparison {
  Decision decision;  // Unknown when the balls overlap or one has none
  bool both_finite = false;
  slong digits = 0;  // decimal digits that both balls know and agree on
};

BallComparison compare_balls(const Node* a, const Node* b, slong precision, Meter& meter) {
  BallComparison result;
  const BallValue x = ball_value(a, precision, meter), y = ball_value(b, precision, meter);
  if (x.state == BallState::Undefined || y.state == BallState::Undefined) {
    result.decision = kUndefined;
  } else if (x.state == BallState::Unknown || y.state == BallState::Unknown) {
    return result;
  } else if (x.state != BallState::Finite || y.state != BallState::Finite) {
    result.decision = with_infinities(x.state, y.state);
  } else if (!acb_overlaps(x.ball.get(), y.ball.get())) {
    result.decision = {Comparison::Different, Evidence::Exact, disjoint_reason(precision)};
  } else if (acb_is_exact(x.ball.get()) && acb_is_exact(y.ball.get())) {
    result.decision = {Comparison::Equal, Evidence::Exact, "exact balls"};
  } else {
    result.both_finite = true;
    const slong bits = std::min(acb_rel_accuracy_bits(x.ball.get()), acb_rel_accuracy_bits(y.ball.get()));
    // A ball that knows nothing of its value has about -2^63 bits.
    result.digits = std::clamp<slong>(bits, 0, precision) * 30 / 100;
  }
  return result;
}

// Values whose balls overlap at 128 bits: most likely equal.
Decision prove(const Node* a, const Node* b, Fuel& fuel) {
  Meter separation(fuel, 5000), residue(fuel, 3000),
      calcium(fuel, 16000);  // one that runs out leaves the others theirs
  const Comparison algebraic = algebraic_constants_equal(a, b, separation);
  if (algebraic != Comparison::Unknown) return {algebraic, Evidence::Exact, "separation bound"};
  const Decision residues = modular_equal(a, b, residue);
  if (residues.comparison != Comparison::Unknown) return residues;
  const Comparison exact = exact_constants_equal(a, b, calcium);
  if (exact != Comparison::Unknown) return {exact, Evidence::Exact, "exact constants"};
  return {};
}

// Values that no rung can compute: f(1), an integral, a power tower. They are equal when their trees are, up to arithmetic.
Decision by_form(const Node* a, const Node* b, Fuel& fuel) {
  Meter meter(fuel, 3000);
  const Decision residues = modular_equal(a, b, meter);  // none where a part is undefined: f(1/0)
  if (residues.comparison != Comparison::Equal) return {};
  return same_tree(a, b) ? Decision{Comparison::Equal, Evidence::Exact, "same tree"} : residues;
}

// Positive and defined whatever its size: towers of positive literals, sums, products and factorials of such.
bool is_surely_positive(const Node* node) {
  switch (node->kind) {
    case Kind::Number:
      return std::ranges::any_of(node->number->digits, [](char c) { return c != '0'; });
    case Kind::Constant:
      return node->constant == Constant::Pi || node->constant == Constant::E;
    case Kind::Add:
    case Kind::Mul:
    case Kind::Div:
    case Kind::Percent:
      return std::ranges::all_of(node->args, is_surely_positive);
    case Kind::Pow:
      return is_surely_positive(node->args[0]) &&
             is_surely_positive(node->args[1]->kind == Kind::Neg ? node->args[1]->args[0] : node->args[1]);
    case Kind::Call:
      return (node->function == Function::Factorial || node->function == Function::Exp ||
              node->function == Function::Root) &&
             std::ranges::all_of(node->args, is_surely_positive);
    default:
      return false;
  }
}

}  // namespace

Decision equal_constants(const Node* a, const Node* b, Context& context) {
  if (has_no_value_here(a) || has_no_value_here(b)) return by_form(a, b, context.fuel());
  Meter exactly(context.fuel(), 5000), meter(context.fuel(), 8000);
  const RationalResult x = rational_value(a, exactly), y = rational_value(b, exactly);
  if (x.state == RationalState::Undefined || y.state == RationalState::Undefined) return kUndefined;
  if (x.state == RationalState::Value && y.state == RationalState::Value) {
    const bool same = fmpq_equal(x.value.get(), y.value.get());
    return {same ? Comparison::Equal : Comparison::Different, Evidence::Exact, "exact rationals"};
  }
  bool finite = false, tried = false;
  slong digits = 0;
  for (slong precision = 64; precision <= kMaxPrecision; precision *= 2) {
    const BallComparison balls = compare_balls(a, b, precision, meter);
    if (balls.decision.evidence != Evidence::None) return balls.decision;
    finite = finite || balls.both_finite;
    digits = std::max(digits, balls.digits);
    if (precision == 64 && same_tree(a, b) && finite)
      return {Comparison::Equal, Evidence::Exact, "same tree"};
    if (precision >= 128 && finite && !tried) {
      tried = true;
      const Decision proof = prove(a, b, context.fuel());
      if (proof.comparison != Comparison::Unknown) return proof;
    }
  }
  if (finite && !tried) {  // the balls' meter ran out: long sums
    const Decision form = by_form(a, b, context.fuel());
    if (form.comparison != Comparison::Unknown) return form;
  }
  if (!finite && is_surely_positive(a) && is_surely_positive(b)) {
    const Decision form = by_form(a, b, context.fuel());
    if (form.comparison != Comparison::Unknown) return form;
  }
  if (digits >= 100 && context.policy.numeric_evidence)
    return {Comparison::Equal, Evidence::Numeric, "100 equal digits"};
  return {Comparison::Unknown, Evidence::None, finite ? "equal digits without a proof" : "no value"};
}

}  // namespace r1::math
