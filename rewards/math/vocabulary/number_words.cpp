#include "rewards/math/vocabulary/number_words.h"

#include <algorithm>
#include <vector>

#include "rewards/math/vocabulary/digits.h"
#include "rewards/math/vocabulary/number_lexicon.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

__extension__ using Natural = unsigned __int128;  // a nonillion has 31 digits, the type holds 38

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string digits_of(Natural value) {
  std::string digits;
  do digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
  while (value /= 10);
  return digits;
}

Natural power_of_ten(int exponent) {
  Natural power = 1;
  for (int i = 0; i < exponent; ++i) power *= 10;
  return power;
}

struct Fraction {
  Natural above = 0, below = 1;
};

class WordReader {
 public:
  WordReader(std::vector<SpokenToken> tokens, size_t first = 0) : tokens_(std::move(tokens)), at_(first) {}

  size_t position() const { return at_; }
  bool done() const { return at_ == tokens_.size(); }
  size_t end() const { return at_ == 0 ? 0 : tokens_[at_ - 1].end; }

  // A whole or mixed number or a fraction, with scale words.
  std::optional<Fraction> read_value() {
    if (auto half = read_half()) return half;
    if (auto decimal = read_point({0, 1})) return decimal;
    const auto whole = read_cardinal();
    if (!whole) return read_unit_fraction();
    Fraction value{*whole, 1};
    if (auto fraction = read_denominator(*whole)) return fraction;
    if (auto decimal = read_point(value))
      value = *decimal;
    else if (auto mixed = read_and_fraction(*whole))
      value = *mixed;
    return read_scale(value);
  }

  // "seven", "twenty-one", "one hundred and five thousand", "a dozen".
  std::optional<Natural> read_cardinal() {
    const size_t before = at_;
    if (is(Part::Zero)) return ++at_, Natural{0};
    Natural total = 0;
    int last_scale = 99;
    bool any = false;
    for (;;) {
      const size_t group_start = at_;
      if (any && is(Part::And)) ++at_;
      const auto group = read_group();
      const int scale = group && is(Part::Scale) ? number()->exponent : 0;
      // "two million and three million" are two numbers; so are "one two" and "twenty and five".
      if (!group || (any && (scale >= last_scale || *group >= power_of_ten(last_scale)))) {
        at_ = group_start;
        break;
      }
      if (scale > 0) ++at_;
      total += *group * power_of_ten(scale);
      any = true;
      last_scale = scale;
      if (scale == 0) break;
    }
    if (!any) return at_ = before, std::nullopt;
    if (is(Part::Dozen)) return ++at_, total * 12;
    return total;
  }

