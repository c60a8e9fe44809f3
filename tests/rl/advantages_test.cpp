#include "rl/advantages.h"

#include <gtest/gtest.h>

#include <cmath>

namespace r1 {
namespace {

std::vector<double> values(const std::vector<std::optional<double>>& row) {
  std::vector<double> result;
  for (const auto& value : row) result.push_back(value.value_or(NAN));
  return result;
}

TEST(Advantages, GroupScaleGivesTheHandValues) {
  // mean 0.25, Bessel standard deviation 0.5
  const auto A = group_advantages({{1, 0, 0, 0}}, {Baseline::Mean, AdvantageScale::Group})[0];
  EXPECT_NEAR(*A[0], 0.75 / (0.5 + 1e-6), 1e-12);
  EXPECT_NEAR(*A[1], -0.25 / (0.5 + 1e-6), 1e-12);
}

TEST(Advantages, WithoutScaleTheyAreDistancesFromTheMean) {
  EXPECT_EQ(values(group_advantages({{1, 0, 0, 1}}, {Baseline::Mean, AdvantageScale::None})[0]),
            (std::vector<double>{0.5, -0.5, -0.5, 0.5}));
}

TEST(Advantages, LeaveOneOutComparesWithTheMeanOfTheOthers) {
  const auto A = group_advantages({{3, 0, 0}}, {Baseline::LeaveOneOut, AdvantageScale::None})[0];
  EXPECT_NEAR(*A[0], 3.0, 1e-12);   // others: mean 0
  EXPECT_NEAR(*A[1], -1.5, 1e-12);  // others: mean 1.5
}

TEST(Advantages, BatchScaleDividesByTheSpreadOfTheWholeStep) {
  // Centred: {1, -1}, {2, -2}; Bessel standard deviation sqrt(10 / 3).
  const auto A = group_advantages({{2, 0}, {4, 0}}, {Baseline::Mean, AdvantageScale::Batch});
  EXPECT_NEAR(*A[0][0], 1 / (std::sqrt(10.0 / 3) + 1e-6), 1e-12);
  EXPECT_NEAR(*A[1][1], -2 / (std::sqrt(10.0 / 3) + 1e-6), 1e-12);
}

TEST(Advantages, EqualRewardsGiveExactlyZero) {
  // 0.1 + 0.1 + 0.1 over 3 is not 0.1 in binary: a rounding residue divided by 1e-6 would not be small.
  for (auto scale : {AdvantageScale::None, AdvantageScale::Group, AdvantageScale::Batch}) {
    const auto A = group_advantages({{0.1, 0.1, 0.1}}, {Baseline::Mean, scale});
    for (const auto& advantage : A[0]) EXPECT_EQ(*advantage, 0.0);
  }
}

TEST(Advantages, AMaskedSampleChangesNobodysAdvantageAndGetsNone) {
  const auto with = group_advantages({{1, std::nullopt, 0}}, {})[0];
  const auto without = group_advantages({{1, 0}}, {})[0];
  EXPECT_FALSE(with[1].has_value());
  EXPECT_EQ(*with[0], *without[0]);
  EXPECT_EQ(*with[2], *without[1]);
}

TEST(Advantages, ShiftingEveryRewardChangesNothing) {
  const auto a = group_advantages({{1, 0, 0.5}}, {})[0], b = group_advantages({{11, 10, 10.5}}, {})[0];
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(*a[i], *b[i], 1e-12);
}

}  // namespace
}  // namespace r1
