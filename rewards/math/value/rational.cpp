#include "rewards/math/value/rational.h"

#include <optional>
#include <string>

#include "rewards/math/value/integer_functions.h"

namespace r1::math {
namespace {

constexpr int64_t kMaxDigits = 10000;

RationalResult none() { return {}; }
RationalResult undefined() { return {RationalState::Undefined, {}}; }
RationalResult value_of(Rational value) { return {RationalState::Value, std::move(value)}; }
RationalResult value_of(const Integer& value) {
  Rational result;
  fmpz_set(result.numerator(), value.get());
  return value_of(std::move(result));
}

// What one operation on two such numbers costs: its gcd is the dear part.
int64_t cost(const Rational& a, const Rational& b) {
  const auto limbs = static_cast<int64_t>((a.bits() + b.bits()) / 64);
  return 1 + limbs + limbs * limbs / 128;
}

class Evaluator {
 public:
  Evaluator(Meter& meter, const Bindings& bindings) : meter_(meter), bindings_(bindings) {}

  RationalResult eval(const Node* node) {
    if (!meter_.spend(1)) return none();
    switch (node->kind) {
      case Kind::Number:
        return literal_value(*node->number, meter_);
      case Kind::Symbol:
        return symbol(node->text);
      case Kind::Constant:
        return node->constant == Constant::Undefined ? undefined() : none();
      case Kind::Add:
      case Kind::Mul:
        return fold(node);
      case Kind::Div:
        return divide(eval(node->args[0]), eval(node->args[1]));
      case Kind::Neg:
        return negate(eval(node->args[0]));
      case Kind::Percent:
        return divide(eval(node->args[0]), value_of(Rational(100)));
      case Kind::Pow:
        return power(node->args[0], node->args[1]);
      case Kind::BaseNumber:
        return base_number(node);
      case Kind::Call:
        return call(node);
      default:
        return none();
    }
  }

 private:
  RationalResult symbol(std::string_view name) {
    for (size_t i = local_.size(); i-- > 0;) {
      if (local_[i].name == name) return value_of(local_[i].value);
    }
    const Rational* found = find_binding(bindings_, name);
    return found ? value_of(*found) : none();
  }

  // Adds or multiplies. A part that is not rational makes the whole unknown, whatever the rest is; Undefined wins.
  RationalResult combine(bool add, RationalResult a, const RationalResult& b) {
    if (a.state != RationalState::Value) return a;
    if (b.state != RationalState::Value) return b;
    if (!meter_.spend(cost(a.value, b.value))) return none();
    if (add) {
      fmpq_add(a.value.get(), a.value.get(), b.value.get());
    } else {
      fmpq_mul(a.value.get(), a.value.get(), b.value.get());
    }
    if (static_cast<int64_t>(a.value.bits()) > 2 * kMaxBits) return none();
    return a;
  }

  RationalResult fold(const Node* node) {
    RationalResult result = eval(node->args[0]);
    for (const Node* arg : node->args.subspan(1)) {
      if (result.state == RationalState::None && meter_.over()) return result;
      const bool was_none = result.state == RationalState::None;
      RationalResult next = eval(arg);
      if (was_none) {
        if (next.state == RationalState::Undefined) return next;
        continue;
      }
      result = combine(node->kind == Kind::Add, std::move(result), next);
      if (result.state == RationalState::Undefined) return result;
    }
    return result;
  }

  RationalResult negate(RationalResult a) {
    if (a.state == RationalState::Value) fmpq_neg(a.value.get(), a.value.get());
    return a;
  }

  RationalResult divide(RationalResult a, const RationalResult& b) {
    if (a.state == RationalState::Undefined || b.state == RationalState::Undefined) return undefined();
    if (b.state == RationalState::Value && b.value.is_zero()) return undefined();
    if (a.state == RationalState::None || b.state == RationalState::None) return none();
    if (!meter_.spend(cost(a.value, b.value))) return none();
    fmpq_div(a.value.get(), a.value.get(), b.value.get());
    if (static_cast<int64_t>(a.value.bits()) > 2 * kMaxBits) return none();
    return a;
  }

