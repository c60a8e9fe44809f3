// Whether a final answer is the gold answer: the typed comparison over value.h.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rewards/math/policy.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// Two trees. Symmetric, but for what the gold's form demands:
//   - the solved-form rule: where the gold is a solved form ("x > 2", an interval, "x = 5") the answer must be one too; an answer that
//     only restates a relation equivalent to the question ("2x = 10" for 5) is DIFFERENT;
//   - a decimal gold is met by what rounds to it (scalars.h), a gold that leaves work to do (an integral, a sum of n terms) by its value;
//   - the gold decides what is a constant of integration ("+ C") and which fractions must be reduced.
// The rules of each kind are in its header: statements.h, solutions.h, relations.h, equations.h, interval_sets.h, collections.h,
// quantities.h, families.h, constants.h, piecewise.h, calculus.h, scalars.h, text_answers.h.
Decision compare_trees(const Node* answer, const Node* gold, Context& context);

struct AnswerComparison {
  Decision decision;
  std::string answer_problem, gold_problem;  // why a side has no reading; empty when it has one
  std::string answer_tree, gold_tree;        // filled when asked to explain
  int64_t fuel = 0;                          // steps used
};

constexpr int64_t kFuel = 20000;  // steps a comparison may take

// Two texts, both already extracted: parses, compares, never throws. An answer without a reading is Unknown, for nothing
// shows that it differs, unless the texts are the same; a gold without one is reported in gold_problem.
AnswerComparison compare_answer_texts(std::string_view answer, std::string_view gold,
                                      const MathPolicy& policy, bool explain = false);

}  // namespace r1::math
