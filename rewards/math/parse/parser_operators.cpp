// Sums, products, signs and powers.
#include <algorithm>

#include "rewards/math/parse/parser_rules.h"

namespace r1::math {
namespace {

bool holds_symbol(const Node* node) {
  return node->kind == Kind::Symbol || std::ranges::any_of(node->args, holds_symbol);
}

bool is_set(const Node* node) {
  switch (node->kind) {
    case Kind::Set:
    case Kind::NamedSet:
    case Kind::Interval:
    case Kind::Union:
    case Kind::Intersection:
    case Kind::Difference:
    case Kind::SetBuilder:
      return true;
    default:
      return false;
  }
}

}  // namespace

const Node* Parser::set_operation() {
  const Node* left = sum();
  if (is(TokenKind::Mod)) {  // a + b \bmod n is the remainder of the sum
    take();
    left = call(Function::Mod, {left, term()});
    if (is(TokenKind::Plus) || is(TokenKind::Minus) || is(TokenKind::Mod)) fail("a term behind a modulus");
  }
  while (is(TokenKind::Cup) || is(TokenKind::Cap) || is(TokenKind::SetMinus)) {
    const TokenKind operation = peek().kind;
    const Kind kind = operation == TokenKind::Cup   ? Kind::Union
                      : operation == TokenKind::Cap ? Kind::Intersection
                                                    : Kind::Difference;
    Nodes parts = {left};
    while (is(operation)) {
      take();
      parts.push_back(sum());
      if (kind == Kind::Difference) parts = {make(kind, parts)};
    }
    left = kind == Kind::Difference ? parts.front() : make(kind, parts);
  }
  return left;
}

const Node* Parser::sum() {
  Nodes terms = {signed_term()};
  while (is(TokenKind::Plus) || is(TokenKind::Minus) || is(TokenKind::PlusMinus)) {
    const Token sign = take();
    if (sign.kind == TokenKind::Minus && sign.value == 1) fail("a dash between values");
    const Node *next = is(TokenKind::Minus) || is(TokenKind::Plus) ? fail("two signs in a row"),
               nullptr                                             : term();
    if (sign.kind == TokenKind::Plus)
      terms.push_back(next);
    else if (sign.kind == TokenKind::PlusMinus)
      terms.push_back(make({.kind = Kind::PlusMinus, .flipped = sign.value == 1, .args = Nodes{next}}));
    else if (terms.size() == 1 && (is_set(next) || is_set(terms[0])))
      terms = {make(Kind::Difference, {terms[0], next})};
    else
      terms.push_back(make(Kind::Neg, {next}));
  }
  return terms.size() == 1 ? terms.front() : make(Kind::Add, terms);
}

const Node* Parser::signed_term() {
  if (is(TokenKind::Plus)) {
    take();
    return term();
  }
  if (is(TokenKind::Minus)) {
    take();
    if (is(TokenKind::Minus)) fail("two signs in a row");
    return make(Kind::Neg, {term()});
  }
  if (is(TokenKind::PlusMinus)) {
    const bool flipped = take().value == 1;
    const Node* value = term();
    return make({.kind = Kind::PlusMinus, .flipped = flipped, .args = Nodes{value}});
  }
  return term();
}

// Left to right: a / b \cdot c is (a / b) c.
const Node* Parser::term() {
  Nodes factors = {factor()};
  bool after_slash = false;
  while (true) {
    if (is(TokenKind::Times)) {
      take();
      factors.push_back(signed_factor());
      after_slash = false;
    } else if (is(TokenKind::Slash)) {
      take();
      const Node* above = product(factors);
      const Node* below = signed_factor();
      if (above->kind == Kind::Quantity && unit_may_follow()) below = measured(below);
      factors = {make(Kind::Div, {above, below})};
      after_slash = true;
    } else if (unit_may_follow() && attach_unit(factors)) {
      after_slash = false;
    } else if (begins_factor()) {
      factors.push_back(juxtaposed(factors.back(), after_slash));
    } else {
      break;
    }
  }
  return product(factors);
}

// The unit of what was read so far; behind a factor that has one, of the last factor only.
bool Parser::attach_unit(Nodes& factors) {
  const bool has_unit =
      std::ranges::any_of(factors, [](const Node* node) { return node->kind == Kind::Quantity; });
  const Node* quantity = with_unit(has_unit ? factors.back() : product(factors));
  if (!quantity) return false;
  if (has_unit)
    factors.back() = quantity;
  else
    factors = {quantity};
  return true;
}

const Node* Parser::measured(const Node* value) {
  const Node* quantity = with_unit(value);
  return quantity ? quantity : value;
}

// The next factor, without a sign between.
const Node* Parser::juxtaposed(const Node* last, bool after_slash) {
  if (after_slash && last->kind == Kind::Div && last->args[1]->kind != Kind::Number) {
    fail("a product behind a slash may belong below it or not");
  }
  const bool glued = is(TokenKind::Letter) && peek().gap == Gap::None;
  if (after_slash && glued && last->kind == Kind::Div && holds_symbol(last->args[0])) {
    fail("a product behind a slash may belong below it or not");  // x/2y
  }
  if (!mixes_with(last, peek())) fail("a number behind a factor");
  const bool angle =
      last->kind == Kind::Quantity && last->args[1]->kind == Kind::Unit && last->args[1]->text == "degree";
  if (angle && is(TokenKind::Letter)) return factor();  // 180^\circ k
  if (last->kind == Kind::Percent || last->kind == Kind::Quantity) fail("a factor behind a unit");
  const bool grouped = is_open(Bracket::Brace) || is(TokenKind::Boxed);
  const Node* next = factor();
  if (grouped && last->kind == Kind::Number && next->kind == Kind::Number)
    fail("digits side by side");  // 1{5}
  return next;
}

bool Parser::begins_factor() const {
  switch (peek().kind) {
    case TokenKind::Letter:
      return !(scope_.integrand && is_letter("d") && is(TokenKind::Letter, 1));
    case TokenKind::Digits:
    case TokenKind::Function:
    case TokenKind::Constant:
    case TokenKind::Vulgar:
    case TokenKind::Frac:
    case TokenKind::Sqrt:
    case TokenKind::Root:
    case TokenKind::Binomial:
    case TokenKind::Begin:
    case TokenKind::Overline:
    case TokenKind::Vector:
    case TokenKind::Hat:
    case TokenKind::Bold:
    case TokenKind::Boxed:
    case TokenKind::Sum:
    case TokenKind::Product:
    case TokenKind::Integral:
    case TokenKind::Limit:
      return true;
    case TokenKind::Dot:
      return begins_number();
    case TokenKind::Bar:
      return peek().side == Side::Left ||
             (!scope_.bar_closes && !scope_.bar_separates && peek().side != Side::Right);
    case TokenKind::Open: {
      if (peek().value == static_cast<uint8_t>(Bracket::Square)) return !scope_.square_closes;
      if (is_open(Bracket::Round) && is(TokenKind::ParenMod, 1)) return false;
      return peek().value != static_cast<uint8_t>(Bracket::Set);
    }
    default:
      return false;
  }
}

// A number may follow only where it cannot be a lost exponent or another number: 2^3 3^2, (2)(3) but not x 2 or 3 4.
bool Parser::mixes_with(const Node* last, const Token& next) const {
  if (next.kind == TokenKind::Vulgar) return last->kind != Kind::Number && next.gap == Gap::None;
  if (is_open(Bracket::Brace) && (is(TokenKind::Digits, 1) || is(TokenKind::Dot, 1)))
    return false;  // 2{3} prints as 23
  if (next.kind != TokenKind::Digits && next.kind != TokenKind::Dot) return true;
  const TokenKind before = tokens_[at_ - 1].kind;
  const bool is_power = is(TokenKind::Caret, 1) || is(TokenKind::Superscript, 1);
  if (is_power && last->kind == Kind::Pow) return before != TokenKind::Digits || next.gap != Gap::None;
  const bool factorials =
      last->kind == Kind::Call && last->function == Function::Factorial && before == TokenKind::Bang;
  const bool imaginary =
      last->kind == Kind::Constant && last->constant == Constant::I && next.gap == Gap::None;
  return factorials || imaginary;  // 3!7!, 3 + i4
}

const Node* Parser::signed_factor() {
  if (is(TokenKind::Minus)) {
    take();
    return make(Kind::Neg, {factor()});
  }
  if (is(TokenKind::Plus)) take();
  return factor();
}

const Node* Parser::factor() {
  const Node* node = postfix(primary());
  return node;
}

const Node* Parser::postfix(const Node* base) {
  while (true) {
    if (is(TokenKind::Bang)) {
      take();
      const bool twice = is(TokenKind::Bang) && peek().gap == Gap::None;
      if (twice) take();
      base = call(twice ? Function::DoubleFactorial : Function::Factorial, {base});
    } else if (is(TokenKind::Percent)) {
      const bool per_mille = take().value == 1;
      base = make(Kind::Percent, {per_mille ? make(Kind::Div, {base, arena_.integer(10)}) : base});
    } else if (is(TokenKind::Caret)) {
      base = power(base);
    } else if (is(TokenKind::Superscript)) {
      base = superscript(base, take().text);
    } else if (is(TokenKind::Degree) || (is(TokenKind::Circle) && peek().gap == Gap::None)) {
      take();
      base = degrees(base);
    } else if ((is(TokenKind::Prime) || is(TokenKind::Quote)) && base->kind == Kind::Number &&
               peek().gap == Gap::None) {
      base = arc_minutes(base);
    } else if (is(TokenKind::Prime) && (base->kind == Kind::Matrix || base->kind == Kind::Tuple)) {
      take();
      base = call(Function::Transpose, {base});
    } else {
      return base;
    }
  }
}

const Node* Parser::power(const Node* base) {
  take();  // the caret
  if (is_open(Bracket::Brace) && (is(TokenKind::Circle, 1) || is(TokenKind::Degree, 1)) &&
      is_close(Bracket::Brace, 2)) {
    take(), take(), take();
    return degrees(base);
  }
  const bool letter_o = base->kind == Kind::Number && is_letter("o");  // "60^o"
  if (is(TokenKind::Circle) || is(TokenKind::Degree) || letter_o) {
    take();
    return degrees(base);
  }
  const bool array = base->kind == Kind::Matrix || base->kind == Kind::Tuple;
  const bool t_group = is_open(Bracket::Brace) && (is_letter("T", 1) || is(TokenKind::Transposed, 1)) &&
                       is_close(Bracket::Brace, 2);
  if (array && (t_group || is_letter("T") || is(TokenKind::Transposed))) {
    if (t_group) take(), take();
    take();
    return call(Function::Transpose, {base});
  }
  if (is(TokenKind::Transposed)) {
    take();
    return call(Function::Transpose, {base});
  }
  const bool braced = is(TokenKind::Open);
  const Node* power = exponent();
  if (!braced && is(TokenKind::Bang)) fail("a factorial behind an exponent without braces");
  const bool one = !braced && power->kind == Kind::Number && power->number->digits == "1";
  if (one && is(TokenKind::Slash)) fail("a slash behind the exponent 1");  // x^1/2 means a root
  return make(Kind::Pow, {base, power});
}

const Node* Parser::exponent() {
  const Deeper deeper(*this);
  if (is_open(Bracket::Brace)) return group();
  if (is(TokenKind::Minus) || is(TokenKind::Plus)) {
    const bool negative = take().kind == TokenKind::Minus;
    const Node* value = exponent();
    return negative ? make(Kind::Neg, {value}) : value;
  }
  if (is_open(Bracket::Round)) {
    take();
    const Scope outer = scope_;
    scope_ = {};
    const Node* value = sum();
    scope_ = outer;
    expect_close(Bracket::Round);
    return value;
  }
  const Node* value = nullptr;
  if (is(TokenKind::Digits)) {
    const Token digits = take();
    if (latex_ && digits.text.size() > 1) repair("more than one digit behind '^' without braces");
    if (is(TokenKind::Dot) && peek().gap == Gap::None && is(TokenKind::Digits, 1) &&
        peek(1).gap == Gap::None) {
      take();
      const std::string both = std::string(digits.text) + std::string(peek().text);
      value = literal(both, -static_cast<int64_t>(take().text.size()), 0, true);
    } else {
      value = literal(digits.text);
    }
  } else {
    value = primary();
  }
  if (is(TokenKind::Caret) && !latex_) {
    take();
    return make(Kind::Pow, {value, exponent()});
  }
  return value;
}

// A run of superscripts, as its ASCII spelling.
const Node* Parser::superscript(const Node* base, std::string_view text) {
  if (text == "T") return call(Function::Transpose, {base});
  return make(Kind::Pow, {base, script_value(text)});
}

const Node* Parser::script_value(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string_view::npos) {
    const Node* value = literal(digits);
    return negative ? make(Kind::Neg, {value}) : value;
  }
  Parser inner(arena_, text, lex(arena_, text, policy_).list, false, policy_);  // n + 1
  return inner.whole();
}

