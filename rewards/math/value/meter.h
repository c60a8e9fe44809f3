// Fuel in small coins, with a limit of its own: a rung of the ladder that costs too much gives up before the fuel does.
#pragma once

#include <algorithm>
#include <cstdint>

#include "rewards/math/tree/fuel.h"

namespace r1::math {

class Meter {
 public:
  static constexpr int64_t kParts = 16;  // of a step

  // `limit` steps for this rung, never more than are left.
  Meter(Fuel& fuel, int64_t limit) : fuel_(fuel), limit_(std::min(limit, fuel.left()) * kParts) {}
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  // False when the rung's limit is passed: stop and say "don't know". Throws OutOfFuel when all fuel is used.
  [[nodiscard]] bool spend(int64_t parts) {
    used_ += parts;
    if (used_ > limit_) over_ = true;
    if (over_) return false;
    owed_ += parts;
    if (owed_ >= kParts) {
      fuel_.spend(owed_ / kParts);
      owed_ %= kParts;
    }
    return true;
  }
  bool over() const { return over_; }
  int64_t left() const { return (limit_ - used_) / kParts; }

 private:
  Fuel& fuel_;
  int64_t limit_, used_ = 0, owed_ = 0;
  bool over_ = false;
};

}  // namespace r1::math
