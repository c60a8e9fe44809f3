#include "rewards/math/compare/plus_minus.h"

#include <algorithm>
#include <utility>

namespace r1::math {
namespace {

const Node* with_sign(Arena& arena, const Node* node, bool negative) {
  if (!holds_plus_minus(node)) return node;
  if (node->kind == Kind::PlusMinus) {
    const Node* inner = with_sign(arena, node->args[0], negative);
    return negative != node->flipped ? arena.node(Kind::Neg, {inner}) : inner;
  }
  Node copy = *node;
  std::vector<const Node*> args;
  for (const Node* arg : node->args) args.push_back(with_sign(arena, arg, negative));
  copy.args = args;
  return arena.add(copy);
}

// Only the first PlusMinus is given its sign.
const Node* with_first_sign(Arena& arena, const Node* node, bool negative) {
  if (node->kind == Kind::PlusMinus) {
    return negative ? arena.node(Kind::Neg, {node->args[0]}) : node->args[0];
  }
  std::vector<const Node*> args(node->args.begin(), node->args.end());
  for (const Node*& arg : args) {
    if (!holds_plus_minus(arg)) continue;
    arg = with_first_sign(arena, arg, negative);
    break;
  }
  Node copy = *node;
  copy.args = args;
  return arena.add(copy);
}

}  // namespace

bool holds_plus_minus(const Node* node) {
  return node->kind == Kind::PlusMinus || std::ranges::any_of(node->args, holds_plus_minus);
}

size_t count_plus_minus(const Node* node) {
  size_t count = node->kind == Kind::PlusMinus;
  for (const Node* arg : node->args) count += count_plus_minus(arg);
  return count;
}

bool holds_minus_plus(const Node* node) {
  return (node->kind == Kind::PlusMinus && node->flipped) ||
         std::ranges::any_of(node->args, holds_minus_plus);
}

std::vector<const Node*> both_signs(Arena& arena, const Node* node, Signs signs) {
  if (!holds_plus_minus(node)) return {node};
  if (signs == Signs::Together) return {with_sign(arena, node, false), with_sign(arena, node, true)};
  std::vector<const Node*> values{node};
  while (holds_plus_minus(values[0]) && values.size() < kMaxSigned) {
    std::vector<const Node*> next;
    for (const Node* value : values) {
      for (const bool negative : {false, true}) next.push_back(with_first_sign(arena, value, negative));
    }
    values = std::move(next);
  }
  return values;
}

}  // namespace r1::math
