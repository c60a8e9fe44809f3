// What the parser does with hostile input, with each policy, and how it limits its work. Forms: parser_*_test.cpp.
#include "rewards/math/parse/parser.h"

#include <cstdint>
#include <string>

#include "tests/rewards/math/parse/parser_cases.h"

namespace r1::math {
namespace {

std::string repeated(std::string_view part, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) text += part;
  return text;
}

// True when a text of this size ends in a tree, a problem or OutOfFuel: anything but a crash.
bool survives(std::string_view text, const MathPolicy& policy = MathPolicy::lenient()) {
  Fuel fuel(1 << 20);
  Arena arena(fuel);
  try {
    const Parsed parsed = parse_answer(arena, text, policy);
    return (parsed.node != nullptr) == parsed.problem.empty();
  } catch (const OutOfFuel&) {
    return true;
  }
}

TEST(Parser, EmptyAndBlankTextsHaveNoReading) {
  for (std::string_view text : {"", " ", "\n\t", "$$", "$ $", "\\text{}", "**", ".", "{}"}) {
    EXPECT_TRUE(tree_of(text).starts_with("none: ")) << text;
  }
}

TEST(Parser, NulAndBadUtf8HaveNoReading) {
  EXPECT_EQ(tree_of(std::string_view("5\0", 2)), "none: a NUL");
  EXPECT_EQ(tree_of("5\xff"), "none: bad UTF-8");
  EXPECT_EQ(tree_of("\xe2\x88"), "none: bad UTF-8");
  EXPECT_EQ(tree_of("\xc0\xb1"), "none: bad UTF-8");
}

TEST(Parser, BidirectionalOverridesHaveNoReading) {
  EXPECT_EQ(tree_of("1\u202e2"), "none: a bidirectional override");
  EXPECT_EQ(tree_of("\u20661\u2069"), "none: a bidirectional override");
}

TEST(Parser, InvisibleCharactersLeaveNoTrace) {
  EXPECT_EQ(tree_of("\u200b4\u200b2\ufeff"), "42");
  EXPECT_EQ(tree_of("x\u200d+1"), "Add(x, 1)");
}

TEST(Parser, DeepNestingHasNoReading) {
  for (std::string_view open : {"(",
                                "{",
                                "[",
                                "\\{",
                                "\\frac{",
                                "\\sqrt{",
                                "|",
                                "-",
                                "x^",
                                "\\sin",
                                "<",
                                "\\lnot ",
                                "\\text{",
                                "\\left(",
                                "\\boxed{",
                                "\\begin{pmatrix}",
                                "\\begin{cases}",
                                "f(",
                                "2^{",
                                "\\vec{",
                                "\\overline{",
                                "\\sum_{k=1}^n",
                                "\\sqrt",
                                "\\sin-",
                                "x^-",
                                "\\not",
                                "(A) ",
                                "5 ft 3 in ",
                                "\\sqrt[",
                                "\\frac",
                                "\\hat",
                                "\\mathbf",
                                "]",
                                "\\left|"}) {
    EXPECT_TRUE(survives(repeated(open, 65000 / open.size()))) << open;
    EXPECT_TRUE(survives(repeated(open, 150) + "1")) << open;
  }
  EXPECT_EQ(tree_of(repeated("(", 10000) + "1" + repeated(")", 10000)), "none: nested over 200 deep");
  EXPECT_EQ(tree_of("x" + repeated("!", 1) + repeated("^2^2", 100)), "none: nested over 200 deep");
}

TEST(Parser, NestingBelowTheLimitIsRead) {
  EXPECT_EQ(tree_of(repeated("(", 190) + "1" + repeated(")", 190)), "1");
}

TEST(Parser, LongTextsHaveNoReading) {
  EXPECT_EQ(tree_of(repeated("1", 1 << 20)), "none: longer than 64 KiB");
  EXPECT_TRUE(survives("\\{" + repeated("1,", 30000) + "1\\}"));
  EXPECT_TRUE(survives(repeated("1,", 500000)));
  EXPECT_TRUE(survives(repeated("a b ", 16000)));
  EXPECT_TRUE(survives(repeated("()", 30000)));
  EXPECT_TRUE(survives(repeated("5 cm ", 12000)));
  EXPECT_TRUE(survives(repeated("word ", 12000)));
  EXPECT_TRUE(survives(repeated("$", 60000)));
  EXPECT_TRUE(survives(repeated("\\boxed{", 9000)));
  EXPECT_TRUE(survives(repeated("1 ", 30000)));
  EXPECT_TRUE(survives("0." + repeated("3", 60000) + "\\ldots"));
  EXPECT_TRUE(survives("x_{" + repeated("1", 60000) + "}"));
}

TEST(Parser, OutOfFuelIsThrownNotSwallowed) {
  Fuel fuel(10);
  Arena arena(fuel);
  EXPECT_THROW(parse_answer(arena, "1 + 2 + 3 + 4 + 5 + 6 + 7", MathPolicy::strict()), OutOfFuel);
}

TEST(Parser, ASumBindsItsIndexEvenWhenItIsI) {
  Fuel fuel(1 << 20);
  Arena arena(fuel);
  const Node* sum = parse_answer(arena, "\\sum_{i=1}^{n} i", MathPolicy::strict()).node;
  ASSERT_NE(sum, nullptr);
  EXPECT_EQ(sum->args[0]->kind, Kind::Symbol);
  const Node* outside = parse_answer(arena, "i\\sum_{i=1}^{n} i + i", MathPolicy::strict()).node;
  ASSERT_NE(outside, nullptr);
  EXPECT_EQ(outside->args[1]->kind, Kind::Constant);
}

TEST(Parser, HugeExponentsSaturate) {
  EXPECT_EQ(tree_of("1e99999999999999999999"), "1e1000000000000000");
  EXPECT_EQ(tree_of("1e-99999999999999999999"), "1e-1000000000000000");
}

TEST(Parser, RepairsAreMadeOnlyByPolicy) {
  const MathPolicy lenient = MathPolicy::lenient();
  const ParserCase cases[] = {{"\\frac{1}{2", "Div(1, 2)"},
                              {"\\sqrt{5", "root(5, 2)"},
                              {"\\frac{1}{2}}", "Div(1, 2)"},
                              {"\\\\frac{3}{4}", "Div(3, 4)"},
                              {"\frac{3}{4}", "Div(3, 4)"},
                              {"3\times 5", "Mul(3, 5)"},
                              {"frac{3}{4}", "Div(3, 4)"},
                              {"2\\cdotx", "Mul(2, x)"},
                              {"\\frac{2^10}{3}", "Div(Pow(2, 10), 3)"},
                              {"(1,2", "Tuple(1, 2)"},
                              {"\\{1,2", "Set(1, 2)"}};
  for (const ParserCase& c : cases) {
    EXPECT_EQ(tree_of(c.text, lenient), c.tree) << c.text;
    EXPECT_NE(tree_of(c.text), c.tree) << c.text;
    Fuel fuel(1 << 20);
    Arena arena(fuel);
    EXPECT_TRUE(parse_answer(arena, c.text, lenient).repaired) << c.text;
  }
}

TEST(Parser, ARepairNeverChangesAValidReading) {
  for (std::string_view text : {"\\begin{pmatrix}x\\\\y\\end{pmatrix}", "2x", "\\frac12", "(1,2]", "x\n=5",
                                "1,234", "\\{1,2\\}", "a\\cdot b"}) {
    EXPECT_EQ(tree_of(text, MathPolicy::lenient()), tree_of(text)) << text;
    Fuel fuel(1 << 20);
    Arena arena(fuel);
    EXPECT_FALSE(parse_answer(arena, text, MathPolicy::lenient()).repaired) << text;
  }
}

TEST(Parser, ACommaIsADecimalPointOnlyByPolicy) {
  MathPolicy policy;
  EXPECT_EQ(tree_of("3,14", policy), "List(3, 14)");
  policy.comma_decimal = true;
  EXPECT_EQ(tree_of("3,14", policy), "314e-2");
  EXPECT_EQ(tree_of("3{,}14", policy), "314e-2");
  EXPECT_EQ(tree_of("1.234,5", policy), "12345e-1");
  EXPECT_EQ(tree_of("1.234.567", policy), "1234567");
  EXPECT_EQ(tree_of("1.234", policy), "1234e-3");
}

TEST(Parser, AnEnvironmentWithoutLinesHasNoReading) {
  for (const std::string_view text :
       {"\\begin{aligned}", "\\begin{aligned}\\end{aligned}", "\\begin{cases}\\end{cases}",
        "\\begin{pmatrix}\\end{pmatrix}", "\\begin{array}{c}"}) {
    Fuel fuel(10000);
    Arena arena(fuel);
    EXPECT_EQ(parse_answer(arena, text, {}).node, nullptr) << text;
  }
}

TEST(Parser, LettersThatStandForSignsAreReadByTheirPlace) {
  EXPECT_EQ(tree_of("60^o"), tree_of("60^\\circ"));
  EXPECT_EQ(tree_of("x^o"), "Pow(x, o)");
  EXPECT_EQ(tree_of("1\\text{A}_{16}"), tree_of("1A_{16}"));
  EXPECT_EQ(tree_of("50 por cento"), tree_of("50\\%"));
  EXPECT_EQ(tree_of("2\\text{ o }-7"), tree_of("2\\text{ or }-7"));
}

TEST(Parser, RomanNumeralsAreNumbersOnlyByPolicy) {
  MathPolicy policy;
  EXPECT_EQ(tree_of("XIV", policy).find("14"), std::string::npos);
  policy.roman_numerals = true;
  EXPECT_EQ(tree_of("XIV", policy), "14");
}

// Random sequences of tokens that mean something: no crash, no hang, the same tree twice.
TEST(Parser, TokenSoupNeverCrashes) {
  constexpr std::string_view kParts[] = {"1",
                                         "23",
                                         "0.5",
                                         "x",
                                         "y",
                                         "e",
                                         "i",
                                         "+",
                                         "-",
                                         "*",
                                         "/",
                                         "^",
                                         "_",
                                         "=",
                                         "<",
                                         ">",
                                         "(",
                                         ")",
                                         "[",
                                         "]",
                                         "{",
                                         "}",
                                         "\\{",
                                         "\\}",
                                         "|",
                                         ",",
                                         ";",
                                         ":",
                                         ".",
                                         "!",
                                         "'",
                                         "%",
                                         "$",
                                         "&",
                                         "\\\\",
                                         " ",
                                         "\n",
                                         "\\frac",
                                         "\\sqrt",
                                         "\\sin",
                                         "\\log_",
                                         "\\text{ cm}",
                                         "\\text{and}",
                                         "\\pi",
                                         "\\infty",
                                         "\\pm",
                                         "\\cup",
                                         "\\le",
                                         "\\in",
                                         "\\mathbb{R}",
                                         "\\left",
                                         "\\right",
                                         "\\begin{pmatrix}",
                                         "\\end{pmatrix}",
                                         "\\begin{cases}",
                                         "\\end{cases}",
                                         "\\begin{aligned}",
                                         "\\end{aligned}",
                                         "\\overline",
                                         "\\dot",
                                         "\\vec",
                                         "\\mathbf",
                                         "\\int",
                                         "\\sum_{k=1}^n",
                                         "\\lim_{x\\to 0}",
                                         "\\binom",
                                         "\\over",
                                         "\\pmod",
                                         "\\bmod",
                                         "\\equiv",
                                         "\\mid",
                                         "\\lfloor",
                                         "\\rfloor",
                                         "\\ldots",
                                         "^\\circ",
                                         "°",
                                         "²",
                                         "₂",
                                         "½",
                                         "√",
                                         "π",
                                         "和",
                                         " or ",
                                         " if ",
                                         "cm",
                                         "apples",
                                         "base",
                                         "sinx",
                                         "d",
                                         "dx",
                                         "f(",
                                         "\\boxed{",
                                         "0.\\overline{3}",
                                         "mod",
                                         "\\to",
                                         "\\lnot",
                                         "C_",
                                         "US",
                                         "\\$",
                                         "€",
                                         "to",
                                         "(A)",
                                         "\xcc\x85"};
  uint64_t state = 12345;
  const auto next = [&] { return (state = state * 6364136223846793005ULL + 1442695040888963407ULL) >> 33; };
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (uint64_t length = 1 + next() % 12; length > 0; --length) text += kParts[next() % std::size(kParts)];
    const MathPolicy policy = round % 2 ? MathPolicy::lenient() : MathPolicy::strict();
    ASSERT_TRUE(survives(text, policy)) << text;
    ASSERT_EQ(tree_of(text, policy), tree_of(text, policy)) << text;
  }
}

TEST(Parser, RandomBytesNeverCrash) {
  uint64_t state = 99;
  const auto next = [&] { return (state = state * 6364136223846793005ULL + 1442695040888963407ULL) >> 33; };
  for (int round = 0; round < 5000; ++round) {
    std::string text;
    for (uint64_t length = next() % 24; length > 0; --length)
      text += static_cast<char>(round % 3 ? 32 + next() % 96 : next());
    ASSERT_TRUE(survives(text)) << round;
  }
}

}  // namespace
}  // namespace r1::math
