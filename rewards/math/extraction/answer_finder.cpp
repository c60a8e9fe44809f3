#include "rewards/math/extraction/answer_finder.h"

#include <algorithm>

#include "rewards/math/extraction/answer_denials.h"
#include "rewards/math/extraction/answer_joints.h"
#include "rewards/math/extraction/answer_words.h"

namespace r1::math {
namespace {

constexpr size_t kMaxExamined = 64;  // announcements, the last ones: bounds the work

struct Candidate {
  Announcement announcement = Announcement::Box;
  size_t index = 0;  // in the list of its kind
  size_t begin = 0;
  size_t position = 0;  // the candidate with the greatest is the last
};

// Over what closes a formula or bold around a mark that ends at `at`.
size_t skip_closers(std::string_view text, size_t at) {
  for (;;) {
    const std::string_view rest = text.substr(std::min(at, text.size()));
    if (rest.starts_with("\\)") || rest.starts_with("\\]")) {
      at += 2;
    } else if (rest.starts_with("$") || rest.starts_with("*") || rest.starts_with("}")) {
      at += 1;
    } else {
      return at;
    }
  }
}

size_t back_over_openers(std::string_view text, size_t at) {
  for (;;) {
    const std::string_view head = text.substr(0, at);
    if (head.ends_with("\\(") || head.ends_with("\\[")) {
      at -= 2;
    } else if (head.ends_with("$") || head.ends_with("*") || head.ends_with(" ")) {
      at -= 1;
    } else {
      return at;
    }
  }
}

// A number such as -1,234.5 or 1/2 at `at`: its end, `at` for none.
size_t number_end(std::string_view text, size_t at) {
  size_t end = at;
  if (text.substr(end).starts_with("\xE2\x88\x92")) {
    end += 3;
  } else if (end < text.size() && (text[end] == '-' || text[end] == '+')) {
    ++end;
  }
  const size_t first = end;
  while (end < text.size()) {
    if (const size_t length = digit_at(text, end)) {
      end += length;
    } else if (std::string_view(".,/").find(text[end]) != std::string_view::npos &&
               digit_at(text, end + 1) != 0) {
      ++end;
    } else {
      break;
    }
  }
  if (end == first) return at;
  return end < text.size() && text[end] == '%' ? end + 1 : end;
}

// The formula or number that begins at `at`.
std::optional<TextSpan> value_at(std::string_view text, size_t at) {
  if (at >= text.size()) return std::nullopt;
  if (const auto marked = marked_at(text, at)) return trimmed(text, marked->inner);
  const size_t end = number_end(text, at);
  return end > at ? std::optional(TextSpan{at, end}) : std::nullopt;
}

// The formula or number that ends at `end`, in ASCII.
std::optional<TextSpan> value_before(std::string_view text, size_t end) {
  constexpr size_t kLongest = 100;
  const size_t lowest = end - std::min(end, kLongest);
  if (text.substr(0, end).ends_with("$")) {
    for (size_t at = end - 1; at > lowest; --at) {
      if (text[at - 1] != '$') continue;
      return trimmed(text, {at, end - 1});
    }
    return std::nullopt;
  }
  size_t begin = end;
  while (begin > lowest && (is_digit(text[begin - 1]) ||
                            std::string_view(".,/-").find(text[begin - 1]) != std::string_view::npos)) {
    --begin;
  }
  return begin < end && is_digit(text[end - 1]) && !letter_before(text, begin)
             ? std::optional(TextSpan{begin, end})
             : std::nullopt;
}

// Whether no new clause goes on from a formula's end: "or $6$ apples." but not "or $J$ would be more".
bool ends_clause(std::string_view text, size_t at) {
  const size_t closed = skip_closers(text, at);
  if (closed == at) return true;  // a number
  const size_t next = skip_spaces(text, closed);
  return next >= text.size() || stop_at(text, next) != 0 || !letter_at(text, next);
}

// "\boxed{5} or maybe 6", "either 4 or \boxed{5}": the values offered beside the boxes. "\frac{10}{2} or \boxed{5}" only
// writes the box in two ways (10 of the 5,000 solutions of MATH's test part do).
void add_alternatives(std::string_view text, std::string_view folded, TextSpan outer, FoundAnswer& found) {
  const auto parts = [&]() -> std::vector<TextSpan>& {
    if (found.parts.empty()) found.parts.push_back(found.span);
    return found.parts;
  };
  const size_t after = skip_closers(folded, outer.end);
  if (const size_t length = or_length(folded.substr(after))) {
    const auto value = value_at(text, skip_marks(folded, after + length));
    if (value && ends_clause(folded, value->end)) {
      parts().push_back(*value);
      found.span.end = value->end;
      found.alternatives = true;
    }
  }
  const size_t before = back_over_openers(folded, outer.begin);
  const size_t begin = or_begin(folded, before);
  if (begin == before) return;
  const auto value = value_before(text, begin);
  if (value && unsure_before(folded, back_over_openers(folded, value->begin))) {
    parts().insert(parts().begin(), *value);
    found.span.begin = value->begin;
    found.alternatives = true;
  }
}

// Looks at the announcements from the last to the first.
class Finder {
 public:
  Finder(const SearchedText& searched, std::string_view question)
      : searched_(searched), text_(searched.text), folded_(searched.folded), question_(question) {
    boxes_ = find_boxes(text_, folded_);
    tokens_ = find_tags(text_, folded_, "<|begin_of_box|>", "<|end_of_box|>");
    tags_ = find_tags(text_, folded_, "<answer>", "</answer>");
    hashes_ = find_hashes(text_, folded_);
    anchors_ = phrase_anchors(folded_);
    collect();
  }

