#include "rewards/math/value/polynomial_roots.h"

#if __has_include(<flint/ca.h>)
#include <flint/arb_fmpz_poly.h>
#else
#include <arb_fmpz_poly.h>
#endif
#include <flint/fmpq_poly.h>
#include <flint/fmpz_poly.h>

#include "rewards/math/value/ball.h"
#include "rewards/math/value/rational.h"

namespace r1::math {
namespace {

constexpr slong kMaxDegree = 16;
constexpr slong kMaxCoefficientBits = 4096;

class Polynomial {
 public:
  Polynomial() { fmpq_poly_init(value_); }
  Polynomial(const Polynomial& other) : Polynomial() { fmpq_poly_set(value_, other.value_); }
  Polynomial& operator=(Polynomial other) noexcept {
    fmpq_poly_swap(value_, other.value_);
    return *this;
  }
  ~Polynomial() { fmpq_poly_clear(value_); }
  fmpq_poly_struct* get() { return value_; }
  const fmpq_poly_struct* get() const { return value_; }
  bool is_small() const {
    return fmpq_poly_degree(value_) <= kMaxDegree && std::abs(fmpz_poly_max_bits_of()) <= kMaxCoefficientBits;
  }

 private:
  slong fmpz_poly_max_bits_of() const { return _fmpz_vec_max_bits(value_->coeffs, value_->length); }
  fmpq_poly_t value_;
};

struct Quotient {
  Polynomial above, below;
};
using MaybeQuotient = std::optional<Quotient>;

class Reader {
 public:
  Reader(std::string_view symbol, Meter& meter) : symbol_(symbol), meter_(meter) {}

  MaybeQuotient read(const Node* node) {
    if (!meter_.spend(4)) return std::nullopt;
    if (node->kind == Kind::Symbol && node->text == symbol_) {
      Quotient result = constant(Rational(1));
      fmpq_poly_zero(result.above.get());
      fmpq_poly_set_coeff_si(result.above.get(), 1, 1);
      return result;
    }
    if (free_symbols(node).empty()) return of_constant(node);
    switch (node->kind) {
      case Kind::Add:
      case Kind::Mul:
        return fold(node);
      case Kind::Neg:
        return multiply(constant(Rational(-1)), read(node->args[0]));
      case Kind::Div:
        return divide(read(node->args[0]), read(node->args[1]));
      case Kind::Pow:
        return power(node);
      default:
        return std::nullopt;
    }
  }

  MaybeQuotient subtract(const MaybeQuotient& a, const MaybeQuotient& b) {
    return add(a, multiply(constant(Rational(-1)), b));
  }

 private:
  static Quotient constant(const Rational& value) {
    Quotient result;
    fmpq_poly_set_fmpq(result.above.get(), value.get());
    fmpq_poly_one(result.below.get());
    return result;
  }

  MaybeQuotient of_constant(const Node* node) {
    const RationalResult exact = rational_value(node, meter_);
    if (exact.state == RationalState::Value) return constant(exact.value);
    const BallValue ball = ball_value(node, 64, meter_);
    if (ball.state != BallState::Finite || !ball.ball.is_real()) return std::nullopt;
    Rational middle;
    if (arf_cmpabs_2exp_si(arb_midref(ball.ball.real()), 200) > 0) return std::nullopt;
    arf_get_fmpq(middle.get(), arb_midref(ball.ball.real()));
    return constant(middle);
  }

  MaybeQuotient checked(Quotient value) {
    if (!meter_.spend(16) || !value.above.is_small() || !value.below.is_small()) return std::nullopt;
    return value;
  }

  MaybeQuotient add(const MaybeQuotient& a, const MaybeQuotient& b) {
    if (!a || !b) return std::nullopt;
    Quotient result;
    Polynomial left, right;
    fmpq_poly_mul(left.get(), a->above.get(), b->below.get());
    fmpq_poly_mul(right.get(), b->above.get(), a->below.get());
    fmpq_poly_add(result.above.get(), left.get(), right.get());
    fmpq_poly_mul(result.below.get(), a->below.get(), b->below.get());
    return checked(std::move(result));
  }

