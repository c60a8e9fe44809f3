// The work a comparison may do, counted in steps instead of seconds: the same verdict and the same count on every machine.
#pragma once

#include <cstdint>

namespace r1::math {

// Thrown by Fuel::spend, caught where a comparison begins (compare.cpp), never seen by a caller of the library.
struct OutOfFuel {};

// One step is about a microsecond of a slow machine: a node made or visited, a limb operation of a long product,
// an arb operation at 64 bits. Costs are stated where they are spent. Not shared between threads.
class Fuel {
 public:
  explicit Fuel(int64_t limit) : limit_(limit) {}
  void spend(int64_t steps) {
    used_ += steps;
    if (used_ > limit_) throw OutOfFuel{};
  }
  int64_t used() const { return used_; }
  int64_t left() const { return limit_ - used_; }

 private:
  int64_t used_ = 0;
  int64_t limit_;
};

}  // namespace r1::math