  std::optional<FoundAnswer> find() {
    std::optional<FoundAnswer> word, remark;
    const size_t lowest = candidates_.size() - std::min(candidates_.size(), kMaxExamined);
    for (size_t i = candidates_.size(); i > lowest; --i) {
      std::optional<FoundAnswer> found = examine(candidates_[i - 1]);
      next_ = candidates_[i - 1].begin;
      if (!found) continue;
      if (found->weight == Weight::Value) {
        // A word announced later beats an earlier phrase, not an earlier mark.
        return word && found->announcement == Announcement::Phrase ? word : found;
      }
      std::optional<FoundAnswer>& kept = found->weight == Weight::Word ? word : remark;
      if (!kept) kept = std::move(found);
    }
    return word ? word : remark;
  }

 private:
  void collect() {
    const auto add = [&](Announcement announcement, const std::vector<Mark>& marks) {
      for (size_t i = 0; i < marks.size(); ++i)
        candidates_.push_back({announcement, i, marks[i].outer.begin, marks[i].outer.end});
    };
    add(Announcement::Box, boxes_);
    add(Announcement::BoxTokens, tokens_);
    add(Announcement::Tag, tags_);
    add(Announcement::Hashes, hashes_);
    size_t box = 0;
    for (size_t i = 0; i < anchors_.size(); ++i) {
      // "\boxed{\text{the answer is 5}}": a box is one answer, whatever is in it
      while (box < boxes_.size() && boxes_[box].outer.end <= anchors_[i].begin) ++box;
      if (box < boxes_.size() && boxes_[box].outer.begin < anchors_[i].begin) continue;
      candidates_.push_back({Announcement::Phrase, i, anchors_[i].begin, anchors_[i].content});
    }
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) { return a.position < b.position; });
  }

  std::optional<FoundAnswer> examine(const Candidate& candidate) {
    switch (candidate.announcement) {
      case Announcement::Box:
        return examine_box(candidate.index);
      case Announcement::BoxTokens:
        return examine_mark(candidate.announcement, tokens_[candidate.index]);
      case Announcement::Tag:
        return examine_mark(candidate.announcement, tags_[candidate.index]);
      case Announcement::Hashes:
        return examine_mark(candidate.announcement, hashes_[candidate.index]);
      case Announcement::Phrase:
        return examine_phrase(candidate.index);
    }
    return std::nullopt;
  }

