#include "rl/training_run.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <set>

#include "base/errors.h"
#include "policy/hf_folder.h"

namespace r1 {
namespace {

constexpr const char* kReferencePrefix = "reference.";

// Keys that do not change what a step computes.
const std::set<std::string> kMayChangeOnResume = {"steps", "run.checkpoint_every", "run.keep_checkpoints",
                                                  "run.save_final_model", "eval_every"};

// The kept checkpoints and one being written, each with weights and two moments, and the final model. A resumed run has
// most of it already: it must have room for one checkpoint and the model.
uint64_t disk_bytes_needed(const RunConfig& config, bool resume, const LanguageModel& model) {
  const int64_t checkpoints = resume ? 1 : config.keep_checkpoints + 1;
  return num_bytes(model.policy.weights()) * static_cast<uint64_t>(3 * checkpoints + 1);
}

RunDirectory open_directory(const RunConfig& config, const Json& resolved, bool resume,
                            const LanguageModel& model) {
  const uint64_t needed = disk_bytes_needed(config, resume, model);
  return resume ? RunDirectory::resume(config.output, resolved, kMayChangeOnResume, needed)
                : RunDirectory::create(config.output, resolved, needed);
}

}  // namespace

void validate(const RunConfig& config, const std::string& prefix) {
  if (config.output.empty())
    throw ConfigError(prefix + "output is empty: name the run's folder, e.g. runs/first");
  if (config.checkpoint_every < 1) throw ConfigError(prefix + "checkpoint_every: use 1 or more");
  if (config.keep_checkpoints < 2)
    throw ConfigError(prefix + "keep_checkpoints: use 2 or more, so that one is always whole");
}

TrainingRun::TrainingRun(const RunConfig& config, const std::string& verb, const Json& resolved_config,
                         bool resume, const LanguageModel& model, const TrainObserver& observer)
    : config_(config),
      directory_(open_directory(config, resolved_config, resume, model)),
      resume_(resume),
      observer_(observer),
      ledger_(directory_.database_path()),
      checkpoints_(directory_.checkpoints_folder(), {.keep = static_cast<int>(config.keep_checkpoints)}) {
  ledger_.record_run({directory_.name(), verb, dump_json(resolved_config), "r1kit 0.1.0"});
}

TrainPosition TrainingRun::restore(LanguageModel& model, AdamW& optimizer, NamedTensors* reference) {
  TrainPosition position;
  if (resume_) {
    CheckpointSearch search = checkpoints_.load_newest();
    for (const std::string& reason : search.skipped) observer_.note("checkpoint skipped: " + reason);
    if (search.found) {
      TrainerState& state = search.found->state;
      model.policy.load_weights(load_hf_folder(search.found->folder).weights);
      NamedTensors moments, saved_reference;
      for (auto& [name, tensor] : state.tensors) {
        if (name.starts_with(kReferencePrefix))
          saved_reference.emplace(name.substr(std::strlen(kReferencePrefix)), tensor);
        else
          moments.emplace(name, tensor);
      }
      optimizer.load_state(moments, state.policy_version);
      if (reference && !saved_reference.empty()) *reference = std::move(saved_reference);
      position = {state.step, state.data_cursor, state.policy_version,
                  state.extra.value("bad_steps", int64_t{0})};
    }
    observer_.note(fmt::format("resuming {} after step {}", path(), position.step));
    ledger_.truncate_after(position.step);
    checkpoints_.discard_after(position.step);
  }
  metrics_ = std::make_unique<MetricsWriter>(
      MetricsWriterOptions{directory_.metrics_path(), directory_.tensorboard_folder(), position.step, {}});
  // Bits agree within one kernel set: a run continued elsewhere shows it here.
  ledger_.record_event("arithmetic", model.policy.arithmetic(), position.step);
  return position;
}

void TrainingRun::record(const StepRecord& record, int64_t total_steps) {
  check(metrics_ != nullptr, "restore() is called before the first step");
  ledger_.record_step(record);
  metrics_->write(record.step, record.metrics);
  if (observer_.on_step) observer_.on_step(record.step, total_steps, record.metrics);
}

void TrainingRun::record_eval(const EvalRecord& record) { ledger_.record_eval(record); }

void TrainingRun::event(const std::string& kind, const std::string& text, int64_t step) {
  ledger_.record_event(kind, text, step);
  observer_.note(text);
}

bool TrainingRun::checkpoint_due(int64_t step, int64_t total_steps) const {
  return step % config_.checkpoint_every == 0 || step == total_steps;
}

void TrainingRun::checkpoint(const LanguageModel& model, const AdamW& optimizer,
                             const TrainPosition& position, const NamedTensors* reference) {
  TrainerState state{position.step, position.data_cursor, position.policy_version,
                     Json{{"bad_steps", position.bad_steps}}, optimizer.state()};
  if (reference) {
    for (const auto& [name, tensor] : *reference) state.tensors.emplace(kReferencePrefix + name, tensor);
  }
  metrics_->sync();
  checkpoints_.save(state, num_bytes(model.policy.weights()),
                    [&](const std::string& folder) { save_language_model(folder, model, "float32"); });
}

std::string TrainingRun::save_final_model(const LanguageModel& model) {
  const std::string folder = path() + "/model";
  if (!config_.save_final_model || std::filesystem::exists(folder)) return folder;
  const std::string unfinished = folder + ".tmp";
  std::filesystem::remove_all(unfinished);
  save_language_model(unfinished, model, "float32");
  std::filesystem::rename(unfinished, folder);
  return folder;
}

}  // namespace r1
