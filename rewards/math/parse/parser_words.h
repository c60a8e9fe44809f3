// Runs of letters -> variables, functions, joining words; what remains is prose, a unit or a name.
#pragma once

#include <vector>

#include "rewards/math/parse/lexer.h"
#include "rewards/math/tree/expression.h"

namespace r1::math {

// Tokens with each Word and Roman resolved: "sin" is a Function, "xy" two Letters where letters are multiplied ("2xy", $abc$, not
// "cat"), "and" an And. Words without such a meaning stay Word; \mathrm{cm} becomes Text. In `prose` (the inside of \text{}) a run of letters is never
// a product.
std::vector<Token> read_words(std::vector<Token> tokens, bool prose);

// Whether words remain that only prose, units or names explain.
bool holds_prose(const std::vector<Token>& tokens);

}  // namespace r1::math
