// Kinds of letters, for reading words of units and numbers.
#pragma once

#include <cstdint>

namespace r1::math {

enum class LetterKind : uint8_t {
  None,
  Letter,     // of an alphabet with spaces between words, combining marks included
  Ideograph,  // Han, Kana, Hangul: words follow each other without spaces
  Sign        // of a currency or of degrees, or a unit in one character
};

LetterKind letter_kind(uint32_t code_point);

}  // namespace r1::math
