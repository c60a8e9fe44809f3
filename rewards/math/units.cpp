#include "rewards/math/units.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <unordered_map>

#include "rewards/math/digits.h"
#include "rewards/math/unit_table.h"
#include "rewards/math/words.h"

namespace r1::math {
namespace {

using Dimension = std::array<int16_t, kNumAxes>;

// The factor of a unit: digits / digits * 10^exponent * pi^pi_power.
struct Unit {
  std::string key;
  Dimension dimension{};
  std::string numerator, denominator;
  int exponent = 0;
  int pi_power = 0;
  bool loose = false;
};

struct Prefix {
  std::string_view symbol, word;
  int exponent;
  bool usual;
};
constexpr Prefix kPrefixes[] = {
    {"Q", "quetta", 30, false}, {"R", "ronna", 27, false},  {"Y", "yotta", 24, false},
    {"Z", "zetta", 21, false},  {"E", "exa", 18, false},    {"P", "peta", 15, false},
    {"T", "tera", 12, true},    {"G", "giga", 9, true},     {"M", "mega", 6, true},
    {"k", "kilo", 3, true},     {"h", "hecto", 2, false},   {"da", "deca", 1, false},
    {"d", "deci", -1, false},   {"c", "centi", -2, false},  {"m", "milli", -3, true},
    {"u", "micro", -6, true},   {"n", "nano", -9, true},    {"p", "pico", -12, true},
    {"f", "femto", -15, false}, {"a", "atto", -18, false},  {"z", "zepto", -21, false},
    {"y", "yocto", -24, false}, {"r", "ronto", -27, false}, {"q", "quecto", -30, false},
};

struct BinaryPrefix {
  std::string_view symbol, word, power;  // 1024^n
};
constexpr BinaryPrefix kBinaryPrefixes[] = {{"Ki", "kibi", "1024"},
                                            {"Mi", "mebi", "1048576"},
                                            {"Gi", "gibi", "1073741824"},
                                            {"Ti", "tebi", "1099511627776"}};

// Prefixed symbols that are something else in an answer: times of day.
constexpr std::string_view kNoUnits[] = {"am", "pm"};

// Units whose kilo is often written with a capital: Km, Kg, KB.
constexpr std::string_view kCapitalKilo[] = {"m", "g", "B", "W", "Wh", "Hz", "cal", "Pa", "V", "L"};

template <class Range>
bool contains(const Range& range, std::string_view text) {
  return std::find(std::begin(range), std::end(range), text) != std::end(range);
}

class UnitTable {
 public:
  // `log`: every spelling is also written there, shadowed ones too.
  explicit UnitTable(std::vector<UnitSpelling>* log = nullptr) : log_(log) {
    for (const UnitRow& row : unit_rows()) add_row(row);
    for (const UnitRow& row : unit_rows()) add_prefixed_row(row);
    for (const ForeignSpelling& row : foreign_unit_spellings()) {
      const Unit* unit = by_key(row.key);
      for_each_part(row.spellings,
                    [&](std::string_view spelled) { put(words_, std::string(spelled), unit); });
    }
    log_ = nullptr;
  }

  const Unit* by_key(std::string_view key) const {
    const auto found = keys_.find(std::string(key));
    return found == keys_.end() ? nullptr : found->second;
  }
  const Unit* by_symbol(const std::string& spelled) const {
    const auto found = symbols_.find(spelled);
    return found == symbols_.end() ? nullptr : found->second;
  }
  const Unit* by_word(const std::string& spelled) const {
    const auto found = words_.find(spelled);
    return found == words_.end() ? nullptr : found->second;
  }

