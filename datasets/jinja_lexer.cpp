#include "datasets/jinja_lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/errors.h"
#include "base/utf8.h"
#include "datasets/unicode_text.h"

namespace r1::jinja {

namespace {

using Kind = Token::Kind;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// jinja2 reads \r\n and \r as \n and drops one newline at the end of the template.
std::string normalize_newlines(std::string_view source) {
  std::string text;
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      text += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      text += source[i];
    }
  }
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(normalize_newlines(source)) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) read_text();
    add(Kind::End, "");
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw CheckpointError(fmt::format("chat template line {}: {}", line_, what));
  }

  void add(Kind kind, std::string text) { tokens_.push_back({kind, std::move(text), line_}); }

  // Moves on by `count` bytes, counting lines; line_start_ says whether a line begins where we then stand.
  void advance(size_t count) {
    line_ += static_cast<int>(std::count(source_.begin() + at_, source_.begin() + at_ + count, '\n'));
    at_ += count;
    line_start_ = at_ > 0 && source_[at_ - 1] == '\n';
  }

  bool looking_at(std::string_view text) const { return source_.compare(at_, text.size(), text) == 0; }

  size_t find_tag(size_t from) const {
    for (size_t i = from; i + 1 < source_.size(); ++i) {
      if (source_[i] == '{' && (source_[i + 1] == '{' || source_[i + 1] == '%' || source_[i + 1] == '#'))
        return i;
    }
    return std::string::npos;
  }

  void read_text() {
    size_t tag = find_tag(at_);
    if (tag == std::string::npos) {
      std::string rest = source_.substr(at_);
      add(Kind::Text, rest);
      advance(rest.size());
      return;
    }
    bool starts_line = line_start_ || at_ == 0;
    std::string text = source_.substr(at_, tag - at_);
    char sign = tag + 2 < source_.size() ? source_[tag + 2] : ' ';
    char type = source_[tag + 1];
    if (sign == '-') {
      while (!text.empty() && is_space(text.back())) text.pop_back();
    } else if (sign != '+' && type != '{') {
      lstrip_last_line(text, starts_line);
    }
    if (!text.empty()) add(Kind::Text, text);
    advance(tag - at_ + 2 + (sign == '-' || sign == '+' ? 1 : 0));
    if (type == '#') {
      read_comment();
    } else {
      read_tag(type == '{');
    }
  }

  // lstrip_blocks: white space between the start of a line and a block tag goes.
  static void lstrip_last_line(std::string& text, bool starts_line) {
    size_t newline = text.rfind('\n');
    if (newline == std::string::npos && !starts_line) return;
    size_t begin = newline == std::string::npos ? 0 : newline + 1;
    if (std::all_of(text.begin() + begin, text.end(), is_space)) text.resize(begin);
  }

  void skip_space() {
    size_t end = at_;
    while (end < source_.size() && is_space(source_[end])) ++end;
    advance(end - at_);
  }

  // What the end of a tag swallows. `sign` is the character before it: '-', '+' or none.
  void after_tag(char sign, bool trims_newline) {
    if (sign == '-') {
      size_t before = at_;
      skip_space();
      if (at_ == before) line_start_ = false;
    } else if (trims_newline && sign != '+' && at_ < source_.size() && source_[at_] == '\n') {
      advance(1);
    } else {
      line_start_ = false;
    }
  }

  void read_comment() {
    size_t end = source_.find("#}", at_);
    if (end == std::string::npos) fail("a comment {# without #}");
    char sign = end > at_ ? source_[end - 1] : ' ';
    advance(end + 2 - at_);
    after_tag(sign, /*trims_newline=*/true);
  }

  void read_tag(bool variable) {
    std::string_view close = variable ? "}}" : "%}";
    add(variable ? Kind::VariableBegin : Kind::BlockBegin, "");
    int depth = 0;  // of brackets: a dict may end in "}}"
    while (true) {
      skip_space();
      if (at_ >= source_.size()) fail(fmt::format("a tag without {}", close));
      char sign = looking_at("-") || looking_at("+") ? source_[at_] : ' ';
      size_t skip = sign == ' ' ? 0 : 1;
      if (depth == 0 && source_.compare(at_ + skip, 2, close) == 0 && !(variable && sign == '+')) {
        add(variable ? Kind::VariableEnd : Kind::BlockEnd, "");
        advance(2 + skip);
        after_tag(sign, !variable);
        return;
      }
      read_token(depth);
    }
  }

  void read_token(int& depth) {
    char c = source_[at_];
    if (is_name_start(c)) {
      read_while(Kind::Name, [](char x) { return is_name_start(x) || is_digit(x); });
    } else if (is_digit(c)) {
      read_number();
    } else if (c == '"' || c == '\'') {
      read_string(c);
    } else {
      read_operator(depth);
    }
  }

  template <typename Predicate>
  void read_while(Kind kind, Predicate predicate) {
    size_t end = at_;
    while (end < source_.size() && predicate(source_[end])) ++end;
    add(kind, source_.substr(at_, end - at_));
    advance(end - at_);
  }

  void read_number() {
    size_t end = at_;
    while (end < source_.size() && (is_digit(source_[end]) || source_[end] == '_')) ++end;
    bool fraction = end + 1 < source_.size() && source_[end] == '.' && is_digit(source_[end + 1]);
    if (fraction) {
      ++end;
      while (end < source_.size() && is_digit(source_[end])) ++end;
    }
    if (size_t exponent = exponent_length(end); exponent > 0) {
      fraction = true;
      end += exponent;
    }
    std::string text = source_.substr(at_, end - at_);
    text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
    if (text.size() > 18) fail(fmt::format("the number {} has too many digits", text));
    add(fraction ? Kind::Float : Kind::Integer, text);
    advance(end - at_);
  }

  // Length of "e20" or "E-3" at `at`; 0 when there is none.
  size_t exponent_length(size_t at) const {
    size_t end = at;
    if (end >= source_.size() || (source_[end] != 'e' && source_[end] != 'E')) return 0;
    ++end;
    if (end < source_.size() && (source_[end] == '+' || source_[end] == '-')) ++end;
    size_t digits = end;
    while (end < source_.size() && is_digit(source_[end])) ++end;
    bool short_enough = end > digits && end - digits <= 2;
    return short_enough ? end - at : 0;
  }

  void read_string(char quote) {
    size_t end = at_ + 1;
    while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
    if (end >= source_.size()) fail("a string without its closing quote");
    add(Kind::String, unescape(std::string_view(source_).substr(at_ + 1, end - at_ - 1)));
    advance(end + 1 - at_);
  }

  // Python's escapes.
  std::string unescape(std::string_view text) const {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\\' || i + 1 == text.size()) {
        out += text[i];
        continue;
      }
      char c = text[++i];
      constexpr std::string_view kNames = "ntrabfv0\\'\"\n";
      constexpr std::string_view kValues("\n\t\r\a\b\f\v\0\\'\"\n", 12);
      size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
      if (digits > 0) {
        append_utf8(out, hex_value(text.substr(i + 1, digits), digits));
        i += digits;
      } else if (size_t known = kNames.find(c); known == std::string_view::npos) {
        out += {'\\', c};
      } else if (c != '\n') {  // an escaped newline is a continued line
        out += kValues[known];
      }
    }
    return out;
  }

  uint32_t hex_value(std::string_view text, size_t digits) const {
    bool hex =
        text.size() == digits && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    if (!hex) fail("a string with an unfinished \\x, \\u or \\U escape");
    return static_cast<uint32_t>(std::stoul(std::string(text), nullptr, 16));
  }

  void read_operator(int& depth) {
    static constexpr std::array<std::string_view, 27> kOperators = {
        "**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">",
        "=",  "(",  ")",  "[",  "]",  "{",  "}", ".", ",", ":", "|", ";", "!"};
    for (auto text : kOperators) {
      if (!looking_at(text)) continue;
      if (text == "(" || text == "[" || text == "{") ++depth;
      if (text == ")" || text == "]" || text == "}") --depth;
      if (depth < 0) fail(fmt::format("an unexpected '{}'", text));
      add(Kind::Operator, std::string(text));
      advance(text.size());
      return;
    }
    fail(fmt::format("an unexpected character '{}'", characters_at()));
  }

  std::string characters_at() const { return repair_utf8(std::string_view(source_).substr(at_, 1)); }

  std::string source_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int line_ = 1;
  bool line_start_ = false;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) { return Lexer(source).run(); }

}  // namespace r1::jinja
