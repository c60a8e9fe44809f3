#include "rewards/math/value/exact_constant.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

#include "rewards/math/value/ball.h"
#include "rewards/math/value/calcium.h"
#include "rewards/math/value/rational.h"
#include "rewards/math/vocabulary/numbers.h"

namespace r1::math {
namespace {

// Calcium cannot be stopped, so what it is given is bounded (Generators) besides its own options. With larger limits single
// identities of nested cube roots took 160 ms, sums of four arctangents 17 ms.
constexpr slong kPrecisionLimit = 256, kDegreeLimit = 24, kLllPrecision = 128, kPowerLimit = 12;
constexpr slong kGroebnerLength = 6, kGroebnerPolynomial = 20, kGroebnerBits = 1000, kVietaLimit = 1;
constexpr int64_t kMaxRationalBits = 512;

// What a pair of trees brings into a field: different roots, and calls of transcendental functions.
class Generators {
 public:
  void collect(const Node* node) {
    if (node->kind == Kind::Call || (node->kind == Kind::Pow && !is_whole(node->args[1]))) add(node);
    for (const Node* arg : node->args) collect(arg);
  }
  bool are_few() const {
    return known_.size() <= kMaxGenerators && degree_ <= kMaxDegree && angles_ <= 3 &&
           totient(2 * turn_) <= kMaxTotient;
  }
  int64_t cost() const {  // parts
    const auto count = static_cast<int64_t>(known_.size());
    return (100 + 120 * count * count) * Meter::kParts;
  }

 private:
  static constexpr size_t kMaxGenerators = 10;
  static constexpr int64_t kMaxDegree = 16;
  static constexpr int64_t kMaxTotient =
      24;  // degree of the field of the angles' roots of unity: tan 1 deg ran for minutes
  static constexpr int64_t kMaxTurn = 5000;

  static int64_t totient(int64_t n) {
    int64_t count = n;
    for (int64_t p = 2, rest = n; rest > 1; ++p) {
      if (p * p > rest) p = rest;
      if (rest % p != 0) continue;
      count -= count / p;
      while (rest % p == 0) rest /= p;
    }
    return count;
  }

  // The denominator of an angle as a multiple of pi, not reduced over sums; 1 when it is no such product.
  struct Multiple {
    int64_t numerator, denominator;
  };
  static std::optional<Multiple> multiple_of_pi(const Node* node) {
    switch (node->kind) {
      case Kind::Constant:
        return node->constant == Constant::Pi || node->constant == Constant::I ? std::optional(Multiple{1, 1})
                                                                               : std::nullopt;
      case Kind::Number: {
        const Decimal& number = *node->number;
        if (number.digits.size() > 4 || number.exponent > 0 || number.exponent < -3 || number.repeat) {
          return std::nullopt;
        }
        Multiple value{0, 1};
        for (char c : number.digits) value.numerator = value.numerator * 10 + (c - '0');
        for (int64_t i = number.exponent; i < 0; ++i) value.denominator *= 10;
        return value;
      }
      case Kind::Neg:
      case Kind::Pow:  // pi^1, of converted degrees; another power is counted like it
        return multiple_of_pi(node->args[0]);
      case Kind::Mul:
      case Kind::Div:
      case Kind::Add: {
        Multiple product{1, 1};
        for (size_t i = 0; i < node->args.size(); ++i) {
          auto factor = multiple_of_pi(node->args[i]);
          if (!factor) return std::nullopt;
          if (node->kind == Kind::Add) factor->numerator = 1;
          if (node->kind == Kind::Div && i == 1) std::swap(factor->numerator, factor->denominator);
          if (factor->denominator == 0) return std::nullopt;
          product.numerator *= factor->numerator;
          product.denominator *= factor->denominator;
          const int64_t common = std::gcd(product.numerator, product.denominator);
          if (common > 1) product.numerator /= common, product.denominator /= common;
          if (product.numerator > kMaxTurn || product.denominator > kMaxTurn) return Multiple{1, kMaxTurn};
        }
        return product;
      }
      default:
        return std::nullopt;
    }
  }

  static bool is_whole(const Node* node) {
    while (node->kind == Kind::Neg) node = node->args[0];
    return node->kind == Kind::Number && !node->number->pointed;
  }

