// Expressions modulo a 61-bit prime at a random point: the identity test for rational functions, and for everything else that
// can be seen as one.
//
// What arithmetic does not reach is an atom: a function's value is a random residue made from its name and its arguments'
// residues, so "f(x + x)" and "f(2x)" are one atom. Square roots of small primes, i, powers with symbolic integer exponents
// and logarithms of rationals are no atoms but follow their rules. Equal residues at random points prove equality up to the
// stated error; different ones prove a difference only where no atom took part.
//
// The two fixed primes serve trees whose coefficients are below 2^120 (a difference divisible by both would be larger);
// for others two primes are drawn by the trees' hashes, so no answer can be written to vanish modulo both.
#pragma once

#include <cstdint>

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// Equal: Modular. Different: Exact, only without atoms. Unknown: else, also when a denominator vanishes.
Decision modular_equal(const Node* a, const Node* b, Meter& meter);

// The same for a = c b and a = c + b with a constant c that is not looked at (but not zero, for the product).
Decision modular_proportional(const Node* a, const Node* b, Meter& meter);
Decision modular_shifted(const Node* a, const Node* b, Meter& meter);

// log2 of a bound of the coefficients of the tree as a quotient of polynomials in its symbols and atoms. Saturates at 2^40.
int64_t height_bits(const Node* node);

}  // namespace r1::math
