#include <algorithm>
#include <cstdint>
#include <string>

#include "base/utf8.h"
#include "rewards/math/vocabulary/letters.h"
#include "rewards/math/vocabulary/units.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

struct WordPower {
  std::string_view word;
  int power;
};

// Before a unit: "square feet".
constexpr WordPower kPowersBefore[] = {
    {"square", 2},
    {"sq", 2},
    {"cubic", 3},
    {"cu", 3},
    {"\u043a\u0432", 2},
    {"\u043a\u0432\u0430\u0434\u0440\u0430\u0442\u043d\u044b\u0439", 2},
    {"\u043a\u0432\u0430\u0434\u0440\u0430\u0442\u043d\u044b\u0445", 2},
    {"\u043a\u0432\u0430\u0434\u0440\u0430\u0442\u043d\u044b\u0435", 2},
    {"\u043a\u0432\u0430\u0434\u0440\u0430\u0442\u043d\u043e\u0433\u043e", 2},
    {"\u043a\u0443\u0431", 3},
    {"\u043a\u0443\u0431\u0438\u0447\u0435\u0441\u043a\u0438\u0439", 3},
    {"\u043a\u0443\u0431\u0438\u0447\u0435\u0441\u043a\u0438\u0445", 3},
    {"\u043a\u0443\u0431\u0438\u0447\u0435\u0441\u043a\u0438\u0435", 3},
    {"\u043a\u0443\u0431\u0438\u0447\u0435\u0441\u043a\u043e\u0433\u043e", 3},
    {"\u0935\u0930\u094d\u0917", 2},
    {"\u0918\u0928", 3},
    {"\u5e73\u65b9", 2},
    {"\u7acb\u65b9", 3},
    {"\uc81c\uacf1", 2},
    {"\uc138\uc81c\uacf1", 3},
    {"quadrat", 2},
    {"kubik", 3}};

// Behind a unit: "seconds squared".
constexpr WordPower kPowersBehind[] = {{"squared", 2},
                                       {"cubed", 3},
                                       {"carr\u00e9", 2},
                                       {"carr\u00e9s", 2},
                                       {"cube", 3},
                                       {"cubes", 3},
                                       {"cuadrado", 2},
                                       {"cuadrados", 2},
                                       {"c\u00fabico", 3},
                                       {"c\u00fabicos", 3},
                                       {"quadrado", 2},
                                       {"quadrados", 2},
                                       {"quadrato", 2},
                                       {"quadrati", 2},
                                       {"cubo", 3},
                                       {"cubi", 3},
                                       {"vu\u00f4ng", 2},
                                       {"kh\u1ed1i", 3},
                                       {"\u0645\u0631\u0628\u0639", 2},
                                       {"\u0645\u0643\u0639\u0628", 3}};

constexpr std::string_view kGeneric[] = {"unit",
                                         "units",
                                         "u",
                                         "\u5355\u4f4d",
                                         "\u55ae\u4f4d",
                                         "\u5358\u4f4d",
                                         "\ub2e8\uc704",
                                         "unidad",
                                         "unidades",
                                         "unidade",
                                         "unit\u00e9",
                                         "unit\u00e9s",
                                         "einheit",
                                         "einheiten",
                                         "\u0435\u0434\u0438\u043d\u0438\u0446\u0430",
                                         "\u0435\u0434\u0438\u043d\u0438\u0446\u044b",
                                         "\u0435\u0434\u0438\u043d\u0438\u0446",
                                         "unit\u00e0"};

constexpr std::string_view kPer[] = {"per", "a",   "an",  "each",   "every",
                                     "pro", "par", "por", "\u6bcf", "\u6bce"};

// Symbols that multiply the one before across a space: "N m", "kg m^2".
constexpr std::string_view kSpacedFactors[] = {"m", "s", "kg", "K", "mol", "A", "N",
                                               "V", "J", "W",  "C", "h",   "Hz"};

