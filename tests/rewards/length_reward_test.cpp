#include "rewards/length_reward.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace r1 {
namespace {

TEST(LengthReward, SoftOverlongFallsOverTheCache) {
  EXPECT_EQ(soft_overlong_score(0, 100, 20), 0);
  EXPECT_EQ(soft_overlong_score(80, 100, 20), 0);
  EXPECT_EQ(soft_overlong_score(85, 100, 20), -0.25);
  EXPECT_EQ(soft_overlong_score(99, 100, 20), -0.95);
  EXPECT_EQ(soft_overlong_score(100, 100, 20), -1);
  EXPECT_EQ(soft_overlong_score(101, 100, 20), -1);
  EXPECT_EQ(soft_overlong_score(100000, 100, 20), -1);
}

TEST(LengthReward, ACacheOfZeroIsAStep) {
  EXPECT_EQ(soft_overlong_score(100, 100, 0), 0);
  EXPECT_EQ(soft_overlong_score(101, 100, 0), -1);
}

TEST(LengthReward, ShortnessFallsFromOneToZero) {
  EXPECT_EQ(shortness_score(0, 100), 1);
  EXPECT_EQ(shortness_score(25, 100), 0.75);
  EXPECT_EQ(shortness_score(100, 100), 0);
  EXPECT_EQ(shortness_score(300, 100), 0);
}

TEST(LengthReward, ReadsTheTokensOfTheInput) {
  const Example example;
  const RewardInput input{example, "text", "", 90};
  EXPECT_EQ(OverlongReward(100, 20).score({&input, 1}).at(0).value, -0.5);
  EXPECT_EQ(LengthReward(360).score({&input, 1}).at(0).value, 0.75);
  EXPECT_THROW(OverlongReward(10, 20), std::logic_error);
  EXPECT_THROW(LengthReward(0), std::logic_error);
}

}  // namespace
}  // namespace r1
