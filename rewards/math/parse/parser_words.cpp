#include "rewards/math/parse/parser_words.h"

#include <algorithm>
#include <iterator>

#include "rewards/math/parse/lexer_scan.h"
#include "rewards/math/vocabulary/units.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

struct Word {
  std::string_view name;
  Spelling spelling;
};

constexpr uint8_t at(Function function) { return static_cast<uint8_t>(function); }
constexpr uint8_t at(Constant constant) { return static_cast<uint8_t>(constant); }

// Words that are mathematics without a backslash, by name.
constexpr Word kWords[] = {
    {"AND", {TokenKind::And}},
    {"GCD", {TokenKind::Function, at(Function::Gcd)}},
    {"Im", {TokenKind::Function, at(Function::Im)}},
    {"Infinity", {TokenKind::Constant, at(Constant::Infinity)}},
    {"LCM", {TokenKind::Function, at(Function::Lcm)}},
    {"OR", {TokenKind::Or}},
    {"Pi", {TokenKind::Constant, at(Constant::Pi)}},
    {"Re", {TokenKind::Function, at(Function::Re)}},
    {"abs", {TokenKind::Function, at(Function::Abs)}},
    {"acos", {TokenKind::Function, at(Function::Acos)}},
    {"alpha", {TokenKind::Letter, 0, "alpha"}},
    {"and", {TokenKind::And}},
    {"arccos", {TokenKind::Function, at(Function::Acos)}},
    {"arccot", {TokenKind::Function, at(Function::Acot)}},
    {"arcsin", {TokenKind::Function, at(Function::Asin)}},
    {"arctan", {TokenKind::Function, at(Function::Atan)}},
    {"arg", {TokenKind::Function, at(Function::Arg)}},
    {"asin", {TokenKind::Function, at(Function::Asin)}},
    {"atan", {TokenKind::Function, at(Function::Atan)}},
    {"beta", {TokenKind::Letter, 0, "beta"}},
    {"cbrt", {TokenKind::Root, 3}},
    {"ceil", {TokenKind::Function, at(Function::Ceiling)}},
    {"choose", {TokenKind::Choose}},
    {"cis", {TokenKind::Function, at(Function::Cis)}},
    {"cos", {TokenKind::Function, at(Function::Cos)}},
    {"cosh", {TokenKind::Function, at(Function::Cosh)}},
    {"cot", {TokenKind::Function, at(Function::Cot)}},
    {"csc", {TokenKind::Function, at(Function::Csc)}},
    {"det", {TokenKind::Function, at(Function::Determinant)}},
    {"exp", {TokenKind::Function, at(Function::Exp)}},
    {"floor", {TokenKind::Function, at(Function::Floor)}},
    {"for", {TokenKind::If}},
    {"gamma", {TokenKind::Letter, 0, "gamma"}},
    {"gcd", {TokenKind::Function, at(Function::Gcd)}},
    {"if", {TokenKind::If}},
    {"in", {TokenKind::Relation, static_cast<uint8_t>(Relation::In)}},
    {"inf", {TokenKind::Constant, at(Constant::Infinity)}},
    {"infinity", {TokenKind::Constant, at(Constant::Infinity)}},
    {"lambda", {TokenKind::Letter, 0, "lambda"}},
    {"lcm", {TokenKind::Function, at(Function::Lcm)}},
    {"lg", {TokenKind::Function, at(Function::Log)}},
    {"ln", {TokenKind::Function, at(Function::Ln)}},
    {"log", {TokenKind::Function, at(Function::LogUnstated)}},
    {"max", {TokenKind::Function, at(Function::Max)}},
    {"min", {TokenKind::Function, at(Function::Min)}},
    {"mod", {TokenKind::ParenMod, 1}},
    {"oo", {TokenKind::Constant, at(Constant::Infinity)}},
    {"or", {TokenKind::Or}},
    {"otherwise", {TokenKind::If, 1}},
    {"percent", {TokenKind::Percent}},
    {"phi", {TokenKind::Letter, 0, "phi"}},
    {"pi", {TokenKind::Constant, at(Constant::Pi)}},
    {"sec", {TokenKind::Function, at(Function::Sec)}},
    {"sgn", {TokenKind::Function, at(Function::Sign)}},
    {"sign", {TokenKind::Function, at(Function::Sign)}},
    {"sin", {TokenKind::Function, at(Function::Sin)}},
    {"sinh", {TokenKind::Function, at(Function::Sinh)}},
    {"sqrt", {TokenKind::Sqrt, 1}},
    {"tan", {TokenKind::Function, at(Function::Tan)}},
    {"tanh", {TokenKind::Function, at(Function::Tanh)}},
    {"theta", {TokenKind::Letter, 0, "theta"}},
    {"union", {TokenKind::Cup}},
    {"when", {TokenKind::If}},
    {"where", {TokenKind::If}},
};
static_assert(std::ranges::is_sorted(kWords, {}, &Word::name));

