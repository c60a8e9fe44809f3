// A recipe is read as a whole before its first stage runs: what is wrong in the last line costs no training.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/cli/tiny_run.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

// A list of one list: braces alone would make it an object.
Json pairs(const std::vector<std::string>& names) { return Json::array({Json(names)}); }

class Recipe : public testing::Test {
 protected:
  // eval, sft, eval, grpo on the toy model; seconds in all.
  Recipe() {
    const Json data = {{"kind", "arithmetic"}, {"size", 8}};
    const Json eval = {{"data", data}, {"eval", {{"sampling", {{"temperature", 0}, {"max_new_tokens", 4}}}}}};
    Json grpo = tiny_grpo_config(runs.model(), "unused", 1);
    grpo.erase("run");
    recipe = {
        {"output", runs.run("out")},
        {"model", runs.model()},
        {"stages",
         Json::array({{{"run", "eval"}, {"name", "base"}, {"config", eval}},
                      {{"run", "sft"}, {"name", "warm"}, {"config", Json{{"steps", 1}, {"data", data}}}},
                      {{"run", "eval"}, {"name", "after"}, {"model", "warm"}, {"config", eval}},
                      {{"run", "grpo"}, {"name", "rl"}, {"model", "warm"}, {"config", grpo}}})},
        {"compare", pairs({"base", "after"})}};
  }

  ProgramResult run() {
    write_file_durably(runs.run("recipe.json"), dump_json(recipe, 2));
    return run_r1({"recipe", runs.run("recipe.json")});
  }

  // One line, exit code 2, and nothing was run.
  void expect_refused(const std::vector<std::string>& pieces) {
    const ProgramResult result = run();
    EXPECT_EQ(result.exit_code, 2) << result.err << result.out;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr("recipe.json"));
    for (const std::string& piece : pieces) EXPECT_THAT(result.err, HasSubstr(piece));
    EXPECT_EQ(result.out, "") << "a stage began";
    EXPECT_FALSE(fs::exists(runs.run("out")));
  }

  Json& stage(size_t index) { return recipe["stages"][index]; }

  TinyRuns runs;
  Json recipe;
};

TEST_F(Recipe, RunsItsStagesComparesAndGoesOnWhereItStopped) {
  const ProgramResult first = run();
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("base -> after:"));
  EXPECT_TRUE(fs::exists(runs.run("out/base.jsonl")));
  EXPECT_TRUE(fs::exists(runs.run("out/rl/model/config.json")));
  EXPECT_THAT(first.out, HasSubstr("sft 1/1"));
  const ProgramResult again = run();
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.out, Not(HasSubstr("sft 1/1"))) << "a finished stage was run again";
}

TEST_F(Recipe, CompareOfAStageThatIsNotEvaluatedIsRefusedBeforeTheFirstStage) {
  recipe["compare"] = pairs({"base", "aftr"});
  expect_refused({"compare", "\"aftr\"", "did you mean \"after\"?"});
  recipe["compare"] = pairs({"base", "warm"});  // trained, not evaluated
  expect_refused({"compare", "\"warm\"", "base, after"});
  recipe["compare"] = pairs({"base"});
  expect_refused({"compare", "pair"});
}

TEST_F(Recipe, UnknownKindsNamesAndModelsAreRefusedBeforeTheFirstStage) {
  const Json good = recipe;
  stage(3)["run"] = "gprpo";
  expect_refused({"stage rl", "run=\"gprpo\"", "\"grpo\""});
  recipe = good;
  stage(3)["model"] = "wram";
  expect_refused({"stage rl", "model=\"wram\"", "\"warm\""});
  recipe = good;
  stage(2)["model"] = "rl";  // trained later
  expect_refused({"stage after", "model=\"rl\"", "no earlier stage"});
  recipe = good;
  stage(3)["name"] = "warm";
  expect_refused({"stage warm", "same name"});
  recipe = good;
  stage(3).erase("name");
  expect_refused({"stage 4", "name"});
  recipe = good;
  stage(3)["modle"] = "warm";
  expect_refused({"stage rl", "\"modle\"", "\"model\""});
  recipe = good;
  recipe["stage"] = 1;
  expect_refused({"\"stage\"", "\"stages\""});
}

TEST_F(Recipe, ConfigsOfLaterStagesAreRefusedBeforeTheFirstStage) {
  const Json good = recipe;
  stage(3)["config"]["grup_size"] = 4;
  expect_refused({"stage rl", "grup_size", "group_size"});
  recipe = good;
  stage(3)["config"]["group_size"] = 1;
  expect_refused({"stage rl", "group_size=1", "2 or more"});
  recipe = good;
  stage(3)["config"]["device"] = "tpu";
  expect_refused({"stage rl", "tpu", "cpu"});
  recipe = good;
  stage(3)["config"]["reward"]["rewards"] = {{"maths", 1}};
  expect_refused({"stage rl", "maths", "\"math\""});
  recipe = good;
  stage(2)["config"]["data"] = {{"kind", "file"}};
  expect_refused({"stage after", "data.path"});
  recipe = good;
  stage(1)["config"]["run"] = {{"save_final_model", false}};  // but later stages start from it
  expect_refused({"stage after", "model=\"warm\"", "saves a model"});
  recipe = good;
  stage(3)["preset"] = "dapoo";
  expect_refused({"stage rl", "dapoo", "dapo"});
}

}  // namespace
}  // namespace r1
