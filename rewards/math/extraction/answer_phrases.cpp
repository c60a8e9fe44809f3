#include "rewards/math/extraction/answer_phrases.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "rewards/math/extraction/answer_languages.h"
#include "rewards/math/extraction/answer_words.h"

namespace r1::math {
namespace {

// ":", "：" or "=", not "==" or ":=".
size_t mark_copula(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(std::min(at, text.size()));
  if (rest.starts_with("\xEF\xBC\x9A") || rest.starts_with("\xEF\xBC\x9D")) return 3;
  if (rest.starts_with(":=")) return 2;
  if (rest.starts_with(":") || (rest.starts_with("=") && !rest.starts_with("=="))) return 1;
  return 0;
}

// A dash between spaces: "ответ — 5". A hyphen only when it cannot be a sign ("Answer - 5", not "Answer -5").
size_t dash_copula(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(std::min(at, text.size()));
  for (std::string_view dash : {"\xE2\x80\x94", "\xE2\x80\x93", "-"}) {
    if (rest.starts_with(dash) && rest.size() > dash.size() && rest[dash.size()] == ' ') return dash.size();
  }
  return 0;
}

struct Noun {
  std::string_view word;
  uint8_t language = 0;
  bool letter_only = false;
};

constexpr std::string_view kChoiceNouns =
    "correct option|correct choice|right option|right choice|best option|best choice|option|choice|correct "
    "letter";
constexpr std::string_view kHypothetical =
    "check|checking|verify|verifying|confirm|confirming|double-check|test|if|suppose|supposing|assume|"
    "assuming|whether|unless|imagine|guess that|guess|doubt "
    "that|doubt|si|wenn|falls|ob|"
    "angenommen|se|если|якщо|nếu|giả sử|als|jeśli|jos|om|hvis|dacă|ако|αν|אם|اگر|kalau|jika|kung|"
    "إذا كان|إذا كانت|لو كان|لو كانت|यदि|अगर|만약|eğer|ha|pokud|supposons que|supongamos que|suponha "
    "que|supponiamo che";
constexpr std::string_view kAttachedHypothetical = "如果|假设|假如|若|假設|倘若|もし|仮に|是否|ถ้า";
constexpr std::string_view kWrong =
    "wrong|incorrect|naive|tempting|false|erroneous|mistaken|bogus|previous|earlier|student's|intuitive|"
    "mauvaise|"
    "fausse|falsche|fausses|foute|неправильный|неверный|неправильным|неверным|fel|felaktigt|forkert|galt|"
    "yanlış|"
    "błędna|zła|गलत|ग़लत|틀린|잘못된|väärä|špatná|greșit|жаңылыш|nesprávna";
constexpr std::string_view kAttachedWrong = "错误|错误的|錯誤的|錯誤|错的|間違った|誤った|間違いの";

// The nouns by their first byte, the longest first.
class NounIndex {
 public:
  NounIndex() {
    uint8_t language = 0;
    for (const AnswerLanguage& entry : answer_languages()) {
      any_word(entry.nouns, [&](std::string_view word) { return add({word, language, false}); });
      ++language;
    }
    any_word(kChoiceNouns, [&](std::string_view word) { return add({word, 0, true}); });
    for (auto& bucket : buckets_) {
      std::stable_sort(bucket.begin(), bucket.end(),
                       [](const Noun& a, const Noun& b) { return a.word.size() > b.word.size(); });
    }
  }
  const std::vector<Noun>& at(char first) const { return buckets_[static_cast<uint8_t>(first)]; }

