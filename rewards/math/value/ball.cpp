#include "rewards/math/value/ball.h"

#include <optional>

#include "rewards/math/value/ball_functions.h"
#include "rewards/math/value/integer_functions.h"

namespace r1::math {
namespace {

using State = BallState;

bool is_infinite(const BallValue& v) {
  return v.state == State::PlusInfinity || v.state == State::MinusInfinity ||
         v.state == State::ComplexInfinity;
}

BallValue in_state(State state) {
  BallValue value;
  value.state = state;
  return value;
}

BallValue finite() { return in_state(State::Finite); }

// Undefined wins over Unknown: a sum with an undefined term is undefined.
std::optional<State> spoilt(const BallValue& a, const BallValue& b) {
  if (a.state == State::Undefined || b.state == State::Undefined) return State::Undefined;
  if (a.state == State::Unknown || b.state == State::Unknown) return State::Unknown;
  return std::nullopt;
}

class Evaluator {
 public:
  Evaluator(slong precision, Meter& meter, const Bindings& bindings)
      : precision_(precision), meter_(meter), bindings_(bindings) {}

  BallValue eval(const Node* node) {
    if (!meter_.spend(3 + precision_ / 256)) return {};
    BallValue value = visit(node);
    if (value.state == State::Finite) check(value);
    return value;
  }

 private:
  // No ball without an end, and marks values that left the real line.
  void check(BallValue& value) {
    if (!acb_is_finite(value.ball.get())) {
      value.state = State::Unknown;
      return;
    }
    if (!value.ball.is_real()) value.clean = false;
  }

  BallValue visit(const Node* node) {
    switch (node->kind) {
      case Kind::Number:
        return literal(*node->number);
      case Kind::Symbol: {
        const Rational* found = find_binding(bindings_, node->text);
        return found ? rational(*found) : BallValue{};
      }
      case Kind::Constant:
        return constant(node->constant);
      case Kind::Add:
      case Kind::Mul:
        return fold(node);
      case Kind::Div:
        return divide(eval(node->args[0]), eval(node->args[1]));
      case Kind::Neg:
        return negate(eval(node->args[0]));
      case Kind::Percent:
        return divide(eval(node->args[0]), rational(Rational(100)));
      case Kind::Quantity:
        return degrees(node);
      case Kind::Pow:
        return power(node);
      case Kind::BaseNumber:
        return exact(node);
      case Kind::Call:
        return call(node);
      default:
        return {};
    }
  }

  BallValue rational(const Rational& value) {
    BallValue result = finite();
    arb_set_fmpq(result.ball.real(), value.get(), precision_);
    return result;
  }

  // By the exact rung; Unknown when that has no value.
  BallValue exact(const Node* node) {
    const RationalResult value = rational_value(node, meter_, bindings_);
    if (value.state == RationalState::Undefined) return in_state(State::Undefined);
    return value.state == RationalState::Value ? rational(value.value) : BallValue{};
  }

  BallValue literal(const Decimal& number) {
    const RationalResult value = literal_value(number, meter_);
    if (value.state == RationalState::Value) return rational(value.value);
    // Digits without end, or an exponent that is not expanded.
    if (number.repeat > 0 || number.digits.size() > 10000 || !meter_.spend(64 + precision_ / 8)) return {};
    Decimal mantissa = number;
    mantissa.exponent = 0;
    const RationalResult digits = literal_value(mantissa, meter_);
    if (digits.state != RationalState::Value) return {};
    BallValue result = rational(digits.value);
    RealBall scale;
    arb_set_ui(scale.get(), 10);
    arb_pow_fmpz(scale.get(), scale.get(), Integer(number.exponent).get(), precision_ + 64);
    arb_mul(result.ball.real(), result.ball.real(), scale.get(), precision_);
    return result;
  }

