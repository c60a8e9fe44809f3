// Lists, systems and statements: what commas, "and", "or" and rows join.
#include <algorithm>
#include <utility>

#include "rewards/math/parse/parser_rules.h"

namespace r1::math {
namespace {

bool is_statement(const Node* node) {
  return node->kind == Kind::Compare || node->kind == Kind::Congruent || node->kind == Kind::And ||
         node->kind == Kind::Or || node->kind == Kind::Not;
}

// A letter of logic or what logic makes of letters.
bool is_proposition(const Node* node) {
  return node->kind == Kind::Symbol || node->kind == Kind::Not || node->kind == Kind::And ||
         node->kind == Kind::Or;
}

// "x = ..." or "(x, y) = ...": one relation with names on its left.
bool assigns(const Node* node) {
  if (node->kind != Kind::Compare || node->args.size() != 2) return false;
  const Relation relation = node->relations[0];
  if (relation != Relation::Equal && relation != Relation::NotEqual) return false;
  const Node* left = node->args[0];
  if (left->kind == Kind::Symbol) return true;
  return left->kind == Kind::Tuple &&
         std::ranges::all_of(left->args, [](const Node* arg) { return arg->kind == Kind::Symbol; });
}

}  // namespace

std::optional<Parser::Separator> Parser::separator() {
  std::optional<Separator> found;
  while (true) {  // ", and" is one separator
    if (is(TokenKind::Comma) && !found)
      found = Separator::Comma;
    else if (is(TokenKind::Semicolon) && !found)
      found = Separator::Semicolon;
    else if (is(TokenKind::NewRow) && !scope_.rows && !found)
      found = Separator::Row;
    else if (is(TokenKind::And) && (!found || *found == Separator::Comma))
      found = Separator::And;
    else if (is(TokenKind::Or) && (!found || *found == Separator::Comma))
      found = Separator::Or;
    else
      return found;
    logic_ |= take().value == 1 && (*found == Separator::And || *found == Separator::Or);
  }
}

Parser::Sequence Parser::sequence() {
  Sequence sequence;
  sequence.items.push_back(statement());
  const bool outer_logic = std::exchange(logic_, false);
  while (const std::optional<Separator> found = separator()) {
    const bool ends = is(TokenKind::End) || is(TokenKind::Close) || is(TokenKind::Ampersand);
    if (ends && (*found == Separator::Comma || *found == Separator::Row) && !scope_.bracketed) break;
    sequence.separators.push_back(*found);
    sequence.items.push_back(statement());
  }
  sequence.logic = std::exchange(logic_, outer_logic);
  return sequence;
}

// "or" binds loosest, then "and" with commas and rows. Values in a row are one list whatever joins them.
const Node* Parser::combine(const Sequence& sequence) {
  if (sequence.items.size() == 1) return sequence.items.front();
  const bool any_statement = sequence.logic || std::ranges::any_of(sequence.items, is_statement);
  if (!any_statement) return make(Kind::List, sequence.items);
  Nodes alternatives, together;
  Separator joint = Separator::Comma;
  const auto close_group = [&] {
    alternatives.push_back(join(together, joint));
    together.clear();
    joint = Separator::Comma;
  };
  for (size_t i = 0; i < sequence.items.size(); ++i) {
    if (i > 0 && sequence.separators[i - 1] == Separator::Or)
      close_group();
    else if (i > 0 && sequence.separators[i - 1] != Separator::Comma)
      joint = sequence.separators[i - 1];
    together.push_back(sequence.items[i]);
  }
  close_group();
  return join(alternatives, Separator::Or);
}

const Node* Parser::join(const Nodes& items, Separator separator) {
  if (items.size() == 1) return items.front();
  const Kind joined = separator == Separator::Or ? Kind::Or : Kind::And;
  if (const Node* shared = share_left_side(items, joined)) return shared;
  const bool logic = separator != Separator::Comma && std::ranges::all_of(items, is_proposition);
  if (!logic && !std::ranges::all_of(items, is_statement)) return make(Kind::List, items);
  return make(joined, items);
}

// "x = 1, 2" and "x = 1, x = 2" are alternatives for x; "x \ne 1, 2" excludes both.
const Node* Parser::share_left_side(const Nodes& items, Kind joined) {
  if (items.empty() || !assigns(items.front())) return nullptr;
  const Node* left = items.front()->args[0];
  const Relation relation = items.front()->relations[0];
  Nodes statements;
  for (const Node* item : items) {
    if (assigns(item) && same_tree(item->args[0], left) && item->relations[0] == relation) {
      statements.push_back(item);
    } else if (!is_statement(item) && item->kind != Kind::Text && item->kind != Kind::Ellipsis) {
      const Relation relations[] = {relation};
      const Node* args[] = {left, item};
      statements.push_back(make({.kind = Kind::Compare, .args = args, .relations = relations}));
    } else {
      return nullptr;
    }
  }
  const bool excludes = relation == Relation::NotEqual;
  return make(excludes ? Kind::And : joined == Kind::And ? Kind::Or : joined, statements);
}

const Node* Parser::statement() {
  if (is(TokenKind::Letter) && (is(TokenKind::Arrow, 1) || is(TokenKind::Colon, 1))) {
    if (const Node* mapped = mapping()) return mapped;
  }
  const Node* left = is(TokenKind::Not) ? negation() : relation();
  return is(TokenKind::Arrow) ? implication(left) : left;
}

const Node* Parser::negation() {
  const Deeper deeper(*this);
  take();
  const Node* inside = is(TokenKind::Not) ? negation() : relation();
  return make(Kind::Not, {inside});
}

// x \mapsto 2x and f: x \mapsto 2x are definitions of f.
const Node* Parser::mapping() {
  const bool named = is(TokenKind::Colon, 1);
  const size_t variable = named ? 2 : 0;
  if (!is(TokenKind::Letter, variable) || !is(TokenKind::Arrow, variable + 1) ||
      peek(variable + 1).value != 4)
    return nullptr;
  const std::string name(named ? peek().text : "f");
  if (named) take(), take();
  const Node* argument = arena_.symbol(take().text);
  take();
  const Node* body = relation();
  const Node* applied =
      make({.kind = Kind::Call, .function = Function::Named, .args = Nodes{argument}, .text = name});
  const Relation relations[] = {Relation::Equal};
  return make({.kind = Kind::Compare, .args = Nodes{applied, body}, .relations = relations});
}

// p => q between statements of logic is (not p) or q. Between equations an arrow is a step of work: no reading.
const Node* Parser::implication(const Node* left) {
  const uint8_t arrow = peek().value;
  if (arrow == 0 || arrow > 3 || !is_proposition(left)) fail("an arrow between statements");
  take();
  const Node* right = is(TokenKind::Not) ? negation() : relation();
  if (!is_proposition(right) || is(TokenKind::Arrow)) fail("an arrow between statements");
  const auto implies = [&](const Node* a, const Node* b) {
    return make(Kind::Or, {make(Kind::Not, {a}), b});
  };
  if (arrow == 1) return implies(left, right);
  if (arrow == 3) return implies(right, left);
  return make(Kind::And, {implies(left, right), implies(right, left)});
}

// "n even", "n is odd": a congruence modulo 2; none for other words.
const Node* Parser::parity(const Node*) {
  std::string words;
  size_t end = at_ + 1;
  for (; tokens_[end].kind == TokenKind::Word || tokens_[end].kind == TokenKind::Text; ++end) {
    for (char c : tokens_[end].text) {
      if (c != ' ') words += c;
    }
  }
  if (words.starts_with("is")) words.erase(0, 2);
  if (words != "even" && words != "odd") return nullptr;
  const Node* name = arena_.symbol(peek().text);
  at_ = end;
  return make(Kind::Congruent, {name, arena_.integer(words == "odd" ? 1 : 0), arena_.integer(2)});
}

const Node* Parser::relation() {
  Nodes args = {ratio()};
  std::vector<Relation> relations;
  while (is(TokenKind::Relation)) {
    if (scope_.angle_closes && peek().value == static_cast<uint8_t>(Relation::Greater)) break;
    relations.push_back(static_cast<Relation>(take().value));
    args.push_back(ratio());
  }
  if (is(TokenKind::Equivalent) && relations.empty()) {
    take();
    const Node* right = ratio();
    if (is(TokenKind::Comma) || is(TokenKind::Or)) {
      if (const Node* several = residues(args.front(), right)) return several;
    }
    return congruence(args.front(), right);
  }
  if (relations.empty()) {
    if (const Node* remainder = modulus())
      return make({.kind = Kind::Call, .function = Function::Mod, .args = Nodes{args[0], remainder}});
    return args.front();
  }
  if (relations.size() == 1 && relations[0] == Relation::Equal) {
    if (const Node* by = modulus()) return make(Kind::Congruent, {args[0], args[1], by});
  }
  return make({.kind = Kind::Compare, .args = args, .relations = relations});
}

// x \equiv 1, 4 \pmod 5; none when no modulus ends the list.
const Node* Parser::residues(const Node* left, const Node* first) {
  const size_t before = at_;
  Nodes values = {first};
  const auto simple = [&] {
    return is(TokenKind::Digits) || is(TokenKind::Minus) || is(TokenKind::PlusMinus) || is(TokenKind::Letter);
  };
  while (accept(TokenKind::Comma) || accept(TokenKind::Or)) {
    accept(TokenKind::Or);
    if (!simple()) break;
    values.push_back(sum());
  }
  const Node* by = modulus();
  if (!by || values.size() < 2) {
    at_ = before;
    return nullptr;
  }
  Nodes statements;
  for (const Node* value : values) statements.push_back(make(Kind::Congruent, {left, value, by}));
  return make(Kind::Or, statements);
}

const Node* Parser::congruence(const Node* left, const Node* right) {
  if (const Node* by = modulus()) return make(Kind::Congruent, {left, right, by});
  const Relation relations[] = {Relation::Equal};  // "x \equiv 3" without a modulus: an identity
  const Node* args[] = {left, right};
  return make({.kind = Kind::Compare, .args = args, .relations = relations});
}

// "\pmod{7}", "(mod 7)", "mod 7"; none when there is none.
const Node* Parser::modulus() {
  if (is(TokenKind::ParenMod)) {
    const bool bare = take().value == 1;
    return bare && !is_open(Bracket::Brace) ? set_operation() : argument();
  }
  if (!is_open(Bracket::Round) || !is(TokenKind::ParenMod, 1)) return nullptr;
  take();
  take();
  const Node* by = set_operation();
  expect_close(Bracket::Round);
  return by;
}

const Node* Parser::ratio() {
  Nodes parts = {set_operation()};
  while (is(TokenKind::Colon) && !scope_.bar_separates) {
    take();
    parts.push_back(set_operation());
  }
  return parts.size() == 1 ? parts.front() : make(Kind::Ratio, parts);
}

}  // namespace r1::math
