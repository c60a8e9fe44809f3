// Which blocks of the key/value cache are free, and how many of those are promised to samples that are still growing.
#pragma once

#include <cstdint>
#include <vector>

#include "base/errors.h"

namespace r1 {

class BlockPool {
 public:
  explicit BlockPool(int64_t num_blocks) {
    for (int64_t block = num_blocks; block-- > 0;) free_.push_back(static_cast<int32_t>(block));
  }

  // Blocks that are neither taken nor promised.
  int64_t available() const { return static_cast<int64_t>(free_.size()) - promised_; }
  void promise(int64_t count) { promised_ += count; }
  // Takes a promised block.
  int32_t take_promised() {
    check(promised_ > 0 && !free_.empty(), "a block that was promised is there");
    --promised_;
    const int32_t block = free_.back();
    free_.pop_back();
    return block;
  }
  void give_back(std::vector<int32_t>& blocks) {
    free_.insert(free_.end(), blocks.begin(), blocks.end());
    blocks.clear();
  }
  void forget_promise(int64_t count) { promised_ -= count; }

 private:
  std::vector<int32_t> free_;
  int64_t promised_ = 0;
};

}  // namespace r1
