// When the sampler is not exactly the policy that is trained: int8 products now, other engines later.
//
// The recorded logprobs are then the sampler's, mu. Those of the policy, pi, are computed before the first update and become
// old_logprobs; each token's loss is weighted by min(pi / mu, cap): truncated importance sampling (Ionides 2008; for language
// models Yao et al. 2025, "Your efficient RL framework secretly brings you off-policy RL training").
#pragma once

#include <map>
#include <string>

#include "rl/batch.h"

namespace r1 {

struct MismatchConfig {
  double importance_cap = 2.0;

  static void fields(auto& self, auto& visit) {
    visit("importance_cap", self.importance_cap,
          "where the sampler is not exactly the policy (engine.int8), a token's loss is weighted by "
          "min(policy / sampler, "
          "importance_cap); 0: no weights");
  }
};
void validate(const MismatchConfig& config, const std::string& prefix);

// Replaces old_logprobs and sets importance. Metrics: "mismatch/mean_abs" and "mismatch/max" of log pi - log mu over trained
// tokens, "mismatch/importance_mean", "mismatch/capped_ratio".
std::map<std::string, double> correct_for_sampler(const MismatchConfig& config, const Policy& policy,
                                                  TrainBatch& batch, double temperature,
                                                  int64_t token_budget);

}  // namespace r1