 private:
  const NumberWord* number(size_t ahead = 0) const {
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead].number : nullptr;
  }
  bool is(Part part, size_t ahead = 0) const {
    return number(ahead) != nullptr && number(ahead)->part == part;
  }
  bool is_word(std::string_view word) const { return at_ < tokens_.size() && tokens_[at_].word == word; }

  // The "ten" of "ten-thousandths" and the "hundred" of "hundred-thousandths" belong to the denominator.
  bool is_in_denominator() const {
    if (at_ + 1 >= tokens_.size() || !tokens_[at_ + 1].hyphen) return false;
    const std::string& next = tokens_[at_ + 1].word;
    return next.starts_with("thousandth") || next.starts_with("millionth") || next.starts_with("billionth");
  }

  // 1 to 99
  std::optional<Natural> read_small() {
    if (is(Part::Ten)) {
      const uint64_t tens = number()->value;
      ++at_;
      if (!is(Part::Unit)) return Natural{tens};
      return ++at_, Natural{tens + tokens_[at_ - 1].number->value};
    }
    if (is(Part::Unit) || (is(Part::Teen) && !is_in_denominator()))
      return ++at_, Natural{tokens_[at_ - 1].number->value};
    return std::nullopt;
  }

  // 1 to 9,999: "five", "three hundred and five", "nineteen hundred". "a" only before a scale.
  std::optional<Natural> read_group() {
    if (is(Part::One)) {
      if (is(Part::Hundred, 1)) return ++at_, read_hundreds(1);
      if (is(Part::Scale, 1) || is(Part::Dozen, 1)) return ++at_, Natural{1};
      return std::nullopt;
    }
    const auto small = read_small();
    return small && is(Part::Hundred) && !is_in_denominator() ? read_hundreds(*small) : small;
  }

  std::optional<Natural> read_hundreds(Natural count) {
    ++at_;
    const size_t before = at_;
    if (is(Part::And)) ++at_;
    const auto rest = read_small();
    if (!rest || is(Part::Hundred)) return at_ = before, count * 100;  // "two hundred and three hundred"
    return count * 100 + *rest;
  }

  // "half", "half a million", "half a dozen"
  std::optional<Fraction> read_half() {
    const size_t before = at_;
    if (is(Part::One) && is(Part::Half, 1)) ++at_;
    if (!is(Part::Half)) return at_ = before, std::nullopt;
    ++at_;
    if (is(Part::One) && (is(Part::Scale, 1) || is(Part::Hundred, 1) || is(Part::Dozen, 1))) ++at_;
    return read_scale({1, 2});
  }

  // The denominator behind a numerator: "thirds", "half", "twenty-fifths"; singular only behind one.
  std::optional<Natural> read_parts(bool one) {
    const size_t before = at_;
    Natural below = 1, tens = 0;
    if (is(Part::Ten))
      tens = number()->value, ++at_;
    else if (is(Part::Teen) && is_in_denominator())
      below = number()->value, ++at_;  // "ten-thousandths"
    else if (is(Part::Hundred) && is_in_denominator())
      below = 100, ++at_;
    if (at_ >= tokens_.size()) return at_ = before, std::nullopt;
    const std::string& word = tokens_[at_].word;
    std::string_view name = word;
    const bool plural = name.ends_with('s');
    if (plural) name.remove_suffix(1);
    Natural value = word == "half" || word == "halves" ? 2 : name == "quarter" ? 4 : 0;
    if (const auto found = ordinals().find(name);
        found != ordinals().end() && name != "first" && name != "second") {
      const NumberWord& cardinal = cardinals().at(found->second);
      value = cardinal.exponent > 0 ? power_of_ten(cardinal.exponent) : Natural{cardinal.value};
    } else if (tens > 0 && (name == "first" || name == "second")) {
      value = name == "first" ? 1 : 2;
    }
    const bool joins = tens > 0 ? value > 0 && value < 10 : below == 1 || value >= 1000;
    if (value == 0 || !joins || (!one && !plural && word != "halves")) return at_ = before, std::nullopt;
    ++at_;
    return tens > 0 ? tens + value : below * value;
  }

  std::optional<Fraction> read_denominator(Natural above) {
    const auto below = read_parts(above == 1);
    if (!below) return std::nullopt;
    return Fraction{above, *below};
  }

  // "a third"
  std::optional<Fraction> read_unit_fraction() {
    const size_t before = at_;
    if (is(Part::One)) {
      ++at_;
      if (const auto below = read_parts(true)) return Fraction{1, *below};
    }
    at_ = before;
    return std::nullopt;
  }

  // "and a half", "and three quarters"
  std::optional<Fraction> read_and_fraction(Natural whole) {
    const size_t before = at_;
    if (is(Part::And)) {
      ++at_;
      std::optional<Fraction> part;
      if (is(Part::Half)) {
        ++at_;
        part = Fraction{1, 2};
      } else if (auto unit = read_unit_fraction()) {
        part = unit;
      } else if (const auto above = read_small()) {
        part = read_denominator(*above);
      }
      if (part && part->above < part->below && whole < power_of_ten(18) && part->below < power_of_ten(13))
        return Fraction{whole * part->below + part->above, part->below};
    }
    at_ = before;
    return std::nullopt;
  }

  // "point one four"
  std::optional<Fraction> read_point(Fraction value) {
    if (!is(Part::Point) || value.above >= power_of_ten(18)) return std::nullopt;
    const size_t before = at_++;
    while ((is(Part::Unit) || is(Part::Zero)) && value.below < power_of_ten(18)) {
      value.above = value.above * 10 + number()->value;
      value.below *= 10;
      ++at_;
    }
    if (value.below == 1) return at_ = before, std::nullopt;
    return value;
  }

  // "one and a half million", "half a dozen"
  std::optional<Fraction> read_scale(Fraction value) {
    if (value.below == 1 || value.above >= power_of_ten(9)) return value;
    if (is(Part::Dozen)) return ++at_, Fraction{value.above * 12, value.below};
    if (is(Part::Scale) && number()->exponent <= 27)
      return ++at_, Fraction{value.above * power_of_ten(tokens_[at_ - 1].number->exponent), value.below};
    return value;
  }

  std::vector<SpokenToken> tokens_;
  size_t at_;
};

