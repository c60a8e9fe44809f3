#include "rewards/math/parse/lexer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rewards/math/parse/parser_words.h"

namespace r1::math {
namespace {

class LexerTest : public testing::Test {
 protected:
  Tokens read(std::string_view text, const MathPolicy& policy = MathPolicy::strict()) {
    return lex(arena_, text, policy);
  }
  std::vector<TokenKind> kinds(std::string_view text) {
    std::vector<TokenKind> kinds;
    for (const Token& token : read(text).list) kinds.push_back(token.kind);
    return kinds;
  }
  std::string problem(std::string_view text) {
    try {
      read(text);
    } catch (const NoReading& reason) {
      return reason.problem;
    }
    return "";
  }

  Fuel fuel_{1 << 20};
  Arena arena_{fuel_};
};

using enum TokenKind;
using Kinds = std::vector<TokenKind>;

TEST_F(LexerTest, SpellingsOfOneSignAreOneToken) {
  for (std::string_view text : {"\\le", "\\leq", "\\leqslant", "≤", "<=", "=<", "⩽"}) {
    const Token token = read(text).list.front();
    EXPECT_EQ(token.kind, TokenKind::Relation) << text;
    EXPECT_EQ(token.value, static_cast<uint8_t>(Relation::LessEqual)) << text;
  }
  for (std::string_view text : {"\\times", "\\cdot", "*", "×", "·", "⋅"})
    EXPECT_EQ(kinds(text), (Kinds{Times, End})) << text;
  for (std::string_view text : {"-", "−", "－"}) EXPECT_EQ(kinds(text), (Kinds{Minus, End})) << text;
}

TEST_F(LexerTest, TokensKnowTheirBytes) {
  const Tokens tokens = read("\\frac{10}{x}");
  EXPECT_EQ(tokens.list[2].at, 6u);
  EXPECT_EQ(tokens.list[2].end, 8u);
  EXPECT_EQ(tokens.list[2].text, "10");
  EXPECT_EQ(tokens.list.back().at, 12u);
}

TEST_F(LexerTest, CompactFractionsTakeOneDigitForEachArgument) {
  EXPECT_EQ(kinds("\\frac123"), (Kinds{Frac, Digits, Digits, Digits, End}));
  EXPECT_EQ(kinds("\\frac{12}{3}"), (Kinds{Frac, Open, Digits, Close, Open, Digits, Close, End}));
  EXPECT_EQ(kinds("\\sqrt12"), (Kinds{Sqrt, Digits, Digits, End}));
  EXPECT_EQ(kinds("√12"), (Kinds{Sqrt, Digits, End}));
}

TEST_F(LexerTest, SpacesMarkTheNextToken) {
  const Tokens tokens = read("1 2\\,3\n4\\quad5");
  EXPECT_EQ(tokens.list[0].gap, Gap::None);
  EXPECT_EQ(tokens.list[1].gap, Gap::Space);
  EXPECT_EQ(tokens.list[2].gap, Gap::Thin);
  EXPECT_EQ(tokens.list[3].gap, Gap::Newline);
  EXPECT_EQ(tokens.list[4].gap, Gap::Space);
}

TEST_F(LexerTest, DecorationLeavesNoToken) {
  EXPECT_EQ(kinds("\\displaystyle\\left(\\bigl.x\\right)"), kinds("(.x)"));
  EXPECT_EQ(kinds("$x$"), (Kinds{Letter, End}));
  EXPECT_EQ(kinds("x<br>"), (Kinds{Letter, End}));
  EXPECT_EQ(kinds("\u200bx\ufeff"), (Kinds{Letter, End}));
}

TEST_F(LexerTest, ADollarIsADelimiterOrMoney) {
  EXPECT_EQ(kinds("$5$"), (Kinds{Digits, End}));
  EXPECT_EQ(kinds("$$5$$"), (Kinds{Digits, End}));
  EXPECT_EQ(kinds("$5"), (Kinds{Currency, Digits, End}));
  EXPECT_EQ(kinds("\\$5"), (Kinds{Currency, Digits, End}));
  EXPECT_EQ(kinds("5$"), (Kinds{Digits, Currency, End}));
  EXPECT_EQ(kinds("$5, $6"), (Kinds{Currency, Digits, Comma, Currency, Digits, End}));
}

TEST_F(LexerTest, DigitsOfAnyScriptAreAscii) {
  EXPECT_EQ(read("１２３").list.front().text, "123");
  EXPECT_EQ(read("٤٢").list.front().text, "42");
  EXPECT_EQ(read("४२").list.front().text, "42");
  EXPECT_EQ(read("𝟒𝟐").list.front().text, "42");
}

TEST_F(LexerTest, LettersOfOtherScriptsAreThemselves) {
  EXPECT_EQ(read("а").list.front().text, "а");  // Cyrillic
  EXPECT_NE(read("х").list.front().text, "x");
  EXPECT_EQ(read("𝑥").list.front().text, "x");
  EXPECT_EQ(read("θ").list.front().text, read("\\theta").list.front().text);
}

TEST_F(LexerTest, APercentSignBehindAValueIsNoComment) {
  EXPECT_EQ(problem("50%"), "");
  EXPECT_EQ(problem("50\\%"), "");
  EXPECT_EQ(problem("50%, 60%"), "");
  EXPECT_EQ(problem("5 % the answer"), "a comment at byte 2");
  EXPECT_EQ(problem("\\pi%6"), "a comment at byte 3");
  EXPECT_EQ(problem("%5"), "a comment at byte 0");
}

TEST_F(LexerTest, UnknownCommandsAndCharactersAreNamed) {
  EXPECT_EQ(problem("\\foo"), "unknown command \\foo at byte 4");
  EXPECT_EQ(problem("\\def\\a{1}"), "unknown command \\def at byte 4");
  EXPECT_EQ(problem("1 # 2"), "a character without meaning at byte 2");
  EXPECT_EQ(problem("1\x01"), "a control character at byte 1");
  EXPECT_EQ(problem("\\text{5"), "unbalanced '{' at byte 5");
}

TEST_F(LexerTest, EatenEscapesAreReadOnlyAsARepair) {
  EXPECT_EQ(problem("\frac{1}{2}"), "a control character at byte 0");
  const Tokens tokens = read("\frac{1}{2}", MathPolicy::lenient());
  EXPECT_EQ(tokens.list.front().kind, Frac);
  EXPECT_TRUE(tokens.repaired);
}

TEST_F(LexerTest, WordsBecomeFunctionsLettersOrStayWords) {
  const auto words = [&](std::string_view text) {
    Kinds kinds;
    for (const Token& token : read_words(read(text).list, false)) kinds.push_back(token.kind);
    return kinds;
  };
  EXPECT_EQ(words("sin"), (Kinds{TokenKind::Function, End}));
  EXPECT_EQ(words("sinx"), (Kinds{TokenKind::Function, Letter, End}));
  EXPECT_EQ(words("cost"), (Kinds{Word, End}));
  EXPECT_EQ(words("xy"), (Kinds{Letter, Letter, End}));
  EXPECT_EQ(words("2bac"), (Kinds{Digits, Letter, Letter, Letter, End}));
  EXPECT_EQ(words("cat"), (Kinds{Word, End}));
  EXPECT_EQ(words("$abc$"), (Kinds{Letter, Letter, Letter, End}));
  EXPECT_EQ(words("1 and 2"), (Kinds{Digits, And, Digits, End}));
  EXPECT_EQ(words("5 cm"), (Kinds{Digits, Word, End}));
  EXPECT_EQ(words("min(1,2)").front(), TokenKind::Function);
  EXPECT_EQ(words("5 min"), (Kinds{Digits, Word, End}));
}

}  // namespace
}  // namespace r1::math
