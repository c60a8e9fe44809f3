// Balls at random points of the domain: the last rung for expressions with variables.
//
// Points are exact rationals drawn by the trees' hashes: positive and negative, tiny to large, beside every literal and on
// both sides of every breakpoint (breakpoints.h). Symbols inside factorials, binomials, bounds of sums and exponents of negative
// constants, and those named n, m, k, j, N inside of floor and mod, stand for non-negative integers (1 to 13, then larger), others
// for real numbers. Unless a tree holds i or its kin:
// a value counts where no part of it leaves the real numbers; points where neither side has one are skipped; where one has a
// value and the other none, or another than its complex one, the pair is not Equal, and not Different either: the two agree
// on their common domain (ln(x^2) and 2 ln x), and whether that is the same answer is not arithmetic's to say.
#pragma once

#include "rewards/math/value/meter.h"
#include "rewards/math/value/value.h"

namespace r1::math {

enum class SampledRelation : uint8_t { Same, Proportional, Shifted };  // a = b, a = c b, a = b + c

// Different: disjoint balls at one point (Exact). Equal: Numeric, all balls overlap tightly at 12 or more points.
Decision sampled(const Node* a, const Node* b, SampledRelation relation, Meter& meter);

// Whether it holds functions or forms without an enclosure here (Named, Integral, Limit, a tuple, plus-minus, ...).
bool has_no_value_here(const Node* node);

// Whether `node` has a value at one of the points tried; true also when it holds functions that have none here.
bool has_value_somewhere(const Node* node, Meter& meter);

}  // namespace r1::math
