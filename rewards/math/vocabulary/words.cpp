#include "rewards/math/vocabulary/words.h"

#include <utf8proc.h>

#include <algorithm>
#include <unordered_map>

#include "base/utf8.h"
#include "datasets/unicode_text.h"
#include "rewards/math/vocabulary/synonyms.h"

namespace r1::math {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

char lower_ascii(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return lower_ascii(c); });
  return lower;
}

// Superscripts, subscripts, fractions and squared units: their NFKC changes what they say (10^2 is not 102).
bool keeps_form(int32_t code_point) {
  switch (utf8proc_get_property(code_point)->decomp_type) {
    case UTF8PROC_DECOMP_TYPE_SUPER:
    case UTF8PROC_DECOMP_TYPE_SUB:
    case UTF8PROC_DECOMP_TYPE_FRACTION:
    case UTF8PROC_DECOMP_TYPE_SQUARE:
      return true;
    default:
      return false;
  }
}

// The plain character for typographic ones that NFKC leaves alone; 0 for what is invisible.
uint32_t plain_character(uint32_t c) {
  if (c == 0x2018 || c == 0x2019 || c == 0x201B || c == 0x2032 || c == 0x02BC) return '\'';
  if (c == 0x201C || c == 0x201D || c == 0x201E || c == 0xAB || c == 0xBB || c == 0x300C || c == 0x300D)
    return '"';
  if (c == 0x2010 || c == 0x2011 || c == 0x2012 || c == 0x2013 || c == 0x2014 || c == 0x2212) return '-';
  if (c == 0x3002) return '.';
  if (c == 0x3001) return ',';
  if (is_white_space(c)) return ' ';
  const utf8proc_property_t* property = utf8proc_get_property(static_cast<int32_t>(c));
  if (property->ignorable || property->category == UTF8PROC_CATEGORY_CF ||
      property->category == UTF8PROC_CATEGORY_CC)
    return 0;
  return c;
}

// NFKC with exceptions, lower case.
std::string fold(std::string_view text) {
  if (is_ascii(text)) return lower_ascii(text);
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    constexpr int kRoom = 32;  // the longest compatibility decomposition has 18 characters
    int32_t parts[kRoom];
    int boundary = 0;
    const auto c = static_cast<int32_t>(next_code_point(text, at));
    const auto options = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT);
    auto count = keeps_form(c) ? 0 : utf8proc_decompose_char(c, parts, kRoom, options, &boundary);
    if (count <= 0 || count > kRoom) parts[0] = c, count = 1;
    for (auto i = 0; i < count; ++i) {
      const uint32_t plain = plain_character(static_cast<uint32_t>(parts[i]));
      if (plain != 0) append_utf8(out, static_cast<uint32_t>(utf8proc_tolower(static_cast<int32_t>(plain))));
    }
  }
  return to_nfc(out);
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The next word of `text` from `at`, which moves behind it; empty at the end.
std::string_view next_word(std::string_view text, size_t& at) {
  while (at < text.size() && is_space(text[at])) ++at;
  const size_t begin = at;
  while (at < text.size() && !is_space(text[at])) ++at;
  return text.substr(begin, at - begin);
}

bool is_long_word(std::string_view word) {
  if (word == "and" || word == "or" || word == "is" || word == "to" || word == "if") return false;
  return word.size() >= 2 && ((word[0] >= 'a' && word[0] <= 'z') || static_cast<uint8_t>(word[0]) >= 0x80);
}

// "a" and "an" only before a word: alone they are letters.
std::string drop_articles(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const std::string_view word = next_word(text, at);
    if (word.empty()) break;
    size_t ahead = at;
    const std::string_view next = next_word(text, ahead);
    if (!next.empty() && word == "the") continue;
    if ((word == "a" || word == "an") && is_long_word(next)) continue;
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBefore = " \"'*_`", kAfter = " \"'*_`.,;:!";
  while (!text.empty() && kBefore.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && kAfter.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text;
}

const std::unordered_map<std::string_view, std::string_view>& synonyms() {
  static const auto map = [] {
    std::unordered_map<std::string_view, std::string_view> entries;
    for (const auto& [spelled, canonical] : synonym_rows()) entries.try_emplace(spelled, canonical);
    return entries;
  }();
  return map;
}

}  // namespace

std::string lower_text(std::string_view text) {
  if (is_ascii(text) || !is_valid_utf8(text)) return lower_ascii(text);
  std::string lower;
  const std::string composed = to_nfc(text);
  for (size_t at = 0; at < composed.size();)
    append_utf8(lower,
                static_cast<uint32_t>(utf8proc_tolower(static_cast<int32_t>(next_code_point(composed, at)))));
  return lower;
}

std::string normalise_text(std::string_view text) {
  constexpr size_t kLongest =
      4096;  // bytes; no answer in words is longer, and folding one takes up to a microsecond a byte
  const bool plain = text.size() > kLongest || !is_valid_utf8(text);
  const std::string folded = plain ? lower_ascii(text) : fold(text);
  // Articles go after the quotes around the text, and punctuation inside stays.
  const std::string words = drop_articles(trim(drop_articles(folded)));
  return std::string(trim(words));
}

std::string_view canonical_text(std::string_view normalised) {
  const auto found = synonyms().find(normalised);
  return found == synonyms().end() ? normalised : found->second;
}

std::string canonical_words(std::string_view text) {
  const std::string normalised = normalise_text(text);
  return std::string(canonical_text(normalised));
}

std::string_view named_set_words(std::string_view normalised) {
  const std::string_view canonical = canonical_text(normalised);
  if (canonical == "all real numbers") return "R";
  if (canonical == "empty set") return "empty";
  for (const auto& [spelled, name] : named_set_rows())
    if (spelled == normalised) return name;
  return "";
}

Joiner find_joiner(std::string_view word) {
  if (word.empty() || word.size() > 32) return Joiner::None;
  const std::string lower = lower_text(word);
  for (const JoinerRow& row : joiner_rows())
    if (row.spelled == lower) return row.joiner;
  return Joiner::None;
}

Joiner find_letter_joiner(std::string_view word) {
  if (word == "y" || word == "e" || word == "Y" || word == "E") return Joiner::And;
  if (word == "o" || word == "u" || word == "O" || word == "U") return Joiner::Or;
  return Joiner::None;
}

}  // namespace r1::math
