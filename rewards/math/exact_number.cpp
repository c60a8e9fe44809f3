#include "rewards/math/exact_number.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rewards/math/digits.h"
#include "rewards/math/number_text.h"

namespace r1 {
namespace {

constexpr size_t kMaxDigits = 1000;
constexpr size_t kMaxExponentDigits = 15;
constexpr size_t kMaxUnitWords = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Words that are not units: they change the value, or make the text something else than a number. Dropping
// one of them would call different answers equal, so the whole text is refused.
constexpr std::string_view kNotUnits[] = {
    "am",    "pm",      "pi",    "tau",     "phi",   "or",        "and", "to",  "plus", "minus",   "times",
    "over",  "mod",     "base",  "sqrt",    "log",   "ln",        "sin", "cos", "tan",  "half",    "halves",
    "third", "quarter", "dozen", "squared", "cubed", "factorial", "bc",  "ad",  "not",  "infinity"};

constexpr std::pair<std::string_view, int64_t> kScaleWords[] = {
    {"hundred", 2}, {"thousand", 3}, {"million", 6}, {"billion", 9}, {"trillion", 12}};

// Reads one number from rewritten text (number_text.h). Every function returns false, or none, for "not a
// number".
class NumberParser {
 public:
  explicit NumberParser(std::string_view text) : text_(text) {}

  NumberReading read() {
    NumberReading reading;
    const bool ok = number(reading.number) && suffix(reading.number) && at_ == text_.size();
    if (ok) reading.kind = too_long_ ? NumberKind::TooLong : NumberKind::Number;
    return reading;
  }

 private:
  bool number(ExactNumber& out) {
    spaces();
    std::optional<bool> negative = sign();
    spaces();
    currency(out);
    spaces();
    if (!negative) negative = sign();
    out.negative = negative.value_or(false);
    spaces();
    if (eat("\\frac")) return fraction_arguments(out);
    const size_t begin = at_;
    if (!decimal(out)) return false;
    const bool integer =
        std::all_of(text_.begin() + static_cast<long>(begin), text_.begin() + static_cast<long>(at_),
                    [](char c) { return is_digit(c) || c == ','; });
    if (divided()) return divide_by_decimal(out);
    if (integer && mixed_part(out)) return true;
    return power_of_ten(out, text_.substr(begin, at_ - begin));
  }

  // An integer part with thousands separators, and a decimal part.
  bool decimal(ExactNumber& out) {
    std::string digits = integer_part();
    const bool has_integer = !digits.empty();
    size_t decimals = 0;
    if (peek() == '.' && (is_digit(peek(1)) || has_integer)) {
      ++at_;
      for (; is_digit(peek()); ++at_, ++decimals) digits += peek();
    }
    if (digits.empty()) return false;
    count_digits(digits);
    out.numerator = strip_leading_zeros(digits);
    out.exponent -= static_cast<int64_t>(decimals);
    return true;
  }

  // Digits; separators stand only between groups of three, after a first group of one to three.
  std::string integer_part() {
    std::string digits;
    while (is_digit(peek())) digits += text_[at_++];
    if (digits.empty() || digits.size() > 3) return digits;
    const char separator = peek();
    while ((separator == ',' || separator == kThinSpace) && peek() == separator) {
      size_t group = at_ + 1;
      if (separator == ',' && char_at(group) == kThinSpace) ++group;  // "1,\!000"
      const bool three = is_digit(char_at(group)) && is_digit(char_at(group + 1)) &&
                         is_digit(char_at(group + 2)) && !is_digit(char_at(group + 3));
      if (!three) break;
      digits += text_.substr(group, 3);
      at_ = group + 3;
    }
    return digits;
  }

  // Eats a "/", with or without spaces before it; leaves the text where it was when there is none.
  bool divided() {
    const size_t begin = at_;
    spaces();
    if (eat("/")) return true;
    at_ = begin;
    return false;
  }

  bool divide_by_decimal(ExactNumber& out) {
    spaces();
    const bool negative = sign().value_or(false);
    ExactNumber divisor;
    return decimal(divisor) && divide(out, divisor, negative);
  }

