// Characters beyond ASCII: digits of any script, styled letters, scripts, words.
#include "rewards/math/parse/lexer_rules.h"

namespace r1::math {

using namespace scan;

void Lexer::beyond_ascii() {
  uint32_t codepoint = 0;
  const size_t length = decode(rest(), codepoint);
  if (is_invisible(codepoint)) {
    at_ += length;
    return;
  }
  if (const Gap gap = unicode_space(codepoint); gap != Gap::None) {
    widen(gap);
    at_ += length;
    return;
  }
  if (unicode_digit(codepoint) >= 0) return unicode_digits();
  if (const Spelling* spelling = find_character(codepoint)) {
    if (spelling->kind == TokenKind::Superscript || spelling->kind == TokenKind::Subscript) {
      return script(spelling->kind);
    }
    at_ += length;
    return void(add(*spelling));
  }
  if (const Spelling* spelling = find_character(plain_form(codepoint))) {  // mathematical italic pi
    at_ += length;
    return void(add(*spelling));
  }
  if (const char plain = ascii_form(codepoint)) return compatible(plain, length);
  if (is_unicode_letter(codepoint)) return unicode_word();
  fail("a character without meaning");
}

void Lexer::unicode_digits() {
  std::string digits;
  while (at_ < text_.size()) {
    uint32_t codepoint = 0;
    const size_t length = decode(rest(), codepoint);
    const int digit = is_digit(peek()) ? peek() - '0' : unicode_digit(codepoint);
    if (digit < 0 && !is_invisible(codepoint)) break;
    if (digit >= 0) digits += static_cast<char>('0' + digit);
    at_ += length;
  }
  add(TokenKind::Digits, 0, arena_.keep(digits));
}

void Lexer::script(TokenKind kind) {
  std::string spelled;
  while (at_ < text_.size()) {
    uint32_t codepoint = 0;
    const size_t length = decode(rest(), codepoint);
    const Spelling* spelling = find_character(codepoint);
    if (!spelling || spelling->kind != kind) break;
    spelled += spelling->text;
    at_ += length;
  }
  add(kind, 0, arena_.keep(spelled));
}

// A letter or sign in another style: full width, mathematical italic, ...
void Lexer::compatible(char plain, size_t length) {
  at_ += length;
  if (!is_letter(plain)) {
    const std::string_view signs = "[]{}=<>|*+-.,:;!%$^_()/'";
    const size_t known = signs.find(plain);
    if (known == std::string_view::npos) fail("a character without meaning");
    const size_t resume = at_;
    sign_of_style(plain);
    at_ = resume;
    return;
  }
  std::string letters(1, plain);
  while (at_ < text_.size()) {
    uint32_t codepoint = 0;
    const size_t next_length = decode(rest(), codepoint);
    const char next = codepoint >= 0x80 && !find_character(codepoint) ? ascii_form(codepoint) : 0;
    if (!is_letter(next)) break;
    letters += next;
    at_ += next_length;
  }
  add(letters.size() == 1 ? TokenKind::Letter : TokenKind::Word, 0, arena_.keep(letters));
}

void Lexer::sign_of_style(char plain) {
  if (plain == '[' || plain == ']' || plain == '(' || plain == ')') {
    const Bracket bracket = plain == '[' || plain == ']' ? Bracket::Square : Bracket::Round;
    const bool opens = plain == '[' || plain == '(';
    return void(add(opens ? TokenKind::Open : TokenKind::Close, static_cast<uint8_t>(bracket)));
  }
  if (plain == '=') return void(add(TokenKind::Relation, static_cast<uint8_t>(Relation::Equal)));
  if (plain == '^') return void(add(TokenKind::Caret));
  if (plain == '_') return void(add(TokenKind::Underscore));
  fail("a character without meaning");
}

void Lexer::unicode_word() {
  size_t count = 0;
  while (at_ < text_.size()) {
    uint32_t codepoint = 0;
    const size_t length = decode(rest(), codepoint);
    if (codepoint < 0x80 ? !is_letter(peek()) : !is_unicode_letter(codepoint) || find_character(codepoint))
      break;
    at_ += length;
    ++count;
  }
  const bool one_letter = count == 1 && at_ - start_ == 2;  // Cyrillic, accented; an ideograph is a word
  add(one_letter ? TokenKind::Letter : TokenKind::Word, 0, text_.substr(start_, at_ - start_));
}

// Digits with a combining line or dot over each from `plain` on: the period of a decimal.
void Lexer::marked_digits(size_t plain, uint32_t mark) {
  if (plain > 0) take(TokenKind::Digits, plain, 0, text_.substr(at_, plain));
  std::string block;
  while (is_digit(peek())) {
    uint32_t codepoint = 0;
    const size_t length = at_ + 1 < text_.size() ? decode(text_.substr(at_ + 1), codepoint) : 0;
    if (codepoint != mark) break;
    block += peek();
    at_ += 1 + length;
    if (mark == kDotMark) {
      add(TokenKind::DotAccent);
      add(TokenKind::Digits, 0, arena_.keep(block));
      block.clear();
    }
  }
  if (block.empty()) return;
  add(TokenKind::Overline);
  add(TokenKind::Open, static_cast<uint8_t>(Bracket::Brace));
  add(TokenKind::Digits, 0, arena_.keep(block));
  add(TokenKind::Close, static_cast<uint8_t>(Bracket::Brace));
}

}  // namespace r1::math
