#include "rewards/math/value/ball_functions.h"

namespace r1::math {
namespace {

using State = BallState;

BallValue in_state(State state) {
  BallValue value;
  value.state = state;
  return value;
}

BallValue finite(bool clean) {
  BallValue value = in_state(State::Finite);
  value.clean = clean;
  return value;
}

// Whether |x| < 2^bits, so that exp and reductions modulo pi stay cheap.
bool is_moderate(const ComplexBall& x, slong bits) {
  mag_t bound;
  mag_init(bound);
  acb_get_mag(bound, x.get());
  const bool moderate = mag_cmp_2exp_si(bound, bits) < 0;
  mag_clear(bound);
  return moderate;
}

BallValue exponential(const BallValue& x, slong precision) {
  if (x.state == State::PlusInfinity) return x;
  if (x.state == State::MinusInfinity) return finite(true);
  if (x.state != State::Finite || !is_moderate(x.ball, 200)) return {};
  BallValue result = finite(x.clean);
  acb_exp(result.ball.get(), x.ball.get(), precision);
  return result;
}

// 1 / x, for the functions that are another one of it.
BallValue inverse(const BallValue& x, slong precision) {
  if (x.state != State::Finite) return {};
  if (acb_is_zero(x.ball.get())) return in_state(State::Undefined);
  BallValue result = finite(x.clean);
  acb_inv(result.ball.get(), x.ball.get(), precision);
  if (!acb_is_finite(result.ball.get())) return {};
  return result;
}

using AcbFunction = void (*)(acb_t, const acb_t, slong);

BallValue apply(AcbFunction function, const BallValue& x, slong precision) {
  if (x.state != State::Finite) return x.state == State::Undefined ? in_state(State::Undefined) : BallValue{};
  if (!is_moderate(x.ball, 1024)) return {};
  BallValue result = finite(x.clean);
  function(result.ball.get(), x.ball.get(), precision);
  return result;
}

// Of f(x) = g(x) / h(x) where h(x) is exactly zero at x = 0 (cot, csc, coth, csch): a pole, not just no ball.
BallValue apply_with_pole(AcbFunction function, const BallValue& x, slong precision) {
  if (x.state == State::Finite && acb_is_zero(x.ball.get())) return in_state(State::Undefined);
  return apply(function, x, precision);
}

BallValue arccotangent(const BallValue& x, slong precision) {
  if (x.state != State::Finite || !x.ball.is_real() || arb_contains_negative(x.ball.real())) return {};
  BallValue result = finite(x.clean);
  RealBall half_pi;
  arb_const_pi(half_pi.get(), precision);
  arb_mul_2exp_si(half_pi.get(), half_pi.get(), -1);
  arb_atan(result.ball.real(), x.ball.real(), precision);
  arb_sub(result.ball.real(), half_pi.get(), result.ball.real(), precision);
  return result;
}

BallValue arctangent(const BallValue& x, slong precision) {
  if (x.state == State::PlusInfinity || x.state == State::MinusInfinity) {
    BallValue result = finite(true);
    arb_const_pi(result.ball.real(), precision);
    arb_mul_2exp_si(result.ball.real(), result.ball.real(), -1);
    if (x.state == State::MinusInfinity) arb_neg(result.ball.real(), result.ball.real());
    return result;
  }
  return apply(acb_atan, x, precision);
}

BallValue cis(const BallValue& x, slong precision) {
  if (x.state != State::Finite || !is_moderate(x.ball, 200)) return {};
  BallValue result = finite(false);
  ComplexBall turned;
  acb_mul_onei(turned.get(), x.ball.get());
  acb_exp(result.ball.get(), turned.get(), precision);
  return result;
}

BallValue absolute(const BallValue& x, slong precision) {
  if (x.state != State::Finite) return in_state(State::PlusInfinity);
  BallValue result = finite(x.clean);
  if (x.ball.is_real()) {
    arb_abs(result.ball.real(), x.ball.real());
  } else {
    acb_abs(result.ball.real(), x.ball.get(), precision);
  }
  return result;
}

BallValue sign(const BallValue& x, slong precision) {
  if (x.state == State::PlusInfinity || x.state == State::MinusInfinity) {
    BallValue result = finite(true);
    arb_set_si(result.ball.real(), x.state == State::PlusInfinity ? 1 : -1);
    return result;
  }
  if (x.state != State::Finite) return {};
  BallValue result = finite(x.clean);
  if (!acb_is_zero(x.ball.get()) && acb_contains_zero(x.ball.get())) return {};
  acb_sgn(result.ball.get(), x.ball.get(), precision);
  return result;
}

BallValue argument(const BallValue& x, slong precision) {
  if (x.state != State::Finite) return {};
  if (acb_is_zero(x.ball.get())) return in_state(State::Undefined);
  BallValue result = finite(x.clean);
  acb_arg(result.ball.real(), x.ball.get(), precision);
  return result;
}

BallValue part(Function function, const BallValue& x) {
  if (x.state != State::Finite) return {};
  BallValue result = finite(x.clean);
  if (function == Function::Re) arb_set(result.ball.real(), x.ball.real());
  if (function == Function::Im) arb_set(result.ball.real(), x.ball.imag());
  if (function == Function::Conjugate) acb_conj(result.ball.get(), x.ball.get());
  return result;
}

// x^e of a real x whose ball holds zero and both signs: within the disc of radius |x|^e.
void power_around_zero(ComplexBall& result, arb_srcptr x, const Rational& exponent, slong precision) {
  RealBall bound, power;
  arb_get_mag(arb_radref(bound.get()), x);
  arb_get_ubound_arf(arb_midref(power.get()), bound.get(), precision);
  RealBall e;
  arb_set_fmpq(e.get(), exponent.get(), precision);
  arb_pow(power.get(), power.get(), e.get(), precision);
  arb_get_mag(arb_radref(result.real()), power.get());
  if (fmpz_is_even(exponent.denominator())) arb_get_mag(arb_radref(result.imag()), power.get());
}

void real_power(ComplexBall& result, arb_srcptr x, const Rational& exponent, slong precision) {
  const fmpz* p = exponent.numerator();
  const fmpz* q = exponent.denominator();
  const int sign = ball_sign(x);
  if (sign == 2 && exponent.sign() < 0) {
    arb_indeterminate(result.real());
  } else if (sign == 2) {
    power_around_zero(result, x, exponent, precision);
  } else if (sign >= 0 || fmpz_is_odd(q)) {
    RealBall magnitude;
    arb_abs(magnitude.get(), x);
    if (fmpz_cmp_ui(q, 64) <= 0) {
      arb_root_ui(magnitude.get(), magnitude.get(), fmpz_get_ui(q), precision + 8);
      arb_pow_fmpz(result.real(), magnitude.get(), p, precision);
    } else {
      RealBall e;
      arb_set_fmpq(e.get(), exponent.get(), precision + 64);
      arb_pow(result.real(), magnitude.get(), e.get(), precision);
    }
    if (sign < 0 && fmpz_is_odd(p)) arb_neg(result.real(), result.real());
  } else {
    ComplexBall base, e;
    arb_set(base.real(), x);
    arb_set_fmpq(e.real(), exponent.get(), precision + 64);
    if (fmpz_cmp_ui(q, 2) == 0) {
      acb_sqrt(base.get(), base.get(), precision + 8);
      acb_pow_fmpz(result.get(), base.get(), p, precision);
    } else {
      acb_pow(result.get(), base.get(), e.get(), precision);
    }
  }
}

}  // namespace

int64_t function_cost(slong precision, int64_t count) {
  return count * Meter::kParts * (1 + precision / 110);
}

BallValue logarithm(const BallValue& x, slong precision) {
  if (x.state == State::PlusInfinity) return x;
  if (x.state != State::Finite) return {};
  if (acb_is_zero(x.ball.get())) return in_state(State::Undefined);
  BallValue result = finite(x.clean);
  acb_log(result.ball.get(), x.ball.get(), precision);
  return result;
}

BallValue power_of(const BallValue& base, const Rational& exponent, slong precision) {
  if (acb_is_zero(base.ball.get()))
    return exponent.sign() < 0 ? in_state(State::Undefined) : finite(base.clean);
  BallValue result = finite(base.clean);
  if (exponent.is_integer()) {
    if (exponent.sign() < 0 && acb_contains_zero(base.ball.get())) return {};
    if (base.ball.is_real()) {
      arb_pow_fmpz(result.ball.real(), base.ball.real(), exponent.numerator(), precision);
    } else {
      acb_pow_fmpz(result.ball.get(), base.ball.get(), exponent.numerator(), precision);
    }
  } else if (base.ball.is_real()) {
    real_power(result.ball, base.ball.real(), exponent, precision);
  } else {
    ComplexBall e;
    arb_set_fmpq(e.real(), exponent.get(), precision);
    acb_pow(result.ball.get(), base.ball.get(), e.get(), precision);
  }
  return result;
}

BallValue power_of(const BallValue& base, const BallValue& exponent, slong precision) {
  if (acb_is_zero(base.ball.get())) {
    if (arb_is_positive(exponent.ball.real())) return finite(base.clean);
    return arb_is_negative(exponent.ball.real()) ? in_state(State::Undefined) : BallValue{};
  }
  BallValue log = logarithm(base, precision + 32);
  if (log.state != State::Finite) return log;
  acb_mul(log.ball.get(), log.ball.get(), exponent.ball.get(), precision + 32);
  log.clean = base.clean && exponent.clean && base.ball.is_real() && !arb_contains_negative(base.ball.real());
  return exponential(log, precision);
}

BallValue function_of(Function function, const BallValue& x, slong precision) {
  switch (function) {
    case Function::Exp:
      return exponential(x, precision);
    case Function::Ln:
    case Function::LogUnstated:
      return logarithm(x, precision);
    case Function::Sin:
      return apply(acb_sin, x, precision);
    case Function::Cos:
      return apply(acb_cos, x, precision);
    case Function::Tan:
      return apply(acb_tan, x, precision);
    case Function::Cot:
      return apply_with_pole(acb_cot, x, precision);
    case Function::Sec:
      return apply(acb_sec, x, precision);
    case Function::Csc:
      return apply_with_pole(acb_csc, x, precision);
    case Function::Asin:
      return apply(acb_asin, x, precision);
    case Function::Acos:
      return apply(acb_acos, x, precision);
    case Function::Atan:
      return arctangent(x, precision);
    case Function::Acot:
      return arccotangent(x, precision);
    case Function::Asec:
      return apply(acb_acos, inverse(x, precision), precision);
    case Function::Acsc:
      return apply(acb_asin, inverse(x, precision), precision);
    case Function::Sinh:
      return apply(acb_sinh, x, precision);
    case Function::Cosh:
      return apply(acb_cosh, x, precision);
    case Function::Tanh:
      return apply(acb_tanh, x, precision);
    case Function::Coth:
      return apply_with_pole(acb_coth, x, precision);
    case Function::Sech:
      return apply(acb_sech, x, precision);
    case Function::Csch:
      return apply_with_pole(acb_csch, x, precision);
    case Function::Asinh:
      return apply(acb_asinh, x, precision);
    case Function::Acosh:
      return apply(acb_acosh, x, precision);
    case Function::Atanh:
      return apply(acb_atanh, x, precision);
    case Function::Acoth:
      return apply(acb_atanh, inverse(x, precision), precision);
    case Function::Asech:
      return apply(acb_acosh, inverse(x, precision), precision);
    case Function::Acsch:
      return apply(acb_asinh, inverse(x, precision), precision);
    case Function::Cis:
      return cis(x, precision);
    case Function::Abs:
      return absolute(x, precision);
    case Function::Sign:
      return sign(x, precision);
    case Function::Arg:
      return argument(x, precision);
    case Function::Re:
    case Function::Im:
    case Function::Conjugate:
      return part(function, x);
    default:
      return {};
  }
}

BallValue gamma_function_of(Function function, const BallValue& n, const BallValue& k, slong precision) {
  if (!n.ball.is_real() || !k.ball.is_real() || !is_moderate(n.ball, 128) || !is_moderate(k.ball, 128))
    return {};
  if (arb_contains_negative(n.ball.real()) || arb_contains_negative(k.ball.real())) return {};
  BallValue result = finite(n.clean && k.clean);
  arb_ptr value = result.ball.real();
  RealBall one_more, part;
  if (function == Function::DoubleFactorial) {
    return {};
  }
  arb_add_ui(one_more.get(), n.ball.real(), 1, precision + 128);
  arb_gamma(value, one_more.get(), precision);
  if (function == Function::Factorial) return result;
  arb_sub(part.get(), one_more.get(), k.ball.real(), precision + 128);
  if (!arb_is_positive(part.get())) return {};
  arb_gamma(part.get(), part.get(), precision);
  arb_div(value, value, part.get(), precision);
  if (function == Function::Permutations) return result;
  arb_add_ui(one_more.get(), k.ball.real(), 1, precision + 128);
  arb_gamma(part.get(), one_more.get(), precision);
  arb_div(value, value, part.get(), precision);
  return result;
}

}  // namespace r1::math