// Words behind a unit that leave the quantity what it is.
constexpr std::string_view kDecoration[] = {
    "long",  "tall",       "high",         "wide",    "deep",   "thick",  "old",    "away",   "apart", "each",
    "total", "altogether", "respectively", "exactly", "\u957f", "\u9ad8", "\u5bbd", "\u6df1", "\u539a"};
constexpr std::string_view kMeasured[] = {"length", "height",    "width",  "depth",  "total",
                                          "all",    "area",      "volume", "weight", "distance",
                                          "size",   "thickness", "age",    "mass",   "value"};

template <class Range>
bool contains(const Range& range, std::string_view word) {
  return std::find(std::begin(range), std::end(range), word) != std::end(range);
}

// Units in one character, U+338E to U+33A6, with their powers.
struct SquaredUnit {
  std::string_view character, key;
  int power;
};
constexpr SquaredUnit kSquaredUnits[] = {
    {"\u338e", "mg", 1}, {"\u338f", "kg", 1}, {"\u3396", "mL", 1}, {"\u3397", "dL", 1}, {"\u3398", "kL", 1},
    {"\u339b", "um", 1}, {"\u339c", "mm", 1}, {"\u339d", "cm", 1}, {"\u339e", "km", 1}, {"\u339f", "mm", 2},
    {"\u33a0", "cm", 2}, {"\u33a1", "m", 2},  {"\u33a2", "km", 2}, {"\u33a3", "mm", 3}, {"\u33a4", "cm", 3},
    {"\u33a5", "m", 3},  {"\u33a6", "km", 3}};

struct Found {
  std::string_view key;  // empty for a generic unit
  size_t end = 0;
};

class PhraseReader {
 public:
  explicit PhraseReader(std::string_view text) : text_(text) {}

  std::optional<UnitPhrase> read() {
    skip_spaces();
    if (!read_factor(1) && !read_noun_before_per()) return std::nullopt;
    end_ = at_;
    while (read_further_factor()) end_ = at_;
    while (read_decoration()) end_ = at_;
    return UnitPhrase{std::move(units_), end_};
  }

 private:
  void skip_spaces() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  // The end of the word at `at`: a run of letters of one kind of script, or one sign. `at` itself when there is none.
  size_t word_end(size_t at) const {
    size_t end = at;
    LetterKind kind = LetterKind::None;
    while (end < text_.size()) {
      size_t next = end;
      const LetterKind here = letter_kind(next_code_point(text_, next));
      if (end == at) kind = here;
      if (here == LetterKind::None || here != kind) break;
      end = next;
      if (kind == LetterKind::Sign) break;
    }
    return end;
  }

  std::string word_at(size_t at, size_t& end) const {
    end = word_end(at);
    return lower_text(text_.substr(at, end - at));
  }

  // Whole lower-case word at the cursor taken if it is in `words`.
  template <class Range>
  bool take_word(const Range& words) {
    size_t end = at_;
    if (!contains(words, word_at(at_, end)) || end == at_) return false;
    at_ = end;
    return true;
  }

  // Ideographs are written without spaces: the longest spelling that fits.
  std::optional<Found> find_ideographs() const {
    std::optional<Found> longest;
    size_t end = at_;
    for (int count = 0; count < 10 && end < text_.size(); ++count) {
      if (letter_kind(next_code_point(text_, end)) != LetterKind::Ideograph) break;
      const std::string_view spelled = text_.substr(at_, end - at_);
      if (const auto key = find_unit(spelled)) longest = Found{*key, end};
      if (contains(kGeneric, spelled)) longest = Found{"", end};
    }
    return longest;
  }

