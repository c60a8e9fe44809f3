#include "rewards/math/parse/lexer.h"

#include <algorithm>
#include <array>

#include "rewards/math/parse/lexer_rules.h"

namespace r1::math {

using namespace scan;

namespace {

struct Entity {
  std::string_view name, stands_for;
};

constexpr Entity kEntities[] = {{"&lt;", "<"},     {"&gt;", ">"},     {"&le;", "≤"},     {"&ge;", "≥"},
                                {"&ne;", "≠"},     {"&amp;", "&"},    {"&nbsp;", " "},   {"&times;", "×"},
                                {"&middot;", "·"}, {"&divide;", "÷"}, {"&minus;", "−"},  {"&plusmn;", "±"},
                                {"&pi;", "π"},     {"&theta;", "θ"},  {"&deg;", "°"},    {"&infin;", "∞"},
                                {"&radic;", "√"},  {"&frac12;", "½"}, {"&frac14;", "¼"}, {"&frac34;", "¾"},
                                {"&sup2;", "²"},   {"&sup3;", "³"},   {"&cup;", "∪"},    {"&cap;", "∩"},
                                {"&isin;", "∈"},   {"&empty;", "∅"},  {"&quot;", "\""},  {"&#39;", "'"},
                                {"&ndash;", "−"},  {"&thinsp;", " "}, {"&#8722;", "−"},  {"&#x27;", "'"},
                                {"&lfloor;", "⌊"}, {"&rfloor;", "⌋"}, {"&lceil;", "⌈"},  {"&rceil;", "⌉"}};

}  // namespace

Tokens Lexer::run() {
  arena_.fuel().spend(static_cast<int64_t>(text_.size()));
  check_text(text_);
  out_.latex = looks_like_latex(text_);
  dollars_delimit_ = dollars_are_delimiters(text_);
  out_.list.reserve(text_.size() / 2 + 4);
  while (at_ < text_.size()) next();
  start_ = at_;
  add(TokenKind::End);
  return std::move(out_);
}

void Lexer::fail(std::string_view what) const {
  throw NoReading{std::string(what) + " at byte " + std::to_string(at_)};
}

Token& Lexer::add(TokenKind kind, uint8_t value, std::string_view text) {
  Token token{.kind = kind, .value = value, .gap = gap_, .side = side_, .text = text};
  token.math = depth_in_math_ > 0 || (out_.latex && !has_delimiters_);
  token.at = static_cast<uint32_t>(start_);
  token.end = static_cast<uint32_t>(at_);
  gap_ = Gap::None;
  side_ = Side::None;
  return out_.list.emplace_back(token);
}

// A token that took `bytes` from here.
Token& Lexer::take(TokenKind kind, size_t bytes, uint8_t value, std::string_view text) {
  at_ += bytes;
  return add(kind, value, text);
}

void Lexer::next() {
  start_ = at_;
  const char c = peek();
  if (static_cast<unsigned char>(c) >= 0x80) return beyond_ascii();
  if (is_digit(c)) return digits();
  if (is_letter(c)) return word();
  if (c == '\\') return command();
  if (is_space(c)) {
    if (policy_.repair_latex && eaten_escape()) return;
    widen(c == '\n' || c == '\r' ? Gap::Newline : Gap::Space);
    ++at_;
    return;
  }
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
    if (policy_.repair_latex && eaten_escape()) return;
    fail("a control character");
  }
  sign(c);
}

void Lexer::digits() {
  size_t length = 0;
  while (is_digit(peek(length))) ++length;
  if (static_cast<unsigned char>(peek(length)) >= 0x80) {
    uint32_t codepoint = 0;
    decode(text_.substr(at_ + length), codepoint);
    if (is_invisible(codepoint) || unicode_digit(codepoint) >= 0) return unicode_digits();
    if (codepoint == kOverlineMark || codepoint == kDotMark) return marked_digits(length - 1, codepoint);
  }
  // \frac12 takes one digit for each argument, \sqrt2 one
  const Token* command = out_.list.empty() ? nullptr : &out_.list.back();
  const bool two = command && (command->kind == TokenKind::Frac || command->kind == TokenKind::Binomial);
  const bool one = command && command->kind == TokenKind::Sqrt && command->value == 0;
  for (size_t single = two ? 2 : one ? 1 : 0; single > 0 && length > 1; --single, --length) {
    take(TokenKind::Digits, 1, 0, text_.substr(at_, 1));
    start_ = at_;
  }
  take(TokenKind::Digits, length, 0, text_.substr(at_, length));
}

