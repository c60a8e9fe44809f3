// Numbers written in words: English, Chinese and Japanese numerals, ordinals, Roman numerals, circled digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace r1::math {

constexpr size_t kMaxNumberWords = 400;  // bytes; longer texts are no number words

// value = (negative ? -1 : 1) * numerator / denominator. Digits without leading zeros, denominator positive, not reduced.
struct WordNumber {
  bool negative = false;
  std::string numerator = "0", denominator = "1";
  bool ordinal = false;  // "third", "21st": a place, not a fraction
  size_t bytes = 0;      // how much of the text was read
};

// The longest number at the start of the text, any case: "twenty-one", "one hundred and five", "two thirds", "three and a half",
// "minus five", "a dozen", "3 million", "2.5 billion", "zero point two five", "half a million". It ends at a word's end. Text that begins
// with digits is one only with a scale word behind. "a", "and", "point" alone are none; neither are ordinals (read_ordinal), "second" and
// "quarter" alone, nor two numbers side by side ("one two").
// Whole numbers to 100 and 1000 in French, German, Spanish, Portuguese, Italian and Russian too.
std::optional<WordNumber> read_number_words(std::string_view text);

// The whole text is a number in words or Han numerals.
std::optional<WordNumber> number_in_words(std::string_view text);

// Whether the word says a number in any of these forms: "seven", "hundred", "dozen", "half", "thirds", "fifth", "double".
bool is_number_word(std::string_view word);

// Han numerals at the start: \u4e09\u767e\u4e8c\u5341 (320), \u4e8c\u5343\u96f6\u4e94, \u5341\u4e00, \u4e8c\u3007\u4e00\u4e94 (digits), \u8d1f\u4e09, \u4e8c\u5206\u4e4b\u4e00 (1/2), \u4e00\u534a no, financial forms, \u4ebf / \u5104.
std::optional<WordNumber> read_han_number(std::string_view text);

// The same, natural numbers only: 3 of \u4e09\u70b9\u4e94\u5206 (five past three).
std::optional<WordNumber> read_han_natural(std::string_view text);

// "1st", "21st", "112th", "first", "twenty-first", "one hundred and third", "hundredth", \u7b2c\u4e09. The whole text; "11st" is none.
std::optional<uint64_t> read_ordinal(std::string_view text);

// Strict form, one case throughout, 1 to 3999: "XIV", "iv"; not "IIII", "IC", "iV". U+2160.. too.
std::optional<uint32_t> read_roman(std::string_view text);

// 0 to 50 for circled digits (also filled, double, parenthesised and full-stop forms), none for others.
std::optional<uint32_t> circled_digit(uint32_t code_point);

}  // namespace r1::math
