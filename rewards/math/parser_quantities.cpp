// Units, currencies and degrees.
#include "rewards/math/parser_rules.h"

namespace r1::math {

const Node* Parser::degrees(const Node* value) {
  const Node* unit = arena_.text(Kind::Unit, "degree");
  return make(Kind::Quantity, {value, unit});
}

const Node* Parser::currency() {
  const Token token = take();
  const Node* value = factor();
  return make(Kind::Quantity, {value, arena_.text(Kind::Unit, token.text)});
}

// The product so far with the unit that follows it; none when no unit follows.
const Node* Parser::with_unit(const Node* value) {
  if (is(TokenKind::Currency) && value->kind == Kind::Number) {
    return make(Kind::Quantity, {value, arena_.text(Kind::Unit, take().text)});
  }
  return nullptr;
}

const Node* Parser::text_operand() { fail("words where an operand is expected"); }

}  // namespace r1::math
