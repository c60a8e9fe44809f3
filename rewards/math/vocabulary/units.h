// Units of measure: how they are spelled and how they convert, exactly.
//
// A unit has one key ("km", "USD", "degree"); every spelling leads to it. Factors are rational (times a power of pi for
// angles and parsecs): the international foot, the US gallon, the 2019 SI. Months and years are not days, dollars are not euros.
// All look-ups are hashed; texts over kMaxUnitText are no units. Nothing throws.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1::math {

constexpr size_t kMaxUnitText = 128;  // bytes of a phrase

// The key of one spelled unit: a symbol ("km", "mm" but not "MM"; "$", "\u00b0C") or a word in any case, also plural
// ("Meters", "feet"), in English, Chinese, Japanese, Korean, Russian, German, French, Spanish, Portuguese, Italian.
// One final period of an abbreviation is allowed ("in.", "min."). None for what is no unit, nouns included.
std::optional<std::string_view> find_unit(std::string_view spelled);

// Spellings that are a unit only behind a number or inside \text{}: single letters ("m", "g", "h") and words that mean something
// else in mathematics or English ("in", "min", "sec", "deg", "are", "bar", "second", "yard" is not one).
bool needs_number_before(std::string_view spelled);

struct UnitPower {
  std::string_view key;  // of find_unit; lives as long as the program
  int exponent = 1;      // never 0
  bool operator==(const UnitPower&) const = default;
};
using UnitProduct = std::vector<UnitPower>;  // a product of powers, in order of appearance, each key once

struct UnitPhrase {
  UnitProduct units;  // empty for generic units ("units", "square units") and pure nouns in a rate
  size_t bytes = 0;   // how much of the text was read, trailing decoration included
};

// The longest unit at the start of a text of words: "square meters", "sq. ft", "cubic inches", "cm^2", "m/s", "km per hour",
// "miles an hour", "kg m^2 s^-2", "dollars per pound", "pages per minute" (nouns count as 1), "N*m", "units", "mph", "cm\u00b2",
// "\u5e73\u65b9\u7c73", "\u5343\u7c73/\u5c0f\u65f6". What describes the measured thing belongs to it as decoration: "feet tall",
// "inches of snow", "years old", "cm long", "minutes each". None when the text does not begin with a unit.
std::optional<UnitPhrase> read_unit_phrase(std::string_view text);

enum class UnitRelation {
  Convertible,  // value in b = value in a * numerator / denominator * pi^pi_power + offset
  Different,    // of different kinds: never the same quantity
  Unknown,  // the spelling allows both: "$" and AUD, tons of different systems, kB (1000 or 1024 bytes), "ounces" of volume,
            // "minutes" of arc, days against months
};

struct UnitConversion {
  UnitRelation relation = UnitRelation::Different;
  std::string numerator = "1", denominator = "1";  // positive, decimal digits
  int pi_power = 0;
  bool offset_negative = false;  // degrees Celsius, Fahrenheit, kelvin
  std::string offset_numerator = "0", offset_denominator = "1";
};

// Empty products are generic units: Convertible by 1 among themselves, Unknown against others. A unit's exponents are
// added first, so m/m is empty. "pounds" in words are GBP where the other side is money and lbf where it is a force; the yen
// sign is the other side's yen or yuan. Unknown keys and exponents beyond +-12 are Different from everything but themselves.
UnitConversion convert_units(const UnitProduct& a, const UnitProduct& b);

// convert_units(...).relation == Convertible, without the numbers.
bool same_dimension(const UnitProduct& a, const UnitProduct& b);

bool is_angle(std::string_view key);     // degree, arcmin, arcsec, radian, gradian, revolution
bool is_currency(std::string_view key);  // USD, cent, EUR, ...

// Whether the words are a plain noun phrase that may stand behind a number as decoration: "apples", "pieces of candy", "ways",
// "different arrangements", "\u4e2a", "\u4e2a\u82f9\u679c". At most six words. False for units, for number words, and for every word that
// changes what the number says: not, less, more, percent, million, before, ago, north, profit, a.m., squared, ...
bool is_count_noun(std::string_view words);

// For tests: every spelling with its key.
struct UnitSpelling {
  std::string spelled, key;
};
std::vector<UnitSpelling> unit_spellings();

}  // namespace r1::math
