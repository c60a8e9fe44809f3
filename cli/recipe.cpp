// r1 recipe FILE: a pipeline of stages from one file.
//
//   {"name": "char_count", "output": "runs/char_count", "model": "model.gguf",
//    "stages": [{"run": "eval", "name": "base", "config": {...}},
//               {"run": "sft",  "name": "sft",  "config": {...}},
//               {"run": "eval", "name": "after_sft", "model": "sft", "config": {...}}],
//    "compare": [["base", "after_sft"]]}
//
// A stage's `model` names an earlier training stage; without it the recipe's model is meant, which --model overrides. A training stage that is
// finished is not run again, and one that was interrupted is resumed: the same command continues the recipe.
//
// Stages take hours, so everything the file says is checked before the first one runs: names, references, configs.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <variant>

#include "base/errors.h"
#include "cli/config_flags.h"
#include "cli/stages.h"
#include "cli/verbs.h"

namespace r1::cli {
namespace {

using StageConfig = std::variant<SftConfig, GrpoConfig, DistillConfig, EvalRunConfig>;

struct Stage {
  std::string kind, name;
  StageConfig config;  // resolved and valid
};

struct Recipe {
  std::string output;
  std::vector<Stage> stages;
  std::vector<std::pair<std::string, std::string>> compare;  // names of evaluations
};

// "did you mean "sft"?", or what there is.
std::string remedy(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest_word(word, known);
  if (!near.empty()) return fmt::format("did you mean \"{}\"?", near);
  return known.empty() ? "there is none" : "known are " + config_detail::join(known, ", ");
}

bool holds(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

void require_known_keys(const Json& object, const std::vector<std::string>& known, const std::string& where) {
  for (const auto& [key, value] : object.items()) {
    if (!holds(known, key))
      throw ConfigError(fmt::format("{}: unknown key \"{}\"; {}", where, key, remedy(key, known)));
  }
}

std::string text_of(const Json& object, const char* key, const std::string& where,
                    const std::string& otherwise) {
  if (!object.contains(key)) return otherwise;
  if (!object[key].is_string()) throw ConfigError(fmt::format("{}: \"{}\" is not a text", where, key));
  return object[key].get<std::string>();
}

// The folder a stage trains in.
const RunConfig& run_of(const SftConfig& config) { return config.run; }
const RunConfig& run_of(const GrpoConfig& config) { return config.run; }
const RunConfig& run_of(const DistillConfig& config) { return config.sft.run; }

// Turns the file into stages whose configs are resolved and valid. Every error is a ConfigError that names the file and
// the stage.
class RecipeReader {
 public:
  RecipeReader(std::string file, std::string model, std::string output)
      : file_(std::move(file)), model_(std::move(model)), output_(std::move(output)) {}

  Recipe read() {
    const Json json = read_json_file(file_, {.max_depth = 24, .allow_comments = true});
    if (!json.is_object()) throw ConfigError(file_ + ": a recipe is one JSON object");
    require_known_keys(json, {"name", "output", "model", "stages", "compare"}, file_);
    const std::string name = text_of(json, "name", file_, std::filesystem::path(file_).stem().string());
    if (output_.empty()) output_ = text_of(json, "output", file_, "runs/" + name);
    if (model_.empty()) model_ = text_of(json, "model", file_, "");
    if (!json.contains("stages") || !json["stages"].is_array() || json["stages"].empty())
      throw ConfigError(file_ + ": a recipe has a list of stages; give \"stages\" at least one");
    Recipe recipe{output_, {}, {}};
    for (const Json& stage : json["stages"]) recipe.stages.push_back(read_stage(stage));
    for (const Json& pair : json.value("compare", Json::array())) recipe.compare.push_back(read_pair(pair));
    return recipe;
  }

 private:
  Stage read_stage(const Json& stage) {
    const std::string number = fmt::format("{}: stage {}", file_, names_.size() + 1);
    if (!stage.is_object()) throw ConfigError(number + " is not a JSON object");
    const std::string name = text_of(stage, "name", number, "");
    if (name.empty()) throw ConfigError(number + " has no name; give it \"name\"");
    const std::string where = fmt::format("{} (stage {})", file_, name);
    if (holds(names_, name))
      throw ConfigError(where + ": an earlier stage has the same name; give each its own");
    require_known_keys(stage, {"run", "name", "model", "preset", "config"}, where);
    const std::string kind = text_of(stage, "run", where, "");
    const std::vector<std::string> kinds = {"eval", "sft", "grpo", "distill"};
    if (!holds(kinds, kind))
      throw ConfigError(fmt::format("{}: run=\"{}\"; {}", where, kind, remedy(kind, kinds)));
    if (stage.contains("preset") && kind != "grpo")
      throw ConfigError(where + ": only grpo has presets; remove \"preset\"");
    try {
      Stage result{kind, name, read_config(stage, kind, name, where)};
      names_.push_back(name);
      return result;
    } catch (const ConfigError& error) {
      const std::string text = error.what();
      throw ConfigError(text.starts_with(file_) ? text : where + ": " + text);
    }
  }

  StageConfig read_config(const Json& stage, const std::string& kind, const std::string& name,
                          const std::string& where) {
    if (kind == "eval") return read_eval(stage, name, where);
    if (kind == "sft") return read_training(stage, name, where, SftConfig{});
    if (kind == "grpo")
      return read_training(stage, name, where, grpo_preset(text_of(stage, "preset", where, "")));
    return read_training(stage, name, where, DistillConfig{});
  }

  static void apply(const Json& stage, const std::string& where, ConfigStruct auto& config) {
    apply_config_text(config_fields(config), dump_json(stage.value("config", Json::object())), where);
  }

  template <class C>
  C read_training(const Json& stage, const std::string& name, const std::string& where, C config) {
    apply(stage, where, config);
    if constexpr (std::is_same_v<C, DistillConfig>) {
      choose_model(stage, where, config.teacher);
      config.sft.run.output = output_ + "/" + name;
    } else {
      choose_model(stage, where, config.model);
      config.run.output = output_ + "/" + name;
    }
    check_stage(config);
    // A later stage can start from what this one saves.
    if (run_of(config).save_final_model) trained_.push_back(name);
    return config;
  }

  EvalRunConfig read_eval(const Json& stage, const std::string& name, const std::string& where) {
    EvalRunConfig config;
    config.eval.name = name;
    apply(stage, where, config);
    choose_model(stage, where, config.model);
    if (config.output.empty()) config.output = output_ + "/" + name + ".jsonl";
    check_stage(config);
    evaluated_.push_back(name);
    return config;
  }

  // The model a stage starts from: an earlier stage's, the recipe's, or what its config names.
  void choose_model(const Json& stage, const std::string& where, std::string& model) const {
    const std::string wanted = text_of(stage, "model", where, "");
    if (stage.contains("model") && !holds(trained_, wanted)) {
      throw ConfigError(fmt::format("{}: model=\"{}\": no earlier stage of this name saves a model; {}",
                                    where, wanted, remedy(wanted, trained_)));
    }
    if (stage.contains("model"))
      model = output_ + "/" + wanted + "/model";
    else if (!model_.empty())
      model = model_;
  }

  std::pair<std::string, std::string> read_pair(const Json& pair) const {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string())
      throw ConfigError(fmt::format("{}: compare: {} is not a pair of stage names", file_, pair.dump()));
    for (const Json& name : pair) {
      const std::string word = name.get<std::string>();
      if (!holds(evaluated_, word))
        throw ConfigError(fmt::format("{}: compare: \"{}\" is no eval stage of this recipe; {}", file_, word,
                                      remedy(word, evaluated_)));
    }
    return {pair[0].get<std::string>(), pair[1].get<std::string>()};
  }

  std::string file_, model_, output_;
  std::vector<std::string> names_, trained_, evaluated_;  // of the stages read so far
};

class RecipeRun {
 public:
  explicit RecipeRun(Recipe recipe) : recipe_(std::move(recipe)) {}

