#include "rewards/math/lexer.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "rewards/math/lexer_scan.h"

namespace r1::math {

using namespace scan;

namespace {

struct Entity {
  std::string_view name, stands_for;
};

constexpr Entity kEntities[] = {{"&lt;", "<"},     {"&gt;", ">"},     {"&le;", "≤"},     {"&ge;", "≥"},
                                {"&ne;", "≠"},     {"&amp;", "&"},    {"&nbsp;", " "},   {"&times;", "×"},
                                {"&middot;", "·"}, {"&divide;", "÷"}, {"&minus;", "−"},  {"&plusmn;", "±"},
                                {"&pi;", "π"},     {"&theta;", "θ"},  {"&deg;", "°"},    {"&infin;", "∞"},
                                {"&radic;", "√"},  {"&frac12;", "½"}, {"&frac14;", "¼"}, {"&frac34;", "¾"},
                                {"&sup2;", "²"},   {"&sup3;", "³"},   {"&cup;", "∪"},    {"&cap;", "∩"},
                                {"&isin;", "∈"},   {"&empty;", "∅"},  {"&quot;", "\""},  {"&#39;", "'"},
                                {"&ndash;", "−"},  {"&thinsp;", " "}, {"&#8722;", "−"},  {"&#x27;", "'"},
                                {"&lfloor;", "⌊"}, {"&rfloor;", "⌋"}, {"&lceil;", "⌈"},  {"&rceil;", "⌉"}};

class Lexer {
 public:
  Lexer(Arena& arena, std::string_view text, const MathPolicy& policy)
      : arena_(arena), text_(text), policy_(policy) {}

  Tokens run() {
    arena_.fuel().spend(static_cast<int64_t>(text_.size()));
    check_text(text_);
    out_.latex = looks_like_latex(text_);
    dollars_delimit_ = dollars_are_delimiters(text_);
    out_.list.reserve(text_.size() / 2 + 4);
    while (at_ < text_.size()) next();
    start_ = at_;
    add(TokenKind::End);
    return std::move(out_);
  }

 private:
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  std::string_view rest() const { return text_.substr(at_); }
  [[noreturn]] void fail(std::string_view what) const {
    throw NoReading{std::string(what) + " at byte " + std::to_string(at_)};
  }

  Token& add(TokenKind kind, uint8_t value = 0, std::string_view text = {}) {
    Token token{.kind = kind, .value = value, .gap = gap_, .side = side_, .text = text};
    token.math = depth_in_math_ > 0 || (out_.latex && !has_delimiters_);
    token.at = static_cast<uint32_t>(start_);
    token.end = static_cast<uint32_t>(at_);
    gap_ = Gap::None;
    side_ = Side::None;
    return out_.list.emplace_back(token);
  }
  Token& add(const Spelling& spelling) { return add(spelling.kind, spelling.value, spelling.text); }
  // A token that took `bytes` from here.
  Token& take(TokenKind kind, size_t bytes = 1, uint8_t value = 0, std::string_view text = {}) {
    at_ += bytes;
    return add(kind, value, text);
  }
  void widen(Gap gap) { gap_ = std::max(gap_, gap); }

  void next() {
    start_ = at_;
    const char c = peek();
    if (static_cast<unsigned char>(c) >= 0x80) return beyond_ascii();
    if (is_digit(c)) return digits();
    if (is_letter(c)) return word();
    if (c == '\\') return command();
    if (is_space(c)) {
      if (policy_.repair_latex && eaten_escape()) return;
      widen(c == '\n' || c == '\r' ? Gap::Newline : Gap::Space);
      ++at_;
      return;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      if (policy_.repair_latex && eaten_escape()) return;
      fail("a control character");
    }
    sign(c);
  }

