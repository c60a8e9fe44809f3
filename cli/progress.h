// What a person sees while a run goes on: one line that is rewritten on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <string>

#include "rl/training_run.h"

namespace r1::cli {

class Progress {
 public:
  // `label` begins each line, e.g. "grpo".
  explicit Progress(std::string label);

  // Callbacks for a loop; this object must outlive them.
  TrainObserver observer();

 private:
  void step(int64_t step, int64_t total, const Metrics& metrics);
  void note(const std::string& text);
  std::string remaining(int64_t step, int64_t total);

  std::string label_;
  bool terminal_;
  double seconds_per_step_ = 0;  // exponential mean
};

// "why is it 0": one clause when the reward or the loss of a step is exactly 0, else "".
std::string explain_zero(const Metrics& metrics);

// "1h02m", "3m20s", "12s".
std::string format_duration(double seconds);

}  // namespace r1::cli
