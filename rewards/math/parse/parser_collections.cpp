// Brackets: groups, tuples, intervals, sets, set-builders, matrices, cases.
#include <algorithm>

#include "rewards/math/parse/lexer_scan.h"
#include "rewards/math/parse/parser_rules.h"

namespace r1::math {
namespace {

constexpr uint8_t kRound = static_cast<uint8_t>(Bracket::Round);
constexpr uint8_t kSquare = static_cast<uint8_t>(Bracket::Square);

bool is_condition(const Node* node) {
  return node->kind == Kind::Compare || node->kind == Kind::Congruent || node->kind == Kind::And ||
         node->kind == Kind::Or;
}

}  // namespace

// What each bracket is, in one pass: a bracket whose commas are followed by spaces may hold "1,000"; one that begins with '['
// may end with '['.
void Parser::mark_brackets() {
  std::vector<size_t> open;
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const Token& token = tokens_[i];
    if (token.kind == TokenKind::Close && !open.empty()) open.pop_back();
    if (!open.empty()) {
      Token& around = tokens_[open.back()];
      const bool spaced =
          token.kind == TokenKind::Comma && i + 1 < tokens_.size() && tokens_[i + 1].gap != Gap::None;
      around.spaced_commas |= spaced || token.kind == TokenKind::Semicolon;
      const TokenKind before = tokens_[i - 1].kind;
      const bool operand_before = i > open.back() + 1 && before != TokenKind::Comma &&
                                  before != TokenKind::Open && before != TokenKind::Semicolon;
      const bool squares = token.kind == TokenKind::Open && token.value == kSquare && around.value == kSquare;
      around.square_closes |= squares && operand_before;
    }
    if (token.kind == TokenKind::Open) open.push_back(i);
  }
}

const Node* Parser::bracketed() {
  const Token open = take();
  const Scope outer = scope_;
  scope_ = {};
  scope_.bracketed = true;
  scope_.spaced_commas = open.spaced_commas;
  scope_.square_closes =
      open.value == kSquare && (open.kind == TokenKind::Close || outer.square_closes || open.square_closes);
  const Node* node = open.kind == TokenKind::Close ? interval_or_tuple(open) : bracket_of(open);
  scope_ = outer;
  return node;
}

const Node* Parser::bracket_of(const Token& open) {
  switch (open.value == scan::kInvisible ? Bracket::Round : static_cast<Bracket>(open.value)) {
    case Bracket::Round:
    case Bracket::Square:
      return interval_or_tuple(open);
    case Bracket::Brace:
      if (!latex_) return braces(Bracket::Brace);
      --at_;
      return group();
    case Bracket::Set:
      return braces(Bracket::Set);
    case Bracket::Angle: {
      const Sequence inside = sequence();
      expect_close(Bracket::Angle);
      return make(Kind::Tuple, inside.items);
    }
    case Bracket::Floor:
    case Bracket::Ceiling: {
      const Bracket bracket = static_cast<Bracket>(open.value);
      const Node* inside = relation();
      expect_close(bracket);
      return call(bracket == Bracket::Floor ? Function::Floor : Function::Ceiling, {inside});
    }
  }
  fail("an unknown bracket");
}

const Node* Parser::interval_or_tuple(const Token& open) {
  if (is(TokenKind::Close) && open.kind == TokenKind::Open) {
    if (take().value != open.value) fail("empty brackets that do not match");
    fail("empty brackets");
  }
  const Sequence inside = sequence();
  const bool closes_left = scope_.square_closes && is_open(Bracket::Square);
  if (!is(TokenKind::Close) && !closes_left) {
    if (is(TokenKind::End))
      repair("a bracket is not closed");
    else
      fail("a closing bracket is missing");
    return closed(inside, open, Token{.kind = TokenKind::Close, .value = open.value});
  }
  return closed(inside, open, take());
}

const Node* Parser::closed(const Sequence& inside, const Token& open, const Token& close) {
  const bool left_square = open.value == kSquare, right_square = close.value == kSquare;
  const bool invisible = open.value == scan::kInvisible || close.value == scan::kInvisible;
  const auto known = [](uint8_t value) {
    return value == kRound || value == kSquare || value == scan::kInvisible;
  };
  if (!known(open.value) || !known(close.value)) fail("brackets that do not match");
  const bool reversed = open.kind == TokenKind::Close || close.kind == TokenKind::Open;  // ]1, 2[
  const bool commas = std::ranges::none_of(inside.separators, [](Separator s) {
    return s == Separator::And || s == Separator::Or || s == Separator::Row;
  });
  if (inside.items.size() == 2 && commas && !invisible && (left_square || right_square)) {
    const bool rows = open.kind == TokenKind::Open && left_square && right_square &&
                      inside.items[0]->kind == Kind::Interval && inside.items[1]->kind == Kind::Interval;
    if (rows) return nested_rows(inside.items);
    return interval(inside, !left_square || open.kind == TokenKind::Close,
                    !right_square || close.kind == TokenKind::Open);
  }
  if (reversed || (!invisible && left_square != right_square)) fail("brackets that do not match");
  if (inside.items.size() == 1 || !commas) {
    const Node* node = combine(inside);
    if (left_square && is_vector_cell(node)) return nested_rows(inside.items);
    return grouped(node);
  }
  if (left_square) {
    const bool rows = std::ranges::all_of(inside.items, is_vector_cell);
    if (rows) return nested_rows(inside.items);
  }
  return make(Kind::Tuple, inside.items);
}

