// The searched part of a completion: what of it is hidden, where its sentences end, where its formulas lie.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "rewards/math/extraction/text_span.h"

namespace r1::math {

constexpr size_t kMaxSearched = 8192;  // bytes of a completion that are searched: the last ones

// Everything reads `folded`, which has the length of the text: small letters, and newlines for what is hidden (fenced
// code, HTML comments, LaTeX comment lines, lines that restate the question). So an anchor in hidden text is never seen, and a
// span of `folded` is one of the text.
struct SearchedText {
  std::string_view text;
  std::string folded;
  size_t begin = 0;  // of `text` in the part it was taken from
};

// `part` is what follows the thinking; the last kMaxSearched bytes of it are taken, from a whole character on.
SearchedText searched_text(std::string_view part);

// Small letters for capitals of the same length in bytes: Latin, Greek, Cyrillic, Armenian, full-width.
void fold_case(std::string& text);

struct Formula {
  TextSpan outer;  // with its delimiters
  TextSpan inner;
};

// The formula $…$, $$…$$, \(…\) or \[…\] that begins at `at`, at most 1 KiB long and within a paragraph. A dollar that looks like a
// currency ("$5 and $6") begins none.
std::optional<Formula> formula_at(std::string_view text, size_t at);
// Also **…**, __…__, *…* and `…` around a text of one line.
std::optional<Formula> marked_at(std::string_view text, size_t at);

// The length of the sentence stop at `at`: a line end, "." behind a word or number, "。", "?"; 0 when there is none.
size_t stop_at(std::string_view text, size_t at);
// Where the sentence that `at` lies in ends: at its stop, or a line end. Stops inside formulas and numbers do not count.
size_t sentence_end(std::string_view text, size_t at);
// Where the sentence begins, looking back at most `limit` bytes.
size_t sentence_begin(std::string_view text, size_t at, size_t limit);

bool is_space(char c);
bool is_digit(char c);
bool is_ascii_letter(char c);
// Whether a letter of a script that puts spaces between words ends before `at`, or begins at `at`.
bool letter_before(std::string_view text, size_t at);
bool letter_at(std::string_view text, size_t at);
// A decimal digit of any script; returns its length in bytes, 0 for none.
size_t digit_at(std::string_view text, size_t at);

TextSpan trimmed(std::string_view text, TextSpan span);
size_t skip_spaces(std::string_view text, size_t at);  // also no-break and ideographic spaces; not newlines

inline std::string_view slice(std::string_view text, TextSpan span) {
  return text.substr(span.begin, span.end - span.begin);
}

}  // namespace r1::math