  bool divide(ExactNumber& out, const ExactNumber& divisor, bool negative) {
    if (divisor.numerator == "0") return false;
    out.denominator = divisor.numerator;
    out.exponent -= divisor.exponent;
    out.negative = out.negative != negative;
    return true;
  }

  // What follows \frac: two braced decimals, or single digits.
  bool fraction_arguments(ExactNumber& out) {
    ExactNumber divisor;
    bool top_negative = false, bottom_negative = false;
    if (!fraction_argument(out, top_negative) || !fraction_argument(divisor, bottom_negative)) return false;
    return divide(out, divisor, top_negative != bottom_negative);
  }

  bool fraction_argument(ExactNumber& out, bool& negative) {
    spaces();
    if (!eat("{")) {
      if (!is_digit(peek())) return false;
      out.numerator = std::string(1, text_[at_++]);
      return true;
    }
    spaces();
    negative = sign().value_or(false);
    spaces();
    if (!decimal(out)) return false;
    spaces();
    return eat("}");
  }

  // After an integer: "1/2" behind a space, or \frac12. The part must be a proper fraction, else the text is
  // left where it was.
  bool mixed_part(ExactNumber& whole) {
    const size_t begin = at_;
    spaces();
    const bool spaced = at_ > begin;
    ExactNumber part;
    bool read = false;
    if (eat("\\frac")) {
      read = fraction_arguments(part);
    } else if (spaced && decimal(part) && eat("/")) {
      read = divide_by_decimal(part);
    }
    const bool proper = read && !part.negative && part.exponent == 0 && part.numerator != "0" &&
                        less_digits(part.numerator, part.denominator);
    if (!proper) {
      at_ = begin;
      return false;
    }
    whole.numerator = add_digits(multiply_digits(whole.numerator, part.denominator), part.numerator);
    whole.denominator = part.denominator;
    return true;
  }

  // "e-20", "* 10^{-20}", or "^6" when the mantissa is exactly "10". True also when nothing of the kind
  // follows.
  bool power_of_ten(ExactNumber& out, std::string_view mantissa) {
    if ((peek() == 'e' || peek() == 'E') && (is_digit(peek(1)) || (is_sign(peek(1)) && is_digit(peek(2))))) {
      ++at_;
      return exponent(out);
    }
    if (peek() == '^' && mantissa == "10") {
      out.numerator = "1";
      ++at_;
      return braced_exponent(out);
    }
    const size_t begin = at_;
    spaces();
    if (eat("*")) {
      spaces();
      return eat("10^") && braced_exponent(out);
    }
    at_ = begin;
    return true;
  }

  bool braced_exponent(ExactNumber& out) {
    spaces();
    if (!eat("{")) return exponent(out);
    spaces();
    if (!exponent(out)) return false;
    spaces();
    return eat("}");
  }

  bool exponent(ExactNumber& out) {
    const bool negative = sign().value_or(false);
    std::string digits;
    while (is_digit(peek())) digits += text_[at_++];
    if (digits.empty()) return false;
    digits = strip_leading_zeros(digits);
    if (digits.size() > kMaxExponentDigits) {
      too_long_ = true;
      return true;
    }
    const int64_t value = std::stoll(digits);
    out.exponent += negative ? -value : value;
    return true;
  }

  // Percent sign, currency sign, scale words and a unit, up to the end.
  bool suffix(ExactNumber& out) {
    spaces();
    currency(out);
    if (eat("%")) percent(out);
    size_t words = 0;
    for (spaces(); at_ < text_.size(); spaces()) {
      if (eat("^2") || eat("^3") || eat("^{2}") || eat("^{3}")) {
        if (words == 0) return false;
        out.unit += text_[at_ - 1] == '}' ? text_[at_ - 2] : text_[at_ - 1];
      } else if (++words > kMaxUnitWords || !suffix_word(out)) {
        return false;
      }
    }
    return true;
  }

