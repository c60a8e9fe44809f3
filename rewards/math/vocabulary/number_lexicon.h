// The words of English numbers and how a text is cut into them, for number_words.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace r1::math {

enum class Part : uint8_t { Zero, Unit, Teen, Ten, Hundred, Scale, Dozen, Half, And, One, Sign, Point };

struct NumberWord {
  Part part;
  uint64_t value = 0;  // of Unit to Ten
  int exponent = 0;    // of Hundred and Scale: the power of ten
};

const std::unordered_map<std::string_view, NumberWord>& cardinals();

// Singular ordinals with their cardinals; plurals add an s. "half" and "quarter" are fractions only.
const std::unordered_map<std::string_view, std::string_view>& ordinals();

struct SpokenToken {
  std::string word;
  size_t end = 0;       // in the text
  bool hyphen = false;  // joined to the one before by a hyphen
  const NumberWord* number = nullptr;
};

// Words separated by spaces or one hyphen, from `at` on, up to the first of something else.
std::vector<SpokenToken> tokenize_words(std::string_view text, size_t at);

struct ForeignNumber {
  uint32_t value = 0;
  size_t tokens = 0;  // how many were read
};

// A number from 0 to 100, or 1000, in French, German, Spanish, Portuguese, Italian or Russian at the start. No other hundreds.
std::optional<ForeignNumber> read_foreign_number(std::span<const SpokenToken> tokens);

}  // namespace r1::math
