#include <algorithm>

#include "rewards/math/value/meter.h"
#include "rewards/math/value/rational.h"
#include "rewards/math/value/value.h"

namespace r1::math {
namespace {

constexpr size_t kMaxDegree = 16;

using Coefficients = std::vector<const Node*>;  // from the constant term up, at least one
using Polynomial = std::optional<Coefficients>;

class Collector {
 public:
  Collector(std::string_view symbol, Context& context) : symbol_(symbol), context_(context) {}

  Polynomial collect(const Node* node) {
    context_.fuel().spend(1);
    if (node->kind == Kind::Symbol && node->text == symbol_) return Coefficients{integer(0), integer(1)};
    if (!contains(node)) return Coefficients{node};
    switch (node->kind) {
      case Kind::Add:
      case Kind::Mul:
        return fold(node);
      case Kind::Neg:
        return scale(collect(node->args[0]),
                     [&](const Node* c) { return context_.arena.node(Kind::Neg, {c}); });
      case Kind::Percent:
        return scale(collect(node->args[0]),
                     [&](const Node* c) { return context_.arena.node(Kind::Percent, {c}); });
      case Kind::Div:
        if (contains(node->args[1])) return std::nullopt;
        return scale(collect(node->args[0]), [&](const Node* c) {
          return context_.arena.node(Kind::Div, {c, node->args[1]});
        });
      case Kind::Pow:
        return power(node);
      default:
        return std::nullopt;
    }
  }

 private:
  const Node* integer(int64_t value) { return context_.arena.integer(value); }

  bool contains(const Node* node) {
    const auto names = free_symbols(node);
    return std::ranges::find(names, symbol_) != names.end();
  }

  static bool is_literal(const Node* node, char digit) {
    return node->kind == Kind::Number && node->number->digits.size() == 1 &&
           node->number->digits[0] == digit && node->number->exponent == 0;
  }

  const Node* add(const Node* a, const Node* b) {
    if (is_literal(a, '0')) return b;
    return is_literal(b, '0') ? a : context_.arena.node(Kind::Add, {a, b});
  }

  const Node* multiply(const Node* a, const Node* b) {
    if (is_literal(a, '0') || is_literal(b, '1')) return a;
    return is_literal(b, '0') || is_literal(a, '1') ? b : context_.arena.node(Kind::Mul, {a, b});
  }

  template <class Change>
  Polynomial scale(Polynomial polynomial, Change change) {
    if (!polynomial) return polynomial;
    for (const Node*& c : *polynomial) {
      if (!is_literal(c, '0')) c = change(c);
    }
    return polynomial;
  }

  Coefficients sum(const Coefficients& a, const Coefficients& b) {
    Coefficients result(std::max(a.size(), b.size()), integer(0));
    for (size_t i = 0; i < result.size(); ++i) {
      result[i] = i >= a.size() ? b[i] : i >= b.size() ? a[i] : add(a[i], b[i]);
    }
    return result;
  }

  Polynomial product(const Coefficients& a, const Coefficients& b) {
    if (a.size() + b.size() > kMaxDegree + 2) return std::nullopt;
    Coefficients result(a.size() + b.size() - 1, integer(0));
    for (size_t i = 0; i < a.size(); ++i) {
      for (size_t j = 0; j < b.size(); ++j) result[i + j] = add(result[i + j], multiply(a[i], b[j]));
    }
    return result;
  }

  Polynomial fold(const Node* node) {
    Polynomial result = collect(node->args[0]);
    for (const Node* arg : node->args.subspan(1)) {
      const Polynomial next = collect(arg);
      if (!result || !next) return std::nullopt;
      result = node->kind == Kind::Add ? Polynomial(sum(*result, *next)) : product(*result, *next);
    }
    return result;
  }

  Polynomial power(const Node* node) {
    const auto exponent = small_integer(node->args[1], context_);
    if (!exponent || *exponent < 0 || *exponent > static_cast<int64_t>(kMaxDegree)) return std::nullopt;
    const Polynomial base = collect(node->args[0]);
    Polynomial result = Coefficients{integer(1)};
    for (int64_t i = 0; i < *exponent && base && result; ++i) result = product(*result, *base);
    return base ? result : std::nullopt;
  }

  std::string_view symbol_;
  Context& context_;
};

// A rational coefficient as the literal it is worth, so that callers see "6" and not "Mul(2, 3)".
const Node* folded(const Node* node, Context& context) {
  Meter meter(context.fuel(), 200);
  const RationalResult value = rational_value(node, meter);
  if (value.state != RationalState::Value || !fmpz_fits_si(value.value.numerator()) ||
      !fmpz_fits_si(value.value.denominator())) {
    return node;
  }
  const Node* numerator = context.arena.integer(fmpz_get_si(value.value.numerator()));
  if (value.value.is_integer()) return numerator;
  return context.arena.node(Kind::Div,
                            {numerator, context.arena.integer(fmpz_get_si(value.value.denominator()))});
}

}  // namespace

std::optional<std::vector<const Node*>> polynomial(const Node* node, std::string_view symbol,
                                                   Context& context) {
  Polynomial result = Collector(symbol, context).collect(node);
  if (!result) return result;
  for (const Node*& c : *result) c = folded(c, context);
  // A leading coefficient that may or may not be zero leaves the degree unknown: no polynomial.
  while (!result->empty()) {
    const Comparison zero = is_zero(result->back(), context);
    if (zero == Comparison::Different) break;
    if (zero == Comparison::Unknown) return std::nullopt;
    result->pop_back();
  }
  return result;
}

}  // namespace r1::math