  bool suffix_word(ExactNumber& out) {
    const bool marked = previous_is(kTextMark);
    const bool touches = at_ > 0 && (is_digit(text_[at_ - 1]) || is_letter(text_[at_ - 1]));
    const bool separated = !touches || (!out.unit.empty() && peek() == '/');  // "km/h"
    eat("/");
    std::string word;
    while (is_letter(peek())) word += static_cast<char>(text_[at_++] | 0x20);
    if (word.empty() || !separated || (word.size() == 1 && !marked && out.unit.empty())) return false;
    if (std::find(std::begin(kNotUnits), std::end(kNotUnits), word) != std::end(kNotUnits)) return false;
    for (const auto& [name, power] : kScaleWords) {
      if (word != name) continue;
      out.exponent += power;
      return true;
    }
    if (word == "percent") {
      percent(out);
      return true;
    }
    if (word.size() > 2 && word.back() == 's') word.pop_back();
    if (word != out.unit) out.unit += word;  // "$18 dollars" has one unit
    return true;
  }

  void percent(ExactNumber& out) {
    if (!out.percent) out.exponent -= 2;
    out.percent = true;
  }

  void currency(ExactNumber& out) {
    static constexpr std::pair<char, const char*> kSigns[] = {
        {'$', "dollar"}, {kEuro, "euro"}, {kPound, "pound"}, {kYen, "yen"}};
    for (const auto& [sign, name] : kSigns) {
      if (peek() != sign) continue;
      ++at_;
      out.unit = name;
    }
  }

  static bool is_sign(char c) { return c == '+' || c == '-'; }

  // Eats one sign; none when there is none, else whether it is a minus.
  std::optional<bool> sign() {
    if (!is_sign(peek())) return std::nullopt;
    return text_[at_++] == '-';
  }

  void spaces() {
    while (peek() == ' ' || peek() == kThinSpace || peek() == kTextMark) ++at_;
  }

  bool previous_is(char mark) const {  // looking back over spaces
    size_t i = at_;
    while (i > 0 && text_[i - 1] == ' ') --i;
    return i > 0 && text_[i - 1] == mark;
  }

  void count_digits(const std::string& digits) {
    num_digits_ += digits.size();
    if (num_digits_ > kMaxDigits) too_long_ = true;
  }

  char char_at(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  char peek(size_t ahead = 0) const { return char_at(at_ + ahead); }

  bool eat(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t num_digits_ = 0;
  bool too_long_ = false;
};

// Moves trailing zeros of `digits` into `exponent`, so that equal values have equal pairs.
void normalise(std::string& digits, int64_t& exponent) {
  if (digits == "0") {
    exponent = 0;
    return;
  }
  const size_t kept = digits.find_last_not_of('0') + 1;
  exponent += static_cast<int64_t>(digits.size() - kept);
  digits.resize(kept);
}

// a.n / a.d * 10^a.e == b.n / b.d * 10^b.e, by cross-multiplication; powers of ten are only compared.
bool same_value(const ExactNumber& a, const ExactNumber& b, int64_t extra_exponent = 0) {
  std::string left = multiply_digits(a.numerator, b.denominator);
  std::string right = multiply_digits(b.numerator, a.denominator);
  int64_t left_exponent = a.exponent, right_exponent = b.exponent + extra_exponent;
  normalise(left, left_exponent);
  normalise(right, right_exponent);
  if (left != right || left_exponent != right_exponent) return false;
  return left == "0" || a.negative == b.negative;
}

}  // namespace

NumberReading read_exact_number(std::string_view text) {
  // Far beyond any number we would compare; also bounds the work on hostile text.
  constexpr size_t kMaxText = 8192;
  if (text.size() > kMaxText) return {};
  const std::string rewritten = rewrite_number_text(text);
  return NumberParser(rewritten).read();
}

Comparison compare_numbers(const ExactNumber& a, const ExactNumber& b, NumberPolicy policy) {
  const bool units_differ = !a.unit.empty() && !b.unit.empty() && a.unit != b.unit;
  if (units_differ) return Comparison::Unknown;
  if (same_value(a, b)) return Comparison::Equal;
  if (a.percent != b.percent && same_value(a, b, a.percent ? -2 : 2)) {
    return policy.percent_sign_optional ? Comparison::Equal : Comparison::Unknown;
  }
  return Comparison::Different;
}

Comparison compare_numbers(std::string_view a, std::string_view b, NumberPolicy policy) {
  const NumberReading x = read_exact_number(a), y = read_exact_number(b);
  if (x.kind != NumberKind::Number || y.kind != NumberKind::Number) return Comparison::Unknown;
  return compare_numbers(x.number, y.number, policy);
}

}  // namespace r1
