#include "rewards/math/piecewise.h"

#include <algorithm>

#include "rewards/math/compare.h"
#include "rewards/math/inequality.h"

namespace r1::math {
namespace {

struct Piece {
  const Node* value;
  RealSet where;
};

// The pieces with disjoint domains: a later condition counts only where the earlier ones do not hold.
std::optional<std::vector<Piece>> read_pieces(const Node* node, const Node* symbol, Context& context) {
  std::vector<Piece> pieces;
  RealSet rest{{RealInterval{}}, true};
  if (!is_piecewise(node)) return std::vector<Piece>{{node, rest}};
  for (size_t i = 0; i < node->args.size(); i += 2) {
    std::optional<RealSet> where = rest;
    if (i + 1 < node->args.size()) {
      const Node* condition = node->args[i + 1];
      where = condition->kind == Kind::Compare || condition->kind == Kind::And ||
                      condition->kind == Kind::Or || condition->kind == Kind::Not ||
                      condition->kind == Kind::List
                  ? solve_statement(condition, symbol, Solving::Allowed, context)
                  : std::nullopt;
      if (!where || !where->ordered) return std::nullopt;
      where = intersect(rest, *where, context);
      const auto outside = where ? complement(*where, context) : std::nullopt;
      const auto left = outside ? intersect(rest, *outside, context) : std::nullopt;
      if (!left || !left->ordered) return std::nullopt;
      rest = *left;
    }
    pieces.push_back({node->args[i], *where});
    if (pieces.size() > 16) return std::nullopt;
  }
  return pieces;
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
    Arena& arena = context.arena;
    const Node* one = arena.integer(1);
    const Node* inside =
        !part.lower && !part.upper ? one
        : !part.lower              ? difference(arena, part.upper, one)
        : !part.upper
            ? arena.node(Kind::Add, {part.lower, one})
            : arena.node(Kind::Div, {arena.node(Kind::Add, {part.lower, part.upper}), arena.integer(2)});
    const Decision there = compare_trees(substitute(arena, answer, symbol->text, inside),
                                         substitute(arena, gold, symbol->text, inside), context);
    all.add(is_different(there) ? there : unknown("pieces that are not proved equal"));
  }
  return all.result("the same pieces");
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
  if (names.size() != 1) return unknown("pieces in several variables");
  const Node* symbol = context.arena.symbol(names[0]);
  const auto a = read_pieces(answer, symbol, context), g = read_pieces(gold, symbol, context);
  if (!a || !g) return unknown("pieces whose conditions are not solved here");
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