bool starts_number(const SpokenToken& token) {
  if (token.number == nullptr) return false;
  const Part part = token.number->part;
  return part != Part::And && part != Part::One && part != Part::Sign && part != Part::Point;
}

// The digits at the start: "3", "1,200", "2.5". 0 when there are none or they are grouped wrongly.
size_t literal_end(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end == 0) return 0;
  const bool grouped = end < text.size() && text[end] == ',';
  if (grouped && end > 3) return 0;
  while (end < text.size() && text[end] == ',') {
    for (size_t i = 1; i <= 3; ++i)
      if (end + i >= text.size() || !is_digit(text[end + i])) return 0;
    end += 4;
    if (end < text.size() && is_digit(text[end])) return 0;
  }
  if (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
  }
  return end;
}

// "2.5 million", "3-thousand", "5 hundred thousand"
std::optional<WordNumber> read_scaled_literal(std::string_view text) {
  const size_t end = literal_end(text);
  size_t at = end;
  if (at < text.size() && text[at] == '-') ++at;
  while (at < text.size() && text[at] == ' ') ++at;
  if (end == 0 || at == end) return std::nullopt;
  int exponent = 0;
  bool dozen = false;
  size_t read = 0;
  for (const SpokenToken& token : tokenize_words(text, at)) {
    const NumberWord* number = token.number;
    if (number == nullptr || dozen) break;
    if (number->part == Part::Dozen && exponent == 0)
      dozen = true;
    else if (number->part == Part::Hundred && exponent == 0)
      exponent = 2;
    else if (number->part == Part::Scale && (exponent == 0 || exponent == 2))
      exponent += number->exponent;
    else
      break;
    read = token.end;
    if (number->part == Part::Scale) break;
  }
  if (read == 0) return std::nullopt;
  std::string digits;
  size_t decimals = 0;
  bool pointed = false;
  for (char c : text.substr(0, end)) {
    if (is_digit(c)) digits += c, decimals += pointed;
    if (c == '.') pointed = true;
  }
  if (dozen) digits = multiply_digits(digits, "12");
  WordNumber result;
  result.bytes = read;
  result.numerator = strip_leading_zeros(digits.append(static_cast<size_t>(exponent), '0'));
  result.denominator.append(decimals, '0');
  return result;
}

constexpr uint64_t kMaxOrdinal = 1'000'000'000'000'000;

// "21st", "112th"; not "11st", "2th".
std::optional<uint64_t> read_suffixed_ordinal(std::string_view text) {
  uint64_t value = 0;
  size_t end = 0;
  while (end < text.size() && end < 15 && is_digit(text[end]))
    value = value * 10 + static_cast<uint64_t>(text[end++] - '0');
  const std::string suffix = lower_text(text.substr(end));
  const uint64_t last = value % 10;
  const bool teen = value / 10 % 10 == 1;
  const char* expected = teen ? "th" : last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
  if (suffix != expected || text[0] == '0') return std::nullopt;
  return value;
}

