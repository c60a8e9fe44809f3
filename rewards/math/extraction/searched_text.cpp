#include "rewards/math/extraction/searched_text.h"

#include <algorithm>
#include <cstdint>

#include "base/utf8.h"
#include "rewards/math/extraction/answer_joints.h"

namespace r1::math {
namespace {

constexpr size_t kMaxFormula = 1024;

uint8_t byte_at(std::string_view text, size_t at) {
  return at < text.size() ? static_cast<uint8_t>(text[at]) : 0;
}

size_t line_end(std::string_view text, size_t at) { return std::min(text.find('\n', at), text.size()); }

// Indentation and block quotes before a line's first character.
size_t skip_margin(std::string_view text, size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '>')) ++at;
  return at;
}

// The fence that a line begins with, "```" or "~~~" or longer; empty for none.
std::string_view fence_of(std::string_view line) {
  const size_t begin = skip_margin(line, 0);
  if (begin >= line.size() || (line[begin] != '`' && line[begin] != '~')) return {};
  size_t end = begin;
  while (end < line.size() && line[end] == line[begin]) ++end;
  if (end - begin < 3) return {};
  // "```x```" is code within a line.
  if (line[begin] == '`' && line.find('`', end) != std::string_view::npos) return {};
  return line.substr(begin, end - begin);
}

bool closes(std::string_view line, std::string_view fence) {
  const std::string_view mark = fence_of(line);
  if (mark.size() < fence.size() || mark[0] != fence[0]) return false;
  const size_t end = static_cast<size_t>(mark.data() - line.data()) + mark.size();
  return line.find_first_not_of(" \t\r", end) == std::string_view::npos;
}

// Calls hide(begin, end) for every hidden stretch of `part`, in order.
template <typename Hide>
void each_hidden(std::string_view part, Hide hide) {
  constexpr std::string_view kOpen = "<!--", kClose = "-->";
  size_t comment = part.find(kOpen);
  for (size_t at = 0; at < part.size();) {
    if (comment != std::string_view::npos && comment < at) comment = part.find(kOpen, at);
    const size_t end = line_end(part, at);
    const std::string_view line = part.substr(at, end - at);
    if (const std::string_view fence = fence_of(line); !fence.empty()) {
      size_t close = end;
      while (close < part.size()) {
        const size_t next = close + 1;
        close = line_end(part, next);
        if (closes(part.substr(std::min(next, part.size()), close - std::min(next, part.size())), fence))
          break;
      }
      hide(at, std::min(close, part.size()));
      at = close + 1;
      continue;
    }
    if (const size_t first = skip_margin(part, at); first < end && part[first] == '%') hide(at, end);
    if (restates_question(line)) hide(at, end);
    if (comment < end) {
      const size_t close = part.find(kClose, comment + kOpen.size());
      const size_t after = close == std::string_view::npos ? part.size() : close + kClose.size();
      hide(comment, after);
      at = after;
      continue;
    }
    at = end + 1;
  }
}

// A code point whose words are set off by spaces.
bool joins_words(uint32_t c) {
  if (c < 0x80) return is_ascii_letter(static_cast<char>(c));
  if (c < 0xC0 || c == 0xD7 || c == 0xF7) return false;
  if (c == 0x060C || c == 0x061B || c == 0x061F || c == 0x06D4 || c == 0x0964 || c == 0x0965) return false;
  if (c >= 0x0E00 && c < 0x0F00) return false;                                   // Thai, Lao
  if ((c >= 0x1000 && c < 0x10A0) || (c >= 0x1780 && c < 0x1800)) return false;  // Burmese, Khmer
  return c < 0x2000 || (c >= 0xAC00 && c < 0xD7A4);                              // Hangul
}

std::optional<Formula> delimited(std::string_view text, size_t at, std::string_view open,
                                 std::string_view close) {
  const size_t begin = at + open.size();
  const std::string_view window = text.substr(std::min(begin, text.size()), kMaxFormula);
  for (size_t i = 0; i < window.size(); ++i) {
    if (window[i] == '\n' && byte_at(window, i + 1) == '\n') return std::nullopt;
    if (window.substr(i).starts_with(close)) {
      return Formula{{at, begin + i + close.size()}, {begin, begin + i}};
    }
    // Formulas do not nest; so a row of openers is looked through once.
    if (window[i] == '\\' && (byte_at(window, i + 1) == '(' || byte_at(window, i + 1) == '['))
      return std::nullopt;
    if (window[i] == '\\') ++i;  // "\$" closes nothing; "\\]" is a line break and a bracket
  }
  return std::nullopt;
}

