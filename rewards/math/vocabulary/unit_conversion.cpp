#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "rewards/math/vocabulary/digits.h"
#include "rewards/math/vocabulary/unit_lookup.h"
#include "rewards/math/vocabulary/units.h"

namespace r1::math {
namespace {

constexpr int kMaxExponent = 12;
constexpr size_t kMaxUnits = 16;

struct Power {
  const Unit* unit;
  int exponent;
};

// a / b with equal units cancelled. False for an unknown key or beyond the limits.
bool quotient(const UnitProduct& a, const UnitProduct& b, std::vector<Power>& out) {
  if (a.size() > kMaxUnits || b.size() > kMaxUnits) return false;
  const auto add = [&](const UnitProduct& product, int sign) {
    for (const UnitPower& power : product) {
      const Unit* unit = unit_by_key(power.key);
      if (unit == nullptr || std::abs(power.exponent) > kMaxExponent) return false;
      const auto found = std::find_if(out.begin(), out.end(), [&](const Power& p) { return p.unit == unit; });
      if (found == out.end())
        out.push_back({unit, sign * power.exponent});
      else
        found->exponent += sign * power.exponent;
    }
    return true;
  };
  if (!add(a, 1) || !add(b, -1)) return false;
  std::erase_if(out, [](const Power& power) { return power.exponent == 0; });
  return true;
}

Dimension dimension_of(const std::vector<Power>& powers) {
  Dimension sum{};
  for (const Power& power : powers)
    for (size_t axis = 0; axis < kNumAxes; ++axis)
      sum[axis] = static_cast<int16_t>(sum[axis] + power.exponent * power.unit->dimension[axis]);
  return sum;
}

bool is_plain(const Dimension& dimension) {
  return std::all_of(dimension.begin(), dimension.end(), [](int16_t power) { return power == 0; });
}

// Axes one spelling may stand for: the dollar sign for any dollar, months for a number of days.
constexpr std::string_view kFamilies[][2] = {{"AUD", "USD"}, {"CAD", "USD"}, {"HKD", "USD"}, {"Month", "T"}};

// Whether one side has the ambiguous axis and the other what it may stand for.
bool is_plain_in_families(Dimension dimension) {
  for (const auto& [from, to] : kFamilies) {
    const size_t a = axis_of(from), b = axis_of(to);
    if (dimension[a] == 0 || dimension[a] != -dimension[b]) continue;
    dimension[a] = dimension[b] = 0;
  }
  return is_plain(dimension);
}

struct Reading {
  std::string_view said, meant;
};

// Spellings whose other meaning is as good, where the first does not fit: pounds of money and force, yen and yuan by one sign.
constexpr Reading kOtherReadings[] = {
    {"pound", "GBP"}, {"pound", "lbf"}, {"yen_sign", "JPY"}, {"yen_sign", "CNY"}};

// Spellings whose other meaning is possible.
constexpr Reading kDoubtfulReadings[] = {
    {"oz", "fl_oz"}, {"min", "arcmin"}, {"s", "arcsec"}, {"cent", "eurocent"}, {"lb", "lbf"}};

// The powers with every `said` as `meant`; none when that leaves a dimension, or there is no `said`.
std::optional<std::vector<Power>> read_otherwise(std::vector<Power> powers, const Reading& reading) {
  bool any = false;
  for (Power& power : powers) {
    if (power.unit->key != reading.said) continue;
    power.unit = unit_by_key(reading.meant);
    any = true;
  }
  if (!any || !is_plain(dimension_of(powers))) return std::nullopt;
  return powers;
}

// Tons convert exactly into pounds and ounces only, kB into nothing else.
bool is_loose(const std::vector<Power>& powers) {
  const bool any =
      std::any_of(powers.begin(), powers.end(), [](const Power& power) { return power.unit->loose; });
  return any && !std::all_of(powers.begin(), powers.end(), [](const Power& power) {
           const std::string_view key = power.unit->key;
           return key == "ton" || key == "lb" || key == "pound" || key == "oz" || key == "short_ton";
         });
}

std::string power_of(const std::string& digits, int exponent) {
  std::string product = "1";
  for (int i = 0; i < exponent; ++i) product = multiply_digits(product, digits);
  return product;
}

void set_factor(const std::vector<Power>& powers, UnitConversion& conversion) {
  int exponent = 0;
  for (const Power& power : powers) {
    const Unit& unit = *power.unit;
    const int size = std::abs(power.exponent);
    std::string above = power_of(unit.numerator, size), below = power_of(unit.denominator, size);
    if (power.exponent < 0) std::swap(above, below);
    conversion.numerator = multiply_digits(conversion.numerator, above);
    conversion.denominator = multiply_digits(conversion.denominator, below);
    exponent += unit.exponent * power.exponent;
    conversion.pi_power += unit.pi_power * power.exponent;
  }
  std::string& longer = exponent > 0 ? conversion.numerator : conversion.denominator;
  longer.append(static_cast<size_t>(std::abs(exponent)), '0');
}

struct TemperatureOffset {
  std::string_view from, to;
  bool negative;
  std::string_view numerator, denominator;
};
constexpr TemperatureOffset kTemperatureOffsets[] = {
    {"degC", "K", false, "5463", "20"},   {"K", "degC", true, "5463", "20"},
    {"degF", "K", false, "45967", "180"}, {"K", "degF", true, "45967", "100"},
    {"degC", "degF", false, "32", "1"},   {"degF", "degC", true, "160", "9"}};

void set_offset(const UnitProduct& a, const UnitProduct& b, UnitConversion& conversion) {
  if (a.size() != 1 || b.size() != 1 || a[0].exponent != 1 || b[0].exponent != 1) return;
  for (const TemperatureOffset& offset : kTemperatureOffsets) {
    if (offset.from != a[0].key || offset.to != b[0].key) continue;
    conversion.offset_negative = offset.negative;
    conversion.offset_numerator = offset.numerator;
    conversion.offset_denominator = offset.denominator;
  }
}

}  // namespace

UnitConversion convert_units(const UnitProduct& a, const UnitProduct& b) {
  UnitConversion conversion;
  std::vector<Power> powers;
  if (!quotient(a, b, powers)) {
    conversion.relation = a == b ? UnitRelation::Convertible : UnitRelation::Different;
    return conversion;
  }
  conversion.relation = UnitRelation::Unknown;
  if (a.empty() != b.empty() && !powers.empty()) return conversion;
  if (!is_plain(dimension_of(powers))) {
    std::optional<std::vector<Power>> other;
    for (const Reading& reading : kOtherReadings)
      if (!other) other = read_otherwise(powers, reading);
    if (!other) {
      const bool doubtful =
          is_plain_in_families(dimension_of(powers)) ||
          std::any_of(std::begin(kDoubtfulReadings), std::end(kDoubtfulReadings),
                      [&](const Reading& reading) { return read_otherwise(powers, reading).has_value(); });
      if (!doubtful) conversion.relation = UnitRelation::Different;
      return conversion;
    }
    powers = *other;
  }
  if (is_loose(powers)) return conversion;
  conversion.relation = UnitRelation::Convertible;
  set_factor(powers, conversion);
  set_offset(a, b, conversion);
  return conversion;
}

bool same_dimension(const UnitProduct& a, const UnitProduct& b) {
  return convert_units(a, b).relation == UnitRelation::Convertible;
}

}  // namespace r1::math
