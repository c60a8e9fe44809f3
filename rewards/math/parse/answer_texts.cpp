#include "rewards/math/parse/answer_texts.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "rewards/math/parse/lexer_scan.h"
#include "rewards/math/vocabulary/dates.h"
#include "rewards/math/vocabulary/number_words.h"
#include "rewards/math/vocabulary/units.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

using scan::is_digit;
using scan::is_letter;

constexpr size_t kMaxWords = 1024;  // longer texts are no word answer

bool strip_pair(std::string_view& text, std::string_view open, std::string_view close) {
  if (text.size() <= open.size() + close.size() || !text.starts_with(open) || !text.ends_with(close))
    return false;
  text = text.substr(open.size(), text.size() - open.size() - close.size());
  return true;
}

constexpr std::string_view kFontCommands[] = {"mathrm",       "mathbf",     "mathit", "mathsf",
                                              "operatorname", "boldsymbol", "bm",     "boxed"};
constexpr std::string_view kSpaceCommands[] = {"quad", "qquad", "displaystyle", "left", "right"};

// "^{\\text{rd}}", "^{th}" behind a number.
bool is_ordinal_script(std::string_view text) {
  for (std::string_view start : {"^{\\text", "^\\text", "^{\\mathrm", "^{th}", "^{st}", "^{nd}", "^{rd}"}) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

const Node* number(Arena& arena, std::string_view digits) {
  const Decimal decimal{.digits = digits};
  return arena.add({.kind = Kind::Number, .number = &decimal});
}

const Node* word_number(Arena& arena, const WordNumber& value) {
  const Node* node = number(arena, value.numerator);
  if (value.denominator != "1") node = arena.node(Kind::Div, {node, number(arena, value.denominator)});
  return value.negative ? arena.node(Kind::Neg, {node}) : node;
}

const Node* ordinal(Arena& arena, uint64_t value) {
  return arena.node(Kind::Quantity,
                    {number(arena, std::to_string(value)), arena.text(Kind::Unit, "#ordinal")});
}

const Node* clock_time(Arena& arena, const ClockTime& time) {
  const Node* args[] = {arena.integer(time.hour), arena.integer(time.minute), arena.integer(time.second)};
  return arena.add({.kind = Kind::Time, .meridiem = time.meridiem, .args = args});
}

const Node* date(Arena& arena, const CalendarDate& value) {
  return arena.node(Kind::Date,
                    {arena.integer(value.year), arena.integer(value.month), arena.integer(value.day)});
}

// "10:05", "00:30": a bare time is a ratio unless its minutes begin with a zero.
bool is_time_rather_than_ratio(std::string_view words) {
  const size_t colon = words.find(':');
  return colon != std::string_view::npos && colon + 2 < words.size() && words[colon + 1] == '0';
}

// Digits in the shape of a date: 2015-03-14, 3/14/2015. Elsewhere '-' and '/' calculate.
bool looks_like_numeric_date(std::string_view words) {
  std::string shape;
  for (char c : words) shape += is_digit(c) ? 'd' : c;
  return shape == "dddd-dd-dd" || shape == "dd/dd/dddd" || shape == "d/dd/dddd" || shape == "d/d/dddd" ||
         shape == "dd/d/dddd";
}

const Node* circled_digits(Arena& arena, std::string_view words) {
  std::vector<const Node*> numbers;
  for (size_t at = 0; at < words.size();) {
    uint32_t codepoint = 0;
    at += scan::decode(words.substr(at), codepoint);
    if (codepoint == ' ' || codepoint == ',' || codepoint == 0x3001 || codepoint == 0xFF0C) continue;
    const std::optional<uint32_t> digit = circled_digit(codepoint);
    if (!digit) return nullptr;
    numbers.push_back(arena.integer(*digit));
  }
  if (numbers.empty()) return nullptr;
  return numbers.size() == 1 ? numbers.front() : arena.node(Kind::List, numbers);
}

// Whether any word of the text could be more than variables: a run of two letters, or anything beyond ASCII.
bool holds_words(std::string_view words) {
  size_t run = 0;
  for (char c : words) {
    if (static_cast<unsigned char>(c) >= 0x80) return true;
    run = is_letter(c) ? run + 1 : c == '.' ? run : 0;  // "p.m." is a word too
    if (run >= 2) return true;
  }
  return false;
}

const Node* infinity_words(Arena& arena, std::string_view words) {
  const bool negative =
      words == "negative infinity" || words == "minus infinity" || words == "负无穷" || words == "负无穷大";
  const bool positive = words == "infinity" || words == "positive infinity" || words == "plus infinity" ||
                        words == "无穷" || words == "无穷大" || words == "正无穷" || words == "正无穷大";
  if (!negative && !positive) return nullptr;
  const Node* infinity = arena.constant(Constant::Infinity);
  return negative ? arena.node(Kind::Neg, {infinity}) : infinity;
}

// Han numerals from end to end; a percentage too: 百分之五十.
const Node* han_number(Arena& arena, std::string_view words) {
  constexpr std::string_view kPercent = "百分之";
  const bool percent = words.starts_with(kPercent);
  if (percent) words.remove_prefix(kPercent.size());
  if (words.empty() || static_cast<unsigned char>(words.front()) < 0x80) return nullptr;
  const std::optional<WordNumber> value = read_han_number(words);
  if (!value || value->bytes != words.size() || value->ordinal) return nullptr;
  const Node* number = word_number(arena, *value);
  return percent ? arena.node(Kind::Percent, {number}) : number;
}

// A number in words, alone or with percent, one unit or a noun behind: "seven", "fifty percent", "five dollars".
const Node* counted_words(Arena& arena, std::string_view words) {
  const std::optional<WordNumber> value = read_number_words(words);
  if (!value || value->ordinal) {
    const std::optional<WordNumber> whole = number_in_words(words);
    return whole && !whole->ordinal ? word_number(arena, *whole) : nullptr;
  }
  const Node* number = word_number(arena, *value);
  const std::string_view behind = scan::trim(words.substr(value->bytes));
  if (behind.empty()) return number;
  if (behind == "percent" || behind == "per cent" || behind == "%")
    return arena.node(Kind::Percent, {number});
  const std::optional<UnitPhrase> unit = read_unit_phrase(behind);
  if (unit && unit->bytes == behind.size() && unit->units.size() == 1 && unit->units[0].exponent == 1) {
    return arena.node(Kind::Quantity, {number, arena.text(Kind::Unit, unit->units[0].key)});
  }
  if (is_count_noun(behind))
    return arena.node(Kind::Quantity, {number, arena.text(Kind::Unit, "#" + normalise_text(behind))});
  return nullptr;
}

const Node* read_figures(Arena& arena, std::string_view words) {
  if (words.size() > 24 || words.empty() || !is_digit(words.front())) return nullptr;
  if (looks_like_numeric_date(words)) {
    if (const std::optional<CalendarDate> value = read_date(words)) return date(arena, *value);
  }
  if (is_time_rather_than_ratio(words)) {
    if (const std::optional<ClockTime> time = read_time(words)) return clock_time(arena, *time);
  }
  return nullptr;
}

std::string_view skip_spaces(std::string_view text) {
  while (true) {
    const size_t before = text.size();
    text = scan::trim(text);
    for (std::string_view space : {"\\ ", "\\,", "\\;", "\\:", "~", "\\quad", "\\qquad", "\\enspace"}) {
      if (text.starts_with(space)) text.remove_prefix(space.size());
    }
    if (text == "\\") text = {};
    if (text.size() == before) return text;
  }
}

bool is_choice_letter(char c) { return c >= 'A' && c <= 'J'; }

}  // namespace

