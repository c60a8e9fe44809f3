// What happens when an update is not finite: nothing is changed, and everything needed to repeat it is kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rl/training_run.h"
#include "rl/update.h"

namespace r1 {

// Saves the chosen samples of the batch, options, loss (none: cross entropy) and weights under <run>/quarantine/step_<n>/ and records an event with the command that repeats
// the update: `r1 replay <folder>`. Weights are kept for the first three quarantined steps of a run.
void quarantine(TrainingRun& run, const LanguageModel& model, const TrainBatch& batch,
                const std::vector<size_t>& samples, const UpdateOptions& options,
                const std::optional<LossConfig>& loss, int64_t step);

// Throws NumericsError when `bad_steps` in a row reached three.
void stop_after_bad_steps(int64_t bad_steps, int64_t step);

// What a quarantined update computes today: its loss and gradient norm, and per sample whether they are finite.
struct ReplayReport {
  double loss = 0, grad_norm = 0;
  struct Sample {
    size_t index = 0;
    bool finite = true;
    double loss = 0, grad_norm = 0;
  };
  std::vector<Sample> samples;
};
ReplayReport replay_quarantine(const std::string& folder, c10::Device device);

}  // namespace r1
