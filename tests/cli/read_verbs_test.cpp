// The verbs that read: each has --json, and says the same as the files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/text_output.h"
#include "tests/cli/tiny_run.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

ProgramResult must_run(const std::vector<std::string>& arguments, const std::string& input = "") {
  ProgramResult result = run_r1(arguments, input);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return result;
}
Json json_of(std::vector<std::string> arguments) {
  arguments.push_back("--json");
  return parse_json(must_run(arguments).out, "r1's output");
}

// One finished run for all tests of this file.
class ReadVerbs : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    runs = std::make_unique<TinyRuns>();
    must_run(runs->grpo("run", 3));
  }
  static void TearDownTestSuite() { runs.reset(); }
  static std::string run() { return runs->run("run"); }
  static inline std::unique_ptr<TinyRuns> runs;
};

TEST_F(ReadVerbs, RunsListsTheRunWithItsSteps) {
  const Json list = json_of({"runs", runs->path()});
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["verb"], "grpo");
  EXPECT_EQ(list[0]["num_steps"], 3);
  EXPECT_TRUE(list[0]["last_metrics"].contains("reward"));
  EXPECT_THAT(must_run({"runs", runs->path()}).out, AllOf(HasSubstr("grpo"), HasSubstr(run())));
}

TEST_F(ReadVerbs, SamplesFiltersByStepAndReward) {
  EXPECT_EQ(json_of({"samples", run(), "--limit", "1000"}).size(), 3u * 2 * 4);
  const Json of_step = json_of({"samples", run(), "--step", "2"});
  ASSERT_EQ(of_step.size(), 8u);
  for (const Json& sample : of_step) EXPECT_EQ(sample["step"], 2);
  for (const Json& sample : json_of({"samples", run(), "--min-reward", "0.5"}))
    EXPECT_GE(sample["reward"], 0.5);
  for (const Json& sample : json_of({"samples", run(), "--truncated"}))
    EXPECT_EQ(sample["finish_reason"], "length");
  for (const Json& sample : json_of({"samples", run(), "--failed"})) EXPECT_NE(sample["verdict"], "correct");
  EXPECT_EQ(json_of({"samples", run(), "--failed", "--limit", "5"}).size(), 5u);
}

TEST_F(ReadVerbs, WhyShowsEveryPartAndSaysItInASentence) {
  const Json why = json_of({"why", run(), "1", "0", "2", "--tokens"});
  EXPECT_THAT(why["why"].get<std::string>(),
              AllOf(HasSubstr("Reward"), HasSubstr("length gives"), HasSubstr("math gives 0")));
  EXPECT_EQ(why["parts"].size(), 2u);
  ASSERT_FALSE(why["tokens"].empty());
  EXPECT_LE(why["tokens"][0]["logprob"].get<double>(), 0);
  const std::string text = must_run({"why", run(), "--step", "1", "--sample", "2"}).out;
  EXPECT_THAT(text, AllOf(HasSubstr("prompt ("), HasSubstr("completion ("), HasSubstr("advantage"),
                          HasSubstr("why")));
  EXPECT_EQ(run_r1({"why", run(), "1", "0", "99"}).exit_code, 2);
}

TEST_F(ReadVerbs, InspectKnowsEveryFileOfARun) {
  EXPECT_EQ(json_of({"inspect", run()})["steps"], 3);
  const Json model = json_of({"inspect", run() + "/model"});
  EXPECT_EQ(model["kind"], "Hugging Face model folder");
  EXPECT_EQ(model["problems"], Json::array());
  EXPECT_EQ(model["tokenizer"]["vocabulary"], 259);
  EXPECT_THAT(model["tokenizer"]["sample conversation"].get<std::string>(),
              HasSubstr("<|im_start|>assistant"));
  const Json checkpoint = json_of({"inspect", run() + "/checkpoints/step_000003"});
  EXPECT_EQ(checkpoint["trainer"]["step"], 3);
  EXPECT_THAT(checkpoint["state"].get<std::string>(), HasSubstr("whole"));
  EXPECT_EQ(json_of({"inspect", run() + "/model/model.safetensors"})["tensor dtypes"]["F32"],
            model["tensors"].size());
  EXPECT_THAT(must_run({"inspect", run()}).out, HasSubstr("last metrics"));
}

