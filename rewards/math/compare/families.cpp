#include "rewards/math/compare/families.h"

#include <algorithm>
#include <numeric>

#include "rewards/math/compare/collections.h"
#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/compare/quantities.h"
#include "rewards/math/compare/solutions.h"

namespace r1::math {
namespace {

constexpr int64_t kMaxResidues = 48;  // of one family modulo the common period

bool is_parameter_letter(std::string_view name) {
  return name == "k" || name == "n" || name == "m" || name == "l";
}

bool is_named_set(const Node* node, std::string_view name) {
  return node->kind == Kind::NamedSet && node->text == name;
}

bool is_membership(const Node* node) {
  return node->kind == Kind::Compare && node->args.size() == 2 && node->relations[0] == Relation::In;
}

bool holds_pi(const Node* node) {
  if (node->kind == Kind::Constant) return node->constant == Constant::Pi;
  return std::ranges::any_of(node->args, holds_pi);
}

// a / b, with pi cancelled where both are rational multiples of it. `incommensurable`: one is such a multiple, the other rational.
struct Quotient {
  const Node* value;
  bool incommensurable = false;
};
Quotient quotient(const Node* a, const Node* b, Context& context) {
  Arena& arena = context.arena;
  const std::string_view pi = "\x03";
  const Node* symbol = arena.symbol(pi);
  const auto multiple = [&](const Node* node) -> const Node* {  // c of c pi; null when it is not one
    if (!holds_pi(node)) return nullptr;
    const auto c = polynomial(replace_part(arena, node, arena.constant(Constant::Pi), symbol), pi, context);
    if (c && (c->empty() || (c->size() == 1 && is_zero((*c)[0], context) == Comparison::Equal))) {
      return arena.integer(0);
    }
    if (!c || c->size() != 2 || holds_pi((*c)[1])) return nullptr;
    return is_zero((*c)[0], context) == Comparison::Equal ? (*c)[1] : nullptr;
  };
  const Node *ca = multiple(a), *cb = multiple(b);
  if (ca && cb) return {arena.node(Kind::Div, {ca, cb})};
  const auto rational = [](const Node* node) {
    return node->kind != Kind::Call && !holds_pi(node) && free_symbols(node).empty();
  };
  const bool other =
      (ca && rational(b)) || (cb && rational(a) && is_zero(a, context) == Comparison::Different);
  return {arena.node(Kind::Div, {a, b}), other};
}

class FamilyReader {
 public:
  explicit FamilyReader(Context& context) : context_(context) {}

  std::optional<Family> read(const Node* node) {
    if (!read_parts(node)) return std::nullopt;
    if (family_.members.empty() || family_.members.size() > 16) return std::nullopt;
    family_.marked = family_.declared || is_marked();
    return family_;
  }

 private:
  using Nodes = std::span<const Node* const>;

  bool read_parts(const Node* node) {
    context_.fuel().spend(1);
    switch (node->kind) {
      case Kind::Tuple:  // (x = k \pi, k \in Z)
        return std::ranges::any_of(node->args, is_membership) && read_with_ranges(node->args);
      case Kind::And:
      case Kind::List:
        return read_with_ranges(node->args);
      case Kind::Or:
        if (const Node* shared = shared_modulus(node)) return read_residues(node, shared);
        [[fallthrough]];
      case Kind::Union:
        return std::ranges::all_of(node->args, [&](const Node* a) { return read_parts(a); });
      case Kind::SetBuilder:
        return read_with_ranges(node->args);
      case Kind::Set:
        return std::ranges::all_of(node->args, [&](const Node* a) { return read_parts(a); });
      case Kind::Congruent:
        return read_congruence(node);
      case Kind::Compare:
        return read_named(node);
      default:
        return read_values(node);
    }
  }

  // Parts and the ranges of their parameters.
  bool read_with_ranges(Nodes args) {
    std::vector<const Node*> parts;
    for (const Node* arg : args) {
      if (!read_range(arg)) parts.push_back(arg);
    }
    return !parts.empty() && std::ranges::all_of(parts, [&](const Node* part) { return read_parts(part); });
  }

