// Numbers in every notation: separators, repetition, exponents, mixed numbers, bases.
#include <algorithm>
#include <charconv>

#include "rewards/math/parse/parser_rules.h"

namespace r1::math {
namespace {

constexpr int64_t kMaxExponent = 1'000'000'000'000'000;

bool less_digits(std::string_view a, std::string_view b) {
  while (a.size() > 1 && a.front() == '0') a.remove_prefix(1);
  while (b.size() > 1 && b.front() == '0') b.remove_prefix(1);
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

bool is_zero(std::string_view digits) { return digits.find_first_not_of('0') == std::string_view::npos; }

// Saturates: an exponent of that size is compared, never expanded.
int64_t read_exponent(std::string_view digits, bool negative) {
  int64_t value = 0;
  for (char c : digits) value = std::min(value * 10 + (c - '0'), kMaxExponent);
  return negative ? -value : value;
}

bool is_integer_literal(const Node* node) {
  return node->kind == Kind::Number && !node->number->pointed && !node->number->scientific &&
         node->number->repeat == 0;
}

}  // namespace

const Node* Parser::literal(std::string_view digits, int64_t exponent, uint32_t repeat, bool pointed,
                            bool scientific) {
  const Decimal number{
      .digits = digits, .exponent = exponent, .repeat = repeat, .pointed = pointed, .scientific = scientific};
  return make({.kind = Kind::Number, .number = &number});
}

bool Parser::begins_number() const {
  if (is(TokenKind::Digits)) return true;
  return is(TokenKind::Dot) && peek(1).gap == Gap::None &&
         (is(TokenKind::Digits, 1) || is(TokenKind::Overline, 1) || is(TokenKind::DotAccent, 1));
}

const Node* Parser::number() {
  const Token first = peek();
  if (first.text == "0") refuse_base_prefix();
  const Node* value = decimal();
  if (value->kind != Kind::Number) return value;
  return mixed(value, first);
}

// Digits with separators, point, repetition and exponent; or digits with a base behind.
const Node* Parser::decimal() {
  std::string digits;
  int64_t exponent = 0;
  uint32_t repeat = 0;
  bool pointed = false, scientific = false;
  if (is(TokenKind::Digits)) {
    digits = take().text;
    thousands(digits);
  }
  const bool point =
      (is(TokenKind::Dot) || decimal_comma()) && peek().gap == Gap::None && peek(1).gap == Gap::None;
  if (point && (is(TokenKind::Digits, 1) || is(TokenKind::Overline, 1) || is(TokenKind::DotAccent, 1) ||
                is_open(Bracket::Round, 1))) {
    pointed = true;
    take();
    if (is(TokenKind::Digits)) {
      const Token token = take();
      digits += token.text;
      exponent = -static_cast<int64_t>(token.text.size());
      grouped_decimals(digits, exponent);
    }
    repetition(digits, exponent, repeat);
    if (is(TokenKind::Dot) && peek().gap == Gap::None && is(TokenKind::Digits, 1))
      fail("two points in a number");
  } else if (is(TokenKind::Dot) && peek().gap == Gap::None && !is(TokenKind::Digits, 1)) {
    take();  // "5." at the end of a phrase
  }
  if (digits.empty()) fail("a point without digits");
  if (const Node* number_in_base = based(digits, exponent, pointed)) return number_in_base;
  if (repeat == 0) scientific = scientific_exponent(digits, exponent);
  return literal(digits, exponent, repeat, pointed, scientific);
}

// The policy's comma: "3,14", "3{,}14".
bool Parser::decimal_comma() const {
  return policy_.comma_decimal && is(TokenKind::Comma) && peek().value <= 1 && is(TokenKind::Digits, 1);
}

// Under the policy's comma, how many groups of three stand behind points: 1 in "1.234,5", 2 in "1.234.567". None in "1.234", where
// the point may still be a decimal one.
size_t Parser::pointed_groups() const {
  if (!policy_.comma_decimal) return 0;
  const auto tight = [&](size_t ahead) {
    return peek(ahead).gap == Gap::None && peek(ahead + 1).gap == Gap::None &&
           is(TokenKind::Digits, ahead + 1);
  };
  size_t groups = 0;
  while (is(TokenKind::Dot, 2 * groups) && tight(2 * groups) && peek(2 * groups + 1).text.size() == 3)
    ++groups;
  const bool decimals = is(TokenKind::Comma, 2 * groups) && tight(2 * groups);
  return groups > 1 || decimals ? groups : 0;
}

// "1,234,567", "1{,}234", "1\,234", "1 234 567", "1'000'000". Groups of three behind one to three digits.
void Parser::thousands(std::string& digits) {
  if (digits.size() > 3 || (digits.front() == '0')) return;
  for (size_t groups = pointed_groups(); groups > 0; --groups) {
    take();
    digits += take().text;
  }
  while (true) {
    size_t ahead = 0;
    if (is(TokenKind::Comma)) {
      if (policy_.comma_decimal && peek().value == 0) return;
      const bool certain = peek().value == 1;
      const bool tight = peek().gap == Gap::None && peek(1).gap == Gap::None;
      if (!certain && !tight) return;
      const bool separates = scope_.bracketed && !scope_.spaced_commas &&
                             !(is(TokenKind::Digits, 1) && peek(1).text.front() == '0');
      if (!certain && separates) return;
      ahead = 1;
    } else if (is(TokenKind::Prime) && peek().value == 1 && peek().gap == Gap::None &&
               peek(1).gap == Gap::None) {
      ahead = 1;
    } else if (is(TokenKind::Digits) && peek().gap != Gap::Thin && peek().gap != Gap::Space) {
      return;
    }
    if (!is(TokenKind::Digits, ahead) || peek(ahead).text.size() != 3) return;
    if (is(TokenKind::Slash, ahead + 1) && ahead == 0) return;  // "2 345/346"
    if (ahead > 0) take();
    digits += take().text;
  }
}

// "3.141\,592": groups of three behind the point.
void Parser::grouped_decimals(std::string& digits, int64_t& exponent) {
  while (is(TokenKind::Digits) && peek().gap == Gap::Thin && -exponent % 3 == 0) {
    exponent -= static_cast<int64_t>(peek().text.size());
    digits += take().text;
  }
}

// What goes on for ever behind the point: \overline{3}, \dot{3}, (3), or an ellipsis behind three equal blocks.
void Parser::repetition(std::string& digits, int64_t& exponent, uint32_t& repeat) {
  const auto append = [&](std::string_view block) {
    digits += block;
    exponent -= static_cast<int64_t>(block.size());
  };
  if (is(TokenKind::Overline)) {
    take();
    const bool braced = is_open(Bracket::Brace);
    if (braced) take();
    if (!is(TokenKind::Digits)) fail("no digits under the line");
    const Token block = take();
    if (braced) expect_close(Bracket::Brace);
    append(block.text);
    repeat = static_cast<uint32_t>(block.text.size());
  } else if (is_open(Bracket::Round) && peek().gap == Gap::None && is(TokenKind::Digits, 1) &&
             is_close(Bracket::Round, 2)) {
    take();
    const Token block = take();
    take();
    append(block.text);
    repeat = static_cast<uint32_t>(block.text.size());
  } else if (is(TokenKind::DotAccent)) {
    dotted(digits, exponent, repeat);
  } else if (is(TokenKind::Ellipsis)) {
    take();
    repeat = repeated_block(digits, exponent);
    if (repeat == 0) fail("a decimal cut off by an ellipsis");
  } else if (exponent == 0 && digits.empty()) {
    fail("a point without digits");
  }
}

// 0.\dot{1}4285\dot{7}: from the first dotted digit to the second.
void Parser::dotted(std::string& digits, int64_t& exponent, uint32_t& repeat) {
  int dots = 0;
  while (is(TokenKind::DotAccent) || (dots == 1 && is(TokenKind::Digits))) {
    const bool dot = accept(TokenKind::DotAccent);
    const bool braced = dot && is_open(Bracket::Brace);
    if (braced) take();
    if (!is(TokenKind::Digits)) fail("no digit under the dot");
    const Token block = take();
    if (dot && block.text.size() > 1) repair("more than one digit under the dot");
    if (braced) expect_close(Bracket::Brace);
    digits += block.text;
    exponent -= static_cast<int64_t>(block.text.size());
    repeat += static_cast<uint32_t>(block.text.size());
    dots += dot;
    if (dots == 2) return;
    if (dots == 1 && is(TokenKind::Digits) && !dotted_digit_ahead()) return;
  }
}

bool Parser::dotted_digit_ahead() const { return is(TokenKind::DotAccent, 1); }

// The shortest block that stands at least three times at the end of the decimals; these are then taken off but one.
uint32_t Parser::repeated_block(std::string& digits, int64_t& exponent) {
  const size_t decimals = static_cast<size_t>(-exponent);
  for (size_t length = 1; length * 2 <= std::min<size_t>(decimals, 60); ++length) {
    const std::string_view tail = std::string_view(digits).substr(digits.size() - length);
    size_t times = 1;
    while ((times + 1) * length <= decimals &&
           std::string_view(digits).substr(digits.size() - (times + 1) * length, length) == tail)
      ++times;
    if (times < (length >= 3 ? 2u : 3u)) continue;
    if (is_zero(tail)) return 0;
    digits.resize(digits.size() - (times - 1) * length);
    exponent += static_cast<int64_t>((times - 1) * length);
    return static_cast<uint32_t>(length);
  }
  return 0;
}

// "1.2e5", "1E-20". "2e-3" in a formula is 2e - 3, and so is "2e - 3" everywhere.
bool Parser::scientific_exponent(std::string_view digits, int64_t& exponent) {
  if (!(is_letter("e") || is_letter("E")) || peek().gap != Gap::None || peek(1).gap != Gap::None)
    return false;
  const bool is_signed = is(TokenKind::Plus, 1) || is(TokenKind::Minus, 1);
  const size_t ahead = is_signed ? 2 : 1;
  if (!is(TokenKind::Digits, ahead) || peek(ahead).gap != Gap::None) return false;
  const bool certain =
      is_letter("E") || !is_signed || exponent < 0 || peek(ahead).text.size() > 1 || digits == "1";
  if (!certain && peek().math) return false;
  const bool negative = is(TokenKind::Minus, 1);
  take();
  if (is_signed) take();
  exponent = std::clamp(exponent + read_exponent(take().text, negative), -kMaxExponent, kMaxExponent);
  return true;
}

// An integer before a proper fraction of integers: 2\frac34, "2 3/4", 2 ¾. Not across a line.
const Node* Parser::mixed(const Node* whole_part, const Token& first) {
  if (!is_integer_literal(whole_part)) return whole_part;
  if (peek().gap == Gap::Newline) {
    if (is(TokenKind::Frac) || is(TokenKind::Vulgar))
      fail("a fraction on another line than its whole number");
    return whole_part;
  }
  const Node* part = nullptr;
  if (is(TokenKind::Vulgar)) {
    part = vulgar(take().value);
  } else if (is(TokenKind::Frac) && is_digit_fraction(0)) {
    part = fraction();
  } else if (is_open(Bracket::Brace) && is(TokenKind::Frac, 1) && is_digit_fraction(1)) {
    part = group();  // 2{\frac34}
  } else if (is(TokenKind::Superscript) && is(TokenKind::Slash, 1) && is(TokenKind::Subscript, 2)) {
    part = script_fraction();
  } else if (is(TokenKind::Digits) && peek().gap == Gap::Space && is(TokenKind::Slash, 1) &&
             is(TokenKind::Digits, 2)) {
    const Token above = take();
    take();
    const Token below = take();
    part = make(Kind::Div, {literal(above.text), literal(below.text)});
  } else {
    return whole_part;
  }
  // A group may hold more than its fraction: 2{\frac34 x}.
  const bool plain =
      part->kind == Kind::Div && part->args[0]->kind == Kind::Number && part->args[1]->kind == Kind::Number;
  if (!plain) fail("a number before a group");
  const bool proper = less_digits(part->args[0]->number->digits, part->args[1]->number->digits);
  if (!proper || first.text.front() == '0') fail("a number before an improper fraction");
  return make(Kind::Add, {whole_part, part});
}

// Whether the \frac at the cursor has digits only above and below.
bool Parser::is_digit_fraction(size_t ahead) const {
  ++ahead;
  for (int i = 0; i < 2; ++i) {
    const bool braced = is_open(Bracket::Brace, ahead);
    if (!is(TokenKind::Digits, ahead + braced)) return false;
    if (braced && !is_close(Bracket::Brace, ahead + 2)) return false;
    ahead += braced ? 3 : 1;
  }
  return true;
}

// ³⁄₇
const Node* Parser::script_fraction() {
  const Node* above = literal(take().text);
  take();
  return make(Kind::Div, {above, literal(take().text)});
}

const Node* Parser::vulgar(uint8_t value) {
  return make(Kind::Div, {arena_.integer(value / 16), arena_.integer(value % 16)});
}

// 1011_2, 1A_{16}, 0.0011_{2}, 1011_{\text{two}}; none when no base stands behind the digits.
const Node* Parser::based(std::string& digits, int64_t exponent, bool pointed) {
  size_t ahead = 0;
  std::string more;
  while ((is(TokenKind::Letter, ahead) || is(TokenKind::Digits, ahead)) && peek(ahead).gap == Gap::None &&
         ahead < 64) {
    const std::string_view text = peek(ahead).text;
    if (is(TokenKind::Letter, ahead) &&
        (text.size() > 1 || !((text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'f'))))
      break;
    more += text;
    ++ahead;
  }
  if (!is(TokenKind::Underscore, ahead) && !is(TokenKind::Subscript, ahead)) return nullptr;
  if (ahead > 0 && is(TokenKind::Letter, ahead - 1) && !letters_are_digits(ahead)) return nullptr;
  for (size_t i = 0; i < ahead; ++i) take();
  for (char& c : more) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  const Node* base = base_suffix();
  std::string text = digits + more;
  if (pointed) text.insert(text.size() - more.size() - static_cast<size_t>(-exponent), ".");
  if (text.starts_with('.')) text.insert(0, "0");
  return make({.kind = Kind::BaseNumber, .args = Nodes{base}, .text = text});
}

// In "2A_1" the letter is a variable with an index: its subscript must be a base of 11 or more.
bool Parser::letters_are_digits(size_t ahead) const {
  const bool braced = is_open(Bracket::Brace, ahead + 1);
  const Token& token = is(TokenKind::Subscript, ahead) ? peek(ahead) : peek(ahead + (braced ? 2 : 1));
  int base = 0;
  std::from_chars(token.text.data(), token.text.data() + token.text.size(), base);
  return base > 10 && base <= 36;
}

const Node* Parser::base_suffix() {
  if (is(TokenKind::Subscript)) {
    const Token token = take();
    if (token.text.find_first_not_of("0123456789") != std::string_view::npos)
      fail("a subscript without meaning");
    return literal(token.text);
  }
  take();  // the underscore
  const bool braced = is_open(Bracket::Brace);
  if (braced) take();
  const Node* base = nullptr;
  if (is(TokenKind::Digits))
    base = literal(take().text);
  else if (is(TokenKind::Letter))
    base = arena_.symbol(take().text);
  else if (const int value = base_in_words(); value > 0)
    base = arena_.integer(value);
  if (!base) fail("a base without meaning");
  if (braced) expect_close(Bracket::Brace);
  return base;
}

// "two", "ten", "hex": the words a base is given in.
int Parser::base_in_words() {
  static constexpr std::string_view kNames[] = {"two",    "three",    "four",     "five",    "six",
                                                "seven",  "eight",    "nine",     "ten",     "eleven",
                                                "twelve", "thirteen", "fourteen", "fifteen", "sixteen"};
  if (!is(TokenKind::Word) && !is(TokenKind::Text)) return 0;
  const auto* found = std::ranges::find(kNames, peek().text);
  if (found == std::end(kNames)) return 0;
  take();
  return static_cast<int>(found - std::begin(kNames)) + 2;
}

// 0x1F, 0b1011, 0o17 are a programmer's numbers and no product of 0 either: no reading.
void Parser::refuse_base_prefix() const {
  if (!is(TokenKind::Letter, 1) || peek(1).gap != Gap::None) return;
  const std::string_view mark = peek(1).text;
  const int base = mark == "x" ? 16 : mark == "b" ? 2 : mark == "o" ? 8 : 0;
  if (base == 0) return;
  std::string digits;
  size_t ahead = 2;
  for (; (is(TokenKind::Digits, ahead) || is(TokenKind::Letter, ahead)) && peek(ahead).gap == Gap::None;
       ++ahead) {
    for (char c : peek(ahead).text) {
      const char upper = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
      const int value = upper >= '0' && upper <= '9'   ? upper - '0'
                        : upper >= 'A' && upper <= 'F' ? upper - 'A' + 10
                                                       : 99;
      if (value >= base) return;
      digits += upper;
    }
  }
  if (digits.empty()) return;
  fail("a number with a programmer's prefix");
}

}  // namespace r1::math