  RationalResult power(const Node* base, const Node* exponent) {
    const RationalResult b = eval(base), e = eval(exponent);
    if (b.state == RationalState::Undefined || e.state == RationalState::Undefined) return undefined();
    if (b.state != RationalState::Value || e.state != RationalState::Value) return none();
    return rational_power(b.value, e.value, meter_);
  }

  RationalResult base_number(const Node* node) {
    const RationalResult base = eval(node->args[0]);
    if (base.state != RationalState::Value || !base.value.is_integer()) return none();
    if (fmpz_cmp_si(base.value.numerator(), 2) < 0 || fmpz_cmp_si(base.value.numerator(), 36) > 0)
      return none();
    const slong b = fmpz_get_si(base.value.numerator());
    if (node->text.size() > 2000 || !meter_.spend(static_cast<int64_t>(node->text.size()))) return none();
    Rational result, scale(1);
    bool point = false;
    for (char c : node->text) {
      if (c == '.' && !point) {
        point = true;
        continue;
      }
      const slong digit = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 99;
      if (digit >= b) return undefined();  // 29 in base 8 is no number
      fmpz_mul_si(result.numerator(), result.numerator(), b);
      fmpz_add_si(result.numerator(), result.numerator(), digit);
      if (point) fmpz_mul_si(scale.numerator(), scale.numerator(), b);
    }
    fmpq_div(result.get(), result.get(), scale.get());
    return value_of(std::move(result));
  }

  RationalResult call(const Node* node) {
    if (is_integer_function(node->function)) return integers(node);
    if (node->args.empty()) return none();
    switch (node->function) {
      case Function::Root:
        return root(node);
      case Function::Abs:
      case Function::Sign:
      case Function::Floor:
      case Function::Ceiling:
      case Function::FractionalPart:
      case Function::Re:
      case Function::Im:
      case Function::Conjugate:
        return unary(node->function, eval(node->args[0]));
      case Function::Min:
      case Function::Max:
        return extreme(node);
      case Function::Mod:
        return node->args.size() == 2 ? modulo(eval(node->args[0]), eval(node->args[1])) : none();
      case Function::Sum:
      case Function::Product:
        return node->args.size() == 4 ? series(node) : none();
      default:
        return any_undefined(node);
    }
  }

  // sin(1/0) is as undefined as 1/0. Bodies of integrals and the like are not looked into.
  RationalResult any_undefined(const Node* node) {
    if (node->function > Function::Product) return none();
    for (const Node* arg : node->args) {
      if (eval(arg).state == RationalState::Undefined) return undefined();
    }
    return none();
  }

  RationalResult root(const Node* node) {
    if (node->args.size() != 2) return none();
    const RationalResult radicand = eval(node->args[0]);
    const RationalResult index = eval(node->args[1]);
    if (radicand.state == RationalState::Undefined || index.state == RationalState::Undefined)
      return undefined();
    if (radicand.state != RationalState::Value || index.state != RationalState::Value) return none();
    if (index.value.is_zero()) return undefined();
    Rational exponent;
    fmpq_inv(exponent.get(), index.value.get());
    return rational_power(radicand.value, exponent, meter_);
  }

  RationalResult unary(Function function, RationalResult a) {
    if (a.state != RationalState::Value) return a;
    Integer whole;
    switch (function) {
      case Function::Abs:
        fmpq_abs(a.value.get(), a.value.get());
        return a;
      case Function::Sign:
        return value_of(Rational(a.value.sign()));
      case Function::Im:
        return value_of(Rational(0));
      case Function::Floor:
      case Function::FractionalPart:
        fmpz_fdiv_q(whole.get(), a.value.numerator(), a.value.denominator());
        if (function == Function::Floor) return value_of(whole);
        fmpq_sub_fmpz(a.value.get(), a.value.get(), whole.get());
        return a;
      case Function::Ceiling:
        fmpz_cdiv_q(whole.get(), a.value.numerator(), a.value.denominator());
        return value_of(whole);
      default:
        return a;  // Re, Conjugate
    }
  }