  // Of a root or a power p/q; what is no literal counts most.
  static int64_t index(const Node* node) {
    const bool root = node->kind == Kind::Call;
    const Node* part = node->args[1];
    while (part->kind == Kind::Neg) part = part->args[0];
    if (!root) {
      if (part->kind != Kind::Div) return 1;  // e^x is no root
      part = part->args[1];
    }
    if (part->kind != Kind::Number || part->number->digits.size() > 2) return kMaxDegree + 1;
    int64_t value = 0;
    for (char c : part->number->digits) value = value * 10 + (c - '0');
    return std::max<int64_t>(value, 1);
  }

  void add(const Node* node) {
    if (known_.size() > kMaxGenerators) return;
    for (const Node* other : known_) {
      if (same_tree(node, other)) return;
    }
    known_.push_back(node);
    angles_ +=
        node->kind == Kind::Call && node->function >= Function::Asin && node->function <= Function::Acsc;
    if (node->kind == Kind::Pow || (node->function == Function::Root && node->args.size() == 2))
      degree_ = std::min<int64_t>(degree_ * index(node), 1000);
    const bool turns =
        node->kind == Kind::Call && ((node->function >= Function::Sin && node->function <= Function::Csc) ||
                                     node->function == Function::Exp || node->function == Function::Cis);
    if (turns || (node->kind == Kind::Pow && node->args[0]->kind == Kind::Constant)) {
      if (const auto angle = multiple_of_pi(node->args[turns ? 0 : 1])) {
        turn_ = std::min(std::lcm(turn_, angle->denominator), kMaxTurn);
      }
    }
  }

  std::vector<const Node*> known_;
  int64_t degree_ = 1;
  int64_t turn_ = 1;  // common denominator of the angles as multiples of pi
  int angles_ = 0;    // inverse functions: each more doubles the time of Calcium's search for relations
};

class Calcium {
 public:
  Calcium() {
    ca_ctx_init(context_);
    ca_ctx_set_option(context_, CA_OPT_PREC_LIMIT, kPrecisionLimit);
    ca_ctx_set_option(context_, CA_OPT_QQBAR_DEG_LIMIT, kDegreeLimit);
    ca_ctx_set_option(context_, CA_OPT_LLL_PREC, kLllPrecision);
    ca_ctx_set_option(context_, CA_OPT_POW_LIMIT, kPowerLimit);
    ca_ctx_set_option(context_, CA_OPT_GROEBNER_LENGTH_LIMIT, kGroebnerLength);
    ca_ctx_set_option(context_, CA_OPT_GROEBNER_POLY_LENGTH_LIMIT, kGroebnerPolynomial);
    ca_ctx_set_option(context_, CA_OPT_GROEBNER_POLY_BITS_LIMIT, kGroebnerBits);
    ca_ctx_set_option(context_, CA_OPT_VIETA_LIMIT, kVietaLimit);
  }
  Calcium(const Calcium&) = delete;
  Calcium& operator=(const Calcium&) = delete;
  ~Calcium() { ca_ctx_clear(context_); }
  ca_ctx_struct* get() { return context_; }

 private:
  ca_ctx_t context_;
};

class Exact {
 public:
  explicit Exact(Calcium& calcium) : context_(calcium.get()) { ca_init(value_, context_); }
  Exact(const Exact& other) : context_(other.context_) {
    ca_init(value_, context_);
    ca_set(value_, other.value_, context_);
  }
  Exact& operator=(const Exact& other) {
    ca_set(value_, other.value_, context_);
    return *this;
  }
  ~Exact() { ca_clear(value_, context_); }
  ca_struct* get() { return value_; }
  const ca_struct* get() const { return value_; }

 private:
  ca_ctx_struct* context_;
  ca_t value_;
};

class Evaluator {
 public:
  Evaluator(Calcium& calcium, Meter& meter) : calcium_(calcium), context_(calcium.get()), meter_(meter) {}

  // Calcium's own "unknown" stands for what it or this file cannot do.
  Exact eval(const Node* node) {
    if (!meter_.spend(16)) return unknown();
    const RationalResult exact = rational_value(node, meter_);
    if (exact.state == RationalState::Undefined) return undefined();
    if (exact.state == RationalState::Value) return rational(exact.value);
    switch (node->kind) {
      case Kind::Constant:
        return constant(node->constant);
      case Kind::Add:
      case Kind::Mul:
        return fold(node);
      case Kind::Div:
        return divide(eval(node->args[0]), eval(node->args[1]));
      case Kind::Neg:
        return minus(eval(node->args[0]));
      case Kind::Percent:
        return divide(eval(node->args[0]), integer(100));
      case Kind::Quantity:
        return degrees(node);
      case Kind::Pow:
        return power(node->args[0], node->args[1]);
      case Kind::Call:
        return call(node);
      default:
        return unknown();
    }
  }