// A list in square brackets, as programs write rows.
bool Parser::is_vector_cell(const Node* node) {
  return node->kind == Kind::Interval && !node->open_lower && !node->open_upper;
}

// (1011)_2 is a number in base 2; else brackets group.
const Node* Parser::grouped(const Node* node) {
  const bool suffix = is(TokenKind::Subscript) || is(TokenKind::Underscore);
  if (!suffix) return node;
  const bool plain = node->kind == Kind::Number && !node->number->scientific && node->number->repeat == 0;
  if (!plain) fail("a subscript behind a bracket");
  std::string text(node->number->digits);
  if (node->number->exponent < 0) {
    const size_t decimals = static_cast<size_t>(-node->number->exponent);
    if (decimals > text.size()) fail("a subscript behind a bracket");
    text.insert(text.size() - decimals, ".");
  }
  return make({.kind = Kind::BaseNumber, .args = Nodes{base_suffix()}, .text = text});
}

const Node* Parser::interval(const Sequence& inside, bool open_lower, bool open_upper) {
  return make(
      {.kind = Kind::Interval, .open_lower = open_lower, .open_upper = open_upper, .args = inside.items});
}

// [[1, 2], [3, 4]]
const Node* Parser::nested_rows(const Nodes& rows) {
  Nodes cells;
  const size_t columns = rows[0]->args.size();
  for (const Node* row : rows) {
    if (row->args.size() != columns) fail("rows of different lengths");
    cells.insert(cells.end(), row->args.begin(), row->args.end());
  }
  return make({.kind = Kind::Matrix,
               .rows = static_cast<uint32_t>(rows.size()),
               .columns = static_cast<uint32_t>(columns),
               .args = cells});
}

// Behind \{, or { in plain text: the items of a set, or an element and its conditions.
const Node* Parser::braces(Bracket kind) {
  if (accept_close(kind)) return arena_.text(Kind::NamedSet, "empty");
  if (is(TokenKind::Begin)) return cases_in_brace();
  scope_.bar_separates = true;
  const Node* first = relation();
  if (is(TokenKind::Bar) || is(TokenKind::Mid) || is(TokenKind::Colon)) {
    take();
    scope_.bar_separates = false;
    return set_builder(first, kind);
  }
  scope_.bar_separates = false;
  Nodes items = {first};
  while (accept(TokenKind::Comma) || accept(TokenKind::Semicolon)) items.push_back(relation());
  expect_close(kind);
  if (kind == Bracket::Brace && items.size() == 1) return first;  // {42} groups
  return make(Kind::Set, items);
}

const Node* Parser::set_builder(const Node* element, Bracket kind) {
  Nodes parts = {element};
  if (element->kind == Kind::Compare && element->relations.size() == 1 &&
      element->relations[0] == Relation::In) {
    parts = {element->args[0], element};  // {x in R | x > 0}
  }
  const Sequence conditions = sequence();
  const Node* joined = combine(conditions);
  if (joined->kind == Kind::And)
    parts.insert(parts.end(), joined->args.begin(), joined->args.end());
  else
    parts.push_back(joined);
  if (!std::ranges::all_of(std::span(parts).subspan(1), is_condition))
    fail("a set-builder without a condition");
  expect_close(kind);
  return make(Kind::SetBuilder, parts);
}

// <1, 2>: the less-than sign where an operand is expected.
const Node* Parser::angle() {
  take();
  const Scope outer = scope_;
  scope_ = {};
  scope_.bracketed = scope_.angle_closes = true;
  Nodes items = {sum()};
  while (accept(TokenKind::Comma)) items.push_back(sum());
  scope_ = outer;
  const bool closes = is(TokenKind::Relation) && peek().value == static_cast<uint8_t>(Relation::Greater);
  if (!closes || items.size() < 2) fail("an operand is missing");
  take();
  return make(Kind::Tuple, items);
}

// --- environments

const Node* Parser::environment() {
  const std::string_view name = peek().text;
  if (name == "cases" || name == "dcases" || name == "rcases") return cases();
  const bool lines = name.starts_with("align") || name.starts_with("gather") || name == "split" ||
                     name == "equation" || name == "equation*";
  if (lines) return aligned();
  return matrix(name);
}

Parser::Nodes Parser::row_cells() {
  Nodes cells;
  do {
    cells.push_back(relation());
  } while (accept(TokenKind::Ampersand));
  return cells;
}

