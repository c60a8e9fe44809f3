#include "rl/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace r1 {
namespace {

TEST(Statistics, WilsonIntervalEqualsPublishedValues) {
  // 10 of 100: 0.0552 ... 0.1744 (Newcombe 1998 style tables; recomputed in double).
  const Interval interval = wilson_interval(10, 100);
  EXPECT_NEAR(interval.low, 0.05522914, 1e-6);
  EXPECT_NEAR(interval.high, 0.17436566, 1e-6);
  EXPECT_EQ(wilson_interval(0, 10).low, 0);
  EXPECT_NEAR(wilson_interval(10, 10).high, 1, 1e-12);
}

TEST(Statistics, McnemarIsTheExactBinomialTail) {
  EXPECT_NEAR(mcnemar_exact(1, 9), 2 * (1 + 10) / 1024.0, 1e-12);
  EXPECT_EQ(mcnemar_exact(0, 0), 1);
  EXPECT_EQ(mcnemar_exact(5, 5), 1);
  EXPECT_NEAR(mcnemar_exact(9, 1), mcnemar_exact(1, 9), 1e-15);
}

TEST(Statistics, PassAtKIsTheShareOfSubsetsWithACorrectSample) {
  EXPECT_DOUBLE_EQ(pass_at_k(4, 1, 1), 0.25);
  EXPECT_DOUBLE_EQ(pass_at_k(4, 2, 2), 1 - 1.0 / 6);  // one of the six pairs is all wrong
  EXPECT_DOUBLE_EQ(pass_at_k(4, 0, 4), 0);
  EXPECT_DOUBLE_EQ(pass_at_k(4, 1, 4), 1);
}

TEST(Statistics, BootstrapIntervalHoldsTheMeanAndRepeats) {
  const std::vector<double> scores = {0, 0.25, 1, 0.5, 0.75, 0, 1, 0.5};
  const Interval a = bootstrap_interval(scores, 7), b = bootstrap_interval(scores, 7);
  EXPECT_LT(a.low, 0.5);
  EXPECT_GT(a.high, 0.5);
  EXPECT_EQ(a.low, b.low);
  EXPECT_EQ(a.high, b.high);
}

TEST(Statistics, BootstrapOfYesAndNoIsTheBinomialQuantiles) {
  // 18 of 36: the resampled count is Binomial(36, 1/2). P(X <= 11) = 0.0144 and P(X <= 12) = 0.0326 put the 2.5 %
  // quantile at 12 and, by symmetry, the other at 24; 10,000 rounds have a standard error of 0.0016.
  std::vector<double> scores(36, 0.0);
  std::fill(scores.begin(), scores.begin() + 18, 1.0);
  const Interval interval = bootstrap_interval(scores);
  EXPECT_NEAR(interval.low, 12 / 36.0, 1e-12);
  EXPECT_NEAR(interval.high, 24 / 36.0, 1e-12);
}

TEST(Statistics, PermutationTestAgreesWithTheSignTestOnAllWins) {
  // Ten wins of equal size: 2 of 2^10 sign patterns are as extreme.
  const std::vector<double> first(10, 0.0), second(10, 1.0);
  EXPECT_NEAR(paired_permutation_test(first, second), 2 / 1024.0, 1.5e-3);
  // Five wins: 2 of 2^5, with a standard error of 0.0024; one side alone would be 0.031.
  const std::vector<double> five(5, 0.0), better(5, 0.5);
  EXPECT_NEAR(paired_permutation_test(five, better), 2 / 32.0, 0.012);
  EXPECT_NEAR(paired_permutation_test(better, five), 2 / 32.0, 0.012);
  EXPECT_NEAR(paired_permutation_test(first, first), 1.0, 1e-12);
}

}  // namespace
}  // namespace r1
