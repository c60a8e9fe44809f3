// The final answer of a completion: which characters of it are to be compared with the gold.
//
// 1. Only what follows the thinking part counts: the text after the last "</think>". A completion whose
// thinking never
//    closes has no answer. Of the rest, the last 8 KiB are searched.
// 2. Explicit marks: \boxed{...} or \fbox{...} with matching braces (also "\boxed 5"), <answer>...</answer>,
// and
//    "#### n" with a number behind it. Of these the one that ends last wins; a box inside another mark is
//    what counts.
// 3. Without a mark: the last "answer is ..." or "answer: ..." phrase, up to the end of its sentence.
// The last number of a text is never taken: it would reward text that names no answer.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace r1 {

enum class AnswerRule { Box, AnswerTag, Hashes, Phrase };

const char* answer_rule_name(AnswerRule rule);  // "box", "answer_tag", "hashes", "phrase"

struct ExtractedAnswer {
  std::string text;  // the characters [begin, end) of the completion
  size_t begin = 0;
  size_t end = 0;
  AnswerRule rule = AnswerRule::Box;
};

// `thinking_open`: the prompt already opened the thinking part (a template that ends with "<think>").
std::optional<ExtractedAnswer> extract_answer(std::string_view completion, bool thinking_open = false);

// Whether a prompt that ends like this leaves a "<think>" open.
bool opens_thinking(std::string_view prompt_tail);

// The content of the last non-empty \boxed{} or \fbox{} in `text`, as in a MATH solution; none without one.
std::optional<std::string> last_box(std::string_view text);

// The content of the last complete <answer>...</answer> after the thinking part, trimmed of white space.
std::optional<std::string> last_answer_tag(std::string_view completion, bool thinking_open = false);

}  // namespace r1
