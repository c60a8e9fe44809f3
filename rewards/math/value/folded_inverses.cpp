#include "rewards/math/value/folded_inverses.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace r1::math {
namespace {

// arcsin of a sine, arccos of a cosine, arctan of a tangent.
bool folds(const Node* node) {
  if (node->kind != Kind::Call || node->args.size() != 1 || node->args[0]->kind != Kind::Call) return false;
  const Node* inner = node->args[0];
  if (inner->args.size() != 1) return false;
  return (node->function == Function::Asin && inner->function == Function::Sin) ||
         (node->function == Function::Acos && inner->function == Function::Cos) ||
         (node->function == Function::Atan && inner->function == Function::Tan);
}

const Node* multiple_of_pi(Arena& arena, int64_t halves) {
  return arena.node(Kind::Div, {arena.node(Kind::Mul, {arena.integer(halves), arena.constant(Constant::Pi)}),
                                arena.integer(2)});
}

// The k with k pi - offset < c < (k + 1) pi - offset; `offset` in halves of pi.
const Node* fold(const Node* node, Context& context) {
  constexpr int64_t kMostTurns = 9;
  Arena& arena = context.arena;
  const Node* c = node->args[0]->args[0];
  if (!is_scalar(c) || !free_symbols(c).empty()) return node;
  const int64_t offset = node->function == Function::Acos ? 0 : 1;
  const auto above = [&](int64_t k) {
    return order(multiple_of_pi(arena, 2 * k - offset), c, context) == Order::Less;
  };
  const auto below = [&](int64_t k) {
    return order(c, multiple_of_pi(arena, 2 * k - offset), context) == Order::Less;
  };
  if (!above(-kMostTurns)) return node;
  int64_t k = -kMostTurns;
  while (k < kMostTurns && above(k + 1)) ++k;
  if (!below(k + 1)) return node;
  const auto minus = [&](const Node* a, const Node* b) {
    return arena.node(Kind::Add, {a, arena.node(Kind::Neg, {b})});
  };
  if (k % 2 == 0 || node->function == Function::Atan) return minus(c, multiple_of_pi(arena, 2 * k));
  return minus(multiple_of_pi(arena, node->function == Function::Acos ? 2 * k + 2 : 2 * k), c);
}

}  // namespace

bool has_folded_inverse(const Node* node) {
  return folds(node) || std::ranges::any_of(node->args, has_folded_inverse);
}

const Node* with_folded_inverses(const Node* node, Context& context) {
  context.fuel().spend(1);
  if (folds(node)) return fold(node, context);
  if (!has_folded_inverse(node)) return node;
  std::vector<const Node*> args;
  for (const Node* arg : node->args) args.push_back(with_folded_inverses(arg, context));
  Node copy = *node;
  copy.args = args;
  return context.arena.add(copy);
}

}  // namespace r1::math
