#include "tests/rewards/math/parse/parser_cases.h"

namespace r1::math {
namespace {

TEST(Parser, ASlashAndAProduct) {
  constexpr ParserCase kCases[] = {
      {"1/2x", "Mul(Div(1, 2), x)"},
      {"-2/3x+1", "Add(Neg(Mul(Div(2, 3), x)), 1)"},
      {"1/2(x+1)", "Mul(Div(1, 2), Add(x, 1))"},
      {"a/bc", "none: a product behind a slash may belong below it or not"},
      {"1/x(x+1)", "none: a product behind a slash may belong below it or not"},
      {"kx/ab", "none: a product behind a slash may belong below it or not"},
      {"x/2y", "none: a product behind a slash may belong below it or not"},
      {"1/2\\pi", "Mul(Div(1, 2), pi)"},
      {"\\sqrt{2}/2i", "Mul(Div(root(2, 2), 2), i)"},
      {"x/2 + y", "Add(Div(x, 2), y)"},
      {"3x/2y", "none: a product behind a slash may belong below it or not"},
  };
  expect_trees(kCases);
}

TEST(Parser, Roots) {
  constexpr ParserCase kCases[] = {
      {"\\sqrt{2}", "root(2, 2)"},
      {"\\sqrt2", "root(2, 2)"},
      {"\\sqrt x", "root(x, 2)"},
      {"\\sqrt[3]{x+1}", "root(Add(x, 1), 3)"},
      {"√2", "root(2, 2)"},
      {"√12", "root(12, 2)"},
      {"√(x+1)", "root(Add(x, 1), 2)"},
      {"∛8", "root(8, 3)"},
      {"sqrt(2)", "root(2, 2)"},
      {"sqrt2", "root(2, 2)"},
      {"cbrt(8)", "root(8, 3)"},
      {"2\\sqrt3", "Mul(2, root(3, 2))"},
      {"\\sqrt{\\sqrt{2}}", "root(root(2, 2), 2)"},
      {"\\sqrt12", "none: a number behind a factor"},
      {"\\sqrt", "none: a command without argument"},
      {"\\sqrt{}", "none: a command without argument"},
  };
  expect_trees(kCases);
}

TEST(Parser, Powers) {
  constexpr ParserCase kCases[] = {
      {"x^2", "Pow(x, 2)"},
      {"x^{10}", "Pow(x, 10)"},
      {"2^10", "Pow(2, 10)"},
      {"x^-1", "Pow(x, Neg(1))"},
      {"x^(n+1)", "Pow(x, Add(n, 1))"},
      {"x²", "Pow(x, 2)"},
      {"x⁻¹", "Pow(x, Neg(1))"},
      {"xⁿ⁺¹", "Pow(x, Add(n, 1))"},
      {"x^2^3", "Pow(x, Pow(2, 3))"},
      {"x**2", "Pow(x, 2)"},
      {"2^{2^{3}}", "Pow(2, Pow(2, 3))"},
      {"-x^2", "Neg(Pow(x, 2))"},
      {"(-x)^2", "Pow(Neg(x), 2)"},
      {"x^2y", "Mul(Pow(x, 2), y)"},
      {"e^{x}", "Pow(e, x)"},
      {"e^x", "Pow(e, x)"},
      {"10^{999999999}", "Pow(10, 999999999)"},
      {"2^3 3^2", "Mul(Pow(2, 3), Pow(3, 2))"},
      {"2^{3}3^{2}", "Mul(Pow(2, 3), Pow(3, 2))"},
      {"\\frac{2^10}{3}", "none: more than one digit behind '^' without braces"},
      {"2^", "none: the answer ends too early"},
      {"x^{}", "none: the answer ends too early"},
  };
  expect_trees(kCases);
}

TEST(Parser, ProductsWithoutASign) {
  constexpr ParserCase kCases[] = {
      {"2x", "Mul(2, x)"},
      {"2xy", "Mul(2, x, y)"},
      {"xyz", "Mul(x, y, z)"},
      {"2(x+1)", "Mul(2, Add(x, 1))"},
      {"(x+1)(x-1)", "Mul(Add(x, 1), Add(x, Neg(1)))"},
      {"7z^{96}(4z+1)", "Mul(7, Pow(z, 96), Add(Mul(4, z), 1))"},
      {"x\\sqrt{2}", "Mul(x, root(2, 2))"},
      {"\\pi r^2", "Mul(pi, Pow(r, 2))"},
      {"2\\pi", "Mul(2, pi)"},
      {"7p+4e", "Add(Mul(7, p), Mul(4, e))"},
      {"3+4i", "Add(3, Mul(4, i))"},
      {"3+i4", "Add(3, Mul(i, 4))"},
      {"2ab", "Mul(2, a, b)"},
      {"(2)(3)", "Mul(2, 3)"},
      {"x(x-1)", "Mul(x, Add(x, Neg(1)))"},
      {"k(x+1)", "Mul(k, Add(x, 1))"},
  };
  expect_trees(kCases);
}

TEST(Parser, Functions) {
  constexpr ParserCase kCases[] = {
      {"\\sin x", "sin(x)"},
      {"\\sin 2x", "sin(Mul(2, x))"},
      {"\\sin(x)", "sin(x)"},
      {"\\sin x \\cos x", "Mul(sin(x), cos(x))"},
      {"\\sin^2 x + \\cos^2 x", "Add(Pow(sin(x), 2), Pow(cos(x), 2))"},
      {"\\sin^{-1} x", "asin(x)"},
      {"\\sin(x)\\cos(x)", "Mul(sin(x), cos(x))"},
      {"\\sin(x)^2", "Pow(sin(x), 2)"},
      {"2\\sin x\\cos x", "Mul(2, sin(x), cos(x))"},
      {"\\arcsin x", "asin(x)"},
      {"\\tan^{-1}(1)", "atan(1)"},
      {"\\operatorname{arctan} 1", "atan(1)"},
      {"\\cos 58^\\circ", "cos(Quantity(58, Unit[degree]))"},
      {"\\log_2 8", "log(8, 2)"},
      {"\\log_{10} 100", "log(100, 10)"},
      {"\\log x", "log?(x)"},
      {"\\log(x, 2)", "log(x, 2)"},
      {"\\ln 2", "ln(2)"},
      {"\\ln(xy)", "ln(Mul(x, y))"},
      {"\\lg 100", "log(100, 10)"},
      {"\\exp(x)", "exp(x)"},
      {"sin(x)", "sin(x)"},
      {"sinx", "sin(x)"},
      {"ln 2", "ln(2)"},
      {"\\ln 3/\\ln 2", "Div(ln(3), ln(2))"},
      {"\\sin x / x", "Div(sin(x), x)"},
      {"\\sin x/2", "none: a slash behind a function's bare argument"},
      {"\\sin", "none: a function without argument"},
      {"\\log_ 2", "none: a function without argument"},
      {"\\sin(1,2)", "none: a function of several values"},
      {"\\operatorname{sh} x", "sinh(x)"},
  };
  expect_trees(kCases);
}

TEST(Parser, AbsoluteValueFloorFactorialCounting) {
  constexpr ParserCase kCases[] = {
      {"|x|", "abs(x)"},
      {"|x-1|+|x+1|", "Add(abs(Add(x, Neg(1))), abs(Add(x, 1)))"},
      {"|x||y|", "Mul(abs(x), abs(y))"},
      {"2|x|", "Mul(2, abs(x))"},
      {"||x|-1|", "abs(Add(abs(x), Neg(1)))"},
      {"\\left|x\\right|", "abs(x)"},
      {"\\lvert x\\rvert", "abs(x)"},
      {"\\lfloor x \\rfloor", "floor(x)"},
      {"⌈x⌉", "ceil(x)"},
      {"5!", "factorial(5)"},
      {"n!!", "double_factorial(n)"},
      {"(n+1)!", "factorial(Add(n, 1))"},
      {"3!7!", "Mul(factorial(3), factorial(7))"},
      {"\\binom{n}{k}", "binomial(n, k)"},
      {"{n \\choose k}", "binomial(n, k)"},
      {"C(5,2)", "binomial(5, 2)"},
      {"P(5,2)", "permutations(5, 2)"},
      {"C_{10}^{3}", "binomial(10, 3)"},
      {"C_n^k", "binomial(n, k)"},
      {"A_5^2", "permutations(5, 2)"},
      {"{}_5C_2", "binomial(5, 2)"},
      {"C_1^2", "Pow(C_1, 2)"},
      {"|x", "none: an absolute value is not closed"},
  };
  expect_trees(kCases);
}

TEST(Parser, SeveralArguments) {
  constexpr ParserCase kCases[] = {
      {"\\gcd(a,b)", "gcd(a, b)"},      {"\\operatorname{lcm}(2,3)", "lcm(2, 3)"},
      {"\\max(1,2,3)", "max(1, 2, 3)"}, {"\\min\\{1,2\\}", "min(1, 2)"},
      {"7 \\bmod 3", "mod(7, 3)"},      {"2+5 \\bmod 3", "mod(Add(2, 5), 3)"},
  };
  expect_trees(kCases);
}

TEST(Parser, SumsIntegralsLimitsDerivatives) {
  constexpr ParserCase kCases[] = {
      {"\\sum_{k=1}^{n} k^2", "sum(Pow(k, 2), k, 1, n)"},
      {"\\sum_{i=1}^{n} i", "sum(i, i, 1, n)"},
      {"\\prod_{k=1}^n k", "product(k, k, 1, n)"},
      {"\\int_0^1 x\\,dx", "integral(x, x, 0, 1)"},
      {"\\int x dx", "integral(x, x)"},
      {"\\int\\frac{dx}{x}", "integral(Div(1, x), x)"},
      {"\\lim_{x\\to 0} \\frac{\\sin x}{x}", "limit(Div(sin(x), x), x, 0)"},
      {"\\lim_{x\\to 0^+} x", "limit[+](x, x, 0)"},
      {"\\frac{dy}{dx}", "derivative(y, x)"},
      {"\\frac{d}{dx} x^2", "derivative(Pow(x, 2), x)"},
      {"\\sum k", "none: a sum without bounds"},
      {"\\int x", "none: an integral without dx"},
      {"\\lim x", "none: a limit without a point"},
  };
  expect_trees(kCases);
}

TEST(Parser, ConstantsAndVariables) {
  constexpr ParserCase kCases[] = {
      {"\\pi", "pi"},
      {"π", "pi"},
      {"𝜋", "pi"},
      {"e", "e"},
      {"i", "i"},
      {"\\mathrm{i}", "i"},
      {"\\infty", "infinity"},
      {"-∞", "Neg(infinity)"},
      {"\\theta", "theta"},
      {"x_1", "x_1"},
      {"x_{12}", "x_12"},
      {"a_{n+1}", "a_n+1"},
      {"x₂", "x_2"},
      {"x'", "x'"},
      {"\\mathbf{i}", "hat_i"},
      {"\\hat{\\imath}", "hat_i"},
      {"\\vec{v}", "vec_v"},
      {"\\overline{CD}", "bar_CD"},
      {"\\overline{z}", "conj(z)"},
      {"\\bar{x}", "bar_x"},
      {"\\angle ABC", "angle ABC"},
  };
  expect_trees(kCases);
}

TEST(Parser, LookAlikeLettersStayThemselves) {
  constexpr ParserCase kCases[] = {
      {"а", "а"}, {"2х", "Mul(2, х)"}, {"х+1", "Add(х, 1)"}, {"Α", "Α"}, {"ο", "ο"}, {"𝑥", "x"}, {"ｘ", "x"},
  };
  expect_trees(kCases);
}

TEST(Parser, FunctionAnswers) {
  constexpr ParserCase kCases[] = {
      {"f(x)=x^2", "(named[f](x) = Pow(x, 2))"},
      {"f(2) < f(1) < f(4)", "(named[f](2) < named[f](1) < named[f](4))"},
      {"f^{-1}(x)", "named[f^-1](x)"},
      {"f'(x)", "named[f'](x)"},
      {"g(x+1)", "named[g](Add(x, 1))"},
      {"P(x)", "named[P](x)"},
      {"h(a+b)", "Mul(h, Add(a, b))"},
      {"x \\mapsto 2x", "(named[f](x) = Mul(2, x))"},
      {"f: x \\mapsto 2x", "(named[f](x) = Mul(2, x))"},
  };
  expect_trees(kCases);
}

TEST(Parser, PlainTextIsReadAsItsWritersMean) {
  constexpr ParserCase kCases[] = {
      {"log2(8)", "log(8, 2)"},
      {"log10(100)", "log(100, 10)"},
      {"x^1/2", "none: a slash behind the exponent 1"},
      {"x^2/2", "Div(Pow(x, 2), 2)"},
      {"2^3!", "none: a factorial behind an exponent without braces"},
      {"x^{n}!", "factorial(Pow(x, n))"},
      {"{1,2,3}", "Set(1, 2, 3)"},
      {"{x | x > 2}", "SetBuilder(x, (x > 2))"},
      {"{42}", "42"},
      {"sin 30 degrees", "sin(Quantity(30, Unit[degree]))"},
      {"m\\angle A = 30^\\circ", "(angle A = Quantity(30, Unit[degree]))"},
      {"2{3}", "none: a number behind a factor"},
      {"2{\\frac34a}", "none: a number before a group"},
      {"2 o -7", "List(2, Neg(7))"},
      {"2o-7", "Add(Mul(2, o), Neg(7))"},
      {"60^o", "Quantity(60, Unit[degree])"},
      {"The answer is B", "B"},
      {"The answer is not 5", "Text[not 5]"},
      {"p and q", "List(p, q)"},
      {"a and b", "List(a, b)"},
      {"\\{ x | |x| < 2 \\}", "SetBuilder(x, (abs(x) < 2))"},
      {"\\{|x|, 2\\}", "Set(abs(x), 2)"},
      {"|x|<2", "(abs(x) < 2)"},
      {"12 o'clock", "Time(12, 0, 0)"},
      {"7 R 2", "none: a number behind a factor"},
      {"2 × 3 matrix", "Quantity(Mul(2, 3), Unit[#matrix])"},
      {"AB = 5", "(Mul(A, B) = 5)"},
  };
  expect_trees(kCases);
}

}  // namespace
}  // namespace r1::math
