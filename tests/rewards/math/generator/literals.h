// A rational number in its many spellings, by long division: each with its exact value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/rewards/math/generator/random.h"
#include "tests/rewards/math/generator/tree.h"

namespace r1::math::generator {

Tree random_decimal(Random& random);

// None where the number has no such spelling (or too long a one).
std::optional<Tree> as_decimal(int64_t p, int64_t q);     // 3/8: 0.375
std::optional<Tree> as_repeating(int64_t p, int64_t q);   // 1/6: 0.1\overline{6}
std::optional<Tree> as_scientific(int64_t p, int64_t q);  // 3/8: 3.75 \times 10^{-1}
std::optional<Tree> as_percent(int64_t p, int64_t q);     // 3/8: 37.5\%
std::optional<Tree> as_mixed(int64_t p, int64_t q);       // 7/3: 2\frac{1}{3}
std::optional<Tree> as_grouped(int64_t n);                // 12345: 12{,}345
std::string in_base(int64_t n, int base);                 // digits only

}  // namespace r1::math::generator
