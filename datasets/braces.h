// Braces of LaTeX text, as in "\boxed{\frac{1}{2}}".
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace r1 {

// The content of the brace that opens at text[open]; none when it never closes. Escaped braces do not count.
std::optional<std::string_view> braced(std::string_view text, size_t open);

}  // namespace r1
