// The part of answer_finder.h about phrases: what of the sentence behind "the answer is" is the answer.
#include <algorithm>

#include "rewards/math/extraction/answer_finder.h"
#include "rewards/math/extraction/answer_joints.h"
#include "rewards/math/extraction/answer_words.h"

namespace r1::math {
namespace {

constexpr size_t kMaxPhrase =
    200;  // bytes: a longer sentence is prose about the answer, unless a formula begins it

bool holds_digit(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (digit_at(text, at) != 0) return true;
  }
  return false;
}

size_t count_words(std::string_view text) {
  size_t words = 0;
  for (size_t at = 0; at < text.size(); ++at)
    words += !is_space(text[at]) && (at == 0 || is_space(text[at - 1]));
  return words;
}

// "b", "b) 5", "b. 5"
bool is_letter_choice(std::string_view folded) {
  if (!is_ascii_letter(folded[0])) return false;
  return folded.size() == 1 || folded[1] == ')' || folded[1] == '.' || folded[1] == ':';
}

Weight weight_of(std::string_view text, std::string_view folded) {
  constexpr size_t kShort = 40, kFewWords = 5;
  constexpr std::string_view kStarts = "$\\([{|+-.";
  if (is_remark(folded)) return Weight::Remark;
  if (digit_at(folded, 0) != 0 || kStarts.find(folded[0]) != std::string_view::npos) return Weight::Value;
  if (folded.find('=') != std::string_view::npos || is_value_word(folded)) return Weight::Value;
  if (text.size() > kShort || count_words(text) > kFewWords) return Weight::Remark;
  if (holds_digit(folded) || is_letter_choice(folded)) return Weight::Value;
  // A name, or a script without capitals.
  return (text[0] >= 'A' && text[0] <= 'Z') || static_cast<uint8_t>(text[0]) >= 0x80 ? Weight::Word
                                                                                     : Weight::Remark;
}

// The choice letters that begin the span: "B", "(B)", "B、C", "ABD"; empty when something else does.
TextSpan choice_letters(std::string_view text, TextSpan span) {
  size_t at = span.begin;
  const bool bracket = at < span.end && text[at] == '(';
  if (bracket) ++at;
  const size_t first = at;
  while (at < span.end && ((text[at] >= 'A' && text[at] <= 'J') || (at > first && text[at] == ','))) ++at;
  while (at > first && text[at - 1] == ',') --at;
  if (at == first || letter_at(text, at)) return {};
  if (!bracket) return {span.begin, at};
  return at < span.end && text[at] == ')' ? TextSpan{span.begin, at + 1} : TextSpan{};
}

// Whether what follows the first formula of a sentence leaves that formula as the answer.
bool only_explains(std::string_view folded, TextSpan rest) {
  rest = trimmed(folded, rest);
  if (rest.begin == rest.end) return true;
  const std::string_view words = slice(folded, rest);
  if (hedges(words)) return false;
  // ", which is prime", ", as required", " because ..."
  if (explanation_in(folded, {rest.begin - 1, rest.end}) <= rest.begin) return true;
  const bool apart = words[0] == ',' || words[0] == ';' || words[0] == '(' ||
                     words.starts_with("\xE2\x80\x94") || words.starts_with("\xEF\xBC\x8C");
  const bool condition =
      contains_word(words, "if|when|where|for|unless|except|with|wenn|si|se|где|если|若|其中");
  return apart && !condition && !holds_digit(words) && words.find('$') == std::string_view::npos &&
         words.find('\\') == std::string_view::npos && words.find('=') == std::string_view::npos;
}

// Formulas with nothing but "and", "or" and commas between them: "$1$ and $2$". False when it is another sentence.
bool read_list(std::string_view folded, TextSpan span, FoundAnswer& found) {
  constexpr size_t kMaxParts = 64;
  std::vector<TextSpan> parts;
  bool alternatives = false;
  for (size_t at = span.begin; at < span.end && parts.size() < kMaxParts;) {
    const auto formula = marked_at(folded.substr(0, span.end), at);
    if (!formula) return false;
    parts.push_back(trimmed(folded, formula->inner));
    size_t next = formula->outer.end;
    if (next >= span.end) break;
    while (next < span.end && !marked_at(folded.substr(0, span.end), next)) {
      if (digit_at(folded, next) != 0 || next - formula->outer.end > 40) return false;
      ++next;
    }
    if (next >= span.end) return false;
    const Joint joint = joint_between(folded.substr(formula->outer.end, next - formula->outer.end));
    if (joint == Joint::None) return false;
    alternatives = alternatives || joint == Joint::Alternatives;
    at = next;
  }
  if (parts.size() < 2) return false;
  found.span = {parts.front().begin, parts.back().end};
  found.parts = std::move(parts);
  found.alternatives = alternatives;
  return true;
}

// The answer in a sentence that begins with a formula.
void read_formula(std::string_view text, std::string_view folded, const Formula& formula,
                  FoundAnswer& found) {
  if (only_explains(folded, {formula.outer.end, found.span.end})) {
    found.span = undecorated(text, formula.inner);
  } else {
    read_list(folded, found.span, found);
  }
}

// "$3 + 4 =", "$", "\\(": the text ends within the formula.
bool is_cut_off(std::string_view text) {
  return text.ends_with("=") || text == "$" || text.ends_with(" $") || text.ends_with("\\(") ||
         text.ends_with("\\[");
}

// The sentence's end, or the end of the clause before the next announcement ("the answer is 4, the answer is not 5").
size_t content_end(std::string_view folded, size_t begin, size_t limit) {
  const size_t end = sentence_end(folded, begin);
  if (end <= limit) return end;
  const size_t comma = folded.substr(0, limit).find_last_of(",;");
  return comma != std::string_view::npos && comma > begin ? comma : limit;
}

}  // namespace