std::string_view take_decoration_off(std::string_view text) {
  while (true) {
    const size_t before = text.size();
    text = scan::trim(text);
    while (text.ends_with('.') && !text.ends_with("...") && !text.ends_with("\\right."))
      text.remove_suffix(1);
    while ((text.ends_with(',') || text.ends_with(';')) && !text.ends_with("\\,") && !text.ends_with("\\;"))
      text.remove_suffix(1);
    const bool struck = text.starts_with("~~");
    for (std::string_view space : {"\\,", "\\;", "\\!", "\\ ", "~"}) {
      if (text.ends_with(space) && !struck) text.remove_suffix(space.size());
    }
    if (text.starts_with('~') && !struck) text.remove_prefix(1);
    for (std::string_view stop : {"。", "．", "，"}) {
      if (text.ends_with(stop)) text.remove_suffix(stop.size());
    }
    const bool stripped = strip_pair(text, "**", "**") || strip_pair(text, "`", "`") ||
                          strip_pair(text, "\"", "\"") || strip_pair(text, "“", "”") ||
                          (text.size() > 2 && text[1] != '*' && strip_pair(text, "*", "*")) ||
                          strip_pair(text, "「", "」");
    if (!stripped && text.size() == before) return text;
  }
}

std::optional<std::string> plain_words(std::string_view text) {
  if (text.size() > kMaxWords) return std::nullopt;
  std::string words;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '{' || c == '}' || c == '$') {
      ++at;
    } else if (c == '~' || c == '\n') {
      words += ' ';
      ++at;
    } else if (c == '^' && is_ordinal_script(text.substr(at))) {
      ++at;  // 3^{\text{rd}}
    } else if (c == '\\') {
      size_t length = 0;
      while (at + 1 + length < text.size() && is_letter(text[at + 1 + length])) ++length;
      const std::string_view name = text.substr(at + 1, length);
      const bool font =
          scan::is_text_command(name) || std::ranges::find(kFontCommands, name) != std::end(kFontCommands);
      const bool space = std::ranges::find(kSpaceCommands, name) != std::end(kSpaceCommands);
      if (length > 0 && !font && !space) return std::nullopt;
      if (length == 0 && at + 1 < text.size()) {
        const char sign = text[at + 1];
        if (sign == '%' || sign == '$' || sign == '&')
          words += sign;
        else if (sign == ' ' || sign == ',' || sign == ';' || sign == ':')
          words += ' ';
        else if (sign != '(' && sign != ')' && sign != '!')
          return std::nullopt;
        ++length;
      }
      if (space) words += ' ';
      at += 1 + length;
    } else {
      words += c;
      ++at;
    }
  }
  return words;
}

