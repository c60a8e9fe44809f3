// Byte-pair encoding of one pre-tokenized word, as Hugging Face's BPE model does it: the pair with the lowest
// rank is merged first, the leftmost of equals; O(n log n) in the length of the word.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "datasets/tokenizer.h"

namespace r1 {

// What a tokenizer file says about its BPE model.
struct BpeModel {
  std::vector<std::string> tokens;  // by id, in the byte-level spelling; "" where an id is unused
  std::vector<std::pair<std::string, std::string>> merges;  // by rank
  bool ignore_merges = false;  // a word that is in the vocabulary is that token, whatever the merges say
};

// Open addressing from a pair of ids to what it merges into: one cache line per look-up.
class MergeTable {
 public:
  struct Merge {
    uint32_t rank;
    TokenId merged;
  };

  explicit MergeTable(size_t num_merges);
  void insert(TokenId left, TokenId right, Merge merge);  // the last insert of a pair wins
  const Merge* find(TokenId left, TokenId right) const;   // nullptr when the pair does not merge

 private:
  struct Slot {
    uint64_t key;
    Merge merge;
  };
  size_t first_slot(uint64_t key) const;

  std::vector<Slot> slots_;
  size_t mask_;
};

class Bpe {
 public:
  // Throws CheckpointError when a merge names a token the vocabulary lacks. `where` names the source.
  Bpe(const BpeModel& model, const std::string& where);

  // Appends the ids of one word, given as raw bytes. Bytes the vocabulary lacks vanish, as in Hugging Face.
  void encode(std::string_view word, std::vector<TokenId>& ids) const;

 private:
  void merge_word(std::string_view word, std::vector<TokenId>& ids) const;
  void merge_short(std::vector<TokenId>& symbols) const;
  void merge_long(std::vector<TokenId>& symbols) const;
  void collect_whole_words(const BpeModel& model);

  std::array<TokenId, 256> byte_ids_;  // -1: not in the vocabulary
  MergeTable merges_;
  // Words whose encoding is one token: most words of a text, found with one look-up instead of merging.
  std::unordered_map<std::string, TokenId> whole_words_;
  size_t longest_whole_word_ = 0;
};

}  // namespace r1
