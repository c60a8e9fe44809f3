// The final answer of a completion: which characters of it are to be compared with the gold.
//
// 1. Only what follows the thinking part counts: the text after the last "</think>". A completion whose thinking never closes
//    has no answer. Of the rest, the last 8 KiB are searched; fenced code, HTML comments, LaTeX comment lines and lines
//    that restate the question are blank.
// 2. An answer is announced by a mark: \boxed{...} or \fbox{...} with matching braces (also "\boxed 5"),
//    <|begin_of_box|>...<|end_of_box|>, <answer>...</answer>, "#### 5"; or by a phrase, "the answer is 5", in some fifty
//    languages (answer_languages.h). The last announcement wins; a phrase beats an earlier mark only when a value follows it. A box
//    inside another mark or a phrase is what counts.
// 3. Skipped: what is denied ("the answer is not 5", "\boxed{5} is wrong"), taken back ("scratch that"), supposed ("if the answer is
//    5"), asked ("the answer is 5?"), a placeholder ("\boxed{...}"), a copy of the question. A value that was denied is skipped where
//    it was announced before, too.
// 4. Several boxes in one sentence or display are one list: "\boxed{1} and \boxed{2}" is "1, 2". Alternatives ("\boxed{1} or
//    maybe 2") are a list as well, "1 or 2", and flagged: naming two answers never wins where one of them would not.
// 5. A phrase's answer reaches to the end of its sentence, or is its formula when that plainly is the answer: "the answer is $x=5$,
//    as required".
// The last number of a text is taken only when asked for (last_number): it rewards text that names no answer.
// Linear time in the completion, bounded work in the searched part.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/math/extraction/text_span.h"

namespace r1 {

enum class AnswerRule { Box, AnswerTag, Hashes, Phrase, BoxTokens, LastValue };

// "box", "answer_tag", "hashes", "phrase", "box_tokens", "last_value"
const char* answer_rule_name(AnswerRule rule);

struct ExtractedAnswer {
  std::string
      text;  // the characters [begin, end) of the completion; of joined answers the parts, ", " or " or " between them
  size_t begin = 0;  // of the first part
  size_t end = 0;    // of the last part
  AnswerRule rule = AnswerRule::Box;
  std::vector<math::TextSpan> parts;  // where the joined answers lie, in order; empty when there is one
  // The parts are offered as alternatives ("or"). Right when the list equals the gold, or when every part does.
  bool alternatives = false;
};

struct ExtractionOptions {
  bool thinking_open =
      false;  // the prompt already opened the thinking part (a template that ends with "<think>")
  bool last_number = false;  // without any announcement, the last formula or number (MathPolicy::last_number)
  std::string_view question{};  // announcements copied from it do not count; may be empty
};

std::optional<ExtractedAnswer> extract_answer(std::string_view completion, const ExtractionOptions& options);
std::optional<ExtractedAnswer> extract_answer(std::string_view completion, bool thinking_open = false);

// The text to compare answers with. A whole solution with a box is its last box (joined with those of its sentence), one
// that ends "#### 18" is "18", "$x$" is "x"; any other text is itself, trimmed. Of a solution the last 64 KiB are read.
std::string gold_answer(std::string_view gold);

// Whether a prompt that ends like this leaves a "<think>" open.
bool opens_thinking(std::string_view prompt_tail);

// The content of the last non-empty \boxed{} or \fbox{} in `text`, as in a MATH solution; none without one.
std::optional<std::string> last_box(std::string_view text);

// The content of the last complete <answer>...</answer> after the thinking part, trimmed of white space.
std::optional<std::string> last_answer_tag(std::string_view completion, bool thinking_open = false);

}  // namespace r1
