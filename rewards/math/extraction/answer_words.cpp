#include "rewards/math/extraction/answer_words.h"

#include "rewards/math/extraction/searched_text.h"

namespace r1::math {
namespace {

bool is_boundary(std::string_view text, size_t at) {
  return !letter_before(text, at) || !letter_at(text, at);
}

}  // namespace

size_t word_at(std::string_view text, size_t at, std::string_view words, bool attached) {
  size_t longest = 0;
  any_word(words, [&](std::string_view word) {
    const bool here = text.substr(std::min(at, text.size())).starts_with(word);
    if (here && word.size() > longest && (attached || is_boundary(text, at + word.size()))) {
      longest = word.size();
    }
    return false;
  });
  return longest;
}

size_t word_before(std::string_view text, size_t end, std::string_view words, bool attached) {
  size_t longest = 0;
  any_word(words, [&](std::string_view word) {
    if (word.size() <= longest || !text.substr(0, end).ends_with(word)) return false;
    const size_t begin = end - word.size();
    if (attached || is_boundary(text, begin)) longest = word.size();
    return false;
  });
  return longest;
}

bool contains_word(std::string_view text, std::string_view words, bool attached) {
  return any_word(words, [&](std::string_view word) {
    for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      if (attached || (is_boundary(text, at) && is_boundary(text, at + word.size()))) return true;
    }
    return false;
  });
}

size_t skip_marks(std::string_view text, size_t at) {
  for (;;) {
    at = skip_spaces(text, at);
    if (at >= text.size() || (text[at] != '*' && text[at] != '_' && text[at] != '`')) return at;
    ++at;
  }
}

size_t back_over_marks(std::string_view text, size_t at) {
  while (at > 0 &&
         (text[at - 1] == ' ' || text[at - 1] == '\t' || text[at - 1] == '*' || text[at - 1] == '_'))
    --at;
  return at;
}

}  // namespace r1::math
