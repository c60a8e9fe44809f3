#include "datasets/added_tokens.h"

#include <algorithm>

#include "base/utf8.h"
#include "datasets/unicode_text.h"

namespace r1 {

namespace {

uint64_t edge_key(int node, char byte) {
  return static_cast<uint64_t>(node) << 8 | static_cast<uint8_t>(byte);
}

// Start of the last character of text[0, end). REQUIRES end > 0.
size_t character_before(std::string_view text, size_t end) {
  size_t at = end - 1;
  while (at > 0 && (static_cast<uint8_t>(text[at]) & 0xC0) == 0x80) --at;
  return at;
}

uint32_t code_point_at(std::string_view text, size_t at) { return next_code_point(text, at); }

bool touches_word(std::string_view text, size_t begin, size_t end) {
  bool before = begin > 0 && is_word_character(code_point_at(text, character_before(text, begin)));
  bool after = end < text.size() && is_word_character(code_point_at(text, end));
  return before || after;
}

size_t skip_space_back(std::string_view text, size_t begin, size_t limit) {
  while (begin > limit) {
    size_t at = character_before(text, begin);
    if (!is_white_space(code_point_at(text, at))) break;
    begin = at;
  }
  return std::max(begin, limit);
}

size_t skip_space(std::string_view text, size_t end) {
  while (end < text.size()) {
    size_t after = end;
    if (!is_white_space(next_code_point(text, after))) break;
    end = after;
  }
  return end;
}

}  // namespace

AddedTokenMatcher::AddedTokenMatcher() : nodes_(1) {}

void AddedTokenMatcher::add(std::string_view content, const AddedToken& token) {
  if (content.empty()) return;
  int node = 0;
  for (char byte : content) {
    auto [edge, is_new] = edges_.try_emplace(edge_key(node, byte), static_cast<int>(nodes_.size()));
    if (is_new) nodes_.emplace_back();
    node = edge->second;
  }
  nodes_[node].token = static_cast<int>(tokens_.size());
  tokens_.push_back(token);
  first_bytes_[static_cast<uint8_t>(content[0])] = true;
}

bool AddedTokenMatcher::find(std::string_view text, size_t from, Match& match) const {
  for (size_t begin = from; begin < text.size(); ++begin) {
    if (!first_bytes_[static_cast<uint8_t>(text[begin])]) continue;
    int longest = -1;
    int node = 0;
    for (size_t at = begin; at < text.size(); ++at) {
      auto edge = edges_.find(edge_key(node, text[at]));
      if (edge == edges_.end()) break;
      node = edge->second;
      if (nodes_[node].token < 0) continue;
      longest = nodes_[node].token;
      match.end = at + 1;
    }
    if (longest < 0) continue;
    match.begin = begin;
    match.token = &tokens_[longest];
    return true;
  }
  return false;
}

std::vector<Segment> AddedTokenMatcher::split(std::string_view text, bool match_special) const {
  std::vector<Segment> segments;
  size_t emitted = 0;  // everything before is in segments
  Match match{};
  for (size_t from = 0; find(text, from, match);) {
    from = match.end;
    const AddedToken& token = *match.token;
    if (token.special && !match_special) continue;
    if (token.single_word && touches_word(text, match.begin, match.end)) continue;
    size_t begin = token.lstrip ? skip_space_back(text, match.begin, emitted) : match.begin;
    size_t end = token.rstrip ? skip_space(text, match.end) : match.end;
    if (emitted < begin) segments.push_back({text.substr(emitted, begin - emitted), nullptr});
    segments.push_back({text.substr(begin, end - begin), &token});
    emitted = end;
  }
  if (emitted < text.size()) segments.push_back({text.substr(emitted), nullptr});
  return segments;
}

}  // namespace r1
