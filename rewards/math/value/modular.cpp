#include "rewards/math/value/modular.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>

#include "rewards/math/value/modular_field.h"
#include "rewards/math/value/rational.h"
#include "rewards/math/value/sample_points.h"
#include "rewards/math/vocabulary/numbers.h"

namespace r1::math {
namespace {

using Value = std::optional<uint64_t>;  // none: a denominator vanished, or there is no value

// The fewest points: two in each prime. Symbolic exponents need all residues modulo 4 of two symbols, for (-1)^n and i^n.
constexpr int kPoints = 2, kPointsWithPowers = 16;

class Evaluator {
 public:
  Evaluator(const PrimeField& field, Meter& meter, uint64_t seed, unsigned point, const Bindings& bindings)
      : field_(field), meter_(meter), seed_(seed), point_(point), bindings_(bindings) {}

  Value eval(const Node* node) {
    if (!meter_.spend(2)) return std::nullopt;
    switch (node->kind) {
      case Kind::Number:
        return number(*node->number);
      case Kind::Symbol:
        return symbol(node->text);
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
        return divide(eval(node->args[0]), 100);
      case Kind::Pow:
        return power(node->args[0], node->args[1]);
      case Kind::BaseNumber:
        return rational(rational_value(node, meter_));
      case Kind::Quantity:
        return quantity(node);
      case Kind::Call:
        return call(node);
      default:
        return atom(node);
    }
  }

  bool used_atoms() const { return used_atoms_; }

 private:
  Value number(const Decimal& number) {
    if (number.digits.size() <= 18 && number.repeat == 0) {
      uint64_t value = 0;
      for (char c : number.digits) value = value * 10 + static_cast<uint64_t>(c - '0');
      value %= field_.prime();
      return field_.multiply(value, field_.power_signed(10, number.exponent));
    }
    if (number.repeat > 0) return rational(literal_value(number, meter_));
    if (!meter_.spend(static_cast<int64_t>(number.digits.size()) / 4)) return std::nullopt;
    uint64_t value = 0;
    for (char c : number.digits)
      value = field_.add(field_.multiply(value, 10), static_cast<uint64_t>(c - '0'));
    return field_.multiply(value, field_.power_signed(10, number.exponent));
  }

  Value rational(const RationalResult& result) {
    if (result.state != RationalState::Value) return std::nullopt;
    return divide(field_.reduce(result.value.numerator()), field_.reduce(result.value.denominator()));
  }

  Value symbol(std::string_view name) {
    const Rational* found = find_binding(bindings_, name);
    return found ? Value(field_.reduce(found->numerator())) : std::nullopt;
  }

  Value constant(Constant constant) {
    switch (constant) {
      case Constant::I:
        return field_.square_root(field_.prime() - 1);
      case Constant::Pi:
      case Constant::E:
        used_atoms_ = true;
        return field_.random(static_cast<uint64_t>(constant) + 1);
      default:
        return std::nullopt;
    }
  }

  Value fold(const Node* node) {
    Value result = eval(node->args[0]);
    for (const Node* arg : node->args.subspan(1)) {
      if (!result) return result;
      const Value next = eval(arg);
      if (!next) return next;
      result = node->kind == Kind::Add ? field_.add(*result, *next) : field_.multiply(*result, *next);
    }
    return result;
  }

  Value negate(Value a) {
    if (a) a = field_.subtract(0, *a);
    return a;
  }

  Value divide(Value a, Value b) {
    if (!a || !b || *b == 0) return std::nullopt;
    return field_.multiply(*a, field_.inverse(*b));
  }

  Value quantity(const Node* node) {
    if (node->args.size() != 2 || node->args[1]->kind != Kind::Unit || node->args[1]->text != "degree")
      return atom(node);
    const Value value = eval(node->args[0]), pi = constant(Constant::Pi);
    return value ? divide(field_.multiply(*value, *pi), 180) : value;
  }