// Functions that may be glued to one variable in plain text: "sinx", "2lnx".
constexpr std::string_view kGlued[] = {"sin", "cos", "tan", "cot",  "sec", "csc",
                                       "ln",  "log", "exp", "sqrt", "pi"};

// Two-letter words that are never a product of variables.
constexpr std::string_view kShortWords[] = {"am", "an", "as", "at", "be", "by", "do", "go", "he",
                                            "hi", "if", "in", "is", "it", "me", "my", "no", "of",
                                            "ok", "on", "or", "pm", "so", "to", "up", "us", "we",
                                            "AM", "PM", "No", "OK", "NO", "In", "It", "Is", "Of"};

// Short units that stand for a product when glued to a number in a formula: 2cd, 3mn.
constexpr std::string_view kLettersRather[] = {"as", "at", "au", "cd", "ct", "ha",
                                               "mn", "nt", "pa", "pt", "rs", "st"};

const Spelling* find_word(std::string_view name) {
  const Word* found = std::ranges::lower_bound(kWords, name, {}, &Word::name);
  return found != std::end(kWords) && found->name == name ? &found->spelling : nullptr;
}

bool is_vowel(char c) { return scan::contains("aeiouAEIOU", c); }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return scan::is_letter(c); });
}

class WordReader {
 public:
  WordReader(std::vector<Token> tokens, bool prose) : in_(std::move(tokens)), prose_(prose) {
    out_.reserve(in_.size() + 8);
  }

  std::vector<Token> run() {
    for (at_ = 0; at_ < in_.size(); ++at_) {
      const Token& token = in_[at_];
      if (token.kind == TokenKind::Word)
        word(token);
      else if (token.kind == TokenKind::Roman)
        roman(token);
      else if (token.kind == TokenKind::Text)
        text(token);
      else if (token.kind == TokenKind::Letter && is_times(token))
        out_.push_back(as(token, {TokenKind::Times}));
      else if (is_spanish_or(token))
        out_.push_back(as(token, {TokenKind::Or}));
      else if (token.kind == TokenKind::Letter && token.text == "и")
        out_.push_back(as(token, {TokenKind::And}));
      else if (token.kind == TokenKind::Letter && is_union(token))
        out_.push_back(as(token, {TokenKind::Cup}));
      else
        out_.push_back(token);
    }
    return std::move(out_);
  }

 private:
  Token as(Token token, const Spelling& spelling) {
    token.kind = spelling.kind;
    token.value = spelling.value;
    if (!spelling.text.empty()) token.text = spelling.text;
    return token;
  }

  TokenKind previous() const { return out_.empty() ? TokenKind::End : out_.back().kind; }
  const Token& next() const { return in_[std::min(at_ + 1, in_.size() - 1)]; }

  // "(1,2) U (3,4)"
  bool is_union(const Token& token) const {
    return token.text == "U" && previous() == TokenKind::Close && next().kind == TokenKind::Open;
  }

  // \frac{\text{m}}{\text{s}}, \text{km}\cdot\text{h}
  bool in_braces() const {
    const bool factor = previous() == TokenKind::Times || previous() == TokenKind::Slash;
    if (factor && out_.size() > 1 && out_[out_.size() - 2].kind == TokenKind::Text) return true;
    return previous() == TokenKind::Open && out_.back().value == static_cast<uint8_t>(Bracket::Brace);
  }

  // 1\text{A}_{16}
  bool is_digit_above_nine(std::string_view letter) const {
    return letter[0] >= 'A' && letter[0] <= 'Z' && previous() == TokenKind::Digits &&
           next().kind == TokenKind::Underscore;
  }

  // "2 o -7": between numbers, where a product of o would be no reading or be written without these spaces.
  bool is_spanish_or(const Token& token) const {
    if (token.kind != TokenKind::Letter || token.text != "o" || token.math || previous() != TokenKind::Digits)
      return false;
    if (token.gap != Gap::Space || next().gap != Gap::Space || at_ + 2 >= in_.size()) return false;
    return next().kind == TokenKind::Digits ||
           (next().kind == TokenKind::Minus && in_[at_ + 2].gap == Gap::None);
  }

