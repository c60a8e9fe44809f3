// Answers that are words as a whole, and what decorates an answer from outside.
#pragma once

#include <string_view>

#include "rewards/math/expression.h"
#include "rewards/math/lexer.h"

namespace r1::math {

// White space, Markdown bold and code marks, quotes, a final period or comma taken off both ends. Math delimiters stay.
std::string_view take_decoration_off(std::string_view text);

// The node of a text that is words, a choice letter, a date, a time or a number in words from end to end; none for others.
const Node* read_as_words(Arena& arena, std::string_view text, const Tokens& tokens);

// A Text node of the words of a sentence; none when the text holds mathematics that words do not explain.
const Node* prose_text(Arena& arena, std::string_view text);

}  // namespace r1::math
