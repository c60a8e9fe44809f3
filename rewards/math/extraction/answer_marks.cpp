#include "rewards/math/extraction/answer_marks.h"

#include <algorithm>
#include <optional>

#include "rewards/math/extraction/answer_joints.h"
#include "rewards/math/extraction/answer_words.h"

namespace r1::math {
namespace {

// The length of "\boxed" or "\fbox" at `at`, whatever follows; 0 for none. A second backslash, left by an escape, is
// allowed: "\\boxed{" has no other reading.
size_t box_command(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  const size_t slashes = rest.starts_with("\\\\") ? 2 : 1;
  const std::string_view name = rest.substr(std::min(slashes, rest.size()));
  const size_t length = name.starts_with("boxed") ? 5 : name.starts_with("fbox") ? 4 : 0;
  if (length == 0) return 0;
  if (slashes == 2 && !name.substr(length).starts_with("{")) return 0;
  return slashes + length;
}

// "\boxed 5", "\boxed5": the word behind the command that ends at `at`.
std::optional<Mark> bare_box(std::string_view text, size_t begin, size_t at) {
  size_t from = skip_spaces(text, at);
  if (from >= text.size() || (from == at && !is_digit(text[at]))) return std::nullopt;
  size_t end = from;
  while (end < text.size() && !is_space(text[end]) && text[end] != '$' && text[end] != '}') {
    if (text.substr(end).starts_with("\\)") || text.substr(end).starts_with("\\]")) break;
    if (from == at && !is_digit(text[end])) break;
    ++end;
  }
  while (end > from && (text[end - 1] == '.' || text[end - 1] == ',' || text[end - 1] == ';')) --end;
  if (end == from) return std::nullopt;
  return Mark{{begin, end}, {from, end}};
}

bool holds_paragraph_end(std::string_view folded, TextSpan span) {
  const std::string_view inner = slice(folded, span);
  for (size_t at = inner.find('\n'); at != std::string_view::npos; at = inner.find('\n', at + 1)) {
    const size_t next = inner.find_first_not_of(" \t\r", at + 1);
    if (next != std::string_view::npos && inner[next] == '\n') return true;
  }
  return false;
}

// One pass over the text with a stack of open braces.
class BoxFinder {
 public:
  BoxFinder(std::string_view text, std::string_view folded) : text_(text), folded_(folded) {}

  std::vector<Mark> find() {
    for (size_t at = 0; at < text_.size();) at = step(at);
    return std::move(boxes_);
  }

 private:
  struct Open {
    size_t command, content;
    bool box;
    bool hidden;  // within \phantom{...}, \cancel{...}, white text
  };

  size_t step(size_t at) {
    if (folded_[at] == '\n') return at + 1;  // also what is hidden
    if (text_[at] == '{') {
      open_.push_back({at, at + 1, false, hidden() || hides_group(at)});
      return at + 1;
    }
    if (text_[at] == '}') {
      close(at);
      return at + 1;
    }
    if (text_[at] != '\\') return at + 1;
    const size_t length = box_command(text_, at);
    if (length == 0) {
      if (text_.substr(at).starts_with("\\color{white}") && !open_.empty()) open_.back().hidden = true;
      return at + 2;
    }
    size_t next = at + length;
    size_t brace = next;
    while (brace < text_.size() && is_space(text_[brace])) ++brace;
    if (brace < text_.size() && text_[brace] == '{' && folded_[brace] == '{') {
      open_.push_back({at, brace + 1, true, hidden()});
      return brace + 1;
    }
    if (const std::optional<Mark> box = bare_box(text_, at, next)) {
      if (!hidden()) add(*box);
      next = box->outer.end;
    }
    return next;
  }

  bool hidden() const { return !open_.empty() && open_.back().hidden; }

  // Whether the brace at `at` is the argument of a command that shows nothing, or strikes it out.
  bool hides_group(size_t at) const {
    const std::string_view head = text_.substr(0, at);
    for (std::string_view command : {"phantom", "cancel", "\\sout", "\\st", "\\textcolor{white}"}) {
      if (head.ends_with(command)) return true;  // also \hphantom, \xcancel
    }
    return false;
  }

  void close(size_t at) {
    if (open_.empty()) return;
    const Open open = open_.back();
    open_.pop_back();
    if (!open.box || open.hidden) return;
    const TextSpan content = trimmed(text_, {open.content, at});
    const Mark box{{open.command, at + 1}, content};
    if (content.begin == content.end || is_placeholder(slice(folded_, content))) return;
    if (holds_paragraph_end(folded_, content)) return;
    // "\boxed{\boxed{5}}": nothing but a box.
    if (!boxes_.empty() && boxes_.back().outer == content) {
      boxes_.back().outer = box.outer;
      return;
    }
    add(box);
  }

  void add(const Mark& box) {
    while (!boxes_.empty() && boxes_.back().outer.begin > box.outer.begin) boxes_.pop_back();
    boxes_.push_back(box);
  }

