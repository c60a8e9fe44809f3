#include "base/rng.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace r1 {
namespace {

// Known answers of Random123 (kat_vectors: philox4x32 10).
TEST(Rng, PhiloxGivesThePublishedNumbers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, EveryPartOfTheAddressMatters) {
  const PhiloxBlock here = random_block(1, Stream::Sampling, 2, 3);
  EXPECT_EQ(random_block(1, Stream::Sampling, 2, 3), here);
  EXPECT_NE(random_block(2, Stream::Sampling, 2, 3), here);
  EXPECT_NE(random_block(1ull << 32 | 1, Stream::Sampling, 2, 3), here);
  EXPECT_NE(random_block(1, Stream::Order, 2, 3), here);
  EXPECT_NE(random_block(1, Stream::Sampling, 1ull << 32 | 2, 3), here);
  EXPECT_NE(random_block(1, Stream::Sampling, 2, 4), here);
}

TEST(Rng, UniformNumbersAreInsideTheOpenIntervalAndSpreadEvenly) {
  constexpr int kCount = 100000;
  double sum = 0, sum_squares = 0;
  for (uint32_t i = 0; i < kCount; ++i) {
    const double u = random_uniform(7, Stream::Sampling, 0, i);
    ASSERT_GT(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    sum_squares += u * u;
  }
  // Five standard deviations: sqrt(1/12 / n) for the mean, sqrt(4/45 / n) for the mean of squares.
  EXPECT_NEAR(sum / kCount, 0.5, 5 * std::sqrt(1.0 / 12 / kCount));
  EXPECT_NEAR(sum_squares / kCount, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / kCount));
}

TEST(Rng, NumbersBelowABoundCoverItAndNothingElse) {
  std::set<uint64_t> seen;
  for (uint32_t i = 0; i < 200; ++i) seen.insert(random_below(6, 1, Stream::Order, 0, i));
  EXPECT_EQ(seen, (std::set<uint64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(random_below(1, 1, Stream::Order, 0, 0), 0u);
  EXPECT_THROW(random_below(0, 1, Stream::Order, 0, 0), std::logic_error);
}

// A run is repeated from its seed alone, so these numbers may never change.
TEST(Rng, HashesOfTextAreTheSameForever) {
  EXPECT_EQ(hash_text(""), 14087677454934409008ull);
  EXPECT_EQ(hash_text("gsm8k/train/17"), 16833545760406681087ull);
  EXPECT_NE(hash_text("a"), hash_text("b"));
  EXPECT_NE(mix(1, 2), mix(2, 1));
}

}  // namespace
}  // namespace r1
