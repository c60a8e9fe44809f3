#include "rewards/math/value/series.h"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace r1::math {
namespace {

class Series {
 public:
  Series(const Node* sum, int64_t first, Context& context)
      : body_(sum->args[0]), k_(sum->args[1]), first_(first), context_(context), arena_(context.arena) {}

  const Node* infinite() {
    const Node* start = term(arena_.integer(first_));
    if (is_zero(start, context_) != Comparison::Different) return nullptr;
    if (const Node* value = geometric(start)) return value;
    if (const Node* value = exponential(start)) return value;
    return inverse_squares();
  }

  // By the sums of k^p up to n and up to first - 1.
  const Node* polynomial_up_to(const Node* last) {
    const auto coefficients = polynomial(body_, k_->text, context_);
    if (!coefficients || coefficients->size() > 4) return nullptr;
    std::vector<const Node*> terms{arena_.integer(0)};
    for (size_t power = 0; power < coefficients->size(); ++power) {
      const Node* range = minus(sum_of_powers(power, last), sum_of_powers(power, arena_.integer(first_ - 1)));
      terms.push_back(times((*coefficients)[power], range));
    }
    return arena_.node(Kind::Add, terms);
  }

 private:
  const Node* times(const Node* a, const Node* b) { return arena_.node(Kind::Mul, {a, b}); }
  const Node* over(const Node* a, const Node* b) { return arena_.node(Kind::Div, {a, b}); }
  const Node* plus(const Node* a, const Node* b) { return arena_.node(Kind::Add, {a, b}); }
  const Node* minus(const Node* a, const Node* b) { return plus(a, arena_.node(Kind::Neg, {b})); }
  const Node* power(const Node* a, int64_t n) { return arena_.node(Kind::Pow, {a, arena_.integer(n)}); }
  const Node* term(const Node* at) { return substitute(arena_, body_, k_->text, at); }
  bool same(const Node* a, const Node* b) {
    return equal_values(a, b, context_).comparison == Comparison::Equal;
  }

  // t(k + 1) = r t(k) for all k.
  const Node* geometric(const Node* start) {
    const Node* ratio = over(term(arena_.integer(first_ + 1)), start);
    const Node* one = arena_.integer(1);
    if (order(arena_.call(Function::Abs, {ratio}), one, context_) != Order::Less) return nullptr;
    if (!same(term(plus(k_, one)), times(ratio, body_))) return nullptr;
    return over(start, minus(one, ratio));
  }

  // t(k + 1) (k + 1) = c t(k) for all k: t(k) = t(0) c^k / k!.
  const Node* exponential(const Node* start) {
    if (first_ != 0 && first_ != 1) return nullptr;
    const Node* one = arena_.integer(1);
    const Node* factor = over(times(term(arena_.integer(first_ + 1)), arena_.integer(first_ + 1)), start);
    if (!same(times(term(plus(k_, one)), plus(k_, one)), times(factor, body_))) return nullptr;
    const Node* zeroth = first_ == 0 ? start : over(start, factor);
    const Node* whole = times(zeroth, arena_.call(Function::Exp, {factor}));
    return first_ == 0 ? whole : minus(whole, zeroth);
  }

  // t(k) k^2 is a constant.
  const Node* inverse_squares() {
    if (first_ != 1) return nullptr;
    const Node* factor = term(arena_.integer(1));
    if (!same(times(body_, power(k_, 2)), factor)) return nullptr;
    return times(factor, over(power(arena_.constant(Constant::Pi), 2), arena_.integer(6)));
  }

  // 1^p + 2^p + ... + n^p
  const Node* sum_of_powers(size_t p, const Node* n) {
    const Node* next = plus(n, arena_.integer(1));
    switch (p) {
      case 0:
        return n;
      case 1:
        return over(times(n, next), arena_.integer(2));
      case 2:
        return over(times(times(n, next), plus(times(arena_.integer(2), n), arena_.integer(1))),
                    arena_.integer(6));
      default:
        return over(power(times(n, next), 2), arena_.integer(4));
    }
  }

  const Node* body_;
  const Node* k_;
  int64_t first_;
  Context& context_;
  Arena& arena_;
};

// A whole number however large: literals, sums, products and powers of them.
bool is_whole(const Node* node) {
  switch (node->kind) {
    case Kind::Number:
      return node->number->exponent >= 0 && node->number->repeat == 0;
    case Kind::Neg:
    case Kind::Add:
    case Kind::Mul:
      for (const Node* arg : node->args)
        if (!is_whole(arg)) return false;
      return true;
    case Kind::Pow:
      return is_whole(node->args[0]) && is_whole(node->args[1]) && node->args[1]->kind == Kind::Number;
    default:
      return false;
  }
}

}  // namespace

const Node* series_value(const Node* sum, Context& context) {
  if (sum->args.size() != 4 || !is_scalar(sum->args[0]) || sum->args[1]->kind != Kind::Symbol) return nullptr;
  const std::optional<int64_t> first = small_integer(sum->args[2], context);
  if (!first || *first < 0 || *first > 1000000) return nullptr;
  const Node* last = sum->args[3];
  if (last->kind == Kind::Constant && last->constant == Constant::Infinity)
    return Series(sum, *first, context).infinite();
  if (!is_whole(last) || order(last, sum->args[2], context) != Order::Greater) return nullptr;
  return Series(sum, *first, context).polynomial_up_to(last);
}

}  // namespace r1::math
