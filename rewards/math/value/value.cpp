#include "rewards/math/value/value.h"

#include <algorithm>

#include "rewards/math/value/ball.h"
#include "rewards/math/value/constant_values.h"
#include "rewards/math/value/folded_inverses.h"
#include "rewards/math/value/function_values.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/value/modular.h"
#include "rewards/math/value/rational.h"
#include "rewards/math/value/rounding_shifts.h"

namespace r1::math {
namespace {

bool has_call(const Node* node, Function function) {
  if (node->kind == Kind::Call && node->function == function) return true;
  return std::ranges::any_of(node->args, [&](const Node* arg) { return has_call(arg, function); });
}

// \log x as \log_10 x, everywhere.
const Node* with_common_logs(Arena& arena, const Node* node) {
  arena.fuel().spend(1);
  std::vector<const Node*> args;
  bool changed = false;
  for (const Node* arg : node->args) {
    args.push_back(with_common_logs(arena, arg));
    changed |= args.back() != arg;
  }
  if (node->kind == Kind::Call && node->function == Function::LogUnstated && args.size() == 1)
    return arena.call(Function::Log, {args[0], arena.integer(10)});
  if (!changed) return node;
  Node copy = *node;
  copy.args = args;
  return arena.add(copy);
}

Decision equal_with_natural_logs(const Node* a, const Node* b, Context& context) {
  if (free_symbols(a).empty() && free_symbols(b).empty()) return equal_constants(a, b, context);
  return equal_functions(a, b, context);
}

}  // namespace

Decision equal_values(const Node* a, const Node* b, Context& context) {
  const auto rounds = [](const Node* node) {
    return has_call(node, Function::Floor) || has_call(node, Function::Ceiling);
  };
  if (rounds(a) && rounds(b)) {
    a = with_plain_floors(context.arena, a);
    b = with_plain_floors(context.arena, b);
  }
  if (has_folded_inverse(a)) a = with_folded_inverses(a, context);
  if (has_folded_inverse(b)) b = with_folded_inverses(b, context);
  const Decision natural = equal_with_natural_logs(a, b, context);
  if (natural.comparison == Comparison::Equal || !context.policy.log_common_ok) return natural;
  if (!has_call(a, Function::LogUnstated) && !has_call(b, Function::LogUnstated)) return natural;
  const Decision common = equal_with_natural_logs(with_common_logs(context.arena, a),
                                                  with_common_logs(context.arena, b), context);
  if (common.comparison == Comparison::Equal) return common;
  return natural.comparison == Comparison::Different ? common : natural;
}

Comparison is_zero(const Node* node, Context& context) {
  return equal_values(node, context.arena.integer(0), context).comparison;
}

std::optional<int64_t> small_integer(const Node* node, Context& context) {
  Meter meter(context.fuel(), 500);
  const RationalResult value = rational_value(node, meter);
  if (value.state != RationalState::Value || !value.value.is_integer()) return std::nullopt;
  if (!fmpz_fits_si(value.value.numerator())) return std::nullopt;
  return fmpz_get_si(value.value.numerator());
}

bool is_scalar(const Node* node) {
  if (node->kind > Kind::BaseNumber || node->kind == Kind::Ratio || node->kind == Kind::Unit) return false;
  if (node->kind == Kind::Quantity) return false;
  if (node->kind == Kind::Call) {
    if (node->function == Function::Transpose || node->function == Function::Inverse ||
        node->function == Function::Determinant) {
      return false;
    }
    // Conditions, names of bound symbols, and degrees inside of trigonometric functions.
    return std::ranges::all_of(node->args, [&](const Node* arg) {
      const bool degrees = arg->kind == Kind::Quantity && arg->args.size() == 2 &&
                           arg->args[1]->kind == Kind::Unit && arg->args[1]->text == "degree";
      const bool condition = node->function == Function::Piecewise;
      return degrees || condition || is_scalar(arg);
    });
  }
  return std::ranges::all_of(node->args, is_scalar);
}

}  // namespace r1::math
