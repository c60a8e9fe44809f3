// arcsin(sin c) and its like at constants, folded back into the branch.
#pragma once

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// Whether something for with_folded_inverses is in the tree.
bool has_folded_inverse(const Node* node);

// arcsin(sin 3) becomes pi - 3, arccos(cos 5) 2 pi - 5, arctan(tan 2) 2 - pi, for real constants up to 30 whose place among the multiples
// of pi / 2 is proved. The rest of the tree stays. Costs a step a node and an order a multiple tried.
const Node* with_folded_inverses(const Node* node, Context& context);

}  // namespace r1::math
