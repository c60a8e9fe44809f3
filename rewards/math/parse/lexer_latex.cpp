// Commands: what begins with a backslash, or did before something ate it.
#include <algorithm>

#include "rewards/math/parse/lexer_rules.h"

namespace r1::math {

using namespace scan;

void Lexer::command() {
  const char c = peek(1);
  if (!is_letter(c)) return control_symbol(c);
  size_t length = 0;
  while (is_letter(peek(1 + length))) ++length;
  const std::string_view name = text_.substr(at_ + 1, length);
  at_ += 1 + length;
  named_command(name);
}

void Lexer::control_symbol(char c) {
  at_ += 2;
  switch (c) {
    case '(':
    case ')':
    case '[':
    case ']':
      if (c == '[' && !out_.list.empty() && out_.list.back().kind == TokenKind::NewRow) break;
      has_delimiters_ = true;
      depth_in_math_ = c == '(' || c == '[' ? 1 : 0;
      return widen(Gap::Space);
    case ',':
    case ':':
    case ';':
    case '>':
      return widen(Gap::Thin);
    case '!':
      return widen(Gap::None);
    case ' ':
    case '\n':
    case '\t':
      return widen(Gap::Space);
    case '{':
      return void(add(TokenKind::Open, static_cast<uint8_t>(Bracket::Set)));
    case '}':
      return void(add(TokenKind::Close, static_cast<uint8_t>(Bracket::Set)));
    case '|':
      return void(add(TokenKind::DoubleBar));
    case '%':
      return void(add(TokenKind::Percent));
    case '$':
      return void(add(TokenKind::Currency, 0, "USD"));
    case '&':
      return void(add(TokenKind::Ampersand));
    case '_':
      return void(add(TokenKind::Underscore, 1));
    case '-':
    case '/':
      return;  // a place to break, no sign
    case '\\':
      return double_backslash();
    default:
      break;
  }
  if (c == '\0' || at_ > text_.size()) {  // what an extraction left behind at the end
    at_ = text_.size();
    if (!policy_.repair_latex) fail("a lone backslash");
    out_.repaired = true;
    return;
  }
  fail("an unknown command");
}

// A new row; or, outside of environments and where a known command follows, a backslash written twice.
void Lexer::double_backslash() {
  if (policy_.repair_latex && open_environments_ == 0 && is_letter(peek())) {
    size_t length = 0;
    while (is_letter(peek(length))) ++length;
    const std::string_view name = text_.substr(at_, length);
    if (is_known_command(name)) {
      out_.repaired = true;
      at_ += length;
      return named_command(name);
    }
  }
  if (peek() == '[') skip_optional();  // extra height: \\[2pt]
  add(TokenKind::NewRow);
}

void Lexer::named_command(std::string_view name) {
  if (name == "left" || name == "right" || name == "middle") return delimiter_side(name);
  if (const Spelling* spelling = find_command(name)) {
    if (spelling->kind == TokenKind::NoBreak) return spacing_command(name);
    if (spelling->kind == TokenKind::Degree || spelling->kind == TokenKind::Currency) skip_empty_group();
    return void(add(*spelling));
  }
  if (is_text_command(name)) return text_command(TokenKind::Text);
  if (name == "mathrm" || name == "operatorname" || name == "textup") return roman();
  if (name == "mathbb" || name == "Bbb") return blackboard();
  if (name == "begin" || name == "end") return environment(name == "begin");
  if (name == "not") return negated();
  if (name == "hspace" || name == "vspace" || name == "color" || name == "textcolor" || name == "kern") {
    return skip_group();
  }
  if (name == "operatornamewithlimits") return roman();
  if (policy_.repair_latex && glued_command(name)) return;
  fail("unknown command \\" + std::string(name.substr(0, 40)));
}

// "\cdotx" for "\cdot x", only as a repair.
bool Lexer::glued_command(std::string_view name) {
  for (size_t length = name.size() - 1; length >= 2; --length) {
    const Spelling* spelling = find_command(name.substr(0, length));
    if (!spelling) continue;
    out_.repaired = true;
    at_ -= name.size() - length;
    named_command(name.substr(0, length));
    return true;
  }
  return false;
}

void Lexer::spacing_command(std::string_view name) {
  if (name.starts_with("big") || name.starts_with("Big")) return;
  const bool is_space =
      name.ends_with("quad") || name.ends_with("space") || name == "hfill" || name == "enskip";
  if (is_space) widen(name == "thinspace" || name == "negthinspace" ? Gap::Thin : Gap::Space);
}

void Lexer::delimiter_side(std::string_view name) {
  while (peek() == ' ') ++at_;
  if (peek() == '.') {
    ++at_;
    if (name == "right")
      add(TokenKind::Close, kInvisible).side = Side::Right;
    else
      add(TokenKind::Open, kInvisible).side = Side::Left;
    return;
  }
  if (name == "middle") {
    if (peek() != '|') fail("an unknown delimiter");
    return void(take(TokenKind::Mid));
  }
  side_ = name == "left" ? Side::Left : Side::Right;
  if (peek() == '<') return open(Bracket::Angle);
  if (peek() == '>') return close(Bracket::Angle);
}

void Lexer::text_command(TokenKind kind) {
  const std::string_view content = group();
  if (contains(content, '\\') && !contains(content, "\\$") && !contains(content, "\\%") &&
      !contains(content, "\\ ") && !contains(content, "\\,")) {
    fail("a command inside of text");
  }
  add(kind, 0, content);
}

// Letters only are a name or a unit, "km/h" is a unit; anything else is upright mathematics.
void Lexer::roman() {
  if (peek() == '*') ++at_;
  const size_t before = at_;
  const std::string_view content = group();
  const std::string_view letters = trim(content);
  const bool is_name =
      !letters.empty() && std::ranges::all_of(letters, [](char c) { return is_letter(c) || c == ' '; });
  if (is_name) return void(add(TokenKind::Roman, 0, letters));
  const bool is_ratio = !letters.empty() && is_letter(letters.front()) && is_letter(letters.back()) &&
                        std::ranges::all_of(letters, [](char c) { return is_letter(c) || c == '/'; });
  if (is_ratio) return void(add(TokenKind::Text, 0, letters));
  at_ = before;
}

void Lexer::blackboard() {
  const std::string_view name = trim(group());
  constexpr std::string_view kSets[] = {"R", "Q", "Z", "N", "C"};
  const auto* found = std::ranges::find(kSets, name);
  if (found == std::end(kSets)) fail("an unknown set");
  add(TokenKind::NamedSet, 0, *found);
}

void Lexer::environment(bool begins) {
  const std::string_view name = trim(group());
  if (begins)
    ++open_environments_;
  else if (open_environments_ > 0)
    --open_environments_;
  if (begins && (name == "array" || name == "tabular")) {
    if (peek() == '[') skip_optional();
    if (peek() == '{') group();
  }
  add(begins ? TokenKind::Begin : TokenKind::EndBlock, 0, name);
}

void Lexer::negated() {
  while (peek() == ' ') ++at_;
  const size_t before = out_.list.size();
  if (rest().starts_with("\\not")) {
    const bool longer = is_letter(peek(4));  // \notin is a relation of its own
    if (!longer) fail("\\not before \\not");
  }
  next();
  if (out_.list.size() != before + 1 || out_.list.back().kind != TokenKind::Relation)
    fail("\\not before no relation");
  Token& token = out_.list.back();
  const Relation relation = static_cast<Relation>(token.value);
  if (relation == Relation::Equal)
    token.value = static_cast<uint8_t>(Relation::NotEqual);
  else if (relation == Relation::In)
    token.value = static_cast<uint8_t>(Relation::NotIn);
  else
    fail("\\not before an unknown relation");
}

// The content of {...} that follows, or the next character; at_ is then behind it.
std::string_view Lexer::group() {
  while (peek() == ' ') ++at_;
  if (peek() != '{') {
    if (at_ >= text_.size()) fail("a command without argument");
    return text_.substr(at_++, 1);
  }
  const size_t begin = at_ + 1;
  int depth = 0;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '\\')
      ++at_;
    else if (c == '{')
      ++depth;
    else if (c == '}' && --depth == 0)
      return text_.substr(begin, at_++ - begin);
  }
  at_ = text_.size();
  if (!policy_.repair_latex) throw NoReading{"unbalanced '{' at byte " + std::to_string(begin - 1)};
  out_.repaired = true;
  return text_.substr(begin);
}

void Lexer::skip_optional() {
  const size_t close = text_.find(']', at_);
  if (close == std::string_view::npos || close - at_ > 16) return;
  at_ = close + 1;
}

// "\f" + "rac", where a string literal took the backslash: only as a repair.
bool Lexer::eaten_escape() {
  const std::string_view name = eaten_command(rest());
  if (name.empty()) return false;
  out_.repaired = true;
  at_ += name.size();
  if (name == "begin")
    named_command("begin");
  else
    named_command(name);
  return true;
}

}  // namespace r1::math
