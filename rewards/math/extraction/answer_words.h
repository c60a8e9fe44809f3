// Words at a place of a text: "word_at" and its kin, over lists written "a|b|c". Texts are folded (searched_text.h).
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace r1::math {

// Calls use(word) for the words of "a|b|c" until one call returns true; whether one did.
template <typename Use>
bool any_word(std::string_view words, Use use) {
  while (!words.empty()) {
    const size_t bar = std::min(words.find('|'), words.size());
    if (use(words.substr(0, bar))) return true;
    words.remove_prefix(std::min(bar + 1, words.size()));
  }
  return false;
}

// The length of the longest of the words that stands at `at`, whole unless `attached`; 0 for none.
size_t word_at(std::string_view text, size_t at, std::string_view words, bool attached = false);
// The length of the longest of the words that ends at `end`, with a boundary before it unless `attached`; 0 for none.
size_t word_before(std::string_view text, size_t end, std::string_view words, bool attached = false);
// Whether one of the words stands anywhere, whole unless `attached`.
bool contains_word(std::string_view text, std::string_view words, bool attached = false);

// Over spaces, and marks of bold, italic and code.
size_t skip_marks(std::string_view text, size_t at);
size_t back_over_marks(std::string_view text, size_t at);

}  // namespace r1::math