  // "3.2x10^5": an x between a number and a power of ten.
  bool is_times(const Token& token) const {
    if (token.text != "x" || previous() != TokenKind::Digits || at_ + 2 >= in_.size()) return false;
    const TokenKind power = in_[at_ + 2].kind;
    return next().kind == TokenKind::Digits && next().text == "10" &&
           (power == TokenKind::Caret || power == TokenKind::Superscript);
  }

  bool behind_value() const {
    switch (previous()) {
      case TokenKind::Digits:
      case TokenKind::Close:
      case TokenKind::Vulgar:
      case TokenKind::Constant:
      case TokenKind::Superscript:
        return true;
      default:
        return false;
    }
  }

  // Whether the word has its meaning here: "min" is a function before a bracket, "in" a relation before a set.
  bool has_meaning(const Spelling& spelling, std::string_view name) const {
    const TokenKind follows = next().kind;
    if (name == "min" || name == "sec" || name == "deg" || name == "sign" || name == "max" || name == "det") {
      const bool needs_bracket = name != "sec" || behind_value();
      return name == "deg" ? behind_value() : !needs_bracket || follows == TokenKind::Open;
    }
    if (name == "in") return follows == TokenKind::Open || follows == TokenKind::NamedSet;
    if (spelling.kind == TokenKind::Degree) return behind_value();
    return true;
  }

  void word(const Token& token) {
    if (const Spelling* spelling = find_word(token.text); spelling && has_meaning(*spelling, token.text)) {
      out_.push_back(as(token, *spelling));
      return;
    }
    if (const Joiner joiner = find_joiner(token.text); joiner != Joiner::None) {
      out_.push_back(as(token, {joiner == Joiner::And ? TokenKind::And : TokenKind::Or}));
      return;
    }
    if (token.text == "to" && previous() == TokenKind::Digits && next().kind == TokenKind::Digits) {
      out_.push_back(as(token, {TokenKind::Colon}));  // 3 to 1
      return;
    }
    if (next().kind == TokenKind::Digits && !behind_value()) {  // USD 5
      if (const auto unit = find_unit(token.text); unit && is_currency(*unit)) {
        out_.push_back(as(token, {TokenKind::Currency, 0, *unit}));
        return;
      }
    }
    if (!is_ascii(token.text)) {
      out_.push_back(token);
      return;
    }
    if (token.text == "US" && next().kind == TokenKind::Currency) return;
    if (behind_value() && is_unit_word(token)) {
      out_.push_back(token);
      return;
    }
    if (glued(token)) return;
    if (spells_variables(token)) return letters(token, token.text);
    out_.push_back(token);
  }

  bool is_unit_word(const Token& token) const {
    const bool rather_letters = token.math && token.gap == Gap::None &&
                                std::ranges::find(kLettersRather, token.text) != std::end(kLettersRather);
    return !rather_letters && find_unit(token.text).has_value();
  }

  // A run of letters as a product: always in a formula (up to four), in plain text when it cannot be a word.
  bool spells_variables(const Token& token) const {
    const std::string_view word = token.text;
    if (prose_) return false;
    if (std::ranges::find(kShortWords, word) != std::end(kShortWords))
      return token.math && word.size() == 2 && is_glued(token);
    if (token.math) return word.size() <= 4;
    if (is_glued(token) && word.size() <= 4) return true;
    if (word.size() == 2) return true;
    if (word.size() > 5) return false;
    const bool one_case = std::ranges::all_of(word, is_upper) || std::ranges::none_of(word, is_upper);
    const bool ascending = std::ranges::adjacent_find(word, std::greater_equal<>()) == word.end();
    return one_case && (std::ranges::none_of(word, is_vowel) ||
                        (ascending && word.size() == 3 && word.back() == word[0] + 2));
  }

  // An operator or a number touches it.
  bool is_glued(const Token& token) const {
    const bool before = !out_.empty() && token.gap == Gap::None && out_.back().kind != TokenKind::Open;
    const TokenKind follows = next().kind;
    const bool after =
        next().gap == Gap::None && (follows == TokenKind::Caret || follows == TokenKind::Superscript ||
                                    follows == TokenKind::Plus || follows == TokenKind::Minus);
    return before || after;
  }