  std::optional<FoundAnswer> examine_box(size_t index) {
    const Mark& box = boxes_[index];
    if (is_denied(box) || is_taken_back(box.outer.end)) {
      denied_.push_back(slice(text_, box.inner));
      return std::nullopt;
    }
    if (was_denied(box.inner) || is_echo(box.outer)) return std::nullopt;
    FoundAnswer found = joined_boxes(text_, folded_, boxes_, index);
    return found;
  }

  std::optional<FoundAnswer> examine_mark(Announcement announcement, const Mark& mark) {
    if (holds(boxes_, mark.outer)) return std::nullopt;  // the box is looked at next
    const TextSpan inner = undecorated(text_, mark.inner);
    if (denied_after(folded_, mark.outer.end) || is_taken_back(mark.outer.end)) {
      denied_.push_back(slice(text_, inner));
      return std::nullopt;
    }
    if (was_denied(inner) || is_echo(mark.outer)) return std::nullopt;
    for (const PhraseAnchor& anchor : anchors_) {  // "<answer>The answer is 5.</answer>"
      if (anchor.begin < mark.inner.begin || anchor.begin >= mark.inner.end) continue;
      return std::nullopt;
    }
    return FoundAnswer{.span = inner, .announcement = announcement};
  }

  std::optional<FoundAnswer> examine_phrase(size_t index) {
    const PhraseAnchor& anchor = anchors_[index];
    const size_t limit = index + 1 < anchors_.size() && anchors_[index + 1].begin > anchor.content
                             ? anchors_[index + 1].begin
                             : folded_.size();
    if (rejects(anchor)) {
      rejected_ = true;
      return std::nullopt;
    }
    bool denied = anchor.negated;
    std::optional<FoundAnswer> found = phrase_answer(searched_, anchor, limit, denied);
    if (!found || holds_mark({anchor.content, found->span.end})) return std::nullopt;
    if (denied || is_taken_back(found->span.end)) {
      denied_.push_back(slice(text_, found->span));
      return std::nullopt;
    }
    if (was_denied(found->span) || is_echo({anchor.begin, found->span.end})) return std::nullopt;
    return found;
  }

  // "the answer is wrong", "the answer is not correct": about what was announced before.
  bool rejects(const PhraseAnchor& anchor) const {
    const std::string_view content = folded_.substr(std::min(anchor.content, folded_.size()));
    if (is_rejection(content)) return true;
    return anchor.negated &&
           word_at(content, 0, "correct|right|valid|richtig|korrekt|correcta|correta|corretta") != 0;
  }

  // "not \boxed{5}", "the answer is not \boxed{5}", "\boxed{5} is wrong"
  bool is_denied(const Mark& box) const {
    if (denied_before(folded_, box.outer.begin) || denied_after(folded_, box.outer.end)) return true;
    const size_t opener = back_over_openers(folded_, box.outer.begin);
    const auto anchor = std::upper_bound(anchors_.begin(), anchors_.end(), box.outer.begin,
                                         [](size_t at, const PhraseAnchor& a) { return at < a.content; });
    return anchor != anchors_.begin() && std::prev(anchor)->negated && std::prev(anchor)->content >= opener;
  }

  // "Wait, that's wrong": in the rest of the sentence or the next two. Or the announcement after it says so.
  bool is_taken_back(size_t at) {
    constexpr size_t kWindow = 240;
    if (rejected_) return !(rejected_ = false);
    at = skip_closers(folded_, at);
    size_t limit = std::min(folded_.size(), at + kWindow);
    if (next_ >= at) limit = std::min(limit, next_);  // what follows the next announcement is about that one
    size_t end = at;
    for (int sentences = 0; sentences < 3 && end < limit; ++sentences) {
      while (end < limit && stop_at(folded_, end) == 0) ++end;
      while (end < limit && (stop_at(folded_, end) != 0 || is_space(folded_[end]))) ++end;
    }
    return retracts(folded_.substr(at, end - at));
  }