// {...}: one expression, with its own scope.
const Node* Parser::group() {
  take();
  const Scope outer = scope_;
  scope_ = {};
  scope_.integrand = outer.integrand;
  const bool only_dx =
      outer.integrand && is_letter("d") && is(TokenKind::Letter, 1) && is_close(Bracket::Brace, 2);
  const Node* value = only_dx ? arena_.integer(1) : relation();
  if (outer.integrand && is_letter("d") && is(TokenKind::Letter, 1) && is_close(Bracket::Brace, 2)) {
    take();
    integrand_variable_ = take().text;
  }
  if (is(TokenKind::Over) || is(TokenKind::Choose)) {
    const bool over = take().kind == TokenKind::Over;
    const Node* below = relation();
    value = over ? make(Kind::Div, {value, below}) : call(Function::Binomial, {value, below});
  }
  if (is(TokenKind::Comma)) {  // {a, b} without backslashes inside of a formula
    Nodes items = {value};
    while (accept(TokenKind::Comma)) items.push_back(relation());
    value = make(Kind::List, items);
  }
  scope_ = outer;
  expect_close(Bracket::Brace);
  return value;
}

const Node* Parser::argument() {
  if (is_open(Bracket::Brace)) return group();
  if (is(TokenKind::Digits)) {  // the lexer gives the digits of \frac12 one by one
    const Token token = take();
    if (token.text.size() > 1) repair("more than one digit without braces");
    return literal(token.text);
  }
  if (is(TokenKind::Letter) || is(TokenKind::Constant) || is(TokenKind::Frac) || is(TokenKind::Sqrt) ||
      is(TokenKind::Bold))
    return primary();
  fail("a command without argument");
}

}  // namespace r1::math
