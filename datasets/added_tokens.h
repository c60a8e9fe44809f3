// Added tokens: fixed texts such as <|im_end|> that are found in the text before anything else looks at it.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/tokenizer.h"

namespace r1 {

struct AddedToken {
  TokenId id = 0;
  std::string content;
  bool special = false;
  bool normalized = false;   // looked for in the normalised text instead of the original
  bool single_word = false;  // only where no word character touches it
  bool lstrip = false;       // swallows the white space before it
  bool rstrip = false;       // swallows the white space after it
};

// A part of a text: an added token, or ordinary text between them.
struct Segment {
  std::string_view text;
  const AddedToken* token = nullptr;
};

// Finds the leftmost token, the longest of those that start there; O(text) for tokens of bounded length.
class AddedTokenMatcher {
 public:
  AddedTokenMatcher();
  // `content` is what to look for: the token's own text or its normalised form.
  void add(std::string_view content, const AddedToken& token);

  // With match_special false a special token stays ordinary text, and what it covers matches nothing else.
  std::vector<Segment> split(std::string_view text, bool match_special) const;

 private:
  struct Node {
    int token = -1;  // index into tokens_
  };
  struct Match {
    size_t begin, end;
    const AddedToken* token;
  };
  bool find(std::string_view text, size_t from, Match& match) const;

  std::vector<AddedToken> tokens_;
  std::vector<Node> nodes_;
  std::unordered_map<uint64_t, int> edges_;  // node << 8 | byte -> node
  std::array<bool, 256> first_bytes_{};
};

}  // namespace r1
