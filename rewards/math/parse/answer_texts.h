// Answers that are words as a whole, and what decorates an answer from outside.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "rewards/math/policy.h"
#include "rewards/math/tree/expression.h"

namespace r1::math {

// White space, Markdown bold and code marks, quotes, a final period or comma taken off both ends. Math delimiters stay.
std::string_view take_decoration_off(std::string_view text);

// The text without \text{}, font commands, braces, dollars and LaTeX spaces; none when other commands are in it.
std::optional<std::string> plain_words(std::string_view text);

// The node of a text that is words from end to end: a synonym class, a set by name, a number in words, an ordinal, a date, a
// time, circled digits, Roman numerals (by policy). None for others.
const Node* read_as_words(Arena& arena, std::string_view text, const MathPolicy& policy);

// The content of a text that is one \text{...} from end to end; none when it is not.
std::optional<std::string_view> text_content(std::string_view text);

// A choice letter and the value behind it: "(B)", "B.", "B) 5", "\textbf{(D)}\ \frac38", "option C".
struct ChoiceText {
  char letter = 0;         // 0: no choice
  std::string_view value;  // what stands behind; may be empty
};
ChoiceText read_choice(std::string_view text);

// A Text node of the words of a sentence; none when the text holds mathematics that words do not explain.
const Node* prose_text(Arena& arena, std::string_view text);

}  // namespace r1::math
