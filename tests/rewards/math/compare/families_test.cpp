#include "rewards/math/compare/families.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(Families, TheParameterMayBeRenamedAndShifted) {
  expect_equal({{"x=\\frac{\\pi}{4}+k\\pi, k\\in\\mathbb{Z}", "x=\\frac{\\pi}{4}+n\\pi, n\\in\\mathbb{Z}"},
                {"x=\\frac{\\pi}{4}+k\\pi", "\\frac{5\\pi}{4}+k\\pi"},
                {"x=\\frac{\\pi}{4}+k\\pi", "x=\\frac{\\pi}{4}-m\\pi"},
                {"x=k\\pi", "x=2k\\pi \\text{ or } x=(2k+1)\\pi"},
                {"\\pm\\frac{\\pi}{3}+2k\\pi", "\\frac{\\pi}{3}+2k\\pi, \\frac{5\\pi}{3}+2k\\pi"},
                {"x=180^\\circ k", "x=k\\pi"},
                {"n=6k+5, k\\in\\mathbb{Z}", "n=6m-1, m\\in\\mathbb{Z}"}});
}

TEST(Families, OtherPhasesAndPeriodsAreDifferent) {
  expect_different({{"x=\\frac{\\pi}{4}+k\\pi", "x=\\frac{\\pi}{4}+2k\\pi"},
                    {"x=\\frac{\\pi}{4}+k\\pi", "x=\\frac{3\\pi}{4}+k\\pi"},
                    {"x=k\\pi", "x=\\frac{k\\pi}{2}"},
                    {"x=k\\pi", "x=\\pi"},
                    {"\\pm\\frac{\\pi}{3}+2k\\pi", "\\frac{\\pi}{3}+2k\\pi"},
                    {"n=6k+5, k\\in\\mathbb{Z}", "n=6k+1, k\\in\\mathbb{Z}"},
                    {"n=6k+5, k\\in\\mathbb{Z}", "n=3k+2, k\\in\\mathbb{Z}"}});
}

TEST(Families, AlternatingSignsAreSplitByParity) {
  expect_equal(
      {{"x=(-1)^k\\frac{\\pi}{6}+k\\pi", "x=\\frac{\\pi}{6}+2k\\pi \\text{ or } x=\\frac{5\\pi}{6}+2k\\pi"}});
  expect_different({{"x=(-1)^k\\frac{\\pi}{6}+k\\pi", "x=\\frac{\\pi}{6}+k\\pi"}});
}

TEST(Families, FormulasInALetterAreNoFamilies) {
  const AnswerPairs formulas{{"(n-2)\\pi", "n\\pi"},
                             {"(n-2)\\pi", "(n-1)\\pi, n\\in\\mathbb{Z}"},
                             {"2k+1", "2k-1"},
                             {"2k-1", "2k+1, k\\in\\mathbb{Z}"},
                             {"2n", "2m"}};
  for (const auto& [gold, answer] : formulas) {
    EXPECT_NE(compare_answer_texts(answer, gold, {}).decision.comparison, Comparison::Equal)
        << gold << "  " << answer;
    EXPECT_NE(compare_answer_texts(gold, answer, {}).decision.comparison, Comparison::Equal)
        << gold << "  " << answer;
  }
}

TEST(Families, CongruencesAreFamilies) {
  expect_equal({{"x\\equiv 3\\pmod 7", "x\\equiv 10\\pmod 7"},
                {"x\\equiv 3\\pmod 7", "x\\equiv -4\\pmod 7"},
                {"x\\equiv 3\\pmod 7", "x=7k+3, k\\in\\mathbb{Z}"},
                {"x\\equiv 1,4\\pmod 5", "x\\equiv\\pm 1\\pmod 5"},
                {"x\\equiv 1\\pmod 2", "x\\equiv 1,3\\pmod 4"}});
  expect_different({{"x\\equiv 3\\pmod 7", "x\\equiv 4\\pmod 7"},
                    {"x\\equiv 3\\pmod 7", "x\\equiv 3\\pmod{14}"},
                    {"x\\equiv 3\\pmod 7", "y\\equiv 3\\pmod 7"},
                    {"x\\equiv 1,4\\pmod 5", "x\\equiv 1\\pmod 5"}});
}

TEST(Families, RemaindersKeepTheirModulus) {
  expect_equal({{"3\\pmod 7", "10\\pmod 7"}, {"(x+1)^3\\pmod 3", "x^3+1\\pmod 3"}, {"17\\bmod 5", "2"}});
  expect_different(
      {{"3\\pmod 7", "3\\pmod 8"}, {"3\\pmod 7", "4\\pmod 7"}, {"(x+1)^3\\pmod 3", "x^3+x+1\\pmod 3"}});
}

}  // namespace
}  // namespace r1::math