  RationalResult extreme(const Node* node) {
    RationalResult best = eval(node->args[0]);
    for (const Node* arg : node->args.subspan(1)) {
      if (best.state != RationalState::Value) return best;
      RationalResult next = eval(arg);
      if (next.state != RationalState::Value) return next;
      const int order = fmpq_cmp(next.value.get(), best.value.get());
      if (node->function == Function::Min ? order < 0 : order > 0) best = std::move(next);
    }
    return best;
  }

  RationalResult modulo(RationalResult a, RationalResult m) {
    if (a.state == RationalState::Undefined || m.state == RationalState::Undefined) return undefined();
    if (m.state == RationalState::Value && m.value.is_zero()) return undefined();
    if (a.state == RationalState::None || m.state == RationalState::None) return none();
    fmpq_abs(m.value.get(), m.value.get());
    RationalResult quotient = unary(Function::FractionalPart, divide(std::move(a), m));
    return combine(false, std::move(quotient), m);
  }

  RationalResult integers(const Node* node) {
    const bool two = node->function == Function::Binomial || node->function == Function::Permutations;
    const bool any = node->function == Function::Gcd || node->function == Function::Lcm;
    if (node->args.empty() || (!any && node->args.size() != (two ? 2u : 1u))) return none();
    std::vector<Integer> args;
    for (const Node* arg : node->args) {
      const RationalResult value = eval(arg);
      if (value.state != RationalState::Value) return value;
      if (!value.value.is_integer()) return any ? undefined() : none();
      fmpz_set(args.emplace_back().get(), value.value.numerator());
    }
    Integer result;
    const IntegerState state = integer_function(node->function, args, result, meter_);
    if (state == IntegerState::Undefined) return undefined();
    return state == IntegerState::Value ? value_of(result) : none();
  }

  RationalResult series(const Node* node) {
    const RationalResult lower = eval(node->args[2]), upper = eval(node->args[3]);
    if (lower.state != RationalState::Value || upper.state != RationalState::Value) return none();
    if (!lower.value.is_integer() || !upper.value.is_integer()) return none();
    Integer count;
    fmpz_sub(count.get(), upper.value.numerator(), lower.value.numerator());
    if (fmpz_cmp_si(count.get(), kMaxTerms) >= 0) return none();
    const bool sum = node->function == Function::Sum;
    RationalResult result = value_of(Rational(sum ? 0 : 1));
    local_.push_back({node->args[1]->text, lower.value});
    for (slong i = fmpz_sgn(count.get()) < 0 ? -1 : fmpz_get_si(count.get()); i >= 0; --i) {
      result = combine(sum, std::move(result), eval(node->args[0]));
      if (result.state != RationalState::Value) break;
      fmpq_add_si(local_.back().value.get(), local_.back().value.get(), 1);
    }
    local_.pop_back();
    return result;
  }

