// The second half of a GRPO step: advantages into the batch, and the optimizer updates.
#pragma once

#include <map>
#include <string>

#include "rl/advantages.h"
#include "rl/batch.h"
#include "rl/grpo.h"
#include "rl/phase.h"
#include "rl/update.h"

namespace r1 {

// Samples without an advantage (unjudged) get 0; they are masked anyway.
void assign_advantages(TrainBatch& batch, const RewardsPG& advantages_PG);

// The samples of the batch an update must compute: trained ones, and when nothing but the advantage drives the loss,
// only those whose advantage is not 0. Skipping the others is exact: their gradient is 0 and they stay in the denominators.
std::vector<size_t> samples_to_compute(const TrainBatch& batch, const std::vector<size_t>& samples,
                                       const LossConfig& loss);

// Sample indices of each minibatch: prompts divided as evenly as they can be, in order.
std::vector<std::vector<size_t>> divide_by_prompts(const TrainBatch& batch, int64_t minibatches);

struct UpdateSummary {
  std::map<std::string, double>
      metrics;              // loss, grad_norm, kl, entropy, clip_ratio/..., parity, learning_rate, ...
  int64_t num_updates = 0;  // updates applied
  int64_t forward_tokens = 0;
};

// epochs x minibatches updates. An update whose loss or gradient is not finite changes nothing: the batch is saved with
// the command that repeats it, and the third such step in a row throws NumericsError. Parity beyond the limit throws
// NumericsError before anything is changed.
UpdateSummary run_updates(const GrpoConfig& config, LanguageModel& model, AdamW& optimizer,
                          const TrainBatch& batch, TrainPosition& at, TrainingRun& run);

// "time/..." and "..._per_second" metrics of a step.
std::map<std::string, double> step_times(double rollout_seconds, double score_seconds, double update_seconds,
                                         const Phase& phase, const UpdateSummary& updates);

}  // namespace r1
