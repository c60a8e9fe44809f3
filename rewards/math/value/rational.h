// Exact values of constants made of literals, arithmetic and integer functions. First rung of the ladder.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/vocabulary/numbers.h"

namespace r1::math {

struct Binding {  // the value of a symbol: a sample point, or the counter of a sum
  std::string_view name;
  Rational value;
};
using Bindings = std::vector<Binding>;  // the last one of a name counts

const Rational* find_binding(const Bindings& bindings, std::string_view name);

// None: not rational, not seen to be, or larger than 2^15 bits (10,000 digits of a literal). Undefined: 1/0, (-1)!.
enum class RationalState : uint8_t { Value, Undefined, None };

struct RationalResult {
  RationalState state = RationalState::None;
  Rational value;
};

constexpr int64_t kMaxTerms = 10000;  // of a sum or product

RationalResult rational_value(const Node* node, Meter& meter, const Bindings& bindings = {});

// The index of Root and the denominator of an exponent: a real root of a negative number exists when it is odd.
// base^(p/q), exactly; None when it is irrational. 0^0 is 1.
RationalResult rational_power(const Rational& base, const Rational& exponent, Meter& meter);

// Decimal literal, exactly.
RationalResult literal_value(const Decimal& number, Meter& meter);

}  // namespace r1::math