  void digits() {
    size_t length = 0;
    while (is_digit(peek(length))) ++length;
    if (static_cast<unsigned char>(peek(length)) >= 0x80) {
      uint32_t codepoint = 0;
      decode(text_.substr(at_ + length), codepoint);
      if (is_invisible(codepoint) || unicode_digit(codepoint) >= 0) return unicode_digits();
      if (codepoint == kOverlineMark || codepoint == kDotMark) return marked_digits(length - 1, codepoint);
    }
    // \frac12 takes one digit for each argument, \sqrt2 one
    const Token* command = out_.list.empty() ? nullptr : &out_.list.back();
    const bool two = command && (command->kind == TokenKind::Frac || command->kind == TokenKind::Binomial);
    const bool one = command && command->kind == TokenKind::Sqrt && command->value == 0;
    for (size_t single = two ? 2 : one ? 1 : 0; single > 0 && length > 1; --single, --length) {
      take(TokenKind::Digits, 1, 0, text_.substr(at_, 1));
      start_ = at_;
    }
    take(TokenKind::Digits, length, 0, text_.substr(at_, length));
  }

  // Digits with a combining line or dot over each from `plain` on: the period of a decimal.
  void marked_digits(size_t plain, uint32_t mark) {
    if (plain > 0) take(TokenKind::Digits, plain, 0, text_.substr(at_, plain));
    std::string block;
    while (is_digit(peek())) {
      uint32_t codepoint = 0;
      const size_t length = at_ + 1 < text_.size() ? decode(text_.substr(at_ + 1), codepoint) : 0;
      if (codepoint != mark) break;
      block += peek();
      at_ += 1 + length;
      if (mark == kDotMark) {
        add(TokenKind::DotAccent);
        add(TokenKind::Digits, 0, arena_.keep(block));
        block.clear();
      }
    }
    if (block.empty()) return;
    add(TokenKind::Overline);
    add(TokenKind::Open, static_cast<uint8_t>(Bracket::Brace));
    add(TokenKind::Digits, 0, arena_.keep(block));
    add(TokenKind::Close, static_cast<uint8_t>(Bracket::Brace));
  }

  void word() {
    size_t length = 0;
    while (is_letter(peek(length))) ++length;
    const std::string_view letters = text_.substr(at_, length);
    if (policy_.repair_latex && lost_backslash(letters, peek(length))) {
      out_.repaired = true;
      at_ += length;
      return named_command(letters);
    }
    take(length == 1 ? TokenKind::Letter : TokenKind::Word, length, 0, letters);
  }

  void relation(Relation relation, size_t bytes) {
    take(TokenKind::Relation, bytes, static_cast<uint8_t>(relation));
  }
  void open(Bracket bracket) { take(TokenKind::Open, 1, static_cast<uint8_t>(bracket)); }
  void close(Bracket bracket) { take(TokenKind::Close, 1, static_cast<uint8_t>(bracket)); }

  void sign(char c) {
    switch (c) {
      case '+':
        if (rest().starts_with("+-") || rest().starts_with("+/-")) return take_plus_minus();
        return void(take(TokenKind::Plus));
      case '-':
        if (rest().starts_with("->")) return void(take(TokenKind::Arrow, 2));
        return void(take(TokenKind::Minus));
      case '*':
        return rest().starts_with("**") ? void(take(TokenKind::Caret, 2)) : void(take(TokenKind::Times));
      case '/':
        return void(take(TokenKind::Slash));
      case '^':
        return void(take(TokenKind::Caret));
      case '_':
        return void(take(TokenKind::Underscore));
      case '(':
        return open(Bracket::Round);
      case ')':
        return close(Bracket::Round);
      case '[':
        return open(Bracket::Square);
      case ']':
        return close(Bracket::Square);
      case '{':
        return opening_brace();
      case '}':
        return close(Bracket::Brace);
      case ',':
        return comma();
      case ';':
        return void(take(TokenKind::Semicolon));
      case ':':
        return rest().starts_with(":=") ? relation(Relation::Equal, 2) : void(take(TokenKind::Colon));
      case '.':
        return rest().starts_with("...") ? void(take(TokenKind::Ellipsis, 3)) : void(take(TokenKind::Dot));
      case '=':
        return equals();
      case '<':
        return less();
      case '>':
        return rest().starts_with(">=") ? relation(Relation::GreaterEqual, 2)
                                        : relation(Relation::Greater, 1);
      case '!':
        if (rest().starts_with("!=") && !out_.latex) return relation(Relation::NotEqual, 2);
        return void(take(TokenKind::Bang));
      case '|':
        return void(take(TokenKind::Bar));
      case '&':
        return ampersand();
      case '%':
        return percent();
      case '$':
        return dollar();
      case '~':
        if (!out_.latex && !(is_digit(peek(1)) && at_ > 0 && is_digit(text_[at_ - 1])))
          return relation(Relation::Approximately, 1);
        widen(Gap::Space);
        ++at_;
        return;
      case '\'': {
        size_t count = 1;
        while (peek(count) == '\'') ++count;
        return void(take(TokenKind::Prime, count, static_cast<uint8_t>(std::min<size_t>(count, 255))));
      }
      case '"':
        return void(take(TokenKind::Quote));
      default:
        fail("a character without meaning");
    }
  }

