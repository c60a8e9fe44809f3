// The phrases that announce an answer, "the answer is 5", in some fifty languages (answer_languages.h). Texts are folded
// (searched_text.h): small letters, hidden parts blank.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "rewards/math/extraction/searched_text.h"

namespace r1::math {

struct PhraseAnchor {
  size_t begin = 0;    // of the noun
  size_t content = 0;  // where the answer begins
  TextSpan letter;     // of "option (B) is correct": the letter; else empty
  uint8_t language = 0;
  bool negated = false;      // "the answer is not"
  bool letter_only = false;  // "the correct option is": a choice letter must follow
  bool needs_value = false;  // a heading or a weak word: prose behind it is no answer
};

// Every announcement of an answer, in order. Hypothetical ones ("if the answer is 5") and those of wrong answers ("a common
// wrong answer is") are left out.
std::vector<PhraseAnchor> phrase_anchors(std::string_view folded);

// Words that may stand between "is" and the answer: "simply", "therefore", "given by", "option" before a letter.
size_t skip_filler(std::string_view folded, size_t at);

// The span without what its language puts behind an answer ("です", "입니다"); sets `denied` when that says no ("ではない").
TextSpan without_tail(std::string_view folded, TextSpan span, uint8_t language, bool& denied);

}  // namespace r1::math
