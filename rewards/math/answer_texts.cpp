#include "rewards/math/answer_texts.h"

#include <algorithm>

#include "rewards/math/lexer_scan.h"

namespace r1::math {
namespace {

bool strip_pair(std::string_view& text, std::string_view open, std::string_view close) {
  if (text.size() <= open.size() + close.size() || !text.starts_with(open) || !text.ends_with(close))
    return false;
  text = text.substr(open.size(), text.size() - open.size() - close.size());
  return true;
}

}  // namespace

std::string_view take_decoration_off(std::string_view text) {
  while (true) {
    const size_t before = text.size();
    text = scan::trim(text);
    while (text.ends_with('.') && !text.ends_with("...") && !text.ends_with("\\right."))
      text.remove_suffix(1);
    while (text.ends_with(',') || text.ends_with(';')) text.remove_suffix(1);
    strip_pair(text, "**", "**") || strip_pair(text, "`", "`") || strip_pair(text, "\"", "\"") ||
        strip_pair(text, "“", "”") || strip_pair(text, "__", "__");
    if (text.size() == before) return text;
  }
}

const Node* read_as_words(Arena&, std::string_view, const Tokens&) { return nullptr; }

const Node* prose_text(Arena& arena, std::string_view text) { return arena.text(Kind::Text, text); }

}  // namespace r1::math