  void take_plus_minus() {
    // "+-3" is a double sign in ASCII only where the writer means both; "+/-" is always that
    if (rest().starts_with("+/-")) return void(take(TokenKind::PlusMinus, 3));
    take(TokenKind::Plus);
  }

  void opening_brace() {
    if (rest().starts_with("{,}") || rest().starts_with("{.}")) {
      const bool is_comma = peek(1) == ',';
      take(is_comma ? TokenKind::Comma : TokenKind::Dot, 3, 1);
      return;
    }
    if (rest().starts_with("{}")) {
      at_ += 2;
      return;
    }
    if (peek(2) == '}' && contains("+-=<>", peek(1))) {  // {-}7
      const char inner = peek(1);
      at_ += 1;
      sign(inner);
      ++at_;
      return;
    }
    open(Bracket::Brace);
  }

  void comma() {
    size_t ahead = 1;
    while (peek(ahead) == ' ') ++ahead;
    const bool tight = text_.substr(std::min(at_ + ahead, text_.size())).starts_with("\\!");
    take(TokenKind::Comma, 1, tight ? 1 : 0);
  }

  void equals() {
    if (rest().starts_with("==")) return relation(Relation::Equal, 2);
    if (rest().starts_with("=>")) return void(take(TokenKind::Arrow, 2));
    if (rest().starts_with("=<")) return relation(Relation::LessEqual, 2);
    relation(Relation::Equal, 1);
  }

  void less() {
    if (rest().starts_with("<=>")) return void(take(TokenKind::Arrow, 3));
    if (rest().starts_with("<=")) return relation(Relation::LessEqual, 2);
    if (rest().starts_with("<>")) return relation(Relation::NotEqual, 2);
    if (const Tag tag = html_tag(rest()); tag.bytes > 0) return html(tag);
    relation(Relation::Less, 1);
  }

  void html(const Tag& tag) {
    at_ += tag.bytes;
    if (tag.name == "sup" || tag.name == "sub") {
      if (tag.closing) return void(add(TokenKind::Close, static_cast<uint8_t>(Bracket::Brace)));
      add(tag.name == "sup" ? TokenKind::Caret : TokenKind::Underscore);
      add(TokenKind::Open, static_cast<uint8_t>(Bracket::Brace));
      return;
    }
    if (tag.name == "br" || tag.name == "p") widen(Gap::Newline);
  }

  void ampersand() {
    for (const Entity& entity : kEntities) {
      if (!rest().starts_with(entity.name)) continue;
      at_ += entity.name.size();
      return spelled(entity.stands_for);
    }
    take(TokenKind::Ampersand);
  }

  // The token of a sign that stands for what was read: no entity stands for another.
  void spelled(std::string_view sign) {
    if (sign == " ") return widen(Gap::Space);
    if (sign == "<" || sign == ">") {
      const bool less = sign == "<";
      const bool or_equal = peek() == '=';
      if (or_equal) ++at_;
      const Relation relation = less ? (or_equal ? Relation::LessEqual : Relation::Less)
                                     : (or_equal ? Relation::GreaterEqual : Relation::Greater);
      return void(add(TokenKind::Relation, static_cast<uint8_t>(relation)));
    }
    if (sign == "&") return void(add(TokenKind::Ampersand));
    if (sign == "\"") return void(add(TokenKind::Quote));
    if (sign == "'") return void(add(TokenKind::Prime, 1));
    uint32_t codepoint = 0;
    decode(sign, codepoint);
    if (const Spelling* spelling = find_character(codepoint)) return void(add(*spelling));
    fail("an entity without meaning");
  }