  bool gave_up() const { return gave_up_; }

 private:
  Exact unknown() {
    gave_up_ = true;
    Exact result(calcium_);
    ca_unknown(result.get(), context_);
    return result;
  }
  Exact undefined() {
    Exact result(calcium_);
    ca_undefined(result.get(), context_);
    return result;
  }
  Exact integer(slong value) {
    Exact result(calcium_);
    ca_set_si(result.get(), value, context_);
    return result;
  }

  Exact rational(const Rational& value) {
    if (static_cast<int64_t>(value.bits()) > kMaxRationalBits) return unknown();
    Exact result(calcium_);
    ca_set_fmpq(result.get(), value.get(), context_);
    return result;
  }

  Exact constant(Constant constant) {
    Exact result(calcium_);
    switch (constant) {
      case Constant::Pi:
        ca_pi(result.get(), context_);
        return result;
      case Constant::E:
        ca_one(result.get(), context_);
        ca_exp(result.get(), result.get(), context_);
        return result;
      case Constant::I:
        ca_i(result.get(), context_);
        return result;
      case Constant::Infinity:
        ca_pos_inf(result.get(), context_);
        return result;
      case Constant::ComplexInfinity:
        ca_uinf(result.get(), context_);
        return result;
      default:
        return undefined();
    }
  }

  Exact fold(const Node* node) {
    Exact result = eval(node->args[0]);
    for (const Node* arg : node->args.subspan(1)) {
      if (gave_up_) return result;
      const Exact next = eval(arg);
      if (!meter_.spend(32)) return unknown();
      if (node->kind == Kind::Add) {
        ca_add(result.get(), result.get(), next.get(), context_);
      } else {
        ca_mul(result.get(), result.get(), next.get(), context_);
      }
    }
    return result;
  }

  Exact minus(Exact a) {
    ca_neg(a.get(), a.get(), context_);
    return a;
  }

  Exact divide(Exact a, const Exact& b) {
    if (gave_up_ || !meter_.spend(64)) return unknown();
    const truth_t zero = ca_check_is_zero(b.get(), context_);
    if (zero == T_TRUE) return undefined();
    if (zero == T_UNKNOWN) return unknown();
    ca_div(a.get(), a.get(), b.get(), context_);
    return a;
  }

  Exact degrees(const Node* node) {
    if (node->args.size() != 2 || node->args[1]->kind != Kind::Unit || node->args[1]->text != "degree")
      return unknown();
    Exact value = eval(node->args[0]);
    const Exact pi = constant(Constant::Pi);
    ca_mul(value.get(), value.get(), pi.get(), context_);
    ca_div_ui(value.get(), value.get(), 180, context_);
    return value;
  }

  Exact power(const Node* base, const Node* exponent) {
    const RationalResult e = rational_value(exponent, meter_);
    if (e.state == RationalState::Value) return rational_power_of(base, e.value);
    Exact b = eval(base);
    const Exact x = eval(exponent);
    if (gave_up_ || ca_check_is_zero(b.get(), context_) != T_FALSE) return unknown();
    if (base->kind == Kind::Constant && base->constant == Constant::E) return exponential(x);
    if (!meter_.spend(64)) return unknown();
    ca_log(b.get(), b.get(), context_);  // principal, as ball.h
    ca_mul(b.get(), b.get(), x.get(), context_);
    return exponential(std::move(b));
  }

  // Whether an odd root of it is its real one: a real, negative number. Gives up when that is not certain.
  bool is_negative(const Node* node) {
    const BallValue value = ball_value(node, 128, meter_);
    if (value.state != BallState::Finite) {
      gave_up_ = true;
      return false;
    }
    if (arb_is_positive(value.ball.real()) || !arb_contains_zero(value.ball.imag())) return false;
    if (!value.ball.is_real() || ball_sign(value.ball.real()) == 2) gave_up_ = true;
    return true;
  }

