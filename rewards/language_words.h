// The words of a text with the script each is written in; formulas, code and numbers left out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace r1 {

enum class Script { Latin, Han, Kana, Hangul, Cyrillic, Arabic, Devanagari, Greek, Hebrew, Thai, Other };

struct Word {
  Script script;
  std::string text;  // lower case
  int sentence;      // counts up at line ends and at . ! ? followed by white space
};

std::vector<Word> language_words(std::string_view text);

}  // namespace r1