  // Behind a value it is the sign, elsewhere the beginning of a LaTeX comment, which may hide what the eye does not see.
  void percent() {
    const bool behind_value = start_ > 0 && !out_.list.empty();
    size_t ahead = 1;
    while (peek(ahead) == ' ') ++ahead;
    const char follows = peek(ahead);
    const bool apart = start_ > 0 && is_space(text_[start_ - 1]) && (is_letter(follows) || is_digit(follows));
    const bool hides = apart        ? true
                       : out_.latex ? follows != '\0' && !contains("$)],;}=<>+-*/\\.", follows)
                                    : is_digit(follows);
    if (!behind_value || hides || (out_.latex && ahead == 1 && follows == '\n')) fail("a comment");
    take(TokenKind::Percent);
  }

  void dollar() {
    if (dollars_delimit_) {
      const size_t length = rest().starts_with("$$") ? 2 : 1;
      at_ += length;
      toggle_math();
      return;
    }
    take(TokenKind::Currency, 1, 0, "USD");
  }

  void toggle_math() {
    depth_in_math_ = depth_in_math_ > 0 ? 0 : 1;
    has_delimiters_ = true;
    widen(Gap::Space);
  }

  void beyond_ascii() {
    uint32_t codepoint = 0;
    const size_t length = decode(rest(), codepoint);
    if (is_invisible(codepoint)) {
      at_ += length;
      return;
    }
    if (const Gap gap = unicode_space(codepoint); gap != Gap::None) {
      widen(gap);
      at_ += length;
      return;
    }
    if (unicode_digit(codepoint) >= 0) return unicode_digits();
    if (const Spelling* spelling = find_character(codepoint)) {
      if (spelling->kind == TokenKind::Superscript || spelling->kind == TokenKind::Subscript) {
        return script(spelling->kind);
      }
      at_ += length;
      return void(add(*spelling));
    }
    if (const Spelling* spelling = find_character(plain_form(codepoint))) {  // mathematical italic pi
      at_ += length;
      return void(add(*spelling));
    }
    if (const char plain = ascii_form(codepoint)) return compatible(plain, length);
    if (is_unicode_letter(codepoint)) return unicode_word();
    fail("a character without meaning");
  }

  void unicode_digits() {
    std::string digits;
    while (at_ < text_.size()) {
      uint32_t codepoint = 0;
      const size_t length = decode(rest(), codepoint);
      const int digit = is_digit(peek()) ? peek() - '0' : unicode_digit(codepoint);
      if (digit < 0 && !is_invisible(codepoint)) break;
      if (digit >= 0) digits += static_cast<char>('0' + digit);
      at_ += length;
    }
    add(TokenKind::Digits, 0, arena_.keep(digits));
  }

  void script(TokenKind kind) {
    std::string spelled;
    while (at_ < text_.size()) {
      uint32_t codepoint = 0;
      const size_t length = decode(rest(), codepoint);
      const Spelling* spelling = find_character(codepoint);
      if (!spelling || spelling->kind != kind) break;
      spelled += spelling->text;
      at_ += length;
    }
    add(kind, 0, arena_.keep(spelled));
  }

  // A letter or sign in another style: full width, mathematical italic, ...
  void compatible(char plain, size_t length) {
    at_ += length;
    if (!is_letter(plain)) {
      const std::string_view signs = "[]{}=<>|*+-.,:;!%$^_()/'";
      const size_t known = signs.find(plain);
      if (known == std::string_view::npos) fail("a character without meaning");
      const size_t resume = at_;
      sign_of_style(plain);
      at_ = resume;
      return;
    }
    std::string letters(1, plain);
    while (at_ < text_.size()) {
      uint32_t codepoint = 0;
      const size_t next_length = decode(rest(), codepoint);
      const char next = codepoint >= 0x80 && !find_character(codepoint) ? ascii_form(codepoint) : 0;
      if (!is_letter(next)) break;
      letters += next;
      at_ += next_length;
    }
    add(letters.size() == 1 ? TokenKind::Letter : TokenKind::Word, 0, arena_.keep(letters));
  }

