#include "rewards/math/compare/statements.h"

#include <algorithm>

#include "rewards/math/compare/collections.h"
#include "rewards/math/compare/compare.h"
#include "rewards/math/compare/equations.h"
#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/compare/piecewise.h"
#include "rewards/math/compare/relations.h"
#include "rewards/math/compare/solutions.h"

namespace r1::math {
namespace {

bool is_closed(const Node* node) { return free_symbols(node).empty(); }

bool is_real_membership(const Node* node) {
  return node->kind == Kind::Compare && node->args.size() == 2 && node->relations[0] == Relation::In &&
         node->args[0]->kind == Kind::Symbol && node->args[1]->kind == Kind::NamedSet &&
         (node->args[1]->text == "R" || node->args[1]->text == "C");
}

// "f(x) = 2x, x \in R" says no more than "f(x) = 2x".
const Node* without_real_ranges(const Node* node, Arena& arena) {
  if ((node->kind != Kind::And && node->kind != Kind::List) || node->args.size() < 2) return node;
  std::vector<const Node*> rest;
  for (const Node* arg : node->args) {
    if (!is_real_membership(arg)) rest.push_back(arg);
  }
  if (rest.empty() || rest.size() == node->args.size()) return node;
  return rest.size() == 1 ? rest[0] : arena.node(node->kind, rest);
}

// "\ln(x - 1), x > 1": a value and the domain that it has anyway.
const Node* without_natural_domain(const Node* node, Context& context) {
  if ((node->kind != Kind::And && node->kind != Kind::List) || node->args.size() != 2) return node;
  const Node *main = node->args[0], *condition = node->args[1];
  if (condition->kind != Kind::Compare) return node;
  const bool assigned =
      main->kind == Kind::Compare && main->args.size() == 2 && main->relations[0] == Relation::Equal;
  const Node* value = assigned ? main->args[1] : main;
  const Node* name = subject(condition);
  if (!is_scalar(value) || !name || name->kind != Kind::Symbol || !occurs(name, value)) return node;
  if (assigned && same_tree(main->args[0], name)) return node;
  const auto stated = solve_statement(condition, name, Solving::SolvedOnly, context);
  const auto natural = stated ? natural_domain(value, name, context) : std::nullopt;
  if (!natural || !is_equal(compare_real_sets(*stated, *natural, context))) return node;
  return main;
}

// The one value of a set of one point; null for others.
const Node* single_point(const RealSet& set, Context& context) {
  if (set.parts.size() != 1 || !set.parts[0].lower || !set.parts[0].upper) return nullptr;
  const Node *lower = set.parts[0].lower, *upper = set.parts[0].upper;
  return same_tree(lower, upper) || order(lower, upper, context) == Order::Equal ? lower : nullptr;
}

bool closed_rows(const Solutions& solutions) {
  return std::ranges::all_of(solutions.rows,
                             [](const auto& row) { return std::ranges::all_of(row, is_closed); });
}

// What the statement says as a set of reals of its subject.
struct Solved {
  const Node* name;
  RealSet set;
};
std::optional<Solved> solve(const Node* statement, Solving solving, Context& context) {
  const Node* name = subject(statement);
  if (!name) {
    const std::vector<std::string_view> names = free_symbols(statement);
    if (names.size() != 1 || solving == Solving::SolvedOnly) return std::nullopt;
    name = context.arena.symbol(names[0]);
  }
  auto set = solve_statement(statement, name, solving, context);
  if (!set) return std::nullopt;
  return Solved{name, std::move(*set)};
}

bool has_closed_ends(const RealSet& set) {
  return std::ranges::all_of(set.parts, [](const RealInterval& part) {
    return (!part.lower || is_closed(part.lower)) && (!part.upper || is_closed(part.upper));
  });
}

// Whether it is only said that the name is near the value.
bool only_approximate(const Node* statement) {
  return statement->kind == Kind::Compare && !statement->relations.empty() &&
         std::ranges::all_of(statement->relations, [](Relation r) { return r == Relation::Approximately; });
}

bool is_decimal(const Node* node) {
  if (node->kind == Kind::Neg || node->kind == Kind::Quantity || node->kind == Kind::Percent) {
    return is_decimal(node->args[0]);
  }
  return node->kind == Kind::Number && node->number->pointed;
}

// y = \pm \sqrt{8x} and y^2 = 8x: the rows are the roots of the equation in the name.
std::optional<Decision> compare_branches(const Solutions& rows, const Node* equation, Context& context) {
  if (rows.names.size() != 1 || rows.rows.size() != 2 || rows.names[0]->kind != Kind::Symbol)
    return std::nullopt;
  if (closed_rows(rows)) return std::nullopt;
  if (equation->kind != Kind::Compare || equation->args.size() != 2 ||
      equation->relations[0] != Relation::Equal) {
    return std::nullopt;
  }
  Arena& arena = context.arena;
  const Node *left = equation->args[0], *right = equation->args[1];
  if (!is_scalar(left) || !is_scalar(right)) return std::nullopt;
  const auto c = polynomial(difference(arena, left, right), rows.names[0]->text, context);
  if (!c || c->size() != 3 || !is_closed((*c)[2])) return std::nullopt;
  const Node *first = rows.rows[0][0], *second = rows.rows[1][0];
  const Node* sum = arena.node(Kind::Neg, {arena.node(Kind::Add, {first, second})});
  AllEqual vieta;
  vieta.add(equal_values((*c)[1], arena.node(Kind::Mul, {(*c)[2], sum}), context));
  if (vieta.all_equal()) {
    vieta.add(equal_values((*c)[0], arena.node(Kind::Mul, {(*c)[2], first, second}), context));
  }
  if (!vieta.all_equal()) return std::nullopt;
  return vieta.result("the branches are the roots of the equation");
}

// x = 2y + 1 and y = 2x + 1 give values to different names: as equations when they speak of the same names.
bool speak_of_same_names(const Node* a, const Node* g) {
  std::vector<std::string_view> mine = free_symbols(a), theirs = free_symbols(g);
  std::ranges::sort(mine);
  std::ranges::sort(theirs);
  return mine == theirs;
}

Decision compare_two_solutions(const Node* answer, const Node* gold, const Solutions& a, const Solutions& g,
                               Context& context) {
  const bool other_name = a.names.size() == 1 && g.names.size() == 1 && a.names[0]->kind == Kind::Symbol &&
                          g.names[0]->kind == Kind::Symbol && !same_tree(a.names[0], g.names[0]);
  if (other_name && !closed_rows(a) && !closed_rows(g)) {
    return speak_of_same_names(answer, gold) ? compare_statements(answer, gold, context)
                                             : different("an equation in other variables");
  }
  const Decision rows = compare_solutions(a, g, context);
  if (is_equal(rows) && only_approximate(answer) != only_approximate(gold)) {
    return unknown("a value that is only approximate");
  }
  return rows;
}

Decision compare_two_statements(const Node* answer, const Node* gold, Context& context) {
  const SolutionsReading a = read_solutions(answer, context), g = read_solutions(gold, context);
  if (a.broken || g.broken) return different("a chain of equalities with a false link");
  if (a.uncertain || g.uncertain) return unknown("a chain of equalities with an unproved link");
  if (a.solutions && g.solutions) {
    return compare_two_solutions(answer, gold, *a.solutions, *g.solutions, context);
  }
  if (a.solutions && !g.solutions) {
    if (const auto branches = compare_branches(*a.solutions, gold, context)) return *branches;
  }
  if (g.solutions && !a.solutions) {
    if (const auto branches = compare_branches(*g.solutions, answer, context)) return *branches;
  }
  const auto solved_gold = solve(gold, Solving::SolvedOnly, context);
  const auto solved_answer = solve(answer, Solving::SolvedOnly, context);
  if (solved_gold && solved_answer) {
    if (same_tree(solved_gold->name, solved_answer->name)) {
      const Decision sets = compare_real_sets(solved_answer->set, solved_gold->set, context);
      if (!is_unknown(sets)) return sets;
    } else if (has_closed_ends(solved_gold->set) && has_closed_ends(solved_answer->set)) {
      return different("a statement about another variable");
    }
  }
  const bool gold_is_solved =
      (solved_gold && has_closed_ends(solved_gold->set)) || (g.solutions && closed_rows(*g.solutions));
  const bool answer_is_solved =
      (solved_answer && has_closed_ends(solved_answer->set)) || (a.solutions && closed_rows(*a.solutions));
  if (gold_is_solved && !answer_is_solved) return different("the answer is not solved");
  if (answer_is_solved && !gold_is_solved && solved_answer) {
    const auto by_solving = solve(gold, Solving::Allowed, context);
    if (by_solving && same_tree(by_solving->name, solved_answer->name)) {
      return compare_real_sets(solved_answer->set, by_solving->set, context);
    }
  }
  return compare_statements(answer, gold, context);
}

bool is_linear_in_one(const Node* equation, Context& context) {
  const std::vector<std::string_view> names = free_symbols(equation);
  if (names.size() != 1 || equation->args.size() != 2) return false;
  if (!is_scalar(equation->args[0]) || !is_scalar(equation->args[1])) return false;
  const Node* residual = difference(context.arena, equation->args[0], equation->args[1]);
  const auto coefficients = polynomial(residual, names[0], context);
  return coefficients && coefficients->size() <= 2;
}

// The statement gives no value to a name: it is not the value, but it may say it of an expression ("a + b = 7").
Decision compare_unsolved_with_value(const Node* statement, const Node* value, bool value_is_gold,
                                     Context& context) {
  if (statement->kind == Kind::Compare && statement->relations.size() == 1 &&
      statement->relations[0] == Relation::Equal && !is_linear_in_one(statement, context)) {
    for (const Node* side : statement->args) {
      const Decision same =
          value_is_gold ? compare_trees(side, value, context) : compare_trees(value, side, context);
      if (!is_different(same)) return unknown("an equation with the value on a side, not solved");
    }
  }
  if (statement->kind == Kind::List) return unknown("values with conditions");
  const bool letters = value->kind == Kind::List && std::ranges::all_of(value->args, is_name);
  if (letters && statement->kind != Kind::Compare)
    return unknown("letters joined by words, or a formula of logic");
  if (value_is_gold) return different("the answer is not solved");
  const bool equation = statement->kind == Kind::Compare && statement->relations[0] == Relation::Equal;
  if (equation && statement->args.size() == 2 && is_scalar(statement->args[0]) &&
      is_scalar(statement->args[1]) &&
      is_equal(equal_values(statement->args[0], statement->args[1], context))) {
    return different("a value against an identity");
  }
  return equation ? unknown("a value against an equation that is not solved")
                  : different("a value against a statement");
}

std::optional<RealSet> set_of(const Node* node, Solving solving, Context& context) {
  if (node->kind == Kind::List) {
    const bool intervals = std::ranges::all_of(
        node->args, [](const Node* arg) { return arg->kind == Kind::Interval || arg->kind == Kind::Tuple; });
    return intervals ? read_real_set(context.arena.node(Kind::Union, node->args), solving, context)
                     : std::nullopt;
  }
  return read_real_set(node, solving, context);
}

// The name's membership in a set that is no set of reals here: x \in Z.
const Node* member_of(const Node* statement) {
  const bool membership = statement->kind == Kind::Compare && statement->args.size() == 2 &&
                          statement->relations[0] == Relation::In && is_name(statement->args[0]);
  return membership ? statement->args[1] : nullptr;
}

Decision compare_statement_with_value(const Node* statement, const Node* value, bool value_is_gold,
                                      Context& context) {
  const auto compare = [&](const Node* node) {
    return value_is_gold ? compare_trees(node, value, context) : compare_trees(value, node, context);
  };
  const SolutionsReading reading = read_solutions(statement, context);
  if (reading.broken) return different("a chain of equalities with a false link");
  if (reading.uncertain) return unknown("a chain of equalities with an unproved link");
  if (reading.solutions) {
    const Decision same = compare_solutions_with_value(*reading.solutions, value, value_is_gold, context);
    if (is_equal(same) && only_approximate(statement) &&
        !is_decimal(value_is_gold ? value : statement->args.back())) {
      return unknown("a value that is only approximate");
    }
    return same;
  }
  const ChainReading chain = chain_value(statement, context);
  if (chain.value) return compare(chain.value);
  if (chain.broken) return different("a false equality");
  if (chain.uncertain) return unknown("a chain of equalities with an unproved link");
  if (const Node* set = member_of(statement)) return compare(set);
  const Solving solving = value_is_gold ? Solving::SolvedOnly : Solving::Allowed;
  const auto solved = solve(statement, solving, context);
  const Solving other_solving = value_is_gold ? Solving::Allowed : Solving::SolvedOnly;
  if (solved) {
    if (const auto set = set_of(value, other_solving, context)) {
      return value_is_gold ? compare_real_sets(solved->set, *set, context)
                           : compare_real_sets(*set, solved->set, context);
    }
    if (is_scalar(value)) {
      const Node* point = single_point(solved->set, context);
      return point ? compare(point) : different("a range of values against one value");
    }
    return unknown("a statement against something else");
  }
  const bool values =
      is_scalar(value) || is_set_like(value) || is_collection(value) || value->kind == Kind::Quantity;
  return values ? compare_unsolved_with_value(statement, value, value_is_gold, context)
                : unknown("a statement against something else");
}

// (5, 2): the ends of no interval.
bool backwards(const Node* pair, Context& context) {
  if (infinity_sign(pair->args[0]) > 0 || infinity_sign(pair->args[1]) < 0) return true;
  return order(pair->args[0], pair->args[1], context) == Order::Greater;
}

// Sets that are no sets of reals here: by their parts.
Decision compare_set_parts(const Node* answer, const Node* gold, Context& context) {
  if (answer->kind == Kind::NamedSet && gold->kind == Kind::NamedSet) {
    return answer->text == gold->text ? equal("the same set") : different("another set of numbers");
  }
  if (answer->kind == Kind::NamedSet || gold->kind == Kind::NamedSet) {
    const Node* named = answer->kind == Kind::NamedSet ? answer : gold;
    const Node* other = named == answer ? gold : answer;
    const bool infinite = named->text != "empty" && named->text != "R";
    if (infinite && (other->kind == Kind::Set || is_scalar(other))) return different("an infinite set");
    if (infinite && other->kind == Kind::Interval) return different("an interval is no such set");
    if (named->text == "empty" && other->kind == Kind::Set && !other->args.empty())
      return different("not empty");
    return unknown("sets that are not compared");
  }
  if (answer->kind != gold->kind) {
    const Node* interval = answer->kind == Kind::Interval ? answer : gold;
    const Node* pair = interval == answer ? gold : answer;
    const bool two = pair->kind == Kind::Tuple && interval->kind == Kind::Interval && pair->args.size() == 2;
    if (two && backwards(pair, context)) return different("a pair that is no interval");
    return unknown("sets that are not compared");
  }
  if (answer->open_lower != gold->open_lower || answer->open_upper != gold->open_upper) {
    const Decision ends = compare_in_order(answer->args, gold->args, context);
    return is_equal(ends) ? different("an open end, a closed end") : unknown("intervals with other brackets");
  }
  const bool ordered = gold->kind == Kind::Difference || gold->kind == Kind::Interval;
  if (gold->kind == Kind::SetBuilder) {
    if (answer->args.size() != gold->args.size()) return unknown("sets that are not compared");
    const Node* renamed = answer;
    const Node *a = answer->args[0], *g = gold->args[0];
    if (a->kind == Kind::Symbol && g->kind == Kind::Symbol && !same_tree(a, g) && !occurs(g, answer)) {
      renamed = replace_part(context.arena, answer, a, g);
    }
    const Decision same = compare_in_order(renamed->args, gold->args, context);
    return is_equal(same) ? same : unknown("sets that are not compared");
  }
  const Decision parts = ordered ? compare_in_order(answer->args, gold->args, context)
                                 : match_trees(answer->args, gold->args, context);
  if (is_equal(parts) || gold->kind == Kind::Interval) return parts;
  return unknown("sets that are not compared");
}

}  // namespace

bool is_set_like(const Node* node) {
  switch (node->kind) {
    case Kind::Interval:
    case Kind::Union:
    case Kind::Intersection:
    case Kind::Difference:
    case Kind::SetBuilder:
    case Kind::NamedSet:
      return true;
    default:
      return false;
  }
}

Decision compare_with_statements(const Node* answer, const Node* gold, Context& context) {
  answer = without_natural_domain(without_real_ranges(answer, context.arena), context);
  gold = without_natural_domain(without_real_ranges(gold, context.arena), context);
  if (const auto formulas = compare_propositions(answer, gold, context)) return *formulas;
  const bool answer_states = is_statement(answer), gold_states = is_statement(gold);
  if (!answer_states && !gold_states) return compare_trees(answer, gold, context);
  if (answer_states && gold_states) return compare_two_statements(answer, gold, context);
  return answer_states ? compare_statement_with_value(answer, gold, true, context)
                       : compare_statement_with_value(gold, answer, false, context);
}

Decision compare_sets(const Node* answer, const Node* gold, Context& context) {
  const auto a = set_of(answer, Solving::SolvedOnly, context);
  const auto g = set_of(gold, Solving::Allowed, context);
  if (a && g) {
    const Decision sets = compare_real_sets(*a, *g, context);
    if (!is_unknown(sets)) return sets;
  }
  const bool one_is_value = is_scalar(answer) || is_scalar(gold);
  if (one_is_value && (a || g)) {
    const RealSet& set = a ? *a : *g;
    if (const Node* point = single_point(set, context)) {
      return a ? compare_trees(point, gold, context) : compare_trees(answer, point, context);
    }
    return different("a set against one value");
  }
  return compare_set_parts(answer, gold, context);
}

}  // namespace r1::math
