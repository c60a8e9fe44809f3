#include "rewards/math/value/sampling.h"

#include <algorithm>
#include <optional>

#include "rewards/math/value/ball.h"
#include "rewards/math/value/breakpoints.h"
#include "rewards/math/value/modular.h"
#include "rewards/math/value/modular_field.h"
#include "rewards/math/value/sample_points.h"

namespace r1::math {
namespace {

constexpr int kNeeded = 12;     // points that count
constexpr int64_t kGuard = 64;  // bits that must agree beyond what literals can hide
constexpr slong kBasePrecision = 128;

bool leaves_real_line(const Node* node) {
  if (node->kind == Kind::Constant && node->constant == Constant::I) return true;
  if (node->kind == Kind::Call) {
    switch (node->function) {
      case Function::Cis:
      case Function::Arg:
      case Function::Re:
      case Function::Im:
      case Function::Conjugate:
        return true;
      default:
        break;
    }
  }
  return std::ranges::any_of(node->args, leaves_real_line);
}

// How many bits literals can hide a difference in: those of all literals, times the exponents that are literals.
int64_t hidden_bits(const Node* node) {
  constexpr int64_t kMost = 100000;
  if (node->kind == Kind::Number || node->kind == Kind::BaseNumber) return std::min(height_bits(node), kMost);
  if (node->kind == Kind::Pow && node->args[1]->kind == Kind::Number)
    return std::min(std::max(height_bits(node), height_bits(node->args[1])), kMost);
  int64_t bits = 0;
  for (const Node* arg : node->args) bits = std::min(kMost, bits + hidden_bits(arg));
  if (node->kind == Kind::Pow) bits = std::min(kMost, bits + 8 * hidden_bits(node->args[0]));
  return bits;
}

enum class Outcome { Skip, Agree, Loose, Different, OtherDomain };

class Comparer {
 public:
  Comparer(const Node* a, const Node* b, SampledRelation relation, Meter& meter)
      : a_(a), b_(b), relation_(relation), meter_(meter) {
    complex_ = leaves_real_line(a) || leaves_real_line(b);
    hidden_ = hidden_bits(a) + hidden_bits(b);
    precise_ = hidden_ + kBasePrecision <= kMaxPrecision;
    precision_ = precise_ ? (kBasePrecision + hidden_ + 63) / 64 * 64 : kBasePrecision;
  }

  bool is_precise() const { return precise_; }

  Outcome at(const Bindings& point) {
    Outcome outcome = at(point, precision_);
    if (outcome == Outcome::Loose && precise_ && precision_ < kMaxPrecision)
      outcome = at(point, std::min<slong>(kMaxPrecision, 3 * precision_));
    return outcome;
  }

 private:
  bool counts(const BallValue& value) const {
    return value.state == BallState::Finite && (complex_ || (value.clean && value.ball.is_real()));
  }

  Outcome at(const Bindings& point, slong precision) {
    const BallValue x = ball_value(a_, precision, meter_, point);
    const BallValue y = ball_value(b_, precision, meter_, point);
    if (x.state == BallState::Unknown || y.state == BallState::Unknown) return Outcome::Skip;
    if (!counts(x) && !counts(y)) return Outcome::Skip;
    if (x.state != BallState::Finite || y.state != BallState::Finite) return undefined_at(x, y);
    return compare(x, y, precision, counts(x) && counts(y));
  }

  // One side has no value. At a single point (a removable pole) that says nothing; conditions that do not hold do.
  static Outcome undefined_at(const BallValue&, const BallValue&) { return Outcome::Skip; }

  Outcome compare(const BallValue& x, const BallValue& y, slong precision, bool both) {
    ComplexBall left = x.ball, right = y.ball;
    if (relation_ != SampledRelation::Same) {
      if (!both) return Outcome::Skip;
      if (relation_ == SampledRelation::Shifted) {
        acb_sub(left.get(), x.ball.get(), y.ball.get(), precision);
      } else {
        if (acb_contains_zero(x.ball.get()) || acb_contains_zero(y.ball.get())) return Outcome::Skip;
        acb_div(left.get(), x.ball.get(), y.ball.get(), precision);
      }
      if (!constant_) constant_ = left;
      right = *constant_;
    }
    if (!acb_overlaps(left.get(), right.get())) return both ? Outcome::Different : Outcome::OtherDomain;
    if (!both) return Outcome::Skip;
    return is_tight(left) && is_tight(right) ? Outcome::Agree : Outcome::Loose;
  }

