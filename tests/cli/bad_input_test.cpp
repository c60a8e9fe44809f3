// What a user sees when something is wrong: one line with place, value and remedy, the documented exit code, and
// nothing half-written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/cli/tiny_run.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

// One line on standard error that begins with "r1: ".
void expect_refusal(const ProgramResult& result, int exit_code, const std::vector<std::string>& pieces) {
  EXPECT_EQ(result.exit_code, exit_code) << result.err << result.out;
  EXPECT_TRUE(result.err.starts_with("r1: ")) << result.err;
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  for (const std::string& piece : pieces) EXPECT_THAT(result.err, HasSubstr(piece));
}

void replace_in_file(const std::string& path, const std::string& from, const std::string& to) {
  std::string text = read_file(path);
  const size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << path << " does not hold " << from;
  write_file_durably(path, text.replace(at, from.size(), to));
}

class BadInput : public testing::Test {
 protected:
  // Runs grpo on the (damaged) toy folder and expects that no run folder was made.
  void expect_grpo_refuses(int exit_code, const std::vector<std::string>& more,
                           const std::vector<std::string>& pieces) {
    expect_refusal(run_r1(runs.grpo("run", 2, more)), exit_code, pieces);
    EXPECT_FALSE(fs::exists(runs.run("run"))) << "a failed start left a run folder behind";
  }
  std::string file(const std::string& name, const std::string& content) {
    write_file_durably(runs.run(name), content);
    return runs.run(name);
  }
  TinyRuns runs;
};

TEST_F(BadInput, UnknownConfigKeyIsNamedWithFileLineAndNearestKey) {
  const std::string config = file("c.json", "{\n  \"model\": \"m\",\n  \"grup_size\": 4\n}\n");
  expect_refusal(run_r1({"grpo", "--config", config}), 2, {"c.json:3", "grup_size", "group_size"});
}

TEST_F(BadInput, UnknownSettingIsNamedWithNearestKey) {
  expect_grpo_refuses(2, {"--set", "sampling.temprature=1"}, {"sampling.temprature", "sampling.temperature"});
}

TEST_F(BadInput, ConfigFileThatIsNoJsonIsNamedWithItsLine) {
  const std::string config = file("c.json", "{\n  \"steps\": 4,\n  oops\n}\n");
  expect_refusal(run_r1({"grpo", "--config", config}), 2, {"c.json", "line 3"});
}

TEST_F(BadInput, MissingConfigFileIsNamed) {
  expect_refusal(run_r1({"grpo", "--config", runs.run("none.json")}), 1, {"none.json", "No such file"});
}

TEST_F(BadInput, UnknownFlagAndUnknownVerbAreUsageErrors) {
  expect_refusal(run_r1({"grpo", "--groupsize", "4"}), 2, {"--groupsize", "--help"});
  expect_refusal(run_r1({}), 2, {"--help"});
}

TEST_F(BadInput, UnknownVerbIsNamedWithTheNearest) {
  expect_refusal(run_r1({"grpoo"}), 2, {"\"grpoo\"", "did you mean \"grpo\"?", "--help"});
  expect_refusal(run_r1({"verfy", "math"}), 2, {"\"verfy\"", "\"verify\""});
  expect_refusal(run_r1({"verify", "maths"}), 2, {"\"verify maths\"", "\"verify math\""});
  const ProgramResult far = run_r1({"bake", "--config", "x.json"});
  expect_refusal(far, 2, {"\"bake\"", "--help"});
  EXPECT_THAT(far.err, testing::Not(HasSubstr("did you mean")));
}

TEST_F(BadInput, GroupOfOneSaysWhyAndWhat) {
  expect_grpo_refuses(2, {"--set", "group_size=1"}, {"group_size=1", "2 or more"});
}

TEST_F(BadInput, ValueOutOfRangeIsNamed) {
  expect_grpo_refuses(2, {"--set", "sampling.temperature=-1"}, {"temperature", "-1"});
  expect_grpo_refuses(2, {"--set", "steps=many"}, {"steps", "many", "integer"});
  expect_grpo_refuses(2, {"--set", "device=tpu"}, {"tpu", "cpu"});
}

TEST_F(BadInput, MissingModelIsNamed) {
  fs::remove_all(runs.model());
  expect_grpo_refuses(1, {}, {runs.model(), "no such model"});
}

TEST_F(BadInput, FolderThatIsNoModelIsRefused) {
  fs::remove_all(runs.model());
  fs::create_directory(runs.model());
  expect_grpo_refuses(1, {}, {runs.model()});
}

TEST_F(BadInput, TruncatedGgufIsNamed) {
  std::string header("GGUF\x03\0\0\0", 8);
  header +=
      std::string("\x05\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0", 16);  // five tensors and two values follow, it says
  const std::string gguf = file("cut.gguf", header);
  expect_grpo_refuses(1, {"--set", "model=" + gguf}, {"cut.gguf"});
  expect_refusal(run_r1({"inspect", gguf}), 1, {"cut.gguf"});
}

