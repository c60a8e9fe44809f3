#include "rewards/math/compare/compare.h"

#include <algorithm>
#include <vector>

#include "rewards/math/compare/collections.h"
#include "rewards/math/compare/constants.h"
#include "rewards/math/compare/decision.h"
#include "rewards/math/compare/families.h"
#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/compare/quantities.h"
#include "rewards/math/compare/relations.h"
#include "rewards/math/compare/scalars.h"
#include "rewards/math/compare/solutions.h"
#include "rewards/math/compare/statements.h"
#include "rewards/math/compare/text_answers.h"
#include "rewards/math/parse/parser.h"

namespace r1::math {
namespace {

bool either(bool (*is)(const Node*), const Node* a, const Node* g) { return is(a) || is(g); }

// A list, tuple or conjunction of one is that one.
const Node* unwrapped(const Node* node) {
  while ((node->kind == Kind::List || node->kind == Kind::Tuple || node->kind == Kind::And ||
          node->kind == Kind::Or) &&
         node->args.size() == 1) {
    node = node->args[0];
  }
  return node;
}

// P(3, -4): a point with its name. It may have been read as a number of arrangements. The node itself when it is no point.
const Node* without_point_name(const Node* node, Arena& arena) {
  if (node->kind != Kind::Call || node->args.size() < 2) return node;
  const bool named = node->function == Function::Named && node->text.size() == 1 && node->text[0] >= 'A' &&
                     node->text[0] <= 'Z';
  const bool point = named || node->function == Function::Permutations;
  return point ? arena.node(Kind::Tuple, node->args) : node;
}

// Bold letters may have been read as variables; beside a set they name one.
const Node* as_named_set(const Node* node, Arena& arena) {
  const bool letter = node->kind == Kind::Symbol && node->text.size() == 1 &&
                      std::string_view("RZQNC").find(node->text[0]) != std::string_view::npos;
  return letter ? arena.text(Kind::NamedSet, node->text) : node;
}

// (-\infty, 2) can only be an interval.
const Node* as_interval(const Node* node, Arena& arena) {
  if (node->kind != Kind::Tuple || node->args.size() != 2) return node;
  if (infinity_sign(node->args[0]) >= 0 && infinity_sign(node->args[1]) <= 0) return node;
  return arena.add({.kind = Kind::Interval, .open_lower = true, .open_upper = true, .args = node->args});
}

// Both signs of every value: a set.
const Node* with_both_signs(const Node* node, Signs signs, Arena& arena) {
  if (!holds_plus_minus(node)) return node;
  std::vector<const Node*> values;
  const Node* const one[] = {node};
  const bool several = node->kind == Kind::List || node->kind == Kind::Set;
  for (const Node* item : several ? node->args : std::span<const Node* const>(one)) {
    for (const Node* value : both_signs(arena, item, signs)) values.push_back(value);
  }
  return arena.node(Kind::Set, values);
}

bool holds_undefined(const Node* node) {
  if (node->kind == Kind::Constant && node->constant == Constant::Undefined) return true;
  return std::ranges::any_of(node->args, holds_undefined);
}

bool is_choice(const Node* node) { return node->kind == Kind::Choice; }
bool is_time(const Node* node) { return node->kind == Kind::Time || node->kind == Kind::Date; }
bool is_ratio(const Node* node) { return node->kind == Kind::Ratio; }
bool is_congruence(const Node* node) { return node->kind == Kind::Congruent; }

Decision compare_congruences(const Node* answer, const Node* gold, Context& context) {
  if (is_congruence(answer) && is_congruence(gold)) {
    const Decision same = compare_in_order(answer->args, gold->args, context);
    if (is_equal(same)) return because(same, "the same congruence");
    const bool same_head = is_equal(compare_trees(answer->args[0], gold->args[0], context)) &&
                           is_equal(compare_trees(answer->args[2], gold->args[2], context));
    if (same_head && is_scalar(answer->args[1]) && is_scalar(gold->args[1])) {
      return compare_residues(answer->args[1], gold->args[1], gold->args[2], context);
    }
  }
  return unknown("a congruence that is not solved");
}

// Several signs in one expression may go together or not: then both readings have to agree.
bool has_free_signs(const Node* node) {
  const Node* const one[] = {node};
  const bool several = node->kind == Kind::List || node->kind == Kind::Set;
  return std::ranges::any_of(several ? node->args : std::span<const Node* const>(one), [](const Node* item) {
    return count_plus_minus(item) > 1 && !holds_minus_plus(item);
  });
}

Decision compare_plus_minus(const Node* answer, const Node* gold, Context& context) {
  const auto compare = [&](Signs signs) {
    return compare_trees(with_both_signs(answer, signs, context.arena),
                         with_both_signs(gold, signs, context.arena), context);
  };
  const Decision together = compare(Signs::Together);
  if (!has_free_signs(answer) && !has_free_signs(gold)) return together;
  const Decision independent = compare(Signs::Independent);
  return together.comparison == independent.comparison ? independent
                                                       : unknown("signs that may go together or not");
}

Decision compare_by_kind(const Node* answer, const Node* gold, Context& context) {
  if (either(is_congruence, answer, gold)) return compare_congruences(answer, gold, context);
  if (either(is_statement, answer, gold)) return compare_with_statements(answer, gold, context);
  if (either(holds_plus_minus, answer, gold)) {
    return compare_plus_minus(answer, gold, context);
  }
  if (either(is_set_like, answer, gold)) {
    return compare_sets(as_named_set(answer, context.arena), as_named_set(gold, context.arena), context);
  }
  if (const auto lines = compare_parametrised(answer, gold, context)) return *lines;
  if (answer->kind == Kind::Quantity || gold->kind == Kind::Quantity) {
    if (const Node* one = compound_quantity(answer, context)) return compare_quantities(one, gold, context);
    if (const Node* one = compound_quantity(gold, context)) return compare_quantities(answer, one, context);
  }
  if (either(is_collection, answer, gold)) {
    const Node* a = gold->kind == Kind::Tuple ? without_point_name(answer, context.arena) : answer;
    const Node* g = answer->kind == Kind::Tuple ? without_point_name(gold, context.arena) : gold;
    return compare_collections(a, g, context);
  }
  if (either(is_ratio, answer, gold)) return compare_ratios(answer, gold, context);
  if (either(holds_quantity, answer, gold)) return compare_quantities(answer, gold, context);
  if (is_scalar(answer) && is_scalar(gold)) return compare_scalars(answer, gold, context);
  return compare_structure(answer, gold, context);
}

// Whether every family of the side begins at zero: "5m" is no family for "5n".
bool only_multiples(const Node* node, Context& context) {
  const auto family = read_family(node, context);
  return family && std::ranges::all_of(family->members, [&](const Progression& member) {
           return is_zero(member.base, context) == Comparison::Equal;
         });
}

// The plain reading, and the one with an integer parameter.
Decision compare_with_families(const Node* answer, const Node* gold, Context& context) {
  const bool scalars = is_scalar(answer) && is_scalar(gold);
  const auto a = read_family(answer, context), g = read_family(gold, context);
  if (!scalars && a && g) {
    const Decision families = compare_families(answer, gold, context);
    if (!is_unknown(families)) return families;
  }
  const Decision plain = compare_by_kind(answer, gold, context);
  if (is_equal(plain) || (!a && !g)) return plain;
  const Decision families = compare_families(answer, gold, context);
  if (!is_unknown(families)) return families;
  if (!a || !g) return (a ? a->marked : g->marked) && is_unknown(plain) ? families : plain;
  const bool formulas =
      !a->marked && !g->marked && only_multiples(answer, context) && only_multiples(gold, context);
  return formulas ? plain : families;
}

}  // namespace

Decision compare_trees(const Node* answer, const Node* gold, Context& context) {
  const Nested level(context);
  context.fuel().spend(1);
  answer = as_interval(with_determinants(unwrapped(answer), context.arena), context.arena);
  gold = as_interval(with_determinants(unwrapped(gold), context.arena), context.arena);
  if (same_tree(answer, gold) && !is_scalar(gold) && !holds_undefined(gold)) return equal("the same answer");
  if (either(is_choice, answer, gold)) return compare_choices(answer, gold, context);
  if (either(is_text_answer, answer, gold)) return compare_texts(answer, gold, context);
  if (either(is_time, answer, gold)) {
    return either(is_ratio, answer, gold) ? compare_ratios(answer, gold, context)
                                          : compare_times(answer, gold, context);
  }
  if (either(may_be_family, answer, gold)) return compare_with_families(answer, gold, context);
  return compare_by_kind(answer, gold, context);
}

AnswerComparison compare_answer_texts(std::string_view answer, std::string_view gold,
                                      const MathPolicy& policy, bool explain) {
  AnswerComparison result;
  Fuel fuel(kFuel);
  try {
    Arena arena(fuel);
    Context context{arena, policy};
    const Parsed g = parse_answer(arena, gold, policy);
    const Parsed a = parse_answer(arena, answer, policy);
    result.gold_problem = g.problem;
    result.answer_problem = a.problem;
    if (explain && g.node) result.gold_tree = tree_text(g.node);
    if (explain && a.node) result.answer_tree = tree_text(a.node);
    if (!g.node) {
      result.decision = unknown("the gold has no reading");
    } else if (!a.node) {
      result.decision = answer == gold ? equal("the same text") : unknown("the answer has no reading");
    } else {
      result.decision = compare_trees(a.node, g.node, context);
    }
  } catch (const OutOfFuel&) {
    result.decision = unknown("out of fuel");
  }
  result.fuel = std::min(fuel.used(), kFuel);
  return result;
}

}  // namespace r1::math
