// The points at which two expressions are compared (sampling.h).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/breakpoints.h"
#include "rewards/math/value/meter.h"
#include "rewards/math/value/rational.h"

namespace r1::math {

class SamplePoints {
 public:
  SamplePoints(const Node* a, const Node* b, Meter& meter);

  // The next point, null after the last. It lives until the next call.
  const Bindings* next();

  // Whether the last point is one where a difference proves nothing: an integer symbol is zero.
  bool is_soft() const { return soft_; }
  // Whether no place where a formula changes can have been missed.
  bool sees_all_breakpoints() const;

 private:
  void mark_integers(const Node* node);
  Rational real_value(size_t symbol, unsigned point);
  Rational integer_value(size_t symbol, unsigned point);
  uint64_t random(size_t symbol, unsigned point) const;

  Meter& meter_;
  uint64_t seed_ = 0;
  std::vector<std::string_view> symbols_;
  std::vector<bool> is_integer_;
  Breakpoints breakpoints_;
  unsigned point_ = 0, num_points_ = 0;
  bool soft_ = false;
  Bindings bindings_;
};

// Free symbols of both, sorted.
std::vector<std::string_view> symbols_of_both(const Node* a, const Node* b);

}  // namespace r1::math
