// Checkpoints: everything a run needs to go on as if it had never stopped.
//
//   checkpoints/step_000100/   config.json, model.safetensors, tokenizer.json, ...: a Hugging Face model folder
//                              trainer.json, trainer.safetensors: where the run stands, optimizer moments
//                              MANIFEST.json: size and SHA-256 of every file; durability: rl/step_folders.h
//
// One process writes, holding the run's lock. Errors are CheckpointError or IoError.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "policy/named_tensors.h"
#include "rl/step_folders.h"

namespace r1 {

struct TrainerState {
  int64_t step = 0;             // steps that are done
  int64_t data_cursor = 0;      // examples taken from the data
  int64_t policy_version = 0;   // optimizer updates made
  Json extra = Json::object();  // small numbers of the algorithm; no tensors
  NamedTensors tensors = {};    // optimizer moments, a reference model that differs from the policy, ...
};

struct LoadedCheckpoint {
  std::string folder;  // also the model folder
  TrainerState state;
};

// What a walk back from the newest checkpoint found.
struct CheckpointSearch {
  std::optional<LoadedCheckpoint> found;  // none: the folder holds no checkpoint at all
  std::vector<std::string> skipped;       // newest first: "<folder>: why", one line each, for the user to see
};

// Bytes of the tensors' data.
uint64_t num_bytes(const NamedTensors& tensors);

// The newest checkpoint under `parent` that verifies, for a reader or a run that resumes; steps above
// `at_most` are not looked at. CheckpointError when there are checkpoints and none verifies: starting over
// must be the user's wish.
CheckpointSearch load_newest_checkpoint(const std::string& parent,
                                        std::optional<int64_t> at_most = std::nullopt);

// The state in one checkpoint folder, without verifying its hashes.
TrainerState load_trainer_state(const std::string& folder);

class CheckpointStore {
 public:
  using Options = StepFolders::Options;

  // For writing: removes leftovers of interrupted saves. Readers use load_newest_checkpoint().
  explicit CheckpointStore(const std::string& parent, Options options = {});

  // Saves the state and the model folder that `write_model(folder)` writes, about `model_bytes` large.
  // Returns the checkpoint's folder. When it throws, no part of the new checkpoint remains and the older ones
  // are intact.
  std::string save(const TrainerState& state, uint64_t model_bytes,
                   const std::function<void(const std::string& folder)>& write_model);

  CheckpointSearch load_newest(std::optional<int64_t> at_most = std::nullopt) const;

  // A run that resumes at `step` abandons its later checkpoints, damaged ones included.
  void discard_after(int64_t step) { folders_.discard_after(step); }

 private:
  std::string parent_;
  Options options_;
  StepFolders folders_;
};

}  // namespace r1