 private:
  template <class Visit>
  static void for_each_part(std::string_view text, Visit visit) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('|'), text.size());
      if (end > 0) visit(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  static Dimension read_dimension(std::string_view text) {
    Dimension dimension{};
    while (!text.empty()) {
      const size_t end = std::min(text.find(' '), text.size());
      const std::string_view part = text.substr(0, end);
      const size_t name = std::min(part.find_first_of("-0123456789"), part.size());
      const auto* axis = std::find(std::begin(kAxes), std::end(kAxes), part.substr(0, name));
      const int power = name == part.size() ? 1 : std::atoi(std::string(part.substr(name)).c_str());
      dimension[static_cast<size_t>(axis - std::begin(kAxes))] = static_cast<int16_t>(power);
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return dimension;
  }

  // "0.3048" -> "3048" and the exponent -4.
  static std::string read_decimal(std::string_view text, int& exponent) {
    std::string digits(text);
    if (const size_t point = digits.find('.'); point != std::string::npos) {
      exponent -= static_cast<int>(digits.size() - point - 1);
      digits.erase(point, 1);
    }
    return strip_leading_zeros(digits);
  }

  static Unit read_unit(const UnitRow& row) {
    Unit unit;
    unit.key = row.key;
    unit.dimension = read_dimension(row.dimension);
    const size_t slash = row.factor.find('/');
    int below = 0;
    unit.numerator = read_decimal(row.factor.substr(0, slash), unit.exponent);
    unit.denominator =
        slash == std::string_view::npos ? "1" : read_decimal(row.factor.substr(slash + 1), below);
    unit.exponent -= below;
    unit.pi_power = row.pi_power;
    unit.loose = row.loose;
    return unit;
  }

  const Unit* keep(Unit unit) {
    const Unit* kept = &units_.emplace_back(std::move(unit));
    keys_.try_emplace(kept->key, kept);
    return kept;
  }

  void put(std::unordered_map<std::string, const Unit*>& map, const std::string& spelled, const Unit* unit) {
    const auto [entry, fresh] = map.try_emplace(spelled, unit);
    if (log_ != nullptr && (fresh || entry->second != unit)) log_->push_back({spelled, unit->key});
  }

  void add_word(const std::string& word, const Unit* unit) {
    put(words_, word, unit);
    const size_t space = word.find(' ');
    const bool hisses =
        word.ends_with("s") || word.ends_with("x") || word.ends_with("z") || word.ends_with("ch");
    if (word.starts_with("degree ") || word.find(" of ") != std::string::npos)
      put(words_, word.substr(0, space) + "s" + word.substr(space), unit);  // degrees Celsius
    else
      put(words_, word + (hisses ? "es" : "s"), unit);
  }

  void add_row(const UnitRow& row) {
    const Unit* base = keep(read_unit(row));
    for_each_part(row.symbols, [&](std::string_view symbol) { put(symbols_, std::string(symbol), base); });
    for_each_part(row.words, [&](std::string_view word) { add_word(std::string(word), base); });
  }

  void add_prefixed_row(const UnitRow& row) {
    if (row.prefixes == Prefixes::None) return;
    const Unit* base = by_key(row.key);
    if (row.prefixes == Prefixes::Binary)
      for (const BinaryPrefix& prefix : kBinaryPrefixes) add_binary(row, *base, prefix);
    for (const Prefix& prefix : kPrefixes) add_prefixed(row, *base, prefix);
  }

  void add_prefixed(const UnitRow& row, const Unit& base, const Prefix& prefix) {
    Unit unit = base;
    const bool binary = row.prefixes == Prefixes::Binary;
    if (binary && (prefix.exponent < 3 || prefix.exponent > 15)) return;
    unit.key = std::string(prefix.symbol) + base.key;
    unit.exponent += prefix.exponent;
    unit.loose = binary;
    const Unit* kept = keep(std::move(unit));
    if (row.prefixes == Prefixes::All || prefix.usual || binary)
      for_each_part(row.symbols, [&](std::string_view symbol) { add_symbol(prefix, symbol, kept); });
    for_each_part(row.words, [&](std::string_view word) {
      add_word(std::string(prefix.word) + std::string(word), kept);
    });
  }

  void add_symbol(const Prefix& prefix, std::string_view symbol, const Unit* unit) {
    const auto add = [&](std::string_view letter) {
      const std::string text = std::string(letter) + std::string(symbol);
      if (!contains(kNoUnits, text)) put(symbols_, text, unit);
    };
    add(prefix.symbol);
    if (prefix.symbol == "u") add("\u00b5"), add("\u03bc");
    if (prefix.symbol == "k" && contains(kCapitalKilo, symbol)) add("K");
  }

  void add_binary(const UnitRow& row, const Unit& base, const BinaryPrefix& prefix) {
    Unit unit = base;
    unit.key = std::string(prefix.symbol) + base.key;
    unit.numerator = multiply_digits(base.numerator, prefix.power);
    const Unit* kept = keep(std::move(unit));
    for_each_part(row.symbols, [&](std::string_view symbol) {
      put(symbols_, std::string(prefix.symbol) + std::string(symbol), kept);
    });
    for_each_part(row.words, [&](std::string_view word) {
      add_word(std::string(prefix.word) + std::string(word), kept);
    });
  }

  std::vector<UnitSpelling>* log_;
  std::deque<Unit> units_;
  std::unordered_map<std::string, const Unit*> keys_, symbols_, words_;
};

// Built at the first use, never changed after.
const UnitTable& table() {
  static const UnitTable units;
  return units;
}

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
      const Unit* unit = table().by_key(power.key);
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

// Axes one spelling may stand for: any dollar for any other, the yen sign for yen and yuan, months for a number of days.
constexpr std::string_view kFamilies[][2] = {{"AUD", "USD"}, {"CAD", "USD"}, {"HKD", "USD"},
                                             {"JPY", "Yen"}, {"CNY", "Yen"}, {"Month", "T"}};

size_t axis_of(std::string_view name) {
  return static_cast<size_t>(std::find(std::begin(kAxes), std::end(kAxes), name) - std::begin(kAxes));
}

// Whether one side has the ambiguous axis and the other what it may stand for. Yen are never yuan.
bool is_plain_in_families(Dimension dimension) {
  for (const auto& [from, to] : kFamilies) {
    const size_t a = axis_of(from), b = axis_of(to);
    if (dimension[a] == 0 || dimension[a] != -dimension[b]) continue;
    dimension[a] = dimension[b] = 0;
  }
  return is_plain(dimension);
}

// Spellings that are used for two units.
constexpr std::string_view kDoubles[][2] = {{"oz", "fl_oz"},      {"degree", "degC"}, {"degree", "degF"},
                                            {"min", "arcmin"},    {"s", "arcsec"},    {"lb", "GBP"},
                                            {"cent", "eurocent"}, {"lb", "lbf"},      {"INR", "paisa"}};

bool may_be_meant(std::vector<Power> powers) {
  for (const auto& [said, meant] : kDoubles) {
    std::vector<Power> other = powers;
    for (Power& power : other)
      if (power.unit->key == said) power.unit = table().by_key(meant);
    if (is_plain_in_families(dimension_of(other)) && other.size() <= powers.size() &&
        !std::equal(other.begin(), other.end(), powers.begin(),
                    [](const Power& a, const Power& b) { return a.unit == b.unit; }))
      return true;
  }
  return false;
}

// Tons convert exactly into pounds and ounces only, kB into nothing else.
bool is_loose(const std::vector<Power>& powers) {
  const bool any =
      std::any_of(powers.begin(), powers.end(), [](const Power& power) { return power.unit->loose; });
  return any && !std::all_of(powers.begin(), powers.end(), [](const Power& power) {
           const std::string_view key = power.unit->key;
           return key == "ton" || key == "lb" || key == "oz" || key == "short_ton";
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

const Unit* find_spelled(std::string_view spelled) {
  if (spelled.empty() || spelled.size() > kMaxUnitText) return nullptr;
  if (const Unit* unit = table().by_symbol(std::string(spelled))) return unit;
  return table().by_word(lower_text(spelled));
}

// Units whose names are people, ordinals or words of mathematics.
constexpr std::string_view kEverydayWords[] = {
    "in",    "min",    "mins",  "sec",   "secs",  "deg",   "second",  "seconds", "minute", "bar",
    "bars",  "mole",   "moles", "henry", "gray",  "grays", "weber",   "tesla",   "newton", "pascal",
    "joule", "kelvin", "cup",   "cups",  "pound", "yard",  "degree",  "gauss",   "buck",   "bucks",
    "quid",  "dong",   "won",   "mol",   "rad",   "rev",   "hora",    "ora",     "ore",    "ano",
    "mes",   "mese",   "metro", "grad",  "grau",  "grado", "cal",     "erg",     "hp",     "days",
    "day",   "foot",   "feet",  "knot",  "knots", "peso",  "celsius", "bit",     "bits",   "byte"};

// Symbols of two letters that are hardly ever a product of variables.
constexpr std::string_view kSafePairs[] = {"cm", "mm", "km", "kg", "mg", "mL", "ml", "ft", "lb", "oz",
                                           "hr", "yr", "wk", "Hz", "Pa", "kW", "Kg", "Km", "KM", "KG",
                                           "cc", "yd", "gm", "kB", "MB", "GB", "TB", "KB", "Rs"};

}  // namespace

std::optional<std::string_view> find_unit(std::string_view spelled) {
  const Unit* unit = find_spelled(spelled);
  if (unit == nullptr && spelled.size() > 2 && spelled.ends_with('.'))
    unit = find_spelled(spelled.substr(0, spelled.size() - 1));
  if (unit == nullptr) return std::nullopt;
  return unit->key;
}

bool needs_number_before(std::string_view spelled) {
  const std::string lower = lower_text(spelled.substr(0, kMaxUnitText));
  if (contains(kEverydayWords, lower)) return true;
  const bool letters =
      std::all_of(spelled.begin(), spelled.end(), [](char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; });
  return letters && spelled.size() <= 2 && !contains(kSafePairs, spelled);
}

UnitConversion convert_units(const UnitProduct& a, const UnitProduct& b) {
  UnitConversion conversion;
  std::vector<Power> powers;
  if (!quotient(a, b, powers)) {
    conversion.relation = a == b ? UnitRelation::Convertible : UnitRelation::Different;
    return conversion;
  }
  if (a.empty() != b.empty() && !powers.empty()) {
    conversion.relation = UnitRelation::Unknown;
    return conversion;
  }
  if (!is_plain(dimension_of(powers))) {
    const bool unknown = is_plain_in_families(dimension_of(powers)) || may_be_meant(powers);
    conversion.relation = unknown ? UnitRelation::Unknown : UnitRelation::Different;
    return conversion;
  }
  conversion.relation = is_loose(powers) ? UnitRelation::Unknown : UnitRelation::Convertible;
  if (conversion.relation == UnitRelation::Unknown) return conversion;
  set_factor(powers, conversion);
  set_offset(a, b, conversion);
  return conversion;
}

bool same_dimension(const UnitProduct& a, const UnitProduct& b) {
  return convert_units(a, b).relation == UnitRelation::Convertible;
}

bool is_angle(std::string_view key) {
  const Unit* unit = table().by_key(key);
  return unit != nullptr && unit->dimension == table().by_key("radian")->dimension;
}

bool is_currency(std::string_view key) {
  const Unit* unit = table().by_key(key);
  if (unit == nullptr) return false;
  const auto* money = unit->dimension.data() + axis_of("USD");
  return std::any_of(money, unit->dimension.data() + kNumAxes, [](int16_t power) { return power != 0; });
}

std::vector<UnitSpelling> unit_spellings() {
  std::vector<UnitSpelling> all;
  const UnitTable fresh(&all);
  return all;
}

}  // namespace r1::math
