// Distillation in its first form: a teacher's verified completions become SFT data for a smaller student.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rewards/reward_set.h"
#include "rl/sft.h"
#include "rollout/local_engine.h"

namespace r1 {

struct DistillConfig {
  std::string teacher;
  std::string from_run;
  std::string student;
  int64_t student_layers = 0;
  int64_t samples_per_prompt = 4;
  int64_t max_per_prompt = 1;
  DataConfig data;
  RewardConfig reward;
  SamplingConfig sampling;
  EngineConfig engine;
  SftConfig sft;

  static void fields(auto& self, auto& visit) {
    visit("teacher", self.teacher, "model whose completions are learned from");
    visit("from_run", self.from_run,
          "take verified completions from this run's ledger instead of sampling anew");
    visit("student", self.student, "model to train; empty: the teacher with student_layers of its layers");
    visit("student_layers", self.student_layers, "layers of a student made from the teacher, evenly spaced");
    visit("samples_per_prompt", self.samples_per_prompt,
          "completions sampled from the teacher for each prompt");
    visit("max_per_prompt", self.max_per_prompt, "correct completions kept for each prompt");
    visit("data", self.data, "prompts for the teacher");
    visit("reward", self.reward, "decides which completions are correct");
    visit("sampling", self.sampling, "");
    visit("engine", self.engine, "");
    visit("sft", self.sft, "how the student is trained; sft.model and sft.data are not used");
  }
};

void validate(const DistillConfig& config);

// The teacher's correct completions as demonstrations, at most max_per_prompt for each prompt: from the ledger of
// from_run, or sampled now. Throws DataError when there is none.
std::vector<Example> collect_demonstrations(const DistillConfig& config, const LanguageModel& teacher,
                                            const TrainObserver& observer);

// Which of `from` layers a student of `to` layers is made of: evenly spaced, first and last included.
std::vector<int64_t> chosen_layers(int64_t from, int64_t to);

// A model with only `num_layers` of the source's layers, weights copied; everything else as in the source.
LanguageModel shallower_copy(const LanguageModel& source, int64_t num_layers);

// Collects, makes or loads the student, trains it; the student is saved as the run's model folder.
void train_distill(const DistillConfig& config, bool resume, const TrainObserver& observer);

}  // namespace r1
