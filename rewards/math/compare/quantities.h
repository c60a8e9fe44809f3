// Values with units, ratios, times of day and dates.
//
// Units convert exactly (units.h). A missing unit is a matter of policy (unit_optional), a wrong one is never right. An angle in
// degrees equals the bare number (as for every unit) and the radians when these are marked: by pi, by an inverse function or by
// "rad"; a radian is one. Times without a.m. or p.m. are of the 24-hour clock.
#pragma once

#include <optional>

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"
#include "rewards/math/vocabulary/units.h"

namespace r1::math {

// value times the product of units; no units for a plain number.
struct Measure {
  const Node* value = nullptr;
  UnitProduct units;
  int generic = 0;        // the power of "units" that are not said: 2 for square units
  bool has_unit = false;  // a Quantity was in it, also one whose units cancel
};

// Quantities and arithmetic of them and of scalars; sums are in the unit of their first term. None for others.
std::optional<Measure> read_measure(const Node* node, Context& context);

bool holds_quantity(const Node* node);

// Angles within functions as radians: sin(30 degrees) becomes sin(30 pi / 180).
const Node* angles_as_radians(Arena& arena, const Node* node);

// At least one side holds a quantity.
Decision compare_quantities(const Node* answer, const Node* gold, Context& context);
// "18 dollars and 90 cents" as one quantity; null when the list is no such thing.
const Node* compound_quantity(const Node* list, Context& context);
// At least one side is a Ratio.
Decision compare_ratios(const Node* answer, const Node* gold, Context& context);
// At least one side is a Time or a Date.
Decision compare_times(const Node* answer, const Node* gold, Context& context);

}  // namespace r1::math