  std::string_view text_, folded_;
  std::vector<Open> open_;
  std::vector<Mark> boxes_;
};

// Whether what stands behind "####" begins as a value does.
bool begins_value(std::string_view text, TextSpan line) {
  size_t at = skip_marks(text, line.begin);
  const auto rest = [&] { return text.substr(at, line.end - std::min(at, line.end)); };
  for (std::string_view sign :
       {"$", "\\$", "\\(", "-", "+", "\xE2\x88\x92", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5", "$"}) {
    if (rest().starts_with(sign)) at = skip_spaces(text, at + sign.size());
  }
  if (at >= line.end) return false;
  if (const size_t length = digit_at(text, at)) {
    // "1. Setup", "2) Compute": a heading's number
    size_t end = at + length;
    while (const size_t more = digit_at(text, end)) end += more;
    const bool numbered =
        end + 1 < line.end && (text[end] == '.' || text[end] == ')') && is_space(text[end + 1]);
    return !(numbered && end - at <= 2 && letter_at(text, skip_marks(text, end + 1)));
  }
  if (rest()[0] == '.' && digit_at(text, at + 1) != 0) return true;
  if (rest()[0] == '\\' || rest()[0] == '(' || rest()[0] == '[' || rest()[0] == '{') return true;
  const bool letter = is_ascii_letter(rest()[0]) && !letter_at(text, at + 1);
  if (!letter) return at > line.begin && text[line.begin] == '$';
  const size_t next = skip_spaces(text, at + 1);
  return next >= line.end || text[next] == '=' || text[next] == '$';  // "B", "x = 5"
}

}  // namespace

std::vector<Mark> find_boxes(std::string_view text, std::string_view folded) {
  return BoxFinder(text, folded).find();
}

std::vector<Mark> find_tags(std::string_view text, std::string_view folded, std::string_view open,
                            std::string_view close) {
  std::vector<Mark> marks;
  size_t begin = std::string_view::npos;  // of the last open tag
  for (size_t at = folded.find('<'); at != std::string_view::npos; at = folded.find('<', at + 1)) {
    if (folded.substr(at).starts_with(open)) begin = at;
    if (begin == std::string_view::npos || !folded.substr(at).starts_with(close)) continue;
    marks.push_back({{begin, at + close.size()}, trimmed(text, {begin + open.size(), at})});
    begin = std::string_view::npos;
  }
  std::erase_if(marks, [&](const Mark& mark) {
    return mark.inner.begin == mark.inner.end || is_placeholder(slice(folded, mark.inner));
  });
  return marks;
}

std::vector<Mark> find_hashes(std::string_view text, std::string_view folded) {
  constexpr size_t kHashes = 4;
  constexpr int kMaxLooked = 64;  // bounds the work
  std::vector<Mark> marks;
  int looked_at = 0;
  for (size_t end = folded.rfind('#'); end != std::string_view::npos && looked_at < kMaxLooked;) {
    size_t begin = end;
    while (begin > 0 && folded[begin - 1] == '#') --begin;
    const size_t after = end + 1;
    end = begin == 0 ? std::string_view::npos : folded.rfind('#', begin - 1);
    if (after - begin != kHashes) continue;
    ++looked_at;
    const TextSpan line = trimmed(text, {after, sentence_end(folded, after)});
    const size_t line_end = std::min(folded.find('\n', after), folded.size());
    if (line.begin >= line.end || !begins_value(text, {line.begin, line_end})) continue;
    marks.push_back({{begin, line.end}, undecorated(text, line)});
  }
  std::reverse(marks.begin(), marks.end());
  return marks;
}

TextSpan undecorated(std::string_view text, TextSpan span) {
  constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"\"", "\""}, {"\xE2\x80\x9C", "\xE2\x80\x9D"}, {"\xE3\x80\x8C", "\xE3\x80\x8D"}};
  for (;;) {
    const TextSpan before = span;
    span = trimmed(text, span);
    std::string_view here = slice(text, span);
    for (std::string_view stop :
         {".", ",", ";", ":", "\xE3\x80\x82", "\xEF\xBC\x8C", "\xEF\xBC\x9B", "**", "__"}) {
      // "0.333..." keeps its dots, "**5**" is a pair
      if (!here.ends_with(stop) || here.ends_with("..") || here.size() == stop.size()) continue;
      const bool bold = stop == "**" || stop == "__";
      if (bold && here.find(stop) != here.size() - stop.size()) continue;
      span.end -= stop.size();
      here = slice(text, span);
    }
    if (const auto marked = marked_at(text.substr(0, span.end), span.begin);
        marked && marked->outer == span) {
      span = marked->inner;
    }
    for (const auto& [open, close] : kPairs) {
      const std::string_view inner = slice(text, span);
      if (inner.size() > open.size() + close.size() && inner.starts_with(open) && inner.ends_with(close) &&
          inner.find(close, open.size()) == inner.size() - close.size()) {
        span = {span.begin + open.size(), span.end - close.size()};
      }
    }
    if (span == before) return span;
  }
}

}  // namespace r1::math