  Meter& meter_;
  const Bindings& bindings_;
  Bindings local_;
};

// base^(1/index) when both parts are perfect powers. REQUIRES base >= 0, index >= 1.
std::optional<Rational> exact_root(const Rational& base, slong index) {
  Rational root;
  if (!fmpz_root(root.numerator(), base.numerator(), index)) return std::nullopt;
  if (!fmpz_root(root.denominator(), base.denominator(), index)) return std::nullopt;
  return root;
}

}  // namespace

RationalResult rational_value(const Node* node, Meter& meter, const Bindings& bindings) {
  return Evaluator(meter, bindings).eval(node);
}

const Rational* find_binding(const Bindings& bindings, std::string_view name) {
  for (size_t i = bindings.size(); i-- > 0;) {
    if (bindings[i].name == name) return &bindings[i].value;
  }
  return nullptr;
}

RationalResult rational_power(const Rational& base, const Rational& exponent, Meter& meter) {
  if (exponent.is_zero()) return value_of(Rational(1));
  if (base.is_zero()) return exponent.sign() > 0 ? value_of(Rational(0)) : undefined();
  const bool is_one = fmpq_is_one(base.get());
  if (is_one) return value_of(Rational(1));
  Rational magnitude;
  fmpq_abs(magnitude.get(), base.get());
  bool negative = base.sign() < 0;
  if (negative && fmpz_is_even(exponent.denominator())) return none();
  negative = negative && fmpz_is_odd(exponent.numerator());
  if (!fmpq_is_one(magnitude.get())) {
    if (fmpz_cmp_si(exponent.denominator(), kMaxBits) > 0) return none();
    if (!meter.spend(1 + static_cast<int64_t>(magnitude.bits()) / 64)) return none();
    if (!exponent.is_integer()) {
      const auto limbs = static_cast<int64_t>(magnitude.bits() / 64);
      if (!meter.spend(8 + limbs * limbs / 64)) return none();
      auto root = exact_root(magnitude, fmpz_get_si(exponent.denominator()));
      if (!root) return none();
      magnitude = std::move(*root);
    }
    if (fmpz_cmpabs(exponent.numerator(), Integer(kMaxBits).get()) > 0) return none();
    const slong e = fmpz_get_si(exponent.numerator());
    const auto bits = static_cast<int64_t>(magnitude.bits()) * (e < 0 ? -e : e);
    if (bits > 2 * kMaxBits) return none();
    if (!meter.spend(1 + bits / 64)) return none();
    fmpq_pow_si(magnitude.get(), magnitude.get(), e);
  }
  if (negative) fmpq_neg(magnitude.get(), magnitude.get());
  return value_of(std::move(magnitude));
}

RationalResult literal_value(const Decimal& number, Meter& meter) {
  const auto size = static_cast<int64_t>(number.digits.size());
  if (size > kMaxDigits || size == 0 || number.repeat > number.digits.size()) return none();
  if (!meter.spend(1 + size / 4)) return none();
  Rational result;
  if (size <= 18) {
    slong value = 0;
    for (char c : number.digits) value = value * 10 + (c - '0');
    fmpz_set_si(result.numerator(), value);
  } else {
    fmpz_set_str(result.numerator(), std::string(number.digits).c_str(), 10);
  }
  Integer power;
  int64_t exponent = number.exponent;
  if (number.repeat > 0) {
    // digits = fixed, then repeated: (digits - fixed) / (10^repeat - 1) * 10^(exponent + repeat)
    Integer fixed;
    const std::string head(number.digits.substr(0, number.digits.size() - number.repeat));
    if (!head.empty()) fmpz_set_str(fixed.get(), head.c_str(), 10);
    fmpz_sub(result.numerator(), result.numerator(), fixed.get());
    fmpz_ui_pow_ui(power.get(), 10, number.repeat);
    fmpz_sub_ui(power.get(), power.get(), 1);
    fmpq_div_fmpz(result.get(), result.get(), power.get());
    exponent += number.repeat;
  }
  if (exponent == 0 || result.is_zero()) return value_of(std::move(result));
  const int64_t magnitude = exponent < 0 ? -exponent : exponent;
  if (magnitude > kMaxDigits) return none();
  const int64_t limbs = (size + magnitude) / 19;
  if (!meter.spend(1 + limbs + limbs * limbs / 128)) return none();
  fmpz_ui_pow_ui(power.get(), 10, static_cast<ulong>(magnitude));
  if (exponent > 0) {
    fmpq_mul_fmpz(result.get(), result.get(), power.get());
  } else {
    fmpq_div_fmpz(result.get(), result.get(), power.get());
  }
  return value_of(std::move(result));
}

}  // namespace r1::math