 private:
  bool add(const Noun& noun) {
    buckets_[static_cast<uint8_t>(noun.word[0])].push_back(noun);
    return false;
  }
  std::array<std::vector<Noun>, 256> buckets_;
};

// "if the answer", "假设答案": in the clause before the noun; "a wrong answer": right before it.
bool is_supposed(std::string_view folded, size_t noun) {
  constexpr size_t kClause = 40;
  size_t begin = noun - std::min(noun, kClause);
  for (size_t i = noun; i > begin; --i) {
    const char c = folded[i - 1];
    const std::string_view from = folded.substr(i - 1);
    if (c == ',' || c == '.' || c == '\n' || c == ';' || c == ':' || c == '?' || c == '!' ||
        from.starts_with("\xEF\xBC\x8C") || from.starts_with("\xE3\x80\x82") ||
        from.starts_with("\xE3\x80\x81")) {
      begin = i;
      break;
    }
  }
  const std::string_view clause = folded.substr(begin, noun - begin);
  if (contains_word(clause, kHypothetical) || contains_word(clause, kAttachedHypothetical, true)) return true;
  const size_t end = back_over_marks(folded, noun);
  return word_before(folded, end, kWrong) != 0 || word_before(folded, end, kAttachedWrong, true) != 0;
}

// "(in cm)" or "(B)" between the noun and its colon.
size_t skip_parenthesis(std::string_view text, size_t at) {
  constexpr size_t kLongest = 40;
  if (at >= text.size() || text[at] != '(') return at;
  const size_t close = text.substr(0, std::min(text.size(), at + kLongest)).find(')', at);
  if (close == std::string_view::npos || text.substr(at, close - at).find('\n') != std::string_view::npos)
    return at;
  const size_t next = skip_marks(text, close + 1);
  return mark_copula(text, next) != 0 ? next : at;
}

// "to the question", ", therefore,": words between the English noun and "is".
size_t skip_link(std::string_view text, size_t at) {
  constexpr size_t kLongest = 60;
  constexpr std::string_view kLinks = "to|for|of|in|then|here|thus|therefore|we|that|i|you|is therefore";
  size_t begin = at;
  if (begin < text.size() && text[begin] == ',') begin = skip_spaces(text, begin + 1);
  if (word_at(text, begin, kLinks) == 0) return at;
  for (size_t i = begin; i < text.size() && i < begin + kLongest; ++i) {
    if (text[i] == '\n' || text[i] == '.' || text[i] == '?' || text[i] == ':' || text[i] == '\\' ||
        text[i] == '=') {
      return text[i] == ':' && i + 1 < text.size() ? i : at;
    }
    if (text[i] == ' ' && word_at(text, i + 1, "is|was|isn't|cannot be|can't be|equals") != 0) return i + 1;
  }
  return at;
}

bool starts_line(std::string_view text, size_t at) {
  while (at > 0 && text[at - 1] != '\n') {
    const char c = text[at - 1];
    if (c != ' ' && c != '\t' && c != '*' && c != '_' && c != '#' && c != '>' && !is_digit(c) && c != '.')
      return false;
    --at;
  }
  return true;
}

bool starts_value(std::string_view text, size_t at) {
  if (at >= text.size()) return false;
  if (digit_at(text, at) != 0) return true;
  constexpr std::string_view kStarts = "$\\(-+[{.|";
  return kStarts.find(text[at]) != std::string_view::npos || text.substr(at).starts_with("\xE2\x88\x92");
}

// Behind the empty rest of a line: the first character of the next one, at most one line left blank.
std::optional<size_t> next_line(std::string_view text, size_t at) {
  at = skip_marks(text, at);
  for (int breaks = 0; at < text.size() && text[at] == '\n' && breaks < 3; ++breaks)
    at = skip_spaces(text, at + 1);
  return at < text.size() && text[at] != '\n' && text[at] != '#' ? std::optional(at) : std::nullopt;
}

// Over spaces and the marks that end before `at`'s text ("**Answer:** 5"), not those that begin there ("is **5**").
size_t skip_closing_marks(std::string_view text, size_t at) {
  constexpr std::string_view kMarks = "*_`";
  for (;;) {
    at = skip_spaces(text, at);
    size_t end = at;
    while (end < text.size() && kMarks.find(text[end]) != std::string_view::npos) ++end;
    if (end == at) return at;
    const bool closes = at == 0 || !is_space(text[at - 1]) || end == text.size() || is_space(text[end]);
    if (!closes) return at;
    at = end;
  }
}

// "- 5" at a line's start is an item of a list, not a negative number.
size_t skip_bullet(std::string_view text, size_t at) {
  for (std::string_view bullet : {"- ", "* ", "+ ", "\xE2\x80\xA2"}) {
    if (text.substr(at).starts_with(bullet)) return skip_spaces(text, at + bullet.size());
  }
  return at;
}

// Behind the copula: denials and marks.
void read_content_start(std::string_view folded, const AnswerLanguage& language, PhraseAnchor& anchor) {
  size_t at = skip_closing_marks(folded, anchor.content);
  if (const size_t length = mark_copula(folded, at)) at = skip_closing_marks(folded, at + length);
  at = skip_filler(folded, at);
  const size_t word = skip_marks(folded, at);  // "is **not** 5"
  if (const size_t length = word_at(folded, word, language.no_after, language.attached)) {
    anchor.negated = true;
    at = skip_closing_marks(folded, word + length);
  }
  if (at < folded.size() && folded[at] == '\n') {
    const std::optional<size_t> next = next_line(folded, at);
    anchor.needs_value = true;
    at = skip_bullet(folded, next.value_or(folded.size()));
  }
  anchor.content = at;
}

// "option (B) is correct".
bool read_letter_first(std::string_view folded, size_t at, PhraseAnchor& anchor) {
  constexpr std::string_view kCorrect =
      "is correct|is right|is the correct answer|is the right answer|is the answer|is the correct option|"
      "is the correct choice|is the best answer|is the correct one";
  at = skip_marks(folded, at);
  const bool bracket = at < folded.size() && folded[at] == '(';
  const size_t letter = bracket ? at + 1 : at;
  if (letter >= folded.size() || folded[letter] < 'a' || folded[letter] > 'j' ||
      letter_at(folded, letter + 1)) {
    return false;
  }
  size_t next = letter + 1;
  if (bracket) {
    if (next >= folded.size() || folded[next] != ')') return false;
    ++next;
  }
  anchor.letter = {at, next};
  anchor.content = at;
  next = skip_marks(folded, next);
  anchor.negated = word_at(folded, next, "is not|isn't|is wrong|is incorrect|is false|cannot be") != 0;
  return anchor.negated || word_at(folded, next, kCorrect) != 0;
}

std::optional<PhraseAnchor> read_anchor(std::string_view folded, size_t begin, const Noun& noun) {
  const AnswerLanguage& language = answer_languages()[noun.language];
  PhraseAnchor anchor{.begin = begin, .language = noun.language, .letter_only = noun.letter_only};
  size_t at = begin + noun.word.size();
  if (!language.attached && !language.copulas.empty() && letter_at(folded, at) && noun.word.back() != '.') {
    return std::nullopt;
  }
  if (noun.letter_only && read_letter_first(folded, at, anchor)) return anchor;
  const size_t noun_end = at;
  at = skip_marks(folded, at);
  for (int i = 0; i < 2; ++i) {
    if (const size_t length = word_at(folded, at, language.adjectives, language.attached)) {
      at = skip_marks(folded, at + length);
    }
  }
  at = skip_parenthesis(folded, at);
  if (noun.language == 0) at = skip_link(folded, at);
  if (const size_t length = word_at(folded, at, language.no_before, language.attached)) {
    anchor.negated = true;
    at = skip_spaces(folded, at + length);
  }
  size_t copula = mark_copula(folded, at);
  if (copula == 0) copula = word_at(folded, at, language.copulas, language.attached);
  if (copula == 0 && at > noun_end) copula = dash_copula(folded, at);
  anchor.content = at + copula;
  if (copula == 0 && !anchor.negated) {
    const std::optional<size_t> heading = starts_line(folded, begin) ? next_line(folded, at) : std::nullopt;
    const bool ends_line = at >= folded.size() || folded[at] == '\n';
    if (!(ends_line && heading) && !(language.bare && starts_value(folded, at))) return std::nullopt;
  }
  read_content_start(folded, language, anchor);
  return anchor;
}

// "故选B", "应选 (C)": the letter follows at once.
std::optional<PhraseAnchor> read_chinese_choice(std::string_view folded, size_t at) {
  constexpr std::string_view kWords =
      "故选|故選|应选|應選|因此选|所以选|因此選|所以選|正确选项是|正确选项为|正確選項是|"
      "正确的选项是|选择|選擇|选|選|正解は|正しい選択肢は";
  const size_t length = word_at(folded, at, kWords, true);
  if (length == 0) return std::nullopt;
  size_t next = at + length;
  if (folded.substr(next).starts_with("项") || folded.substr(next).starts_with("項")) next += 3;
  next = skip_marks(folded, next);
  if (const size_t mark = mark_copula(folded, next)) next = skip_marks(folded, next + mark);
  PhraseAnchor anchor{.begin = at, .content = next, .language = 1, .letter_only = true};
  anchor.negated = word_before(folded, at, "不|不能|不应|不该|不会|别", true) != 0;
  return anchor;
}

}  // namespace

std::vector<PhraseAnchor> phrase_anchors(std::string_view folded) {
  static const NounIndex index;
  std::vector<PhraseAnchor> anchors;
  for (size_t at = 0; at < folded.size(); ++at) {
    const std::vector<Noun>& nouns = index.at(folded[at]);
    std::optional<PhraseAnchor> found;
    for (const Noun& noun : nouns) {
      if (!folded.substr(at).starts_with(noun.word) || letter_before(folded, at)) continue;
      found = read_anchor(folded, at, noun);
      if (found) break;
    }
    if (!found &&
        (folded[at] == '\xE6' || folded[at] == '\xE5' || folded[at] == '\xE9' || folded[at] == '\xE2')) {
      found = read_chinese_choice(folded, at);
    }
    if (!found || is_supposed(folded, at)) continue;
    // "the final answer is" also holds "answer is"; "正确选项是" also "选".
    if (!anchors.empty() && anchors.back().content == found->content) continue;
    anchors.push_back(*found);
  }
  return anchors;
}

size_t skip_filler(std::string_view folded, size_t at) {
  constexpr std::string_view kFillers =
      "simply|just|therefore|thus|then|clearly|obviously|indeed|exactly|hence|now|given by|equal "
      "to|actually|in fact|"
      "precisely|donc|égale à|égal à|simplement|also|gleich|genau|somit|entonces|igual a|por tanto|por lo "
      "tanto|"
      "então|portanto|quindi|pari a|uguale a|поэтому|значит|то есть|dus|gelijk aan|zatem|więc|alltså|"
      "option|choice|letter|the option|the choice|la "
      "lettre|l'option|buchstabe|opción|opção|opzione|вариант|lựa chọn|phương án";
  for (int i = 0; i < 3; ++i) {
    const size_t length = word_at(folded, at, kFillers);
    if (length == 0) break;
    at = skip_spaces(folded, at + length);
    if (at < folded.size() && (folded[at] == ':' || folded[at] == ',')) at = skip_spaces(folded, at + 1);
  }
  return at;
}

TextSpan without_tail(std::string_view folded, TextSpan span, uint8_t language, bool& denied) {
  const AnswerLanguage& entry = answer_languages()[language];
  const bool attached = entry.attached || entry.bare;
  const std::string_view text = folded.substr(0, span.end);
  if (const size_t length = word_before(text, span.end, entry.no_tails, attached);
      length != 0 && length < span.end - span.begin) {
    denied = true;
    span.end -= length;
  } else if (const size_t tail = word_before(text, span.end, entry.tails, attached);
             tail != 0 && tail < span.end - span.begin) {
    span.end -= tail;
  }
  return trimmed(folded, span);
}

}  // namespace r1::math
