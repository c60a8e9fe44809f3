#include "rewards/math/compare/interval_sets.h"

#include <algorithm>

#include "rewards/math/compare/collections.h"
#include "rewards/math/compare/compare.h"
#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/solutions.h"

namespace r1::math {
namespace {

// An end as a place on the line: which side of it the set begins or ends.
struct Place {
  const Node* value;  // none: infinite
  int infinite;       // sign when value is none
  int side;           // -1 just below the value, 0 at it, 1 just above
};

Place first(const RealInterval& part) { return {part.lower, -1, part.open_lower ? 1 : 0}; }
Place last(const RealInterval& part) { return {part.upper, 1, part.open_upper ? -1 : 0}; }

Order order_ints(int a, int b) { return a < b ? Order::Less : a > b ? Order::Greater : Order::Equal; }

Order order_places(const Place& a, const Place& b, Context& context) {
  if (!a.value || !b.value) {
    return order_ints(a.value ? 0 : a.infinite, b.value ? 0 : b.infinite);
  }
  context.fuel().spend(1);
  const Order values = same_tree(a.value, b.value) ? Order::Equal : order(a.value, b.value, context);
  return values == Order::Equal ? order_ints(a.side, b.side) : values;
}

// Whether the part holds a point; none when unknown.
std::optional<bool> is_empty(const RealInterval& part, Context& context) {
  if (!part.lower || !part.upper) return false;
  const Order ends =
      same_tree(part.lower, part.upper) ? Order::Equal : order(part.lower, part.upper, context);
  if (ends == Order::Unknown) return std::nullopt;
  if (ends == Order::Equal) return part.open_lower || part.open_upper;
  return ends == Order::Greater;
}

// Whether a set that ends at `end` and one that begins at `begin` (not before it) leave no gap.
std::optional<bool> touches(const Place& end, const Place& begin, Context& context) {
  if (!end.value) return true;
  if (!begin.value) return begin.infinite < 0;
  const Order values =
      same_tree(end.value, begin.value) ? Order::Equal : order(end.value, begin.value, context);
  if (values == Order::Unknown) return std::nullopt;
  if (values == Order::Equal) return end.side == 0 || begin.side == 0;
  return values == Order::Greater;
}

std::optional<RealSet> merge_sorted(std::vector<RealInterval>& parts, Context& context) {
  RealSet merged;
  for (const RealInterval& part : parts) {
    if (merged.parts.empty()) {
      merged.parts.push_back(part);
      continue;
    }
    RealInterval& open = merged.parts.back();
    const std::optional<bool> joined = touches(last(open), first(part), context);
    if (!joined) return std::nullopt;
    if (!*joined) {
      merged.parts.push_back(part);
      continue;
    }
    const Order ends = order_places(last(open), last(part), context);
    if (ends == Order::Unknown) return std::nullopt;
    if (ends == Order::Less) {
      open.upper = part.upper;
      open.open_upper = part.open_upper;
    }
  }
  return merged;
}

// Sorted, joined, without empty parts; none when the ends cannot be ordered.
std::optional<RealSet> normalise(std::vector<RealInterval> parts, Context& context) {
  std::vector<RealInterval> sorted;
  for (const RealInterval& part : parts) {
    const std::optional<bool> empty = is_empty(part, context);
    if (!empty) return std::nullopt;
    if (*empty) continue;
    size_t place = sorted.size();
    while (place > 0) {
      const Order begins = order_places(first(part), first(sorted[place - 1]), context);
      if (begins == Order::Unknown) return std::nullopt;
      if (begins != Order::Less) break;
      --place;
    }
    sorted.insert(sorted.begin() + static_cast<std::ptrdiff_t>(place), part);
    if (sorted.size() > kMaxParts) return std::nullopt;
  }
  return merge_sorted(sorted, context);
}

// The normal form, or the parts as they are when their ends cannot be ordered.
RealSet settle(std::vector<RealInterval> parts, Context& context) {
  if (std::optional<RealSet> set = normalise(parts, context)) return *set;
  return {std::move(parts), false};
}

std::optional<RealSet> read_interval(const Node* lower, const Node* upper, bool open_lower, bool open_upper,
                                     Context& context) {
  RealInterval part{lower, upper, open_lower, open_upper};
  if (infinity_sign(lower) < 0) part.lower = nullptr;
  if (infinity_sign(upper) > 0) part.upper = nullptr;
  if (infinity_sign(lower) > 0 || infinity_sign(upper) < 0) return std::nullopt;
  if ((!part.lower && !open_lower) || (!part.upper && !open_upper)) return std::nullopt;  // [0, \infty]
  for (const Node* end : {part.lower, part.upper}) {
    if (end && !is_scalar(end)) return std::nullopt;
  }
  const std::optional<bool> empty = is_empty(part, context);
  if (empty && *empty) return std::nullopt;  // written backwards, or (a, a)
  return RealSet{{part}, empty.has_value()};
}

std::optional<RealSet> read_points(std::span<const Node* const> items, Context& context) {
  if (items.size() > kMaxParts) return std::nullopt;
  std::vector<RealInterval> parts;
  for (const Node* item : items) {
    if (!is_scalar(item) || infinity_sign(item) != 0) return std::nullopt;
    parts.push_back({item, item, false, false});
  }
  return settle(std::move(parts), context);
}

// The integers of a bounded set, when there are few.
std::optional<RealSet> integers_of(const RealSet& set, Context& context) {
  if (!set.ordered) return std::nullopt;
  std::vector<RealInterval> parts;
  for (const RealInterval& part : set.parts) {
    if (!part.lower || !part.upper) return std::nullopt;
    const auto from = small_integer(context.arena.call(Function::Ceiling, {part.lower}), context);
    const auto to = small_integer(context.arena.call(Function::Floor, {part.upper}), context);
    if (!from || !to || *from < -1'000'000 || *to > 1'000'000) return std::nullopt;
    for (int64_t i = *from; i <= *to; ++i) {
      const Node* point = context.arena.integer(i);
      if (i == *from && part.open_lower && order(point, part.lower, context) == Order::Equal) continue;
      if (i == *to && part.open_upper && order(point, part.upper, context) == Order::Equal) continue;
      parts.push_back({point, point, false, false});
      if (parts.size() > kMaxParts) return std::nullopt;
    }
  }
  return normalise(std::move(parts), context);
}

bool is_named_set(const Node* node, std::string_view name) {
  return node->kind == Kind::NamedSet && node->text == name;
}

std::optional<RealSet> read_set_builder(const Node* node, Solving solving, Context& context) {
  const Node* name = node->args[0];
  std::vector<const Node*> conditions(node->args.begin() + 1, node->args.end());
  if (name->kind == Kind::Compare && name->args.size() == 2 && name->relations[0] == Relation::In) {
    conditions.push_back(name);
    name = name->args[0];
  }
  if (name->kind != Kind::Symbol) return std::nullopt;
  std::vector<const Node*> real_conditions;
  bool integers = false;
  for (const Node* condition : conditions) {
    const bool membership = condition->kind == Kind::Compare && condition->args.size() == 2 &&
                            condition->relations[0] == Relation::In && same_tree(condition->args[0], name);
    if (membership && is_named_set(condition->args[1], "Z")) {
      integers = true;
    } else {
      real_conditions.push_back(condition);
    }
  }
  std::optional<RealSet> set = RealSet{{RealInterval{}}, true};
  for (const Node* condition : real_conditions) {
    const std::optional<RealSet> part = solve_statement(condition, name, solving, context);
    if (!part) return std::nullopt;
    set = intersect(*set, *part, context);
    if (!set) return std::nullopt;
  }
  return integers ? integers_of(*set, context) : set;
}

std::optional<RealSet> combine(const Node* node, Solving solving, Context& context) {
  std::optional<RealSet> all;
  for (const Node* arg : node->args) {
    std::optional<RealSet> part = read_real_set(arg, solving, context);
    if (!part) return std::nullopt;
    if (!all) {
      all = std::move(part);
      continue;
    }
    if (node->kind == Kind::Union) {
      std::vector<RealInterval> parts = all->parts;
      parts.insert(parts.end(), part->parts.begin(), part->parts.end());
      if (parts.size() > kMaxParts) return std::nullopt;
      all = settle(std::move(parts), context);
    } else {
      if (node->kind == Kind::Difference) part = complement(*part, context);
      if (!part) return std::nullopt;
      all = intersect(*all, *part, context);
      if (!all) return std::nullopt;
    }
  }
  return all;
}

std::optional<RealSet> link_set(const Node* left, Relation relation, const Node* right, const Node* name,
                                Solving solving, Context& context);

std::optional<RealSet> solve_chain(const Node* chain, const Node* name, Solving solving, Context& context) {
  std::optional<RealSet> set = RealSet{{RealInterval{}}, true};
  for (size_t i = 0; i < chain->relations.size() && set; ++i) {
    const std::optional<RealSet> link =
        link_set(chain->args[i], chain->relations[i], chain->args[i + 1], name, solving, context);
    if (!link) return std::nullopt;
    set = intersect(*set, *link, context);
  }
  return set;
}

Relation mirrored(Relation relation) {
  switch (relation) {
    case Relation::Less:
      return Relation::Greater;
    case Relation::LessEqual:
      return Relation::GreaterEqual;
    case Relation::Greater:
      return Relation::Less;
    case Relation::GreaterEqual:
      return Relation::LessEqual;
    default:
      return relation;
  }
}

// {x : x relation value}
std::optional<RealSet> half_line(Relation relation, const Node* value, Context& context) {
  if (relation == Relation::Equal) {
    if (value->kind == Kind::List || value->kind == Kind::Set) return read_points(value->args, context);
    const Node* one[] = {value};
    return read_points(one, context);
  }
  if (relation == Relation::NotEqual && holds_plus_minus(value)) {
    const auto points = read_points(both_signs(context.arena, value), context);
    return points ? complement(*points, context) : std::nullopt;
  }
  if (!is_scalar(value)) return std::nullopt;
  if (relation == Relation::NotEqual) {
    return RealSet{{{nullptr, value, true, true}, {value, nullptr, true, true}}, true};
  }
  const int sign = infinity_sign(value);
  if (relation == Relation::Less || relation == Relation::LessEqual) {
    if (sign < 0) return std::nullopt;
    return RealSet{{{nullptr, sign ? nullptr : value, true, sign || relation == Relation::Less}}, true};
  }
  if (relation == Relation::Greater || relation == Relation::GreaterEqual) {
    if (sign > 0) return std::nullopt;
    return RealSet{{{sign ? nullptr : value, nullptr, sign || relation == Relation::Greater, true}}, true};
  }
  return std::nullopt;
}

std::optional<RealSet> link_set(const Node* left, Relation relation, const Node* right, const Node* name,
                                Solving solving, Context& context) {
  if (same_tree(right, name) && !occurs(name, left)) {
    std::swap(left, right);
    relation = mirrored(relation);
  }
  if (same_tree(left, name) && !occurs(name, right)) {
    if (relation == Relation::In || relation == Relation::NotIn) {
      const std::optional<RealSet> set = read_real_set(right, solving, context);
      return set && relation == Relation::NotIn ? complement(*set, context) : set;
    }
    return half_line(relation, right, context);
  }
  if (solving == Solving::SolvedOnly || name->kind != Kind::Symbol) return std::nullopt;
  return solve_inequality(left, relation, right, name->text, context);
}

}  // namespace

int infinity_sign(const Node* node) {
  if (node->kind == Kind::Constant && node->constant == Constant::Infinity) return 1;
  return node->kind == Kind::Neg ? -infinity_sign(node->args[0]) : 0;
}

bool occurs(const Node* part, const Node* node) {
  if (same_tree(part, node)) return true;
  return std::ranges::any_of(node->args, [part](const Node* arg) { return occurs(part, arg); });
}

const Node* replace_part(Arena& arena, const Node* node, const Node* part, const Node* replacement) {
  arena.fuel().spend(1);
  if (same_tree(node, part)) return replacement;
  std::vector<const Node*> args(node->args.begin(), node->args.end());
  bool changed = false;
  for (const Node*& arg : args) {
    const Node* replaced = replace_part(arena, arg, part, replacement);
    changed |= replaced != arg;
    arg = replaced;
  }
  if (!changed) return node;
  Node copy = *node;
  copy.args = args;
  return arena.add(copy);
}

std::optional<RealSet> unite(const RealSet& a, const RealSet& b, Context& context) {
  std::vector<RealInterval> parts = a.parts;
  parts.insert(parts.end(), b.parts.begin(), b.parts.end());
  return normalise(std::move(parts), context);
}

std::optional<RealSet> intersect(const RealSet& a, const RealSet& b, Context& context) {
  std::vector<RealInterval> parts;
  for (const RealInterval& x : a.parts) {
    for (const RealInterval& y : b.parts) {
      const Order begins = order_places(first(x), first(y), context);
      const Order ends = order_places(last(x), last(y), context);
      if (begins == Order::Unknown || ends == Order::Unknown) return std::nullopt;
      const RealInterval& from = begins == Order::Less ? y : x;
      const RealInterval& to = ends == Order::Less ? x : y;
      parts.push_back({from.lower, to.upper, from.open_lower, to.open_upper});
      if (parts.size() > kMaxParts) return std::nullopt;
    }
  }
  return settle(std::move(parts), context);
}

std::optional<RealSet> complement(const RealSet& set, Context&) {
  if (!set.ordered && set.parts.size() > 1) return std::nullopt;
  RealSet result;
  RealInterval gap;
  bool to_infinity = true;
  for (const RealInterval& part : set.parts) {
    gap.upper = part.lower;
    gap.open_upper = !part.open_lower;
    if (part.lower) result.parts.push_back(gap);
    gap = {part.upper, nullptr, !part.open_upper, true};
    to_infinity = part.upper != nullptr;
  }
  if (to_infinity) result.parts.push_back(gap);
  result.ordered = set.ordered;
  return result;
}

std::optional<RealSet> read_real_set(const Node* node, Solving solving, Context& context) {
  context.fuel().spend(1);
  switch (node->kind) {
    case Kind::Interval:
      return read_interval(node->args[0], node->args[1], node->open_lower, node->open_upper, context);
    case Kind::Tuple:
      if (node->args.size() != 2) return std::nullopt;
      if (is_empty({node->args[0], node->args[1]}, context).has_value()) {
        return read_interval(node->args[0], node->args[1], true, true, context);
      }
      return std::nullopt;
    case Kind::Set:
      return read_points(node->args, context);
    case Kind::NamedSet:
      if (node->text == "R") return RealSet{{RealInterval{}}, true};
      if (node->text == "empty") return RealSet{};
      return std::nullopt;
    case Kind::Union:
    case Kind::Intersection:
    case Kind::Difference:
      return combine(node, solving, context);
    case Kind::SetBuilder:
      return read_set_builder(node, solving, context);
    default:
      return std::nullopt;
  }
}

std::optional<RealSet> solve_statement(const Node* statement, const Node* name, Solving solving,
                                       Context& context) {
  context.fuel().spend(1);
  switch (statement->kind) {
    case Kind::Compare:
      return solve_chain(statement, name, solving, context);
    case Kind::Not: {
      const auto inner = solve_statement(statement->args[0], name, solving, context);
      return inner ? complement(*inner, context) : std::nullopt;
    }
    case Kind::And:
    case Kind::Or:
    case Kind::List:
      break;
    default:
      return std::nullopt;
  }
  std::optional<RealSet> all, any;
  for (const Node* arg : statement->args) {
    const std::optional<RealSet> part = solve_statement(arg, name, solving, context);
    if (!part) return std::nullopt;
    all = all ? intersect(*all, *part, context) : part;
    any = any ? unite(*any, *part, context) : part;
    if (!all || !any) return std::nullopt;
  }
  if (statement->kind == Kind::Or) return any;
  // "x < -1, x > 2" holds for no number and is mostly meant as "or": no reading.
  if (all->ordered && all->parts.empty() && statement->args.size() > 1) return std::nullopt;
  return all;
}

const Node* subject(const Node* statement) {
  if (statement->kind == Kind::And || statement->kind == Kind::Or || statement->kind == Kind::List ||
      statement->kind == Kind::Not) {
    return statement->args.empty() ? nullptr : subject(statement->args[0]);
  }
  if (statement->kind != Kind::Compare) return nullptr;
  const auto is_subject = [](const Node* node) {
    return (node->kind == Kind::Symbol && is_name(node)) ||
           (node->kind == Kind::Call && node->function == Function::Named);
  };
  if (statement->args.size() == 3 && is_subject(statement->args[1])) return statement->args[1];
  if (is_subject(statement->args[0])) return statement->args[0];
  if (is_subject(statement->args[1])) return statement->args[1];
  return nullptr;
}

Decision compare_real_sets(const RealSet& answer, const RealSet& gold, Context& context) {
  const auto compare_ends = [&](const Node* a, const Node* g) {
    if (!a || !g) return a == g ? equal("both infinite") : different("a finite end, an infinite end");
    return compare_trees(a, g, context);
  };
  const auto compare_parts = [&](size_t i, size_t j) {
    const RealInterval &a = answer.parts[i], &g = gold.parts[j];
    if (a.open_lower != g.open_lower || a.open_upper != g.open_upper) {
      return different("an open end, a closed end");
    }
    AllEqual ends;
    ends.add(compare_ends(a.lower, g.lower));
    if (!ends.failed()) ends.add(compare_ends(a.upper, g.upper));
    return ends.result("the same interval");
  };
  if (answer.ordered && gold.ordered) {
    if (answer.parts.size() != gold.parts.size()) return different("sets of another number of intervals");
    AllEqual all;
    for (size_t i = 0; i < answer.parts.size() && !all.failed(); ++i) all.add(compare_parts(i, i));
    return all.result("the same set of reals");
  }
  const Decision matched = match_items(answer.parts.size(), gold.parts.size(), compare_parts, context);
  if (is_equal(matched)) return because(matched, "the same intervals");
  return unknown("intervals whose ends cannot be ordered");
}

}  // namespace r1::math