  // "k \in Z"
  bool read_range(const Node* node) {
    if (!is_membership(node)) return false;
    const bool integers = is_named_set(node->args[1], "Z"), naturals = is_named_set(node->args[1], "N");
    if (!integers && !naturals) return false;
    const Node* who = node->args[0];
    const Node* const one[] = {who};
    for (const Node* symbol : who->kind == Kind::List || who->kind == Kind::Tuple ? who->args : Nodes(one)) {
      if (symbol->kind != Kind::Symbol) return false;
      declared_.push_back(symbol->text);
    }
    family_.declared = true;
    family_.naturals = family_.naturals || naturals;
    return true;
  }

  bool set_name(const Node* name) {
    if (family_.name && !same_tree(family_.name, name)) return false;
    family_.name = name;
    return true;
  }

  bool read_congruence(const Node* node) {
    const Node *name = node->args[0], *residue = node->args[1], *modulus = node->args[2];
    if (residue->kind == Kind::Symbol && name->kind != Kind::Symbol) std::swap(name, residue);
    if (name->kind != Kind::Symbol || !free_symbols(modulus).empty()) return false;
    if (!set_name(name)) return false;
    family_.declared = true;
    const Node* const one[] = {residue};
    for (const Node* value : residue->kind == Kind::List ? residue->args : Nodes(one)) {
      for (const Node* signed_value : both_signs(context_.arena, value)) {
        if (!is_scalar(signed_value) || !free_symbols(signed_value).empty()) return false;
        family_.members.push_back({signed_value, modulus});
      }
    }
    return is_zero(modulus, context_) == Comparison::Different;
  }

  // "x = 1, 4 (mod 5)" comes as x = 1 or x = 4 mod 5: the modulus of the last one is everyone's.
  const Node* shared_modulus(const Node* node) {
    for (size_t i = 0; i < node->args.size(); ++i) {
      const Node* part = node->args[i];
      if (part->kind != Kind::Compare || part->relations.size() != 1 ||
          part->relations[0] != Relation::Equal) {
        return nullptr;
      }
      const Node* value = part->args[1];
      const bool is_mod = value->kind == Kind::Call && value->function == Function::Mod;
      if (is_mod != (i + 1 == node->args.size())) return nullptr;
      if (is_mod) return value->args[1];
    }
    return nullptr;
  }

  bool read_residues(const Node* node, const Node* modulus) {
    for (const Node* part : node->args) {
      const Node* value = part->args[1];
      if (value->kind == Kind::Call && value->function == Function::Mod) value = value->args[0];
      if (!read_congruence(context_.arena.node(Kind::Congruent, {part->args[0], value, modulus})))
        return false;
    }
    return true;
  }

  // "2 k \pi (k \in Z)" may come as a product: the value without the ranges of its parameters.
  const Node* without_ranges(const Node* node) {
    if (node->kind != Kind::Mul && node->kind != Kind::Add) return node;
    std::vector<const Node*> rest;
    bool changed = false;
    for (const Node* arg : node->args) {
      if (node->kind == Kind::Mul && read_range(arg)) {
        changed = true;
        continue;
      }
      rest.push_back(without_ranges(arg));
      changed = changed || rest.back() != arg;
    }
    if (!changed || rest.empty()) return node;
    return rest.size() == 1 ? rest[0] : context_.arena.node(node->kind, rest);
  }

  bool read_named(const Node* node) {
    if (node->relations.size() != 1) return false;
    if (node->relations[0] == Relation::In && node->args[1]->kind == Kind::SetBuilder) {
      return set_name(node->args[0]) && read_parts(node->args[1]);
    }
    if (node->relations[0] != Relation::Equal || node->args[0]->kind != Kind::Symbol) return false;
    if (!set_name(node->args[0])) return false;
    const Node* value = node->args[1];
    if (value->kind == Kind::List) {
      return std::ranges::all_of(value->args, [&](const Node* item) { return read_values(item); });
    }
    return read_values(value);
  }

  bool read_values(const Node* node) {
    for (const Node* value : both_signs(context_.arena, without_ranges(node))) {
      if (!read_value(value)) return false;
    }
    return true;
  }

