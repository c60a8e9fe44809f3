#include "rewards/math/vocabulary/letters.h"

#include <utf8proc.h>

namespace r1::math {

LetterKind letter_kind(uint32_t c) {
  if (c < 0x80) {
    if ((c | 32) >= 'a' && (c | 32) <= 'z') return LetterKind::Letter;
    return c == '$' ? LetterKind::Sign : LetterKind::None;
  }
  if (c == 0xB0 || c == 0xBA || c == 0x2103 || c == 0x2109 || (c >= 0x3300 && c <= 0x33FF))
    return LetterKind::Sign;
  if (c >= 0x30A0 && c <= 0x30FF) return LetterKind::Ideograph;  // Katakana with its long mark
  if ((c >= 0x3005 && c <= 0x3007) || (c >= 0x3040 && c <= 0x309F) || (c >= 0x3400 && c <= 0x9FFF) ||
      (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF))
    return LetterKind::Ideograph;
  switch (utf8proc_category(static_cast<int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
      return LetterKind::Letter;
    case UTF8PROC_CATEGORY_SC:
      return LetterKind::Sign;
    default:
      return LetterKind::None;
  }
}

}  // namespace r1::math
