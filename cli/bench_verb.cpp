// r1 bench rollout|train|grpo|ops.
#include <fmt/format.h>

#include "cli/bench.h"
#include "cli/verbs.h"

namespace r1::cli {
namespace {

void print(const Json& result, bool json) {
  if (json) return fmt::print("{}\n", dump_json(result));
  for (const auto& [key, value] : result.items()) {
    if (!value.is_array()) {
      fmt::print("{:28} {}\n", key,
                 value.is_number_float() ? fmt::format("{:.4g}", value.get<double>()) : value.dump());
      continue;
    }
    for (const Json& row : value) {
      fmt::print("{:8} {:6} x {:6} x {:6}  {:7.1f} GFLOP/s\n", key, row["M"].get<int64_t>(),
                 row["N"].get<int64_t>(), row["K"].get<int64_t>(), row["gflops"].get<double>());
    }
  }
}

struct Flags {
  BenchFlags bench;
  std::string precision = "bfloat16";
  bool json = false;
};

void add(CLI::App& parent, const char* name, const char* help, BenchFlags defaults,
         Json (*run)(const BenchFlags&)) {
  CLI::App* verb = parent.add_subcommand(name, help);
  auto flags = std::make_shared<Flags>(Flags{defaults});
  BenchFlags& bench = flags->bench;
  verb->add_option("--model", bench.model, "GGUF file or Hugging Face folder");
  verb->add_option("--precision", flags->precision, "bfloat16 or float32")
      ->check(CLI::IsMember({"bfloat16", "float32"}));
  verb->add_option("--prompts", bench.prompts, "prompts of random tokens")->check(CLI::PositiveNumber);
  verb->add_option("--prompt-tokens", bench.prompt_tokens, "tokens of a prompt")->check(CLI::PositiveNumber);
  verb->add_option("--new-tokens", bench.new_tokens, "tokens of a completion")->check(CLI::PositiveNumber);
  verb->add_option("--samples", bench.samples, "completions of a prompt")->check(CLI::PositiveNumber);
  verb->add_option("--batch", bench.batch, "completions decoded together; sequences of a training step")
      ->check(CLI::PositiveNumber);
  verb->add_option("--tokens", bench.tokens, "tokens of a training sequence")->check(CLI::PositiveNumber);
  verb->add_option("--token-budget", bench.token_budget, "tokens of one forward and backward")
      ->check(CLI::PositiveNumber);
  verb->add_option("--steps", bench.steps, "steps; the first is reported apart when there are more")
      ->check(CLI::PositiveNumber);
  verb->add_flag("--int8", bench.int8, "generate with int8 products");
  verb->add_flag("--json", flags->json, "one JSON object");
  verb->callback([flags, run] {
    flags->bench.precision = flags->precision == "float32" ? Precision::Fp32 : Precision::Bf16;
    print(run(flags->bench), flags->json);
  });
}

}  // namespace

void add_bench(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "bench", "speed of this machine: generation, training, a GRPO step, matrix products");
  verb->require_subcommand(1);
  add(*verb, "rollout", "generation alone", {}, bench_rollout);
  add(*verb, "train", "optimizer steps on packed text", {.batch = 4}, bench_train);
  add(*verb, "grpo", "generation and update", {.prompts = 4, .prompt_tokens = 100, .samples = 8}, bench_grpo);
  add(*verb, "ops", "matrix products of the model's shapes", {}, bench_ops);
}

}  // namespace r1::cli
