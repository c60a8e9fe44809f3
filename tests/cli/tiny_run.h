// A GRPO run of a second or two on the toy model.
#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "tests/cli/run_program.h"
#include "tests/toy_model.h"

namespace r1 {

// A random model never answers right, so the reward is for short completions: most bytes end one, and groups have a
// spread to learn from.
inline Json tiny_grpo_config(const std::string& model, const std::string& output, int64_t steps) {
  std::vector<int64_t> stops;
  for (int64_t byte = 0; byte < 256; byte += 8) stops.push_back(byte);
  return {{"model", model},
          {"seed", 7},
          {"steps", steps},
          {"prompts_per_step", 2},
          {"group_size", 4},
          {"run", {{"output", output}, {"checkpoint_every", 2}}},
          {"data", {{"kind", "arithmetic"}, {"size", 50}}},
          {"reward", {{"rewards", {{"length", 1.0}, {"math", 1.0}}}, {"length_max_tokens", 16}}},
          {"sampling", {{"max_new_tokens", 16}, {"stop_token_ids", stops}}},
          {"schedule", {{"learning_rate", 1e-3}}}};
}

// A folder with the toy model in "model", ready for runs beside it.
class TinyRuns {
 public:
  TinyRuns() { write_toy_model_folder(model()); }

  const std::string& path() const { return folder_.path(); }
  std::string model() const { return folder_ / "model"; }
  std::string run(const std::string& name) const { return folder_ / name; }

  // Writes <name>.json and returns the words of `r1 grpo` that read it.
  std::vector<std::string> grpo(const std::string& name, int64_t steps,
                                const std::vector<std::string>& more = {}) const {
    const std::string file = run(name) + ".json";
    write_file_durably(file, dump_json(tiny_grpo_config(model(), run(name), steps), 2));
    std::vector<std::string> words = {"grpo", "--config", file};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

 private:
  TempFolder folder_;
};

}  // namespace r1