void Lexer::word() {
  size_t length = 0;
  while (is_letter(peek(length))) ++length;
  const std::string_view letters = text_.substr(at_, length);
  if (policy_.repair_latex && lost_backslash(letters, peek(length))) {
    out_.repaired = true;
    at_ += length;
    return named_command(letters);
  }
  take(length == 1 ? TokenKind::Letter : TokenKind::Word, length, 0, letters);
}

void Lexer::relation(Relation relation, size_t bytes) {
  take(TokenKind::Relation, bytes, static_cast<uint8_t>(relation));
}

void Lexer::sign(char c) {
  switch (c) {
    case '+':
      if (rest().starts_with("+-") || rest().starts_with("+/-")) return take_plus_minus();
      return void(take(TokenKind::Plus));
    case '-':
      if (rest().starts_with("->")) return void(take(TokenKind::Arrow, 2));
      return void(take(TokenKind::Minus));
    case '*':
      return rest().starts_with("**") ? void(take(TokenKind::Caret, 2)) : void(take(TokenKind::Times));
    case '/':
      return void(take(TokenKind::Slash));
    case '^':
      return void(take(TokenKind::Caret));
    case '_':
      return void(take(TokenKind::Underscore));
    case '(':
      return open(Bracket::Round);
    case ')':
      return close(Bracket::Round);
    case '[':
      return open(Bracket::Square);
    case ']':
      return close(Bracket::Square);
    case '{':
      return opening_brace();
    case '}':
      return close(Bracket::Brace);
    case ',':
      return comma();
    case ';':
      return void(take(TokenKind::Semicolon));
    case ':':
      return rest().starts_with(":=") ? relation(Relation::Equal, 2) : void(take(TokenKind::Colon));
    case '.':
      return rest().starts_with("...") ? void(take(TokenKind::Ellipsis, 3)) : void(take(TokenKind::Dot));
    case '=':
      return equals();
    case '<':
      return less();
    case '>':
      return rest().starts_with(">=") ? relation(Relation::GreaterEqual, 2) : relation(Relation::Greater, 1);
    case '!':
      if (rest().starts_with("!=") && !out_.latex) return relation(Relation::NotEqual, 2);
      return void(take(TokenKind::Bang));
    case '|':
      return void(take(TokenKind::Bar));
    case '&':
      return ampersand();
    case '%':
      return percent();
    case '$':
      return dollar();
    case '~':
      if (peek(1) == '~') fail("a text struck out");
      if (!out_.latex && !(is_digit(peek(1)) && at_ > 0 && is_digit(text_[at_ - 1])))
        return relation(Relation::Approximately, 1);
      widen(Gap::Space);
      ++at_;
      return;
    case '\'': {
      size_t count = 1;
      while (peek(count) == '\'') ++count;
      return void(take(TokenKind::Prime, count, static_cast<uint8_t>(std::min<size_t>(count, 255))));
    }
    case '"':
      return void(take(TokenKind::Quote));
    default:
      fail("a character without meaning");
  }
}

void Lexer::take_plus_minus() {
  // "+-3" is a double sign in ASCII only where the writer means both; "+/-" is always that
  if (rest().starts_with("+/-")) return void(take(TokenKind::PlusMinus, 3));
  take(TokenKind::Plus);
}

void Lexer::opening_brace() {
  if (rest().starts_with("{,}") || rest().starts_with("{.}")) {
    const bool is_comma = peek(1) == ',';
    take(is_comma ? TokenKind::Comma : TokenKind::Dot, 3, 1);
    return;
  }
  if (rest().starts_with("{}")) {
    at_ += 2;
    return;
  }
  if (peek(2) == '}' && contains("+-=<>", peek(1))) {  // {-}7
    const char inner = peek(1);
    at_ += 1;
    sign(inner);
    ++at_;
    return;
  }
  open(Bracket::Brace);
}

