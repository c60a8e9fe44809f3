// Derivatives, and the integrals and limits that can be carried out by rule, so that a gold that leaves them to do has a value.
#pragma once

#include "rewards/math/tree/expression.h"
#include "rewards/math/value/value.h"

namespace r1::math {

// d body / d symbol; null for functions without a rule here. Not simplified.
const Node* derivative(const Node* body, const Node* symbol, Context& context);

// The node with its derivatives, definite integrals and limits carried out where a rule is proved to apply: integrals of sums of powers,
// exponentials, sines and cosines of a x + b between finite ends; limits at finite points of quotients of smooth functions (by
// de l'Hopital's rule) and of rational functions at infinity. What has no rule stays.
const Node* with_calculus(const Node* node, Context& context);

}  // namespace r1::math
