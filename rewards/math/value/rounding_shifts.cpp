#include "rewards/math/value/rounding_shifts.h"

#include <vector>

namespace r1::math {
namespace {

bool is_integer_literal(const Node* node) {
  if (node->kind == Kind::Neg) return is_integer_literal(node->args[0]);
  return node->kind == Kind::Number && node->number->exponent >= 0 && node->number->repeat == 0;
}

const Node* negated(Arena& arena, const Node* node) {
  return node->kind == Kind::Neg ? node->args[0] : arena.node(Kind::Neg, {node});
}

// floor(x + 3) as floor(x) + 3.
const Node* shifted_floor(Arena& arena, const Node* argument) {
  const Node* plain = arena.call(Function::Floor, {argument});
  if (argument->kind != Kind::Add) return plain;
  std::vector<const Node*> rest, terms;
  for (const Node* term : argument->args) (is_integer_literal(term) ? terms : rest).push_back(term);
  if (terms.empty() || rest.empty()) return plain;
  const Node* inside = rest.size() == 1 ? rest[0] : arena.node(Kind::Add, rest);
  terms.insert(terms.begin(), arena.call(Function::Floor, {inside}));
  return arena.node(Kind::Add, terms);
}

}  // namespace

const Node* with_plain_floors(Arena& arena, const Node* node) {
  arena.fuel().spend(1);
  std::vector<const Node*> args;
  bool changed = false;
  for (const Node* arg : node->args) {
    args.push_back(with_plain_floors(arena, arg));
    changed |= args.back() != arg;
  }
  if (node->kind == Kind::Call && args.size() == 1) {
    if (node->function == Function::Floor) return shifted_floor(arena, args[0]);
    if (node->function == Function::Ceiling)
      return negated(arena, shifted_floor(arena, negated(arena, args[0])));
  }
  if (!changed) return node;
  Node copy = *node;
  copy.args = args;
  return arena.add(copy);
}

}  // namespace r1::math