  // One to three words ("minutes of arc", "fl. oz", "light-years"), the most that fit.
  std::optional<Found> find_words() const {
    std::optional<Found> longest;
    std::string spelled;
    size_t at = at_;
    for (int count = 0; count < 3; ++count) {
      const size_t end = word_end(at);
      if (end == at) break;
      spelled += text_.substr(at, end - at);
      if (const auto key = find_unit(spelled)) longest = Found{*key, end};
      if (count == 0 && contains(kGeneric, lower_text(spelled))) longest = Found{"", end};
      at = end;
      const bool sign = letter_kind_at(at_) == LetterKind::Sign;
      if (at < text_.size() && text_[at] == '.') ++at;
      if (longest && longest->end == end && at > end && !letter_follows(at)) longest->end = at;  // "in."
      if (at == end && (sign || letter_kind_at(at) == LetterKind::Sign))
        continue;  // degree sign and C, US and $
      if (at < text_.size() && (text_[at] == ' ' || text_[at] == '-')) {
        ++at;
        while (at < text_.size() && text_[at] == ' ') ++at;
        spelled += ' ';
      } else if (at == end) {
        break;
      } else {
        spelled += ' ';
      }
    }
    return longest;
  }

  LetterKind letter_kind_at(size_t at) const {
    return at < text_.size() ? letter_kind(next_code_point(text_, at)) : LetterKind::None;
  }
  bool letter_follows(size_t at) const { return letter_kind_at(at) != LetterKind::None; }

  std::optional<Found> find() const {
    if (at_ >= text_.size()) return std::nullopt;
    return letter_kind_at(at_) == LetterKind::Ideograph ? find_ideographs() : find_words();
  }

  // "square", "sq.", "quadrat" of "Quadratmeter"; 1 without.
  int read_power_before() {
    size_t end = at_;
    const std::string word = word_at(at_, end);
    for (const auto& [name, power] : kPowersBefore) {
      const bool compound = name == "quadrat" || name == "kubik";
      const bool ideograph = letter_kind_at(at_) == LetterKind::Ideograph;
      if (compound || ideograph ? !word.starts_with(name) || word == name : word != name) continue;
      at_ = compound || ideograph ? at_ + name.size() : end;
      take(".");
      skip_spaces();
      return power;
    }
    return 1;
  }

  // "^2", "^{-2}", a superscript, a digit at the unit ("m3"), "squared"; 1 without, 0 when it is no exponent of a unit.
  int read_power_behind() {
    const size_t before = at_;
    if (take("^") || (skip_spaces(), take("^"))) return read_exponent();
    at_ = before;
    if (const int power = read_superscript()) return power;
    at_ = before;
    if (at_ < text_.size() && (text_[at_] == '2' || text_[at_] == '3') &&
        (at_ + 1 == text_.size() || (!letter_follows(at_ + 1) && !is_digit(at_ + 1))))
      return text_[at_++] - '0';
    skip_spaces();
    size_t end = at_;
    const std::string word = word_at(at_, end);
    for (const auto& [name, power] : kPowersBehind)
      if (word == name) return at_ = end, power;
    at_ = before;
    return 1;
  }

  bool is_digit(size_t at) const { return at < text_.size() && text_[at] >= '0' && text_[at] <= '9'; }

  int read_exponent() {
    const bool brace = take("{");
    const bool negative = take("-") || take("\u2212");
    int power = 0;
    if (is_digit(at_)) power = text_[at_++] - '0';
    if (is_digit(at_) || (brace && !take("}"))) return 0;
    return negative ? -power : power;
  }

  int read_superscript() {
    const bool negative = take("\u207b");
    constexpr WordPower kDigits[] = {{"\u00b9", 1}, {"\u00b2", 2}, {"\u00b3", 3},
                                     {"\u2074", 4}, {"\u2075", 5}, {"\u2076", 6}};
    for (const auto& [digit, power] : kDigits)
      if (take(digit)) return negative ? -power : power;
    return 0;
  }