TEST_F(ReadVerbs, InspectNamesAWrongShape) {
  TempFolder folder;
  write_toy_model_folder(folder / "m");
  std::string config = read_file(folder / "m/config.json");
  const std::string from = "\"intermediate_size\": 48";
  ASSERT_NE(config.find(from), std::string::npos) << config;
  write_file_durably(folder / "m/config.json",
                     config.replace(config.find(from), from.size(), "\"intermediate_size\": 40"));
  EXPECT_EQ(json_of({"inspect", folder / "m"})["problems"].size(), 6u);  // gate, up and down of two layers
}

TEST_F(ReadVerbs, InspectCountsADataFile) {
  TempFolder folder;
  write_file_durably(folder / "d.jsonl",
                     "{\"question\": \"2+2?\", \"answer\": \"so #### 4\"}\n{\"question\": \"1?\", "
                     "\"answer\": \"#### 1\"}\n");
  const Json report = json_of({"inspect", folder / "d.jsonl"});
  EXPECT_EQ(report["format"], "gsm8k");
  EXPECT_EQ(report["examples"], 2);
  EXPECT_EQ(report["first example"]["answer"], "4");
}

TEST(Convert, Float32CopyHasTheSameBitsAndShortFormatsAreSmaller) {
  TempFolder folder;
  write_toy_model_folder(folder / "m");
  EXPECT_THAT(must_run({"export", folder / "m", folder / "f32", "--verify"}).out,
              HasSubstr("largest logit difference 0,"));
  EXPECT_THAT(must_run({"import", folder / "m", folder / "bf16", "--dtype", "bfloat16", "--verify"}).out,
              HasSubstr("verified"));
  const Json copy = json_of({"inspect", folder / "bf16"});
  EXPECT_TRUE(copy["tensor dtypes"].contains("BF16"));
  EXPECT_FALSE(fs::exists(folder / "f32.tmp"));
  EXPECT_EQ(run_r1({"export", folder / "m", folder / "x", "--dtype", "int8"}).exit_code, 2);
}

TEST(ConfigExplain, ListsKeysOfEveryVerbAndFilters) {
  for (const char* verb : {"sft", "grpo", "distill", "eval"})
    EXPECT_GT(json_of({"config", "explain", verb}).size(), 5u);
  for (const Json& key : json_of({"config", "explain", "grpo", "sampling"})) {
    EXPECT_TRUE(key["key"].get<std::string>().starts_with("sampling"));
  }
  EXPECT_EQ(json_of({"config", "explain", "grpo", "group_size"})[0]["default"], 8);
  const ProgramResult result = run_r1({"config", "explain", "grpo", "samplng.temperature"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("sampling.temperature"));
}

TEST(Doctor, NamesKernelsLibtorchAndDisk) {
  const Json checks = json_of({"doctor"});
  std::string names;
  for (const Json& check : checks) names += check["check"].get<std::string>() + " ";
  EXPECT_THAT(names,
              AllOf(HasSubstr("kernels"), HasSubstr("libtorch"), HasSubstr("disk"), HasSubstr("memory")));
}

TEST(TextOutput, EscapesWhatCouldMoveTheCursor) {
  EXPECT_EQ(cli::printable("a\x1b[2Jb\r\n\tc"), "a\\u{1b}[2Jb\\u{d}\n\tc");
  EXPECT_EQ(cli::printable("\xe2\x80\xae"
                           "abc"),
            "\\u{202e}abc");                                   // right-to-left override
  EXPECT_EQ(cli::printable("\xff\xc3\xa9"), "\\xff\xc3\xa9");  // a stray byte, then e with an accent
  EXPECT_EQ(cli::one_line("a\nb", 10), "a\\nb");
  EXPECT_EQ(cli::one_line("abcdef", 3), "abc...");
}

TEST(TextOutput, TableAlignsNumbersRight) {
  cli::Table table({"name", "n"});
  table.add({"a", "100"});
  table.add({"bcd", "5"});
  EXPECT_EQ(table.text(), "name    n\na     100\nbcd     5");
}

}  // namespace
}  // namespace r1
