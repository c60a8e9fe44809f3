// The ladder for expressions without variables: exact rationals, balls, exact constants, residues for huge powers.
#pragma once

#include "rewards/math/value/value.h"

namespace r1::math {

Decision equal_constants(const Node* a, const Node* b, Context& context);

}  // namespace r1::math