  void add(std::string_view key, int exponent) {
    if (key.empty()) return;
    const auto found =
        std::find_if(units_.begin(), units_.end(), [&](const UnitPower& p) { return p.key == key; });
    if (found == units_.end()) {
      units_.push_back({key, exponent});
    } else if ((found->exponent += exponent) == 0) {
      units_.erase(found);
    }
  }

  // A unit with its powers; `sign` is -1 in a denominator. The cursor stays when there is none.
  bool read_factor(int sign) {
    const size_t before = at_;
    for (const SquaredUnit& unit : kSquaredUnits)
      if (take(unit.character)) return add(unit.key, sign * unit.power), true;
    const int power = read_power_before();
    const auto found = find();
    if (found) {
      at_ = found->end;
      const int behind = read_power_behind();
      if (behind != 0 && (power == 1 || behind == 1)) return add(found->key, sign * power * behind), true;
    }
    at_ = before;
    return false;
  }

  // "/ (kg K)"
  bool read_denominator() {
    skip_spaces();
    if (!take("(")) return read_factor(-1);
    const UnitProduct kept = units_;
    bool good = read_factor(-1);
    while (good && !take(")")) {
      skip_spaces();
      if (take("*") || take("\u00b7") || take("\u22c5")) skip_spaces();
      if (take(")")) break;
      good = read_factor(-1);
    }
    if (!good) units_ = kept;
    return good;
  }

  bool read_noun() {
    size_t end = word_end(at_);
    if (end == at_ || !is_count_noun(text_.substr(at_, end - at_))) return false;
    at_ = end;
    return true;
  }

  bool read_further_factor() {
    const size_t before = at_;
    skip_spaces();
    const bool spaced = at_ > before;
    if (take("/") || take_per()) {
      skip_spaces();
      if (read_denominator() || read_noun()) return divided_ = true;
    } else if (take("*") || take("\u00b7") || take("\u22c5") || (!spaced && take("-"))) {
      skip_spaces();
      if (!divided_ && read_factor(1)) return true;
    } else if (spaced && !divided_ && contains(kSpacedFactors, text_.substr(at_, word_end(at_) - at_))) {
      if (read_factor(1)) return true;
    }
    at_ = before;
    return false;
  }

  bool take_per() {
    if (letter_kind_at(at_) == LetterKind::Ideograph) return take("\u6bcf") || take("\u6bce");
    return take_word(kPer);
  }

  // "pages per minute"
  bool read_noun_before_per() {
    const size_t before = at_;
    for (int count = 0; count < 3 && read_noun(); ++count) {
      const size_t here = at_;
      skip_spaces();
      if (take("/") || take_word(std::initializer_list<std::string_view>{"per", "every", "each"})) {
        at_ = here;
        if (read_further_factor()) return true;
        break;
      }
    }
    at_ = before;
    return false;
  }

  bool read_decoration() {
    const size_t before = at_;
    skip_spaces();
    if (take_word(kDecoration)) return true;
    if (take_word(std::initializer_list<std::string_view>{"in"})) {
      skip_spaces();
      if (take_word(kMeasured)) return true;
    } else if (take_word(std::initializer_list<std::string_view>{"of"})) {
      skip_spaces();
      if (is_count_noun(text_.substr(at_))) return at_ = text_.size(), true;
    }
    at_ = before;
    return false;
  }

  std::string_view text_;
  size_t at_ = 0, end_ = 0;
  bool divided_ = false;
  UnitProduct units_;
};

}  // namespace

std::optional<UnitPhrase> read_unit_phrase(std::string_view text) {
  const std::string_view head = text.substr(0, kMaxUnitText);
  if (head.size() < text.size() && text.find(' ', head.size() - 1) != head.size() - 1) {
    // The cap may cut a word: what ends there is not read.
    const size_t space = head.rfind(' ');
    if (space == std::string_view::npos) return std::nullopt;
    return PhraseReader(head.substr(0, space)).read();
  }
  return PhraseReader(head).read();
}

}  // namespace r1::math