  Exact rational_power_of(const Node* base, const Rational& exponent) {
    Exact b = eval(base);
    if (gave_up_ || exponent.bits() > 16) return unknown();
    if (!exponent.is_integer() || exponent.sign() < 0) {
      const truth_t zero = ca_check_is_zero(b.get(), context_);
      if (zero == T_TRUE) return exponent.sign() < 0 ? undefined() : integer(0);
      if (zero == T_UNKNOWN) return unknown();
    }
    if (!meter_.spend(64)) return unknown();
    const bool odd_root = !exponent.is_integer() && fmpz_is_odd(exponent.denominator());
    const bool negative = odd_root && is_negative(base);
    if (gave_up_) return unknown();
    if (negative) b = minus(std::move(b));
    if (exponent.is_integer()) {
      ca_pow_fmpz(b.get(), b.get(), exponent.numerator(), context_);
    } else if (fmpz_cmp_ui(exponent.denominator(), 2) == 0) {
      ca_sqrt(b.get(), b.get(), context_);
      ca_pow_fmpz(b.get(), b.get(), exponent.numerator(), context_);
    } else {
      ca_pow_fmpq(b.get(), b.get(), exponent.get(), context_);
    }
    return negative && fmpz_is_odd(exponent.numerator()) ? minus(std::move(b)) : b;
  }

  Exact exponential(Exact x) {
    if (gave_up_ || !meter_.spend(64)) return unknown();
    ca_exp(x.get(), x.get(), context_);
    return x;
  }

  Exact logarithm(const Node* node) {
    Exact x = eval(node);
    if (gave_up_ || !meter_.spend(64)) return unknown();
    const truth_t zero = ca_check_is_zero(x.get(), context_);
    if (zero == T_TRUE) return undefined();
    if (zero == T_UNKNOWN) return unknown();
    ca_log(x.get(), x.get(), context_);
    return x;
  }

  Exact call(const Node* node) {
    if (node->args.empty()) return unknown();
    switch (node->function) {
      case Function::Exp:
        return exponential(eval(node->args[0]));
      case Function::Ln:
      case Function::LogUnstated:
        return logarithm(node->args[0]);
      case Function::Log:
        return node->args.size() == 2 ? divide(logarithm(node->args[0]), logarithm(node->args[1]))
                                      : unknown();
      case Function::Root:
        return root(node);
      default:
        return node->args.size() == 1 ? of_one(node->function, eval(node->args[0])) : unknown();
    }
  }

  Exact root(const Node* node) {
    if (node->args.size() != 2) return unknown();
    const RationalResult index = rational_value(node->args[1], meter_);
    if (index.state != RationalState::Value || index.value.is_zero()) return unknown();
    Rational exponent;
    fmpq_inv(exponent.get(), index.value.get());
    return rational_power_of(node->args[0], exponent);
  }

  Exact sine_or_cosine(bool sine, const Exact& x) {
    Exact s(calcium_), c(calcium_);
    ca_sin_cos(s.get(), c.get(), x.get(), context_);
    return sine ? s : c;
  }

  Exact of_one(Function function, Exact x) {
    if (gave_up_ || !meter_.spend(96)) return unknown();
    switch (function) {
      case Function::Sin:
        return sine_or_cosine(true, x);
      case Function::Cos:
        return sine_or_cosine(false, x);
      case Function::Tan:
        return divide(sine_or_cosine(true, x), sine_or_cosine(false, x));
      case Function::Cot:
        return divide(sine_or_cosine(false, x), sine_or_cosine(true, x));
      case Function::Sec:
        return divide(integer(1), sine_or_cosine(false, x));
      case Function::Csc:
        return divide(integer(1), sine_or_cosine(true, x));
      case Function::Cis: {
        const Exact i = constant(Constant::I);
        ca_mul(x.get(), x.get(), i.get(), context_);
        return exponential(std::move(x));
      }
      case Function::Asin:
        ca_asin(x.get(), x.get(), context_);
        return x;
      case Function::Acos:
        ca_acos(x.get(), x.get(), context_);
        return x;
      case Function::Atan:
        ca_atan(x.get(), x.get(), context_);
        return x;
      case Function::Asec:
      case Function::Acsc: {
        Exact inverse = divide(integer(1), x);
        return gave_up_ ? inverse
                        : of_one(function == Function::Asec ? Function::Acos : Function::Asin, inverse);
      }
      case Function::Sinh:
      case Function::Cosh:
      case Function::Tanh:
      case Function::Coth:
      case Function::Sech:
      case Function::Csch:
        return hyperbolic(function, exponential(std::move(x)));
      case Function::Asinh:
      case Function::Acosh:
        return area(function == Function::Asinh ? 1 : -1, std::move(x));
      case Function::Atanh:
        return area_tangent(x);
      default:
        return part(function, std::move(x));
    }
  }

