// What every training loop needs around its arithmetic: the run directory, the ledger, the metric files and the
// checkpoints, kept consistent with each other. The loops call record() and checkpoint() and know no file names.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/adamw.h"
#include "rl/checkpoint.h"
#include "rl/ledger.h"
#include "rl/metrics_writer.h"
#include "rl/run_directory.h"
#include "rollout/language_model.h"

namespace r1 {

struct RunConfig {
  std::string output;
  int64_t checkpoint_every = 50;
  int64_t keep_checkpoints = 2;
  bool save_final_model = true;

  static void fields(auto& self, auto& visit) {
    visit("output", self.output, "the run's folder, e.g. runs/first");
    visit("checkpoint_every", self.checkpoint_every,
          "steps between checkpoints; the last step always has one");
    visit("keep_checkpoints", self.keep_checkpoints,
          "older checkpoints beyond this many are removed; at least 2");
    visit("save_final_model", self.save_final_model,
          "write <output>/model, a Hugging Face folder, at the end");
  }
};
void validate(const RunConfig& config, const std::string& prefix);

// Where a loop stands; exactly what a checkpoint restores beside weights and optimizer.
struct TrainPosition {
  int64_t step = 0;            // steps done
  int64_t data_cursor = 0;     // examples taken
  int64_t policy_version = 0;  // optimizer updates done
  int64_t bad_steps = 0;       // steps in a row that were not finite
};

// What a loop tells whoever started it. All may be empty. Called from the loop's thread.
struct TrainObserver {
  std::function<void(int64_t step, int64_t total_steps, const Metrics&)> on_step;
  std::function<void(const std::string&)> on_note;  // one line for a person
  std::function<bool()> should_stop;                // true: checkpoint and throw Interrupted

  void note(const std::string& text) const {
    if (on_note && !text.empty()) on_note(text);
  }
  bool stop_requested() const { return should_stop && should_stop(); }
};

class TrainingRun {
 public:
  // Creates the run's folder, or with `resume` opens it; see RunDirectory for what may differ on resume. IoError when
  // the disk has no room for the checkpoints of `model`.
  TrainingRun(const RunConfig& config, const std::string& verb, const Json& resolved_config, bool resume,
              const LanguageModel& model, const TrainObserver& observer);

  // On resume: loads the newest good checkpoint into the model, the optimizer and `reference` (when it is not null and
  // the checkpoint holds one), and drops whatever ledger and metric files hold beyond it. Otherwise: position 0.
  TrainPosition restore(LanguageModel& model, AdamW& optimizer, NamedTensors* reference = nullptr);

  // Writes one finished step to the ledger (one transaction) and the metric files, and tells the observer.
  void record(const StepRecord& record, int64_t total_steps);
  void record_eval(const EvalRecord& record);
  void event(const std::string& kind, const std::string& text, int64_t step);

  bool checkpoint_due(int64_t step, int64_t total_steps) const;
  void checkpoint(const LanguageModel& model, const AdamW& optimizer, const TrainPosition& position,
                  const NamedTensors* reference = nullptr);

  // Writes <output>/model once, at the end; a second call (after resuming a finished run) leaves it.
  std::string save_final_model(const LanguageModel& model);

  const std::string& path() const { return directory_.path(); }
  const TrainObserver& observer() const { return observer_; }

 private:
  RunConfig config_;
  RunDirectory directory_;
  bool resume_;
  TrainObserver observer_;
  Ledger ledger_;
  CheckpointStore checkpoints_;
  std::unique_ptr<MetricsWriter> metrics_;  // made when the step to continue from is known
};

}  // namespace r1
