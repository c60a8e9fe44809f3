// Which announcement of an answer in a searched text counts: the steps 2 to 5 of answer_extraction.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "rewards/math/extraction/answer_marks.h"
#include "rewards/math/extraction/answer_phrases.h"
#include "rewards/math/extraction/searched_text.h"

namespace r1::math {

enum class Announcement : uint8_t { Box, BoxTokens, Tag, Hashes, Phrase };

// How much an answer is one: Remark is prose or a word ("correct"), Word a short text that may be an answer ("Evelyn").
enum class Weight : uint8_t { Remark, Word, Value };

struct FoundAnswer {
  TextSpan span;
  std::vector<TextSpan> parts;  // of a list; empty when there is one
  bool alternatives = false;
  Announcement announcement = Announcement::Box;
  Weight weight = Weight::Value;
};

std::optional<FoundAnswer> find_answer(const SearchedText& searched, std::string_view question);

// The box at `last` with those joined to it.
FoundAnswer joined_boxes(std::string_view text, std::string_view folded, const std::vector<Mark>& boxes,
                         size_t last);

// The last formula or number.
std::optional<TextSpan> last_value(const SearchedText& searched);

// What a phrase announces, looking no further than `limit`; none when no answer stands there. `denied`: the phrase says
// what the answer is not.
std::optional<FoundAnswer> phrase_answer(const SearchedText& searched, const PhraseAnchor& anchor,
                                         size_t limit, bool& denied);

}  // namespace r1::math
