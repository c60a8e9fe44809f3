// Words that deny an answer or take it back. Texts are folded (searched_text.h).
#pragma once

#include <cstddef>
#include <string_view>

namespace r1::math {

// Whether what ends at `at` denies what follows: "not", "instead of", "答案不是".
bool denied_before(std::string_view folded, size_t at);
// Whether what begins at `at` denies what precedes: "is wrong", "ではない".
bool denied_after(std::string_view folded, size_t at);
// Whether the text takes back what was said just before it: "scratch that", "that's wrong", "更正".
bool retracts(std::string_view folded);

}  // namespace r1::math
