// A sample of the ledger in words: opening a run's ledger, and why a reward is what it is.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "rl/ledger_query.h"

namespace r1::cli {

// `run` is the run's folder or its run.db. ConfigError when there is no ledger.
LedgerReader open_ledger(const std::string& run);

// The weights of a run's rewards, from its saved configuration; empty when that names none.
std::map<std::string, double> reward_weights(const RunInfo& info);

// Rewards of the samples of one group, in order.
std::vector<double> rewards_of_group(LedgerReader& reader, const SampleAddress& address);

// One or two sentences, e.g. "Reward 0: math gives 0 (answer "3" (box), gold "2": different numbers)." and what the
// group makes of it. No line breaks; text from the model is escaped.
std::string explain_reward(const SampleDetail& sample, const std::map<std::string, double>& weights,
                           const std::vector<double>& group_rewards);

}  // namespace r1::cli