const Node* Parser::matrix(std::string_view name) {
  static constexpr std::string_view kNames[] = {"pmatrix", "bmatrix",     "Bmatrix", "vmatrix", "Vmatrix",
                                                "matrix",  "smallmatrix", "array",   "tabular"};
  if (std::ranges::find(kNames, name) == std::end(kNames)) fail("an unknown environment");
  take();
  const Scope outer = scope_;
  scope_ = {};
  scope_.rows = true;
  Nodes cells;
  uint32_t rows = 0, columns = 0;
  while (!is(TokenKind::EndBlock)) {
    const Nodes row = row_cells();
    if (rows > 0 && row.size() != columns) fail("rows of different lengths");
    columns = static_cast<uint32_t>(row.size());
    cells.insert(cells.end(), row.begin(), row.end());
    ++rows;
    if (!accept(TokenKind::NewRow)) break;
  }
  scope_ = outer;
  end_block(name);
  if (cells.empty()) fail("an empty matrix");
  const Node* node = make({.kind = Kind::Matrix, .rows = rows, .columns = columns, .args = cells});
  return name == "vmatrix" ? call(Function::Determinant, {node}) : node;
}

void Parser::end_block(std::string_view name) {
  if (is(TokenKind::End)) return repair("an environment is not closed");
  if (!is(TokenKind::EndBlock) || peek().text != name) fail("an environment is not closed");
  take();
}

// Lines of statements: a system.
const Node* Parser::aligned() {
  const std::string_view name = take().text;
  drop_alignment();
  const Scope outer = scope_;
  scope_ = {};
  scope_.rows = true;
  Nodes lines;
  while (!is(TokenKind::EndBlock) && !is(TokenKind::End)) {
    lines.push_back(statement());
    accept(TokenKind::Comma);
    if (!accept(TokenKind::NewRow)) break;
  }
  scope_ = outer;
  end_block(name);
  if (lines.empty()) fail("an environment without lines");
  return join(lines, Separator::Row);
}

// Takes the & of the environment at the cursor off: they only align. Those of matrices inside stay.
void Parser::drop_alignment() {
  int depth = 0;
  size_t end = at_;
  for (; end < tokens_.size() && depth >= 0; ++end) {
    if (tokens_[end].kind == TokenKind::Begin) ++depth;
    if (tokens_[end].kind == TokenKind::EndBlock) --depth;
    if (tokens_[end].kind == TokenKind::Ampersand && depth == 0) tokens_[end].kind = TokenKind::NoBreak;
  }
  std::erase_if(tokens_, [](const Token& token) { return token.kind == TokenKind::NoBreak; });
}

// \left\{ \begin{array}...: the brace that opens a system; nothing closes it.
const Node* Parser::cases_in_brace() {
  const Node* node = peek().text == "cases" ? cases()
                     : peek().text == "array" || peek().text == "aligned" || peek().text == "matrix"
                         ? cases()
                         : environment();
  if (is(TokenKind::Close) && peek().value == scan::kInvisible)
    take();
  else if (!accept_close(Bracket::Set) && !is(TokenKind::End))
    fail("a closing bracket is missing");
  return node;
}

// Rows of statements are a system; rows of values with conditions a piecewise function.
const Node* Parser::cases() {
  const std::string_view name = take().text;
  const Scope outer = scope_;
  scope_ = {};
  scope_.rows = true;
  Nodes parts;
  size_t statements = 0, rows = 0;
  bool otherwise = false;
  while (!is(TokenKind::EndBlock) && !is(TokenKind::End)) {
    if (otherwise) fail("a case behind the last");
    const Node* value = relation();
    ++rows;
    while (accept(TokenKind::Comma)) {
    }
    const bool conditioned = accept(TokenKind::Ampersand) || is(TokenKind::If);
    if (!conditioned) {
      statements += is_condition(value);
      parts.push_back(value);
      if (is_condition(value)) {
      } else
        otherwise = true;
    } else if (is(TokenKind::If) && peek().value == 1) {
      take();
      parts.push_back(value);
      otherwise = true;
    } else {
      accept(TokenKind::If);
      parts.push_back(value);
      parts.push_back(case_condition());
    }
    if (accept(TokenKind::Dot) || accept(TokenKind::Comma) || accept(TokenKind::Semicolon)) {
    }
    if (!accept(TokenKind::NewRow)) break;
  }
  scope_ = outer;
  end_block(name);
  if (rows == 0) fail("an empty system");
  if (statements == rows) return join(parts, Separator::Row);
  if (statements > 0 || rows < 2) fail("cases of mixed kinds");
  return make({.kind = Kind::Call, .function = Function::Piecewise, .args = parts});
}

const Node* Parser::case_condition() {
  if (const Node* by_parity = (is(TokenKind::Letter) && (is(TokenKind::Text, 1) || is(TokenKind::Word, 1)))
                                  ? parity(nullptr)
                                  : nullptr)
    return by_parity;
  const Sequence conditions = sequence();
  const Node* condition = combine(conditions);
  if (!is_condition(condition)) fail("a case without a condition");
  return condition;
}

}  // namespace r1::math
