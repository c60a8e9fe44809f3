#include "cli/stages.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/errors.h"
#include "base/files.h"
#include "cli/progress.h"
#include "cli/verbs.h"

namespace r1::cli {
namespace {

c10::Device device_of(const std::string& name) {
  if (name != "cpu" && !name.starts_with("cuda"))
    throw ConfigError("device=" + name + ": use cpu or cuda[:n]");
  if (name != "cpu")
    throw ConfigError("device=" + name + ": this build is linked against LibTorch for the CPU; use cpu");
  return c10::Device(name);
}

}  // namespace

void validate(const EvalRunConfig& config) {
  if (config.model.empty()) throw ConfigError("model is empty: name a GGUF file or a Hugging Face folder");
  if (config.eval.samples < 1)
    throw ConfigError(fmt::format("eval.samples={}: use 1 or more", config.eval.samples));
  if (config.eval.samples > 1 && config.eval.sampling.temperature == 0) {
    throw ConfigError(
        "eval.sampling.temperature=0: greedy samples are all equal; use a temperature with eval.samples > 1");
  }
  validate(config.eval.sampling, "eval.sampling.");
}

void check_stage(const SftConfig& config) {
  validate(config);
  device_of(config.device);
  validate(config.data, "data");
}

void check_stage(const GrpoConfig& config) {
  validate(config);
  device_of(config.device);
  validate(config.data, "data");
  if (config.eval_every > 0) validate(config.eval_data, "eval_data");
  RewardSet{config.reward};
}

void check_stage(const DistillConfig& config) {
  validate(config);
  device_of(config.sft.device);
  if (!config.from_run.empty()) return;  // the teacher's completions are there and judged
  validate(config.data, "data");
  RewardSet{config.reward};
}

void check_stage(const EvalRunConfig& config) {
  validate(config);
  device_of(config.device);
  validate(config.data, "data");
  RewardSet{config.reward};
}

void run_sft(const SftConfig& config, bool resume) {
  LanguageModel model = load_language_model(config.model, device_of(config.device), config.precision);
  Progress progress("sft");
  train_sft(config, model, resume, progress.observer());
}

void run_grpo(const GrpoConfig& config, bool resume) {
  LanguageModel model = load_language_model(config.model, device_of(config.device), config.precision);
  Progress progress("grpo");
  train_grpo(config, model, resume, progress.observer());
}

void run_distill(const DistillConfig& config, bool resume) {
  device_of(config.sft.device);
  Progress progress("distill");
  train_distill(config, resume, progress.observer());
}

EvalResult run_eval(const EvalRunConfig& config) {
  const LanguageModel model = load_language_model(config.model, device_of(config.device), config.precision);
  RewardSet rewards(config.reward);
  LocalEngine engine(model.policy, model.tokenizer, config.engine);
  EvalResult result = evaluate(model, engine, rewards, load_examples(config.data), config.eval, config.seed,
                               [] { return stop_requested(); });
  if (!config.output.empty()) {
    std::string lines;
    for (const EvalSample& sample : result.samples) {
      const Json line = {{"example", sample.example_id},
                         {"sample", sample.sample},
                         {"verdict", sample.verdict ? verdict_name(*sample.verdict) : "none"},
                         {"reward", sample.reward},
                         {"text", sample.text},
                         {"detail", sample.detail}};
      lines += dump_json(line) + "\n";
    }
    write_file_durably(config.output, lines);
  }
  return result;
}

std::string describe(const EvalResult& result) {
  const size_t samples = result.problems.empty() ? 0 : result.problems.front().correct.size();
  std::string line =
      fmt::format("{:12} accuracy {:.3f}  95% [{:.3f}, {:.3f}]  n {}", result.name, result.accuracy,
                  result.interval.low, result.interval.high, result.problems.size());
  if (samples > 1)
    line += fmt::format(" x {}  pass@{} {:.3f}  maj@{} {:.3f}", samples, samples, result.pass_at_k, samples,
                        result.majority);
  return line + fmt::format("  length {:.0f}  truncated {:.1f}%  no answer {:.1f}%", result.mean_length,
                            100 * result.truncated, 100 * result.no_answer);
}

}  // namespace r1::cli
