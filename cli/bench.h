// What `r1 bench` measures. Every figure is one process's; whoever compares repeats and interleaves (scripts/compare/).
#pragma once

#include <cstdint>
#include <string>

#include "base/json.h"
#include "policy/weight.h"

namespace r1::cli {

struct BenchFlags {
  std::string model;
  Precision precision = Precision::Bf16;
  bool int8 = false;  // generation alone
  int64_t prompts = 64, prompt_tokens = 128, new_tokens = 128, samples = 1, batch = 32;
  int64_t tokens = 1024, token_budget = 2048, steps = 3;
};

// Peak rates of this moment, on all threads of the arithmetic pool: "peak_gflops" (the faster of fp32 multiply-add and bf16
// dot products), each alone, and "read_gbps" from memory.
Json measure_peaks();

// Generation alone: `prompts` prompts of random tokens, `samples` completions each, all new_tokens long.
Json bench_rollout(const BenchFlags& flags);
// Optimizer steps on `batch` sequences of `tokens` random tokens, every token trained.
Json bench_train(const BenchFlags& flags);
// GRPO steps: generation, then one update with made-up advantages that skip no sample.
Json bench_grpo(const BenchFlags& flags);
// Matrix products of the model's shapes against the peak.
Json bench_ops(const BenchFlags& flags);

}  // namespace r1::cli
