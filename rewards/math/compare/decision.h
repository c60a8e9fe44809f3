// Making and joining decisions (value.h) in the typed comparison.
#pragma once

#include <algorithm>
#include <string_view>

#include "rewards/math/value/value.h"

namespace r1::math {

inline Decision equal(std::string_view reason, Evidence evidence = Evidence::Exact) {
  return {Comparison::Equal, evidence, reason};
}
inline Decision different(std::string_view reason, Evidence evidence = Evidence::Exact) {
  return {Comparison::Different, evidence, reason};
}
inline Decision unknown(std::string_view reason) { return {Comparison::Unknown, Evidence::None, reason}; }

inline bool is_equal(const Decision& decision) { return decision.comparison == Comparison::Equal; }
inline bool is_different(const Decision& decision) { return decision.comparison == Comparison::Different; }
inline bool is_unknown(const Decision& decision) { return decision.comparison == Comparison::Unknown; }

// The same decision for another reason.
inline Decision because(Decision decision, std::string_view reason) {
  decision.reason = reason;
  return decision;
}

// Two values are Equal when all their parts are: one Different part decides, else one Unknown part does.
class AllEqual {
 public:
  void add(const Decision& part) {
    if (is_different(worst_)) return;
    if (is_different(part) || (is_unknown(part) && is_equal(worst_))) {
      worst_ = part;
    } else if (is_equal(worst_)) {
      worst_.evidence = std::max(worst_.evidence, part.evidence);  // Exact < Modular < Numeric
    }
  }
  bool failed() const { return is_different(worst_); }
  bool all_equal() const { return is_equal(worst_); }

  // What all parts together say; `reason` when they are equal.
  Decision result(std::string_view reason) const {
    return is_equal(worst_) ? because(worst_, reason) : worst_;
  }

 private:
  Decision worst_ = equal("nothing to compare");
};

}  // namespace r1::math
