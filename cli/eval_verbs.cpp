// r1 eval and r1 rollout.
#include <fmt/format.h>

#include <cstdio>

#include "base/errors.h"
#include "cli/config_flags.h"
#include "cli/stages.h"
#include "cli/verbs.h"
#include "rl/prompt_source.h"

namespace r1::cli {
namespace {

Json completion_line(const Group& group, const Completion& completion) {
  return {{"example", group.example.id},
          {"sample", completion.sample_index},
          {"text", completion.text},
          {"finish_reason", completion.finish_reason == FinishReason::Stop ? "stop" : "length"},
          {"prompt_ids", group.prompt_ids},
          {"completion_ids", completion.token_ids},
          {"logprobs", completion.rollout_logprobs}};
}

void run_rollout(const RolloutRunConfig& config, const std::string& prompt) {
  if (config.model.empty()) throw ConfigError("model is empty: name a GGUF file or a Hugging Face folder");
  validate(config.sampling, "sampling.");
  const LanguageModel model = load_language_model(config.model, c10::Device("cpu"), config.precision);
  LocalEngine engine(model.policy, model.tokenizer, config.engine);
  std::vector<Example> examples;
  if (!prompt.empty())
    examples.push_back({.id = "prompt", .messages = {{"user", prompt}}});
  else
    examples = load_examples(config.data);
  std::vector<RolloutRequest> requests;
  for (const Example& example : examples) requests.push_back(make_request(model, example, config.samples, 1));
  engine.generate(
      requests, config.sampling, config.seed,
      [](size_t, const Group& group) {
        for (const Completion& completion : group.completions) {
          std::fputs((dump_json(completion_line(group, completion)) + "\n").c_str(), stdout);
        }
        std::fflush(stdout);
      },
      [] { return stop_requested(); });
}

}  // namespace

void add_rollout(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("rollout", "complete prompts; one JSON line a completion, in finishing order");
  struct Flags {
    ConfigFlags config;
    std::string prompt;
  };
  auto flags = std::make_shared<Flags>();
  flags->config.declare(*verb);
  verb->add_option("--prompt", flags->prompt, "one user message instead of a data set");
  verb->callback([flags] {
    RolloutRunConfig config;
    flags->config.apply(config);
    run_rollout(config, flags->prompt);
  });
}

void add_eval(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("eval", "accuracy on a data set with a 95 % interval");
  struct Flags {
    ConfigFlags config;
    bool json = false;
  };
  auto flags = std::make_shared<Flags>();
  flags->config.declare(*verb);
  verb->add_flag("--json", flags->json, "print metrics as one JSON object");
  verb->callback([flags] {
    EvalRunConfig config;
    flags->config.apply(config);
    validate(config);
    const EvalResult result = run_eval(config);
    if (flags->json)
      fmt::print("{}\n", dump_json(Json{{"name", result.name}, {"metrics", result.metrics()}}));
    else
      fmt::print("{}\n", describe(result));
  });
}

}  // namespace r1::cli