  Value power(const Node* base, const Node* exponent) {
    const RationalResult constant = rational_value(exponent, meter_);
    if (constant.state == RationalState::Undefined) return std::nullopt;
    if (constant.state == RationalState::Value) return rational_power_of(base, constant.value);
    const RationalResult at_point = rational_value(exponent, meter_, bindings_);
    const Value b = eval(base);
    if (!b || *b == 0) return std::nullopt;  // 0^n is 1 at one n
    if (at_point.state == RationalState::Value) return exact_power(*b, at_point.value);
    const Value e = eval(exponent);
    return e ? hashed(Kind::Pow, 0, {*b, *e}) : e;
  }

  Value rational_power_of(const Node* base, const Rational& exponent) {
    if (fmpz_cmp_ui(exponent.denominator(), 2) == 0) {
      const RationalResult value = rational_value(base, meter_);
      if (value.state == RationalState::Value) {
        if (const Value root = root_of_rational(value.value))
          return integer_power(*root, exponent.numerator());
      }
    }
    const Value b = eval(base);
    return b ? exact_power(*b, exponent) : b;
  }

  Value exact_power(uint64_t base, const Rational& exponent) {
    if (exponent.is_integer()) return integer_power(base, exponent.numerator());
    const Value root = hashed(Kind::Call, static_cast<uint64_t>(Function::Root),
                              {base, field_.reduce(exponent.denominator())});
    return integer_power(*root, exponent.numerator());
  }

  Value integer_power(uint64_t base, const fmpz* exponent) {
    if (base == 0) {
      if (fmpz_sgn(exponent) < 0) return std::nullopt;
      return fmpz_is_zero(exponent) ? 1 : 0;
    }
    return field_.power(base, fmpz_fdiv_ui(exponent, field_.prime() - 1));
  }

  // The residue that stands for the square root of a rational: the product of its primes' ones; none when one has none.
  Value root_of_rational(const Rational& value) {
    if (value.bits() > 512 || !meter_.spend(16)) return std::nullopt;
    uint64_t result = 1;
    if (value.sign() < 0) result = *constant(Constant::I);
    Integer rest, square;
    for (const fmpz* part : {value.numerator(), value.denominator()}) {
      fmpz_abs(rest.get(), part);
      uint64_t factor = 1;
      for (uint64_t prime : field_.rooted_primes()) {
        const Integer divisor(static_cast<slong>(prime));
        const auto times = static_cast<uint64_t>(fmpz_remove(rest.get(), rest.get(), divisor.get()));
        factor = field_.multiply(factor, field_.power(prime, times / 2));
        if (times % 2) factor = field_.multiply(factor, *field_.square_root(prime));
      }
      if (!fmpz_is_square(rest.get())) return std::nullopt;
      fmpz_sqrt(square.get(), rest.get());
      factor = field_.multiply(factor, field_.reduce(square.get()));
      if (part == value.denominator()) factor = field_.inverse(factor);
      result = field_.multiply(result, factor);
    }
    return result;
  }

  Value call(const Node* node) {
    switch (node->function) {
      case Function::Exp:
        return exponential(node->args[0]);
      case Function::Ln:
      case Function::LogUnstated:
        return logarithm(node->args[0]);
      case Function::Log:
        if (node->args.size() != 2) return std::nullopt;
        return divide(logarithm(node->args[0]), logarithm(node->args[1]));
      case Function::Root:
        return root(node);
      case Function::Sin:
      case Function::Tan:
      case Function::Sinh:
      case Function::Tanh:
      case Function::Asin:
      case Function::Atan:
        return odd_or_even(node, true);
      case Function::Cos:
      case Function::Sec:
      case Function::Cosh:
      case Function::Sech:
      case Function::Abs:
        return odd_or_even(node, false);
      case Function::Sum:
      case Function::Product:
      case Function::Integral:
      case Function::Limit:
        return binder(node);
      default:
        return rational_or_atom(node);
    }
  }

  Value rational_or_atom(const Node* node) {
    const RationalResult value = rational_value(node, meter_);
    if (value.state == RationalState::None) return atom(node);
    return rational(value);
  }

  Value exponential(const Node* exponent) {
    Node base;
    base.kind = Kind::Constant;
    base.constant = Constant::E;
    return power(&base, exponent);
  }

