// r1 recipe FILE: a pipeline of stages from one file.
//
//   {"name": "char_count", "output": "runs/char_count", "model": "model.gguf",
//    "stages": [{"run": "eval", "name": "base", "config": {...}},
//               {"run": "sft",  "name": "sft",  "config": {...}},
//               {"run": "eval", "name": "after_sft", "model": "sft", "config": {...}}],
//    "compare": [["after_sft", "after_grpo"]]}
//
// A stage's `model` names an earlier training stage; without it the recipe's model is meant, which --model overrides. A training stage that is
// finished is not run again, and one that was interrupted is resumed: the same command continues the recipe.
#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "base/errors.h"
#include "cli/config_flags.h"
#include "cli/stages.h"
#include "cli/verbs.h"

namespace r1::cli {
namespace {

struct Recipe {
  std::string file, output, model;
  Json stages, compare;
};

Recipe read_recipe(const std::string& file) {
  const Json json = read_json_file(file, {.max_depth = 24, .allow_comments = true});
  for (const auto& [key, value] : json.items()) {
    const std::vector<std::string> known = {"name", "output", "model", "stages", "compare"};
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw ConfigError(fmt::format(
          "{}: unknown key \"{}\"; a recipe has name, output, model, stages and compare", file, key));
    }
  }
  if (!json.contains("stages") || !json["stages"].is_array())
    throw ConfigError(file + ": a recipe has a list of stages");
  const std::string name = json.value("name", std::filesystem::path(file).stem().string());
  return {file, json.value("output", "runs/" + name), json.value("model", ""), json["stages"],
          json.value("compare", Json::array())};
}

class RecipeRun {
 public:
  explicit RecipeRun(Recipe recipe) : recipe_(std::move(recipe)) {}

  void run() {
    for (const Json& stage : recipe_.stages) run_stage(stage);
    print_results();
  }

 private:
  void run_stage(const Json& stage) {
    const std::string kind = text(stage, "run"), name = text(stage, "name");
    fmt::print("== {}: {}\n", name, kind);
    std::fflush(stdout);
    if (kind == "eval")
      evaluate_stage(stage, name);
    else if (kind == "sft")
      train<SftConfig>(stage, name, {}, run_sft);
    else if (kind == "grpo")
      train<GrpoConfig>(stage, name, grpo_preset(stage.value("preset", "")), run_grpo);
    else if (kind == "distill")
      distill_stage(stage, name);
    else
      throw ConfigError(fmt::format("{}: stage \"{}\": run=\"{}\" is not sft, grpo, distill or eval",
                                    recipe_.file, name, kind));
  }

  std::string text(const Json& stage, const char* key) const {
    if (!stage.contains(key) || !stage[key].is_string())
      throw ConfigError(fmt::format("{}: a stage lacks \"{}\"", recipe_.file, key));
    return stage[key].get<std::string>();
  }

  // The model a stage starts from: an earlier stage's, the recipe's, or what its config names.
  void choose_model(const Json& stage, std::string& model) const {
    if (stage.contains("model")) {
      const std::string wanted = text(stage, "model");
      if (!models_.contains(wanted))
        throw ConfigError(fmt::format("{}: no earlier stage \"{}\" trained a model", recipe_.file, wanted));
      model = models_.at(wanted);
    } else if (!recipe_.model.empty()) {
      model = recipe_.model;
    }
  }

  template <ConfigStruct C>
  void apply(const Json& stage, const std::string& name, C& config) const {
    apply_config_text(config_fields(config), dump_json(stage.value("config", Json::object())),
                      fmt::format("{} (stage {})", recipe_.file, name));
  }

  template <class C, class Run>
  void train(const Json& stage, const std::string& name, C config, Run run) {
    apply(stage, name, config);
    choose_model(stage, config.model);
    config.run.output = recipe_.output + "/" + name;
    validate(config);
    models_[name] =
        finished(config.run.output) ? config.run.output + "/model" : run(config, started(config.run.output));
  }

  void distill_stage(const Json& stage, const std::string& name) {
    DistillConfig config;
    apply(stage, name, config);
    choose_model(stage, config.teacher);
    config.sft.run.output = recipe_.output + "/" + name;
    validate(config);
    const std::string& output = config.sft.run.output;
    models_[name] = finished(output) ? output + "/model" : run_distill(config, started(output));
  }

  static bool finished(const std::string& output) {
    return std::filesystem::exists(output + "/model/config.json");
  }
  static bool started(const std::string& output) { return std::filesystem::exists(output + "/config.json"); }

  void evaluate_stage(const Json& stage, const std::string& name) {
    EvalRunConfig config;
    config.eval.name = name;
    apply(stage, name, config);
    choose_model(stage, config.model);
    std::filesystem::create_directories(recipe_.output);
    if (config.output.empty()) config.output = recipe_.output + "/" + name + ".jsonl";
    validate(config);
    results_.insert_or_assign(name, run_eval(config));
    fmt::print("{}\n", describe(results_.at(name)));
    std::fflush(stdout);
  }

  void print_results() const {
    if (results_.empty()) return;
    fmt::print("\nresults\n");
    for (const Json& stage : recipe_.stages) {
      if (auto found = results_.find(stage["name"].get<std::string>()); found != results_.end())
        fmt::print("{}\n", describe(found->second));
    }
    for (const Json& pair : recipe_.compare) {
      const EvalResult &first = results_.at(pair.at(0).get<std::string>()),
                       &second = results_.at(pair.at(1).get<std::string>());
      const PairedComparison comparison = compare(first, second);
      fmt::print("{} -> {}: {:.3f} -> {:.3f}; right only before {}, only after {}; paired test p = {:.2g}\n",
                 first.name, second.name, comparison.first, comparison.second, comparison.only_first,
                 comparison.only_second, comparison.p);
    }
  }

  Recipe recipe_;
  std::map<std::string, std::string> models_;  // training stage -> folder of its model
  std::map<std::string, EvalResult> results_;
};

}  // namespace

void add_recipe(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("recipe", "run a pipeline of stages from one file; run again to continue it");
  struct Flags {
    std::string file, model, output;
  };
  auto flags = std::make_shared<Flags>();
  verb->add_option("file", flags->file, "the recipe, e.g. scripts/recipes/char_count.json")->required();
  verb->add_option("--model", flags->model,
                   "model of stages that name no earlier stage, over the recipe's own");
  verb->add_option("--output", flags->output, "folder for the stages' runs, over the recipe's own");
  verb->callback([flags] {
    Recipe recipe = read_recipe(flags->file);
    if (!flags->output.empty()) recipe.output = flags->output;
    if (!flags->model.empty()) recipe.model = flags->model;
    RecipeRun(std::move(recipe)).run();
  });
}

}  // namespace r1::cli
