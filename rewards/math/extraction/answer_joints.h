// The words that join several answers or explain one, and words that are no answer. Texts are folded (searched_text.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rewards/math/extraction/searched_text.h"

namespace r1::math {

// How two answers are joined by the text between them, both in one sentence.
enum class Joint : uint8_t { None, List, Alternatives };
Joint joint_between(std::string_view folded_gap);
// "or", "or maybe", "oder", "或" at the start of the text: its length, with spaces; 0 for none.
size_t or_length(std::string_view folded);
// "or" at the end of the text before `at`: where it begins, spaces left out; `at` for none.
size_t or_begin(std::string_view folded, size_t at);
// Whether "maybe", "either" and their kin end before `at`.
bool unsure_before(std::string_view folded, size_t at);
// Whether an uncertain word stands in the text: "or", "maybe", "perhaps", "either".
bool hedges(std::string_view folded);

// "..." or "your answer": what stands where an answer is to be put.
bool is_placeholder(std::string_view folded);
// A line that repeats the problem: "Question: ...".
bool restates_question(std::string_view line);
// Prose about the answer: "correct", "the same as before".
bool is_remark(std::string_view folded);
// The answer is called wrong: "wrong", "incorrecta", "错误".
bool is_rejection(std::string_view folded);
// "yes", "none", "infinity": words that are values.
bool is_value_word(std::string_view folded);

// Where an explanation begins in the span (", because", ", as required", ", not 6"); its end for none. What follows holds no
// other answer ("or", "maybe").
size_t explanation_in(std::string_view folded, TextSpan span);

}  // namespace r1::math
