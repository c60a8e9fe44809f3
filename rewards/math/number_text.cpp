#include "rewards/math/number_text.h"

#include <algorithm>
#include <utility>

namespace r1 {
namespace {

struct Rewrite {
  std::string_view from, to;
};

// First match wins, so a longer spelling stands before its prefix. Commands are matched as whole words (see
// below).
constexpr Rewrite kRewrites[] = {
    {"\\displaystyle", ""},
    {"\\left", ""},
    {"\\right", ""},
    {"\\dfrac", "\\frac"},
    {"\\tfrac", "\\frac"},
    {"\\cfrac", "\\frac"},
    {"\\times", "*"},
    {"\\cdot", "*"},
    {"^{\\circ}",
     " \x02"
     "degree"},
    {"^\\circ",
     " \x02"
     "degree"},
    {"\\degree",
     " \x02"
     "degree"},
    {"\\circ",
     " \x02"
     "degree"},
    {"\\quad", " "},
    {"{,}", ","},
    {"\\,", "\x01"},
    {"\\!", "\x01"},
    {"\\;", "\x01"},
    {"\\:", "\x01"},
    {"~", " "},
    {"\\ ", " "},
    {"\\%", "%"},
    {"\\$", "$"},
    {"\\euro", "\x03"},
    {"\\pounds", "\x04"},
    {"\xE2\x88\x92", "-"},
    {"\xEF\xBC\x8D", "-"},
    {"\xEF\xBC\x8B", "+"},  // minus, full-width - and +
    {"\xEF\xBC\x8C", ","},
    {"\xEF\xBC\x8E", "."},
    {"\xEF\xBC\x85", "%"},  // full-width , . %
    {"\xEF\xBC\x8F", "/"},
    {"\xE2\x81\x84", "/"},
    {"\xC3\x97", "*"},  // full-width /, fraction slash, times
    {"\xC2\xB0",
     " \x02"
     "degree"},
    {"\xC2\xA0", " "},
    {"\xE2\x80\xAF", "\x01"},  // degree, no-break spaces
    {"\xE2\x80\x89", "\x01"},
    {"\xE3\x80\x80", " "},  // thin and ideographic space
    {"\xE2\x82\xAC", "\x03"},
    {"\xC2\xA3", "\x04"},
    {"\xC2\xA5", "\x05"},  // euro, pound, yen
};

constexpr std::string_view kTextCommands[] = {"\\text{",   "\\textrm{", "\\textbf{", "\\textit{",
                                              "\\mathrm{", "\\mathbf{", "\\mbox{",   "\\textnormal{"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether `text` starts with `from` as a whole command ("\left" but not "\leftarrow").
bool starts_with_spelling(std::string_view text, std::string_view from) {
  if (!text.starts_with(from)) return false;
  const bool is_command = is_letter(from.back()) && from.find('\\') != std::string_view::npos;
  return !is_command || text.size() == from.size() || !is_letter(text[from.size()]);
}

// U+FF10..U+FF19 as ASCII, or 0.
char full_width_digit(std::string_view text) {
  if (text.size() < 3 || text[0] != '\xEF' || text[1] != '\xBC') return 0;
  const unsigned char last = static_cast<unsigned char>(text[2]);
  return last >= 0x90 && last <= 0x99 ? static_cast<char>('0' + last - 0x90) : 0;
}

// Takes one pair of delimiters off. A leading "$" alone stays: it is the currency.
bool strip_pair(std::string_view& text, std::string_view open, std::string_view close) {
  if (text.size() < open.size() + close.size() || !text.starts_with(open) || !text.ends_with(close))
    return false;
  text.remove_prefix(open.size());
  text.remove_suffix(close.size());
  return true;
}

bool strip_one_layer(std::string_view& text) {
  const size_t before = text.size();
  while (!text.empty() && std::string_view(" \t\r\n").find(text.front()) != std::string_view::npos)
    text.remove_prefix(1);
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
    text.remove_suffix(1);
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.ends_with("\\")) text.remove_suffix(1);
  static constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"$$", "$$"}, {"\\(", "\\)"}, {"\\[", "\\]"}, {"**", "**"}, {"`", "`"}};
  for (const auto& [open, close] : kPairs) strip_pair(text, open, close);
  const bool one_formula = text.size() >= 2 && std::count(text.begin(), text.end(), '$') == 2;
  if (one_formula && !text.ends_with("\\$")) strip_pair(text, "$", "$");
  return text.size() != before;
}

// Appends the rewritten first item of `text` and returns how many bytes it took.
size_t rewrite_one(std::string_view text, std::string& out, int& open_texts) {
  for (std::string_view command : kTextCommands) {
    if (!text.starts_with(command)) continue;
    out += kTextMark;
    ++open_texts;
    return command.size();
  }
  for (const Rewrite& rewrite : kRewrites) {
    if (!starts_with_spelling(text, rewrite.from)) continue;
    out += rewrite.to;
    return rewrite.from.size();
  }
  if (const char digit = full_width_digit(text)) {
    out += digit;
    return 3;
  }
  if (text.front() == '}' && open_texts > 0) {  // \text{...} holds no nested braces in a number's unit
    --open_texts;
    return 1;
  }
  out += text.front() == '\t' || text.front() == '\n' || text.front() == '\r' ? ' ' : text.front();
  return 1;
}

}  // namespace

std::string_view trim_decoration(std::string_view text) {
  while (strip_one_layer(text)) {
  }
  return text;
}

std::string rewrite_number_text(std::string_view text) {
  text = trim_decoration(text);
  std::string out;
  int open_texts = 0;
  while (!text.empty()) text.remove_prefix(rewrite_one(text, out, open_texts));
  return out;
}

}  // namespace r1