std::optional<uint64_t> read_han_ordinal(std::string_view text) {
  uint64_t value = 0;
  if (!text.empty() && text.size() < 16 && std::all_of(text.begin(), text.end(), is_digit)) {
    for (char c : text) value = value * 10 + static_cast<uint64_t>(c - '0');
    return value;
  }
  const auto number = read_han_number(text);
  if (!number || number->bytes != text.size() || number->negative || number->denominator != "1" ||
      number->numerator.size() > 15)
    return std::nullopt;
  for (char c : number->numerator) value = value * 10 + static_cast<uint64_t>(c - '0');
  return value;
}

// Words that make what was read ambiguous: "one two", "twenty third".
bool continues_number(const std::vector<SpokenToken>& tokens, size_t at) {
  if (at >= tokens.size()) return false;
  std::string_view word = tokens[at].word;
  if (starts_number(tokens[at])) return true;
  if (word == "second" || word == "seconds" || word == "quarter" || word == "quarters") return false;
  if (word.ends_with('s')) word.remove_suffix(1);
  return ordinals().contains(word) || word == "halve";
}

}  // namespace

std::optional<WordNumber> read_number_words(std::string_view text) {
  if (text.empty() || text.size() > kMaxNumberWords) return std::nullopt;
  if (is_digit(text[0])) return read_scaled_literal(text);
  const std::vector<SpokenToken> tokens = tokenize_words(text, 0);
  if (tokens.empty()) return std::nullopt;
  const bool negative = tokens[0].number != nullptr && tokens[0].number->part == Part::Sign;
  WordReader reader(tokens, negative ? 1 : 0);
  const auto value = reader.read_value();
  if (!value && !negative) {
    const auto foreign = read_foreign_number(tokens);
    if (!foreign || continues_number(tokens, foreign->tokens)) return std::nullopt;
    return WordNumber{false, std::to_string(foreign->value), "1", false, tokens[foreign->tokens - 1].end};
  }
  if (!value || continues_number(tokens, reader.position())) return std::nullopt;
  return WordNumber{negative, digits_of(value->above), digits_of(value->below), false, reader.end()};
}

std::optional<WordNumber> number_in_words(std::string_view text) {
  auto number = read_number_words(text);
  if (!number) number = read_han_number(text);
  if (!number || number->bytes != text.size()) return std::nullopt;
  return number;
}

bool is_number_word(std::string_view word) {
  if (word.size() > 24) return false;
  const std::string lower = lower_text(word);
  std::string_view name = lower;
  for (int plural = 0; plural < 2; ++plural) {
    if (const auto found = cardinals().find(name); found != cardinals().end()) {
      const Part part = found->second.part;
      return part != Part::And && part != Part::One && part != Part::Sign && part != Part::Point;
    }
    if (ordinals().contains(name) || name == "quarter" || name == "halve" || name == "double") return true;
    if (!name.ends_with('s')) break;
    name.remove_suffix(1);
  }
  const SpokenToken token{lower, lower.size(), false, nullptr};
  return read_foreign_number(std::span(&token, 1)).has_value();
}

std::optional<uint64_t> read_ordinal(std::string_view text) {
  if (text.empty() || text.size() > kMaxNumberWords) return std::nullopt;
  if (text.starts_with("\u7b2c")) return read_han_ordinal(text.substr(std::string_view("\u7b2c").size()));
  if (is_digit(text[0])) return read_suffixed_ordinal(text);
  std::vector<SpokenToken> tokens = tokenize_words(text, 0);
  if (tokens.empty() || tokens.back().end != text.size()) return std::nullopt;
  const auto last = ordinals().find(tokens.back().word);
  if (last == ordinals().end()) return std::nullopt;
  SpokenToken& token = tokens.back();
  token.word = last->second;
  token.number = &cardinals().at(last->second);
  const Part part = token.number->part;
  if (tokens.size() == 1 && (part == Part::Hundred || part == Part::Scale))
    tokens.insert(tokens.begin(), SpokenToken{"one", 0, false, &cardinals().at("one")});
  WordReader reader(tokens);
  const auto value = reader.read_cardinal();
  if (!value || !reader.done() || *value > kMaxOrdinal) return std::nullopt;
  return static_cast<uint64_t>(*value);
}

}  // namespace r1::math