  BallValue constant(Constant constant) {
    BallValue result = finite();
    switch (constant) {
      case Constant::Pi:
        arb_const_pi(result.ball.real(), precision_);
        return result;
      case Constant::E:
        arb_const_e(result.ball.real(), precision_);
        return result;
      case Constant::I:
        acb_onei(result.ball.get());
        return result;
      case Constant::Infinity:
        return in_state(State::PlusInfinity);
      case Constant::ComplexInfinity:
        return in_state(State::ComplexInfinity);
      default:
        return in_state(State::Undefined);
    }
  }

  BallValue fold(const Node* node) {
    BallValue result = eval(node->args[0]);
    for (const Node* arg : node->args.subspan(1)) {
      const BallValue next = eval(arg);
      result = node->kind == Kind::Add ? add(std::move(result), next) : multiply(std::move(result), next);
      if (result.state == State::Undefined || meter_.over()) return result;
    }
    return result;
  }

  BallValue add(BallValue a, const BallValue& b) {
    if (auto state = spoilt(a, b)) return in_state(*state);
    if (is_infinite(a) && is_infinite(b)) {
      return a.state == b.state && a.state != State::ComplexInfinity ? std::move(a)
                                                                     : in_state(State::Undefined);
    }
    if (is_infinite(a)) return a;
    if (is_infinite(b)) return in_state(b.state);
    acb_add(a.ball.get(), a.ball.get(), b.ball.get(), precision_);
    a.clean = a.clean && b.clean;
    return a;
  }

  BallValue multiply(BallValue a, const BallValue& b) {
    if (auto state = spoilt(a, b)) return in_state(*state);
    if (is_infinite(a)) return scale_infinity(a, b);
    if (is_infinite(b)) return scale_infinity(b, a);
    acb_mul(a.ball.get(), a.ball.get(), b.ball.get(), precision_);
    a.clean = a.clean && b.clean;
    return a;
  }

  BallValue scale_infinity(const BallValue& infinity, const BallValue& factor) {
    int sign = factor.state == State::MinusInfinity ? -1 : 1;
    if (factor.state == State::ComplexInfinity) return in_state(State::ComplexInfinity);
    if (factor.state == State::Finite) {
      if (acb_is_zero(factor.ball.get())) return in_state(State::Undefined);
      if (acb_contains_zero(factor.ball.get())) return {};
      if (!factor.ball.is_real()) return in_state(State::ComplexInfinity);
      sign = ball_sign(factor.ball.real());
    }
    if (infinity.state == State::ComplexInfinity || sign > 0) return in_state(infinity.state);
    return in_state(infinity.state == State::PlusInfinity ? State::MinusInfinity : State::PlusInfinity);
  }

  BallValue negate(BallValue a) {
    if (a.state == State::PlusInfinity) return in_state(State::MinusInfinity);
    if (a.state == State::MinusInfinity) return in_state(State::PlusInfinity);
    if (a.state == State::Finite) acb_neg(a.ball.get(), a.ball.get());
    return a;
  }

  BallValue divide(BallValue a, const BallValue& b) {
    if (auto state = spoilt(a, b)) return in_state(*state);
    if (is_infinite(b)) {
      if (is_infinite(a)) return in_state(State::Undefined);
      return finite();  // zero
    }
    if (acb_is_zero(b.ball.get())) return in_state(State::Undefined);
    if (acb_contains_zero(b.ball.get())) return {};
    if (is_infinite(a)) return scale_infinity(a, b);
    acb_div(a.ball.get(), a.ball.get(), b.ball.get(), precision_);
    a.clean = a.clean && b.clean;
    return a;
  }

  BallValue degrees(const Node* node) {
    if (node->args.size() != 2 || node->args[1]->kind != Kind::Unit || node->args[1]->text != "degree")
      return {};
    BallValue value = eval(node->args[0]);
    if (value.state != State::Finite) return value;
    RealBall pi;
    arb_const_pi(pi.get(), precision_);
    acb_mul_arb(value.ball.get(), value.ball.get(), pi.get(), precision_);
    acb_div_ui(value.ball.get(), value.ball.get(), 180, precision_);
    return value;
  }

