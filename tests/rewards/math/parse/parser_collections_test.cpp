#include "tests/rewards/math/parse/parser_cases.h"

namespace r1::math {
namespace {

TEST(Parser, Lists) {
  constexpr ParserCase kCases[] = {
      {"1, 2, 3", "List(1, 2, 3)"},
      {"6, -2", "List(6, Neg(2))"},
      {"1; 2", "List(1, 2)"},
      {"1、2", "List(1, 2)"},
      {"6 and -2", "List(6, Neg(2))"},
      {"2 or -7", "List(2, Neg(7))"},
      {"12\\text{ and }13", "List(12, 13)"},
      {"7, -2, \\text{ and } -5", "List(7, Neg(2), Neg(5))"},
      {"2和5", "List(2, 5)"},
      {"2 und 3", "List(2, 3)"},
      {"1,-1,-3i", "List(1, Neg(1), Neg(Mul(3, i)))"},
      {"1, 2, \\ldots, n", "List(1, 2, Ellipsis, n)"},
      {"45^\\circ, 135^\\circ", "List(Quantity(45, Unit[degree]), Quantity(135, Unit[degree]))"},
      {"\\ldots", "none: nothing but an ellipsis"},
      {",1", "none: an operand is missing"},
      {"1,,2", "none: an operand is missing"},
  };
  expect_trees(kCases);
}

TEST(Parser, TuplesAndIntervals) {
  constexpr ParserCase kCases[] = {
      {"(1,2)", "Tuple(1, 2)"},
      {"(1, 2, 3)", "Tuple(1, 2, 3)"},
      {"(1;2)", "Tuple(1, 2)"},
      {"[1,2]", "Interval[[]](1, 2)"},
      {"(1,2]", "Interval[(]](1, 2)"},
      {"[0,\\infty)", "Interval[[)](0, infinity)"},
      {"]1,2[", "Interval[()](1, 2)"},
      {"[1,2[", "Interval[[)](1, 2)"},
      {"\\left(-\\infty, 3\\right]", "Interval[(]](Neg(infinity), 3)"},
      {"\\langle 1,2 \\rangle", "Tuple(1, 2)"},
      {"<1,2,3>", "Tuple(1, 2, 3)"},
      {"⟨1,2⟩", "Tuple(1, 2)"},
      {"(3,125)", "Tuple(3, 125)"},
      {"(1,000, 2)", "Tuple(1000, 2)"},
      {"(1,000)", "1000"},
      {"(1,234, 5)", "Tuple(1234, 5)"},
      {"(1,234,5)", "Tuple(1, 234, 5)"},
      {"(a)", "a"},
      {"((1,2),(3,4))", "Tuple(Tuple(1, 2), Tuple(3, 4))"},
      {"(1,2", "none: a bracket is not closed"},
      {"1,2)", "none: something follows the answer"},
      {"(1]", "none: brackets that do not match"},
      {"()", "none: empty brackets"},
      {"[]", "none: empty brackets"},
      {"{1,2", "none: a bracket is not closed"},
  };
  expect_trees(kCases);
}

TEST(Parser, Sets) {
  constexpr ParserCase kCases[] = {
      {"\\{1,2,3\\}", "Set(1, 2, 3)"},
      {"\\{\\}", "NamedSet[empty]"},
      {"\\emptyset", "NamedSet[empty]"},
      {"∅", "NamedSet[empty]"},
      {"\\{1\\pm\\sqrt{5},-2\\}", "Set(Add(1, PlusMinus(root(5, 2))), Neg(2))"},
      {"\\mathbb{R}", "NamedSet[R]"},
      {"ℝ", "NamedSet[R]"},
      {"\\mathbf{Z}", "NamedSet[Z]"},
      {"(-\\infty,8)\\cup (8,\\infty)", "Union(Tuple(Neg(infinity), 8), Tuple(8, infinity))"},
      {"(-oo,2) U (3,oo)", "Union(Tuple(Neg(infinity), 2), Tuple(3, infinity))"},
      {"A\\cap B", "Intersection(A, B)"},
      {"\\mathbb{R}\\setminus\\{0\\}", "Difference(NamedSet[R], Set(0))"},
      {"\\mathbb{R}-\\{0\\}", "Difference(NamedSet[R], Set(0))"},
      {"\\{x\\mid x>0\\}", "SetBuilder(x, (x > 0))"},
      {"\\{x \\in \\mathbb{R} : x^2 > 2\\}", "SetBuilder(x, (x in NamedSet[R]), (Pow(x, 2) > 2))"},
      {"\\{2k : k \\in \\mathbb{Z}\\}", "SetBuilder(Mul(2, k), (k in NamedSet[Z]))"},
      {"\\mathbb{R}^+", "Interval[()](0, infinity)"},
      {"all real numbers", "NamedSet[R]"},
      {"all real numbers except 0", "Difference(NamedSet[R], Set(0))"},
      {"\\{1,2", "none: a bracket is not closed"},
      {"\\{x | x\\}", "none: a set-builder without a condition"},
      {"\\mathbb{X}", "none: an unknown set"},
  };
  expect_trees(kCases);
}

TEST(Parser, Matrices) {
  constexpr ParserCase kCases[] = {
      {"\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}", "Matrix[2x2](1, 2, 3, 4)"},
      {"\\begin{bmatrix} 1 \\\\ 2 \\end{bmatrix}", "Matrix[2x1](1, 2)"},
      {"\\begin{pmatrix}-4\\\\-3\\end{pmatrix}", "Matrix[2x1](Neg(4), Neg(3))"},
      {"\\begin{vmatrix} 1 & 2 \\\\ 3 & 4 \\end{vmatrix}", "det(Matrix[2x2](1, 2, 3, 4))"},
      {"\\left(\\begin{array}{cc} 1 & 2 \\\\ 3 & 4 \\end{array}\\right)", "Matrix[2x2](1, 2, 3, 4)"},
      {"\\left|\\begin{array}{cc} 1 & 2 \\\\ 3 & 4 \\end{array}\\right|", "det(Matrix[2x2](1, 2, 3, 4))"},
      {"[[1,2],[3,4]]", "Matrix[2x2](1, 2, 3, 4)"},
      {"\\begin{pmatrix}1\\\\2\\end{pmatrix}^T", "transpose(Matrix[2x1](1, 2))"},
      {"(1,2)^T", "transpose(Tuple(1, 2))"},
      {"2\\mathbf{i}+3\\mathbf{j}", "Add(Mul(2, hat_i), Mul(3, hat_j))"},
      {"\\begin{pmatrix}1&2\\\\3\\end{pmatrix}", "none: rows of different lengths"},
      {"\\begin{pmatrix}1&2", "none: an environment is not closed"},
      {"\\begin{pmatrix}\\end{pmatrix}", "none: an empty matrix"},
      {"\\begin{foo}1\\end{foo}", "none: an unknown environment"},
  };
  expect_trees(kCases);
}

TEST(Parser, EquationsInequalitiesChains) {
  constexpr ParserCase kCases[] = {
      {"x = 5", "(x = 5)"},
      {"x=-10", "(x = Neg(10))"},
      {"4x-5y=-50", "(Add(Mul(4, x), Neg(Mul(5, y))) = Neg(50))"},
      {"y = -\\frac{1}{2}x^2+4x-6", "(y = Add(Neg(Mul(Div(1, 2), Pow(x, 2))), Mul(4, x), Neg(6)))"},
      {"x \\ne 3", "(x != 3)"},
      {"x≤3", "(x <= 3)"},
      {"x <= 3", "(x <= 3)"},
      {"x \\leqslant 3", "(x <= 3)"},
      {"1 < x \\le 3", "(1 < x <= 3)"},
      {"x \\in [-2,7]", "(x in Interval[[]](Neg(2), 7))"},
      {"x \\notin \\mathbb{Z}", "(x not in NamedSet[Z])"},
      {"x \\not= 3", "(x != 3)"},
      {"x &lt; 5", "(x < 5)"},
      {"x := 5", "(x = 5)"},
      {"x \\approx 1.26", "(x ~ 126e-2)"},
      {"\\approx 2.236", "2236e-3"},
      {"\\text{Area} = 5", "(area = 5)"},
      {"x = \\pm 2", "(x = PlusMinus(2))"},
      {"=5", "none: an operand is missing"},
      {"x=", "none: the answer ends too early"},
      {"<5", "none: an operand is missing"},
      {"x => 5", "none: an arrow between statements"},
      {"x+1=3 \\implies x=2", "none: an arrow between statements"},
  };
  expect_trees(kCases);
}

TEST(Parser, SeveralEquations) {
  constexpr ParserCase kCases[] = {
      {"x = 2, 3", "Or((x = 2), (x = 3))"},
      {"x = 1, x = 2", "Or((x = 1), (x = 2))"},
      {"x = 1, y = 2", "And((x = 1), (y = 2))"},
      {"x=2 \\text{ or } x=3", "Or((x = 2), (x = 3))"},
      {"x=2 or 3", "Or((x = 2), (x = 3))"},
      {"x \\ne 1, 2", "And((x != 1), (x != 2))"},
      {"(x,y) = (1,2), (3,4)", "Or((Tuple(x, y) = Tuple(1, 2)), (Tuple(x, y) = Tuple(3, 4)))"},
      {"x<1 or x>2", "Or((x < 1), (x > 2))"},
      {"x > 1 and x < 3", "And((x > 1), (x < 3))"},
      {"\\begin{cases} x+y=1 \\\\ x-y=2 \\end{cases}", "And((Add(x, y) = 1), (Add(x, Neg(y)) = 2))"},
      {"\\left\\{\\begin{array}{l} x+y=1 \\\\ x-y=2 \\end{array}\\right.",
       "And((Add(x, y) = 1), (Add(x, Neg(y)) = 2))"},
      {"\\begin{aligned} x &= 1 \\\\ y &= 2 \\end{aligned}", "And((x = 1), (y = 2))"},
  };
  expect_trees(kCases);
}

TEST(Parser, Piecewise) {
  constexpr ParserCase kCases[] = {
      {"\\begin{cases} x & x > 0 \\\\ -x & x \\le 0 \\end{cases}", "piecewise(x, (x > 0), Neg(x), (x <= 0))"},
      {"\\begin{cases} 1 & \\text{if } x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}",
       "piecewise(1, (x > 0), 0)"},
      {"\\begin{cases}\\frac n2&n\\text{ even}\\\\3n+1&n\\text{ odd}\\end{cases}",
       "piecewise(Div(n, 2), Congruent(n, 0, 2), Add(Mul(3, n), 1), Congruent(n, 1, 2))"},
      {"\\begin{cases} 1 & 2 \\end{cases}", "none: a case without a condition"},
  };
  expect_trees(kCases);
}

TEST(Parser, CongruencesRatiosSignsLogic) {
  constexpr ParserCase kCases[] = {
      {"x \\equiv 3 \\pmod{7}", "Congruent(x, 3, 7)"},
      {"x ≡ 3 (mod 7)", "Congruent(x, 3, 7)"},
      {"x \\equiv 1,4 \\pmod 5", "Or(Congruent(x, 1, 5), Congruent(x, 4, 5))"},
      {"3 \\pmod{7}", "mod(3, 7)"},
      {"3:1", "Ratio(3, 1)"},
      {"1:2:3", "Ratio(1, 2, 3)"},
      {"3 to 4", "Ratio(3, 4)"},
      {"3 \\pm \\sqrt{2}", "Add(3, PlusMinus(root(2, 2)))"},
      {"\\pm 2", "PlusMinus(2)"},
      {"1 \\mp x", "Add(1, PlusMinus[flipped](x))"},
      {"p\\land q", "And(p, q)"},
      {"\\lnot p", "Not(p)"},
      {"p \\Rightarrow q", "Or(Not(p), q)"},
  };
  expect_trees(kCases);
}

}  // namespace
}  // namespace r1::math
