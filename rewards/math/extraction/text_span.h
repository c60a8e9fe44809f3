// Bytes [begin, end) of a text.
#pragma once

#include <cstddef>

namespace r1::math {

struct TextSpan {
  size_t begin = 0, end = 0;
  bool operator==(const TextSpan&) const = default;
};

}  // namespace r1::math