  BallValue power(const Node* node) {
    const BallValue base = eval(node->args[0]);
    const RationalResult exponent = rational_value(node->args[1], meter_, bindings_);
    if (exponent.state == RationalState::Undefined || base.state == State::Undefined)
      return in_state(State::Undefined);
    if (exponent.state == RationalState::Value) return rational_power_of(base, exponent.value);
    const BallValue e = eval(node->args[1]);
    if (auto state = spoilt(base, e)) return in_state(*state);
    if (is_infinite(base) || is_infinite(e)) return infinite_power(base, e);
    if (!meter_.spend(function_cost(precision_, 3))) return {};
    return power_of(base, e, precision_);
  }

  BallValue rational_power_of(const BallValue& base, const Rational& exponent) {
    if (base.state == State::Unknown) return {};
    if (exponent.is_zero()) {
      return is_infinite(base) ? in_state(State::Undefined) : rational(Rational(1));
    }
    if (is_infinite(base)) {
      if (exponent.sign() < 0) return finite();
      if (base.state == State::PlusInfinity) return in_state(State::PlusInfinity);
      if (!exponent.is_integer() || base.state == State::ComplexInfinity)
        return in_state(State::ComplexInfinity);
      return in_state(fmpz_is_even(exponent.numerator()) ? State::PlusInfinity : State::MinusInfinity);
    }
    const auto bits = static_cast<int64_t>(exponent.bits());
    if (bits > 512 || !meter_.spend(function_cost(precision_, 2) + bits * (1 + precision_ / 256))) return {};
    return power_of(base, exponent, precision_);
  }

  // Only the plain ones: 2^inf, (1/2)^inf, x^-inf. 1^inf, 0^inf and their kin are undefined or unknown.
  BallValue infinite_power(const BallValue& base, const BallValue& e) {
    if (is_infinite(base) || e.state == State::ComplexInfinity) return {};
    if (!base.ball.is_real() || ball_sign(base.ball.real()) != 1) return {};
    RealBall excess;
    arb_sub_ui(excess.get(), base.ball.real(), 1, precision_);
    const int sign = ball_sign(excess.get());
    if (sign == 2) return {};
    if (sign == 0) return in_state(State::Undefined);
    const bool grows = (sign > 0) == (e.state == State::PlusInfinity);
    return grows ? in_state(State::PlusInfinity) : finite();
  }

  BallValue call(const Node* node) {
    const Function function = node->function;
    if (is_integer_function(function)) return integers(node);
    if (function == Function::Sum || function == Function::Product) return series(node);
    if (function == Function::Min || function == Function::Max) return extreme(node);
    if (function == Function::Piecewise) return piecewise(node);
    if (function == Function::Floor || function == Function::Ceiling || function == Function::Mod ||
        function == Function::FractionalPart) {
      return whole(node);
    }
    if (node->args.empty() || node->args.size() > 2) return {};
    if (function == Function::Root && node->args.size() == 2) return root(node);
    const BallValue argument = eval(node->args[0]);
    if (argument.state == State::Undefined) return argument;
    if (node->args.size() == 2) {
      if (function != Function::Log) return {};
      const BallValue base = eval(node->args[1]);
      if (auto state = spoilt(argument, base)) return in_state(*state);
      if (!meter_.spend(function_cost(precision_, 1))) return {};
      return divide(logarithm(argument, precision_), logarithm(base, precision_));
    }
    if (argument.state == State::Unknown || !meter_.spend(function_cost(precision_, 1))) return {};
    return function_of(function, argument, precision_);
  }

  BallValue root(const Node* node) {
    const BallValue radicand = eval(node->args[0]);
    const RationalResult index = rational_value(node->args[1], meter_, bindings_);
    if (radicand.state == State::Undefined || index.state == RationalState::Undefined)
      return in_state(State::Undefined);
    if (index.state == RationalState::Value && index.value.is_zero()) return in_state(State::Undefined);
    if (radicand.state == State::Unknown) return {};
    if (index.state != RationalState::Value) {
      const BallValue inverse = divide(rational(Rational(1)), eval(node->args[1]));
      if (inverse.state != State::Finite || radicand.state != State::Finite) return {};
      return meter_.spend(function_cost(precision_, 3)) ? power_of(radicand, inverse, precision_)
                                                        : BallValue{};
    }
    Rational exponent;
    fmpq_inv(exponent.get(), index.value.get());
    return rational_power_of(radicand, exponent);
  }