  // base + step * k, also with (-1)^k
  bool read_value(const Node* value) {
    value = degrees_as_radians(value);
    if (!is_scalar(value)) return false;
    std::string_view parameter;
    for (std::string_view name : free_symbols(value)) {
      const bool declared = std::ranges::find(declared_, name) != declared_.end();
      if (!parameter.empty() || (!declared && !is_parameter_letter(name))) return false;
      parameter = name;
    }
    if (parameter.empty()) return false;
    letters_.push_back(parameter);
    if (const Node* sign = find_alternating(value, parameter)) {
      return add_member(at_parity(value, sign, parameter, 0), parameter) &&
             add_member(at_parity(value, sign, parameter, 1), parameter);
    }
    return add_member(value, parameter);
  }

  const Node* degrees_as_radians(const Node* value) {
    if (!holds_quantity(value)) return value;
    Arena& arena = context_.arena;
    // sin's rule does it for a whole value too: radians(f(v)) without f
    const auto measure = read_measure(value, context_);
    if (!measure || measure->units.size() != 1 || !is_angle(measure->units[0].key)) return value;
    const Node* unit = arena.text(Kind::Unit, measure->units[0].key);
    const Node* angle = arena.node(Kind::Quantity, {measure->value, unit});
    return angles_as_radians(arena, arena.call(Function::Sin, {angle}))->args[0];
  }

  // (-1)^k
  const Node* find_alternating(const Node* node, std::string_view parameter) {
    if (node->kind == Kind::Pow && small_integer(node->args[0], context_) == -1 &&
        node->args[1]->kind == Kind::Symbol && node->args[1]->text == parameter) {
      return node;
    }
    for (const Node* arg : node->args) {
      if (const Node* found = find_alternating(arg, parameter)) return found;
    }
    return nullptr;
  }

  // The value for k = 2k + odd.
  const Node* at_parity(const Node* value, const Node* sign, std::string_view parameter, int odd) {
    Arena& arena = context_.arena;
    const Node* split = replace_part(arena, value, sign, arena.integer(odd ? -1 : 1));
    const Node* index = arena.node(
        Kind::Add, {arena.node(Kind::Mul, {arena.integer(2), arena.symbol(parameter)}), arena.integer(odd)});
    return substitute(arena, split, parameter, index);
  }

  bool add_member(const Node* value, std::string_view parameter) {
    const auto coefficients = polynomial(value, parameter, context_);
    if (!coefficients || coefficients->size() != 2) return false;
    if (is_zero((*coefficients)[1], context_) != Comparison::Different) return false;
    family_.members.push_back({(*coefficients)[0], (*coefficients)[1]});
    return true;
  }

  // Phase + k pi in which the letter can only count periods: (n - 2) pi may be a formula in n.
  bool is_marked() {
    const bool multiples_of_pi =
        std::ranges::all_of(family_.members, [](const Progression& p) { return holds_pi(p.step); });
    if (!multiples_of_pi) return false;
    if (std::ranges::none_of(letters_, [](std::string_view letter) { return letter == "n"; })) return true;
    return std::ranges::any_of(family_.members, [&](const Progression& p) {
      const Node* periods = quotient(p.base, p.step, context_).value;
      return !small_integer(periods, context_) && is_zero(p.base, context_) == Comparison::Different;
    });
  }