  Value root(const Node* node) {
    if (node->args.size() != 2) return std::nullopt;
    const RationalResult index = rational_value(node->args[1], meter_);
    if (index.state != RationalState::Value) return rational_or_atom(node);
    if (index.value.is_zero()) return std::nullopt;
    const RationalResult value = rational_value(node, meter_);
    if (value.state != RationalState::None) return rational(value);
    Rational exponent;
    fmpq_inv(exponent.get(), index.value.get());
    return rational_power_of(node->args[0], exponent);
  }

  // ln(2^a 3^b) = a ln 2 + b ln 3; ln(e^q) = q.
  Value logarithm(const Node* argument) {
    if (argument->kind == Kind::Constant && argument->constant == Constant::E) return 1;
    const RationalResult value = rational_value(argument, meter_);
    if (value.state == RationalState::Undefined) return std::nullopt;
    if (value.state == RationalState::Value && value.value.sign() <= 0) {
      if (value.value.is_zero()) return std::nullopt;
      return hashed(Kind::Call, static_cast<uint64_t>(Function::Ln), {*rational(value)});
    }
    if (value.state == RationalState::Value && value.value.bits() <= 512) return logarithm_of(value.value);
    const Value inner = eval(argument);
    if (!inner || *inner == 0) return std::nullopt;
    return hashed(Kind::Call, static_cast<uint64_t>(Function::Ln), {*inner});
  }

  Value logarithm_of(const Rational& value) {
    if (!meter_.spend(16)) return std::nullopt;
    uint64_t result = 0;
    Integer rest;
    for (const fmpz* part : {value.numerator(), value.denominator()}) {
      fmpz_set(rest.get(), part);
      uint64_t sum = 0;
      for (uint64_t prime : kSmallPrimes) {
        const Integer divisor(static_cast<slong>(prime));
        const auto times = static_cast<uint64_t>(fmpz_remove(rest.get(), rest.get(), divisor.get()));
        if (times == 0) continue;
        const Value log = hashed(Kind::Call, static_cast<uint64_t>(Function::Ln), {prime});
        sum = field_.add(sum, field_.multiply(times, *log));
      }
      if (!fmpz_is_one(rest.get())) {
        const Value log =
            hashed(Kind::Call, static_cast<uint64_t>(Function::Ln), {field_.reduce(rest.get())});
        sum = field_.add(sum, *log);
      }
      result = part == value.denominator() ? field_.subtract(result, sum) : field_.add(result, sum);
    }
    return result;
  }

  // f(-x) = -f(x) or f(x): the smaller of the argument and its negative is taken.
  Value odd_or_even(const Node* node, bool odd) {
    const RationalResult exact = rational_value(node, meter_);
    if (exact.state != RationalState::None) return rational(exact);
    Value argument = eval(node->args[0]);
    if (!argument) return argument;
    const bool flip = *argument > field_.prime() / 2;
    if (flip) argument = negate(argument);
    if (*argument == 0 && node->function != Function::Sec && node->function != Function::Cos &&
        node->function != Function::Cosh && node->function != Function::Sech) {
      return 0;
    }
    const Value result = hashed(Kind::Call, static_cast<uint64_t>(node->function), {*argument});
    return odd && flip ? negate(result) : result;
  }

  // The bound symbol is a random integer that depends on the nesting, not on its name.
  Value binder(const Node* node) {
    if (node->args.size() < 2) return std::nullopt;
    if (is_short_series(node)) {
      const RationalResult value = rational_value(node, meter_);
      if (value.state != RationalState::None) return rational(value);
    }
    uint64_t hash = hash_mix(static_cast<uint64_t>(node->function), hash_text(7, node->text));
    for (const Node* arg : node->args.subspan(2)) {
      const Value value = argument_hash(arg);
      if (!value) return value;
      hash = hash_mix(hash, *value);
    }
    const std::string_view name = node->args[1]->text;
    Bindings outer = bindings_;
    ++depth_;
    Rational counter;
    fmpz_set_ui(counter.numerator(),
                (hash_mix(hash_mix(seed_, point_), depth_) >> 4 & ~uint64_t{3}) | (point_ & 3));
    bindings_.push_back({name, std::move(counter)});
    const Value body = eval(node->args[0]);
    --depth_;
    bindings_ = std::move(outer);
    if (!body) return body;
    used_atoms_ = true;
    return field_.random(hash_mix(hash, *body));
  }

