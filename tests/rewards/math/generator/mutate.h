// One random mistake in an answer: a sign, a digit, an exponent, a bracket, an order, a missing or an extra element, another
// function. Whether it changed the answer is for same() to say: a mistake may hit a zero.
#pragma once

#include <optional>
#include <string>

#include "tests/rewards/math/generator/answer.h"
#include "tests/rewards/math/generator/random.h"

namespace r1::math::generator {

struct Mutation {
  Answer answer;
  std::string name;
};

std::optional<Mutation> mutated(const Answer& answer,
                                Random& random);  // none when the chosen mistake does not apply

}  // namespace r1::math::generator
