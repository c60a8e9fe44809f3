// Expressions with \pm as the values they stand for.
#pragma once

#include <cstddef>
#include <vector>

#include "rewards/math/tree/expression.h"

namespace r1::math {

constexpr size_t kMaxSigned = 64;

// A PlusMinus anywhere in a scalar or quantity: both values. One value otherwise. Whether several in one expression go together
// ("1 \pm \sqrt{2} \mp x") or not is for the reader to say: at most kMaxSigned values.
enum class Signs { Together, Independent };
std::vector<const Node*> both_signs(Arena& arena, const Node* node, Signs signs = Signs::Together);
// How many, and whether a \mp ties them together.
size_t count_plus_minus(const Node* node);
bool holds_minus_plus(const Node* node);
bool holds_plus_minus(const Node* node);

}  // namespace r1::math
