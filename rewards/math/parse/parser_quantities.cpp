// Units, currencies, degrees, counted things, and words as names.
#include <algorithm>

#include "rewards/math/parse/lexer_scan.h"
#include "rewards/math/parse/parser_rules.h"
#include "rewards/math/vocabulary/units.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

struct Scale {
  std::string_view word;
  int zeros;
};
constexpr Scale kScales[] = {
    {"hundred", 2}, {"thousand", 3}, {"million", 6}, {"billion", 9}, {"trillion", 12}};

int zeros_of(std::string_view word) {
  const auto* found = std::ranges::find_if(kScales, [&](const Scale& scale) {
    return scale.word == word ||
           (word.size() == scale.word.size() + 1 && word.starts_with(scale.word) && word.back() == 's');
  });
  return found == std::end(kScales) ? 0 : found->zeros;
}

// Words in brackets behind a number that only say what was counted: none of those that change the number.
bool is_remark(std::string_view words) {
  constexpr std::string_view kChanging[] = {"not",      "no",      "less",  "more",    "percent", "million",
                                            "thousand", "hundred", "dozen", "billion", "half",    "minus",
                                            "plus",     "times",   "or",    "and",     "if",      "except",
                                            "about",    "mod",     "base",  "before",  "ago"};
  std::string word;
  for (const char c : std::string(words) + " ") {
    if (scan::is_letter(c))
      word += static_cast<char>(c | 0x20);
    else if (c != ' ' && c != '-' && c != '\'' && c != '.')
      return false;
    else if (std::ranges::find(kChanging, word) != std::end(kChanging))
      return false;
    else
      word.clear();
  }
  return words.size() > 1;
}

// "a parallelogram" counts nothing.
bool holds_number(const Node* node) {
  return node->kind == Kind::Number || std::ranges::any_of(node->args, holds_number);
}

bool is_word_like(TokenKind kind) {
  return kind == TokenKind::Word || kind == TokenKind::Letter || kind == TokenKind::Relation ||
         kind == TokenKind::If || kind == TokenKind::Minus || kind == TokenKind::Prime ||
         kind == TokenKind::Dot;
}

}  // namespace

// value°: with minutes and seconds of arc when they follow, with C or F a temperature.
const Node* Parser::degrees(const Node* value) {
  if ((is_letter("C") || is_letter("F")) && !is(TokenKind::Underscore, 1)) {
    return make(Kind::Quantity,
                {value, arena_.text(Kind::Unit, *find_unit(take().text == "C" ? "°C" : "°F"))});
  }
  if ((is(TokenKind::Text) || is(TokenKind::Roman)) && (peek().text == "C" || peek().text == "F")) {
    return make(Kind::Quantity,
                {value, arena_.text(Kind::Unit, *find_unit(take().text == "C" ? "°C" : "°F"))});
  }
  Nodes parts = {value};
  if (is(TokenKind::Digits) && is_minute_mark(1)) {
    const Node* minutes = literal(take().text);
    take_mark();
    parts.push_back(make(Kind::Div, {minutes, arena_.integer(60)}));
  }
  if (begins_number() && is_second_mark(is(TokenKind::Dot, 1) ? 3 : 1)) {
    const Node* seconds = decimal();
    take_mark();
    parts.push_back(make(Kind::Div, {seconds, arena_.integer(3600)}));
  }
  const Node* sum = parts.size() == 1 ? value : make(Kind::Add, parts);
  return make(Kind::Quantity, {sum, arena_.text(Kind::Unit, "degree")});
}

// ′, ' or ^\prime
bool Parser::is_minute_mark(size_t ahead) const {
  if (is(TokenKind::Caret, ahead)) ahead += is_open(Bracket::Brace, ahead + 1) ? 2 : 1;
  return is(TokenKind::Prime, ahead) && peek(ahead).value == 1;
}

bool Parser::is_second_mark(size_t ahead) const {
  if (is(TokenKind::Caret, ahead)) ahead += is_open(Bracket::Brace, ahead + 1) ? 2 : 1;
  return is(TokenKind::Quote, ahead) ||
         (is(TokenKind::Prime, ahead) && (peek(ahead).value == 2 || is(TokenKind::Prime, ahead + 1)));
}

void Parser::take_mark() {
  const bool script = accept(TokenKind::Caret);
  const bool braced = script && is_open(Bracket::Brace);
  if (braced) take();
  while (is(TokenKind::Prime) || is(TokenKind::Quote)) take();
  if (braced) expect_close(Bracket::Brace);
}

