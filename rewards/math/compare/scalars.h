// Two single values under the policies: rounding, percent, bases, unevaluated work, constants of integration.
#pragma once

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// Both are scalar expressions (value.h).
//
// A gold with a decimal point is met by what rounds to it, when the gold has three significant digits, or two and the answer is not
// itself a decimal; an answer in decimals needs more of them than the gold. Nothing else is rounded.
Decision compare_scalars(const Node* answer, const Node* gold, Context& context);

// The decision, but Unknown for an equality of the two by sampling where sampling is blind.
Decision unless_blind(const Decision& decision, const Node* answer, const Node* gold, Context& context);

// equal_values, but no equality by sampling where sampling is blind: beside constants of 10^7 and more or 10^-7 and less, for conjugates
// and real parts of variables, for powers of negative numbers with real exponents. Unknown then, unless policy.numeric_evidence.
Decision proved_values(const Node* answer, const Node* gold, Context& context);

// Polynomials, or numbers, modulo a number: by their coefficients.
Decision compare_residues(const Node* answer, const Node* gold, const Node* modulus, Context& context);

// Whether a sum, product, integral, limit or derivative is left to do in it.
bool holds_unevaluated(const Node* node);

}  // namespace r1::math
