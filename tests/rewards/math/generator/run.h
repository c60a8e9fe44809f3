// How many pairs a property test runs and how it names what it found. R1_LONG=1 runs the long form, R1_SEED=n starts elsewhere,
// R1_SHOW=n shows more failures.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "rewards/math/value/value.h"

namespace r1::math::generator {

inline int64_t setting(const char* name, int64_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::atoll(value) : otherwise;
}

inline int64_t num_pairs(int64_t in_ci, int64_t in_long) { return setting("R1_LONG", 0) ? in_long : in_ci; }

inline const char* word(Comparison comparison) {
  return comparison == Comparison::Equal       ? "EQUAL"
         : comparison == Comparison::Different ? "DIFFERENT"
                                               : "UNKNOWN";
}

}  // namespace r1::math::generator