std::optional<FoundAnswer> phrase_answer(const SearchedText& searched, const PhraseAnchor& anchor,
                                         size_t limit, bool& denied) {
  const std::string_view text = searched.text, folded = searched.folded;
  FoundAnswer found{.announcement = Announcement::Phrase};
  if (anchor.letter.begin < anchor.letter.end) {
    found.span = anchor.letter;
    return found;
  }
  const size_t end = content_end(folded, anchor.content, limit);
  if (end < folded.size() && (folded[end] == '?' || folded.substr(end).starts_with("\xEF\xBC\x9F")))
    return std::nullopt;
  found.span = undecorated(text, {anchor.content, end});
  found.span = undecorated(text, without_tail(folded, found.span, anchor.language, denied));
  if (found.span.begin >= found.span.end || is_placeholder(slice(folded, found.span))) return std::nullopt;
  if (is_cut_off(slice(folded, found.span))) return std::nullopt;
  const auto formula = marked_at(folded.substr(0, found.span.end), found.span.begin);
  if (!formula && found.span.end - found.span.begin > kMaxPhrase) return std::nullopt;
  if (contains_word(slice(folded, found.span), "is wrong|is incorrect|is not correct|is not right|is false"))
    denied = true;
  if (anchor.letter_only) {
    const TextSpan letters = choice_letters(text, found.span);
    if (letters.begin == letters.end || hedges(slice(folded, found.span))) return std::nullopt;
    found.span = letters;
    return found;
  }
  if (formula) {
    read_formula(text, folded, *formula, found);
  } else {
    found.span = undecorated(text, {found.span.begin, explanation_in(folded, found.span)});
  }
  if (found.span.begin >= found.span.end) return std::nullopt;
  if (!formula) found.weight = weight_of(slice(text, found.span), slice(folded, found.span));
  if (anchor.needs_value && found.weight == Weight::Remark) return std::nullopt;
  return found;
}

}  // namespace r1::math
