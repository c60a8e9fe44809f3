// The rewards of a run together: one weighted number per completion, and what each reward said.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/config.h"
#include "rewards/format_reward.h"
#include "rewards/math/profile.h"
#include "rewards/reward.h"

namespace r1 {

struct RewardConfig {
  std::map<std::string, double> rewards = {{"math", 1.0}};
  math::MathProfile math_profile = math::MathProfile::Strict;
  std::vector<std::string> math_switches{};
  bool percent_sign_optional = false;
  FormatMode format_mode = FormatMode::Think;
  int64_t overlong_max_tokens = 0;
  int64_t overlong_cache_tokens = 0;
  int64_t length_max_tokens = 0;
  std::string language = "en";
  std::vector<std::string> external_command{};
  double external_timeout_s = 60;

  static void fields(auto& self, auto& visit) {
    visit("rewards", self.rewards,
          "reward names and weights: math, countdown, format, overlong, length, language, external");
    visit("math_profile", self.math_profile, "math: strict for rewards, lenient for evaluation");
    visit(
        "math_switches", self.math_switches,
        "math: switches over the profile, e.g. [\"unit_optional=false\"]; docs/math-verifier.md lists them");
    visit("percent_sign_optional", self.percent_sign_optional, "math: 50 is accepted for 50 %");
    visit("format_mode", self.format_mode, "format: the form completions must have");
    visit("overlong_max_tokens", self.overlong_max_tokens, "overlong: tokens from which the score is -1");
    visit("overlong_cache_tokens", self.overlong_cache_tokens,
          "overlong: the score falls from 0 over so many tokens");
    visit("length_max_tokens", self.length_max_tokens, "length: tokens at which the score reaches 0");
    visit("language", self.language,
          "language: code of the wanted language of the reasoning, for example en or zh");
    visit("external_command", self.external_command,
          "external: program and arguments, see rewards/external_reward.h");
    visit("external_timeout_s", self.external_timeout_s, "external: seconds for a whole batch");
  }
};

// What the config says of the math verifier. Throws ConfigError for an unknown switch.
math::MathPolicy math_policy(const RewardConfig& config);

struct NamedScore {
  std::string name;
  double weight = 0;
  Score score;
};

struct ScoredCompletion {
  // Weighted sum of the values that exist; none when there is none, or when masked.
  std::optional<double> reward;
  // A verdict was BadGold or JudgeError: it says nothing about the policy, so the sample is not trained on.
  bool masked = false;
  // The verifier's; the masking one if there is one; none without a verifier.
  std::optional<Verdict> verdict;
  // One per configured reward that looked at this completion, in order of name.
  std::vector<NamedScore> parts;
};

class RewardSet {
 public:
  // Throws ConfigError: unknown name (with the nearest known one), an option a reward needs and does not
  // have.
  explicit RewardSet(const RewardConfig& config);
  RewardSet(RewardSet&&) noexcept;
  RewardSet& operator=(RewardSet&&) noexcept;
  ~RewardSet();

  // One result per input, in order. A verifier ("math", "countdown") looks only at examples whose `verifier`
  // is empty or names it; every other reward looks at all.
  std::vector<ScoredCompletion> score(std::span<const RewardInput> inputs);

 private:
  struct Entry;
  std::vector<Entry> entries_;
};

}  // namespace r1
