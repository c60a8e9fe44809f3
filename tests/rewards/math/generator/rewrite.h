// Rules that rewrite an answer into another that is the same answer. On trees, at a random place:
//   commute_sum, commute_product, associate_sum, associate_product, expand, expand_square, factor_out, add_zero,
//   cancel_terms, multiply_by_one, double_negative, distribute_minus, unreduced, negative_exponent, power_as_product,
//   split_power, evaluate_power, evaluate_factorial, split_fraction, reciprocal_factor, rationalise, pull_out_root, root_as_power,
//   root_of_quotient, log_of_product, log_of_power, log_base, pythagoras, double_angle, tangent, odd_even, shift_period,
//   exponential_sum, square_of_root, abs_of_minus
// on numbers that are a whole answer or item: decimal, repeating, scientific, percent, mixed, grouped
// on answers: set_order, list_order, list_words, plus_minus, interval_form, union_order, matrix_brackets, name_value,
//   unit_conversion, ratio_scaled, equation_moved, equation_scaled, equation_turned
// on the text: spelling (print.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/rewards/math/generator/answer.h"
#include "tests/rewards/math/generator/random.h"
#include "tests/rewards/math/generator/tree.h"

namespace r1::math::generator {

struct TreeRule {
  const char* name;
  std::function<std::optional<Tree>(const Tree&, Random&)>
      rewrite;  // of one node; none where it does not apply
};

struct AnswerRule {
  const char* name;
  std::function<std::optional<Answer>(const Answer&, Random&)> rewrite;
};

const std::vector<TreeRule>& tree_rules();      // at any node but those inside exponents
const std::vector<TreeRule>& literal_rules();   // at the root of a part
const std::vector<AnswerRule>& answer_rules();  // of the whole

// Applies `count` rules, where any apply; adds their names to `names`.
Answer rewritten(Answer answer, int count, Random& random, std::vector<std::string>& names);

}  // namespace r1::math::generator
