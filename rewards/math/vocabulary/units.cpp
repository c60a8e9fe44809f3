#include "rewards/math/vocabulary/units.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <unordered_map>

#include "rewards/math/vocabulary/digits.h"
#include "rewards/math/vocabulary/unit_lookup.h"
#include "rewards/math/vocabulary/unit_table.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

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

const Unit* unit_by_key(std::string_view key) { return table().by_key(key); }

size_t axis_of(std::string_view name) {
  return static_cast<size_t>(std::find(std::begin(kAxes), std::end(kAxes), name) - std::begin(kAxes));
}

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

bool is_angle(std::string_view key) {
  const Unit* unit = unit_by_key(key);
  return unit != nullptr && unit->dimension == unit_by_key("radian")->dimension;
}

bool is_currency(std::string_view key) {
  const Unit* unit = unit_by_key(key);
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
