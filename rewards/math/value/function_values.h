// The ladder for expressions with variables: residues, then balls at random points.
#pragma once

#include "rewards/math/value/value.h"

namespace r1::math {

Decision equal_functions(const Node* a, const Node* b, Context& context);

}  // namespace r1::math
