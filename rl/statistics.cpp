#include "rl/statistics.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "base/rng.h"

namespace r1 {

Interval wilson_interval(int64_t successes, int64_t trials) {
  if (trials == 0) return {0, 1};
  constexpr double z = 1.959963984540054;
  const double n = static_cast<double>(trials), p = static_cast<double>(successes) / n;
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

Interval bootstrap_interval(const std::vector<double>& scores, uint64_t seed, int64_t rounds) {
  if (scores.empty()) return {0, 1};
  std::vector<double> means;
  for (int64_t round = 0; round < rounds; ++round) {
    double sum = 0;
    for (size_t i = 0; i < scores.size(); ++i) {
      sum += scores[random_below(scores.size(), seed, Stream::Bootstrap, static_cast<uint64_t>(round),
                                 static_cast<uint32_t>(i))];
    }
    means.push_back(sum / static_cast<double>(scores.size()));
  }
  std::sort(means.begin(), means.end());
  const auto at = [&](double share) {
    return means[static_cast<size_t>(share * static_cast<double>(rounds - 1))];
  };
  return {at(0.025), at(0.975)};
}

double mcnemar_exact(int64_t only_first, int64_t only_second) {
  const int64_t discordant = only_first + only_second, smaller = std::min(only_first, only_second);
  if (discordant == 0) return 1;
  const double n = static_cast<double>(discordant);
  double tail = 0;  // P(X <= smaller), X ~ Binomial(n, 1/2)
  for (int64_t k = 0; k <= smaller; ++k) {
    const double x = static_cast<double>(k);
    tail += std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) - n * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

double paired_permutation_test(const std::vector<double>& first, const std::vector<double>& second,
                               uint64_t seed, int64_t rounds) {
  check(first.size() == second.size(), "paired scores have one length");
  double observed = 0;
  for (size_t i = 0; i < first.size(); ++i) observed += second[i] - first[i];
  int64_t as_extreme = 1;  // the observed assignment itself
  for (int64_t round = 0; round < rounds; ++round) {
    double sum = 0;
    for (size_t i = 0; i < first.size(); ++i) {
      const bool flip =
          random_block(seed, Stream::Bootstrap, ~static_cast<uint64_t>(round), static_cast<uint32_t>(i))[0] &
          1;
      sum += flip ? first[i] - second[i] : second[i] - first[i];
    }
    as_extreme += std::abs(sum) >= std::abs(observed) - 1e-12;
  }
  return static_cast<double>(as_extreme) / static_cast<double>(rounds + 1);
}

double pass_at_k(int64_t num_samples, int64_t num_correct, int64_t k) {
  check(k >= 1 && k <= num_samples && num_correct <= num_samples, "pass@k has 1 <= k <= n and c <= n");
  if (num_samples - num_correct < k) return 1;
  double all_wrong = 1;
  for (int64_t i = num_samples - num_correct + 1; i <= num_samples; ++i) {
    all_wrong *= 1.0 - static_cast<double>(k) / static_cast<double>(i);
  }
  return 1 - all_wrong;
}

}  // namespace r1