  void letters(const Token& token, std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
      Token letter = token;
      letter.kind = TokenKind::Letter;
      letter.value = 0;
      letter.text = text.substr(i, 1);
      letter.at = token.at + static_cast<uint32_t>(text.data() + i - token.text.data());
      letter.end = letter.at + 1;
      if (letter.at != token.at) letter.gap = Gap::None;
      out_.push_back(letter);
    }
  }

  // "sinx", "xlnx": up to one letter before, one behind ("cost" and "tank" are words in plain text).
  bool glued(const Token& token) {
    const std::string_view word = token.text;
    for (std::string_view name : kGlued) {
      const size_t found = word.find(name);
      if (found == std::string_view::npos || found > (token.math ? 2u : 1u)) continue;
      const std::string_view behind = word.substr(found + name.size());
      const bool is_variable = behind.size() == 1 && (token.math || scan::contains("xyzt", behind[0]));
      const bool stands_alone =
          behind.empty() && (next().kind == TokenKind::Open || next().kind == TokenKind::Superscript ||
                             next().kind == TokenKind::Caret || name == "pi");
      if (!is_variable && !stands_alone) continue;
      if (!token.math &&
          (word == "cost" || word == "spin" || word == "pit" || word == "pix" || word == "sect"))
        return false;
      letters(token, word.substr(0, found));
      Token function = as(token, *find_word(name));
      function.text = function.kind == TokenKind::Letter ? function.text : std::string_view{};
      if (found > 0) function.gap = Gap::None;
      out_.push_back(function);
      letters(token, behind);
      return true;
    }
    return false;
  }

  void roman(const Token& token) {
    if (const Spelling* command = find_command(token.text);
        command && (command->kind == TokenKind::Function || command->kind == TokenKind::Limit)) {
      out_.push_back(as(token, *command));
      return;
    }
    if (const Spelling* spelling = find_word(token.text); spelling && has_meaning(*spelling, token.text)) {
      out_.push_back(as(token, *spelling));
      return;
    }
    if (token.text.size() == 1) return upright_letter(token);
    out_.push_back(as(token, {TokenKind::Text}));
  }

  // \text{ and }, \text{or}, \text{ if }, \text{, }, \text{\$}
  void text(const Token& token) {
    const std::string_view inside = scan::trim(token.text);
    if (inside == "to" && previous() == TokenKind::Digits && next().kind == TokenKind::Digits) {
      out_.push_back(as(token, {TokenKind::Colon}));
      return;
    }
    if (inside == "," || inside == ";") {
      out_.push_back(as(token, {inside == "," ? TokenKind::Comma : TokenKind::Semicolon}));
      return;
    }
    if (inside == "\\$" || inside == "$" || inside == "€" || inside == "£") {
      out_.push_back(as(token, {TokenKind::Currency, 0, *find_unit(inside == "\\$" ? "$" : inside)}));
      return;
    }
    if (inside == "o" && behind_value()) {  // Spanish; the letter o where no value is in front
      out_.push_back(as(token, {TokenKind::Or}));
      return;
    }
    if (const Joiner joiner = find_joiner(inside); joiner != Joiner::None) {
      out_.push_back(as(token, {joiner == Joiner::And ? TokenKind::And : TokenKind::Or}));
      return;
    }
    const Spelling* spelling = find_word(scan::trim(token.text));
    if (spelling && (spelling->kind == TokenKind::And || spelling->kind == TokenKind::Or ||
                     spelling->kind == TokenKind::If)) {
      out_.push_back(as(token, *spelling));
    } else if (const std::string_view content = scan::trim(token.text);
               content.size() == 1 && scan::is_letter(content[0]) &&
               (!behind_value() || is_digit_above_nine(content)) && !in_braces()) {
      Token letter = as(token, {TokenKind::Letter});
      letter.text = content;
      out_.push_back(letter);
    } else {
      out_.push_back(token);
    }
  }

  void upright_letter(const Token& token) {
    if (token.text == "i" || token.text == "e") {
      const Constant constant = token.text == "i" ? Constant::I : Constant::E;
      out_.push_back(as(token, {TokenKind::Constant, at(constant)}));
      return;
    }
    const bool is_unit = behind_value() && token.text != "d" && next().kind != TokenKind::Underscore;
    out_.push_back(as(token, {is_unit ? TokenKind::Text : TokenKind::Letter}));
  }

  std::vector<Token> in_, out_;
  bool prose_;
  size_t at_ = 0;
};

}  // namespace

std::vector<Token> read_words(std::vector<Token> tokens, bool prose) {
  const bool any = std::ranges::any_of(tokens, [](const Token& token) {
    return token.kind == TokenKind::Word || token.kind == TokenKind::Roman ||
           token.kind == TokenKind::Letter || token.kind == TokenKind::Text;
  });
  return any ? WordReader(std::move(tokens), prose).run() : std::move(tokens);
}

bool holds_prose(const std::vector<Token>& tokens) {
  return std::ranges::any_of(tokens, [](const Token& token) {
    return token.kind == TokenKind::Word || token.kind == TokenKind::Text;
  });
}

}  // namespace r1::math
