// A stage is one training or evaluation from a resolved configuration, with its progress on the terminal. The verbs run
// one, a recipe several.
#pragma once

#include <string>

#include "rl/distill.h"
#include "rl/evaluate.h"
#include "rl/grpo.h"
#include "rl/sft.h"

namespace r1::cli {

// Configuration of `r1 eval`: a model, a data set, rewards that decide, and how to sample.
struct EvalRunConfig {
  std::string model;
  std::string device = "cpu";
  Precision precision = Precision::Bf16;
  uint64_t seed = 1;
  std::string output;
  DataConfig data;
  EvalConfig eval;
  RewardConfig reward;
  EngineConfig engine;

  static void fields(auto& self, auto& visit) {
    visit("model", self.model, "GGUF file or Hugging Face folder");
    visit("device", self.device, "cpu, or cuda[:n] where LibTorch has it");
    visit("precision", self.precision,
          "of matrix products: bfloat16 (sums and master weights stay float32) or float32");
    visit("seed", self.seed, "of sampling");
    visit("output", self.output, "file for the generations, one JSON line each; empty: none");
    visit("data", self.data, "");
    visit("eval", self.eval, "");
    visit("reward", self.reward, "");
    visit("engine", self.engine, "");
  }
};
void validate(const EvalRunConfig& config);

// Configuration of `r1 rollout`.
struct RolloutRunConfig {
  std::string model;
  std::string device = "cpu";
  Precision precision = Precision::Bf16;
  uint64_t seed = 1;
  int64_t samples = 1;
  DataConfig data;
  SamplingConfig sampling;
  EngineConfig engine;

  static void fields(auto& self, auto& visit) {
    visit("model", self.model, "GGUF file or Hugging Face folder");
    visit("device", self.device, "cpu, or cuda[:n] where LibTorch has it");
    visit("precision", self.precision,
          "of matrix products: bfloat16 (sums and master weights stay float32) or float32");
    visit("seed", self.seed, "of sampling");
    visit("samples", self.samples, "completions of each prompt");
    visit("data", self.data, "prompts");
    visit("sampling", self.sampling, "");
    visit("engine", self.engine, "");
  }
};

// Everything about a stage that can be known before it starts and without reading a file: ranges, device, rewards, data.
// Throws ConfigError.
void check_stage(const SftConfig& config);
void check_stage(const GrpoConfig& config);
void check_stage(const DistillConfig& config);
void check_stage(const EvalRunConfig& config);

void run_sft(const SftConfig& config, bool resume);
void run_grpo(const GrpoConfig& config, bool resume);
void run_distill(const DistillConfig& config, bool resume);

EvalResult run_eval(const EvalRunConfig& config);

// "name  accuracy 0.123 [0.090, 0.165]  ..." for a person.
std::string describe(const EvalResult& result);

}  // namespace r1::cli