  bool is_short_series(const Node* node) {
    if (node->function != Function::Sum && node->function != Function::Product) return false;
    if (node->args.size() != 4) return false;
    const RationalResult lower = rational_value(node->args[2], meter_),
                         upper = rational_value(node->args[3], meter_);
    if (lower.state != RationalState::Value || upper.state != RationalState::Value) return false;
    if (lower.value.bits() > 32 || upper.value.bits() > 32 || !lower.value.is_integer()) return false;
    return fmpz_get_si(upper.value.numerator()) - fmpz_get_si(lower.value.numerator()) <= 64;
  }

  // An argument of an atom: infinities are allowed there.
  Value argument_hash(const Node* node) {
    if (node->kind == Kind::Constant && node->constant == Constant::Infinity) return 0xfeed;
    if (node->kind == Kind::Neg && node->args[0]->kind == Kind::Constant &&
        node->args[0]->constant == Constant::Infinity) {
      return 0xfeed1;
    }
    return eval(node);
  }

  Value atom(const Node* node) {
    if (node->kind == Kind::Constant || node->depth > 200) return std::nullopt;
    uint64_t hash = hash_mix(static_cast<uint64_t>(node->kind), static_cast<uint64_t>(node->function));
    hash = hash_text(hash, node->text);
    hash = hash_mix(hash, node->flipped | node->open_lower << 1 | node->open_upper << 2);
    hash = hash_mix(hash, uint64_t{node->rows} << 32 | node->columns);
    for (Relation relation : node->relations) hash = hash_mix(hash, static_cast<uint64_t>(relation));
    for (const Node* arg : node->args) {
      const Value value = argument_hash(arg);
      if (!value) return value;
      hash = hash_mix(hash, *value);
    }
    used_atoms_ = true;
    return field_.random(hash);
  }

  Value hashed(Kind kind, uint64_t function, std::initializer_list<uint64_t> args) {
    uint64_t hash = hash_mix(static_cast<uint64_t>(kind), function);
    for (uint64_t arg : args) hash = hash_mix(hash, arg);
    used_atoms_ = true;
    return field_.random(hash);
  }

