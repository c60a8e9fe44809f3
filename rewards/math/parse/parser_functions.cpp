// Functions by name, sums, products, integrals, limits, derivatives.
#include <algorithm>
#include <utility>

#include "rewards/math/parse/lexer_scan.h"
#include "rewards/math/parse/parser_rules.h"
#include "rewards/math/vocabulary/units.h"

namespace r1::math {
namespace {

std::optional<Function> inverse_of(Function function) {
  switch (function) {
    case Function::Sin:
      return Function::Asin;
    case Function::Cos:
      return Function::Acos;
    case Function::Tan:
      return Function::Atan;
    case Function::Cot:
      return Function::Acot;
    case Function::Sec:
      return Function::Asec;
    case Function::Csc:
      return Function::Acsc;
    case Function::Sinh:
      return Function::Asinh;
    case Function::Cosh:
      return Function::Acosh;
    case Function::Tanh:
      return Function::Atanh;
    default:
      return std::nullopt;
  }
}

bool takes_several(Function function) {
  return function == Function::Gcd || function == Function::Lcm || function == Function::Min ||
         function == Function::Max;
}

bool is_minus_one(const Node* node) {
  return node->kind == Kind::Neg && node->args[0]->kind == Kind::Number &&
         node->args[0]->number->digits == "1" && node->args[0]->number->exponent == 0;
}

}  // namespace

// (a, b, ...) behind a function's name.
Parser::Nodes Parser::arguments() {
  take();
  const Scope outer = scope_;
  scope_ = {};
  scope_.bracketed = true;
  Nodes values = {relation()};
  while (accept(TokenKind::Comma) || accept(TokenKind::Semicolon)) values.push_back(relation());
  scope_ = outer;
  expect_close(Bracket::Round);
  return values;
}

const Node* Parser::function() {
  const Token token = take();
  Function function = static_cast<Function>(token.value);
  const Node* base = nullptr;
  const Node* exponent_of_call = nullptr;
  const bool glued_base = !latex_ && function == Function::LogUnstated && is(TokenKind::Digits) &&
                          peek().gap == Gap::None && is_open(Bracket::Round, 1);
  if (glued_base) base = literal(take().text);  // log2(8)
  while (is(TokenKind::Underscore) || is(TokenKind::Subscript) || is(TokenKind::Caret) ||
         is(TokenKind::Superscript)) {
    if (is(TokenKind::Subscript)) {
      base = literal(take().text);
    } else if (is(TokenKind::Underscore)) {
      take();
      base = log_base();
    } else if (is(TokenKind::Superscript)) {
      exponent_of_call = superscript(arena_.integer(1), take().text)->args[1];
    } else {
      take();
      exponent_of_call = exponent();
    }
  }
  if (base && function == Function::LogUnstated)
    function = Function::Log;
  else if (base && !takes_several(function))
    fail("a function with an index");
  if (exponent_of_call && is_minus_one(exponent_of_call)) {
    const std::optional<Function> inverse = inverse_of(function);
    if (!inverse) fail("a function to the power -1");
    function = *inverse;
    exponent_of_call = nullptr;
  }
  const Node* value = apply_function(function, base, token.text == "lg");
  return exponent_of_call ? make(Kind::Pow, {value, exponent_of_call}) : value;
}

const Node* Parser::log_base() {
  if (is_open(Bracket::Brace)) return group();
  if (is(TokenKind::Digits)) {
    const Token digits = take();
    if (latex_ && digits.text.size() > 1) repair("more than one digit behind '_' without braces");
    return literal(digits.text);
  }
  if (is(TokenKind::Letter) || is(TokenKind::Constant) || is(TokenKind::Frac)) return primary();
  fail("a base without meaning");
}

const Node* Parser::apply_function(Function function, const Node* base, bool decimal_log) {
  Nodes values;
  const bool several = takes_several(function) || function == Function::Mod;
  if (several && (is_open(Bracket::Round) || is_open(Bracket::Set) || is_open(Bracket::Brace))) {
    values = is_open(Bracket::Round) ? arguments() : set_items();
  } else {
    const Node* argument = function_argument();
    values = {argument};
    if (function == Function::LogUnstated && argument->kind == Kind::Tuple && argument->args.size() == 2) {
      function = Function::Log;  // log(x, base), as programs write it
      values.assign(argument->args.begin(), argument->args.end());
    } else if (argument->kind == Kind::Tuple || argument->kind == Kind::Interval) {
      fail("a function of several values");
    }
  }
  if (function == Function::Log && values.size() == 1) values.push_back(base ? base : arena_.integer(10));
  (void)decimal_log;
  return make({.kind = Kind::Call, .function = function, .args = values});
}

// \max\{a, b\}: the items of the set.
Parser::Nodes Parser::set_items() {
  const Node* set = is_open(Bracket::Brace) ? group() : bracketed();
  if (set->kind == Kind::Set || set->kind == Kind::List) return Nodes(set->args.begin(), set->args.end());
  return {set};
}

// Behind the name: one bracket, or numbers, variables and their powers as far as they are written side by side. A
// fraction or root only first. "\sin x/2" has no reading.
const Node* Parser::function_argument() {
  const Deeper deeper(*this);
  if (is_open(Bracket::Round) || is_open(Bracket::Brace) || is(TokenKind::Bar) || is(TokenKind::DoubleBar)) {
    return is_open(Bracket::Brace) ? group() : primary();
  }
  if (is_open(Bracket::Square) || is(TokenKind::Begin)) return primary();
  if (is(TokenKind::Minus)) {
    take();
    return make(Kind::Neg, {function_argument()});
  }
  if (is(TokenKind::Function)) return factor();
  Nodes factors;
  while (true) {
    const TokenKind kind = peek().kind;
    const bool simple = kind == TokenKind::Digits || kind == TokenKind::Dot || kind == TokenKind::Letter ||
                        kind == TokenKind::Constant || kind == TokenKind::Vulgar || kind == TokenKind::Bold ||
                        kind == TokenKind::Vector || kind == TokenKind::Hat;
    const bool numbers_so_far =
        std::ranges::all_of(factors, [](const Node* node) { return node->kind == Kind::Number; });
    const bool first_only = kind == TokenKind::Frac || kind == TokenKind::Sqrt || kind == TokenKind::Root ||
                            kind == TokenKind::Binomial || kind == TokenKind::Overline;
    if (!simple && !(first_only && numbers_so_far)) break;
    if (scope_.integrand && is_letter("d") && is(TokenKind::Letter, 1)) break;
    if (!factors.empty() && (kind == TokenKind::Digits || kind == TokenKind::Dot) &&
        !mixes_with(factors.back(), peek()))
      fail("a number behind a factor");
    factors.push_back(factor());
    if (factors.back()->kind == Kind::Quantity) break;  // \sin 30^\circ
  }
  if (factors.empty()) fail("a function without argument");
  if (is(TokenKind::Word) || is(TokenKind::Text)) {  // sin 30 degrees
    const auto unit = find_unit(scan::trim(peek().text));
    if (unit && is_angle(*unit)) factors = {measured(product(factors))};
  }
  const bool apart = peek().gap != Gap::None && peek(1).gap != Gap::None;
  const bool clear = is(TokenKind::Function, 1) || (apart && factors.size() == 1);  // ln 3/ln 2, sin x / x
  if (is(TokenKind::Slash) && !clear) fail("a slash behind a function's bare argument");
  return product(factors);
}

// The name that "_{k=1}" binds, and the value it starts from; `name` stays empty when there is no "=".
const Node* Parser::bound(std::string& name) {
  if (is(TokenKind::Letter)) name = std::string(peek().text);
  if (is(TokenKind::Constant)) name = std::string(source_.substr(peek().at, peek().end - peek().at));
  const bool equals = is(TokenKind::Relation, 1) && peek(1).value == static_cast<uint8_t>(Relation::Equal);
  const bool arrow = is(TokenKind::Arrow, 1);
  if (name.empty() || (!equals && !arrow)) fail("no bound variable");
  take();
  take();
  return sum();
}

const Node* Parser::big_operator() {
  const Function function = take().kind == TokenKind::Sum ? Function::Sum : Function::Product;
  std::string name;
  const Node* lower = nullptr;
  const Node* upper = nullptr;
  while (is(TokenKind::Underscore) || is(TokenKind::Caret)) {
    const bool below = take().kind == TokenKind::Underscore;
    if (!below) {
      upper = is_open(Bracket::Brace) ? group() : exponent();
      continue;
    }
    if (!is_open(Bracket::Brace)) fail("a sum without bounds");
    take();
    lower = bound(name);
    expect_close(Bracket::Brace);
  }
  if (!lower || !upper) fail("a sum without bounds");
  bound_.push_back(name);
  const Node* body = term();
  bound_.pop_back();
  return call(function, {body, arena_.symbol(name), lower, upper});
}

// \int_a^b body dx. A product of integrals is nested from the inside out.
const Node* Parser::integral() {
  if (take().value != 1) fail("a multiple integral");
  const Node* lower = nullptr;
  const Node* upper = nullptr;
  while (is(TokenKind::Underscore) || is(TokenKind::Caret)) {
    const bool below = take().kind == TokenKind::Underscore;
    (below ? lower : upper) = is_open(Bracket::Brace) ? group() : exponent();
  }
  if (!lower != !upper) fail("an integral with one bound");
  const Scope outer = scope_;
  scope_.integrand = true;
  const bool bare = is_letter("d") && is(TokenKind::Letter, 1);
  const Node* body = bare ? arena_.integer(1) : sum();
  scope_ = outer;
  std::string name = std::exchange(integrand_variable_, {});
  if (name.empty()) {
    if (!is_letter("d") || !is(TokenKind::Letter, 1)) fail("an integral without dx");
    take();
    name = take().text;
  }
  const Node* variable = arena_.symbol(name);
  return lower ? call(Function::Integral, {body, variable, lower, upper})
               : call(Function::Integral, {body, variable});
}

const Node* Parser::limit() {
  take();
  if (!accept(TokenKind::Underscore) || !is_open(Bracket::Brace)) fail("a limit without a point");
  take();
  std::string name, side;
  const Node* point = limit_point(name, side);
  expect_close(Bracket::Brace);
  bound_.push_back(name);
  const Node* body = term();
  bound_.pop_back();
  return make({.kind = Kind::Call,
               .function = Function::Limit,
               .args = Nodes{body, arena_.symbol(name), point},
               .text = side});
}

// "x \to 0^+"
const Node* Parser::limit_point(std::string& name, std::string& side) {
  if (!is(TokenKind::Letter) || !is(TokenKind::Arrow, 1)) fail("a limit without a point");
  name = std::string(take().text);
  take();
  const bool negative = accept(TokenKind::Minus);
  accept(TokenKind::Plus);
  const Node* point = primary();
  if (is(TokenKind::Caret) && (is(TokenKind::Plus, 1) || is(TokenKind::Minus, 1))) {
    take();
    side = take().kind == TokenKind::Plus ? "+" : "-";
  } else if (is(TokenKind::Caret) && is_open(Bracket::Brace, 1) &&
             (is(TokenKind::Plus, 2) || is(TokenKind::Minus, 2)) && is_close(Bracket::Brace, 3)) {
    take(), take();
    side = take().kind == TokenKind::Plus ? "+" : "-";
    take();
  }
  return negative ? make(Kind::Neg, {point}) : point;
}

// \frac{dy}{dx}, \frac{d}{dx} body; none when the fraction is no derivative.
const Node* Parser::derivative() {
  if (!is_open(Bracket::Brace, 1) || !is_letter("d", 2)) return nullptr;
  const bool bare = is_close(Bracket::Brace, 3);
  const bool of_name = is(TokenKind::Letter, 3) && is_close(Bracket::Brace, 4);
  if (!bare && !of_name) return nullptr;
  const size_t below = bare ? 4 : 5;
  if (!is_open(Bracket::Brace, below) || !is_letter("d", below + 1) || !is(TokenKind::Letter, below + 2) ||
      !is_close(Bracket::Brace, below + 3))
    return nullptr;
  const Node* body = of_name ? arena_.symbol(peek(3).text) : nullptr;
  const std::string variable(peek(below + 2).text);
  for (size_t i = 0; i < below + 4; ++i) take();
  if (!body) body = factor();
  return call(Function::Derivative, {body, arena_.symbol(variable)});
}

}  // namespace r1::math
