// Reading a lower-case text from its front, for times.cpp and dates.cpp.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "rewards/math/vocabulary/number_words.h"

namespace r1::math {

constexpr size_t kMaxDateText = 80;  // bytes

inline bool is_figure(char c) { return c >= '0' && c <= '9'; }

inline std::string_view trim_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Reads from the front of a lower-case text.
class DateCursor {
 public:
  explicit DateCursor(std::string_view text) : rest_(trim_spaces(text)) {}

  bool done() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  void skip_spaces() { rest_ = trim_spaces(rest_); }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  // As take, but of several one, and spaces behind it too.
  bool take_any(std::initializer_list<std::string_view> tokens) {
    for (std::string_view token : tokens)
      if (take(token)) return skip_spaces(), true;
    return false;
  }

  // One to `most` digits, all that stand here; `count` says how many.
  std::optional<int> take_number(size_t most, size_t* count = nullptr) {
    size_t end = 0;
    int value = 0;
    while (end < rest_.size() && end <= most && is_figure(rest_[end]))
      value = value * 10 + (rest_[end++] - '0');
    if (end == 0 || end > most) return std::nullopt;
    if (count != nullptr) *count = end;
    rest_.remove_prefix(end);
    return value;
  }

  // Digits or a numeral in words or ideographs, under 100.
  std::optional<int> take_any_number() {
    if (!rest_.empty() && is_figure(rest_[0])) return take_number(2);
    auto number = read_han_natural(rest_);
    if (!number) number = read_number_words(rest_);
    if (!number || number->negative || number->denominator != "1" || number->numerator.size() > 2)
      return std::nullopt;
    rest_.remove_prefix(number->bytes);
    return std::stoi(number->numerator);
  }

 private:
  std::string_view rest_;
};

}  // namespace r1::math