TEST_F(BadInput, TruncatedSafetensorsIsNamed) {
  const std::string weights = runs.model() + "/model.safetensors";
  fs::resize_file(weights, fs::file_size(weights) - 100);
  expect_grpo_refuses(1, {}, {"model.safetensors"});
  expect_refusal(run_r1({"inspect", weights}), 1, {"model.safetensors"});
}

TEST_F(BadInput, WrongTensorShapeNamesTensorAndBothShapes) {
  replace_in_file(runs.model() + "/config.json", "\"intermediate_size\": 48", "\"intermediate_size\": 40");
  expect_grpo_refuses(1, {}, {"mlp", "48", "40"});
}

TEST_F(BadInput, TokenizerOfAnotherModelIsRefused) {
  fs::remove_all(runs.model());
  ToyModelOptions options;
  options.vocab_size = 200;
  write_toy_model_folder(runs.model(), options);
  expect_grpo_refuses(1, {}, {"259", "200", "tokenizer"});
}

TEST_F(BadInput, TemplateThatDoesNotParseIsNamedWithItsLine) {
  fs::remove_all(runs.model());
  write_toy_model_folder(runs.model(), {}, "{{ 'a' }}\n{% for %}");
  expect_grpo_refuses(1, {}, {"2"});
}

TEST_F(BadInput, TemplateThatRefusesTheConversationSaysWhatItSaid) {
  fs::remove_all(runs.model());
  write_toy_model_folder(runs.model(), {}, "{{ raise_exception('roles must alternate') }}");
  expect_grpo_refuses(1, {}, {"roles must alternate"});
}

TEST_F(BadInput, BrokenJsonLineIsNamedWithItsNumber) {
  std::string lines;
  for (int i = 1; i <= 20; ++i)
    lines += i == 17 ? "{\"prompt\": \"2+2?\", \"answer\n" : "{\"prompt\": \"2+2?\", \"answer\": \"4\"}\n";
  const std::string data = file("data.jsonl", lines);
  expect_grpo_refuses(1, {"--set", "data.kind=file", "--set", "data.path=" + data}, {"data.jsonl:17"});
}

TEST_F(BadInput, EmptyDataSetIsRefused) {
  const std::string data = file("data.jsonl", "\n\n");
  expect_grpo_refuses(1, {"--set", "data.kind=file", "--set", "data.path=" + data}, {"data.jsonl"});
}

TEST_F(BadInput, MissingDataFileIsNamed) {
  expect_grpo_refuses(1, {"--set", "data.kind=file", "--set", "data.path=" + runs.run("none.jsonl")},
                      {"none.jsonl"});
}

TEST_F(BadInput, PromptLongerThanTheContextNamesTheExample) {
  const std::string data =
      file("data.jsonl", "{\"prompt\": \"" + std::string(400, 'x') + "\", \"answer\": \"4\"}\n");
  expect_grpo_refuses(1, {"--set", "data.kind=file", "--set", "data.path=" + data},
                      {"data/1", "400 tokens", "256"});
}

TEST_F(BadInput, UnknownRewardIsNamedWithTheNearest) {
  expect_grpo_refuses(2, {"--set", "reward.rewards={\"maths\": 1}"}, {"maths", "math"});
}

TEST_F(BadInput, ExportRefusesAnExistingFolderAndLeavesNothing) {
  expect_refusal(run_r1({"export", runs.model(), runs.model()}), 2, {runs.model(), "exists"});
  expect_refusal(run_r1({"export", runs.run("none"), runs.run("out")}), 1, {"none", "no such model"});
  EXPECT_FALSE(fs::exists(runs.run("out")));
  EXPECT_FALSE(fs::exists(runs.run("out.tmp")));
}

TEST_F(BadInput, LedgerVerbsNameAMissingRun) {
  expect_refusal(run_r1({"samples", runs.run("none")}), 2, {"none", "run.db"});
  expect_refusal(run_r1({"why", runs.run("none"), "1", "0", "0"}), 2, {"none", "run.db"});
  expect_refusal(run_r1({"inspect", runs.run("none")}), 2, {"none", "no such file"});
}

// Whoever sends results into a file on a full disk is told so, by whichever verb.
TEST_F(BadInput, OutputThatCannotBeWrittenIsAFailure) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  for (const std::string words :
       {"verify math --answer 1 --gold 1", "config explain grpo", "doctor --json"}) {
    const int status = std::system((r1_program() + " " + words + " >/dev/full 2>/dev/null").c_str());
    ASSERT_TRUE(WIFEXITED(status)) << words;
    EXPECT_EQ(WEXITSTATUS(status), 1) << words;
  }
}

}  // namespace
}  // namespace r1
