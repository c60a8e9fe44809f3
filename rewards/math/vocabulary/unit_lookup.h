// Units as the table holds them, for units.cpp and unit_conversion.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "rewards/math/vocabulary/unit_table.h"

namespace r1::math {

using Dimension = std::array<int16_t, kNumAxes>;

// The factor of a unit: digits / digits * 10^exponent * pi^pi_power.
struct Unit {
  std::string key;
  Dimension dimension{};
  std::string numerator, denominator;
  int exponent = 0;
  int pi_power = 0;
  bool loose = false;
};

const Unit* unit_by_key(std::string_view key);  // null for an unknown key

size_t axis_of(std::string_view name);  // an index of kAxes. REQUIRES that it is one of its names

}  // namespace r1::math
