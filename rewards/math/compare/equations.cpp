#include "rewards/math/compare/equations.h"

#include <algorithm>

#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/scalars.h"

namespace r1::math {
namespace {

// Small values for the variables that are not solved for.
constexpr int kTrials[][4] = {{2, 3, 5, 7}, {1, -2, 3, 1}, {0, 1, 2, -1}, {-3, 2, 1, 4}};

// A symbol in which the node is a polynomial of degree 1 or 2, those of degree 1 first.
struct Solvable {
  std::string_view symbol;
  std::vector<const Node*> coefficients;
};
std::optional<Solvable> solvable(const Node* node, Context& context) {
  std::optional<Solvable> quadratic;
  for (std::string_view symbol : free_symbols(node)) {
    auto coefficients = polynomial(node, symbol, context);
    if (!coefficients || coefficients->size() < 2 || coefficients->size() > 3) continue;
    if (coefficients->size() == 2) return Solvable{symbol, std::move(*coefficients)};
    if (!quadratic) quadratic = Solvable{symbol, std::move(*coefficients)};
  }
  return quadratic;
}

// Real points of a factor of residual = 0, and the other residual at each: Different when one does not vanish there.
Decision factor_point_not_on(const Node* factor, const Node* residual, const Node* other, Context& context) {
  Arena& arena = context.arena;
  const auto form = solvable(factor, context);
  if (!form) return unknown("an equation that is not solved here");
  std::vector<std::string_view> rest;
  for (std::string_view name : free_symbols(arena.node(Kind::Tuple, {residual, other}))) {
    if (name != form->symbol) rest.push_back(name);
  }
  if (rest.size() > 4) return unknown("an equation in many variables");
  const size_t num_trials = rest.empty() ? 1 : std::size(kTrials);
  for (size_t trial = 0; trial < num_trials; ++trial) {
    const Node *zero_of = factor, *here = residual, *there = other;
    for (size_t i = 0; i < rest.size(); ++i) {
      const Node* value = arena.integer(kTrials[trial][i]);
      zero_of = substitute(arena, zero_of, rest[i], value);
      here = substitute(arena, here, rest[i], value);
      there = substitute(arena, there, rest[i], value);
    }
    const auto roots = real_roots(zero_of, form->symbol, context);
    if (!roots) continue;
    for (const Node* root : *roots) {
      if (is_zero(substitute(arena, here, form->symbol, root), context) != Comparison::Equal) continue;
      const Node* value = substitute(arena, there, form->symbol, root);
      // A real number on one side of zero: what is undefined there proves nothing.
      const Order sign = order(value, arena.integer(0), context);
      if (sign == Order::Less || sign == Order::Greater) {
        return different("a point of one equation is not on the other");
      }
    }
  }
  return unknown("points of one equation are on the other");
}

Decision point_not_on(const Node* residual, const Node* other, Context& context) {
  const Fraction fraction = as_fraction(residual, context);
  Decision last = unknown("an equation that is not solved here");
  for (const Node* factor : fraction.numerator) {
    if (free_symbols(factor).empty()) continue;
    last = factor_point_not_on(factor, residual, other, context);
    if (is_different(last)) return last;
  }
  return last;
}

// left - right; just left when right is zero, so that its factors stay visible.
const Node* side_difference(const Node* left, const Node* right, Context& context) {
  if (is_zero(right, context) == Comparison::Equal) return left;
  if (is_zero(left, context) == Comparison::Equal) return right;
  return difference(context.arena, left, right);
}

const Node* linear_value(const Solvable& form, Arena& arena) {
  return arena.node(Kind::Div, {arena.node(Kind::Neg, {form.coefficients[0]}), form.coefficients[1]});
}

// Where the factor of the variable vanishes the equation says something else: nothing is added when the rest never vanishes there.
bool adds_no_points(const Solvable& form, Context& context) {
  const Node *rest = form.coefficients[0], *factor = form.coefficients[1];
  const std::vector<std::string_view> names = free_symbols(factor);
  if (names.empty()) return is_zero(factor, context) == Comparison::Different;
  if (names.size() != 1) return false;
  const auto roots = real_roots(factor, names[0], context);
  if (!roots) return false;
  return std::ranges::all_of(*roots, [&](const Node* root) {
    const Node* value = substitute(context.arena, rest, names[0], root);
    return free_symbols(value).empty() && is_zero(value, context) == Comparison::Different;
  });
}

// Both linear in one variable: y = 1/x and xy = 1.
Decision same_function(const Node* a, const Node* g, Context& context) {
  for (std::string_view symbol : free_symbols(g)) {
    const auto linear = [&](const Node* residual) -> std::optional<Solvable> {
      auto coefficients = polynomial(residual, symbol, context);
      if (!coefficients || coefficients->size() != 2) return std::nullopt;
      return Solvable{symbol, std::move(*coefficients)};
    };
    const auto mine = linear(a), theirs = mine ? linear(g) : std::nullopt;
    if (!mine || !theirs) continue;
    const Decision values =
        equal_values(linear_value(*mine, context.arena), linear_value(*theirs, context.arena), context);
    if (!is_equal(values)) return unknown("other values of a variable");
    if (!adds_no_points(*mine, context) || !adds_no_points(*theirs, context)) continue;
    return because(values, "both equations give a variable the same value");
  }
  return unknown("not linear in a variable, or equal where a factor does not vanish");
}

}  // namespace

Decision has_other_points(const Node* left, const Node* right, const Node* other_left,
                          const Node* other_right, Context& context) {
  return point_not_on(side_difference(left, right, context),
                      side_difference(other_left, other_right, context), context);
}

Decision boundary_point(const Node* residual, Context& context) {
  return point_not_on(residual, context.arena.integer(1), context);
}

Decision compare_equations(const Node* answer_left, const Node* answer_right, const Node* gold_left,
                           const Node* gold_right, Context& context) {
  Arena& arena = context.arena;
  const Node* a = side_difference(answer_left, answer_right, context);
  const Node* g = side_difference(gold_left, gold_right, context);
  const Node* zero = arena.integer(0);
  const bool answer_identity = is_equal(equal_values(a, zero, context));
  const bool gold_identity = is_equal(equal_values(g, zero, context));
  if (answer_identity && gold_identity) return unknown("two identities say nothing");
  if (answer_identity || gold_identity) return different("an identity holds everywhere");
  if (free_symbols(a).empty() || free_symbols(g).empty()) {
    return unknown("an equation without variables");
  }
  const Decision multiple = unless_blind(proportional(a, g, context), a, g, context);
  if (is_equal(multiple)) return because(multiple, "equations equal up to a factor");
  const Decision function = unless_blind(same_function(a, g, context), a, g, context);
  if (is_equal(function)) return function;
  const Decision forth = point_not_on(a, g, context);
  if (is_different(forth)) return forth;
  const Decision back = point_not_on(g, a, context);
  if (is_different(back)) return back;
  AllEqual sides;  // functions without values: f(x + 1) = f(x) + 1
  sides.add(proved_values(answer_left, gold_left, context));
  if (sides.all_equal()) sides.add(proved_values(answer_right, gold_right, context));
  if (sides.all_equal()) return sides.result("the same sides");
  return unknown("equations that are not multiples of each other");
}

}  // namespace r1::math