  Context& context_;
  Family family_;
  std::vector<std::string_view> declared_, letters_;
};

// A fraction p/q of small integers equal to the node.
std::optional<std::pair<int64_t, int64_t>> small_fraction(const Node* node, Context& context) {
  Arena& arena = context.arena;
  for (int64_t q = 1; q <= 12; ++q) {
    const auto p = small_integer(arena.node(Kind::Mul, {arena.integer(q), node}), context);
    if (p && *p != 0 && std::abs(*p) <= kMaxResidues) return std::pair{std::abs(*p), q};
  }
  return std::nullopt;
}

// Every member of both families as residues modulo one period.
struct Residues {
  std::vector<const Node*> answer, gold;
  const Node* period;
};
std::optional<Residues> residues(const Family& answer, const Family& gold, Context& context) {
  Arena& arena = context.arena;
  const Node* unit = gold.members[0].step;
  int64_t period = 1, denominator = 1;  // in units of `unit`: period / denominator
  std::vector<std::pair<int64_t, int64_t>> steps;
  for (const Family* family : {&answer, &gold}) {
    for (const Progression& member : family->members) {
      const auto step = small_fraction(quotient(member.step, unit, context).value, context);
      if (!step) return std::nullopt;
      steps.push_back(*step);
      denominator = std::lcm(denominator, step->second);
    }
  }
  for (auto& [p, q] : steps) {
    p *= denominator / q;
    period = std::lcm(period, p);
    if (period > 4096) return std::nullopt;
  }
  Residues all;
  all.period = arena.node(Kind::Div,
                          {arena.node(Kind::Mul, {arena.integer(period), unit}), arena.integer(denominator)});
  size_t next = 0;
  for (const Family* family : {&answer, &gold}) {
    auto& classes = family == &answer ? all.answer : all.gold;
    for (const Progression& member : family->members) {
      const int64_t count = period / steps[next++].first;
      if (count > kMaxResidues || classes.size() > kMaxMatched) return std::nullopt;
      for (int64_t i = 0; i < count; ++i) {
        classes.push_back(
            arena.node(Kind::Add, {member.base, arena.node(Kind::Mul, {arena.integer(i), member.step})}));
      }
    }
  }
  return all;
}

// Whether two residues agree modulo the period: their difference over it is a whole number.
Decision same_residue(const Node* a, const Node* g, const Node* period, Context& context) {
  Arena& arena = context.arena;
  const Node* periods = quotient(difference(arena, a, g), period, context).value;
  if (small_integer(periods, context)) return equal("the same residue");
  const Decision whole = equal_values(periods, arena.call(Function::Floor, {periods}), context);
  return is_different(whole) ? different("another residue") : unknown("a residue that is not decided");
}

Decision compare_members(const Family& answer, const Family& gold, Context& context) {
  const Quotient steps = quotient(answer.members[0].step, gold.members[0].step, context);
  if (steps.incommensurable) return different("periods without a common multiple");
  const auto all = residues(answer, gold, context);
  if (!all) return unknown("families with periods that are not compared");
  const auto includes = [&](const std::vector<const Node*>& in, const std::vector<const Node*>& what) {
    AllEqual every;
    for (const Node* item : what) {
      Decision best = different("a value of one family is not in the other");
      for (const Node* other : in) {
        context.fuel().spend(1);
        const Decision same = same_residue(item, other, all->period, context);
        if (is_equal(same)) {
          best = same;
          break;
        }
        if (is_unknown(same)) best = same;
      }
      every.add(best);
      if (every.failed()) break;
    }
    return every.result("the same values of the parameter");
  };
  AllEqual both;
  both.add(includes(all->gold, all->answer));
  if (!both.failed()) both.add(includes(all->answer, all->gold));
  return both.result("families that run through the same values");
}

// Whether a guess that the side is a family is allowed at all.
bool plausible(const Family& family) { return family.marked || family.name; }

}  // namespace

bool may_be_family(const Node* node) {
  if (node->kind == Kind::Call && node->function == Function::Mod) return true;
  if (node->kind == Kind::Congruent) return true;
  if (is_membership(node)) {
    if (node->args[1]->kind == Kind::NamedSet) {
      return node->args[1]->text == "Z" || node->args[1]->text == "N";
    }
    return may_be_family(node->args[1]);
  }
  if (node->kind == Kind::Symbol) return is_parameter_letter(node->text);
  return std::ranges::any_of(node->args, may_be_family);
}

std::optional<Family> read_family(const Node* node, Context& context) {
  return FamilyReader(context).read(node);
}

Decision compare_families(const Node* answer, const Node* gold, Context& context) {
  const std::optional<Family> a = read_family(answer, context), g = read_family(gold, context);
  if (!a && !g) return unknown("no families");
  if (!a || !g) {
    const Family& family = a ? *a : *g;
    const Node* other = a ? gold : answer;
    const bool single = is_scalar(other) && free_symbols(other).empty();
    if (single && family.marked) return different("one value against infinitely many");
    return unknown("a family against something else");
  }
  if (a->name && g->name && !same_tree(a->name, g->name)) return different("a family of another variable");
  if (a->naturals || g->naturals) return unknown("a parameter that is a natural number");
  const Decision members = compare_members(*a, *g, context);
  const bool sure = plausible(*a) && plausible(*g) && (a->marked || g->marked);
  if (is_equal(members) && !sure) return unknown("formulas in a letter, or families with a parameter");
  return members;
}

}  // namespace r1::math