  void sign_of_style(char plain) {
    if (plain == '[' || plain == ']' || plain == '(' || plain == ')') {
      const Bracket bracket = plain == '[' || plain == ']' ? Bracket::Square : Bracket::Round;
      const bool opens = plain == '[' || plain == '(';
      return void(add(opens ? TokenKind::Open : TokenKind::Close, static_cast<uint8_t>(bracket)));
    }
    if (plain == '=') return void(add(TokenKind::Relation, static_cast<uint8_t>(Relation::Equal)));
    if (plain == '^') return void(add(TokenKind::Caret));
    if (plain == '_') return void(add(TokenKind::Underscore));
    fail("a character without meaning");
  }

  void unicode_word() {
    size_t count = 0;
    while (at_ < text_.size()) {
      uint32_t codepoint = 0;
      const size_t length = decode(rest(), codepoint);
      if (codepoint < 0x80 ? !is_letter(peek()) : !is_unicode_letter(codepoint) || find_character(codepoint))
        break;
      at_ += length;
      ++count;
    }
    const bool one_letter = count == 1 && at_ - start_ == 2;  // Cyrillic, accented; an ideograph is a word
    add(one_letter ? TokenKind::Letter : TokenKind::Word, 0, text_.substr(start_, at_ - start_));
  }

  // --- commands -------------------------------------------------------------------------------------------

  void command() {
    const char c = peek(1);
    if (!is_letter(c)) return control_symbol(c);
    size_t length = 0;
    while (is_letter(peek(1 + length))) ++length;
    const std::string_view name = text_.substr(at_ + 1, length);
    at_ += 1 + length;
    named_command(name);
  }

  void control_symbol(char c) {
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
  void double_backslash() {
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

  void named_command(std::string_view name) {
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
  bool glued_command(std::string_view name) {
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

  void spacing_command(std::string_view name) {
    if (name.starts_with("big") || name.starts_with("Big")) return;
    const bool is_space =
        name.ends_with("quad") || name.ends_with("space") || name == "hfill" || name == "enskip";
    if (is_space) widen(name == "thinspace" || name == "negthinspace" ? Gap::Thin : Gap::Space);
  }

  void delimiter_side(std::string_view name) {
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

  void text_command(TokenKind kind) {
    const std::string_view content = group();
    if (contains(content, '\\') && !contains(content, "\\$") && !contains(content, "\\%") &&
        !contains(content, "\\ ") && !contains(content, "\\,")) {
      fail("a command inside of text");
    }
    add(kind, 0, content);
  }

  // Letters only are a name or a unit; anything else is upright mathematics.
  void roman() {
    if (peek() == '*') ++at_;
    const size_t before = at_;
    const std::string_view content = group();
    const std::string_view letters = trim(content);
    const bool is_name =
        !letters.empty() && std::ranges::all_of(letters, [](char c) { return is_letter(c) || c == ' '; });
    if (is_name) return void(add(TokenKind::Roman, 0, letters));
    at_ = before;
  }

  void blackboard() {
    const std::string_view name = trim(group());
    constexpr std::string_view kSets[] = {"R", "Q", "Z", "N", "C"};
    const auto* found = std::ranges::find(kSets, name);
    if (found == std::end(kSets)) fail("an unknown set");
    add(TokenKind::NamedSet, 0, *found);
  }

  void environment(bool begins) {
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

  void negated() {
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
  std::string_view group() {
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

  void skip_group() { group(); }
  void skip_empty_group() {
    if (rest().starts_with("{}")) at_ += 2;
  }
  void skip_optional() {
    const size_t close = text_.find(']', at_);
    if (close == std::string_view::npos || close - at_ > 16) return;
    at_ = close + 1;
  }

  // "\f" + "rac", where a string literal took the backslash: only as a repair.
  bool eaten_escape() {
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

  Arena& arena_;
  std::string_view text_;
  const MathPolicy& policy_;
  Tokens out_;
  size_t at_ = 0, start_ = 0;
  Gap gap_ = Gap::None;
  Side side_ = Side::None;
  int depth_in_math_ = 0, open_environments_ = 0;
  bool has_delimiters_ = false, dollars_delimit_ = false;
};

}  // namespace

Tokens lex(Arena& arena, std::string_view text, const MathPolicy& policy) {
  return Lexer(arena, text, policy).run();
}

}  // namespace r1::math
