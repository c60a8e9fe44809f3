#include "datasets/bpe.h"

#include <fmt/format.h>

#include <bit>
#include <queue>

#include "base/errors.h"
#include "datasets/byte_level.h"

namespace r1 {

namespace {

// Below this many symbols a scan for the best pair beats a queue.
constexpr size_t kShortWord = 32;
constexpr uint64_t kEmptySlot = UINT64_MAX;

uint64_t pair_key(TokenId left, TokenId right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32 | static_cast<uint32_t>(right);
}

}  // namespace

MergeTable::MergeTable(size_t num_merges) {
  size_t capacity = std::bit_ceil(num_merges * 2 + 2);
  slots_.assign(capacity, Slot{kEmptySlot, {0, 0}});
  mask_ = capacity - 1;
}

size_t MergeTable::first_slot(uint64_t key) const {
  return (key * 0x9E3779B97F4A7C15u >> 20) & mask_;  // Fibonacci hashing; the high bits are the mixed ones
}

void MergeTable::insert(TokenId left, TokenId right, Merge merge) {
  uint64_t key = pair_key(left, right);
  size_t slot = first_slot(key);
  while (slots_[slot].key != kEmptySlot && slots_[slot].key != key) slot = (slot + 1) & mask_;
  slots_[slot] = Slot{key, merge};
}

const MergeTable::Merge* MergeTable::find(TokenId left, TokenId right) const {
  uint64_t key = pair_key(left, right);
  for (size_t slot = first_slot(key); slots_[slot].key != kEmptySlot; slot = (slot + 1) & mask_) {
    if (slots_[slot].key == key) return &slots_[slot].merge;
  }
  return nullptr;
}

Bpe::Bpe(const BpeModel& model, const std::string& where) : merges_(model.merges.size()) {
  std::unordered_map<std::string_view, TokenId> id_of;
  id_of.reserve(model.tokens.size());
  for (size_t id = 0; id < model.tokens.size(); ++id) {
    if (!model.tokens[id].empty()) id_of.emplace(model.tokens[id], static_cast<TokenId>(id));
  }
  auto find = [&](const std::string& token, size_t rank) {
    auto found = id_of.find(token);
    if (found == id_of.end()) {
      throw CheckpointError(
          fmt::format("{}: merge {} needs the token \"{}\", which the vocabulary lacks", where, rank, token));
    }
    return found->second;
  };
  for (size_t rank = 0; rank < model.merges.size(); ++rank) {
    const auto& [left, right] = model.merges[rank];
    merges_.insert(find(left, rank), find(right, rank),
                   {static_cast<uint32_t>(rank), find(left + right, rank)});
  }
  for (int byte = 0; byte < 256; ++byte) {
    auto found = id_of.find(token_of_byte(static_cast<uint8_t>(byte)));
    byte_ids_[byte] = found == id_of.end() ? -1 : found->second;
  }
  collect_whole_words(model);
}

void Bpe::collect_whole_words(const BpeModel& model) {
  std::vector<TokenId> ids;
  for (size_t id = 0; id < model.tokens.size(); ++id) {
    auto bytes = bytes_of_token(model.tokens[id]);
    if (!bytes || bytes->empty()) continue;
    ids.clear();
    if (!model.ignore_merges) merge_word(*bytes, ids);
    if (model.ignore_merges || (ids.size() == 1 && ids[0] == static_cast<TokenId>(id))) {
      longest_whole_word_ = std::max(longest_whole_word_, bytes->size());
      whole_words_.emplace(std::move(*bytes), static_cast<TokenId>(id));
    }
  }
}

void Bpe::encode(std::string_view word, std::vector<TokenId>& ids) const {
  if (word.size() <= longest_whole_word_) {
    auto found = whole_words_.find(std::string(word));
    if (found != whole_words_.end()) {
      ids.push_back(found->second);
      return;
    }
  }
  merge_word(word, ids);
}

void Bpe::merge_word(std::string_view word, std::vector<TokenId>& ids) const {
  std::vector<TokenId> symbols;
  symbols.reserve(word.size());
  for (char c : word) {
    TokenId id = byte_ids_[static_cast<uint8_t>(c)];
    if (id >= 0) symbols.push_back(id);
  }
  if (symbols.size() <= kShortWord) {
    merge_short(symbols);
  } else {
    merge_long(symbols);
  }
  ids.insert(ids.end(), symbols.begin(), symbols.end());
}

void Bpe::merge_short(std::vector<TokenId>& symbols) const {
  // best[i] is what symbols[i], symbols[i + 1] merge into; kept beside the symbols so that a merge looks up
  // two pairs.
  std::array<const MergeTable::Merge*, kShortWord> best{};
  size_t size = symbols.size();
  for (size_t i = 0; i + 1 < size; ++i) best[i] = merges_.find(symbols[i], symbols[i + 1]);
  while (size > 1) {
    size_t at = size;
    for (size_t i = 0; i + 1 < size; ++i) {
      if (best[i] != nullptr && (at == size || best[i]->rank < best[at]->rank)) at = i;
    }
    if (at == size) break;
    symbols[at] = best[at]->merged;
    for (size_t i = at + 1; i + 1 < size; ++i) {
      symbols[i] = symbols[i + 1];
      best[i] = best[i + 1];
    }
    --size;
    if (at > 0) best[at - 1] = merges_.find(symbols[at - 1], symbols[at]);
    best[at] = at + 1 < size ? merges_.find(symbols[at], symbols[at + 1]) : nullptr;
  }
  symbols.resize(size);
}

void Bpe::merge_long(std::vector<TokenId>& symbols) const {
  struct Candidate {
    uint32_t rank;
    int32_t at;
    TokenId merged;
    bool operator<(const Candidate& other) const {  // the queue pops the greatest: lowest rank, then leftmost
      return rank != other.rank ? rank > other.rank : at > other.at;
    }
  };
  constexpr TokenId kGone = -1;
  auto size = static_cast<int32_t>(symbols.size());
  std::vector<int32_t> previous(size), next(size);
  std::priority_queue<Candidate> queue;
  auto propose = [&](int32_t left, int32_t right) {
    if (left < 0 || right >= size) return;
    if (const auto* merge = merges_.find(symbols[left], symbols[right]))
      queue.push({merge->rank, left, merge->merged});
  };
  for (int32_t i = 0; i < size; ++i) {
    previous[i] = i - 1;
    next[i] = i + 1;
    propose(i, i + 1);
  }
  while (!queue.empty()) {
    Candidate top = queue.top();
    queue.pop();
    int32_t right = symbols[top.at] == kGone ? size : next[top.at];
    if (right >= size) continue;
    // A candidate is stale when one of its halves has merged with something else since.
    const auto* merge = merges_.find(symbols[top.at], symbols[right]);
    if (merge == nullptr || merge->merged != top.merged) continue;
    symbols[top.at] = top.merged;
    symbols[right] = kGone;
    next[top.at] = next[right];
    if (next[right] < size) previous[next[right]] = top.at;
    propose(previous[top.at], top.at);
    propose(top.at, next[top.at]);
  }
  std::erase(symbols, kGone);
}

}  // namespace r1
