// From groups of completions to what the rewards say of them: the one place where rollout meets rewards.
#pragma once

#include <vector>

#include "rewards/reward_set.h"
#include "rl/ledger.h"
#include "rollout/completion.h"

namespace r1 {

// One result per completion of the group, in order. `prompt_tail`: RewardInput's.
std::vector<ScoredCompletion> score_group(RewardSet& rewards, const Group& group,
                                          const std::string& prompt_tail);

// The same as the ledger stores it.
CompletionScore to_ledger_score(const ScoredCompletion& scored, double advantage);

}  // namespace r1
