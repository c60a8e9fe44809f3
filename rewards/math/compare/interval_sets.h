// Sets of real numbers as unions of intervals with exact ends, and what inequalities say in that form.
#pragma once

#include <optional>
#include <vector>

#include "rewards/math/compare/decision.h"
#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

constexpr size_t kMaxParts = 64;  // intervals of one set; beyond, a set has no reading here

struct RealInterval {
  const Node* lower = nullptr;  // none: minus infinity
  const Node* upper = nullptr;  // none: plus infinity
  bool open_lower = true, open_upper = true;
};

// Ordered: the parts are disjoint, ascend and do not touch. Not ordered: an end could not be placed (it holds a variable), the
// parts are as written.
struct RealSet {
  std::vector<RealInterval> parts;
  bool ordered = true;
};

// An answer has to be solved already; a gold may be solved here (the solved-form rule of compare.h).
enum class Solving { SolvedOnly, Allowed };

// Intervals, unions, intersections, differences, finite sets of numbers, R, the empty set, set-builders over one symbol. A Tuple
// of two ascending numbers is the open interval: ask only where the other side is a set. None for what is none of these, for
// intervals written backwards and for sets of integers without bounds.
std::optional<RealSet> read_real_set(const Node* node, Solving solving, Context& context);

// What the statement says of `name` (a Symbol or a function's value such as f(x)): the solutions of x > 2, |x| < 3 and the like.
// Comparisons, chains, membership, and, or, not. Unsolved ones (of rational functions with factors of degree two or less, and
// absolute values) only when allowed. The sides must be real numbers.
std::optional<RealSet> solve_statement(const Node* statement, const Node* name, Solving solving,
                                       Context& context);

// The name a statement is about: one that is alone on a side of its first comparison. Null when there is none.
const Node* subject(const Node* statement);

// Whether `part` is `node` or occurs in it.
bool occurs(const Node* part, const Node* node);

// `node` with every occurrence of a part replaced. Costs one step a node.
const Node* replace_part(Arena& arena, const Node* node, const Node* part, const Node* replacement);

// None when an end cannot be ordered.
std::optional<RealSet> unite(const RealSet& a, const RealSet& b, Context& context);
std::optional<RealSet> intersect(const RealSet& a, const RealSet& b, Context& context);
std::optional<RealSet> complement(const RealSet& set, Context& context);

Decision compare_real_sets(const RealSet& answer, const RealSet& gold, Context& context);

// 1 or -1 for an infinity of that sign, else 0.
int infinity_sign(const Node* node);

}  // namespace r1::math
