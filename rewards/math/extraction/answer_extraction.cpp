#include "rewards/math/extraction/answer_extraction.h"

#include <algorithm>

#include "rewards/math/extraction/answer_finder.h"
#include "rewards/math/extraction/answer_marks.h"

namespace r1 {
namespace {

using math::TextSpan;

// Where the part after the thinking begins; none while the thinking is open.
std::optional<size_t> answer_part(std::string_view completion, bool thinking_open) {
  constexpr std::string_view kClose = "</think>";
  const size_t close = completion.rfind(kClose);
  const size_t begin = close == std::string_view::npos ? 0 : close + kClose.size();
  const bool open = close == std::string_view::npos && thinking_open;
  if (open || completion.find("<think>", begin) != std::string_view::npos) return std::nullopt;
  return begin;
}

AnswerRule rule_of(math::Announcement announcement) {
  switch (announcement) {
    case math::Announcement::Box:
      return AnswerRule::Box;
    case math::Announcement::BoxTokens:
      return AnswerRule::BoxTokens;
    case math::Announcement::Tag:
      return AnswerRule::AnswerTag;
    case math::Announcement::Hashes:
      return AnswerRule::Hashes;
    case math::Announcement::Phrase:
      return AnswerRule::Phrase;
  }
  return AnswerRule::Phrase;
}

std::string joined(std::string_view text, const math::FoundAnswer& found) {
  std::string out;
  for (const TextSpan& part : found.parts) {
    if (!out.empty()) out += found.alternatives ? " or " : ", ";
    out += math::slice(text, part);
  }
  return out;
}

ExtractedAnswer extracted(std::string_view text, size_t offset, math::FoundAnswer found) {
  ExtractedAnswer answer;
  answer.text = found.parts.empty() ? std::string(math::slice(text, found.span)) : joined(text, found);
  answer.begin = offset + found.span.begin;
  answer.end = offset + found.span.end;
  answer.rule = rule_of(found.announcement);
  answer.alternatives = found.alternatives;
  answer.parts = std::move(found.parts);
  for (TextSpan& part : answer.parts) part = {offset + part.begin, offset + part.end};
  return answer;
}

// The whole of it in one pair of formula delimiters: what is between them.
std::string_view unwrapped_formula(std::string_view text) {
  const TextSpan span = math::trimmed(text, {0, text.size()});
  const std::string_view trimmed = math::slice(text, span);
  const auto formula = math::formula_at(trimmed, 0);
  if (!formula || formula->outer.end != trimmed.size()) return trimmed;
  return math::slice(trimmed, math::trimmed(trimmed, formula->inner));
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
    case AnswerRule::BoxTokens:
      return "box_tokens";
    case AnswerRule::LastValue:
      return "last_value";
  }
  return "?";
}

std::optional<ExtractedAnswer> extract_answer(std::string_view completion, const ExtractionOptions& options) {
  const std::optional<size_t> part = answer_part(completion, options.thinking_open);
  if (!part) return std::nullopt;
  const math::SearchedText searched = math::searched_text(completion.substr(*part));
  const size_t offset = *part + searched.begin;
  if (auto found = math::find_answer(searched, options.question)) {
    return extracted(searched.text, offset, std::move(*found));
  }
  if (!options.last_number) return std::nullopt;
  const std::optional<TextSpan> last = math::last_value(searched);
  if (!last) return std::nullopt;
  ExtractedAnswer answer = extracted(searched.text, offset, {.span = *last});
  answer.rule = AnswerRule::LastValue;
  return answer;
}

std::optional<ExtractedAnswer> extract_answer(std::string_view completion, bool thinking_open) {
  return extract_answer(completion, ExtractionOptions{.thinking_open = thinking_open});
}

std::string gold_answer(std::string_view gold) {
  constexpr size_t kMaxGold = 65536;
  const std::string_view text = gold.substr(gold.size() - std::min(gold.size(), kMaxGold));
  const std::vector<math::Mark> boxes = math::find_boxes(text, text);
  const size_t hashes = text.rfind("####");
  if (!boxes.empty() && (hashes == std::string_view::npos || hashes < boxes.back().outer.end)) {
    const math::FoundAnswer found = math::joined_boxes(text, text, boxes, boxes.size() - 1);
    return found.parts.empty() ? std::string(math::slice(text, found.span)) : joined(text, found);
  }
  if (hashes != std::string_view::npos) {
    const std::string_view line = text.substr(hashes + 4, text.find('\n', hashes) - hashes - 4);
    if (const std::string_view answer = unwrapped_formula(line); !answer.empty()) return std::string(answer);
  }
  return std::string(unwrapped_formula(gold));
}

bool opens_thinking(std::string_view prompt_tail) {
  const size_t open = prompt_tail.rfind("<think>");
  return open != std::string_view::npos && prompt_tail.find("</think>", open) == std::string_view::npos;
}

std::optional<std::string> last_box(std::string_view text) {
  const std::vector<math::Mark> boxes = math::find_boxes(text, text);
  if (boxes.empty()) return std::nullopt;
  return std::string(math::slice(text, boxes.back().inner));
}

std::optional<std::string> last_answer_tag(std::string_view completion, bool thinking_open) {
  const std::optional<size_t> part = answer_part(completion, thinking_open);
  if (!part) return std::nullopt;
  const math::SearchedText searched = math::searched_text(completion.substr(*part));
  const std::vector<math::Mark> tags =
      math::find_tags(searched.text, searched.folded, "<answer>", "</answer>");
  if (tags.empty()) return std::nullopt;
  return std::string(math::slice(searched.text, tags.back().inner));
}

}  // namespace r1
