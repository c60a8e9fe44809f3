#include "rollout/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/errors.h"
#include "policy/kernels/kernels.h"

namespace r1 {

void validate(const SamplingConfig& config, const std::string& prefix) {
  auto require = [&](bool ok, const char* field, double value, const char* wanted) {
    if (!ok) throw ConfigError(fmt::format("{}{}={}: {}", prefix, field, value, wanted));
  };
  require(config.temperature >= 0 && config.temperature <= 100, "temperature", config.temperature,
          "use 0 ... 100");
  require(config.top_p > 0 && config.top_p <= 1, "top_p", config.top_p, "use a share above 0 and up to 1");
  require(config.top_k >= 0, "top_k", static_cast<double>(config.top_k), "use 0 (off) or a count");
  require(config.min_p >= 0 && config.min_p < 1, "min_p", config.min_p, "use 0 (off) up to below 1");
  require(config.max_new_tokens >= 1, "max_new_tokens", static_cast<double>(config.max_new_tokens),
          "use 1 or more");
}

namespace {

// Indices of the tokens that top-k, min-p and top-p keep, in vocabulary order. probabilities: the full softmax.
std::vector<int64_t> kept_tokens(std::span<const float> probabilities, const SamplingConfig& config) {
  std::vector<int64_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  // Ties go to the smaller id, so the choice does not depend on the sort.
  auto more_likely = [&](int64_t a, int64_t b) {
    return probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b;
  };
  if (config.top_k > 0 && config.top_k < static_cast<int64_t>(order.size())) {
    std::nth_element(order.begin(), order.begin() + config.top_k, order.end(), more_likely);
    order.resize(static_cast<size_t>(config.top_k));
  }
  if (config.min_p > 0) {
    const float largest = *std::max_element(probabilities.begin(), probabilities.end());
    std::erase_if(order, [&](int64_t id) { return probabilities[id] < config.min_p * largest; });
  }
  if (config.top_p < 1) {
    std::sort(order.begin(), order.end(), more_likely);
    double total = 0, cumulative = 0;
    for (int64_t id : order) total += probabilities[id];
    size_t kept = 0;
    while (kept < order.size() && cumulative < config.top_p * total)
      cumulative += probabilities[order[kept++]];
    order.resize(std::max<size_t>(kept, 1));
  }
  std::sort(order.begin(), order.end());
  return order;
}

// The token at which the cumulative sum over `ids` passes u times the total.
template <class Ids>
int64_t invert_cumulative(std::span<const float> probabilities, const Ids& ids, double u) {
  double total = 0;
  for (int64_t id : ids) total += probabilities[id];
  double remaining = u * total;
  int64_t last_possible = -1;
  for (int64_t id : ids) {
    if (probabilities[id] <= 0) continue;
    last_possible = id;
    remaining -= probabilities[id];
    if (remaining < 0) return id;
  }
  return last_possible;  // rounding left a remainder: the last token that has any probability
}

struct AllIds {
  int64_t size;
  struct Iterator {
    int64_t at;
    int64_t operator*() const { return at; }
    Iterator& operator++() { return ++at, *this; }
    bool operator!=(const Iterator& other) const { return at != other.at; }
  };
  Iterator begin() const { return {0}; }
  Iterator end() const { return {size}; }
};

}  // namespace

bool is_filtered(const SamplingConfig& config) {
  return config.top_k > 0 || config.min_p > 0 || config.top_p < 1;
}

void throw_not_finite() {
  throw NumericsError(
      "the policy's logits are not finite while sampling; the weights are damaged or diverged");
}

SampledToken sample_token(std::span<const float> logits, const SamplingConfig& config, double u) {
  const kernels::RowKernels& kernel = kernels::active(kernels::Precision::Fp32).rows;
  const bool greedy = config.temperature == 0;
  const float inverse_temperature = greedy ? 1.0f : static_cast<float>(1.0 / config.temperature);
  const int64_t V = static_cast<int64_t>(logits.size());
  const kernels::RowStats stats = kernels::row_stats(kernel, logits.data(), V, inverse_temperature);
  if (!std::isfinite(stats.logsumexp)) throw_not_finite();
  auto logprob_of = [&](float logit) { return logit * inverse_temperature - stats.logsumexp; };
  if (greedy) {
    const auto best = std::max_element(logits.begin(), logits.end());
    return {static_cast<TokenId>(best - logits.begin()), logprob_of(*best)};
  }
  std::vector<float> probabilities(logits.begin(), logits.end());
  kernel.exponentials(probabilities.data(), V, inverse_temperature, stats.logsumexp);
  const int64_t token = is_filtered(config)
                            ? invert_cumulative(probabilities, kept_tokens(probabilities, config), u)
                            : invert_cumulative(probabilities, AllIds{V}, u);
  check(token >= 0, "a finite softmax has a token of positive probability");
  return {static_cast<TokenId>(token), logprob_of(logits[static_cast<size_t>(token)])};
}

}  // namespace r1
