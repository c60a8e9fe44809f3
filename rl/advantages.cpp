#include "rl/advantages.h"

#include <cmath>

namespace r1 {
namespace {

struct Moments {
  double mean = 0, std = 0;
  int64_t count = 0;
};

// Sample mean and standard deviation (divisor n - 1) of the values present.
Moments moments(const std::vector<std::optional<double>>& values) {
  Moments result;
  double sum = 0, squares = 0;
  for (const auto& value : values) {
    if (value) sum += *value, ++result.count;
  }
  if (result.count == 0) return result;
  result.mean = sum / static_cast<double>(result.count);
  for (const auto& value : values) {
    if (value) squares += (*value - result.mean) * (*value - result.mean);
  }
  if (result.count > 1) result.std = std::sqrt(squares / static_cast<double>(result.count - 1));
  return result;
}

bool all_equal(const std::vector<std::optional<double>>& values) {
  std::optional<double> first;
  for (const auto& value : values) {
    if (!value) continue;
    if (first && *first != *value) return false;
    first = first ? first : value;
  }
  return true;
}

std::vector<std::optional<double>> centred(const std::vector<std::optional<double>>& rewards_G,
                                           const AdvantageConfig& config) {
  const Moments group = moments(rewards_G);
  const bool silent = all_equal(rewards_G);  // exactly 0, not a rounding residue of the mean
  const double count = static_cast<double>(group.count);
  const double factor =
      config.baseline == Baseline::LeaveOneOut && group.count > 1 ? count / (count - 1) : 1.0;
  const double divisor = config.scale == AdvantageScale::Group ? group.std + kStdEpsilon : 1.0;
  std::vector<std::optional<double>> advantages_G;
  for (const auto& reward : rewards_G) {
    if (!reward)
      advantages_G.push_back(std::nullopt);
    else
      advantages_G.push_back(silent ? 0.0 : factor * (*reward - group.mean) / divisor);
  }
  return advantages_G;
}

}  // namespace

RewardsPG group_advantages(const RewardsPG& rewards_PG, const AdvantageConfig& config) {
  RewardsPG advantages_PG;
  std::vector<std::optional<double>> whole_step;
  for (const auto& rewards_G : rewards_PG) {
    advantages_PG.push_back(centred(rewards_G, config));
    whole_step.insert(whole_step.end(), advantages_PG.back().begin(), advantages_PG.back().end());
  }
  if (config.scale != AdvantageScale::Batch) return advantages_PG;
  const double divisor = moments(whole_step).std + kStdEpsilon;
  for (auto& advantages_G : advantages_PG) {
    for (auto& advantage : advantages_G) {
      if (advantage) *advantage /= divisor;
    }
  }
  return advantages_PG;
}

}  // namespace r1