bool looks_like_currency(std::string_view text, const Formula& formula) {
  const std::string_view inner = slice(text, formula.inner);
  if (inner.empty() || is_digit(static_cast<char>(byte_at(text, formula.outer.end)))) return true;
  return is_digit(inner.front()) && is_space(inner.back());
}

void blank(std::string& text, size_t begin, size_t end) {
  std::fill(text.begin() + static_cast<ptrdiff_t>(begin), text.begin() + static_cast<ptrdiff_t>(end), '\n');
}

// A stretch from `open` to `close` that is not shown. Without its end, all that follows is not, or the mark is none.
struct HiddenPair {
  std::string_view open, close;
  bool needs_end;
};

constexpr HiddenPair kHiddenPairs[] = {{"\\iffalse", "\\fi", false},
                                       {"\\begin{comment}", "\\end{comment}", false},
                                       {"\\verb|", "|", true},
                                       {"\\verb+", "+", true},
                                       {"<del>", "</del>", true},
                                       {"<s>", "</s>", true},
                                       {"<strike>", "</strike>", true},
                                       {"<span style=\"display:none\">", "</span>", false},
                                       {"<span style=\"display: none\">", "</span>", false},
                                       {"<div style=\"display:none\">", "</div>", false},
                                       {"<span hidden>", "</span>", false},
                                       {"<div hidden>", "</div>", false}};

void blank_pairs(std::string& text) {
  for (const HiddenPair& pair : kHiddenPairs) {
    for (size_t at = text.find(pair.open); at != std::string::npos; at = text.find(pair.open, at)) {
      const size_t close = text.find(pair.close, at + pair.open.size());
      if (close == std::string::npos && pair.needs_end) break;
      const size_t end = close == std::string::npos ? text.size() : close + pair.close.size();
      blank(text, at, end);
      at = end;
    }
  }
}

// "~~struck through~~" behind a space: elsewhere two LaTeX spaces.
void blank_strikes(std::string& text) {
  constexpr std::string_view kMark = "~~";
  for (size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at)) {
    const bool opens = (at == 0 || is_space(text[at - 1])) && at + 2 < text.size() && !is_space(text[at + 2]);
    const size_t close = opens ? text.find(kMark, at + 2) : std::string::npos;
    if (close == std::string::npos || close > line_end(text, at)) {
      at += 2;
      continue;
    }
    blank(text, at, close + 2);
    at = close + 2;
  }
}

// "\boxed{6} % \boxed{5}": a LaTeX comment behind a space, no percentage before it.
void blank_line_comments(std::string& text) {
  for (size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 1)) {
    if (at == 0 || text[at - 1] != ' ') continue;
    const size_t last = text.find_last_not_of(' ', at - 1);
    if (last == std::string::npos) continue;
    if (is_digit(text[last]) || text[last] == '$' || text[last] == ')' || text[last] == '\n') continue;
    blank(text, at, line_end(text, at));
  }
}

size_t wide_stop(std::string_view rest) {
  for (std::string_view stop : {"\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F", "\xEF\xBD\xA1", "\xD8\x9F",
                                "\xE0\xA5\xA4", "\xE0\xA5\xA5", "\xDB\x94", "\xD5\x89"}) {
    if (rest.starts_with(stop)) return stop.size();
  }
  return 0;
}

}  // namespace

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool letter_at(std::string_view text, size_t at) {
  if (at >= text.size()) return false;
  return joins_words(next_code_point(text, at));
}

bool letter_before(std::string_view text, size_t at) {
  if (at == 0 || at > text.size()) return false;
  size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && (byte_at(text, begin) & 0xC0) == 0x80) --begin;
  return letter_at(text, begin);
}

