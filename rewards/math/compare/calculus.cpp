#include "rewards/math/compare/calculus.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/value/series.h"

namespace r1::math {
namespace {

class Rules {
 public:
  Rules(const Node* symbol, Context& context) : x_(symbol), context_(context), arena_(context.arena) {}

  bool depends(const Node* node) const { return occurs(x_, node); }

  const Node* derive(const Node* node) {
    context_.fuel().spend(1);
    if (!depends(node)) return arena_.integer(0);
    switch (node->kind) {
      case Kind::Symbol:
        return arena_.integer(1);
      case Kind::Neg: {
        const Node* inner = derive(node->args[0]);
        return inner ? arena_.node(Kind::Neg, {inner}) : nullptr;
      }
      case Kind::Add:
        return derive_sum(node);
      case Kind::Mul:
        return derive_product(node);
      case Kind::Div: {
        const Node *u = node->args[0], *v = node->args[1], *du = derive(u), *dv = derive(v);
        if (!du || !dv) return nullptr;
        return quotient(difference(arena_, product(du, v), product(u, dv)), product(v, v));
      }
      case Kind::Pow:
        return derive_power(node);
      case Kind::Call:
        return derive_call(node);
      default:
        return nullptr;
    }
  }

  // An antiderivative that is smooth wherever the body is; null without a rule. `inverse`: a term c/x is in it.
  const Node* integrate(const Node* node, bool& inverse) {
    context_.fuel().spend(1);
    if (!depends(node)) return product(node, x_);
    switch (node->kind) {
      case Kind::Symbol:
        return quotient(power(x_, 2), arena_.integer(2));
      case Kind::Neg: {
        const Node* inner = integrate(node->args[0], inverse);
        return inner ? arena_.node(Kind::Neg, {inner}) : nullptr;
      }
      case Kind::Add: {
        std::vector<const Node*> terms;
        for (const Node* term : node->args) {
          terms.push_back(integrate(term, inverse));
          if (!terms.back()) return nullptr;
        }
        return arena_.node(Kind::Add, terms);
      }
      case Kind::Mul:
        return integrate_product(node, inverse);
      case Kind::Div: {
        if (!depends(node->args[1])) {
          const Node* inner = integrate(node->args[0], inverse);
          return inner ? quotient(inner, node->args[1]) : nullptr;
        }
        if (depends(node->args[0]) || !same_tree(node->args[1], x_)) return nullptr;
        inverse = true;
        return product(node->args[0], arena_.call(Function::Ln, {x_}));
      }
      case Kind::Pow:
        return integrate_power(node);
      case Kind::Call:
        return integrate_call(node);
      default:
        return nullptr;
    }
  }

 private:
  const Node* product(const Node* a, const Node* b) { return arena_.node(Kind::Mul, {a, b}); }
  const Node* quotient(const Node* a, const Node* b) { return arena_.node(Kind::Div, {a, b}); }
  const Node* power(const Node* a, int64_t n) { return arena_.node(Kind::Pow, {a, arena_.integer(n)}); }

  const Node* derive_sum(const Node* node) {
    std::vector<const Node*> terms;
    for (const Node* term : node->args) {
      terms.push_back(derive(term));
      if (!terms.back()) return nullptr;
    }
    return arena_.node(Kind::Add, terms);
  }

  const Node* derive_product(const Node* node) {
    std::vector<const Node*> terms;
    for (size_t i = 0; i < node->args.size(); ++i) {
      if (!depends(node->args[i])) continue;
      std::vector<const Node*> factors(node->args.begin(), node->args.end());
      factors[i] = derive(factors[i]);
      if (!factors[i]) return nullptr;
      terms.push_back(arena_.node(Kind::Mul, factors));
    }
    return terms.size() == 1 ? terms[0] : arena_.node(Kind::Add, terms);
  }

  const Node* derive_power(const Node* node) {
    const Node *base = node->args[0], *exponent = node->args[1];
    if (!depends(exponent)) {
      const Node* inner = derive(base);
      const auto whole = small_integer(exponent, context_);
      const Node* less = whole ? arena_.integer(*whole - 1) : difference(arena_, exponent, arena_.integer(1));
      const Node* lower = whole == 1 ? arena_.integer(1) : arena_.node(Kind::Pow, {base, less});
      return inner ? arena_.node(Kind::Mul, {exponent, lower, inner}) : nullptr;
    }
    if (depends(base)) return nullptr;
    const Node* inner = derive(exponent);
    return inner ? arena_.node(Kind::Mul, {node, arena_.call(Function::Ln, {base}), inner}) : nullptr;
  }

