#include "rewards/math/answer_extraction.h"

#include <algorithm>

#include "datasets/braces.h"
#include "rewards/math/exact_number.h"
#include "rewards/math/number_text.h"

namespace r1 {
namespace {

constexpr size_t kMaxSearched = 8192;

// Characters [begin, end) of a text, and where the mark that holds them ends.
struct Span {
  size_t begin = 0, end = 0, mark_end = 0;
  AnswerRule rule = AnswerRule::Box;
};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

Span trimmed(std::string_view text, Span span) {
  while (span.begin < span.end && is_space(text[span.begin])) ++span.begin;
  while (span.begin < span.end && is_space(text[span.end - 1])) --span.end;
  return span;
}

// The argument of a \boxed or \fbox that ends at `at`: a brace, or the word behind a space.
std::optional<Span> box_argument(std::string_view text, size_t at) {
  size_t begin = at;
  while (begin < text.size() && is_space(text[begin])) ++begin;
  if (begin < text.size() && text[begin] == '{') {
    const std::optional<std::string_view> content = braced(text, begin);
    if (!content) return std::nullopt;
    const size_t close = begin + 1 + content->size();
    return Span{begin + 1, close, close + 1, AnswerRule::Box};
  }
  if (begin == at) return std::nullopt;  // "\boxedfoo"
  size_t end = begin;
  while (end < text.size() && !is_space(text[end]) && text[end] != '$') ++end;
  return Span{begin, end, end, AnswerRule::Box};
}

// "\boxed{\boxed{5}}": when a box holds nothing but another box, that one's content.
Span unwrapped(std::string_view text, Span box) {
  const std::string_view content = text.substr(box.begin, box.end - box.begin);
  for (std::string_view command : {std::string_view("\\boxed"), std::string_view("\\fbox")}) {
    if (!content.starts_with(command)) continue;
    const std::optional<Span> inner = box_argument(text, box.begin + command.size());
    if (inner && inner->begin < inner->end && inner->mark_end == box.end) {
      return {inner->begin, inner->end, box.mark_end, AnswerRule::Box};
    }
  }
  return box;
}

// Searches backwards; of boxes inside each other the outermost is taken.
std::optional<Span> find_last_box(std::string_view text) {
  std::optional<Span> found;
  for (size_t from = text.size(); from > 0;) {
    const size_t at = text.substr(0, from).rfind('\\');
    if (at == std::string_view::npos) break;
    from = at;
    const std::string_view rest = text.substr(at);
    const size_t length = rest.starts_with("\\boxed") ? 6 : rest.starts_with("\\fbox") ? 5 : 0;
    if (length == 0) continue;
    std::optional<Span> box = box_argument(text, at + length);
    if (!box) continue;
    *box = trimmed(text, *box);
    if (box->begin == box->end) continue;
    if (found && box->mark_end < found->mark_end) break;
    found = box;
  }
  return found ? std::optional(unwrapped(text, *found)) : found;
}

std::optional<Span> find_last_answer_tag(std::string_view text) {
  constexpr std::string_view kOpen = "<answer>", kClose = "</answer>";
  const size_t close = text.rfind(kClose);
  if (close == std::string_view::npos) return std::nullopt;
  const size_t open = text.substr(0, close).rfind(kOpen);
  if (open == std::string_view::npos) return std::nullopt;
  const Span span = trimmed(text, {open + kOpen.size(), close, close + kClose.size(), AnswerRule::AnswerTag});
  return span.begin < span.end ? std::optional(span) : std::nullopt;
}

// "#### 42": also a Markdown heading, so only a number (or a box, found elsewhere) counts.
std::optional<Span> find_last_hashes(std::string_view text) {
  const size_t at = text.rfind("####");
  if (at == std::string_view::npos) return std::nullopt;
  const size_t end = std::min(text.find('\n', at), text.size());
  const Span span = trimmed(text, {at + 4, end, end, AnswerRule::Hashes});
  const NumberReading reading = read_exact_number(text.substr(span.begin, span.end - span.begin));
  return reading.kind == NumberKind::NotANumber ? std::nullopt : std::optional(span);
}

// A sentence ends at a line end, or at a period with white space or nothing behind it.
size_t sentence_end(std::string_view text, size_t at) {
  for (; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == '.' && (at + 1 == text.size() || is_space(text[at + 1]))) return at;
  }
  return at;
}

std::optional<Span> phrase_at(std::string_view text, size_t after_anchor) {
  size_t begin = after_anchor;
  while (begin < text.size() && (is_space(text[begin]) || text[begin] == ':' || text[begin] == '*')) ++begin;
  Span span{begin, sentence_end(text, begin), 0, AnswerRule::Phrase};
  while (span.end > span.begin && text[span.end - 1] == '*') --span.end;
  span = trimmed(text, span);
  const std::string_view answer = text.substr(span.begin, span.end - span.begin);
  // "the answer is not 5" retracts; a long sentence is prose about the answer.
  constexpr size_t kMaxPhrase = 200;
  if (answer.empty() || answer.size() > kMaxPhrase || answer.starts_with("not ")) return std::nullopt;
  return span;
}

std::optional<Span> find_last_phrase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  size_t from = lower.size();
  while (from > 0) {
    size_t best = std::string::npos, length = 0;
    for (std::string_view anchor :
         {std::string_view("answer is"), std::string_view("answer:"), std::string_view("answer:**")}) {
      const size_t at = std::string_view(lower).substr(0, from).rfind(anchor);
      if (at == std::string_view::npos || (best != std::string::npos && at < best)) continue;
      best = at;
      length = anchor.size();
    }
    if (best == std::string::npos) return std::nullopt;
    if (auto span = phrase_at(text, best + length)) return span;
    from = best;
  }
  return std::nullopt;
}

