#include "datasets/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace r1 {
namespace {

// Whether positions [begin, begin + size) visit every index exactly once.
bool is_bijection(const SeededOrder& order, int64_t begin) {
  std::vector<bool> seen(static_cast<size_t>(order.size()), false);
  for (int64_t i = 0; i < order.size(); ++i) {
    const int64_t index = order.at(begin + i);
    if (index < 0 || index >= order.size() || seen[static_cast<size_t>(index)]) return false;
    seen[static_cast<size_t>(index)] = true;
  }
  return true;
}

std::vector<int64_t> first(const SeededOrder& order, int64_t begin, int64_t count) {
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < count; ++i) indices.push_back(order.at(begin + i));
  return indices;
}

TEST(SeededOrder, VisitsEveryIndexOncePerEpochForSizes1To1000) {
  for (int64_t size = 1; size <= 1000; ++size) {
    const SeededOrder order(static_cast<uint64_t>(size) * 7, size);
    ASSERT_TRUE(is_bijection(order, 0)) << size;
    ASSERT_TRUE(is_bijection(order, 3 * size)) << size;
  }
}

TEST(SeededOrder, VisitsEveryIndexOnceForALargeSize) { EXPECT_TRUE(is_bijection(SeededOrder(1, 300007), 0)); }

TEST(SeededOrder, WorksAtSizesFarBeyondMemory) {
  const int64_t size = int64_t{1} << 40;
  const SeededOrder order(5, size);
  EXPECT_NE(order.at(0), order.at(1));
  EXPECT_LT(order.at(size - 1), size);
  EXPECT_NE(order.at(0), order.at(size));  // the next epoch
}

TEST(SeededOrder, DiffersBySeed) {
  EXPECT_NE(first(SeededOrder(1, 100), 0, 100), first(SeededOrder(2, 100), 0, 100));
}

TEST(SeededOrder, DiffersByEpoch) {
  const SeededOrder order(1, 100);
  EXPECT_NE(first(order, 0, 100), first(order, 100, 100));
  EXPECT_EQ(order.epoch(99), 0);
  EXPECT_EQ(order.epoch(100), 1);
}

TEST(SeededOrder, IsNotNearTheIdentity) {
  const SeededOrder order(1, 1000);
  int64_t fixed = 0;
  for (int64_t i = 0; i < 1000; ++i) fixed += order.at(i) == i;
  EXPECT_LT(fixed, 8);  // a random permutation has one fixed point on average
}

TEST(SeededOrder, SmallSizesReachManyPermutations) {
  std::vector<std::vector<int64_t>> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    auto permutation = first(SeededOrder(seed, 3), 0, 3);
    if (std::find(seen.begin(), seen.end(), permutation) == seen.end()) seen.push_back(permutation);
  }
  EXPECT_EQ(seen.size(), 6u);
}

// The order is part of a run's reproducibility: these values must never change.
TEST(SeededOrder, KeepsItsGoldenValues) {
  EXPECT_EQ(first(SeededOrder(42, 10), 0, 10), (std::vector<int64_t>{7, 4, 9, 8, 6, 3, 0, 5, 1, 2}));
  EXPECT_EQ(first(SeededOrder(42, 7473), 7473, 5), (std::vector<int64_t>{5063, 6942, 1693, 2438, 1879}));
}

TEST(SeededOrder, RefusesANegativePosition) { EXPECT_THROW(SeededOrder(1, 3).at(-1), std::logic_error); }

}  // namespace
}  // namespace r1
