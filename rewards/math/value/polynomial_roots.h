// Real zeros and poles of a rational function of one symbol, as doubles.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/meter.h"

namespace r1::math {

// Of `node`, or of node - subtracted. None when it is no rational function of `symbol` alone, of a degree over 16, or the meter
// has run out. Constants that are not rational count by their first 60 bits.
std::optional<std::vector<double>> real_zeros_and_poles(const Node* node, const Node* subtracted,
                                                        std::string_view symbol, Meter& meter);

}  // namespace r1::math
