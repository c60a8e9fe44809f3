// One form of floors and ceilings, so that identities of theirs that no sample proves become equal trees.
#pragma once

#include "rewards/math/tree/expression.h"

namespace r1::math {

// ceil(x) becomes -floor(-x), floor(x + 3) becomes floor(x) + 3, everywhere in the tree. The value does not change. Costs a step a node.
const Node* with_plain_floors(Arena& arena, const Node* node);

}  // namespace r1::math