  bool was_denied(TextSpan span) const {
    return std::find(denied_.begin(), denied_.end(), slice(text_, span)) != denied_.end();
  }

  // The sentence up to the announcement's end is one of the question's.
  bool is_echo(TextSpan outer) const {
    constexpr size_t kShortest = 12, kLongest = 400;
    if (question_.empty()) return false;
    const size_t begin = sentence_begin(folded_, outer.begin, kLongest);
    const std::string_view sentence = slice(text_, trimmed(text_, {begin, outer.end}));
    return sentence.size() >= kShortest && question_.find(sentence) != std::string_view::npos;
  }

  bool holds_mark(TextSpan span) const {
    if (holds(boxes_, span)) return true;
    return holds(tokens_, span) || holds(tags_, span) || holds(hashes_, span);
  }
  static bool holds(const std::vector<Mark>& marks, TextSpan span) {
    const auto after = std::lower_bound(marks.begin(), marks.end(), span.begin,
                                        [](const Mark& mark, size_t at) { return mark.outer.begin < at; });
    return after != marks.end() && after->outer.begin < span.end;
  }

  const SearchedText& searched_;
  std::string_view text_, folded_, question_;
  std::vector<Mark> boxes_, tokens_, tags_, hashes_;
  std::vector<PhraseAnchor> anchors_;
  std::vector<Candidate> candidates_;
  std::vector<std::string_view> denied_;
  size_t next_ = std::string_view::npos;  // where the announcement looked at before begins
  bool rejected_ = false;
};

}  // namespace

FoundAnswer joined_boxes(std::string_view text, std::string_view folded, const std::vector<Mark>& boxes,
                         size_t last) {
  constexpr size_t kMaxParts = 64;
  size_t first = last;
  bool alternatives = false;
  while (first > 0 && last - first + 1 < kMaxParts) {
    const size_t begin = boxes[first - 1].outer.end;
    const Joint joint = joint_between(folded.substr(begin, boxes[first].outer.begin - begin));
    if (joint == Joint::None || denied_before(folded, boxes[first - 1].outer.begin)) break;
    alternatives = alternatives || joint == Joint::Alternatives;
    --first;
  }
  FoundAnswer found{.span = {boxes[first].inner.begin, boxes[last].inner.end}, .alternatives = alternatives};
  if (first == last) {
    const TextSpan inner = found.span;
    if (const auto formula = formula_at(text.substr(0, inner.end), inner.begin);
        formula && formula->outer == inner) {
      found.span = trimmed(text, formula->inner);
    }
  } else {
    for (size_t i = first; i <= last; ++i) found.parts.push_back(boxes[i].inner);
  }
  add_alternatives(text, folded, {boxes[first].outer.begin, boxes[last].outer.end}, found);
  return found;
}

std::optional<FoundAnswer> find_answer(const SearchedText& searched, std::string_view question) {
  return Finder(searched, question).find();
}

std::optional<TextSpan> last_value(const SearchedText& searched) {
  const std::string_view text = searched.folded;
  std::optional<TextSpan> last;
  for (size_t at = 0; at < text.size();) {
    if (const auto formula = formula_at(text, at)) {
      const TextSpan inner = trimmed(text, formula->inner);
      if (inner.begin < inner.end) last = inner;
      at = formula->outer.end;
      continue;
    }
    const size_t end = number_end(text, at);
    if (end > at && !letter_before(text, at)) last = TextSpan{at, end};
    at = std::max(end, at + 1);
  }
  return last;
}

}  // namespace r1::math
