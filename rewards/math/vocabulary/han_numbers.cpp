#include <algorithm>
#include <vector>

#include "base/utf8.h"
#include "rewards/math/vocabulary/digits.h"
#include "rewards/math/vocabulary/number_words.h"

namespace r1::math {
namespace {

struct HanSign {
  uint32_t code_point;
  int digit;     // 0 to 9, or -1 for a unit
  int exponent;  // of a unit: 1, 2, 3 within a group of four, 4, 8, 12 for groups
};

// clang-format off
constexpr HanSign kSigns[] = {
    {U'\u96f6', 0, 0}, {U'\u3007', 0, 0}, {U'\u4e00', 1, 0}, {U'\u4e8c', 2, 0}, {U'\u4e24', 2, 0}, {U'\u5169', 2, 0}, {U'\u4e09', 3, 0}, {U'\u56db', 4, 0},
    {U'\u4e94', 5, 0}, {U'\u516d', 6, 0}, {U'\u4e03', 7, 0}, {U'\u516b', 8, 0}, {U'\u4e5d', 9, 0}, {U'\u58f9', 1, 0}, {U'\u8d30', 2, 0}, {U'\u8cb3', 2, 0},
    {U'\u53c1', 3, 0}, {U'\u53c3', 3, 0}, {U'\u8086', 4, 0}, {U'\u4f0d', 5, 0}, {U'\u9646', 6, 0}, {U'\u9678', 6, 0}, {U'\u67d2', 7, 0}, {U'\u634c', 8, 0},
    {U'\u7396', 9, 0}, {U'\u5341', -1, 1}, {U'\u62fe', -1, 1}, {U'\u767e', -1, 2}, {U'\u4f70', -1, 2}, {U'\u5343', -1, 3}, {U'\u4edf', -1, 3},
    {U'\u4e07', -1, 4}, {U'\u842c', -1, 4}, {U'\u4ebf', -1, 8}, {U'\u5104', -1, 8}, {U'\u5146', -1, 12},
};
// clang-format on

const HanSign* find_sign(uint32_t c) {
  const auto* found =
      std::find_if(std::begin(kSigns), std::end(kSigns), [c](const HanSign& s) { return s.code_point == c; });
  return found == std::end(kSigns) ? nullptr : found;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string scaled(const std::string& digits, int exponent) {
  return strip_leading_zeros(digits + std::string(static_cast<size_t>(exponent), '0'));
}

class HanReader {
 public:
  explicit HanReader(std::string_view text) : text_(text) {}

  // A natural number, whatever follows.
  std::optional<WordNumber> read_integer() {
    const auto whole = read_natural();
    if (!whole) return std::nullopt;
    return WordNumber{false, *whole, "1", false, at_};
  }

  std::optional<WordNumber> read() {
    WordNumber number;
    number.negative = take("\u8d1f") || take("\u8ca0") || take("\u30de\u30a4\u30ca\u30b9");
    if (at_ < text_.size() && is_digit(text_[at_])) {
      if (!read_scaled_literal(number)) return std::nullopt;
    } else {
      const auto whole = read_natural();
      if (!whole) return std::nullopt;
      number.numerator = *whole;
      if (!read_tail(number)) return std::nullopt;
    }
    if (at_ < text_.size() && sign_at(at_) != nullptr) return std::nullopt;  // no reading of all the numerals
    number.bytes = at_;
    return number;
  }

 private:
  bool take(std::string_view token) {
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  const HanSign* sign_at(size_t at) const {
    return at < text_.size() ? find_sign(next_code_point(text_, at)) : nullptr;
  }

  const HanSign* take_sign() {
    size_t next = at_;
    if (at_ >= text_.size()) return nullptr;
    const HanSign* sign = find_sign(next_code_point(text_, next));
    if (sign != nullptr) at_ = next;
    return sign;
  }

  // \u4e09\u767e\u4e8c\u5341, \u4e8c\u3007\u4e00\u4e94. None for \u4e00\u767e\u4e8c (120 in speech), \u767e\u767e, \u4e8c\u4e09\u767e.
  std::optional<std::string> read_natural() {
    constexpr size_t kMaxSigns = 40;
    std::vector<const HanSign*> signs;
    const size_t before = at_;
    while (signs.size() <= kMaxSigns) {
      const HanSign* sign = take_sign();
      if (sign == nullptr) break;
      signs.push_back(sign);
    }
    const bool units = std::any_of(signs.begin(), signs.end(), [](const HanSign* s) { return s->digit < 0; });
    auto value = signs.empty() || signs.size() > kMaxSigns ? std::nullopt
                 : units                                   ? read_with_units(signs)
                                                           : read_positional(signs);
    if (!value) at_ = before;
    return value;
  }

  static std::optional<std::string> read_positional(const std::vector<const HanSign*>& signs) {
    std::string digits;
    for (const HanSign* sign : signs) digits += static_cast<char>('0' + sign->digit);
    return strip_leading_zeros(digits);
  }

  // `total` holds closed groups, `section` the group being read, `digit` a digit not yet multiplied.
  static std::optional<std::string> read_with_units(const std::vector<const HanSign*>& signs) {
    uint64_t section = 0;
    int digit = -1, last_small = 4, last_group = 99;
    bool zero = false;
    std::string total = "0";
    for (size_t i = 0; i < signs.size(); ++i) {
      const HanSign& sign = *signs[i];
      if (sign.digit == 0) {
        if (digit >= 0) return std::nullopt;
        zero = true;
      } else if (sign.digit > 0) {
        if (digit >= 0) return std::nullopt;
        digit = sign.digit;
      } else if (sign.exponent < 4) {
        if (sign.exponent >= last_small || (digit < 0 && zero))
          return std::nullopt;  // Japanese omits \u4e00 before \u767e
        constexpr uint64_t kPowers[] = {1, 10, 100, 1000};
        section += static_cast<uint64_t>(digit < 0 ? 1 : digit) * kPowers[sign.exponent];
        last_small = sign.exponent;
        digit = -1;
        zero = false;
      } else {
        section += static_cast<uint64_t>(std::max(digit, 0));
        if (section == 0 && !(i > 0 && signs[i - 1]->exponent >= 4 && sign.exponent > signs[i - 1]->exponent))
          return std::nullopt;
        const std::string part = std::to_string(section);
        if (sign.exponent < last_group)
          total = add_digits(total, scaled(part, sign.exponent));
        else  // \u4e00\u4e07\u4ebf, \u4e09\u5343\u4e94\u767e\u4e07\u4ebf
          total = scaled(add_digits(total, part), sign.exponent);
        if (total.size() > 60) return std::nullopt;
        last_group = sign.exponent;
        section = 0, digit = -1, last_small = 4, zero = false;
      }
    }
    // A last digit counts ones: behind tens, or behind a zero.
    if (digit > 0 && !zero && last_small != 1 && signs.size() > 1) return std::nullopt;
    section += static_cast<uint64_t>(std::max(digit, 0));
    return strip_leading_zeros(add_digits(total, std::to_string(section)));
  }

  // \u70b9 decimals, \u5206\u4e4b fractions, \u53c8 mixed numbers.
  bool read_tail(WordNumber& number) {
    const size_t before = at_;
    if ((take("\u70b9") || take("\u9ede")) && !read_decimals(number)) at_ = before;  // 3 o'clock
    if (take("\u5206\u4e4b")) {
      const auto above = read_natural();
      if (!above || number.numerator == "0") return false;
      number.denominator = number.numerator;
      number.numerator = *above;
      return !take("\u70b9") && !take("\u9ede")
                 ? true
                 : read_decimals(number);  // \u767e\u5206\u4e4b\u4e09\u70b9\u4e94
    }
    if (take("\u53c8")) {
      const auto below = read_natural();
      if (!below || *below == "0" || !take("\u5206\u4e4b")) return false;
      const auto above = read_natural();
      if (!above || !less_digits(*above, *below)) return false;
      number.numerator = add_digits(multiply_digits(number.numerator, *below), *above);
      number.denominator = *below;
    }
    return true;
  }

  bool read_decimals(WordNumber& number) {
    size_t count = 0;
    for (; sign_at(at_) != nullptr && sign_at(at_)->digit >= 0; ++count) {
      number.numerator += static_cast<char>('0' + take_sign()->digit);
      number.denominator += '0';
    }
    number.numerator = strip_leading_zeros(number.numerator);
    if (count == 0) return false;
    return true;
  }

  // 3\u4e07, 1.5\u4ebf
  bool read_scaled_literal(WordNumber& number) {
    std::string digits;
    size_t decimals = 0;
    bool pointed = false;
    while (at_ < text_.size() && (is_digit(text_[at_]) || (text_[at_] == '.' && !pointed))) {
      if (text_[at_] == '.')
        pointed = true;
      else
        digits += text_[at_], decimals += pointed;
      ++at_;
    }
    int exponent = 0;
    for (int last = 0; at_ < text_.size();) {
      const HanSign* sign = sign_at(at_);
      if (sign == nullptr) break;
      if (sign->digit >= 0 || sign->exponent < 2 || (last >= 4 && sign->exponent <= last)) return false;
      exponent += sign->exponent;
      if (exponent > 30) return false;
      last = sign->exponent;
      take_sign();
    }
    if (exponent == 0) return false;
    number.numerator = scaled(digits, exponent);
    number.denominator.append(decimals, '0');
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

std::optional<WordNumber> read_han_natural(std::string_view text) {
  if (text.empty() || text.size() > kMaxNumberWords) return std::nullopt;
  return HanReader(text).read_integer();
}

std::optional<WordNumber> read_han_number(std::string_view text) {
  if (text.empty() || text.size() > kMaxNumberWords) return std::nullopt;
  return HanReader(text).read();
}

}  // namespace r1::math
