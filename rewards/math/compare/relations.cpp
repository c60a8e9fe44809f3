#include "rewards/math/compare/relations.h"

#include <algorithm>

#include "rewards/math/compare/collections.h"
#include "rewards/math/compare/compare.h"
#include "rewards/math/compare/equations.h"
#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/compare/scalars.h"

namespace r1::math {
namespace {

// One comparison: left relation right.
struct Link {
  const Node* left;
  Relation relation;
  const Node* right;
};

bool is_order(Relation relation) { return relation >= Relation::Less && relation <= Relation::GreaterEqual; }

// The small side first: b > a as a < b.
Link oriented(Link link) {
  if (link.relation == Relation::Greater) return {link.right, Relation::Less, link.left};
  if (link.relation == Relation::GreaterEqual) return {link.right, Relation::LessEqual, link.left};
  return link;
}

// The statements that hold together: links of chains, members of And and List.
void collect_together(const Node* node, std::vector<const Node*>& parts, Arena& arena) {
  if (node->kind == Kind::And || node->kind == Kind::List) {
    for (const Node* arg : node->args) collect_together(arg, parts, arena);
  } else if (node->kind == Kind::Compare) {
    for (size_t i = 0; i < node->relations.size(); ++i) {
      const Link link = oriented({node->args[i], node->relations[i], node->args[i + 1]});
      const Node* const sides[] = {link.left, link.right};
      parts.push_back(arena.add({.kind = Kind::Compare, .args = sides, .relations = {&link.relation, 1}}));
    }
  } else {
    parts.push_back(node);
  }
}

// Takes equal trees off both sides; both keep at least one part.
void strip_same_parts(std::vector<const Node*>& a, std::vector<const Node*>& g) {
  for (size_t i = 0; i < a.size() && a.size() > 1 && g.size() > 1;) {
    const auto same = std::ranges::find_if(g, [&](const Node* part) { return same_tree(part, a[i]); });
    if (same == g.end()) {
      ++i;
      continue;
    }
    g.erase(same);
    a.erase(a.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::vector<std::string_view> symbols_of(const Node* a, const Node* g) {
  std::vector<std::string_view> names = free_symbols(a);
  for (std::string_view name : free_symbols(g)) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

// Deterministic small rationals: where two statements differ, they mostly do so at one of these.
std::vector<Point> sample_points(const std::vector<std::string_view>& names, Arena& arena) {
  constexpr int kPoints = 14;
  // Where some variables are equal and others larger: what tells < from <=.
  constexpr int kTies[][3] = {{1, 1, 1}, {1, 1, 2}, {1, 2, 2}, {2, 1, 2}, {2, 2, 1}, {1, 2, 1}, {2, 1, 1}};
  constexpr int kNumerators[] = {0, 1, -1, 2, -3, 5, 7, -8, 13, -21, 50, -70, 3, 1};
  constexpr int kDenominators[] = {1, 1, 1, 1, 1, 2, 3, 3, 2, 4, 1, 1, 7, 9};
  std::vector<Point> points;
  for (int p = 0; p < kPoints; ++p) {
    Point point{names, {}};
    for (size_t i = 0; i < names.size(); ++i) {
      const size_t n = (static_cast<size_t>(p) * (i + 1) + 3 * i) % kPoints;
      point.values.push_back(
          arena.node(Kind::Div, {arena.integer(kNumerators[n]), arena.integer(kDenominators[n])}));
    }
    points.push_back(point);
  }
  for (const auto& tie : kTies) {
    if (names.size() < 2 || names.size() > 3) break;
    Point point{names, {}};
    for (size_t i = 0; i < names.size(); ++i) point.values.push_back(arena.integer(tie[i]));
    points.push_back(point);
  }
  return points;
}

const Node* at(const Node* node, const Point& point, Arena& arena) {
  for (size_t i = 0; i < point.names.size(); ++i) {
    node = substitute(arena, node, point.names[i], point.values[i]);
  }
  return node;
}

// Different when a sample point meets only one of them.
Decision differ_at_a_point(const Node* answer, const Node* gold, Context& context) {
  const std::vector<std::string_view> names = symbols_of(answer, gold);
  if (names.size() > 6) return unknown("statements that are not compared");
  for (const Point& point : sample_points(names, context.arena)) {
    const auto a = holds_at(answer, point, context);
    const auto g = a ? holds_at(gold, point, context) : std::nullopt;
    if (a && g && *a != *g) return different("a point meets only one of the statements");
  }
  return unknown("statements that agree at all points tried, without a proof");
}

// 1 or -1: the sign of the constant c in a = c * b; 0 when no point tells.
int sign_of_factor(const Node* a, const Node* b, Context& context) {
  const Node* zero = context.arena.integer(0);
  for (const Point& point : sample_points(symbols_of(a, b), context.arena)) {
    const Order x = order(at(a, point, context.arena), zero, context);
    const Order y = order(at(b, point, context.arena), zero, context);
    const bool known = x != Order::Unknown && y != Order::Unknown && x != Order::Equal && y != Order::Equal;
    if (known) return x == y ? 1 : -1;
  }
  return 0;
}

Decision compare_solved(const Link& a, const Link& g, Context& context) {
  const std::vector<std::string_view> names =
      free_symbols(context.arena.node(Kind::Tuple, {a.left, a.right, g.left, g.right}));
  if (names.size() != 1) return unknown("inequalities in several variables");
  const auto answer = solve_inequality(a.left, a.relation, a.right, names[0], context);
  const auto gold = answer ? solve_inequality(g.left, g.relation, g.right, names[0], context) : std::nullopt;
  if (!answer || !gold) return unknown("inequalities that are not solved here");
  return compare_real_sets(*answer, *gold, context);
}

Decision compare_order_links(const Link& answer, const Link& gold, const Node* answer_node,
                             const Node* gold_node, Context& context) {
  const Link a = oriented(answer), g = oriented(gold);
  if (a.relation == g.relation) {
    AllEqual sides;
    sides.add(proved_values(a.left, g.left, context));
    if (sides.all_equal()) sides.add(proved_values(a.right, g.right, context));
    if (sides.all_equal()) return sides.result("the same sides");
  }
  const Node* da = difference(context.arena, a.left, a.right);
  const Node* dg = difference(context.arena, g.left, g.right);
  const Decision multiple = unless_blind(proportional(da, dg, context), da, dg, context);
  if (is_equal(multiple) && a.relation == g.relation && sign_of_factor(da, dg, context) > 0) {
    return because(multiple, "inequalities equal up to a positive factor");
  }
  const Decision solved = compare_solved(a, g, context);
  if (!is_unknown(solved)) return solved;
  if (is_equal(multiple) && a.relation != g.relation) {
    const Decision boundary = boundary_point(da, context);
    if (is_different(boundary)) return different("a strict and a weak inequality");
  }
  return differ_at_a_point(answer_node, gold_node, context);
}

Decision compare_links(const Node* answer, const Node* gold, Context& context) {
  const Link a{answer->args[0], answer->relations[0], answer->args[1]};
  const Link g{gold->args[0], gold->relations[0], gold->args[1]};
  const bool scalars = is_scalar(a.left) && is_scalar(a.right) && is_scalar(g.left) && is_scalar(g.right);
  const auto equation = [](Relation r) { return r == Relation::Equal || r == Relation::Approximately; };
  if (scalars) {
    if (equation(a.relation) && equation(g.relation)) {
      return compare_equations(a.left, a.right, g.left, g.right, context);
    }
    if (a.relation == Relation::NotEqual && g.relation == Relation::NotEqual) {
      return compare_equations(a.left, a.right, g.left, g.right, context);
    }
    if (is_order(a.relation) && is_order(g.relation)) {
      return compare_order_links(a, g, answer, gold, context);
    }
    return differ_at_a_point(answer, gold, context);
  }
  if (a.relation != g.relation) return unknown("other relations between things that are no numbers");
  AllEqual sides;
  sides.add(compare_trees(a.left, g.left, context));
  if (!sides.failed()) sides.add(compare_trees(a.right, g.right, context));
  if (sides.all_equal()) return sides.result("the same sides");
  if (equation(a.relation)) {
    AllEqual swapped;
    swapped.add(compare_trees(a.left, g.right, context));
    if (swapped.all_equal()) swapped.add(compare_trees(a.right, g.left, context));
    if (swapped.all_equal()) return swapped.result("the same sides, swapped");
  }
  return unknown("other sides");
}

bool is_equation(const Node* node) {
  return node->kind == Kind::Compare && node->args.size() == 2 && node->relations[0] == Relation::Equal &&
         is_scalar(node->args[0]) && is_scalar(node->args[1]);
}

std::optional<bool> compare_sides_at(const Node* left, Relation relation, const Node* right,
                                     Context& context) {
  if (relation == Relation::In || relation == Relation::NotIn || relation == Relation::Subset) {
    return std::nullopt;
  }
  if (!is_scalar(left) || !is_scalar(right)) return std::nullopt;
  const Order sides = order(left, right, context);
  if (sides == Order::Unknown) return std::nullopt;
  switch (relation) {
    case Relation::Equal:
      return sides == Order::Equal;
    case Relation::NotEqual:
      return sides != Order::Equal;
    case Relation::Less:
      return sides == Order::Less;
    case Relation::LessEqual:
      return sides != Order::Greater;
    case Relation::Greater:
      return sides == Order::Greater;
    case Relation::GreaterEqual:
      return sides != Order::Less;
    default:
      return std::nullopt;
  }
}

bool is_formula(const Node* node, std::vector<std::string_view>& names) {
  if (node->kind == Kind::Symbol) {
    if (std::ranges::find(names, node->text) == names.end()) names.push_back(node->text);
    return names.size() <= kMaxPropositions;
  }
  const bool connective = node->kind == Kind::And || node->kind == Kind::Or || node->kind == Kind::Not;
  return connective &&
         std::ranges::all_of(node->args, [&](const Node* arg) { return is_formula(arg, names); });
}

bool truth(const Node* node, const std::vector<std::string_view>& names, unsigned row, Fuel& fuel) {
  fuel.spend(1);
  const auto value = [&](const Node* arg) { return truth(arg, names, row, fuel); };
  switch (node->kind) {
    case Kind::Symbol:
      return row >> (std::ranges::find(names, node->text) - names.begin()) & 1;
    case Kind::And:
      return std::ranges::all_of(node->args, value);
    case Kind::Or:
      return std::ranges::any_of(node->args, value);
    default:
      return !value(node->args[0]);
  }
}

}  // namespace

bool is_statement(const Node* node) {
  switch (node->kind) {
    case Kind::Compare:
    case Kind::And:
    case Kind::Or:
    case Kind::Not:
      return true;
    case Kind::List:
      return std::ranges::any_of(node->args, is_statement);
    default:
      return false;
  }
}

std::optional<bool> holds_at(const Node* statement, const Point& point, Context& context) {
  context.fuel().spend(1);
  bool all = true, any = false, unknown_part = false;
  switch (statement->kind) {
    case Kind::Compare:
      for (size_t i = 0; i < statement->relations.size(); ++i) {
        const auto link =
            compare_sides_at(at(statement->args[i], point, context.arena), statement->relations[i],
                             at(statement->args[i + 1], point, context.arena), context);
        if (!link) return std::nullopt;
        all = all && *link;
      }
      return all;
    case Kind::Not: {
      const auto inner = holds_at(statement->args[0], point, context);
      return inner ? std::optional(!*inner) : std::nullopt;
    }
    case Kind::And:
    case Kind::Or:
    case Kind::List:
      for (const Node* arg : statement->args) {
        const auto part = holds_at(arg, point, context);
        unknown_part = unknown_part || !part;
        if (part) all = all && *part, any = any || *part;
      }
      if (statement->kind == Kind::Or)
        return any ? std::optional(true) : unknown_part ? std::nullopt : std::optional(false);
      return !all ? std::optional(false) : unknown_part ? std::nullopt : std::optional(true);
    default:
      return std::nullopt;
  }
}

std::optional<Decision> compare_propositions(const Node* answer, const Node* gold, Context& context) {
  std::vector<std::string_view> names;
  if (!is_formula(answer, names) || !is_formula(gold, names)) return std::nullopt;
  for (unsigned row = 0; row < 1U << names.size(); ++row) {
    if (truth(answer, names, row, context.fuel()) != truth(gold, names, row, context.fuel())) {
      return different("another truth table");
    }
  }
  return equal("the same truth table");
}

Decision compare_statements(const Node* answer, const Node* gold, Context& context) {
  const Nested level(context);
  context.fuel().spend(1);
  if (same_tree(answer, gold)) return equal("the same statement");
  if (answer->kind == Kind::Not && gold->kind == Kind::Not) {
    return compare_statements(answer->args[0], gold->args[0], context);
  }
  if (answer->kind == Kind::Or && gold->kind == Kind::Or) {
    const Decision matched = match_items(
        answer->args.size(), gold->args.size(),
        [&](size_t i, size_t j) { return compare_statements(answer->args[i], gold->args[j], context); },
        context);
    return is_equal(matched) ? matched : differ_at_a_point(answer, gold, context);
  }
  std::vector<const Node*> a, g;
  collect_together(answer, a, context.arena);
  collect_together(gold, g, context.arena);
  const bool as_many = a.size() == g.size();
  std::vector<const Node*> rest_a = a, rest_g = g;
  if (as_many) strip_same_parts(rest_a, rest_g);
  const auto is_link = [](const Node* node) { return node->kind == Kind::Compare; };
  if (a.size() == 1 && g.size() == 1) {
    if (is_link(a[0]) && is_link(g[0])) return compare_links(a[0], g[0], context);
    // A part that is no statement: a congruence, words. By structure, for a link is a new node each time.
    if (same_tree(a[0], answer) && same_tree(g[0], gold)) {
      return is_statement(answer) || is_statement(gold) ? differ_at_a_point(answer, gold, context)
                                                        : compare_trees(answer, gold, context);
    }
  }
  constexpr size_t kMaxParts = 16;  // statements that are matched in any order; equal trees do not count
  const auto compare_parts = [&](size_t i, size_t j) {
    return compare_statements(rest_a[i], rest_g[j], context);
  };
  if (as_many && rest_a.size() <= kMaxParts) {
    const Decision matched = match_items(rest_a.size(), rest_g.size(), compare_parts, context);
    if (is_equal(matched)) return because(matched, "the same statements together");
  }
  for (const bool answer_alone : {true, false}) {
    const auto& alone = answer_alone ? a : g;
    const auto& together = answer_alone ? g : a;
    if (alone.size() != 1 || together.size() < 2 || !is_equation(alone[0])) continue;
    for (const Node* other : together) {
      if (!is_equation(other)) continue;
      const Decision more =
          has_other_points(alone[0]->args[0], alone[0]->args[1], other->args[0], other->args[1], context);
      if (is_different(more)) return different("one equation leaves more points than several");
    }
  }
  return differ_at_a_point(answer, gold, context);
}

}  // namespace r1::math
