#include "rewards/math/compare/inequality.h"

#include <algorithm>

namespace r1::math {
namespace {

constexpr size_t kMaxCritical = 24;  // roots and poles of one comparison
constexpr int kMaxAbsolute = 3;      // absolute values taken apart one after the other

void append(std::vector<const Node*>& to, const std::vector<const Node*>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

Fraction add_fractions(const Fraction& a, const Fraction& b, Context& context) {
  Arena& arena = context.arena;
  Fraction sum;
  std::vector<const Node*> left = a.numerator, right = b.numerator;
  append(left, b.denominator);
  append(right, a.denominator);
  sum.numerator = {arena.node(Kind::Add, {product_of(arena, left), product_of(arena, right)})};
  sum.denominator = a.denominator;
  append(sum.denominator, b.denominator);
  return sum;
}

Fraction power_of(const Fraction& base, int64_t exponent) {
  Fraction power;
  for (int64_t i = 0; i < std::abs(exponent); ++i) {
    append(power.numerator, exponent > 0 ? base.numerator : base.denominator);
    append(power.denominator, exponent > 0 ? base.denominator : base.numerator);
  }
  return power;
}

// The first absolute value of something that holds the symbol.
const Node* find_absolute(const Node* node, const Node* symbol) {
  if (node->kind == Kind::Call && node->function == Function::Abs && occurs(symbol, node)) return node;
  for (const Node* arg : node->args) {
    if (const Node* found = find_absolute(arg, symbol)) return found;
  }
  return nullptr;
}

bool holds(Order order, Relation relation) {
  switch (relation) {
    case Relation::Equal:
      return order == Order::Equal;
    case Relation::NotEqual:
      return order != Order::Equal;
    case Relation::Less:
      return order == Order::Less;
    case Relation::LessEqual:
      return order != Order::Greater;
    case Relation::Greater:
      return order == Order::Greater;
    case Relation::GreaterEqual:
      return order != Order::Less;
    default:
      return false;
  }
}

// Roots and poles in ascending order, each once.
struct Chart {
  std::vector<const Node*> points;
  std::vector<bool> pole;
};

bool insert_point(Chart& chart, const Node* point, bool pole, Context& context) {
  size_t place = chart.points.size();
  while (place > 0) {
    const Order relative = order(point, chart.points[place - 1], context);
    if (relative == Order::Unknown) return false;
    if (relative == Order::Equal) {
      chart.pole[place - 1] = chart.pole[place - 1] || pole;
      return true;
    }
    if (relative == Order::Greater) break;
    --place;
  }
  chart.points.insert(chart.points.begin() + static_cast<std::ptrdiff_t>(place), point);
  chart.pole.insert(chart.pole.begin() + static_cast<std::ptrdiff_t>(place), pole);
  return chart.points.size() <= kMaxCritical;
}

std::optional<Chart> critical_points(const Fraction& difference, std::string_view symbol, Context& context) {
  Chart chart;
  for (const bool pole : {true, false}) {
    for (const Node* factor : pole ? difference.denominator : difference.numerator) {
      const auto roots = real_roots(factor, symbol, context);
      if (!roots) return std::nullopt;
      for (const Node* root : *roots) {
        if (!insert_point(chart, root, pole, context)) return std::nullopt;
      }
    }
  }
  return chart;
}

// A point of every open cell between critical points, from the left.
std::vector<const Node*> cell_points(const Chart& chart, Context& context) {
  Arena& arena = context.arena;
  if (chart.points.empty()) return {arena.integer(0)};
  std::vector<const Node*> points;
  points.push_back(arena.node(Kind::Add, {chart.points.front(), arena.integer(-1)}));
  for (size_t i = 0; i + 1 < chart.points.size(); ++i) {
    points.push_back(arena.node(
        Kind::Div, {arena.node(Kind::Add, {chart.points[i], chart.points[i + 1]}), arena.integer(2)}));
  }
  points.push_back(arena.node(Kind::Add, {chart.points.back(), arena.integer(1)}));
  return points;
}

std::optional<RealSet> sign_chart(const Node* left, Relation relation, const Node* right,
                                  std::string_view symbol, Context& context) {
  Arena& arena = context.arena;
  const auto chart = critical_points(as_fraction(difference(arena, left, right), context), symbol, context);
  if (!chart) return std::nullopt;
  const auto holds_at = [&](const Node* point) -> std::optional<bool> {
    const Order sides =
        order(substitute(arena, left, symbol, point), substitute(arena, right, symbol, point), context);
    if (sides == Order::Unknown) return std::nullopt;
    return holds(sides, relation);
  };
  RealSet set;
  const std::vector<const Node*> cells = cell_points(*chart, context);
  for (size_t i = 0; i < cells.size(); ++i) {
    const Node* lower = i == 0 ? nullptr : chart->points[i - 1];
    const Node* upper = i == chart->points.size() ? nullptr : chart->points[i];
    if (i > 0 && !chart->pole[i - 1]) {
      const auto at_root = holds_at(lower);
      if (!at_root) return std::nullopt;
      if (*at_root) set.parts.push_back({lower, lower, false, false});
    }
    const auto inside = holds_at(cells[i]);
    if (!inside) return std::nullopt;
    if (*inside) set.parts.push_back({lower, upper, true, true});
  }
  return unite(set, RealSet{}, context);  // joins what touches
}

std::optional<RealSet> solve_bounded(const Node* left, Relation relation, const Node* right,
                                     const Node* symbol, int absolute, Context& context) {
  const Node* both = context.arena.node(Kind::Add, {left, right});
  const Node* modulus = find_absolute(both, symbol);
  if (!modulus) return sign_chart(left, relation, right, symbol->text, context);
  if (absolute == 0) return std::nullopt;
  const Node* inside = modulus->args[0];
  const Node* zero = context.arena.integer(0);
  std::optional<RealSet> all = RealSet{};
  for (const bool negative : {false, true}) {
    const auto region = solve_bounded(inside, negative ? Relation::Less : Relation::GreaterEqual, zero,
                                      symbol, absolute - 1, context);
    const Node* plain = negative ? context.arena.node(Kind::Neg, {inside}) : inside;
    const auto solved =
        solve_bounded(replace_part(context.arena, left, modulus, plain), relation,
                      replace_part(context.arena, right, modulus, plain), symbol, absolute - 1, context);
    if (!region || !solved) return std::nullopt;
    const auto part = intersect(*region, *solved, context);
    if (!part) return std::nullopt;
    all = unite(*all, *part, context);
    if (!all) return std::nullopt;
  }
  return all;
}

}  // namespace

const Node* difference(Arena& arena, const Node* left, const Node* right) {
  return arena.node(Kind::Add, {left, arena.node(Kind::Neg, {right})});
}

const Node* product_of(Arena& arena, const std::vector<const Node*>& factors) {
  if (factors.empty()) return arena.integer(1);
  return factors.size() == 1 ? factors[0] : arena.node(Kind::Mul, factors);
}

Fraction as_fraction(const Node* node, Context& context) {
  context.fuel().spend(1);
  switch (node->kind) {
    case Kind::Mul: {
      Fraction product;
      for (const Node* arg : node->args) {
        const Fraction factor = as_fraction(arg, context);
        append(product.numerator, factor.numerator);
        append(product.denominator, factor.denominator);
      }
      return product;
    }
    case Kind::Div: {
      Fraction quotient = as_fraction(node->args[0], context);
      const Fraction divisor = as_fraction(node->args[1], context);
      append(quotient.numerator, divisor.denominator);
      append(quotient.denominator, divisor.numerator);
      return quotient;
    }
    case Kind::Neg: {
      Fraction negative = as_fraction(node->args[0], context);
      negative.numerator.push_back(context.arena.integer(-1));
      return negative;
    }
    case Kind::Add: {
      std::optional<Fraction> sum;
      std::vector<const Node*> whole;
      for (const Node* arg : node->args) {
        const Fraction term = as_fraction(arg, context);
        if (term.denominator.empty()) {
          whole.push_back(arg);
        } else {
          sum = sum ? add_fractions(*sum, term, context) : term;
        }
      }
      if (!sum) return {{node}, {}};
      if (whole.empty()) return *sum;
      const Node* rest = whole.size() == 1 ? whole[0] : context.arena.node(Kind::Add, whole);
      return add_fractions(*sum, {{rest}, {}}, context);
    }
    case Kind::Pow: {
      const auto exponent = node->args[1]->size <= 2 ? small_integer(node->args[1], context) : std::nullopt;
      if (exponent && std::abs(*exponent) <= 8) {
        const Fraction base = as_fraction(node->args[0], context);
        return power_of(base, *exponent);
      }
      return {{node}, {}};
    }
    default:
      return {{node}, {}};
  }
}

std::optional<std::vector<const Node*>> real_roots(const Node* node, std::string_view symbol,
                                                   Context& context) {
  Arena& arena = context.arena;
  const auto coefficients = polynomial(node, symbol, context);
  if (!coefficients || coefficients->size() > 3 || coefficients->empty()) return std::nullopt;
  for (const Node* coefficient : *coefficients) {
    if (!free_symbols(coefficient).empty()) return std::nullopt;
  }
  const std::vector<const Node*>& c = *coefficients;
  if (c.size() == 1) return std::vector<const Node*>{};
  if (is_zero(c.back(), context) != Comparison::Different) return std::nullopt;
  if (c.size() == 2) {
    return std::vector<const Node*>{arena.node(Kind::Div, {arena.node(Kind::Neg, {c[0]}), c[1]})};
  }
  const Node* four = arena.integer(4);
  const Node* discriminant = difference(arena, arena.node(Kind::Pow, {c[1], arena.integer(2)}),
                                        arena.node(Kind::Mul, {four, c[2], c[0]}));
  const Order sign = order(discriminant, arena.integer(0), context);
  if (sign == Order::Unknown) return std::nullopt;
  if (sign == Order::Less) return std::vector<const Node*>{};
  const Node* root = arena.call(Function::Root, {discriminant, arena.integer(2)});
  const Node* twice = arena.node(Kind::Mul, {arena.integer(2), c[2]});
  const Node* minus_b = arena.node(Kind::Neg, {c[1]});
  std::vector<const Node*> roots{arena.node(Kind::Div, {arena.node(Kind::Add, {minus_b, root}), twice})};
  if (sign == Order::Greater) {
    roots.push_back(
        arena.node(Kind::Div, {arena.node(Kind::Add, {minus_b, arena.node(Kind::Neg, {root})}), twice}));
  }
  return roots;
}

std::optional<RealSet> solve_inequality(const Node* left, Relation relation, const Node* right,
                                        std::string_view symbol, Context& context) {
  if (relation > Relation::GreaterEqual || !is_scalar(left) || !is_scalar(right)) return std::nullopt;
  for (const Node* side : {left, right}) {
    for (std::string_view name : free_symbols(side)) {
      if (name != symbol) return std::nullopt;
    }
  }
  return solve_bounded(left, relation, right, context.arena.symbol(symbol), kMaxAbsolute, context);
}

}  // namespace r1::math
