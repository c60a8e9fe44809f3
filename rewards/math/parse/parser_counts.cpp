// Letters that are no variables: combinations and permutations, digits of bases over ten.
#include <string>

#include "rewards/math/parse/parser_rules.h"

namespace r1::math {

// C(n, k), P(n, k), nCk as C^n_k, C_n^k.
const Node* Parser::combination() {
  const bool choose = is_letter("C");
  if (!choose && !is_letter("P")) return nullptr;
  if (!is_open(Bracket::Round, 1)) return nullptr;
  size_t depth = 0, commas = 0;
  for (size_t ahead = 1; !is(TokenKind::End, ahead); ++ahead) {  // exactly two arguments
    if (is(TokenKind::Open, ahead)) ++depth;
    if (is(TokenKind::Close, ahead) && --depth == 0) break;
    if (is(TokenKind::Comma, ahead) && depth == 1) ++commas;
    if (ahead > 64) return nullptr;
  }
  if (commas != 1) return nullptr;
  take();
  const Nodes values = arguments();
  if (values.size() != 2) fail("two arguments are needed");
  return call(choose ? Function::Binomial : Function::Permutations, {values[0], values[1]});
}

// Digits or one letter as a script at `ahead`, which then lies behind it.
bool Parser::script_number(size_t& ahead, std::string& digits) const {
  const bool braced = is_open(Bracket::Brace, ahead);
  if (braced) ++ahead;
  if (!is(TokenKind::Digits, ahead) && !is(TokenKind::Letter, ahead)) return false;
  digits = std::string(peek(ahead).text);
  ++ahead;
  return !braced || is_close(Bracket::Brace, ahead++);
}

// C_{10}^3, C^3_{10}, A_5^2 (arrangements): both scripts are numbers, or n and k.
const Node* Parser::scripted_count() {
  if (!is_letter("C") && !is_letter("A")) return nullptr;
  const bool below_first = is(TokenKind::Underscore, 1);
  if (!below_first && !is(TokenKind::Caret, 1)) return nullptr;
  std::string first, second;
  size_t ahead = 2;
  if (!script_number(ahead, first) || !is(below_first ? TokenKind::Caret : TokenKind::Underscore, ahead++))
    return nullptr;
  if (!script_number(ahead, second)) return nullptr;
  const std::string n = below_first ? first : second, k = below_first ? second : first;
  const bool digits = n[0] <= '9' && k[0] <= '9' && n.size() <= 9 && k.size() <= 9;
  if (digits ? std::stol(n) < std::stol(k) || n == "1" : n[0] <= '9' || (n != "n" && n != "m") || k == "2")
    return nullptr;
  const Function function = is_letter("C") ? Function::Binomial : Function::Permutations;
  const auto value = [&](const std::string& text) {
    return text[0] <= '9' ? literal(text) : arena_.symbol(text);
  };
  const Node* node = call(function, {value(n), value(k)});
  for (size_t i = 0; i < ahead; ++i) take();
  return node;
}

// {}_nC_k, {}^nC_k, {}_nP_k: the scripts stand before the letter.
const Node* Parser::choice_count() {
  take();
  const Node* n = argument();
  const bool choose = is_letter("C");
  if (!choose && !is_letter("P")) fail("a script without a base");
  take();
  if (is(TokenKind::Subscript)) {
    const Node* k = literal(take().text);
    return call(choose ? Function::Binomial : Function::Permutations, {n, k});
  }
  if (!is(TokenKind::Underscore) && !is(TokenKind::Caret)) fail("a script without a base");
  take();
  const Node* k = argument();
  return call(choose ? Function::Binomial : Function::Permutations, {n, k});
}

// FF_{16}, A3_{16}: two capitals or digits at least, and a base that has them. A_{16} is a variable.
const Node* Parser::hex_number() {
  size_t ahead = 0;
  std::string digits;
  while ((is(TokenKind::Letter, ahead) || is(TokenKind::Digits, ahead)) &&
         (ahead == 0 || peek(ahead).gap == Gap::None) && ahead < 64) {
    const std::string_view text = peek(ahead).text;
    if (is(TokenKind::Letter, ahead) && (text.size() > 1 || text[0] < 'A' || text[0] > 'Z')) return nullptr;
    digits += text;
    ++ahead;
  }
  if (digits.size() < 2 || (!is(TokenKind::Underscore, ahead) && !is(TokenKind::Subscript, ahead)) ||
      !letters_are_digits(ahead))
    return nullptr;
  for (size_t i = 0; i < ahead; ++i) take();
  const Node* base = base_suffix();
  return make({.kind = Kind::BaseNumber, .args = Nodes{base}, .text = digits});
}

}  // namespace r1::math
