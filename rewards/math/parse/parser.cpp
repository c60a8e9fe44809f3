#include "rewards/math/parse/parser.h"

#include <algorithm>

#include "rewards/math/parse/answer_texts.h"
#include "rewards/math/parse/lexer_scan.h"
#include "rewards/math/parse/parser_rules.h"
#include "rewards/math/parse/parser_words.h"

namespace r1::math {
namespace {

constexpr size_t kMaxText = 64 << 10;
constexpr uint32_t kMaxNesting = 200;

}  // namespace

const Token& Parser::peek(size_t ahead) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }

bool Parser::is_open(Bracket bracket, size_t ahead) const {
  return is(TokenKind::Open, ahead) && peek(ahead).value == static_cast<uint8_t>(bracket);
}

bool Parser::is_close(Bracket bracket, size_t ahead) const {
  return is(TokenKind::Close, ahead) && peek(ahead).value == static_cast<uint8_t>(bracket);
}

bool Parser::is_letter(std::string_view name, size_t ahead) const {
  return is(TokenKind::Letter, ahead) && peek(ahead).text == name;
}

Token Parser::take() {
  const Token token = peek();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool Parser::accept(TokenKind kind) {
  if (!is(kind)) return false;
  take();
  return true;
}

bool Parser::accept_close(Bracket bracket) {
  if (!is_close(bracket)) return false;
  take();
  return true;
}

void Parser::expect_close(Bracket bracket) {
  if (accept_close(bracket)) return;
  if (is(TokenKind::End)) return repair("a bracket is not closed");
  fail("a closing bracket is missing");
}

void Parser::fail(std::string_view problem) const {
  throw NoReading{std::string(problem) + " at byte " + std::to_string(peek().at)};
}

void Parser::repair(std::string_view problem) {
  if (!policy_.repair_latex) fail(problem);
  repaired_ = true;
}

const Node* Parser::make(Node node) {
  for (const Node* arg : node.args) {
    if (arg->depth >= kMaxNesting) throw NoReading{"nested over 200 deep"};
  }
  return arena_.add(node);
}

const Node* Parser::make(Kind kind, std::initializer_list<const Node*> args) {
  return make({.kind = kind, .args = {args.begin(), args.size()}});
}

const Node* Parser::make(Kind kind, const Nodes& args) { return make({.kind = kind, .args = args}); }

const Node* Parser::call(Function function, std::initializer_list<const Node*> args) {
  return make({.kind = Kind::Call, .function = function, .args = {args.begin(), args.size()}});
}

const Node* Parser::product(Nodes factors) {
  return factors.size() == 1 ? factors.front() : make(Kind::Mul, factors);
}

const Node* Parser::whole() {
  if (is(TokenKind::Relation)) {  // "\approx 2.2": the left side was left out
    const Relation relation = static_cast<Relation>(peek().value);
    if (relation == Relation::Approximately) take();
  }
  const Node* node = combine(sequence());
  while (is_close(Bracket::Brace) && policy_.repair_latex) {
    take();
    repaired_ = true;
  }
  if (!is(TokenKind::End)) fail("something follows the answer");
  if (node->kind == Kind::Ellipsis) fail("nothing but an ellipsis");
  return node;
}

namespace {

// One reading of a text whose decoration is off. Throws NoReading.
const Node* read_mathematics(Arena& arena, std::string_view text, const MathPolicy& policy, bool& repaired) {
  const std::optional<std::string_view> content = text_content(text);
  if (content) text = take_decoration_off(*content);
  Tokens tokens = lex(arena, text, policy);
  repaired |= tokens.repaired;
  tokens.list = read_words(std::move(tokens.list), content.has_value());
  const bool prose = holds_prose(tokens.list);
  try {
    Parser parser(arena, text, std::move(tokens.list), tokens.latex, policy);
    const Node* node = parser.whole();
    repaired |= parser.repaired();
    return node;
  } catch (const NoReading&) {
    const Node* words = prose ? prose_text(arena, text) : nullptr;
    if (!words) throw;
    return words;
  }
}

// What stands behind "all real numbers except"; empty for other texts.
std::string_view excluded_from_reals(std::string_view text) {
  for (std::string_view start : {"all real numbers except ", "All real numbers except ", "all reals except ",
                                 "all real numbers but "}) {
    if (text.starts_with(start) && text.size() < 200) return text.substr(start.size());
  }
  return {};
}

// "The answer is 5": the words before the answer, or nothing.
std::string_view announcement(std::string_view text) {
  for (std::string_view start :
       {"The answer is ", "the answer is ", "The final answer is ", "the final answer is ",
        "Answer: ", "answer: ", "答案是", "答案：", "答案:"}) {
    if (text.starts_with(start)) return start;
  }
  return {};
}

const Node* read_answer(Arena& arena, std::string_view text, const MathPolicy& policy, bool& repaired,
                        bool may_be_choice = true) {
  if (text.empty()) throw NoReading{"empty"};
  scan::check_text(text);
  if (const std::string_view words = announcement(text); !words.empty())
    text = take_decoration_off(text.substr(words.size()));
  if (text.empty()) throw NoReading{"empty"};
  if (const ChoiceText choice = may_be_choice ? read_choice(text) : ChoiceText{}; choice.letter != 0) {
    if (choice.value.empty()) return arena.text(Kind::Choice, std::string_view(&choice.letter, 1));
    const Node* value = read_answer(arena, take_decoration_off(choice.value), policy, repaired, false);
    return arena.add({.kind = Kind::Choice, .args = {&value, 1}, .text = {&choice.letter, 1}});
  }
  if (const Node* words = read_as_words(arena, text, policy)) return words;
  if (const std::string_view excluded = excluded_from_reals(text); !excluded.empty()) {
    const Node* points = read_answer(arena, excluded, policy, repaired, false);
    const Node* set =
        points->kind == Kind::List ? arena.node(Kind::Set, points->args) : arena.node(Kind::Set, {points});
    return arena.node(Kind::Difference, {arena.text(Kind::NamedSet, "R"), set});
  }
  return read_mathematics(arena, text, policy, repaired);
}

}  // namespace

Parsed parse_answer(Arena& arena, std::string_view text, const MathPolicy& policy) {
  Parsed parsed;
  if (text.size() > kMaxText) {
    parsed.problem = "longer than 64 KiB";
    return parsed;
  }
  try {
    parsed.node = read_answer(arena, take_decoration_off(text), policy, parsed.repaired);
  } catch (const NoReading& reason) {
    parsed.problem = reason.problem;
  }
  return parsed;
}

}  // namespace r1::math
