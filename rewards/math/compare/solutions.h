// What a statement says of its names: "x = 1, y = 2", "x = 1 or x = 2", "(x, y) = (1, 2)", "x in {1, 2}", "x = \pm 2".
#pragma once

#include <optional>
#include <vector>

#include "rewards/math/compare/decision.h"
#include "rewards/math/compare/plus_minus.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

constexpr size_t kMaxRows = 64;

// Every row gives each name its value. A name is a variable, a function's value (f(x), P(A)), words, or a product of capital letters (the
// segment AB); no value holds a name.
struct Solutions {
  std::vector<const Node*> names;
  std::vector<std::vector<const Node*>> rows;
  bool ordered = false;  // the names were written as a tuple: (x, y) = (1, 2)
};

// None for what does not give values to names; a broken chain of equalities (x = 2 + 3 = 6) has `broken` set instead.
struct SolutionsReading {
  std::optional<Solutions> solutions;
  bool broken = false;     // a link of a chain is wrong
  bool uncertain = false;  // a link could not be checked
};
SolutionsReading read_solutions(const Node* statement, Context& context);

bool is_name(const Node* node);

// The last value of a chain of equal values without a name ("2 + 3 = 5"); null when a link is not proved or the chain names something.
// An approximate tail ("= \sqrt 2 \approx 1.41") is dropped when it is one. Broken: a link between numbers is false.
struct ChainReading {
  const Node* value = nullptr;
  bool broken = false;
  bool uncertain = false;  // a link could not be checked
};
ChainReading chain_value(const Node* chain, Context& context);

Decision compare_solutions(const Solutions& answer, const Solutions& gold, Context& context);
// One side is no statement: a value, a set, a list, a tuple.
Decision compare_solutions_with_value(const Solutions& solutions, const Node* value, bool value_is_gold,
                                      Context& context);

}  // namespace r1::math
