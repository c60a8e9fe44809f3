// The data behind units.h: every unit with its dimension, factor and spellings. Sources of the factors: the SI brochure (9th
// edition, 2019), NIST Special Publication 811 for US customary units, IAU 2012/2015 for the astronomical unit and parsec.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace r1::math {

// Which SI prefixes a unit takes.
enum class Prefixes : uint8_t {
  None,
  All,     // quetta to quecto
  Usual,   // giga, mega, kilo, milli, micro, nano, pico, tera; hecto and deca too in words
  Binary,  // kilo to tera, marked loose (1000 or 1024), and kibi to tebi
};

struct UnitRow {
  std::string_view key;
  std::string_view dimension;  // "L M T-2": axes with exponents; see kAxes
  std::string_view factor;     // to the base unit of its dimension: "0.3048" or "5/18" (decimals allowed)
  int pi_power = 0;            // of the factor
  std::string_view symbols;    // separated by '|'; upper and lower case differ
  std::string_view words;      // separated by '|'; any case, plural by s or es
  Prefixes prefixes = Prefixes::None;
  bool loose = false;  // the factor depends on the country or the trade
};

// The axes of a dimension. Months are not seconds; each currency is its own axis.
constexpr std::string_view kAxes[] = {"L",   "M",   "T",   "I",   "K",   "N",   "J",   "A",   "B",   "Month",
                                      "USD", "AUD", "CAD", "HKD", "EUR", "GBP", "JPY", "CNY", "Yen", "INR",
                                      "KRW", "RUB", "CHF", "VND", "BRL", "MXN", "THB", "TRY", "PLN", "ILS"};
constexpr size_t kNumAxes = std::size(kAxes);

std::span<const UnitRow> unit_rows();

// Spellings in other languages: key, then spellings separated by '|', lower case.
struct ForeignSpelling {
  std::string_view key;
  std::string_view spellings;
};
std::span<const ForeignSpelling> foreign_unit_spellings();

}  // namespace r1::math
