// An answer as LaTeX: in one plain spelling, or in one of the many that people use.
#pragma once

#include <string>

#include "tests/rewards/math/generator/answer.h"
#include "tests/rewards/math/generator/random.h"
#include "tests/rewards/math/generator/tree.h"

namespace r1::math::generator {

// `spelling` none: the plain one. Else each place chooses among: \frac, \dfrac, \tfrac, \frac12, a/b; juxtaposed, \cdot,
// \times, *; brackets plain or \left \right; spaces and thin spaces; x^2, x^{2}, x²; \sqrt{}, √; \pi, π; \sin x, \sin(x);
// the ASCII and the Unicode minus sign, ≤ and ∞; \text, \mathrm and bare units; dollars around the whole.
std::string text(const Tree& tree, Random* spelling = nullptr);
std::string text(const Answer& answer, Random* spelling = nullptr);

}  // namespace r1::math::generator