  void run() {
    for (const Stage& stage : recipe_.stages) {
      fmt::print("== {}: {}\n", stage.name, stage.kind);
      std::fflush(stdout);
      std::visit([&](const auto& config) { run_stage(stage.name, config); }, stage.config);
    }
    print_results();
  }

 private:
  void run_stage(const std::string&, const SftConfig& config) { train(config, run_sft); }
  void run_stage(const std::string&, const GrpoConfig& config) { train(config, run_grpo); }
  void run_stage(const std::string&, const DistillConfig& config) { train(config, run_distill); }
  void run_stage(const std::string& name, const EvalRunConfig& config) {
    std::filesystem::create_directories(recipe_.output);
    const EvalResult& result = results_.insert_or_assign(name, run_eval(config)).first->second;
    fmt::print("{}\n", describe(result));
    std::fflush(stdout);
  }

  template <class C, class Train>
  static void train(const C& config, Train run) {
    const std::string& output = run_of(config).output;
    const bool finished = std::filesystem::exists(output + "/model/config.json");
    if (!finished) run(config, /*resume=*/std::filesystem::exists(output + "/config.json"));
  }

  void print_results() const {
    if (results_.empty()) return;
    fmt::print("\nresults\n");
    for (const Stage& stage : recipe_.stages) {
      if (auto found = results_.find(stage.name); found != results_.end())
        fmt::print("{}\n", describe(found->second));
    }
    for (const auto& [before, after] : recipe_.compare) {
      const EvalResult &first = results_.at(before), &second = results_.at(after);
      const PairedComparison comparison = compare(first, second);
      fmt::print("{} -> {}: {:.3f} -> {:.3f}; right only before {}, only after {}; paired test p = {:.2g}\n",
                 before, after, comparison.first, comparison.second, comparison.only_first,
                 comparison.only_second, comparison.p);
    }
  }

  Recipe recipe_;
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
  verb->callback([flags] { RecipeRun(RecipeReader(flags->file, flags->model, flags->output).read()).run(); });
}

}  // namespace r1::cli