// Where the part after the thinking begins; none while the thinking is open.
std::optional<size_t> answer_part(std::string_view completion, bool thinking_open) {
  constexpr std::string_view kClose = "</think>";
  const size_t close = completion.rfind(kClose);
  const size_t begin = close == std::string_view::npos ? 0 : close + kClose.size();
  const bool open = close == std::string_view::npos && thinking_open;
  if (open || completion.find("<think>", begin) != std::string_view::npos) return std::nullopt;
  return begin;
}

// The part that is searched: after the thinking, at most the last kMaxSearched bytes, from a whole character
// on.
std::optional<size_t> searched_part(std::string_view completion, bool thinking_open) {
  std::optional<size_t> begin = answer_part(completion, thinking_open);
  if (!begin || completion.size() - *begin <= kMaxSearched) return begin;
  size_t cut = completion.size() - kMaxSearched;
  while (cut < completion.size() && (static_cast<unsigned char>(completion[cut]) & 0xC0) == 0x80) ++cut;
  return cut;
}

std::optional<Span> find_answer(std::string_view text) {
  std::optional<Span> best = find_last_box(text);
  for (const std::optional<Span>& mark : {find_last_answer_tag(text), find_last_hashes(text)}) {
    if (!mark || (best && best->mark_end >= mark->mark_end)) continue;
    const bool box_inside = best && best->rule == AnswerRule::Box && best->begin >= mark->begin;
    if (!box_inside) best = mark;
  }
  return best ? best : find_last_phrase(text);
}

}  // namespace

const char* answer_rule_name(AnswerRule rule) {
  switch (rule) {
    case AnswerRule::Box:
      return "box";
    case AnswerRule::AnswerTag:
      return "answer_tag";
    case AnswerRule::Hashes:
      return "hashes";
    case AnswerRule::Phrase:
      return "phrase";
  }
  return "?";
}

std::optional<ExtractedAnswer> extract_answer(std::string_view completion, bool thinking_open) {
  const std::optional<size_t> begin = searched_part(completion, thinking_open);
  if (!begin) return std::nullopt;
  const std::optional<Span> span = find_answer(completion.substr(*begin));
  if (!span) return std::nullopt;
  ExtractedAnswer answer{"", *begin + span->begin, *begin + span->end, span->rule};
  answer.text = completion.substr(answer.begin, answer.end - answer.begin);
  return answer;
}

bool opens_thinking(std::string_view prompt_tail) {
  const size_t open = prompt_tail.rfind("<think>");
  return open != std::string_view::npos && prompt_tail.find("</think>", open) == std::string_view::npos;
}

std::optional<std::string> last_box(std::string_view text) {
  const std::optional<Span> span = find_last_box(text);
  if (!span) return std::nullopt;
  return std::string(text.substr(span->begin, span->end - span->begin));
}

std::optional<std::string> last_answer_tag(std::string_view completion, bool thinking_open) {
  const std::optional<size_t> begin = searched_part(completion, thinking_open);
  if (!begin) return std::nullopt;
  const std::optional<Span> span = find_last_answer_tag(completion.substr(*begin));
  if (!span) return std::nullopt;
  return std::string(completion.substr(*begin + span->begin, span->end - span->begin));
}

}  // namespace r1
