// Exact comparison of the numbers people write: no floating point anywhere, so 1e-20 and 1e-21 differ.
//
// Read: integers, decimals, leading zeros, signs (also the Unicode minus), thousands separators ("1,234",
// "1{,}234", "1\,234"), a/b, \frac{a}{b} and its kin, mixed numbers ("2 1/2", "2\frac{1}{2}"), percentages,
// scientific notation
// ("1e-20", "1 \times 10^{-20}", "10^6"), scale words (hundred to trillion), currency signs and trailing
// units. Everything else is not a number here: expressions, lists, other bases, times of day, "5x", "3 pi".
//
// Limits: 1000 digits and 15-digit exponents. Exponents are compared, never expanded, so "1e999999999" costs
// nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r1 {

// value = (negative ? -1 : 1) * numerator / denominator * 10^exponent. Digit strings; denominator is not
// zero.
struct ExactNumber {
  bool negative = false;
  std::string numerator;
  std::string denominator = "1";
  int64_t exponent = 0;
  bool percent = false;  // the text had a percent sign; exponent already counts it
  std::string unit;      // lower case, without a plural s; empty when the text had none
};

enum class NumberKind { Number, NotANumber, TooLong };

struct NumberReading {
  NumberKind kind = NumberKind::NotANumber;
  ExactNumber number;  // meaningful when kind is Number
};

NumberReading read_exact_number(std::string_view text);

enum class Comparison { Equal, Different, Unknown };

struct NumberPolicy {
  bool percent_sign_optional = false;  // 50% equals 50; otherwise that pair is Unknown
};

// Unknown: either text is not a number or is beyond the limits; both have units and these differ; or the two
// differ only by a percent sign that one of them lacks.
Comparison compare_numbers(std::string_view a, std::string_view b, NumberPolicy policy = {});
Comparison compare_numbers(const ExactNumber& a, const ExactNumber& b, NumberPolicy policy = {});

}  // namespace r1
