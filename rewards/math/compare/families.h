// Values that run through an integer parameter: x = \pi/4 + k \pi, n = 3 (mod 5).
#pragma once

#include <optional>
#include <vector>

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// {base + k * step : k an integer}
struct Progression {
  const Node* base;
  const Node* step;
};

// "x = \pi/4 + k \pi, k \in Z", "n \equiv 3 \pmod 5", \pm and "or" of such, set-builders over an integer.
struct Family {
  const Node* name = nullptr;  // x; null when the family has none
  std::vector<Progression> members;
  bool declared = false;  // the parameter's range is written, or it is a congruence
  bool naturals = false;  // the parameter is a natural number: then the family is not compared with others
  bool marked = false;    // declared, or of the form phase + k pi in which k can only count periods
};
// None for values without a parameter. A single letter of k, l, m, n is a parameter only when its range is written or the step is a multiple of
// pi: "2k + 1" alone is a formula in k.
std::optional<Family> read_family(const Node* node, Context& context);

// One side at least is a family. Equal: both run through the same values, whatever the parameter's name and shift. Formulas
// that are families only by a guess are Unknown then.
Decision compare_families(const Node* answer, const Node* gold, Context& context);
bool may_be_family(const Node* node);

}  // namespace r1::math
