// Units behind values: phrases in words or \text, their powers, measures of several parts.
#include "rewards/math/parse/lexer_scan.h"
#include "rewards/math/parse/parser_rules.h"
#include "rewards/math/vocabulary/units.h"

namespace r1::math {

const Node* Parser::unit_node(const std::vector<UnitPower>& units, int power_of_generic) {
  Nodes parts;
  for (const UnitPower& power : units) {
    const Node* unit = arena_.text(Kind::Unit, power.key);
    parts.push_back(power.exponent == 1 ? unit : make(Kind::Pow, {unit, arena_.integer(power.exponent)}));
  }
  if (!parts.empty()) return product(parts);
  const Node* generic = arena_.text(Kind::Unit, "");
  return power_of_generic == 1 ? generic : make(Kind::Pow, {generic, arena_.integer(power_of_generic)});
}

// "5 m/s", "3 g/cm^3": letters with a slash that are units to the end; "5 m" stays a product.
const Node* Parser::letter_units(const Node* value) {
  if (peek().gap == Gap::None || latex_ || value->kind != Kind::Number || !is(TokenKind::Slash, 1))
    return nullptr;
  const std::string_view rest = source_.substr(peek().at);
  const std::optional<UnitPhrase> phrase = read_unit_phrase(rest);
  if (!phrase || phrase->units.size() < 2 || phrase->bytes != rest.size()) return nullptr;
  if (!skip_source(source_.size())) return nullptr;
  return make(Kind::Quantity, {value, unit_node(phrase->units, 1)});
}

// \frac{\text{km}}{\text{h}}
const Node* Parser::fraction_unit(const Node* value) {
  if (!is_open(Bracket::Brace, 1) || !is(TokenKind::Text, 2) || !is_close(Bracket::Brace, 3) ||
      !is_open(Bracket::Brace, 4) || !is(TokenKind::Text, 5)) {
    return nullptr;
  }
  take();
  Nodes parts;
  for (int i = 0; i < 2; ++i) {
    take();
    const Node* unit = unit_phrase();
    if (!unit) fail("a unit is expected");
    expect_close(Bracket::Brace);
    parts.push_back(unit);
  }
  return make(Kind::Quantity, {value, make(Kind::Div, parts)});
}

// A unit in words or \text with its powers and further factors; none when the words are no unit.
const Node* Parser::unit_phrase() {
  Nodes parts;
  bool below = false;
  while (true) {
    const Node* part = unit_part();
    if (!part) {
      if (parts.empty() || below) return nullptr;
      break;
    }
    if (below)
      parts = {make(Kind::Div, {product(parts), part})};
    else
      parts.push_back(part);
    below = is(TokenKind::Slash) && is(TokenKind::Text, 1);
    const bool times = is(TokenKind::Times) && is(TokenKind::Text, 1);
    if (below || times)
      take();
    else if (!is(TokenKind::Text) || !read_unit_phrase(scan::trim(peek().text)))
      break;
  }
  return product(parts);
}

const Node* Parser::unit_part() {
  if (is(TokenKind::Word)) {
    const std::optional<UnitPhrase> phrase = read_unit_phrase(source_.substr(peek().at));
    if (!phrase) return nullptr;
    const int square = power_of_generic(peek().text);
    return skip_source(peek().at + phrase->bytes) ? unit_node(phrase->units, square) : nullptr;
  }
  if (!is(TokenKind::Text)) return nullptr;
  const std::string_view content = scan::trim(peek().text);
  std::optional<UnitPhrase> phrase = read_unit_phrase(content);
  if (!phrase || phrase->bytes != content.size()) return nullptr;
  take();
  int generic = power_of_generic(content);
  if (const std::optional<int> power = unit_power()) {
    if (phrase->units.empty())
      generic *= *power;
    else
      phrase->units.back().exponent *= *power;
  }
  return unit_node(phrase->units, generic);
}

int Parser::power_of_generic(std::string_view words) const {
  const auto begins = [&](std::string_view word) { return words.starts_with(word); };
  return begins("square") || begins("sq") ? 2 : begins("cubic") || begins("cu ") ? 3 : 1;
}

// ^2, ^{-2}, ² behind a unit.
std::optional<int> Parser::unit_power() {
  std::string_view digits;
  bool negative = false;
  if (is(TokenKind::Superscript)) {
    digits = take().text;
  } else if (is(TokenKind::Caret)) {
    take();
    const bool braced = is_open(Bracket::Brace);
    if (braced) take();
    negative = accept(TokenKind::Minus);
    if (!is(TokenKind::Digits)) fail("the power of a unit");
    digits = take().text;
    if (braced) expect_close(Bracket::Brace);
  } else {
    return std::nullopt;
  }
  if (digits.starts_with('-')) {
    negative = true;
    digits.remove_prefix(1);
  }
  if (digits.size() != 1 || digits[0] < '1' || digits[0] > '9') fail("the power of a unit");
  return negative ? -(digits[0] - '0') : digits[0] - '0';
}

// "5 ft 3 in": the parts of one measure.
const Node* Parser::compound(const Node* quantity) {
  const Deeper deeper(*this);
  if (quantity->args[1]->kind != Kind::Unit) return quantity;
  if (is(TokenKind::And) && is(TokenKind::Digits, 1)) return joined_compound(quantity);
  if (!is(TokenKind::Digits)) return quantity;
  const Node* next = decimal();
  const Node* unit = unit_phrase();
  if (!unit || unit->kind != Kind::Unit) fail("a number behind a unit");
  if (!same_dimension({{quantity->args[1]->text, 1}}, {{unit->text, 1}})) fail("units that do not add up");
  return make(Kind::Add, {quantity, compound(make(Kind::Quantity, {next, unit}))});
}

// "2 hours and 30 minutes": parts of one measure when the units differ and convert. "2 km and 3 km" are two values.
const Node* Parser::joined_compound(const Node* quantity) {
  const size_t before = at_;
  take();
  const Node* value = literal(take().text);
  const Node* unit = unit_phrase();
  const std::string_view key = quantity->args[1]->text;
  if (unit && unit->kind == Kind::Unit && unit->text != key &&
      same_dimension({{key, 1}}, {{unit->text, 1}})) {
    return make(Kind::Add, {quantity, make(Kind::Quantity, {value, unit})});
  }
  at_ = before;
  return quantity;
}

}  // namespace r1::math