  const Node* derive_call(const Node* node) {
    const Node* u = node->args[0];
    const Node* inner = derive(u);
    if (!inner || (node->args.size() > 1 && depends(node->args[1]))) return nullptr;
    const Node* one = arena_.integer(1);
    const Node* outer = nullptr;
    switch (node->function) {
      case Function::Sin:
        outer = arena_.call(Function::Cos, {u});
        break;
      case Function::Cos:
        outer = arena_.node(Kind::Neg, {arena_.call(Function::Sin, {u})});
        break;
      case Function::Tan:
        outer = quotient(one, power(arena_.call(Function::Cos, {u}), 2));
        break;
      case Function::Exp:
        outer = node;
        break;
      case Function::Ln:
        outer = quotient(one, u);
        break;
      case Function::Atan:
        outer = quotient(one, arena_.node(Kind::Add, {one, power(u, 2)}));
        break;
      case Function::Root:
        outer = quotient(node, product(node->args[1], u));
        break;
      default:
        return nullptr;
    }
    return product(outer, inner);
  }

  const Node* integrate_product(const Node* node, bool& inverse) {
    std::vector<const Node*> factors;
    const Node* body = nullptr;
    for (const Node* factor : node->args) {
      if (!depends(factor)) {
        factors.push_back(factor);
      } else if (body) {
        return integrate_polynomial(node);
      } else {
        body = factor;
      }
    }
    factors.push_back(integrate(body, inverse));
    return factors.back() ? product_of(arena_, factors) : nullptr;
  }

  const Node* integrate_polynomial(const Node* node) {
    const auto c = polynomial(node, x_->text, context_);
    if (!c || c->empty()) return nullptr;
    std::vector<const Node*> terms;
    for (size_t i = 0; i < c->size(); ++i) {
      const auto n = static_cast<int64_t>(i) + 1;
      terms.push_back(arena_.node(Kind::Mul, {(*c)[i], quotient(power(x_, n), arena_.integer(n))}));
    }
    return terms.size() == 1 ? terms[0] : arena_.node(Kind::Add, terms);
  }

  // The slope of a x + b; null when it is not such or a is not known to be other than zero.
  const Node* slope(const Node* node) {
    const auto c = polynomial(node, x_->text, context_);
    if (!c || c->size() != 2 || is_zero((*c)[1], context_) != Comparison::Different) return nullptr;
    return (*c)[1];
  }

  const Node* integrate_power(const Node* node) {
    if (depends(node->args[1])) {
      const Node* base = node->args[0];
      const Node* a = depends(base) ? nullptr : slope(node->args[1]);
      const bool natural = base->kind == Kind::Constant && base->constant == Constant::E;
      return a && natural ? quotient(node, a) : nullptr;
    }
    return integrate_polynomial(node);
  }

  const Node* integrate_call(const Node* node) {
    const Node* a = node->args.size() == 1 ? slope(node->args[0]) : nullptr;
    if (!a) return nullptr;
    const Node* u = node->args[0];
    switch (node->function) {
      case Function::Sin:
        return quotient(arena_.node(Kind::Neg, {arena_.call(Function::Cos, {u})}), a);
      case Function::Cos:
        return quotient(arena_.call(Function::Sin, {u}), a);
      case Function::Exp:
        return quotient(node, a);
      default:
        return nullptr;
    }
  }

