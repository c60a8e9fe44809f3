#include "datasets/order.h"

#include "base/errors.h"
#include "base/rng.h"

namespace r1 {
namespace {
// Four rounds make a pseudorandom permutation for large halves; the tiny halves of small data sets need more.
constexpr uint32_t kRounds = 8;
}  // namespace

SeededOrder::SeededOrder(uint64_t seed, int64_t size) : seed_(seed), size_(size), half_bits_(1) {
  check(size >= 1, "an order has at least one element");
  while (half_bits_ < 31 && (uint64_t{1} << (2 * half_bits_)) < static_cast<uint64_t>(size)) ++half_bits_;
  check((uint64_t{1} << (2 * half_bits_)) >= static_cast<uint64_t>(size),
        "an order has at most 2^62 elements");
}

int64_t SeededOrder::at(int64_t position) const {
  check(position >= 0, "a position in an order is not negative");
  const uint64_t key = mix(seed_, static_cast<uint64_t>(epoch(position)));
  uint64_t value = static_cast<uint64_t>(position % size_);
  do {  // the domain is less than four times the size, so this takes fewer than four turns on average
    value = permute(value, key);
  } while (value >= static_cast<uint64_t>(size_));
  return static_cast<int64_t>(value);
}

uint64_t SeededOrder::permute(uint64_t value, uint64_t key) const {
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = value >> half_bits_, right = value & mask;
  for (uint32_t round = 0; round < kRounds; ++round) {
    const uint64_t next = left ^ (random_block(key, Stream::Order, right, round)[0] & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

}  // namespace r1
