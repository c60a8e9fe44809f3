// The order in which a run sees its examples: a seeded permutation with random access.
//
// at(position) is computed, not stored: a Feistel network over the smallest power of four that holds the data
// set, keyed by (seed, epoch) through Philox, with cycle-walking (values beyond the size are sent through
// again). So the cursor of a checkpoint is one integer, any worker can ask for any position, and every epoch
// is a new permutation.
#pragma once

#include <cstdint>

namespace r1 {

class SeededOrder {
 public:
  // REQUIRES size >= 1.
  SeededOrder(uint64_t seed, int64_t size);

  // Index of the example at `position` >= 0. Positions [e * size, (e + 1) * size) visit every index once
  // (epoch e).
  int64_t at(int64_t position) const;

  int64_t size() const { return size_; }
  int64_t epoch(int64_t position) const { return position / size_; }

 private:
  uint64_t permute(uint64_t value, uint64_t key) const;

  uint64_t seed_;
  int64_t size_;
  uint32_t half_bits_;  // the network permutes [0, 2^(2 * half_bits_))
};

}  // namespace r1