void Lexer::comma() {
  size_t ahead = 1;
  while (peek(ahead) == ' ') ++ahead;
  const bool tight = text_.substr(std::min(at_ + ahead, text_.size())).starts_with("\\!");
  take(TokenKind::Comma, 1, tight ? 1 : 0);
}

void Lexer::equals() {
  if (rest().starts_with("==")) return relation(Relation::Equal, 2);
  if (rest().starts_with("=>")) return void(take(TokenKind::Arrow, 2));
  if (rest().starts_with("=<")) return relation(Relation::LessEqual, 2);
  relation(Relation::Equal, 1);
}

void Lexer::less() {
  if (rest().starts_with("<=>")) return void(take(TokenKind::Arrow, 3));
  if (rest().starts_with("<=")) return relation(Relation::LessEqual, 2);
  if (rest().starts_with("<>")) return relation(Relation::NotEqual, 2);
  if (const Tag tag = html_tag(rest()); tag.bytes > 0) return html(tag);
  relation(Relation::Less, 1);
}

void Lexer::html(const Tag& tag) {
  at_ += tag.bytes;
  if (tag.name == "sup" || tag.name == "sub") {
    if (tag.closing) return void(add(TokenKind::Close, static_cast<uint8_t>(Bracket::Brace)));
    add(tag.name == "sup" ? TokenKind::Caret : TokenKind::Underscore);
    add(TokenKind::Open, static_cast<uint8_t>(Bracket::Brace));
    return;
  }
  if (tag.name == "br" || tag.name == "p") widen(Gap::Newline);
}

void Lexer::ampersand() {
  for (const Entity& entity : kEntities) {
    if (!rest().starts_with(entity.name)) continue;
    at_ += entity.name.size();
    return spelled(entity.stands_for);
  }
  take(TokenKind::Ampersand);
}

// The token of a sign that stands for what was read: no entity stands for another.
void Lexer::spelled(std::string_view sign) {
  if (sign == " ") return widen(Gap::Space);
  if (sign == "<" || sign == ">") {
    const bool less = sign == "<";
    const bool or_equal = peek() == '=';
    if (or_equal) ++at_;
    const Relation relation = less ? (or_equal ? Relation::LessEqual : Relation::Less)
                                   : (or_equal ? Relation::GreaterEqual : Relation::Greater);
    return void(add(TokenKind::Relation, static_cast<uint8_t>(relation)));
  }
  if (sign == "&") return void(add(TokenKind::Ampersand));
  if (sign == "\"") return void(add(TokenKind::Quote));
  if (sign == "'") return void(add(TokenKind::Prime, 1));
  uint32_t codepoint = 0;
  decode(sign, codepoint);
  if (const Spelling* spelling = find_character(codepoint)) return void(add(*spelling));
  fail("an entity without meaning");
}

// Behind a value it is the sign, elsewhere the beginning of a LaTeX comment, which may hide what the eye does not see.
void Lexer::percent() {
  const bool behind_value = start_ > 0 && !out_.list.empty();
  size_t ahead = 1;
  while (peek(ahead) == ' ') ++ahead;
  const char follows = peek(ahead);
  const bool apart = start_ > 0 && is_space(text_[start_ - 1]) && (is_letter(follows) || is_digit(follows));
  const bool hides = apart        ? true
                     : out_.latex ? follows != '\0' && !contains("$)],;}=<>+-*/\\.", follows)
                                  : is_digit(follows);
  if (!behind_value || hides || (out_.latex && ahead == 1 && follows == '\n')) fail("a comment");
  take(TokenKind::Percent);
}

void Lexer::dollar() {
  if (dollars_delimit_) {
    const size_t length = rest().starts_with("$$") ? 2 : 1;
    at_ += length;
    toggle_math();
    return;
  }
  take(TokenKind::Currency, 1, 0, "USD");
}

void Lexer::toggle_math() {
  depth_in_math_ = depth_in_math_ > 0 ? 0 : 1;
  has_delimiters_ = true;
  widen(Gap::Space);
}

void Lexer::skip_empty_group() {
  if (rest().starts_with("{}")) at_ += 2;
}

Tokens lex(Arena& arena, std::string_view text, const MathPolicy& policy) {
  return Lexer(arena, text, policy).run();
}

}  // namespace r1::math
