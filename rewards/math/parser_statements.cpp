// Lists, systems and statements: what commas, "and", "or" and rows join.
#include <algorithm>

#include "rewards/math/parser_rules.h"

namespace r1::math {
namespace {

bool is_statement(const Node* node) {
  return node->kind == Kind::Compare || node->kind == Kind::Congruent || node->kind == Kind::And ||
         node->kind == Kind::Or || node->kind == Kind::Not;
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
    take();
  }
}

Parser::Sequence Parser::sequence() {
  Sequence sequence;
  sequence.items.push_back(statement());
  while (const std::optional<Separator> found = separator()) {
    const bool ends = is(TokenKind::End) || is(TokenKind::Close) || is(TokenKind::Ampersand);
    if (ends && (*found == Separator::Comma || *found == Separator::Row) && !scope_.bracketed) break;
    sequence.separators.push_back(*found);
    sequence.items.push_back(statement());
  }
  return sequence;
}

// "or" binds loosest, then "and" with commas and rows. Values in a row are one list whatever joins them.
const Node* Parser::combine(const Sequence& sequence) {
  if (sequence.items.size() == 1) return sequence.items.front();
  const bool any_statement = std::ranges::any_of(sequence.items, is_statement);
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
  if (!std::ranges::all_of(items, is_statement)) return make(Kind::List, items);
  return make(joined, items);
}

// "x = 1, 2" and "x = 1, x = 2" are alternatives for x; "x \ne 1, 2" excludes both.
const Node* Parser::share_left_side(const Nodes& items, Kind joined) {
  if (!assigns(items.front())) return nullptr;
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
  if (accept(TokenKind::Not)) return make(Kind::Not, {statement()});
  return relation();
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