size_t digit_at(std::string_view text, size_t at) {
  if (at >= text.size()) return 0;
  if (is_digit(text[at])) return 1;
  const size_t begin = at;
  const uint32_t c = next_code_point(text, at);
  for (const uint32_t zero : {0x0660u, 0x06F0u, 0x0966u, 0x09E6u, 0x0A66u, 0x0AE6u, 0x0BE6u, 0x0C66u, 0x0CE6u,
                              0x0D66u, 0x0E50u, 0xFF10u}) {
    if (c >= zero && c < zero + 10) return at - begin;
  }
  return 0;
}

size_t skip_spaces(std::string_view text, size_t at) {
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r') {
      ++at;
    } else if (rest.starts_with("\xC2\xA0")) {
      at += 2;
    } else if (rest.starts_with("\xE3\x80\x80") || rest.starts_with("\xE2\x80\xAF")) {
      at += 3;
    } else {
      break;
    }
  }
  return at;
}

TextSpan trimmed(std::string_view text, TextSpan span) {
  while (span.begin < span.end && is_space(text[span.begin])) ++span.begin;
  while (span.begin < span.end && is_space(text[span.end - 1])) --span.end;
  return span;
}

void fold_case(std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const uint8_t lead = static_cast<uint8_t>(text[i]);
    if (lead < 0x80) {
      if (lead >= 'A' && lead <= 'Z') text[i] = static_cast<char>(lead + 32);
      continue;
    }
    const uint8_t next = byte_at(text, i + 1);
    if ((next & 0xC0) != 0x80) continue;
    if (lead == 0xC3 && next <= 0x9E && next != 0x97) {
      text[i + 1] = static_cast<char>(next + 32);
    } else if (lead == 0xC4 ||
               lead == 0xC5) {  // pairs; odd capitals in two stretches, and the two odd ones left alone
      const bool odd = (lead == 0xC4 && next >= 0xB9) || (lead == 0xC5 && next <= 0x88) ||
                       (lead == 0xC5 && next >= 0xB9 && next <= 0xBE);
      const bool alone = (lead == 0xC4 && (next == 0xB0 || next == 0xB1 || next == 0xBF)) ||
                         (lead == 0xC5 && (next == 0xB8 || next == 0xBF));
      if (!alone && (next % 2 == 1) == odd) text[i + 1] = static_cast<char>(next + 1);
    } else if (lead == 0xC6 && (next == 0xA0 || next == 0xAF)) {  // Vietnamese O and U with horn
      text[i + 1] = static_cast<char>(next + 1);
    } else if (lead == 0xCE && next >= 0x91 && next <= 0xA9) {  // Greek
      text[i] = static_cast<char>(next < 0xA0 ? 0xCE : 0xCF);
      text[i + 1] = static_cast<char>(next < 0xA0 ? next + 32 : next - 32);
    } else if (lead == 0xD0 && next >= 0x80 && next <= 0xAF) {  // Cyrillic
      text[i] = static_cast<char>(next < 0x90 || next >= 0xA0 ? 0xD1 : 0xD0);
      text[i + 1] = static_cast<char>(next < 0x90 ? next + 16 : next < 0xA0 ? next + 32 : next - 32);
    } else if (lead == 0xD4 && next >= 0xB1 && next <= 0xBF) {  // Armenian, the first letters
      text[i] = static_cast<char>(0xD5);
      text[i + 1] = static_cast<char>(next - 16);
    } else if (lead == 0xD5 && next <= 0x96) {
      text[i] = static_cast<char>(next < 0x90 ? 0xD5 : 0xD6);
      text[i + 1] = static_cast<char>(next < 0x90 ? next + 48 : next - 16);
    } else if (lead == 0xE1 && (next == 0xBA || next == 0xBB) && i + 2 < text.size()) {  // Vietnamese
      const uint8_t last = byte_at(text, i + 2);
      if (last % 2 == 0 && (next == 0xBB || last < 0x96 || last >= 0xA0))
        text[i + 2] = static_cast<char>(last + 1);
    }
  }
}

