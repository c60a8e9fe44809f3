// The first half of a GRPO step: prompts are taken, completed and scored, and become a training batch.
#pragma once

#include <functional>
#include <vector>

#include "rl/advantages.h"
#include "rl/batch.h"
#include "rl/grpo.h"
#include "rl/prompt_source.h"
#include "rl/scoring.h"

namespace r1 {

// What a step sampled, [P] groups with [P][G] scores, and what it took to get there.
struct Phase {
  std::vector<Group> groups_P;
  std::vector<std::vector<ScoredCompletion>> scores_PG;
  int64_t prompts_taken = 0;   // examples consumed, dropped groups included
  int64_t groups_dropped = 0;  // by dynamic sampling
  int64_t sampled_tokens = 0;  // completion tokens, dropped groups included
};

// Samples prompts_per_step groups at the data cursor and scores each as soon as it is whole. With dynamic sampling,
// groups whose rewards are all equal are replaced by groups of the next prompts, for at most max_refills rounds.
Phase sample_phase(const GrpoConfig& config, const PromptSource& prompts, RolloutEngine& engine,
                   RewardSet& rewards, int64_t cursor, uint64_t seed,
                   const std::function<bool()>& should_stop);

// Rewards by prompt and completion; none where the sample must not be trained on.
RewardsPG rewards_of(const Phase& phase);

// One training sample per completion, in order, advantages still 0. Every sampled token is trained, but none of a
// masked sample (unjudged, or truncated under OverlongPolicy::Mask).
TrainBatch make_batch(const Phase& phase, OverlongPolicy overlong);

// Metrics under TRL's names, from text and numbers alone.
std::map<std::string, double> phase_metrics(const Phase& phase, const RewardsPG& rewards_PG);

}  // namespace r1