const Node* read_as_words(Arena& arena, std::string_view text, const MathPolicy& policy) {
  const std::optional<std::string> flat = plain_words(text);
  if (!flat) return nullptr;
  const std::string_view words = take_decoration_off(*flat);
  if (!holds_words(words)) return read_figures(arena, words);
  if (const Node* digits = circled_digits(arena, words)) return digits;
  const std::string normalised = normalise_text(words);
  if (const std::string_view set = named_set_words(normalised); !set.empty())
    return arena.text(Kind::NamedSet, set);
  if (const std::string_view canonical = canonical_text(normalised); canonical != normalised)
    return arena.text(Kind::Text, canonical);
  if (const Node* constant = infinity_words(arena, normalised)) return constant;
  if (const Node* value = han_number(arena, words)) return value;
  if (const Node* value = counted_words(arena, words)) return value;
  if (const std::optional<uint64_t> value = read_ordinal(words)) return ordinal(arena, *value);
  const bool ratio =
      is_digit(words.front()) && scan::contains(words, " to ");  // "3 to 4", not three minutes to four
  std::optional<ClockTime> time = ratio ? std::nullopt : read_time(words);
  if (!time && !ratio)
    time = read_time(std::string(words) + ".");  // the full stop of "p.m." was taken for the sentence's
  if (time && !time->bare) return clock_time(arena, *time);
  if (const std::optional<CalendarDate> value = read_date(words)) return date(arena, *value);
  if (policy.roman_numerals) {
    if (const std::optional<uint32_t> value = read_roman(words)) return arena.integer(*value);
  }
  return nullptr;
}

