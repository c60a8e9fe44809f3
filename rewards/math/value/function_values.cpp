#include "rewards/math/value/function_values.h"

#include <algorithm>

#include "rewards/math/value/meter.h"
#include "rewards/math/value/modular.h"
#include "rewards/math/value/sampling.h"

namespace r1::math {
namespace {

constexpr int64_t kResidueSteps = 3000, kSampleSteps = 12000, kDefinedSteps = 2000;

bool is_nonzero_literal(const Node* node) {
  while (node->kind == Kind::Neg) node = node->args[0];  // also -(-5)
  return node->kind == Kind::Number &&
         std::ranges::any_of(node->number->digits, [](char c) { return c != '0'; });
}

// Whether it has a value at every point by its form alone.
bool is_total(const Node* node) {
  switch (node->kind) {
    case Kind::Number:
    case Kind::Symbol:
      return true;
    case Kind::Constant:
      return node->constant <= Constant::I;
    case Kind::Add:
    case Kind::Mul:
    case Kind::Neg:
    case Kind::Percent:
      return std::ranges::all_of(node->args, is_total);
    case Kind::Div:
      return is_total(node->args[0]) && is_nonzero_literal(node->args[1]);
    case Kind::Pow:
      return is_total(node->args[0]) && node->args[1]->kind == Kind::Number &&
             !node->args[1]->number->pointed;
    case Kind::Call:
      return (node->function == Function::Sin || node->function == Function::Cos ||
              node->function == Function::Exp || node->function == Function::Abs) &&
             std::ranges::all_of(node->args, is_total);
    default:
      return false;
  }
}

bool has_value(const Node* node, Context& context) {
  if (is_total(node)) return true;
  Meter meter(context.fuel(), kDefinedSteps);
  return has_value_somewhere(node, meter);
}

constexpr Decision kNoValue = {Comparison::Unknown, Evidence::None, "no value"};

using ModularTest = Decision (*)(const Node* a, const Node* b, Meter& meter);

Decision by_residues(ModularTest test, const Node* a, const Node* b, Context& context) {
  Meter meter(context.fuel(), kResidueSteps);
  return test(a, b, meter);
}

// What residues leave open.
Decision by_samples(SampledRelation relation, const Node* a, const Node* b, Context& context) {
  Meter meter(context.fuel(), kSampleSteps);
  return sampled(a, b, relation, meter);
}

}  // namespace

Decision equal_functions(const Node* a, const Node* b, Context& context) {
  if (same_tree(a, b))
    return has_value(a, context) ? Decision{Comparison::Equal, Evidence::Exact, "same tree"} : kNoValue;
  const Decision modular = by_residues(modular_equal, a, b, context);
  if (modular.comparison == Comparison::Equal && !(has_value(a, context) && has_value(b, context)))
    return kNoValue;
  if (modular.comparison != Comparison::Unknown) return modular;
  return by_samples(SampledRelation::Same, a, b, context);
}

Decision proportional(const Node* a, const Node* b, Context& context) {
  const Decision modular = by_residues(modular_proportional, a, b, context);
  if (modular.comparison != Comparison::Unknown) return modular;
  return by_samples(SampledRelation::Proportional, a, b, context);
}

Decision differ_by_constant(const Node* a, const Node* b, Context& context) {
  const Decision modular = by_residues(modular_shifted, a, b, context);
  if (modular.comparison != Comparison::Unknown) return modular;
  return by_samples(SampledRelation::Shifted, a, b, context);
}

}  // namespace r1::math
