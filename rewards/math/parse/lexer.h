// Bytes of an answer -> tokens: LaTeX commands, ASCII and Unicode signs of one meaning become one token.
//
// What only decorates (spaces, \left, \displaystyle, $ delimiters, zero-width characters, HTML tags) leaves no token but
// marks on the next one. Nothing is guessed: a character or command without a meaning here has no reading.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/math/policy.h"
#include "rewards/math/tree/expression.h"

namespace r1::math {

// Thrown by lexer and parser, caught by parse_answer: the text has no reading.
struct NoReading {
  std::string problem;
};

enum class TokenKind : uint8_t {
  End,
  Digits,  // text: ASCII digits, whatever script they were written in
  Dot,
  Letter,       // one variable; text is its name ("x", "theta")
  Word,         // two letters or more outside \text; parser_words.h makes letters, functions or nothing of it
  Text,         // \text{...}, \mbox{...}: text is the content
  Roman,        // \mathrm{...}, \operatorname{...}: text is the content, letters only
  Function,     // value is a Function
  Constant,     // value is a Constant
  NamedSet,     // text as in Kind::NamedSet
  Vulgar,       // one half: value is numerator * 16 + denominator
  Superscript,  // text is the ASCII spelling of a run of superscripts
  Subscript,    // the same below
  Plus,
  Minus,
  Times,
  Slash,
  PlusMinus,  // value 1: for Minus an en dash, for PlusMinus \mp
  Caret,
  Underscore,
  Comma,
  Semicolon,
  Colon,       // value 1 for Comma: certainly a thousands separator, as in {,} or ,\!
  Relation,    // value is a Relation
  Equivalent,  // the three-barred sign
  Arrow,       // 1 implies, 2 if and only if, 3 implied by, 4 maps to, 0 others
  Figure,      // angle, triangle: stands before the letters of its name
  Open,
  Close,  // value is a Bracket
  Bar,
  DoubleBar,
  Mid,
  Bang,
  Percent,
  Degree,
  Circle,
  Prime,
  Quote,  // Circle: \circ; value of Prime: how many
  Ampersand,
  NewRow,
  Begin,
  EndBlock,  // text of Begin and EndBlock: the environment
  Frac,
  Sqrt,
  Root,
  Binomial,
  Over,
  Choose,  // value of Root: the index
  Overline,
  DotAccent,
  Vector,
  Hat,
  Bold,
  Boxed,  // stands before a group without meaning: \boxed{...}, \mathit{...}
  Sum,
  Product,
  Integral,
  Limit,  // value of Integral: how many
  Cup,
  Cap,
  SetMinus,
  Ellipsis,
  And,
  Or,
  Not,
  If,  // value 1 of And, Or: a sign of logic; of If: "otherwise"
  Mod,
  ParenMod,    // \bmod, \pmod
  Currency,    // text is the unit's key: "USD"
  Transposed,  // \top, \intercal
  NoBreak,     // never in a list: internal to the tables
};

enum class Bracket : uint8_t { Round, Square, Brace, Set, Angle, Floor, Ceiling };

enum class Gap : uint8_t {
  None,
  Thin,
  Space,
  Newline
};                                                // what stands before a token; Thin is \, and its kin
enum class Side : uint8_t { None, Left, Right };  // \left, \right before a bracket

struct Token {
  TokenKind kind = TokenKind::End;
  uint8_t value = 0;
  Gap gap = Gap::None;
  Side side = Side::None;
  bool spaced_commas = false;  // of Open: its commas are followed by spaces; set by Parser
  bool square_closes = false;  // of Open: a '[' ends it, as in [1, 2[; set by Parser
  bool math = false;           // inside $...$, \(...\) or \[...\], or in a text that is LaTeX throughout
  uint32_t at = 0;             // byte in the text
  uint32_t end = 0;            // one past its last byte
  std::string_view text;
};

struct Tokens {
  std::vector<Token> list;  // ends with End
  bool latex = false;       // the text holds commands, $, or braced scripts
  bool repaired = false;
};

// Texts of tokens view `text`, literals, or the arena. Costs a step a byte.
// Throws NoReading for NUL, bad UTF-8, bidirectional overrides, comments, definitions and what is unknown.
Tokens lex(Arena& arena, std::string_view text, const MathPolicy& policy);

// What a sign or a command means: the tables of lexer_tables.cpp.
struct Spelling {
  TokenKind kind;
  uint8_t value = 0;
  std::string_view text = {};
};
const Spelling* find_command(std::string_view name);  // without backslash; none when unknown
const Spelling* find_character(uint32_t codepoint);   // beyond ASCII

}  // namespace r1::math