  BallValue integers(const Node* node) {
    BallValue result = exact(node);
    if (result.state != State::Unknown || meter_.over()) return result;
    const bool two = node->function == Function::Binomial || node->function == Function::Permutations;
    if (node->function == Function::Gcd || node->function == Function::Lcm) return {};
    if (node->args.size() != (two ? 2u : 1u)) return {};
    const BallValue n = eval(node->args[0]);
    const BallValue k = two ? eval(node->args[1]) : finite();
    if (auto state = spoilt(n, k)) return in_state(*state);
    if (n.state != State::Finite || k.state != State::Finite) return {};
    if (!meter_.spend(30 * function_cost(precision_, 1))) return {};
    return gamma_function_of(node->function, n, k, precision_);
  }

  BallValue extreme(const Node* node) {
    if (node->args.empty()) return {};
    BallValue best = eval(node->args[0]);
    for (const Node* arg : node->args.subspan(1)) {
      const BallValue next = eval(arg);
      if (auto state = spoilt(best, next)) return in_state(*state);
      if (best.state != State::Finite || next.state != State::Finite) return {};
      if (!best.ball.is_real() || !next.ball.is_real()) return {};
      if (node->function == Function::Min) {
        arb_min(best.ball.real(), best.ball.real(), next.ball.real(), precision_);
      } else {
        arb_max(best.ball.real(), best.ball.real(), next.ball.real(), precision_);
      }
      best.clean = best.clean && next.clean;
    }
    return best;
  }

  // The value of the first condition that holds.
  BallValue piecewise(const Node* node) {
    size_t i = 0;
    for (; i + 1 < node->args.size(); i += 2) {
      const std::optional<bool> holds = condition(node->args[i + 1]);
      if (!holds) return {};
      if (*holds) return eval(node->args[i]);
    }
    return i < node->args.size() ? eval(node->args[i]) : in_state(State::Undefined);
  }

  std::optional<bool> condition(const Node* node) {
    if (!meter_.spend(2)) return std::nullopt;
    if (node->kind == Kind::And || node->kind == Kind::Or) {
      const bool all = node->kind == Kind::And;
      for (const Node* arg : node->args) {
        const std::optional<bool> part = condition(arg);
        if (!part || *part != all) return part;
      }
      return all;
    }
    if (node->kind == Kind::Not && node->args.size() == 1) {
      const std::optional<bool> part = condition(node->args[0]);
      return part ? std::optional(!*part) : std::nullopt;
    }
    if (node->kind != Kind::Compare || node->relations.size() + 1 != node->args.size()) return std::nullopt;
    for (size_t i = 0; i < node->relations.size(); ++i) {
      const std::optional<bool> part = relation(node->relations[i], node->args[i], node->args[i + 1]);
      if (!part || !*part) return part;
    }
    return true;
  }

  std::optional<bool> relation(Relation relation, const Node* a, const Node* b) {
    if (relation > Relation::GreaterEqual) return std::nullopt;
    const std::optional<int> found = compare(a, b);
    if (!found) return std::nullopt;
    const int sign = *found;
    switch (relation) {
      case Relation::Equal:
        return sign == 0;
      case Relation::NotEqual:
        return sign != 0;
      case Relation::Less:
        return sign < 0;
      case Relation::LessEqual:
        return sign <= 0;
      case Relation::Greater:
        return sign > 0;
      default:
        return sign >= 0;
    }
  }