  // Radius at most 2^-(guard + hidden) beside the larger of 1 and the value.
  bool is_tight(const ComplexBall& ball) const {
    if (!precise_) return false;
    mag_t size, radius;
    mag_init(size);
    mag_init(radius);
    acb_get_mag(size, ball.get());
    if (mag_cmp_2exp_si(size, 0) < 0) mag_one(size);
    mag_set(radius, arb_radref(ball.real()));
    if (mag_cmp(arb_radref(ball.imag()), radius) > 0) mag_set(radius, arb_radref(ball.imag()));
    mag_mul_2exp_si(size, size, -(kGuard + hidden_));
    const bool tight = mag_cmp(radius, size) <= 0;
    mag_clear(size);
    mag_clear(radius);
    return tight;
  }

  const Node* a_;
  const Node* b_;
  SampledRelation relation_;
  Meter& meter_;
  bool complex_ = false, precise_ = false;
  int64_t hidden_ = 0;
  slong precision_ = kBasePrecision;
  std::optional<ComplexBall> constant_;
};

}  // namespace

bool has_no_value_here(const Node* node) {
  const bool condition =
      node->kind >= Kind::Compare && node->kind <= Kind::Not && node->kind != Kind::Congruent;
  if (node->kind == Kind::PlusMinus || node->kind == Kind::Ratio ||
      (node->kind > Kind::BaseNumber && !condition))
    return true;
  if (node->kind == Kind::Call && node->function >= Function::Integral &&
      node->function != Function::Piecewise)
    return true;
  return std::ranges::any_of(node->args, has_no_value_here);
}

Decision sampled(const Node* a, const Node* b, SampledRelation relation, Meter& meter) {
  if (has_no_value_here(a) || has_no_value_here(b))
    return {Comparison::Unknown, Evidence::None, "no value here"};
  SamplePoints points(a, b, meter);
  Comparer comparer(a, b, relation, meter);
  int agreed = 0, loose = 0;
  bool other_domain = false;
  while (const Bindings* point = points.next()) {
    if (meter.over()) return {Comparison::Unknown, Evidence::None, "sampling took too long"};
    switch (comparer.at(*point)) {
      case Outcome::Different:
        // At 0 a formula for n = 1, 2, ... need not hold, nor an empty sum mean the same.
        if (points.is_soft()) {
          other_domain = true;
          break;
        }
        return {Comparison::Different, Evidence::Exact, "disjoint balls at a point"};
      case Outcome::OtherDomain:
        other_domain = true;
        break;
      case Outcome::Agree:
        ++agreed;
        break;
      case Outcome::Loose:
        ++loose;
        break;
      case Outcome::Skip:
        break;
    }
  }
  if (meter.over()) return {Comparison::Unknown, Evidence::None, "sampling took too long"};
  if (other_domain) return {Comparison::Unknown, Evidence::None, "equal only where both are real"};
  if (!comparer.is_precise()) return {Comparison::Unknown, Evidence::None, "literals too fine for sampling"};
  if (agreed < kNeeded) return {Comparison::Unknown, Evidence::None, "too few points with values"};
  if (!points.sees_all_breakpoints()) return {Comparison::Unknown, Evidence::None, "breakpoints not seen"};
  return {Comparison::Equal, Evidence::Numeric, "overlapping balls at random points"};
}

bool has_value_somewhere(const Node* node, Meter& meter) {
  if (has_no_value_here(node)) return true;
  SamplePoints points(node, node, meter);
  while (const Bindings* point = points.next()) {
    if (ball_value(node, 128, meter, *point).state == BallState::Finite) return true;
    if (meter.over()) return false;
  }
  return false;
}

}  // namespace r1::math
