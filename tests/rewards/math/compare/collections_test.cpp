#include "rewards/math/compare/collections.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(Collections, TuplesAreComparedInOrder) {
  expect_equal({{"(3,-4)", "(3, -4)"},
                {"(3,-4)", "\\left(\\frac62,-4\\right)"},
                {"(3,-4)", "\\langle 3,-4\\rangle"},
                {"(1,0,-2)", "(1.0,0,-2)"},
                {"(a+b,ab)", "(b+a,ba)"}});
  expect_different({{"(3,-4)", "(-4,3)"},
                    {"(3,-4)", "(3,4)"},
                    {"(3,-4)", "(3,-4,0)"},
                    {"(3,-4)", "3"},
                    {"(1,0,-2)", "(1,-2,0)"},
                    {"(a,b)", "(b,a)"}});
}

TEST(Collections, SetsHaveNoOrderAndNoRepetition) {
  expect_equal({{"\\{1,2,3\\}", "\\{3,1,2\\}"},
                {"\\{1,2\\}", "\\{1,2,2\\}"},
                {"\\{1,2,3\\}", "3, 2, 1"},
                {"\\{\\frac12,3\\}", "\\{3,0.5\\}"},
                {"\\{(1,2),(3,4)\\}", "(3,4),(1,2)"}});
  expect_different({{"\\{1,2,3\\}", "\\{1,2\\}"},
                    {"\\{1,2\\}", "\\{1,2,3\\}"},
                    {"\\{1,2\\}", "\\{1,3\\}"},
                    {"\\{(1,2),(3,4)\\}", "\\{(2,1),(4,3)\\}"},
                    {"\\{1,2\\}", "(1,2)"},
                    {"\\{2,5\\}", "(2,5)"}});
}

TEST(Collections, OneElementStandsForItsSetOfSolutions) {
  expect_equal({{"\\{5\\}", "5"}, {"\\{5\\}", "x=5"}});
  expect_different({{"\\{5\\}", "6"}, {"5", "\\{5,6\\}"}, {"5", "\\{\\}"}});
}

TEST(Collections, ListsHaveAFreeOrderByPolicy) {
  expect_equal({{"1, 2, 3", "3, 1, 2"}, {"-2, 5", "5 \\text{ and } -2"}, {"2 \\text{ or } 3", "3, 2"}});
  expect_different({{"1, 2, 3", "1, 2"},
                    {"1, 2, 3", "1, 2, 4"},
                    {"5", "5, 6"},
                    {"5", "5 \\text{ or } 6"},
                    {"-2, 5", "2, 5"}});
  MathPolicy ordered;
  ordered.list_order_free = false;
  expect_equal({{"1, 2, 3", "1; 2; 3"}}, Direction::BothWays, ordered);
  expect_different({{"1, 2, 3", "3, 1, 2"}}, Direction::BothWays, ordered);
}

TEST(Collections, AListOfTwoIsNotTakenForAPair) { expect_unknown({{"(1,2)", "1, 2"}}); }

TEST(Collections, SetsMayBeTuplesByPolicy) {
  MathPolicy policy;
  policy.set_as_tuple = true;
  expect_equal({{"\\{1,2\\}", "(2,1)"}}, Direction::BothWays, policy);
  expect_different({{"\\{1,2\\}", "(1,3)"}}, Direction::BothWays, policy);
}

TEST(Collections, MatricesAreComparedEntryByEntry) {
  const std::string m = "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}";
  expect_equal({{m, "\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}"},
                {m, "\\frac12\\begin{pmatrix}2&4\\\\6&8\\end{pmatrix}"},
                {m, "\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}^T"},
                {m, "A=" + m},
                {m, "\\begin{pmatrix}0&2\\\\3&4\\end{pmatrix}+\\begin{pmatrix}1&0\\\\0&0\\end{pmatrix}"}});
  expect_different({{m, "\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}"},
                    {m, "\\begin{pmatrix}1&2&3&4\\end{pmatrix}"},
                    {m, "\\begin{pmatrix}1&2\\\\3&5\\end{pmatrix}"},
                    {m, "2" + m},
                    {m, "\\begin{pmatrix}1&2\\end{pmatrix}"},
                    {m, "-2"}});
}

TEST(Collections, VectorsMayBeRowsColumnsTuplesOrSumsOfUnits) {
  const std::string v = "\\begin{pmatrix}3\\\\-1\\\\2\\end{pmatrix}";
  expect_equal({{v, "(3,-1,2)"},
                {v, "\\begin{pmatrix}3&-1&2\\end{pmatrix}"},
                {v, "3\\mathbf{i}-\\mathbf{j}+2\\mathbf{k}"},
                {"(2,3)", "2\\mathbf{i}+3\\mathbf{j}"}});
  expect_different(
      {{v, "(3,2,-1)"}, {v, "(3,-1)"}, {v, "3\\mathbf{i}+\\mathbf{j}+2\\mathbf{k}"}, {v, "(6,-2,4)"}});
  MathPolicy strict;
  strict.row_column = false;
  expect_different({{v, "\\begin{pmatrix}3&-1&2\\end{pmatrix}"}}, Direction::BothWays, strict);
}

TEST(Collections, ManyItemsAreMatchedByTheirTrees) {
  std::string up = "1", down = "300";
  for (int i = 2; i <= 300; ++i) {
    up += ", " + std::to_string(i);
    down += ", " + std::to_string(301 - i);
  }
  expect_equal({{"\\{" + up + "\\}", "\\{" + down + "\\}"}, {up, down}});
  expect_different({{"\\{" + up + "\\}", "\\{" + down + ",301\\}"}});
}

TEST(Collections, CrosswiseMatchesAreFound) {
  expect_equal({{"\\{x+1, 1+x+0, 2\\}", "\\{2, x+1\\}"}, {"\\sqrt4, 2, 1+1", "2, \\sqrt4, \\frac42"}});
}

TEST(Collections, SeveralSignsInOneValueMayGoTogetherOrNot) {
  expect_equal({{"\\pm 1 \\pm \\sqrt2", "\\pm \\sqrt2 \\pm 1"},
                {"1 \\pm \\sqrt2", "1+\\sqrt2, 1-\\sqrt2"},
                {"\\pm 1 \\mp \\sqrt2", "1-\\sqrt2, \\sqrt2-1"}});
  expect_unknown({{"\\pm 1 \\pm \\sqrt2", "1+\\sqrt2, -1-\\sqrt2"},
                  {"\\pm 1 \\pm \\sqrt2", "1+\\sqrt2, -1-\\sqrt2, 1-\\sqrt2, \\sqrt2-1"},
                  {"(\\pm 1, \\pm 2)", "(1,2), (-1,-2)"}});
  expect_different({{"\\pm 1 \\pm \\sqrt2", "1+\\sqrt2"}, {"\\pm 1 \\pm \\sqrt2", "\\pm 2 \\pm \\sqrt2"}});
}

TEST(Collections, WhatGoesOnIsNotFinite) {
  expect_different({{"5", "1, 2, 3, 4, 5, \\ldots"}});
  expect_unknown({{"1, 2, 3", "1, 2, \\ldots"}});
}

}  // namespace
}  // namespace r1::math
