#include "tests/rewards/math/parse/parser_cases.h"

namespace r1::math {
namespace {

TEST(Parser, Degrees) {
  constexpr ParserCase kCases[] = {
      {"90^\\circ", "Quantity(90, Unit[degree])"},
      {"45°", "Quantity(45, Unit[degree])"},
      {"30^{\\circ}", "Quantity(30, Unit[degree])"},
      {"118^{\\circ}", "Quantity(118, Unit[degree])"},
      {"69\\text{ degrees}", "Quantity(69, Unit[degree])"},
      {"30°15'20''", "Quantity(Add(30, Div(15, 60), Div(20, 3600)), Unit[degree])"},
      {"30^\\circ 15'", "Quantity(Add(30, Div(15, 60)), Unit[degree])"},
      {"25°C", "Quantity(25, Unit[degC])"},
      {"180^\\circ k", "Mul(Quantity(180, Unit[degree]), k)"},
      {"3600'", "Quantity(3600, Unit[arcmin])"},
  };
  expect_trees(kCases);
}

TEST(Parser, Units) {
  constexpr ParserCase kCases[] = {
      {"440\\text{ cm}^2", "Quantity(440, Pow(Unit[cm], 2))"},
      {"12\\text{ cm}", "Quantity(12, Unit[cm])"},
      {"12 cm", "Quantity(12, Unit[cm])"},
      {"12cm", "Quantity(12, Unit[cm])"},
      {"5\\,\\mathrm{kg}", "Quantity(5, Unit[kg])"},
      {"60\\text{ km/h}", "Quantity(60, Mul(Unit[km], Pow(Unit[h], Neg(1))))"},
      {"60\\ \\frac{\\text{km}}{\\text{h}}", "Quantity(60, Div(Unit[km], Unit[h]))"},
      {"9.8\\text{ m/s}^2", "Quantity(98e-1, Mul(Unit[m], Pow(Unit[s], Neg(2))))"},
      {"5 m/s", "Quantity(5, Mul(Unit[m], Pow(Unit[s], Neg(1))))"},
      {"15\\mbox{ cm}^2", "Quantity(15, Pow(Unit[cm], 2))"},
      {"100\\text{ square units}", "Quantity(100, Pow(Unit, 2))"},
      {"18\\text{ units}", "Quantity(18, Unit)"},
      {"5.4 \\text{ cents}", "Quantity(54e-1, Unit[cent])"},
      {"12\\text{ square units}", "Quantity(12, Pow(Unit, 2))"},
      {"\\frac{3}{4}\\pi\\text{ inches}", "Quantity(Mul(Div(3, 4), pi), Unit[in])"},
      {"5 ft 3 in", "Add(Quantity(5, Unit[ft]), Quantity(3, Unit[in]))"},
      {"2 hours and 30 minutes", "Add(Quantity(2, Unit[h]), Quantity(30, Unit[min]))"},
      {"12厘米", "Quantity(12, Unit[cm])"},
      {"5 m", "Mul(5, m)"},
      {"5m", "Mul(5, m)"},
      {"3 cd", "Quantity(3, Unit[cd])"},
  };
  expect_trees(kCases);
}

TEST(Parser, CountedThings) {
  constexpr ParserCase kCases[] = {
      {"5 apples", "Quantity(5, Unit[#apples])"},
      {"575\\text{ students}", "Quantity(575, Unit[#students])"},
      {"9 (apples)", "Quantity(9, Unit[#apples])"},
      {"65 \\text{ children tickets }", "Quantity(65, Unit[#children tickets])"},
      {"5 or so", "Text[5 or so]"},
      {"not 5", "Text[not 5]"},
      {"5 is the answer", "Text[5 is answer]"},
      {"about 5", "Text[about 5]"},
      {"a parallelogram", "Text[parallelogram]"},
  };
  expect_trees(kCases);
}

TEST(Parser, Money) {
  constexpr ParserCase kCases[] = {
      {"\\$40", "Quantity(40, Unit[USD])"},
      {"\\$ 139", "Quantity(139, Unit[USD])"},
      {"-\\$0.50", "Neg(Quantity(050e-2, Unit[USD]))"},
      {"\\$15,\\!000", "Quantity(15000, Unit[USD])"},
      {"\\$5.40", "Quantity(540e-2, Unit[USD])"},
      {"5 dollars", "Quantity(5, Unit[USD])"},
      {"€3", "Quantity(3, Unit[EUR])"},
      {"3€", "Quantity(3, Unit[EUR])"},
      {"\\$5 per hour", "Quantity(5, Div(Unit[USD], Unit[h]))"},
      {"\\$3 million", "Quantity(Mul(3, Pow(10, 6)), Unit[USD])"},
      {"$5", "Quantity(5, Unit[USD])"},
      {"$5$", "5"},
      {"$5 and $6", "List(Quantity(5, Unit[USD]), Quantity(6, Unit[USD]))"},
  };
  expect_trees(kCases);
}

TEST(Parser, TimeAndDates) {
  constexpr ParserCase kCases[] = {
      {"3:45 pm", "Time[pm](3, 45, 0)"},
      {"\\text{1:03 PM}", "Time[pm](1, 3, 0)"},
      {"9\\text{ a.m.}", "Time[am](9, 0, 0)"},
      {"3:45", "Ratio(3, 45)"},
      {"10:05", "Time(10, 5, 0)"},
      {"\\text{June 20}", "Date(0, 6, 20)"},
      {"March 5, 2021", "Date(2021, 3, 5)"},
      {"2021-03-05", "Date(2021, 3, 5)"},
      {"2021-3-5", "Add(2021, Neg(3), Neg(5))"},
  };
  expect_trees(kCases);
}

TEST(Parser, Choices) {
  constexpr ParserCase kCases[] = {
      {"(A)", "Choice[A]"},
      {"\\text{(C)}", "Choice[C]"},
      {"\\textbf{(D)}\\ \\frac{3}{8}", "Choice[D](Div(3, 8))"},
      {"\\text{E}", "Choice[E]"},
      {"A.", "A"},
      {"B) 5", "Choice[B](5)"},
      {"B. 5", "Choice[B](5)"},
      {"(B) 5", "Choice[B](5)"},
      {"(\\text{E})", "E"},
      {"option C", "Choice[C]"},
      {"A, C", "List(A, C)"},
      {"\\text{A,D}", "List(A, D)"},
      {"B", "B"},
      {"(x)", "x"},
      {"(A)(B)", "Mul(A, B)"},
      {"(A) + 1", "Add(A, 1)"},
      {"(Z)", "Z"},
      {"A)", "Choice[A]"},
  };
  expect_trees(kCases);
}

TEST(Parser, Words) {
  constexpr ParserCase kCases[] = {
      {"\\text{Evelyn}", "Text[evelyn]"},
      {"yes", "Text[yes]"},
      {"No", "Text[no]"},
      {"\\text{no solution}", "Text[no solution]"},
      {"DNE", "Text[undefined]"},
      {"does not exist", "Text[undefined]"},
      {"\\text{even}", "Text[even]"},
      {"Brand B", "Text[brand b]"},
      {"The answer is unknown to me", "Text[unknown to me]"},
      {"twenty-one", "21"},
      {"two thirds", "Div(2, 3)"},
      {"third", "Quantity(3, Unit[#ordinal])"},
      {"③", "3"},
      {"cat", "Text[cat]"},
      {"act", "Text[act]"},
      {"Jim", "Text[jim]"},
      {"ab", "Mul(a, b)"},
      {"\\text{ab}", "Text[ab]"},
      {"MAKE", "Text[make]"},
  };
  expect_trees(kCases);
}

TEST(Parser, Decoration) {
  constexpr ParserCase kCases[] = {
      {"$x^2$", "Pow(x, 2)"},
      {"$$5$$", "5"},
      {"\\(5\\)", "5"},
      {"\\[5\\]", "5"},
      {"**5**", "5"},
      {"*42*", "42"},
      {"`5`", "5"},
      {"\\boxed{5}", "5"},
      {"\\displaystyle \\frac12", "Div(1, 2)"},
      {"\\left( 3, \\frac{\\pi}{2} \\right)", "Tuple(3, Div(pi, 2))"},
      {"\\bigl(1,2\\bigr)", "Tuple(1, 2)"},
      {"\\!\\sqrt{33}", "root(33, 2)"},
      {"5\\,", "5"},
      {"5~", "5"},
      {"\\mathrm{42}", "42"},
      {"\\text{13}", "13"},
      {"1<br>", "1"},
      {"x<sup>2</sup>", "Pow(x, 2)"},
      {"5,", "5"},
      {"18\\text{ ways.}", "Quantity(18, Unit[#ways])"},
  };
  expect_trees(kCases);
}

TEST(Parser, WhatHidesOrDefinesHasNoReading) {
  constexpr ParserCase kCases[] = {
      {"\\def\\a{5}\\a", "none: unknown command \\def"},
      {"\\newcommand{\\a}{5}\\a", "none: unknown command \\newcommand"},
      {"\\let\\a=5", "none: unknown command \\let"},
      {"\\input{5}", "none: unknown command \\input"},
      {"5 % comment", "none: a comment"},
      {"5%comment \\pi", "none: a comment"},
      {"\\unknown{5}", "none: unknown command \\unknown"},
      {"# 42", "none: a character without meaning"},
  };
  expect_trees(kCases);
}

TEST(Parser, Malformed) {
  constexpr ParserCase kCases[] = {
      {"\\frac{1{2}", "none: a number behind a factor"},
      {"\\frac{1}{2}}", "none: something follows the answer"},
      {"\\sqrt{5", "none: a bracket is not closed"},
      {"\\\\frac{3}{4}", "none: an operand is missing"},
      {"}{", "none: an operand is missing"},
      {"5{", "none: the answer ends too early"},
      {"5+", "none: the answer ends too early"},
      {"+", "none: the answer ends too early"},
      {"=", "none: an operand is missing"},
      {"?", "none: a character without meaning"},
      {"a & b", "none: something follows the answer"},
  };
  expect_trees(kCases);
}

}  // namespace
}  // namespace r1::math