// 3600' or 3600'' alone: minutes and seconds of arc. 5'10" is a length in feet here and there: no reading.
const Node* Parser::arc_minutes(const Node* value) {
  const bool seconds = is_second_mark(0);
  take_mark();
  if (begins_number()) fail("feet or minutes");
  return make(Kind::Quantity, {value, arena_.text(Kind::Unit, seconds ? "arcsec" : "arcmin")});
}

// $5, \$5.40, €3 million, \$5 per hour.
const Node* Parser::currency() {
  const Token token = take();
  const bool negative = accept(TokenKind::Minus);
  const Node* value = factor();
  if (const Node* scaled = scale_word(value)) value = scaled;
  const Node* money = arena_.text(Kind::Unit, token.text);
  const Node* per = rate();
  const Node* quantity = make(Kind::Quantity, {value, per ? make(Kind::Div, {money, per}) : money});
  return negative ? make(Kind::Neg, {quantity}) : quantity;
}

// "per hour", "/hour" behind a currency; none when no rate follows.
const Node* Parser::rate() {
  if (!is(TokenKind::Word) && !is(TokenKind::Text) && !is(TokenKind::Slash)) return nullptr;
  if (is(TokenKind::Slash) && is(TokenKind::Text, 1)) {  // /\text{hour}
    const std::optional<UnitPhrase> phrase = read_unit_phrase(scan::trim(peek(1).text));
    if (!phrase || phrase->units.empty() || phrase->bytes != scan::trim(peek(1).text).size()) return nullptr;
    take(), take();
    return unit_node(phrase->units, 1);
  }
  const bool text = is(TokenKind::Text);
  const std::string_view rest = text ? scan::trim(peek().text) : source_.substr(peek().at);
  const size_t skip = rest.starts_with("per ") ? 4 : rest.starts_with("/") ? 1 : 0;
  if (skip == 0) return nullptr;
  const std::optional<UnitPhrase> phrase = read_unit_phrase(rest.substr(skip));
  if (!phrase || phrase->units.empty()) return nullptr;
  if (text) {
    if (skip + phrase->bytes != rest.size()) return nullptr;
    take();
  } else if (!skip_source(peek().at + skip + phrase->bytes)) {
    return nullptr;
  }
  return unit_node(phrase->units, 1);
}

// Moves to the token that begins at or behind `end`; false when one stands across it.
bool Parser::skip_source(size_t end) {
  size_t next = at_;
  while (tokens_[next].kind != TokenKind::End && tokens_[next].at < end) ++next;
  if (next > at_ && tokens_[next - 1].end > end) return false;
  at_ = next;
  return true;
}

const Node* Parser::scale_word(const Node* value) {
  if (!is(TokenKind::Word) && !is(TokenKind::Text)) return nullptr;
  const int zeros = zeros_of(scan::trim(peek().text));
  if (zeros == 0 || value->kind != Kind::Number) return nullptr;
  take();
  return make(Kind::Mul, {value, make(Kind::Pow, {arena_.integer(10), arena_.integer(zeros)})});
}

bool Parser::unit_may_follow() const {
  switch (peek().kind) {
    case TokenKind::Currency:
    case TokenKind::Word:
    case TokenKind::Text:
      return true;
    case TokenKind::Letter:
      return !latex_ && peek().gap != Gap::None && is(TokenKind::Slash, 1);
    case TokenKind::Open:
      return is(TokenKind::Word, 1) && is_open(Bracket::Round);
    case TokenKind::Frac:
      return is(TokenKind::Text, 2);
    default:
      return false;
  }
}

// The product so far with what follows it: a currency, a unit, counted things. None when none follows.
const Node* Parser::with_unit(const Node* value) {
  if (is(TokenKind::Currency) && value->kind != Kind::Quantity) {
    return make(Kind::Quantity, {value, arena_.text(Kind::Unit, take().text)});
  }
  if (is(TokenKind::Letter)) return letter_units(value);
  if (is_open(Bracket::Round) && is(TokenKind::Word, 1)) return bracketed_noun(value);
  if (is(TokenKind::Frac)) return fraction_unit(value);
  if (!is(TokenKind::Word) && !is(TokenKind::Text)) return nullptr;
  if (value->kind == Kind::Quantity) return nullptr;
  if (const Node* scaled = scale_word(value)) {
    const Node* quantity = with_unit(scaled);
    return quantity ? quantity : scaled;
  }
  if (const size_t length = percent_words()) {
    for (size_t i = 0; i < length; ++i) take();
    return make(Kind::Percent, {value});
  }
  if (const Node* number_in_base = base_words(value)) return number_in_base;
  if (const Node* unit = unit_phrase()) return compound(make(Kind::Quantity, {value, unit}));
  if (!holds_number(value)) return nullptr;
  if (const Node* noun = counted_noun()) return make(Kind::Quantity, {value, noun});
  return nullptr;
}

