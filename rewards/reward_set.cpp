#include "rewards/reward_set.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <utility>

#include "base/errors.h"
#include "rewards/countdown_reward.h"
#include "rewards/external_reward.h"
#include "rewards/language_reward.h"
#include "rewards/length_reward.h"
#include "rewards/math/math_reward.h"

namespace r1 {
namespace {

// One line per reward: to add one, add its maker here and its name to the help of RewardConfig::rewards.
using MakeReward = std::unique_ptr<Reward> (*)(const RewardConfig&);

struct KnownReward {
  const char* name;
  bool is_verifier;
  MakeReward make;
};

[[noreturn]] void fail_option(const char* option, int64_t value, const char* remedy) {
  throw ConfigError(fmt::format("{}={}: {}", option, value, remedy));
}

std::unique_ptr<Reward> make_math(const RewardConfig& config) {
  return std::make_unique<MathReward>(math_policy(config));
}

std::unique_ptr<Reward> make_countdown(const RewardConfig&) { return std::make_unique<CountdownReward>(); }

std::unique_ptr<Reward> make_format(const RewardConfig& config) {
  return std::make_unique<FormatReward>(config.format_mode);
}

std::unique_ptr<Reward> make_overlong(const RewardConfig& config) {
  const int64_t max_tokens = config.overlong_max_tokens, cache_tokens = config.overlong_cache_tokens;
  if (max_tokens <= 0)
    fail_option("overlong_max_tokens", max_tokens, "the overlong reward needs a positive maximum");
  if (cache_tokens < 0 || cache_tokens > max_tokens) {
    fail_option("overlong_cache_tokens", cache_tokens, "use 0 to overlong_max_tokens");
  }
  return std::make_unique<OverlongReward>(max_tokens, cache_tokens);
}

std::unique_ptr<Reward> make_length(const RewardConfig& config) {
  const int64_t max_tokens = config.length_max_tokens;
  if (max_tokens <= 0)
    fail_option("length_max_tokens", max_tokens, "the length reward needs a positive maximum");
  return std::make_unique<LengthReward>(max_tokens);
}

std::unique_ptr<Reward> make_language(const RewardConfig& config) {
  return std::make_unique<LanguageReward>(config.language);
}

std::unique_ptr<Reward> make_external(const RewardConfig& config) {
  if (config.external_command.empty()) {
    throw ConfigError("external_command: empty; give the program and its arguments as a list");
  }
  const double seconds = config.external_timeout_s;
  if (!(seconds > 0 && seconds <= 86400)) {
    throw ConfigError(fmt::format("external_timeout_s={}: use more than 0 and at most 86400", seconds));
  }
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
  return std::make_unique<ExternalReward>(config.external_command, timeout);
}

constexpr KnownReward kKnownRewards[] = {
    {"math", true, make_math},          {"countdown", true, make_countdown},
    {"format", false, make_format},     {"overlong", false, make_overlong},
    {"length", false, make_length},     {"language", false, make_language},
    {"external", false, make_external},
};

const KnownReward& find_reward(const std::string& name) {
  std::vector<std::string> names;
  for (const KnownReward& known : kKnownRewards) {
    if (name == known.name) return known;
    names.emplace_back(known.name);
  }
  const std::string near = nearest_word(name, names);
  throw ConfigError(fmt::format(
      "rewards: unknown reward \"{}\"; {}", name,
      near.empty() ? "known are " + config_detail::join(names, ", ") : "did you mean \"" + near + "\"?"));
}

void add_part(ScoredCompletion& result, NamedScore part) {
  const std::optional<Verdict>& verdict = part.score.verdict;
  if (verdict && (!result.verdict || (!is_judged(*verdict) && is_judged(*result.verdict))))
    result.verdict = verdict;
  if (verdict && !is_judged(*verdict)) result.masked = true;
  if (part.score.value) result.reward = result.reward.value_or(0.0) + part.weight * *part.score.value;
  result.parts.push_back(std::move(part));
}

}  // namespace

struct RewardSet::Entry {
  std::string name;
  double weight;
  bool is_verifier;
  std::unique_ptr<Reward> reward;

  bool looks_at(const Example& example) const {
    return !is_verifier || example.verifier.empty() || example.verifier == name;
  }
};

RewardSet::RewardSet(const RewardConfig& config) {
  if (config.rewards.empty())
    throw ConfigError("rewards: empty; name at least one, for example {\"math\": 1}");
  for (const auto& [name, weight] : config.rewards) {
    const KnownReward& known = find_reward(name);
    if (!std::isfinite(weight))
      throw ConfigError(fmt::format("rewards.{}={}: use a finite weight", name, weight));
    entries_.push_back({name, weight, known.is_verifier, known.make(config)});
  }
}

RewardSet::RewardSet(RewardSet&&) noexcept = default;
RewardSet& RewardSet::operator=(RewardSet&&) noexcept = default;
RewardSet::~RewardSet() = default;

math::MathPolicy math_policy(const RewardConfig& config) {
  math::MathPolicy policy = math::policy_of(config.math_profile, config.math_switches);
  policy.percent_sign_optional |= config.percent_sign_optional;
  return policy;
}

std::vector<ScoredCompletion> RewardSet::score(std::span<const RewardInput> inputs) {
  std::vector<ScoredCompletion> results(inputs.size());
  for (const Entry& entry : entries_) {
    std::vector<RewardInput> seen;
    std::vector<size_t> where;
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!entry.looks_at(inputs[i].example)) continue;
      seen.push_back(inputs[i]);
      where.push_back(i);
    }
    if (seen.empty()) continue;
    std::vector<Score> scores = entry.reward->score(seen);
    check(scores.size() == seen.size(), "a reward gives one score per input");
    for (size_t i = 0; i < seen.size(); ++i) {
      add_part(results[where[i]], {entry.name, entry.weight, std::move(scores[i])});
    }
  }
  for (ScoredCompletion& result : results) {
    if (result.masked) result.reward.reset();
  }
  return results;
}

}  // namespace r1
