#include "rewards/math/compare/piecewise.h"

#include <algorithm>

#include "rewards/math/compare/collections.h"
#include "rewards/math/compare/compare.h"
#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/relations.h"

namespace r1::math {
namespace {

struct Piece {
  const Node* value;
  RealSet where;
};

// |u|, the sign of u or the root of a square of u, where u holds the symbol.
struct Kink {
  const Node* node;
  const Node* inside;
  bool is_sign;
};
std::optional<Kink> find_kink(const Node* node, const Node* symbol) {
  if (node->kind == Kind::Call && !node->args.empty() && occurs(symbol, node)) {
    if (node->function == Function::Abs) return Kink{node, node->args[0], false};
    if (node->function == Function::Sign) return Kink{node, node->args[0], true};
  }
  for (const Node* arg : node->args) {
    if (const auto found = find_kink(arg, symbol)) return found;
  }
  return std::nullopt;
}

// \sqrt{u^2} as |u|
const Node* roots_of_squares(const Node* node, Context& context) {
  std::vector<const Node*> args(node->args.begin(), node->args.end());
  bool changed = false;
  for (const Node*& arg : args) {
    const Node* rewritten = roots_of_squares(arg, context);
    changed |= rewritten != arg;
    arg = rewritten;
  }
  if (node->kind == Kind::Call && node->function == Function::Root && args[0]->kind == Kind::Pow &&
      small_integer(args[1], context) == 2 && small_integer(args[0]->args[1], context) == 2) {
    return context.arena.call(Function::Abs, {args[0]->args[0]});
  }
  if (!changed) return node;
  Node copy = *node;
  copy.args = args;
  return context.arena.add(copy);
}

// Splits a piece where the insides of absolute values change their signs.
bool add_smooth_pieces(const Piece& piece, const Node* symbol, int splits, std::vector<Piece>& pieces,
                       Context& context) {
  const auto kink = find_kink(piece.value, symbol);
  if (!kink || splits == 0) {
    pieces.push_back(piece);
    return pieces.size() <= 32;
  }
  Arena& arena = context.arena;
  const Node* zero = arena.integer(0);
  for (const Relation relation : {Relation::Greater, Relation::Equal, Relation::Less}) {
    const int sign = relation == Relation::Greater ? 1 : relation == Relation::Less ? -1 : 0;
    const auto region = solve_inequality(kink->inside, relation, zero, symbol->text, context);
    const auto where = region ? intersect(*region, piece.where, context) : std::nullopt;
    if (!where) {
      pieces.push_back(piece);
      return relation == Relation::Greater;  // nothing was split off yet
    }
    if (where->parts.empty()) continue;
    const Node* plain = kink->is_sign || sign == 0 ? arena.integer(sign)
                        : sign > 0                 ? kink->inside
                                                   : arena.node(Kind::Neg, {kink->inside});
    const Piece part{replace_part(arena, piece.value, kink->node, plain), *where};
    if (!add_smooth_pieces(part, symbol, splits - 1, pieces, context)) return false;
  }
  return true;
}

// The pieces with disjoint domains: a later condition counts only where the earlier ones do not hold.
std::optional<std::vector<Piece>> read_pieces(const Node* node, const Node* symbol, Context& context) {
  std::vector<Piece> pieces;
  RealSet rest{{RealInterval{}}, true};
  constexpr int kSplits = 3;
  const auto add = [&](const Node* value, const RealSet& where) {
    return add_smooth_pieces({roots_of_squares(value, context), where}, symbol, kSplits, pieces, context);
  };
  if (!is_piecewise(node)) return add(node, rest) ? std::optional(pieces) : std::nullopt;
  for (size_t i = 0; i < node->args.size(); i += 2) {
    std::optional<RealSet> where = rest;
    if (i + 1 < node->args.size()) {
      if (!is_statement(node->args[i + 1])) return std::nullopt;
      where = solve_statement(node->args[i + 1], symbol, Solving::Allowed, context);
      if (!where || !where->ordered) return std::nullopt;
      where = intersect(rest, *where, context);
      const auto outside = where ? complement(*where, context) : std::nullopt;
      const auto left = outside ? intersect(rest, *outside, context) : std::nullopt;
      if (!left || !left->ordered) return std::nullopt;
      rest = *left;
    }
    if (!add(node->args[i], *where)) return std::nullopt;
  }
  return pieces;
}

// Two points between the ends.
std::vector<const Node*> points_inside(const RealInterval& part, Arena& arena) {
  std::vector<const Node*> points;
  for (const int64_t weight : {2, 3}) {
    const Node* step = arena.integer(weight);
    if (!part.lower && !part.upper) {
      points.push_back(step);
    } else if (!part.lower) {
      points.push_back(difference(arena, part.upper, step));
    } else if (!part.upper) {
      points.push_back(arena.node(Kind::Add, {part.lower, step}));
    } else {  // (weight * lower + upper) / (weight + 1)
      const Node* sum = arena.node(Kind::Add, {arena.node(Kind::Mul, {step, part.lower}), part.upper});
      points.push_back(arena.node(Kind::Div, {sum, arena.integer(weight + 1)}));
    }
  }
  return points;
}

// Whether the values agree on every point of the set.
Decision agree_on(const Node* answer, const Node* gold, const RealSet& set, const Node* symbol,
                  Context& context) {
  AllEqual all;
  std::optional<Decision> as_functions;
  for (const RealInterval& part : set.parts) {
    const bool point = part.lower && part.lower == part.upper;
    const bool single =
        point || (part.lower && part.upper && order(part.lower, part.upper, context) == Order::Equal);
    if (single) {
      all.add(compare_trees(substitute(context.arena, answer, symbol->text, part.lower),
                            substitute(context.arena, gold, symbol->text, part.lower), context));
      continue;
    }
    if (!as_functions) as_functions = compare_trees(answer, gold, context);
    if (is_equal(*as_functions)) {
      all.add(*as_functions);
      continue;
    }
    // Other functions may still agree on an interval: only a point of it proves them different.
    Decision there = unknown("pieces that are not proved equal");
    for (const Node* inside : points_inside(part, context.arena)) {
      const Decision at_point = compare_trees(substitute(context.arena, answer, symbol->text, inside),
                                              substitute(context.arena, gold, symbol->text, inside), context);
      if (is_different(at_point)) there = at_point;
    }
    all.add(there);
  }
  return all.result("the same pieces");
}

// Pieces with conditions in words: the same values under the same conditions.
Decision compare_pieces_as_written(const Node* answer, const Node* gold, Context& context) {
  const Decision other = unknown("pieces whose conditions are not solved here");
  if (!is_piecewise(answer) || !is_piecewise(gold) || answer->args.size() != gold->args.size()) return other;
  if (gold->args.size() % 2 != 0) return other;
  const Decision matched = match_items(
      answer->args.size() / 2, gold->args.size() / 2,
      [&](size_t i, size_t j) {
        AllEqual both;
        both.add(compare_trees(answer->args[2 * i + 1], gold->args[2 * j + 1], context));
        if (both.all_equal()) both.add(compare_trees(answer->args[2 * i], gold->args[2 * j], context));
        return both.result("the same piece");
      },
      context);
  return is_equal(matched) ? matched : other;
}

}  // namespace

bool is_piecewise(const Node* node) {
  return node->kind == Kind::Call && node->function == Function::Piecewise && node->args.size() >= 2;
}

Decision compare_piecewise(const Node* answer, const Node* gold, Context& context) {
  std::vector<std::string_view> names = free_symbols(gold);
  for (std::string_view name : free_symbols(answer)) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  if (names.size() != 1) return compare_pieces_as_written(answer, gold, context);
  const Node* symbol = context.arena.symbol(names[0]);
  const auto a = read_pieces(answer, symbol, context), g = read_pieces(gold, symbol, context);
  if (!a || !g) return compare_pieces_as_written(answer, gold, context);
  RealSet covered_a, covered_g;
  AllEqual all;
  for (const Piece& mine : *a) {
    for (const Piece& theirs : *g) {
      const auto both = intersect(mine.where, theirs.where, context);
      if (!both || !both->ordered) return unknown("pieces whose borders cannot be ordered");
      if (!both->parts.empty()) all.add(agree_on(mine.value, theirs.value, *both, symbol, context));
    }
    const auto more = unite(covered_a, mine.where, context);
    if (!more) return unknown("pieces whose borders cannot be ordered");
    covered_a = *more;
  }
  for (const Piece& theirs : *g) {
    const auto more = unite(covered_g, theirs.where, context);
    if (!more) return unknown("pieces whose borders cannot be ordered");
    covered_g = *more;
  }
  all.add(compare_real_sets(covered_a, covered_g, context));
  return all.result("the same function piece by piece");
}

std::optional<RealSet> natural_domain(const Node* node, const Node* symbol, Context& context) {
  RealSet everywhere{{RealInterval{}}, true};
  if (!occurs(symbol, node)) return everywhere;
  const Node* zero = context.arena.integer(0);
  std::optional<RealSet> domain = everywhere;
  const auto restrict = [&](const Node* part, Relation relation) {
    const auto where = solve_inequality(part, relation, zero, symbol->text, context);
    domain = where && domain ? intersect(*domain, *where, context) : std::nullopt;
  };
  switch (node->kind) {
    case Kind::Symbol:
    case Kind::Add:
    case Kind::Mul:
    case Kind::Neg:
      break;
    case Kind::Div:
      restrict(node->args[1], Relation::NotEqual);
      break;
    case Kind::Pow: {
      const auto exponent = small_integer(node->args[1], context);
      if (!exponent) return std::nullopt;
      if (*exponent < 0) restrict(node->args[0], Relation::NotEqual);
      break;
    }
    case Kind::Call:
      switch (node->function) {
        case Function::Exp:
        case Function::Sin:
        case Function::Cos:
        case Function::Atan:
        case Function::Abs:
          break;
        case Function::Ln:
        case Function::Log:
        case Function::LogUnstated:
          restrict(node->args[0], Relation::Greater);
          break;
        case Function::Root: {
          const auto index = small_integer(node->args[1], context);
          if (!index) return std::nullopt;
          if (*index % 2 == 0) restrict(node->args[0], Relation::GreaterEqual);
          break;
        }
        default:
          return std::nullopt;
      }
      break;
    default:
      return std::nullopt;
  }
  for (const Node* arg : node->args) {
    const auto inner = domain ? natural_domain(arg, symbol, context) : std::nullopt;
    if (!inner) return std::nullopt;
    domain = intersect(*domain, *inner, context);
  }
  return domain;
}

}  // namespace r1::math
