#include "tests/rewards/math/parse/parser_cases.h"

namespace r1::math {
namespace {

TEST(Parser, IntegersHaveSignsSeparatorsAndDigitsOfAnyScript) {
  constexpr ParserCase kCases[] = {
      {"42", "42"},
      {"-42", "Neg(42)"},
      {"+42", "42"},
      {"−42", "Neg(42)"},
      {"–7", "Neg(7)"},
      {"{-}7", "Neg(7)"},
      {"042", "042"},
      {"1,234", "1234"},
      {"1,234,567", "1234567"},
      {"1{,}000", "1000"},
      {"15,\\!000", "15000"},
      {"11,\\! 111,\\! 100", "11111100"},
      {"1\\,234\\,567", "1234567"},
      {"1 234 567", "1234567"},
      {"1'000'000", "1000000"},
      {"１２", "12"},
      {"٤٢", "42"},
      {"४२", "42"},
      {"１，２３４", "1234"},
      {"4​2", "42"},
      {"1,23", "List(1, 23)"},
      {"12,34", "List(12, 34)"},
      {"0,123", "List(0, 123)"},
      {"1234,567", "List(1234, 567)"},
  };
  expect_trees(kCases);
}

TEST(Parser, TwoNumbersSideBySideAreNoProduct) {
  constexpr ParserCase kCases[] = {
      {"1 2", "none: a number behind a factor"},
      {"3 4 5", "none: a number behind a factor"},
      {"12 5", "none: a number behind a factor"},
      {"x 2", "none: a number behind a factor"},
      {"\\sqrt{2}3", "none: a number behind a factor"},
      {"(x+1)2", "none: a number behind a factor"},
      {"--3", "none: two signs in a row"},
      {"5 - - 3", "none: two signs in a row"},
      {"3–5", "none: a dash between values"},
  };
  expect_trees(kCases);
}

TEST(Parser, Decimals) {
  constexpr ParserCase kCases[] = {
      {"3.14", "314e-2"},
      {".5", "5e-1"},
      {"5.", "5"},
      {"-0.25", "Neg(025e-2)"},
      {"0.50", "050e-2"},
      {"3.141\\,592", "3141592e-6"},
      {"1.2.3", "none: two points in a number"},
      {"1..2", "none: a number behind a factor"},
      {".", "none: empty"},
      {"3.14\\ldots", "none: a decimal cut off by an ellipsis"},
      {"٣٫٥", "35e-1"},
  };
  expect_trees(kCases);
}

TEST(Parser, RepeatingDecimals) {
  constexpr ParserCase kCases[] = {
      {"0.\\overline{3}", "03(1 repeating)e-1"},
      {"0.1\\overline{6}", "016(1 repeating)e-2"},
      {".\\overline{27}", "27(2 repeating)e-2"},
      {"0.(3)", "03(1 repeating)e-1"},
      {"0.1(6)", "016(1 repeating)e-2"},
      {"0.\\dot{3}", "03(1 repeating)e-1"},
      {"0.\\dot{1}4285\\dot{7}", "0142857(6 repeating)e-6"},
      {"0.\\dot3", "03(1 repeating)e-1"},
      {"0.333...", "03(1 repeating)e-1"},
      {"0.333…", "03(1 repeating)e-1"},
      {"0.121212\\ldots", "012(2 repeating)e-2"},
      {"0.142857142857...", "0142857(6 repeating)e-6"},
      {"0.33...", "none: a decimal cut off by an ellipsis"},
      {"0.12...", "none: a decimal cut off by an ellipsis"},
      {"0.3̅", "03(1 repeating)e-1"},
      {"\\overline{3}", "none: a line over digits without a point"},
      {"0.\\overline{}", "none: no digits under the line"},
  };
  expect_trees(kCases);
}

TEST(Parser, ExponentsOfTen) {
  constexpr ParserCase kCases[] = {
      {"1.2e5", "12e4"},
      {"1.2E-5", "12e-6"},
      {"1e-20", "1e-20"},
      {"1E+6", "1e6"},
      {"2e", "Mul(2, e)"},
      {"2e^3", "Mul(2, Pow(e, 3))"},
      {"2 e 3", "none: a number behind a factor"},
      {"3.2x10^5", "Mul(32e-1, Pow(10, 5))"},
      {"1.2 \\times 10^5", "Mul(12e-1, Pow(10, 5))"},
      {"6.02·10²³", "Mul(602e-2, Pow(10, 23))"},
      {"$2e-3$", "Add(Mul(2, e), Neg(3))"},
      {"2e-3", "2e-3"},
  };
  expect_trees(kCases);
}

TEST(Parser, Percent) {
  constexpr ParserCase kCases[] = {
      {"50\\%", "Percent(50)"},
      {"50%", "Percent(50)"},
      {"12.5\\%", "Percent(125e-1)"},
      {"50 percent", "Percent(50)"},
      {"50\\text{ percent}", "Percent(50)"},
      {"5‰", "Percent(Div(5, 10))"},
      {"fifty percent", "Percent(50)"},
      {"百分之五十", "Percent(50)"},
      {"x\\%", "Percent(x)"},
      {"5%6", "none: a comment"},
  };
  expect_trees(kCases);
}

TEST(Parser, Fractions) {
  constexpr ParserCase kCases[] = {
      {"\\frac{1}{2}", "Div(1, 2)"},
      {"\\dfrac{3}{4}", "Div(3, 4)"},
      {"\\tfrac34", "Div(3, 4)"},
      {"\\cfrac{25}{16}", "Div(25, 16)"},
      {"\\frac12", "Div(1, 2)"},
      {"\\frac 34", "Div(3, 4)"},
      {"\\frac9{20}", "Div(9, 20)"},
      {"\\frac{270}7", "Div(270, 7)"},
      {"\\frac a b", "Div(a, b)"},
      {"\\frac{\\sqrt3}{2}", "Div(root(3, 2), 2)"},
      {"{a \\over b}", "Div(a, b)"},
      {"3/4", "Div(3, 4)"},
      {"-3/4", "Neg(Div(3, 4))"},
      {"½", "Div(1, 2)"},
      {"3⁄4", "Div(3, 4)"},
      {"³⁄₇", "Div(3, 7)"},
      {"a/b/c", "Div(Div(a, b), c)"},
      {"\\frac123", "none: a number behind a factor"},
      {"\\frac{1}{}", "none: a command without argument"},
      {"\\frac{}{2}", "none: a command without argument"},
      {"\\frac", "none: a command without argument"},
      {"\\frac{1}{2", "none: a bracket is not closed"},
  };
  expect_trees(kCases);
}

TEST(Parser, MixedNumbers) {
  constexpr ParserCase kCases[] = {
      {"2\\frac34", "Add(2, Div(3, 4))"},
      {"-2\\frac{3}{4}", "Neg(Add(2, Div(3, 4)))"},
      {"2 3/4", "Add(2, Div(3, 4))"},
      {"137 \\frac{1}{2}", "Add(137, Div(1, 2))"},
      {"2 ¾", "Add(2, Div(3, 4))"},
      {"2¾", "Add(2, Div(3, 4))"},
      {"2{\\frac{3}{4}}", "Add(2, Div(3, 4))"},
      {"2 ³⁄₇", "Add(2, Div(3, 7))"},
      {"3\\frac{5}{2}", "none: a number before an improper fraction"},
      {"0\\frac12", "none: a number before an improper fraction"},
      {"2\\frac{\\pi}{3}", "Mul(2, Div(pi, 3))"},
      {"x\\frac12", "Mul(x, Div(1, 2))"},
      {"x^2\\frac34", "Mul(Pow(x, 2), Div(3, 4))"},
      {"2.5\\frac12", "Mul(25e-1, Div(1, 2))"},
      {"2\\frac{a}{b}", "Mul(2, Div(a, b))"},
      {"12/3", "Div(12, 3)"},
      {"2 345/346", "Add(2, Div(345, 346))"},
  };
  expect_trees(kCases);
}

TEST(Parser, AMixedNumberDoesNotCrossALine) {
  constexpr ParserCase kCases[] = {
      {"2\n3/4", "none: a number behind a factor"},
      {"2\n\\frac34", "none: a fraction on another line than its whole number"},
      {"2\n¾", "none: a fraction on another line than its whole number"},
  };
  expect_trees(kCases);
}

TEST(Parser, Bases) {
  constexpr ParserCase kCases[] = {
      {"1011_2", "BaseNumber[1011](2)"},
      {"-221_3", "Neg(BaseNumber[221](3))"},
      {"0.0011_{2}", "BaseNumber[0.0011](2)"},
      {"152A_{11}", "BaseNumber[152A](11)"},
      {"1A_{16}", "BaseNumber[1A](16)"},
      {"FF_{16}", "BaseNumber[FF](16)"},
      {"A_{16}", "A_16"},
      {"1011_{\\text{two}}", "BaseNumber[1011](2)"},
      {"(1011)_2", "BaseNumber[1011](2)"},
      {"1011₂", "BaseNumber[1011](2)"},
      {"345 base 6", "BaseNumber[345](6)"},
      {"345\\text{ (base 6)}", "BaseNumber[345](6)"},
      {"0x1F", "none: a number with a programmer's prefix"},
      {"2x_1", "Mul(2, x_1)"},
  };
  expect_trees(kCases);
}

}  // namespace
}  // namespace r1::math