  std::optional<int> compare(const Node* a, const Node* b) {
    const RationalResult exact_a = rational_value(a, meter_, bindings_);
    const RationalResult exact_b = rational_value(b, meter_, bindings_);
    if (exact_a.state == RationalState::Value && exact_b.state == RationalState::Value)
      return fmpq_cmp(exact_a.value.get(), exact_b.value.get());
    const BallValue difference = add(eval(a), negate(eval(b)));
    if (difference.state == State::PlusInfinity) return 1;
    if (difference.state == State::MinusInfinity) return -1;
    if (difference.state != State::Finite || !difference.ball.is_real()) return std::nullopt;
    const int sign = ball_sign(difference.ball.real());
    return sign == 2 ? std::nullopt : std::optional(sign);
  }

  BallValue whole(const Node* node) {
    BallValue result = exact(node);
    if (result.state != State::Unknown || meter_.over()) return result;
    if (node->args.size() != (node->function == Function::Mod ? 2u : 1u)) return {};
    BallValue value = eval(node->args[0]);
    if (value.state != State::Finite || !value.ball.is_real())
      return value.state == State::Undefined ? std::move(value) : BallValue{};
    BallValue modulus = rational(Rational(1));
    if (node->function == Function::Mod) {
      modulus = eval(node->args[1]);
      if (modulus.state != State::Finite || !modulus.ball.is_real()) return in_state(modulus.state);
      arb_abs(modulus.ball.real(), modulus.ball.real());
    }
    const BallValue quotient = divide(value, modulus);
    if (quotient.state != State::Finite) return quotient;
    BallValue floor = finite();
    floor.clean = quotient.clean;
    if (node->function == Function::Ceiling) {
      arb_ceil(floor.ball.real(), quotient.ball.real(), precision_);
    } else {
      arb_floor(floor.ball.real(), quotient.ball.real(), precision_);
    }
    if (!arb_is_exact(floor.ball.real())) return {};  // an integer lies in the ball
    if (node->function == Function::Floor || node->function == Function::Ceiling) return floor;
    return add(std::move(value), negate(multiply(std::move(floor), modulus)));
  }

  // Bounds must be integers at the point.
  std::optional<Integer> integer_at(const Node* node) {
    const RationalResult value = rational_value(node, meter_, bindings_);
    if (value.state != RationalState::Value || !value.value.is_integer()) return std::nullopt;
    Integer result;
    fmpz_set(result.get(), value.value.numerator());
    return result;
  }

  BallValue series(const Node* node) {
    if (node->args.size() != 4) return {};
    const auto lower = integer_at(node->args[2]), upper = integer_at(node->args[3]);
    if (!lower || !upper) return {};
    Integer count;
    fmpz_sub(count.get(), upper->get(), lower->get());
    if (fmpz_cmp_si(count.get(), kMaxTerms) >= 0) return {};
    const bool sum = node->function == Function::Sum;
    BallValue result = rational(Rational(sum ? 0 : 1));
    Bindings inner = bindings_;
    Rational first;
    fmpz_set(first.numerator(), lower->get());
    inner.push_back({node->args[1]->text, first});
    Evaluator body(precision_, meter_, inner);
    for (slong i = fmpz_sgn(count.get()) < 0 ? -1 : fmpz_get_si(count.get()); i >= 0; --i) {
      const BallValue term = body.eval(node->args[0]);
      result = sum ? add(std::move(result), term) : multiply(std::move(result), term);
      if (result.state != State::Finite) break;
      fmpq_add_si(inner.back().value.get(), inner.back().value.get(), 1);
    }
    return result;
  }

  slong precision_;
  Meter& meter_;
  const Bindings& bindings_;
};

}  // namespace

BallValue ball_value(const Node* node, slong precision, Meter& meter, const Bindings& bindings) {
  return Evaluator(precision, meter, bindings).eval(node);
}

int ball_sign(arb_srcptr ball) {
  if (arb_is_zero(ball)) return 0;
  if (arb_is_positive(ball)) return 1;
  return arb_is_negative(ball) ? -1 : 2;
}

}  // namespace r1::math
