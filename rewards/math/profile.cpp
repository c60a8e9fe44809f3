#include "rewards/math/profile.h"

namespace r1::math {

MathPolicy policy_of(MathProfile profile, std::span<const std::string> switches) {
  MathPolicy policy = profile == MathProfile::Lenient ? MathPolicy::lenient() : MathPolicy::strict();
  for (const std::string& setting : switches) apply_config_setting(config_fields(policy), setting);
  return policy;
}

}  // namespace r1::math
