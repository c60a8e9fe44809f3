#include "rewards/math/function_values.h"

#include "rewards/math/meter.h"
#include "rewards/math/modular.h"

namespace r1::math {

Decision equal_functions(const Node* a, const Node* b, Context& context) {
  if (same_tree(a, b)) return {Comparison::Equal, Evidence::Exact, "same tree"};
  Meter meter(context.fuel(), 4000);
  return modular_equal(a, b, meter);
}

Decision proportional(const Node* a, const Node* b, Context& context) {
  Meter meter(context.fuel(), 4000);
  return modular_proportional(a, b, meter);
}

Decision differ_by_constant(const Node* a, const Node* b, Context& context) {
  Meter meter(context.fuel(), 4000);
  return modular_shifted(a, b, meter);
}

}  // namespace r1::math