  const Node* x_;
  Context& context_;
  Arena& arena_;
};

const Node* definite_integral(const Node* node, Context& context) {
  const Node *body = node->args[0], *x = node->args[1], *from = node->args[2], *to = node->args[3];
  if (infinity_sign(from) != 0 || infinity_sign(to) != 0 || !is_scalar(from) || !is_scalar(to)) return node;
  bool inverse = false;
  const Node* whole = Rules(x, context).integrate(body, inverse);
  if (!whole) return node;
  const Node* zero = context.arena.integer(0);
  const bool positive =
      order(from, zero, context) == Order::Greater && order(to, zero, context) == Order::Greater;
  if (inverse && !positive) return node;
  return difference(context.arena, substitute(context.arena, whole, x->text, to),
                    substitute(context.arena, whole, x->text, from));
}

// Powers, exponentials, sines, cosines, sums and products: smooth at every point.
bool is_smooth(const Node* node) {
  switch (node->kind) {
    case Kind::Number:
    case Kind::Symbol:
    case Kind::Constant:
      return true;
    case Kind::Add:
    case Kind::Mul:
    case Kind::Neg:
      return std::ranges::all_of(node->args, is_smooth);
    case Kind::Pow: {
      const bool whole = node->args[1]->kind == Kind::Number && node->args[1]->number->exponent == 0;
      const bool natural = node->args[0]->kind == Kind::Constant && node->args[0]->constant == Constant::E;
      return natural ? is_smooth(node->args[1]) : whole && is_smooth(node->args[0]);
    }
    case Kind::Call:
      return (node->function == Function::Sin || node->function == Function::Cos ||
              node->function == Function::Exp) &&
             is_smooth(node->args[0]);
    default:
      return false;
  }
}

const Node* limit_at_infinity(const Fraction& fraction, const Node* x, Context& context) {
  Arena& arena = context.arena;
  const auto top = polynomial(product_of(arena, fraction.numerator), x->text, context);
  const auto bottom = polynomial(product_of(arena, fraction.denominator), x->text, context);
  if (!top || !bottom || top->empty() || bottom->empty() || top->size() > bottom->size()) return nullptr;
  for (const auto* side : {&*top, &*bottom}) {
    if (is_zero(side->back(), context) != Comparison::Different) return nullptr;
  }
  if (top->size() < bottom->size()) return arena.integer(0);
  return arena.node(Kind::Div, {top->back(), bottom->back()});
}

const Node* limit(const Node* node, Context& context) {
  constexpr int kMaxRounds = 4;  // of de l'Hopital's rule
  const Node *body = node->args[0], *x = node->args[1], *point = node->args[2];
  const Fraction fraction = as_fraction(body, context);
  if (infinity_sign(point) != 0) {
    const Node* value = limit_at_infinity(fraction, x, context);
    return value ? value : node;
  }
  Arena& arena = context.arena;
  const Node *top = product_of(arena, fraction.numerator), *bottom = product_of(arena, fraction.denominator);
  Rules rules(x, context);
  for (int round = 0; round < kMaxRounds; ++round) {
    if (!is_smooth(top) || !is_smooth(bottom)) return node;
    const Node* above = substitute(arena, top, x->text, point);
    const Node* below = substitute(arena, bottom, x->text, point);
    const Comparison zero_below = is_zero(below, context);
    if (zero_below == Comparison::Different) return arena.node(Kind::Div, {above, below});
    if (zero_below != Comparison::Equal || is_zero(above, context) != Comparison::Equal) return node;
    top = rules.derive(top);
    bottom = rules.derive(bottom);
    if (!top || !bottom) return node;
  }
  return node;
}

}  // namespace

const Node* derivative(const Node* body, const Node* symbol, Context& context) {
  return Rules(symbol, context).derive(body);
}

const Node* with_calculus(const Node* node, Context& context) {
  context.fuel().spend(1);
  std::vector<const Node*> args;
  bool changed = false;
  for (const Node* arg : node->args) {
    args.push_back(with_calculus(arg, context));
    changed = changed || args.back() != arg;
  }
  if (changed) {
    Node copy = *node;
    copy.args = args;
    node = context.arena.add(copy);
  }
  if (node->kind != Kind::Call || node->args.size() < 2 || node->args[1]->kind != Kind::Symbol) return node;
  if (node->function == Function::Derivative && is_scalar(node->args[0])) {
    const Node* derived = derivative(node->args[0], node->args[1], context);
    return derived && occurs(node->args[1], node->args[0]) ? derived : node;
  }
  if (node->function == Function::Integral && node->args.size() == 4) return definite_integral(node, context);
  if (node->function == Function::Limit && node->args.size() == 3 && is_scalar(node->args[0]))
    return limit(node, context);
  if (node->function == Function::Sum) {
    const Node* value = series_value(node, context);
    return value ? value : node;
  }
  return node;
}

}  // namespace r1::math
