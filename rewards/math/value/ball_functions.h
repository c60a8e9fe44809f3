// One function of balls each: what ball.cpp's walk over the tree calls. Arguments are Finite or infinite, never Unknown.
#pragma once

#include <cstdint>

#include "rewards/math/value/ball.h"

namespace r1::math {

// Parts of fuel that `count` elementary functions cost (measured: 0.5 to 1 us at 64 bits, 8 us at 1,024).
int64_t function_cost(slong precision, int64_t count);

BallValue function_of(Function function, const BallValue& argument, slong precision);  // of one argument
BallValue logarithm(const BallValue& argument, slong precision);
BallValue power_of(const BallValue& base, const Rational& exponent, slong precision);   // finite base
BallValue power_of(const BallValue& base, const BallValue& exponent, slong precision);  // finite both

// Factorial, DoubleFactorial, Binomial and Permutations of large or broken numbers, by the gamma function.
BallValue gamma_function_of(Function function, const BallValue& n, const BallValue& k, slong precision);

}  // namespace r1::math
