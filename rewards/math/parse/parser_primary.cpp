// What an operand can be: numbers, variables, fractions, roots, accents, absolute values.
#include <algorithm>

#include "rewards/math/parse/parser_rules.h"

namespace r1::math {

const Node* Parser::primary() {
  const Deeper deeper(*this);
  switch (peek().kind) {
    case TokenKind::Digits:
    case TokenKind::Dot:
      return number();
    case TokenKind::Vulgar:
      return vulgar(take().value);
    case TokenKind::Letter:
      return letter();
    case TokenKind::Constant:
      return arena_.constant(static_cast<Constant>(take().value));
    case TokenKind::NamedSet:
      return named_set();
    case TokenKind::Frac:
      return fraction();
    case TokenKind::Sqrt:
    case TokenKind::Root:
      return root();
    case TokenKind::Binomial: {
      take();
      const Node* n = argument();
      return call(Function::Binomial, {n, argument()});
    }
    case TokenKind::Open:
      return bracketed();
    case TokenKind::Close:  // ]1, 2[
      if (is_close(Bracket::Square)) return bracketed();
      break;
    case TokenKind::Bar:
    case TokenKind::DoubleBar:
      return absolute();
    case TokenKind::Overline:
    case TokenKind::Vector:
    case TokenKind::Hat:
    case TokenKind::Bold:
      return accent();
    case TokenKind::DotAccent:
      fail("a dot without a point before it");
    case TokenKind::Boxed:
      take();
      return is_open(Bracket::Brace) ? group() : primary();
    case TokenKind::Function:
      return function();
    case TokenKind::Sum:
    case TokenKind::Product:
      return big_operator();
    case TokenKind::Integral:
      return integral();
    case TokenKind::Limit:
      return limit();
    case TokenKind::Begin:
      return environment();
    case TokenKind::Currency:
      return currency();
    case TokenKind::Ellipsis:
      take();
      return make(Kind::Ellipsis, {});
    case TokenKind::Relation:
      if (peek().value == static_cast<uint8_t>(Relation::Less)) return angle();
      break;
    case TokenKind::Caret:  // {}^nC_k, after the empty group left no token
    case TokenKind::Underscore:
      return choice_count();
    case TokenKind::Figure:
      return figure();
    case TokenKind::Superscript:
      if (is(TokenKind::Slash, 1) && is(TokenKind::Subscript, 2)) return script_fraction();
      break;
    case TokenKind::Text:
    case TokenKind::Word:
      return text_operand();
    case TokenKind::End:
      fail("the answer ends too early");
    default:
      break;
  }
  fail("an operand is missing");
}

const Node* Parser::named_set() {
  const Token token = take();
  const Node* set = arena_.text(Kind::NamedSet, token.text);
  if (is(TokenKind::Caret) || is(TokenKind::Superscript)) {  // R^+, Z_{>0}
    const bool positive =
        is(TokenKind::Superscript)
            ? peek().text == "+"
            : is(TokenKind::Plus, 1) || (is_open(Bracket::Brace, 1) && is(TokenKind::Plus, 2));
    if (positive && token.text != "empty" && token.text != "C") {
      const bool braced = is_open(Bracket::Brace, 1) && is(TokenKind::Caret);
      const bool superscript = is(TokenKind::Superscript);
      for (int i = 0; i < (superscript ? 1 : braced ? 4 : 2); ++i) take();
      if (token.text == "R") {
        return make({.kind = Kind::Interval,
                     .open_lower = true,
                     .open_upper = true,
                     .args = Nodes{arena_.integer(0), arena_.constant(Constant::Infinity)}});
      }
      const Node* zero = arena_.integer(0);
      const Node* x = arena_.symbol("x");
      const Relation in[] = {Relation::In}, greater[] = {Relation::Greater};
      const Node* member = make({.kind = Kind::Compare, .args = Nodes{x, set}, .relations = in});
      const Node* above = make({.kind = Kind::Compare, .args = Nodes{x, zero}, .relations = greater});
      return make(Kind::SetBuilder, {x, member, above});
    }
  }
  return set;
}

const Node* Parser::letter() {
  const std::string_view name = peek().text;
  if (name == "m" && is(TokenKind::Figure, 1)) {  // m\angle A, the measure
    take();
    return figure();
  }
  const bool is_bound = std::ranges::find(bound_, name) != bound_.end();
  const bool has_index = is(TokenKind::Underscore, 1) || is(TokenKind::Subscript, 1);
  if (!is_bound && !has_index) {
    if (name == "e" || name == "i") {
      take();
      return arena_.constant(name == "e" ? Constant::E : Constant::I);
    }
    if (const Node* counted = combination()) return counted;
  }
  if (const Node* number_in_base = hex_number()) return number_in_base;
  if (const Node* counted = scripted_count()) return counted;
  return symbol(std::string(take().text));
}

// \angle ABC: a name.
const Node* Parser::figure() {
  const Token token = take();
  std::string name(source_.substr(token.at, token.end - token.at));
  std::erase(name, '\\');
  if (name == "∠" || name == "measuredangle") name = "angle";
  if (name == "△") name = "triangle";
  name += ' ';
  const size_t bare = name.size();
  while (is(TokenKind::Letter) && name.size() < 32) name += take().text;
  if (name.size() == bare) fail("a figure without a name");
  return arena_.symbol(name);
}

// A variable with its subscript and marks, or a function of its own applied to its arguments.
const Node* Parser::symbol(std::string name) {
  if (is(TokenKind::Underscore) || is(TokenKind::Subscript))
    name += "_" + subscript_name();
  else if (!latex_ && is(TokenKind::Digits) && peek().gap == Gap::None && name.size() == 1)
    name += "_" + std::string(take().text);  // x1
  size_t primes = 0;
  while (is(TokenKind::Prime) && peek().gap == Gap::None) primes += take().value;
  if (is(TokenKind::Caret) &&
      (is(TokenKind::Prime, 1) || (is_open(Bracket::Brace, 1) && is(TokenKind::Prime, 2)))) {  // f^{\prime}
    take();
    const bool braced = is_open(Bracket::Brace);
    if (braced) take();
    while (is(TokenKind::Prime)) primes += take().value;
    if (braced) expect_close(Bracket::Brace);
  }
  name.append(std::min<size_t>(primes, 8), '\'');
  if (const Node* node = applied(name)) return node;
  return arena_.symbol(name);
}

// The subscript as text without spaces: x_{n+1} is "n+1".
std::string Parser::subscript_name() {
  if (is(TokenKind::Subscript)) return std::string(take().text);
  take();
  std::string name;
  if (!is_open(Bracket::Brace)) {
    if (!is(TokenKind::Digits) && !is(TokenKind::Letter) && !is(TokenKind::Word) && !is(TokenKind::Text) &&
        !is(TokenKind::Constant))
      fail("a subscript without meaning");
    const Token token = take();
    if (token.kind == TokenKind::Digits && latex_ && token.text.size() > 1)
      repair("more than one digit behind '_' without braces");
    return std::string(token.kind == TokenKind::Constant ? source_.substr(token.at, token.end - token.at)
                                                         : token.text);
  }
  int depth = 0;
  do {
    if (is(TokenKind::End)) fail("a subscript is not closed");
    depth += is(TokenKind::Open) ? 1 : is(TokenKind::Close) ? -1 : 0;
    const Token token = take();
    const bool outer = (depth == 1 && token.kind == TokenKind::Open && name.empty()) || depth == 0;
    if (outer) continue;
    const bool own_text =
        token.kind == TokenKind::Letter || token.kind == TokenKind::Text || token.kind == TokenKind::Digits;
    name += own_text ? token.text : source_.substr(token.at, token.end - token.at);
    if (name.size() > 64) fail("a long subscript");
  } while (depth > 0);
  std::erase(name, ' ');
  return name;
}

// f(x), f^{-1}(x). f and g are functions; other letters only where the argument is a single name or number and the
// letter is one that functions have: P(x), but k(x + 1) and x(3) are products.
const Node* Parser::applied(const std::string& name) {
  const std::string_view head = std::string_view(name).substr(0, name.find_first_of("_'"));
  const bool always = head == "f" || head == "g" || name.ends_with('\'');
  const bool sometimes = head == "h" || head == "p" || head == "q" || head == "u" || head == "F" ||
                         head == "G" || head == "H" || head == "P" || head == "Q" || head == "T" ||
                         head == "phi";
  if (!always && !sometimes) return nullptr;
  std::string called = name;
  size_t ahead = 0;
  if (is(TokenKind::Caret) && is_open(Bracket::Brace, 1) && is(TokenKind::Minus, 2) &&
      is(TokenKind::Digits, 3) && peek(3).text == "1" && is_close(Bracket::Brace, 4) && always) {
    ahead = 5;
    called += "^-1";
  } else if (is(TokenKind::Superscript) && peek().text == "-1" && always) {
    ahead = 1;
    called += "^-1";
  }
  if (!is_open(Bracket::Round, ahead)) {
    if (ahead > 0) {
      for (size_t i = 0; i < ahead; ++i) take();
      return make({.kind = Kind::Symbol, .text = called});
    }
    return nullptr;
  }
  const bool one_name = (is(TokenKind::Letter, ahead + 1) || is(TokenKind::Digits, ahead + 1)) &&
                        is_close(Bracket::Round, ahead + 2);
  if (!always && !one_name) return nullptr;
  for (size_t i = 0; i < ahead; ++i) take();
  const Nodes values = arguments();
  return make({.kind = Kind::Call, .function = Function::Named, .args = values, .text = called});
}

const Node* Parser::fraction() {
  if (const Node* derived = derivative()) return derived;
  take();
  const Node* above = argument();
  return make(Kind::Div, {above, argument()});
}

const Node* Parser::root() {
  const Token token = take();
  const Node* index = arena_.integer(token.kind == TokenKind::Root ? token.value : 2);
  if (token.kind == TokenKind::Sqrt && is_open(Bracket::Square) && !(token.value == 1)) {
    take();
    index = sum();
    expect_close(Bracket::Square);
  }
  const bool plain = token.kind == TokenKind::Root || token.value == 1;
  const Node* radicand = nullptr;
  if (!plain || is_open(Bracket::Brace)) {
    radicand = argument();
  } else if (is_open(Bracket::Round)) {
    radicand = bracketed();
  } else if (is(TokenKind::Digits) || is(TokenKind::Dot)) {
    radicand = decimal();
  } else {
    radicand = primary();
  }
  return call(Function::Root, {radicand, index});
}

const Node* Parser::accent() {
  const Token token = take();
  const bool braced = is_open(Bracket::Brace);
  if (token.kind == TokenKind::Hat && braced && is(TokenKind::Bold, 1)) {  // \hat{\mathbf{i}}
    take();
    const Node* inside = accent();
    expect_close(Bracket::Brace);
    return inside;
  }
  const size_t inner = braced ? 1 : 0;
  const bool one_letter = is(TokenKind::Letter, inner) && (!braced || is_close(Bracket::Brace, 2));
  const bool axis =
      one_letter && (peek(inner).text == "i" || peek(inner).text == "j" || peek(inner).text == "k");
  const bool is_set = one_letter && token.kind == TokenKind::Bold &&
                      (peek(inner).text == "R" || peek(inner).text == "Q" || peek(inner).text == "Z");
  if (is_set) {  // \mathbf{R}
    const Node* set = arena_.text(Kind::NamedSet, peek(inner).text);
    for (size_t i = 0; i < (braced ? 3u : 1u); ++i) take();
    return set;
  }
  if (token.kind == TokenKind::Bold && !one_letter) return braced ? group() : primary();
  if (token.kind == TokenKind::Overline) return overline();
  std::string name;
  if (braced) take();
  while (is(TokenKind::Letter) && name.size() < 16) name += take().text;
  if (name.empty()) fail("an accent without a letter");
  if (braced && !is_close(Bracket::Brace)) fail("an accent over an expression");
  if (braced) take();
  const std::string_view mark = axis || token.kind == TokenKind::Hat ? "hat_"
                                : token.kind == TokenKind::Vector    ? "vec_"
                                                                     : "";
  return symbol(std::string(mark) + name);
}

// \overline{z} is the conjugate, \overline{AB} a segment, \overline{abc} the number with these digits: both only names.
const Node* Parser::overline() {
  const bool braced = is_open(Bracket::Brace);
  size_t letters = 0;
  while (braced && is(TokenKind::Letter, 1 + letters)) ++letters;
  if (braced && letters >= 2 && is_close(Bracket::Brace, 1 + letters)) {
    std::string name = "bar_";
    take();
    while (is(TokenKind::Letter)) name += take().text;
    take();
    return arena_.symbol(name);
  }
  const bool z = is_letter("z", braced) || is_letter("w", braced) || letters != 1;
  if (braced ? letters == 1 && is_close(Bracket::Brace, 2) && !z : is(TokenKind::Letter) && !z) {
    if (braced) take();
    const std::string name = "bar_" + std::string(take().text);
    if (braced) take();
    return arena_.symbol(name);
  }
  if (is(TokenKind::Digits, braced) && (!braced || is_close(Bracket::Brace, 2)))
    fail("a line over digits without a point");
  return call(Function::Conjugate, {argument()});
}

const Node* Parser::absolute() {
  const Token opening = take();
  const Scope outer = scope_;
  scope_ = {};
  scope_.bar_closes = true;
  const Node* inside = relation();
  scope_ = outer;
  if (!is(opening.kind) && !(opening.side == Side::Left && is(TokenKind::Mid)))
    fail("an absolute value is not closed");
  take();
  return call(inside->kind == Kind::Matrix ? Function::Determinant : Function::Abs, {inside});
}

}  // namespace r1::math
