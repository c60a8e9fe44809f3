#include "base/utf8.h"
#include "rewards/math/vocabulary/number_words.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

struct RomanPart {
  std::string_view sign;
  uint32_t value;
  int times;
};
constexpr RomanPart kRomanParts[] = {
    {"M", 1000, 3}, {"CM", 900, 1}, {"D", 500, 1}, {"CD", 400, 1}, {"C", 100, 3}, {"XC", 90, 1}, {"L", 50, 1},
    {"XL", 40, 1},  {"X", 10, 3},   {"IX", 9, 1},  {"V", 5, 1},    {"IV", 4, 1},  {"I", 1, 3}};
constexpr std::string_view kRomanSigns[] = {"I",  "II", "III", "IV",  "V", "VI", "VII", "VIII",
                                            "IX", "X",  "XI",  "XII", "L", "C",  "D",   "M"};

std::string roman_of(uint32_t value) {
  std::string roman;
  for (const RomanPart& part : kRomanParts)
    for (; value >= part.value; value -= part.value) roman += part.sign;
  return roman;
}

}  // namespace

std::optional<uint32_t> read_roman(std::string_view text) {
  std::string letters;
  for (size_t at = 0; at < text.size() && letters.size() <= 16;) {
    const uint32_t c = next_code_point(text, at);
    if (c >= 0x2160 && c <= 0x216F)
      letters += kRomanSigns[c - 0x2160];
    else if (c >= 0x2170 && c <= 0x217F)
      letters += lower_text(kRomanSigns[c - 0x2170]);
    else if (c < 0x80)
      letters += static_cast<char>(c);
    else
      return std::nullopt;
  }
  std::string upper = letters;
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  if (letters != upper && letters != lower_text(letters)) return std::nullopt;
  // Take each sign as often as the strict form allows; what is left over is no numeral.
  uint32_t value = 0;
  std::string_view rest = upper;
  for (const RomanPart& part : kRomanParts) {
    for (int count = 0; count < part.times && rest.starts_with(part.sign); ++count) {
      rest.remove_prefix(part.sign.size());
      value += part.value;
    }
  }
  if (!rest.empty() || value == 0 || roman_of(value) != upper) return std::nullopt;
  return value;
}

std::optional<uint32_t> circled_digit(uint32_t c) {
  if (c == 0x24EA || c == 0x24FF) return 0;
  const auto in = [c](uint32_t first, uint32_t count) { return c >= first && c < first + count; };
  if (in(0x2460, 20)) return c - 0x2460 + 1;   // circled
  if (in(0x2474, 20)) return c - 0x2474 + 1;   // in parentheses
  if (in(0x2488, 20)) return c - 0x2488 + 1;   // with a full stop
  if (in(0x24EB, 10)) return c - 0x24EB + 11;  // filled, 11 to 20
  if (in(0x24F5, 10)) return c - 0x24F5 + 1;   // double
  if (in(0x2776, 10)) return c - 0x2776 + 1;   // filled
  if (in(0x2780, 10)) return c - 0x2780 + 1;   // sans-serif
  if (in(0x278A, 10)) return c - 0x278A + 1;   // filled sans-serif
  if (in(0x3251, 15)) return c - 0x3251 + 21;  // circled, 21 to 35
  if (in(0x32B1, 15)) return c - 0x32B1 + 36;  // circled, 36 to 50
  return std::nullopt;
}

}  // namespace r1::math