SearchedText searched_text(std::string_view part) {
  SearchedText searched;
  if (part.size() > kMaxSearched) {
    searched.begin = part.size() - kMaxSearched;
    while (searched.begin < part.size() && (byte_at(part, searched.begin) & 0xC0) == 0x80) ++searched.begin;
  }
  searched.text = part.substr(searched.begin);
  searched.folded = searched.text;
  each_hidden(part, [&](size_t begin, size_t end) {
    for (size_t i = std::max(begin, searched.begin); i < end; ++i) searched.folded[i - searched.begin] = '\n';
  });
  fold_case(searched.folded);
  blank_pairs(searched.folded);
  blank_strikes(searched.folded);
  blank_line_comments(searched.folded);
  return searched;
}

std::optional<Formula> formula_at(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("$$")) return delimited(text, at, "$$", "$$");
  if (rest.starts_with("\\(")) return delimited(text, at, "\\(", "\\)");
  if (rest.starts_with("\\[")) return delimited(text, at, "\\[", "\\]");
  if (!rest.starts_with("$")) return std::nullopt;
  const std::optional<Formula> found = delimited(text, at, "$", "$");
  if (found && looks_like_currency(text, *found)) return std::nullopt;
  return found;
}

std::optional<Formula> marked_at(std::string_view text, size_t at) {
  if (at >= text.size()) return std::nullopt;
  if (const auto formula = formula_at(text, at)) return formula;
  for (std::string_view mark : {"**", "__", "*", "`"}) {
    if (!text.substr(at).starts_with(mark)) continue;
    const size_t begin = at + mark.size();
    const size_t close =
        text.substr(0, line_end(text, begin)).substr(0, begin + kMaxFormula).find(mark, begin);
    if (close == std::string_view::npos || close == begin || is_space(text[begin])) return std::nullopt;
    return Formula{{at, close + mark.size()}, {begin, close}};
  }
  return std::nullopt;
}

size_t stop_at(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  const char first = rest[0];
  if (first == '\n' || first == '?') return 1;
  if (static_cast<uint8_t>(first) >= 0x80) return wide_stop(rest);
  if (first != '.' && first != '!') return 0;
  const char next = static_cast<char>(byte_at(text, at + 1));
  const char before = at > 0 ? text[at - 1] : ' ';
  const bool last = at + 1 >= text.size() || is_space(next) || next == '*' || next == '_' || next == '"' ||
                    next == ')' || next == '<' || rest.substr(1).starts_with("\xE2\x80\x9D") ||
                    rest.substr(1).starts_with("\xC2\xA0");
  if (first == '!') {
    // "5!" and "n!" are factorials, "Evelyn!" is a shout
    const bool word = at >= 2 && is_ascii_letter(before) && is_ascii_letter(text[at - 2]);
    return last && (word || !(is_digit(before) || before == ')' || is_ascii_letter(before))) ? 1 : 0;
  }
  if (next == '.' || before == '.') return 0;                                       // an ellipsis
  const bool initials = at >= 2 && is_ascii_letter(before) && text[at - 2] == '.';  // "p.m. on"
  if (last) return initials && at + 2 < text.size() && text[at + 2] >= 'a' && text[at + 2] <= 'z' ? 0 : 1;
  // "5.The next sentence", "$5$.The"
  const bool sentence = is_ascii_letter(next) && at + 2 < text.size() && is_ascii_letter(text[at + 2]);
  return sentence && (is_digit(before) || before == '$' || before == '}') ? 1 : 0;
}

size_t sentence_end(std::string_view text, size_t at) {
  const size_t limit = std::min(text.size(), at + 2 * kMaxFormula);
  while (at < limit) {
    if (text[at] == '$' || text[at] == '\\') {
      if (const auto formula = formula_at(text, at)) {
        at = formula->outer.end;
        continue;
      }
      if (text[at] == '\\' && at + 1 < limit && text[at + 1] != '\n') ++at;
    } else if (stop_at(text, at) != 0) {
      return at;
    }
    ++at;
  }
  return limit;
}

size_t sentence_begin(std::string_view text, size_t at, size_t limit) {
  const size_t lowest = at - std::min(at, limit);
  for (size_t i = at; i > lowest; --i) {
    if (stop_at(text, i - 1) != 0) return i;
  }
  return lowest;
}

}  // namespace r1::math