  const PrimeField& field_;
  Meter& meter_;
  uint64_t seed_;
  unsigned point_;
  Bindings bindings_;
  unsigned depth_ = 0;
  bool used_atoms_ = false;
};

bool has_symbolic_exponent(const Node* node) {
  if (node->kind == Kind::Pow && !free_symbols(node->args[1]).empty()) return true;
  if (node->kind == Kind::Call && (node->function == Function::Exp || node->function == Function::Sum ||
                                   node->function == Function::Product))
    return true;
  return std::ranges::any_of(node->args, has_symbolic_exponent);
}

// Random integers of 60 bits; their residues modulo 4 run through all pairs for the first two symbols.
Bindings random_point(const std::vector<std::string_view>& names, uint64_t seed, unsigned point) {
  Bindings bindings;
  for (size_t i = 0; i < names.size(); ++i) {
    uint64_t value = hash_text(seed, names[i]) >> 4;
    if (i < 2) value = (value & ~uint64_t{3}) | ((point >> (2 * i)) & 3);
    Rational number;
    fmpz_set_ui(number.numerator(), value);
    bindings.push_back({names[i], std::move(number)});
  }
  return bindings;
}

enum class Relationship { Same, Proportional, Shifted };

// Compares the residues of a and b at every point of two primes.
Decision run(const Node* a, const Node* b, Relationship relationship, Meter& meter) {
  const uint64_t seed = hash_mix(a->hash ^ b->hash, a->hash + b->hash);  // symmetric
  const bool big = height_bits(a) + height_bits(b) > 116;
  if (big && !meter.spend(120 * Meter::kParts)) return {};
  const bool powers = has_symbolic_exponent(a) || has_symbolic_exponent(b);
  const std::vector<std::string_view> names = symbols_of_both(a, b);
  bool atoms = false;
  for (unsigned which = 0; which < 2; ++which) {
    const PrimeField field = big ? PrimeField::drawn(hash_mix(seed, which)) : PrimeField::fixed(which);
    std::optional<uint64_t> constant;
    for (int point = 0; point < (powers ? kPointsWithPowers : kPoints); ++point) {
      const uint64_t point_seed = hash_mix(seed, which * 1000 + static_cast<unsigned>(point));
      const auto index = static_cast<unsigned>(point);
      const Bindings bindings = random_point(names, point_seed, index);
      Evaluator left(field, meter, point_seed, index, bindings),
          right(field, meter, point_seed, index, bindings);
      const Value x = left.eval(a), y = right.eval(b);
      if (!x || !y || meter.over()) return {};
      atoms = atoms || left.used_atoms() || right.used_atoms();
      uint64_t difference = field.subtract(*x, *y);
      if (relationship == Relationship::Proportional) {
        if (*x == 0 && *y == 0) continue;
        if (*x == 0 || *y == 0)
          return atoms ? Decision{} : Decision{Comparison::Different, Evidence::Exact, "zero at one point"};
        difference = field.multiply(*x, field.inverse(*y));
      }
      const uint64_t expected = relationship == Relationship::Same ? 0 : constant.value_or(difference);
      constant = expected;
      if (difference == expected) continue;
      if (atoms) return {};
      return {Comparison::Different, Evidence::Exact, "different residues modulo a prime"};
    }
  }
  return {Comparison::Equal, Evidence::Modular, "equal residues modulo two primes"};
}

constexpr int64_t kHighest = int64_t{1} << 40;

int64_t exponent_bits(const Node* exponent) {
  bool negative = false;
  while (exponent->kind == Kind::Neg) exponent = exponent->args[0], negative = !negative;
  if (exponent->kind != Kind::Number) return 64;
  const Decimal& number = *exponent->number;
  if (number.digits.size() > 12 || number.exponent > 0) return kHighest;
  int64_t value = 0;
  for (char c : number.digits) value = value * 10 + (c - '0');
  return std::max<int64_t>(value, 1);
}

}  // namespace

Decision modular_equal(const Node* a, const Node* b, Meter& meter) {
  return run(a, b, Relationship::Same, meter);
}
Decision modular_proportional(const Node* a, const Node* b, Meter& meter) {
  return run(a, b, Relationship::Proportional, meter);
}
Decision modular_shifted(const Node* a, const Node* b, Meter& meter) {
  return run(a, b, Relationship::Shifted, meter);
}

int64_t height_bits(const Node* node) {
  int64_t bits = 0;
  switch (node->kind) {
    case Kind::Number: {
      const Decimal& number = *node->number;
      const auto digits = static_cast<int64_t>(number.digits.size());
      const int64_t shift = std::min<int64_t>(std::abs(number.exponent), kHighest);
      if (digits == 1 && shift == 0) return 1 + (number.digits[0] > '1') + 2 * (number.digits[0] > '3');
      return std::min(kHighest, (digits + shift + 1) * 10 / 3 + 1);
    }
    case Kind::Pow: {
      const int64_t base = std::max<int64_t>(height_bits(node->args[0]), 1);
      const int64_t exponent = exponent_bits(node->args[1]);
      bits = exponent > kHighest / base ? kHighest : base * exponent;
      return std::min(kHighest, bits + height_bits(node->args[1]));
    }
    case Kind::Symbol:
      return 0;
    default:
      break;
  }
  for (const Node* arg : node->args) bits = std::min(kHighest, bits + height_bits(arg));
  if (node->kind == Kind::Add) bits += std::bit_width(node->args.size());
  if (node->kind == Kind::Percent || node->kind == Kind::Quantity) bits += 7;
  if (node->kind == Kind::Constant && node->constant == Constant::I) bits = 30;
  if (node->kind == Kind::BaseNumber) bits += static_cast<int64_t>(node->text.size()) * 6;
  if (node->kind == Kind::Call && node->function == Function::Root) bits = 2 * bits + 30;
  if (node->kind == Kind::Call && node->function != Function::Root) bits += 8 * bits;
  return std::min(kHighest, bits);
}

}  // namespace r1::math