// How many tokens from here on say "percent"; 0 when none does.
size_t Parser::percent_words() const {
  const std::string_view first = scan::trim(peek().text);
  const std::string_view second = is(TokenKind::Word, 1) ? peek(1).text : std::string_view{};
  if ((first == "per" && second == "cent") || (first == "pour" && second == "cent") ||
      (first == "por" && (second == "ciento" || second == "cento")))
    return 2;
  constexpr std::string_view kPercent[] = {"percent",  "per cent",  "Prozent", "процент",
                                           "процента", "процентов", "pct"};
  return std::ranges::find(kPercent, first) != std::end(kPercent) ? 1 : 0;
}

// "345 base 6", "345 in base 6", 345\text{ (base 6)}.
const Node* Parser::base_words(const Node* value) {
  if (value->kind != Kind::Number || value->number->pointed || value->number->scientific) return nullptr;
  std::string base;
  if (is(TokenKind::Text)) {
    std::string_view words = scan::trim(peek().text);
    if (words.starts_with('(') && words.ends_with(')')) words = words.substr(1, words.size() - 2);
    if (words.starts_with("in ")) words.remove_prefix(3);
    if (!words.starts_with("base ")) return nullptr;
    base = std::string(scan::trim(words.substr(5)));
    if (base.empty() || base.size() > 3 || base.find_first_not_of("0123456789") != std::string::npos)
      return nullptr;
    take();
  } else {
    const size_t skip = peek().text == "in" ? 1 : 0;
    if (peek(skip).text != "base" || !is(TokenKind::Digits, skip + 1)) return nullptr;
    for (size_t i = 0; i <= skip; ++i) take();
    base = std::string(take().text);
  }
  return make({.kind = Kind::BaseNumber, .args = Nodes{literal(base)}, .text = value->number->digits});
}

// "apples", "\text{ different ways}": a noun after a number. Its key is the noun behind '#', which no unit of the table has.
const Node* Parser::counted_noun() {
  std::string_view words;
  size_t end = at_;
  if (is(TokenKind::Text)) {
    words = scan::trim(peek().text);
    while (words.ends_with('.')) words.remove_suffix(1);
    end = at_ + 1;
  } else {
    while (is_word_like(tokens_[end].kind)) ++end;
    words = scan::trim(source_.substr(peek().at, tokens_[end - 1].end - peek().at));
  }
  if (words.size() > kMaxUnitText || !is_count_noun(words)) return nullptr;
  at_ = end;
  return arena_.text(Kind::Unit, "#" + normalise_text(words));
}

// "9 (apples)"
const Node* Parser::bracketed_noun(const Node* value) {
  if (peek(1).text == "base" && is(TokenKind::Digits, 2) && is_close(Bracket::Round, 3) &&
      value->kind == Kind::Number) {
    take();
    const Node* number_in_base = base_words(value);
    take();
    return number_in_base;
  }
  size_t end = 1;
  while (is_word_like(peek(end).kind)) ++end;
  if (!is_close(Bracket::Round, end) || value->kind == Kind::Quantity) return nullptr;
  const std::string_view words = source_.substr(peek(1).at, peek(end).at - peek(1).at);
  const std::optional<UnitPhrase> phrase = read_unit_phrase(words);
  const Node* unit =
      phrase && phrase->bytes == words.size() ? unit_node(phrase->units, power_of_generic(words)) : nullptr;
  if (!unit && (is_count_noun(words) || is_remark(words)))
    unit = arena_.text(Kind::Unit, "#" + normalise_text(words));
  if (!unit) return nullptr;
  for (size_t i = 0; i <= end; ++i) take();
  return make(Kind::Quantity, {value, unit});
}

// A name in words before a relation: \text{Area} = 5.
const Node* Parser::text_operand() {
  std::string name;
  while ((is(TokenKind::Word) || is(TokenKind::Text) || is(TokenKind::Letter)) && name.size() < 64) {
    if (!name.empty()) name += ' ';
    name += normalise_text(take().text);
  }
  if (name.size() == 1) return arena_.symbol(name);
  if (!is(TokenKind::Relation) || name.empty()) fail("words where an operand is expected");
  return arena_.symbol(arena_.keep(name));
}

}  // namespace r1::math
