// Supervised fine-tuning on the assistant's tokens only; the cold start, and the trainer behind distillation.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/data_source.h"
#include "policy/adamw.h"
#include "policy/schedule.h"
#include "rl/batch.h"
#include "rl/training_run.h"
#include "rl/update.h"

namespace r1 {

struct SftConfig {
  std::string model;
  std::string device = "cpu";
  Precision precision = Precision::Bf16;
  uint64_t seed = 1;
  int64_t steps = 0;
  double epochs = 1.0;
  int64_t batch_size = 16;
  int64_t max_length = 1024;
  int64_t token_budget = 2048;
  Recompute recompute = Recompute::Auto;
  double max_grad_norm = 1.0;
  RunConfig run;
  DataConfig data;
  AdamWConfig optimizer;
  ScheduleConfig schedule{.learning_rate = 2e-5};

  static void fields(auto& self, auto& visit) {
    visit("model", self.model, "GGUF file or Hugging Face folder to start from");
    visit("device", self.device, "cpu, or cuda[:n] where LibTorch has it");
    visit("precision", self.precision,
          "of matrix products: bfloat16 (sums and master weights stay float32) or float32");
    visit("seed", self.seed, "of the data order");
    visit("steps", self.steps, "optimizer updates; 0: as many as `epochs` need");
    visit("epochs", self.epochs, "passes over the data when steps is 0");
    visit("batch_size", self.batch_size, "examples of one update");
    visit("max_length", self.max_length, "longer examples are cut to so many tokens");
    visit("token_budget", self.token_budget, "tokens packed into one forward and backward; not padded");
    visit("recompute", self.recompute,
          "keep each layer's activations for the backward pass, or compute them again");
    visit("max_grad_norm", self.max_grad_norm, "global gradient norm is clipped to this; 0 is off");
    visit("run", self.run, "");
    visit("data", self.data, "");
    visit("optimizer", self.optimizer, "");
    visit("schedule", self.schedule, "");
  }
};

void validate(const SftConfig& config);

// A demonstration as tokens: prompt and assistant turns encoded piece by piece, so that the ids of a turn are those the
// policy would have sampled after that prompt. loss_mask is true on what the assistant wrote, end-of-turn included.
// Cut to max_length. Throws DataError, naming the example, when nothing is left to train on.
TrainSample encode_demonstration(const LanguageModel& model, const Example& example, int64_t max_length);

// Trains `model` in place on `demonstrations`. verb: what the run is called in the ledger ("sft", "distill");
// resolved_config: what is saved as the run's config.json.
void train_on_demonstrations(const SftConfig& config, const std::vector<Example>& demonstrations,
                             LanguageModel& model, const std::string& verb, const Json& resolved_config,
                             bool resume, const TrainObserver& observer);

void train_sft(const SftConfig& config, LanguageModel& model, bool resume, const TrainObserver& observer);

}  // namespace r1