  MaybeQuotient multiply(const MaybeQuotient& a, const MaybeQuotient& b) {
    if (!a || !b) return std::nullopt;
    Quotient result;
    fmpq_poly_mul(result.above.get(), a->above.get(), b->above.get());
    fmpq_poly_mul(result.below.get(), a->below.get(), b->below.get());
    return checked(std::move(result));
  }

  MaybeQuotient divide(const MaybeQuotient& a, const MaybeQuotient& b) {
    if (!a || !b || fmpq_poly_is_zero(b->above.get())) return std::nullopt;
    return multiply(a, Quotient{b->below, b->above});
  }

  MaybeQuotient fold(const Node* node) {
    MaybeQuotient result = read(node->args[0]);
    for (const Node* arg : node->args.subspan(1)) {
      if (!result) return result;
      result = node->kind == Kind::Add ? add(result, read(arg)) : multiply(result, read(arg));
    }
    return result;
  }

  MaybeQuotient power(const Node* node) {
    const RationalResult exponent = rational_value(node->args[1], meter_);
    if (exponent.state != RationalState::Value || !exponent.value.is_integer() || exponent.value.bits() > 6)
      return std::nullopt;
    const slong times = fmpz_get_si(exponent.value.numerator());
    const MaybeQuotient base = read(node->args[0]);
    MaybeQuotient result = constant(Rational(1));
    for (slong i = 0; i < std::abs(times) && result; ++i) result = multiply(result, base);
    return times < 0 ? divide(constant(Rational(1)), result) : result;
  }

  std::string_view symbol_;
  Meter& meter_;
};

// Appends the real roots; false when they could not be found.
bool append_real_roots(const Polynomial& polynomial, std::vector<double>& roots, Meter& meter) {
  fmpz_poly_t whole, part;
  fmpz_poly_init(whole);
  fmpz_poly_init(part);
  fmpq_poly_get_numerator(whole, polynomial.get());
  // Without multiple roots: p / gcd(p, p').
  fmpz_poly_derivative(part, whole);
  fmpz_poly_gcd(part, whole, part);
  if (fmpz_poly_degree(part) > 0) fmpz_poly_div(whole, whole, part);
  const slong degree = fmpz_poly_degree(whole);
  if (degree == 1) {
    Rational root;
    fmpz_neg(root.numerator(), fmpz_poly_get_coeff_ptr(whole, 0));
    fmpq_set_fmpz_frac(root.get(), root.numerator(), fmpz_poly_get_coeff_ptr(whole, 1));
    roots.push_back(fmpq_get_d(root.get()));
    fmpz_poly_clear(whole);
    fmpz_poly_clear(part);
    return true;
  }
  const bool affordable = degree < 1 || meter.spend(Meter::kParts * (1 + degree * degree * degree / 2));
  if (affordable && degree >= 1) {
    acb_ptr found = _acb_vec_init(degree);
    arb_fmpz_poly_complex_roots(found, whole, 0, 53);
    for (slong i = 0; i < degree; ++i) {
      if (arb_is_zero(acb_imagref(found + i)))
        roots.push_back(arf_get_d(arb_midref(acb_realref(found + i)), ARF_RND_NEAR));
    }
    _acb_vec_clear(found, degree);
  }
  fmpz_poly_clear(whole);
  fmpz_poly_clear(part);
  return affordable;
}

}  // namespace

std::optional<std::vector<double>> real_zeros_and_poles(const Node* node, const Node* subtracted,
                                                        std::string_view symbol, Meter& meter) {
  Reader reader(symbol, meter);
  MaybeQuotient quotient = reader.read(node);
  if (subtracted) quotient = reader.subtract(quotient, reader.read(subtracted));
  if (!quotient) return std::nullopt;
  std::vector<double> roots;
  if (!append_real_roots(quotient->above, roots, meter) || !append_real_roots(quotient->below, roots, meter))
    return std::nullopt;
  return roots;
}

}  // namespace r1::math