std::optional<std::string_view> text_content(std::string_view text) {
  if (!text.starts_with('\\') || !text.ends_with('}')) return std::nullopt;
  size_t length = 1;
  while (length < text.size() && is_letter(text[length])) ++length;
  if (!scan::is_text_command(text.substr(1, length - 1)) || text[length] != '{') return std::nullopt;
  const std::string_view content = text.substr(length + 1, text.size() - length - 2);
  if (scan::contains(content, '{') || scan::contains(content, '}')) return std::nullopt;
  return content;
}

ChoiceText read_choice(std::string_view text) {
  for (std::string_view word :
       {"option ", "Option ", "choice ", "Choice ", "选项", "选择", "选", "answer choice "}) {
    if (!text.starts_with(word)) continue;
    text = scan::trim(text.substr(word.size()));
    if (text.size() == 1 && is_choice_letter(text[0])) return {text[0], {}};
    break;
  }
  // \textbf{(D)}, \text{(B) }, \mathrm{(E)}: the wrapper holds nothing but the letter
  std::string_view rest = text;
  bool wrapped = false;
  if (rest.starts_with('\\')) {
    size_t length = 1;
    while (length < rest.size() && is_letter(rest[length])) ++length;
    const std::string_view name = rest.substr(1, length - 1);
    if (!scan::is_text_command(name) && name != "mathrm" && name != "mathbf") return {};
    if (length >= rest.size() || rest[length] != '{') return {};
    const size_t close = rest.find('}', length);
    if (close == std::string_view::npos) return {};
    const std::string_view inside = scan::trim(rest.substr(length + 1, close - length - 1));
    const std::string_view behind = skip_spaces(rest.substr(close + 1));
    if (inside.size() == 1 && inside[0] >= 'A' && inside[0] <= 'Z' && behind.empty() &&
        name.starts_with("text"))
      return {inside[0], {}};
    if (inside.size() == 3 && inside[0] == '(' && inside[2] == ')' && inside[1] >= 'A' && inside[1] <= 'Z')
      return {inside[1], behind};
    if (inside.size() == 2 && (inside[1] == ')' || inside[1] == '.') && is_choice_letter(inside[0]))
      return {inside[0], behind};
    if (inside.size() < 4) return {};
    if (!behind.empty()) return {};
    rest = inside;
    wrapped = true;
  }
  for (std::string_view open : {"(", "（"}) {
    if (!rest.starts_with(open)) continue;
    const std::string_view inner = rest.substr(open.size());
    const std::string_view close = open == "(" ? ")" : "）";
    if (inner.size() > close.size() && is_choice_letter(inner[0]) && inner.substr(1).starts_with(close)) {
      const std::string_view behind = inner.substr(1 + close.size());
      if (behind.empty()) return {inner[0], {}};
      if (behind[0] == ' ' || behind.starts_with("\\ ") || behind[0] == '~') {
        const std::string_view value = skip_spaces(behind);
        const bool goes_on = value.empty() || scan::contains("+-*/=<>^,;&|)", value[0]) ||
                             value.starts_with("or") || value.starts_with("and") ||
                             value.starts_with("\\cup") || value.starts_with("\\c") ||
                             value.starts_with("\\t");
        if (!goes_on) return {inner[0], value};
      }
    }
    return {};
  }
  if (rest.size() >= 2 && is_choice_letter(rest[0]) && scan::contains(").:", rest[1])) {
    const std::string_view behind = rest.substr(2);
    if (behind.empty() && rest[1] != ':') return {rest[0], {}};
    if (!behind.empty() && behind[0] == ' ' && !wrapped) return {rest[0], skip_spaces(behind)};
  }
  return {};
}

const Node* prose_text(Arena& arena, std::string_view text) {
  const std::optional<std::string> flat = plain_words(text);
  if (!flat) return nullptr;
  const std::string words = canonical_words(*flat);
  return words.empty() ? nullptr : arena.text(Kind::Text, words);
}

}  // namespace r1::math
