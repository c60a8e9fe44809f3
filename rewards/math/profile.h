// A policy as configs and flags say it: a profile, and single switches over it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/config.h"
#include "rewards/math/policy.h"

namespace r1 {
namespace math {

enum class MathProfile : uint8_t {
  Strict,  // rewards: a false "equal" would be learned
  Lenient  // evaluation: also what a person would let pass
};

// `switches`: "name=true" or "name=false", names of MathPolicy. Throws ConfigError that names the nearest one.
MathPolicy policy_of(MathProfile profile, std::span<const std::string> switches = {});

}  // namespace math

template <>
struct EnumNames<math::MathProfile> {
  static constexpr std::pair<math::MathProfile, const char*> values[] = {
      {math::MathProfile::Strict, "strict"}, {math::MathProfile::Lenient, "lenient"}};
};

}  // namespace r1
