// Where an expression may change its formula: zeros of what stands inside of |.|, even roots, max, conditions.
//
// Two formulas can agree on one side of such a place and differ on the other (|x - 10^6| and 10^6 - x), so sampling has to
// look at both sides of every one, or must not claim equality.
#pragma once

#include <string_view>
#include <vector>

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/vocabulary/numbers.h"

namespace r1::math {

struct SymbolValues {
  std::string_view symbol;
  std::vector<Rational>
      values;  // around and between the places, and beside literals; at most kMaxSpecialValues
};

constexpr size_t kMaxSpecialValues = 40;

struct Breakpoints {
  std::vector<SymbolValues> special;  // one entry a symbol
  bool all_found =
      true;  // every place is a zero of a rational function of one symbol, found; else see literals_moderate
  bool any = false;      // there is something that may change its formula
  bool stepped = false;  // floor and its kin of something that is no integer: steps cannot all be looked at
  bool literals_moderate =
      true;  // all literals are between 1/1000 and 1000: a wide sweep meets what they make
};

// `is_integer` says of a symbol whether it stands for integers.
Breakpoints find_breakpoints(const Node* a, const Node* b, const std::vector<std::string_view>& symbols,
                             const std::vector<bool>& is_integer, Meter& meter);

}  // namespace r1::math
