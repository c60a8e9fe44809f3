#include "base/rng.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace r1 {
namespace {

// Known answers of Random123 1.14 (examples/kat_vectors), philox4x32 with 10 rounds.
TEST(Rng, PhiloxGivesTheKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox4x32({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  // Digits of pi.
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, EveryPartOfAnAddressMatters) {
  const uint64_t high = uint64_t{1} << 32;
  const std::set<PhiloxBlock> blocks = {
      random_block(1, Stream::Order, 1, 1),       random_block(2, Stream::Order, 1, 1),
      random_block(1, Stream::Sampling, 1, 1),    random_block(1, Stream::Order, 2, 1),
      random_block(1, Stream::Order, 1, 2),       random_block(1 + high, Stream::Order, 1, 1),
      random_block(1, Stream::Order, 1 + high, 1)};
  EXPECT_EQ(blocks.size(), 7u);
  EXPECT_EQ(random_block(1, Stream::Order, 1, 1), random_block(1, Stream::Order, 1, 1));
}

TEST(Rng, UniformHasTheRightMomentsAndNeverReachesItsEnds) {
  constexpr int kCount = 200'000;
  double sum = 0, sum_of_squares = 0, lowest = 1, highest = 0;
  for (uint32_t i = 0; i < kCount; ++i) {
    const double u = random_uniform(7, Stream::Sampling, 3, i);
    sum += u;
    sum_of_squares += u * u;
    lowest = std::min(lowest, u);
    highest = std::max(highest, u);
  }
  // Five standard errors of the mean (1/sqrt(12 n)) and of the second moment (about 0.3/sqrt(n)).
  EXPECT_NEAR(sum / kCount, 0.5, 5 / std::sqrt(12.0 * kCount));
  EXPECT_NEAR(sum_of_squares / kCount, 1.0 / 3, 5 * 0.3 / std::sqrt(kCount));
  EXPECT_GT(lowest, 0);
  EXPECT_LT(highest, 1);
}

TEST(Rng, UniformUsesTheHighBitsOfTheBlock) {
  const PhiloxBlock words = random_block(9, Stream::Init, 4, 2);
  const double expected = (words[0] + words[1] * 0x1p-32) * 0x1p-32;
  EXPECT_NEAR(random_uniform(9, Stream::Init, 4, 2), expected, 0x1p-51);
}

TEST(Rng, BelowIsInRangeAndEven) {
  std::vector<int> counts(7);
  for (uint32_t i = 0; i < 70'000; ++i) ++counts.at(random_below(7, 1, Stream::Order, 0, i));
  for (int count : counts) EXPECT_NEAR(count, 10'000, 5 * std::sqrt(10'000.0 * 6 / 7));
  EXPECT_EQ(random_below(1, 1, Stream::Order, 0, 0), 0u);
  EXPECT_THROW(random_below(0, 1, Stream::Order, 0, 0), std::logic_error);
  bool large = false;  // bounds beyond 32 bits use more than the first word
  for (uint32_t i = 0; i < 64; ++i)
    large |= random_below(uint64_t{1} << 40, 1, Stream::Order, 0, i) > (1ull << 39);
  EXPECT_TRUE(large);
}

TEST(Rng, MixDependsOnTheOrderAndSpreads) {
  EXPECT_NE(mix(1, 2), mix(2, 1));
  std::set<uint64_t> seen;
  for (uint64_t a = 0; a < 100; ++a) {
    for (uint64_t b = 0; b < 100; ++b) seen.insert(mix(a, b));
  }
  EXPECT_EQ(seen.size(), 10'000u);
}

// These values are part of stored data (keys of examples, splits): they must never change.
TEST(Rng, HashesAndStreamsAreFrozen) {
  EXPECT_EQ(hash_text(""), mix(0xCBF29CE484222325ull, 0));
  EXPECT_EQ(hash_text("a"), mix(0xAF63DC4C8601EC8Cull, 1));  // FNV-1a 64 of "a"
  EXPECT_NE(hash_text("ab"), hash_text("ba"));
  EXPECT_EQ(static_cast<int>(Stream::Order), 1);
  EXPECT_EQ(static_cast<int>(Stream::Sampling), 2);
  EXPECT_EQ(static_cast<int>(Stream::Generator), 3);
  EXPECT_EQ(static_cast<int>(Stream::Init), 4);
  EXPECT_EQ(static_cast<int>(Stream::Split), 5);
  EXPECT_EQ(static_cast<int>(Stream::Bootstrap), 6);
}

}  // namespace
}  // namespace r1
