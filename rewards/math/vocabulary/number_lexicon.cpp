#include "rewards/math/vocabulary/number_lexicon.h"

#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<uint8_t>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

const std::unordered_map<std::string_view, NumberWord>& cardinals() {
  static const std::unordered_map<std::string_view, NumberWord> words = {
      {"zero", {Part::Zero}},
      {"nought", {Part::Zero}},
      {"naught", {Part::Zero}},
      {"one", {Part::Unit, 1}},
      {"two", {Part::Unit, 2}},
      {"three", {Part::Unit, 3}},
      {"four", {Part::Unit, 4}},
      {"five", {Part::Unit, 5}},
      {"six", {Part::Unit, 6}},
      {"seven", {Part::Unit, 7}},
      {"eight", {Part::Unit, 8}},
      {"nine", {Part::Unit, 9}},
      {"ten", {Part::Teen, 10}},
      {"eleven", {Part::Teen, 11}},
      {"twelve", {Part::Teen, 12}},
      {"thirteen", {Part::Teen, 13}},
      {"fourteen", {Part::Teen, 14}},
      {"fifteen", {Part::Teen, 15}},
      {"sixteen", {Part::Teen, 16}},
      {"seventeen", {Part::Teen, 17}},
      {"eighteen", {Part::Teen, 18}},
      {"nineteen", {Part::Teen, 19}},
      {"twenty", {Part::Ten, 20}},
      {"thirty", {Part::Ten, 30}},
      {"forty", {Part::Ten, 40}},
      {"fourty", {Part::Ten, 40}},
      {"fifty", {Part::Ten, 50}},
      {"sixty", {Part::Ten, 60}},
      {"seventy", {Part::Ten, 70}},
      {"eighty", {Part::Ten, 80}},
      {"ninety", {Part::Ten, 90}},
      {"hundred", {Part::Hundred, 0, 2}},
      {"thousand", {Part::Scale, 0, 3}},
      {"million", {Part::Scale, 0, 6}},
      {"billion", {Part::Scale, 0, 9}},
      {"trillion", {Part::Scale, 0, 12}},
      {"quadrillion", {Part::Scale, 0, 15}},
      {"quintillion", {Part::Scale, 0, 18}},
      {"sextillion", {Part::Scale, 0, 21}},
      {"septillion", {Part::Scale, 0, 24}},
      {"octillion", {Part::Scale, 0, 27}},
      {"nonillion", {Part::Scale, 0, 30}},
      {"dozen", {Part::Dozen}},
      {"half", {Part::Half}},
      {"and", {Part::And}},
      {"a", {Part::One}},
      {"an", {Part::One}},
      {"minus", {Part::Sign}},
      {"negative", {Part::Sign}},
      {"point", {Part::Point}}};
  return words;
}

const std::unordered_map<std::string_view, std::string_view>& ordinals() {
  static const std::unordered_map<std::string_view, std::string_view> words = {{"first", "one"},
                                                                               {"second", "two"},
                                                                               {"third", "three"},
                                                                               {"fourth", "four"},
                                                                               {"fifth", "five"},
                                                                               {"sixth", "six"},
                                                                               {"seventh", "seven"},
                                                                               {"eighth", "eight"},
                                                                               {"ninth", "nine"},
                                                                               {"tenth", "ten"},
                                                                               {"eleventh", "eleven"},
                                                                               {"twelfth", "twelve"},
                                                                               {"thirteenth", "thirteen"},
                                                                               {"fourteenth", "fourteen"},
                                                                               {"fifteenth", "fifteen"},
                                                                               {"sixteenth", "sixteen"},
                                                                               {"seventeenth", "seventeen"},
                                                                               {"eighteenth", "eighteen"},
                                                                               {"nineteenth", "nineteen"},
                                                                               {"twentieth", "twenty"},
                                                                               {"thirtieth", "thirty"},
                                                                               {"fortieth", "forty"},
                                                                               {"fiftieth", "fifty"},
                                                                               {"sixtieth", "sixty"},
                                                                               {"seventieth", "seventy"},
                                                                               {"eightieth", "eighty"},
                                                                               {"ninetieth", "ninety"},
                                                                               {"hundredth", "hundred"},
                                                                               {"thousandth", "thousand"},
                                                                               {"millionth", "million"},
                                                                               {"billionth", "billion"},
                                                                               {"trillionth", "trillion"}};
  return words;
}

std::vector<SpokenToken> tokenize_words(std::string_view text, size_t at) {
  constexpr size_t kMaxTokens = 48;
  std::vector<SpokenToken> tokens;
  bool hyphen = false;
  while (tokens.size() < kMaxTokens) {
    const size_t begin = at;
    while (at < text.size() && is_word_byte(text[at])) ++at;
    if (at == begin) break;
    if (at < text.size() && is_digit(text[at])) break;
    SpokenToken token{lower_text(text.substr(begin, at - begin)), at, hyphen, nullptr};
    if (const auto found = cardinals().find(token.word); found != cardinals().end())
      token.number = &found->second;
    tokens.push_back(std::move(token));
    hyphen = at < text.size() && text[at] == '-';
    if (hyphen) {
      ++at;
    } else {
      while (at < text.size() && text[at] == ' ') ++at;
    }
  }
  return tokens;
}

}  // namespace r1::math
