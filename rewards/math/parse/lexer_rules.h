// The state of one run of the lexer: its rules are in lexer.cpp (signs and characters) and lexer_latex.cpp (commands).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "rewards/math/parse/lexer.h"
#include "rewards/math/parse/lexer_scan.h"

namespace r1::math {

class Lexer {
 public:
  Lexer(Arena& arena, std::string_view text, const MathPolicy& policy)
      : arena_(arena), text_(text), policy_(policy) {}

  Tokens run();

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  std::string_view rest() const { return text_.substr(at_); }
  [[noreturn]] void fail(std::string_view what) const;

  Token& add(TokenKind kind, uint8_t value = 0, std::string_view text = {});
  Token& add(const Spelling& spelling) { return add(spelling.kind, spelling.value, spelling.text); }
  Token& take(TokenKind kind, size_t bytes = 1, uint8_t value = 0, std::string_view text = {});
  void widen(Gap gap) { gap_ = std::max(gap_, gap); }

  void next();
  void digits();
  void marked_digits(size_t plain, uint32_t mark);
  void word();
  void relation(Relation relation, size_t bytes);
  void open(Bracket bracket) { take(TokenKind::Open, 1, static_cast<uint8_t>(bracket)); }
  void close(Bracket bracket) { take(TokenKind::Close, 1, static_cast<uint8_t>(bracket)); }
  void sign(char c);
  void take_plus_minus();
  void opening_brace();
  void comma();
  void equals();
  void less();
  void html(const scan::Tag& tag);
  void ampersand();
  void spelled(std::string_view sign);
  void percent();
  void dollar();
  void toggle_math();

  // --- beyond ASCII (lexer_unicode.cpp)
  void beyond_ascii();
  void unicode_digits();
  void script(TokenKind kind);
  void compatible(char plain, size_t length);
  void sign_of_style(char plain);
  void unicode_word();

  // --- commands (lexer_latex.cpp)
  void command();
  void control_symbol(char c);
  void double_backslash();
  void named_command(std::string_view name);
  bool glued_command(std::string_view name);
  void spacing_command(std::string_view name);
  void delimiter_side(std::string_view name);
  void text_command(TokenKind kind);
  void roman();
  void blackboard();
  void environment(bool begins);
  void negated();
  std::string_view group();
  void skip_group() { group(); }
  void skip_empty_group();
  void skip_optional();
  bool eaten_escape();

  Arena& arena_;
  std::string_view text_;
  const MathPolicy& policy_;
  Tokens out_;
  size_t at_ = 0, start_ = 0;
  Gap gap_ = Gap::None;
  Side side_ = Side::None;
  int depth_in_math_ = 0, open_environments_ = 0;
  bool has_delimiters_ = false, dollars_delimit_ = false;
};

}  // namespace r1::math
