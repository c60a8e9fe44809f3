// Factorials, binomials and their kin of integers, never larger than kMaxBits.
#pragma once

#include <cstdint>
#include <span>

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/vocabulary/numbers.h"

namespace r1::math {

constexpr int64_t kMaxBits = 1 << 15;  // of an integer that is expanded

enum class IntegerState : uint8_t { Value, Undefined, TooLarge };

// Whether `function` is one of integers: Factorial, DoubleFactorial, Binomial, Permutations, Gcd, Lcm.
bool is_integer_function(Function function);

// REQUIRES is_integer_function and the right number of arguments (one, two, or one and more for Gcd and Lcm).
IntegerState integer_function(Function function, std::span<const Integer> args, Integer& result,
                              Meter& meter);

}  // namespace r1::math
