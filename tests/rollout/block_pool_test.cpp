// Every block is at one place at a time, and a promise is kept.
#include "rollout/block_pool.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <stdexcept>

namespace r1 {
namespace {

TEST(BlockPool, GivesEachOfItsBlocksOnceLowestFirst) {
  BlockPool pool(5);
  EXPECT_EQ(pool.available(), 5);
  pool.promise(5);
  for (int32_t block = 0; block < 5; ++block) EXPECT_EQ(pool.take_promised(), block);
  EXPECT_EQ(pool.available(), 0);
}

TEST(BlockPool, PromisedBlocksAreNotAvailableAndForgottenOnesAreAgain) {
  BlockPool pool(4);
  pool.promise(3);
  EXPECT_EQ(pool.available(), 1);
  pool.take_promised();
  EXPECT_EQ(pool.available(), 1) << "taking what was promised changes nothing for the others";
  pool.forget_promise(2);
  EXPECT_EQ(pool.available(), 3);
}

TEST(BlockPool, BlocksGivenBackAreAvailableAndTheListIsEmpty) {
  BlockPool pool(2);
  pool.promise(2);
  std::vector<int32_t> blocks = {pool.take_promised(), pool.take_promised()};
  pool.give_back(blocks);
  EXPECT_TRUE(blocks.empty());
  EXPECT_EQ(pool.available(), 2);
}

TEST(BlockPool, TakingWhatWasNotPromisedIsABug) {
  BlockPool pool(2);
  EXPECT_THROW(pool.take_promised(), std::logic_error);
  pool.promise(1);
  pool.take_promised();
  EXPECT_THROW(pool.take_promised(), std::logic_error);
}

TEST(BlockPool, NoBlockIsEverAtTwoPlaces) {
  std::mt19937 random(1);
  BlockPool pool(20);
  std::vector<std::vector<int32_t>> owners(6);
  for (int round = 0; round < 2000; ++round) {
    std::vector<int32_t>& owner = owners[random() % owners.size()];
    if (pool.available() > 0 && random() % 3 > 0) {
      pool.promise(1);
      owner.push_back(pool.take_promised());
    } else {
      pool.give_back(owner);
    }
    std::set<int32_t> taken;
    size_t count = 0;
    for (const auto& blocks : owners) taken.insert(blocks.begin(), blocks.end()), count += blocks.size();
    ASSERT_EQ(taken.size(), count);
    ASSERT_EQ(pool.available(), 20 - static_cast<int64_t>(count));
    for (int32_t block : taken) ASSERT_TRUE(block >= 0 && block < 20);
  }
}

}  // namespace
}  // namespace r1
