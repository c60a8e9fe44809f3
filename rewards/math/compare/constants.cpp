#include "rewards/math/compare/constants.h"

#include <algorithm>
#include <string>

#include "rewards/math/compare/collections.h"
#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/compare/scalars.h"

namespace r1::math {
namespace {

bool is_constant_name(std::string_view name) {
  static constexpr std::string_view kNames[] = {"C", "c", "K", "k", "C_1", "c_1", "C_0", "const"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

// Names an answer may give to a constant that the gold calls C.
bool is_free_name(std::string_view name) {
  static constexpr std::string_view kNames[] = {"C",   "c",   "K",   "k",   "A",   "B",   "D",   "a",
                                                "b",   "C_1", "C_2", "C_3", "c_1", "c_2", "c_3", "C_0",
                                                "K_1", "K_2", "k_1", "k_2", "A_1", "A_2"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

bool is_gold_constant(std::string_view name) {
  return name == "C" || name == "C_1" || name == "C_2" || name == "C_3" || name == "c_1" || name == "c_2";
}

size_t count_symbol(const Node* node, std::string_view name) {
  if (node->kind == Kind::Symbol) return node->text == name;
  size_t count = 0;
  for (const Node* arg : node->args) count += count_symbol(arg, name);
  return count;
}

// Splits "f(x) + C" into f(x); the name of C goes to `constant`.
struct Split {
  const Node* rest = nullptr;
  std::string_view constant;
};
std::optional<Split> split_constant(const Node* node, Arena& arena) {
  if (node->kind != Kind::Add) return std::nullopt;
  for (size_t i = 0; i < node->args.size(); ++i) {
    const Node* term = node->args[i];
    if (term->kind == Kind::Neg) term = term->args[0];
    if (term->kind != Kind::Symbol || !is_constant_name(term->text)) continue;
    if (count_symbol(node, term->text) != 1) return std::nullopt;
    std::vector<const Node*> rest(node->args.begin(), node->args.end());
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    return Split{rest.size() == 1 ? rest[0] : arena.node(Kind::Add, rest), term->text};
  }
  return std::nullopt;
}

// Whether the rest looks like a function to which a constant is added: it has a variable, and no other capital that could make C one
// of the question's letters ("A + B + C").
bool is_function_part(const Node* rest) {
  const std::vector<std::string_view> names = free_symbols(rest);
  if (names.empty()) return false;
  return std::ranges::none_of(names, [](std::string_view name) {
    return (name.size() == 1 && name[0] >= 'A' && name[0] <= 'Z') || name == "a" || name == "b" ||
           name == "c";
  });
}

// The bound symbol renamed, also where it is an index: a_i becomes a_j.
const Node* rename_bound(Arena& arena, const Node* node, std::string_view from, std::string_view to) {
  arena.fuel().spend(1);
  if (node->kind == Kind::Symbol) {
    const std::string index = "_" + std::string(from);
    if (node->text == from) return arena.symbol(to);
    if (!node->text.ends_with(index)) return node;
    const std::string_view stem = node->text.substr(0, node->text.size() - from.size());
    return arena.symbol(std::string(stem) + std::string(to));
  }
  std::vector<const Node*> args;
  for (const Node* arg : node->args) args.push_back(rename_bound(arena, arg, from, to));
  if (args.empty()) return node;
  Node copy = *node;
  copy.args = args;
  return arena.add(copy);
}

bool binds_symbol(const Node* node) {
  return node->kind == Kind::Call && node->args.size() >= 2 &&
         (node->function == Function::Sum || node->function == Function::Product ||
          node->function == Function::Integral || node->function == Function::Limit) &&
         node->args[1]->kind == Kind::Symbol;
}

bool is_parameter(std::string_view name) {
  static constexpr std::string_view kNames[] = {"t", "s", "u", "lambda", "mu"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

Decision compare_values_or_structure(const Node* answer, const Node* gold, Context& context) {
  if (is_scalar(answer) && is_scalar(gold)) {
    const Decision values = proved_values(answer, gold, context);
    if (!is_unknown(values)) return values;
  }
  return compare_structure(answer, gold, context);
}

// Whether both run along one line: a + t d and b + t e with parallel d, e, and b - a along d. In two or three dimensions.
bool same_line(const Node* a, const Node* g, std::string_view parameter, Context& context) {
  Arena& arena = context.arena;
  std::vector<const Node*> d, e, between;
  for (size_t i = 0; i < g->args.size(); ++i) {
    const auto p = polynomial(a->args[i], parameter, context), q = polynomial(g->args[i], parameter, context);
    if (!p || !q || p->size() > 2 || q->size() > 2) return false;
    const Node* zero = arena.integer(0);
    const auto at = [&](const auto& c, size_t n) { return n < c->size() ? (*c)[n] : zero; };
    d.push_back(at(p, 1));
    e.push_back(at(q, 1));
    between.push_back(difference(arena, at(p, 0), at(q, 0)));
  }
  const auto parallel = [&](const auto& u, const auto& v) {
    for (size_t i = 0; i < u.size(); ++i) {
      for (size_t j = i + 1; j < u.size(); ++j) {
        const Node* cross =
            difference(arena, arena.node(Kind::Mul, {u[i], v[j]}), arena.node(Kind::Mul, {u[j], v[i]}));
        if (is_zero(cross, context) == Comparison::Different) return false;
      }
    }
    return true;
  };
  return parallel(d, e) && parallel(between, e);
}

}  // namespace

std::optional<Decision> compare_up_to_constant(const Node* answer, const Node* gold, Context& context) {
  std::optional<Split> a = split_constant(answer, context.arena);
  const std::optional<Split> g = split_constant(gold, context.arena);
  if (!a && !g) return std::nullopt;
  // "k" and "c" are constants of integration only beside a gold that has one.
  if (!g && a->constant != "C") return std::nullopt;
  if (g && g->constant != "C" && g->constant != "C_1" && g->constant != "c" && g->constant != "K") {
    return std::nullopt;
  }
  const Node* answer_part = a ? a->rest : answer;
  const Node* gold_part = g ? g->rest : gold;
  if (!is_function_part(gold_part) || !is_function_part(answer_part)) return std::nullopt;
  if ((!a || !g) && !context.policy.integration_constant_optional) {
    return different("the constant of integration is missing on one side");
  }
  if (!g) {  // the gold is one function: the answer's C does not excuse another constant
    const Decision same = proved_values(answer_part, gold_part, context);
    return is_equal(same) ? because(same, "the same function, a constant of integration added") : same;
  }
  const Decision same =
      unless_blind(differ_by_constant(answer_part, gold_part, context), answer_part, gold_part, context);
  if (is_equal(same)) return because(same, "the same antiderivative up to a constant");
  return same;
}

std::optional<Decision> compare_renamed_constants(const Node* answer, const Node* gold, Context& context) {
  std::vector<std::string_view> mine = free_symbols(answer), theirs = free_symbols(gold);
  std::vector<std::string_view> constants, candidates;
  for (std::string_view name : theirs) {
    if (is_gold_constant(name)) constants.push_back(name);
  }
  if (constants.empty() || constants.size() > 2) return std::nullopt;
  for (std::string_view name : mine) {
    const bool in_gold = std::ranges::find(theirs, name) != theirs.end();
    if (is_free_name(name) && (!in_gold || is_gold_constant(name))) candidates.push_back(name);
  }
  if (candidates.size() != constants.size()) return std::nullopt;
  if (theirs.size() == constants.size()) return std::nullopt;  // nothing but constants
  Arena& arena = context.arena;
  const Node* fresh = answer;  // simultaneous: first to names that no text has
  for (size_t i = 0; i < candidates.size(); ++i) {
    fresh = substitute(arena, fresh, candidates[i], arena.symbol(i == 0 ? "\x01" : "\x02"));
  }
  Decision last = unknown("other constants");
  for (int turn = 0; turn < static_cast<int>(constants.size()); ++turn) {
    const Node* renamed = fresh;
    for (size_t i = 0; i < constants.size(); ++i) {
      const std::string_view to = constants[(i + static_cast<size_t>(turn)) % constants.size()];
      renamed = substitute(arena, renamed, i == 0 ? "\x01" : "\x02", arena.symbol(to));
    }
    last = proved_values(renamed, gold, context);
    if (is_equal(last)) return because(last, "equal with the free constants renamed");
  }
  return last;
}

std::optional<Decision> compare_parametrised(const Node* answer, const Node* gold, Context& context) {
  if (answer->kind != Kind::Tuple || gold->kind != Kind::Tuple || answer->args.size() != gold->args.size()) {
    return std::nullopt;
  }
  const std::vector<std::string_view> mine = free_symbols(answer), theirs = free_symbols(gold);
  if (mine.size() != 1 || theirs.size() != 1 || !is_parameter(mine[0]) || !is_parameter(theirs[0])) {
    return std::nullopt;
  }
  const Node* renamed = substitute(context.arena, answer, mine[0], context.arena.symbol(theirs[0]));
  const Decision entries = compare_in_order(renamed->args, gold->args, context);
  if (is_equal(entries)) return because(entries, "the same points, the parameter renamed");
  if (is_different(entries) && same_line(renamed, gold, theirs[0], context)) {
    return unknown("one line with two parametrisations");
  }
  return entries;
}

Decision compare_structure(const Node* answer, const Node* gold, Context& context) {
  context.fuel().spend(1);
  const Decision other = unknown("functions without a value here");
  if (same_tree(answer, gold)) return equal("the same expression");
  if (answer->kind != gold->kind || answer->args.size() != gold->args.size() || answer->args.empty()) {
    return other;
  }
  if (answer->text != gold->text || answer->function != gold->function || answer->flipped != gold->flipped) {
    return other;
  }
  if (!is_scalar(answer) && answer->kind != Kind::Call) return other;
  const Node* mine = answer;
  if (binds_symbol(answer) && binds_symbol(gold) && answer->args[1]->text != gold->args[1]->text) {
    const std::string_view to = gold->args[1]->text;
    if (count_symbol(answer->args[0], to) > 0) return other;
    std::vector<const Node*> args(answer->args.begin(), answer->args.end());
    args[0] = rename_bound(context.arena, args[0], args[1]->text, to);
    args[1] = gold->args[1];
    Node copy = *answer;
    copy.args = args;
    mine = context.arena.add(copy);
  }
  const auto compare = [&](size_t i, size_t j) {
    return compare_values_or_structure(mine->args[i], gold->args[j], context);
  };
  if (gold->kind == Kind::Add || gold->kind == Kind::Mul) {
    const Decision matched = match_items(mine->args.size(), gold->args.size(), compare, context);
    return is_equal(matched) ? matched : other;
  }
  AllEqual all;
  for (size_t i = 0; i < gold->args.size() && all.all_equal(); ++i) all.add(compare(i, i));
  return all.all_equal() ? all.result("equal in every place") : other;
}

}  // namespace r1::math
