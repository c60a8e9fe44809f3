// Small-sample statistics for evaluations. Exact where the field guesses.
#pragma once

#include <cstdint>
#include <vector>

namespace r1 {

struct Interval {
  double low = 0, high = 0;
};

// Wilson score interval of a share k / n at 95 % (Wilson 1927). n = 0 gives [0, 1].
Interval wilson_interval(int64_t successes, int64_t trials);

// 95 % percentile bootstrap interval of the mean of per-problem scores; problems are resampled `rounds` times with
// addressed randomness, so the same input gives the same interval.
Interval bootstrap_interval(const std::vector<double>& scores, uint64_t seed = 0, int64_t rounds = 10000);

// Two-sided exact McNemar test of paired yes/no outcomes: probability, were both equally good, of a split of the
// discordant pairs at least as uneven as this one. only_first: right in the first, wrong in the second.
double mcnemar_exact(int64_t only_first, int64_t only_second);

// Two-sided sign-flip permutation test of paired scores (for k > 1 samples a problem), with `rounds` addressed flips.
double paired_permutation_test(const std::vector<double>& first, const std::vector<double>& second,
                               uint64_t seed = 0, int64_t rounds = 10000);

// Unbiased estimate of pass@k from c correct of n samples: 1 - C(n - c, k) / C(n, k)  (Chen et al. 2021, eq. 1).
// REQUIRES 1 <= k <= n.
double pass_at_k(int64_t num_samples, int64_t num_correct, int64_t k);

}  // namespace r1
