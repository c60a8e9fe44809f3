// Group relative policy optimisation (DeepSeekMath, arXiv 2402.03300): the run's configuration and its loop.
//
// Read grpo.cpp first: it is the program's main loop from top to bottom.
#pragma once

#include <cstdint>
#include <string>

#include "datasets/data_source.h"
#include "policy/adamw.h"
#include "policy/schedule.h"
#include "rewards/reward_set.h"
#include "rl/advantages.h"
#include "rl/evaluate.h"
#include "rl/loss.h"
#include "rl/mismatch.h"
#include "rl/training_run.h"
#include "rl/update.h"
#include "rollout/local_engine.h"

namespace r1 {

enum class OverlongPolicy {
  Keep,  // truncated completions are trained on like others (a soft penalty is a reward: "overlong")
  Mask,  // they count for the group's baseline but are not trained on (DAPO's overlong filtering)
};
template <>
struct EnumNames<OverlongPolicy> {
  static constexpr std::pair<OverlongPolicy, const char*> values[] = {{OverlongPolicy::Keep, "keep"},
                                                                      {OverlongPolicy::Mask, "mask"}};
};

struct GrpoConfig {
  std::string model;
  std::string device = "cpu";
  Precision precision = Precision::Bf16;
  uint64_t seed = 1;
  int64_t steps = 100;
  int64_t prompts_per_step = 8;
  int64_t group_size = 8;
  int64_t minibatches = 1;
  int64_t epochs = 1;
  int64_t token_budget = 2048;
  Recompute recompute = Recompute::Auto;
  double max_grad_norm = 1.0;
  int64_t reference_refresh_every = 0;
  OverlongPolicy overlong = OverlongPolicy::Keep;
  bool dynamic_sampling = false;
  int64_t max_refills = 4;
  double parity_limit = 0.01;
  int64_t eval_every = 0;
  RunConfig run;
  DataConfig data;
  DataConfig eval_data;
  EvalConfig eval;
  RewardConfig reward;
  SamplingConfig sampling;
  EngineConfig engine;
  LossConfig loss;
  MismatchConfig mismatch;
  AdvantageConfig advantages;
  AdamWConfig optimizer;
  ScheduleConfig schedule;

  static void fields(auto& self, auto& visit) {
    visit("model", self.model, "GGUF file or Hugging Face folder to start from");
    visit("device", self.device, "cpu, or cuda[:n] where LibTorch has it");
    visit("precision", self.precision,
          "of matrix products: bfloat16 (sums and master weights stay float32) or float32");
    visit("seed", self.seed, "of data order and sampling");
    visit("steps", self.steps, "steps of the whole run: a step samples, scores and updates");
    visit("prompts_per_step", self.prompts_per_step, "prompts of one step (P)");
    visit("group_size", self.group_size, "completions of each prompt (G)");
    visit("minibatches", self.minibatches,
          "optimizer updates per epoch of a step; prompts are divided among them");
    visit("epochs", self.epochs, "passes over the step's completions");
    visit("token_budget", self.token_budget,
          "tokens of one forward and backward; changes memory, not the gradient");
    visit("recompute", self.recompute,
          "keep each layer's activations for the backward pass, or compute them again");
    visit("max_grad_norm", self.max_grad_norm, "global gradient norm is clipped to this; 0 is off");
    visit("reference_refresh_every", self.reference_refresh_every,
          "steps after which the reference becomes the policy; 0: never");
    visit("overlong", self.overlong, "truncated completions: keep, or mask them from the loss");
    visit("dynamic_sampling", self.dynamic_sampling,
          "drop groups whose rewards are all equal and sample others");
    visit("max_refills", self.max_refills, "dynamic sampling gives up after this many extra rounds");
    visit("parity_limit", self.parity_limit,
          "stop when sampling and training logprobs differ by more than this; 0 is off");
    visit("eval_every", self.eval_every, "steps between evaluations on eval_data; 0: none");
    visit("run", self.run, "");
    visit("data", self.data, "");
    visit("eval_data", self.eval_data, "");
    visit("eval", self.eval, "");
    visit("reward", self.reward, "");
    visit("sampling", self.sampling, "");
    visit("engine", self.engine, "");
    visit("loss", self.loss, "");
    visit("mismatch", self.mismatch, "");
    visit("advantages", self.advantages, "");
    visit("optimizer", self.optimizer, "");
    visit("schedule", self.schedule, "");
  }
};

// Named starting points; a config file and --set override them. Throws ConfigError for an unknown name.
//   "r1"    DeepSeek-R1: clip 10 with dual clip, k3 KL 1e-3, T = 1, G = 16, refresh 400, sequence mean
//   "dapo"  clip 0.2 / 0.28, no KL, token mean, dynamic sampling, overlong filtering
GrpoConfig grpo_preset(const std::string& name);

// Throws ConfigError: field, value, remedy.
void validate(const GrpoConfig& config);

// Trains `model` in place. Throws Interrupted after a clean checkpoint when the observer asks to stop, NumericsError
// after three steps in a row that were not finite or when parity is lost.
void train_grpo(const GrpoConfig& config, LanguageModel& model, bool resume, const TrainObserver& observer);

}  // namespace r1
