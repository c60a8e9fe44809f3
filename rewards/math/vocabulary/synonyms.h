// The tables behind words.h: answers that mean the same, names of sets, and the words that join lists.
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "rewards/math/vocabulary/words.h"

namespace r1::math {

using TextRow = std::pair<std::string_view, std::string_view>;  // normalised spelling, what it stands for

std::span<const TextRow> synonym_rows();
std::span<const TextRow> named_set_rows();

struct JoinerRow {
  std::string_view spelled;  // lower case
  Joiner joiner;
};
std::span<const JoinerRow> joiner_rows();

}  // namespace r1::math
