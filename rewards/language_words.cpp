#include "rewards/language_words.h"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

#include "base/utf8.h"

namespace r1 {
namespace {

struct Range {
  uint32_t first, last;
  Script script;
};

// The blocks that matter for telling languages apart; ascending.
constexpr Range kRanges[] = {
    {0x41, 0x5A, Script::Latin},        {0x61, 0x7A, Script::Latin},      {0xC0, 0x24F, Script::Latin},
    {0x370, 0x3FF, Script::Greek},      {0x400, 0x52F, Script::Cyrillic}, {0x590, 0x5FF, Script::Hebrew},
    {0x600, 0x6FF, Script::Arabic},     {0x750, 0x77F, Script::Arabic},   {0x8A0, 0x8FF, Script::Arabic},
    {0x900, 0x97F, Script::Devanagari}, {0xE00, 0xE7F, Script::Thai},     {0x1100, 0x11FF, Script::Hangul},
    {0x1E00, 0x1EFF, Script::Latin},    {0x1F00, 0x1FFF, Script::Greek},  {0x3005, 0x3007, Script::Han},
    {0x3041, 0x30FF, Script::Kana},     {0x3130, 0x318F, Script::Hangul}, {0x31F0, 0x31FF, Script::Kana},
    {0x3400, 0x4DBF, Script::Han},      {0x4E00, 0x9FFF, Script::Han},    {0xAC00, 0xD7AF, Script::Hangul},
    {0xF900, 0xFAFF, Script::Han},      {0xFB1D, 0xFB4F, Script::Hebrew}, {0xFB50, 0xFDFF, Script::Arabic},
    {0xFE70, 0xFEFC, Script::Arabic},   {0xFF66, 0xFF9F, Script::Kana},   {0x20000, 0x3134F, Script::Han},
};

Script script_of(uint32_t code) {
  for (const Range& range : kRanges) {
    if (code >= range.first && code <= range.last) return range.script;
  }
  return Script::Other;
}

enum class Kind { Letter, Mark, Digit, Rest };

Kind kind_of(uint32_t code) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return Kind::Letter;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
      return Kind::Mark;
    case UTF8PROC_CATEGORY_ND:
      return Kind::Digit;
    default:
      return code == '_' ? Kind::Digit : Kind::Rest;  // identifiers are not words
  }
}

bool is_unspaced(Script script) {
  return script == Script::Han || script == Script::Kana || script == Script::Thai;
}

// The end of a neutral stretch that begins at `at`, or `at` when none does. A formula or code span that never closes on
// its line is taken for text.
size_t skip_neutral(std::string_view text, size_t at) {
  struct Pair {
    std::string_view open, close;
    bool within_line;
  };
  static constexpr Pair kPairs[] = {{"```", "```", false}, {"`", "`", true},     {"$$", "$$", false},
                                    {"$", "$", true},      {"\\(", "\\)", true}, {"\\[", "\\]", false}};
  const std::string_view rest = text.substr(at);
  for (const Pair& pair : kPairs) {
    if (!rest.starts_with(pair.open)) continue;
    const size_t close = rest.find(pair.close, pair.open.size());
    if (close == std::string_view::npos || (pair.within_line && rest.find('\n') < close)) continue;
    return at + close + pair.close.size();
  }
  if (rest.starts_with("http://") || rest.starts_with("https://")) {
    return at + std::min(rest.find_first_of(" \t\r\n"), rest.size());
  }
  if (rest.front() == '\\') {  // a LaTeX command
    size_t end = 1;
    while (end < rest.size() && ((rest[end] | 0x20) >= 'a' && (rest[end] | 0x20) <= 'z')) ++end;
    return at + end;
  }
  return at;
}

class WordReader {
 public:
  explicit WordReader(std::string_view text) : text_(text) {}

  std::vector<Word> read() {
    while (at_ < text_.size()) {
      if (const size_t end = skip_neutral(text_, at_); end > at_) {
        finish();
        at_ = end;
        continue;
      }
      const uint32_t code = next_code_point(text_, at_);
      add(code);
    }
    finish();
    return std::move(words_);
  }

 private:
  void add(uint32_t code) {
    const Kind kind = kind_of(code);
    if (kind == Kind::Rest) {
      const bool apostrophe = code == '\'' || code == 0x2019;  // "don't" is one word, read as "don" "t"
      finish();
      if (!apostrophe) end_sentence(code);
      return;
    }
    if (kind == Kind::Digit) neutral_ = true;
    if (kind != Kind::Letter) {
      if (kind == Kind::Mark && !word_.empty()) append_utf8(word_, code);
      return;
    }
    const Script script = script_of(code);
    if (!word_.empty() && (script != script_ || is_unspaced(script))) finish();
    script_ = script;
    append_utf8(word_, static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code))));
    ++letters_;
  }

  void finish() {
    // "x", "x2" and "n_max" are symbols, not words of a language.
    const bool symbol =
        neutral_ || (script_ == Script::Latin && letters_ < 2) || (script_ == Script::Greek && letters_ < 2);
    if (!word_.empty() && !symbol) words_.push_back({script_, std::move(word_), sentence_});
    word_.clear();
    letters_ = 0;
    neutral_ = false;
  }

  void end_sentence(uint32_t code) {
    const bool mark = code == '.' || code == '!' || code == '?';
    const bool blank_next = at_ >= text_.size() || text_[at_] == ' ' || text_[at_] == '\n';
    if (code == '\n' || (mark && blank_next)) ++sentence_;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Word> words_;
  std::string word_;
  Script script_ = Script::Other;
  int letters_ = 0;
  bool neutral_ = false;
  int sentence_ = 0;
};

}  // namespace

std::vector<Word> language_words(std::string_view text) { return WordReader(text).read(); }

}  // namespace r1