  // ln(x + sqrt(x^2 + 1)) and, from 1 on, ln(x + sqrt(x^2 - 1)).
  Exact area(slong sign, Exact x) {
    if (sign < 0 && ca_check_ge(x.get(), integer(1).get(), context_) != T_TRUE) return unknown();
    Exact root(x);
    ca_mul(root.get(), root.get(), root.get(), context_);
    ca_add_si(root.get(), root.get(), sign, context_);
    ca_sqrt(root.get(), root.get(), context_);
    ca_add(x.get(), x.get(), root.get(), context_);
    if (ca_check_is_zero(x.get(), context_) != T_FALSE) return unknown();
    ca_log(x.get(), x.get(), context_);
    return x;
  }

  // ln((1 + x) / (1 - x)) / 2 inside of (-1, 1).
  Exact area_tangent(const Exact& x) {
    Exact above(x), below = minus(x);
    ca_add_ui(above.get(), above.get(), 1, context_);
    ca_add_ui(below.get(), below.get(), 1, context_);
    const Exact zero = integer(0);
    if (ca_check_gt(above.get(), zero.get(), context_) != T_TRUE) return unknown();
    if (ca_check_gt(below.get(), zero.get(), context_) != T_TRUE) return unknown();
    ca_div(above.get(), above.get(), below.get(), context_);
    ca_log(above.get(), above.get(), context_);
    ca_div_ui(above.get(), above.get(), 2, context_);
    return above;
  }

  // By e^x.
  Exact hyperbolic(Function function, const Exact& power) {
    const Exact inverse = divide(integer(1), power);
    Exact sinh(power), cosh(power);
    ca_sub(sinh.get(), power.get(), inverse.get(), context_);
    ca_add(cosh.get(), power.get(), inverse.get(), context_);
    ca_div_ui(sinh.get(), sinh.get(), 2, context_);
    ca_div_ui(cosh.get(), cosh.get(), 2, context_);
    switch (function) {
      case Function::Sinh:
        return sinh;
      case Function::Cosh:
        return cosh;
      case Function::Tanh:
        return divide(sinh, cosh);
      case Function::Coth:
        return divide(cosh, sinh);
      case Function::Sech:
        return divide(integer(1), cosh);
      default:
        return divide(integer(1), sinh);
    }
  }

  Exact part(Function function, Exact x) {
    switch (function) {
      case Function::Abs:
        ca_abs(x.get(), x.get(), context_);
        return x;
      case Function::Sign:
        ca_sgn(x.get(), x.get(), context_);
        return x;
      case Function::Floor:
        ca_floor(x.get(), x.get(), context_);
        return x;
      case Function::Ceiling:
        ca_ceil(x.get(), x.get(), context_);
        return x;
      case Function::Re:
        ca_re(x.get(), x.get(), context_);
        return x;
      case Function::Im:
        ca_im(x.get(), x.get(), context_);
        return x;
      case Function::Conjugate:
        ca_conj(x.get(), x.get(), context_);
        return x;
      case Function::Arg:
        ca_arg(x.get(), x.get(), context_);
        return x;
      default:
        return unknown();
    }
  }

  Calcium& calcium_;
  ca_ctx_struct* context_;
  Meter& meter_;
  bool gave_up_ = false;
};

}  // namespace

Comparison exact_constants_equal(const Node* a, const Node* b, Meter& meter) {
  Generators generators;
  generators.collect(a);
  generators.collect(b);
  if (!generators.are_few() || generators.cost() > meter.left() * Meter::kParts) return Comparison::Unknown;
  if (!meter.spend(generators.cost())) return Comparison::Unknown;
  Calcium calcium;
  Evaluator evaluator(calcium, meter);
  Exact x = evaluator.eval(a);
  const Exact y = evaluator.eval(b);
  if (evaluator.gave_up() || !meter.spend(50 * Meter::kParts)) return Comparison::Unknown;
  for (const Exact* side : {static_cast<const Exact*>(&x), &y}) {
    if (ca_check_is_undefined(side->get(), calcium.get()) == T_TRUE) return Comparison::Different;
    if (ca_check_is_number(side->get(), calcium.get()) != T_TRUE) return Comparison::Unknown;
  }
  ca_sub(x.get(), x.get(), y.get(), calcium.get());
  switch (ca_check_is_zero(x.get(), calcium.get())) {
    case T_TRUE:
      return Comparison::Equal;
    case T_FALSE:
      return Comparison::Different;
    default:
      return Comparison::Unknown;
  }
}

}  // namespace r1::math
