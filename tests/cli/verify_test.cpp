// r1 verify math and r1 verify audit, as a user runs them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "tests/cli/tiny_run.h"

namespace r1 {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

ProgramResult verify(std::vector<std::string> arguments, const std::string& input = "") {
  arguments.insert(arguments.begin(), {"verify", "math"});
  return run_r1(arguments, input);
}

std::vector<Json> lines_of(const std::string& out) {
  std::vector<Json> lines;
  for (size_t at = 0; at < out.size(); at = out.find('\n', at) + 1)
    lines.push_back(parse_json(out.substr(at, out.find('\n', at) - at), "out"));
  return lines;
}

std::vector<std::string> verdicts_of(const std::string& out) {
  std::vector<std::string> verdicts;
  for (const Json& line : lines_of(out)) verdicts.push_back(line.value("verdict", "error"));
  return verdicts;
}

TEST(VerifyMath, OnePairFromFlagsIsOneJsonLine) {
  const ProgramResult result = verify({"--answer", "1/2", "--gold", "0.5"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(lines_of(result.out).at(0)["verdict"], "EQUAL");
  EXPECT_THAT(verdicts_of(verify({"--completion", "so \\boxed{3}", "--gold", "2"}).out),
              ElementsAre("DIFFERENT"));
  EXPECT_THAT(verdicts_of(verify({"--answer", "3", "--gold", "2", "--gold", "3"}).out), ElementsAre("EQUAL"));
}

TEST(VerifyMath, ExplainShowsExtractionBothTreesAndTheDecidingStep) {
  const ProgramResult result = verify({"--completion", "so \\boxed{x+1}", "--gold", "1+x", "--explain"});
  EXPECT_THAT(result.out, AllOf(HasSubstr("\"x+1\"  (box, bytes 10 to 13)"), HasSubstr("Add("),
                                HasSubstr("because"), HasSubstr("EQUAL"), HasSubstr("steps")));
}

TEST(VerifyMath, APolicyIsAProfileWithSwitchesOverIt) {
  EXPECT_THAT(verdicts_of(verify({"--answer", "100 cm", "--gold", "1 m"}).out), ElementsAre("EQUAL"));
  EXPECT_THAT(
      verdicts_of(verify({"--answer", "100 cm", "--gold", "1 m", "--set", "unit_conversion=false"}).out),
      ElementsAre("DIFFERENT"));
  EXPECT_THAT(verdicts_of(verify({"--answer", "50", "--gold", "50\\%", "--profile", "lenient"}).out),
              ElementsAre("EQUAL"));
  EXPECT_EQ(verify({"--answer", "1", "--gold", "1", "--profile", "strikt"}).exit_code, 2);
  const ProgramResult wrong = verify({"--answer", "1", "--gold", "1", "--set", "unit_converson=false"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("unit_conversion"));
}

TEST(VerifyMath, LinesOfAFileOrOfStdinGetResultsInTheirOrder) {
  const std::string lines =
      "{\"id\": \"a\", \"completion\": \"so \\\\boxed{3}\", \"gold\": \"2\"}\n\n"
      "{\"id\": \"b\", \"answer\": \"7\", \"gold\": [\"6\", \"7.0\"]}\n"
      "{\"completion\": \"no idea\", \"gold\": \"2\"}\n{\"answer\": \"7\", \"gold\": \"\"}\n";
  const ProgramResult piped = verify({}, lines);
  EXPECT_EQ(piped.exit_code, 0) << piped.err;
  EXPECT_THAT(verdicts_of(piped.out), ElementsAre("DIFFERENT", "EQUAL", "NO_ANSWER", "BAD_GOLD"));
  EXPECT_EQ(lines_of(piped.out)[1]["id"], "b");
  EXPECT_EQ(lines_of(piped.out)[2]["id"], 4);  // the line's number where it has no id
  EXPECT_THAT(piped.err, AllOf(HasSubstr("4 pairs"), HasSubstr("1 EQUAL"), HasSubstr("pairs/s")));
  TempFolder folder;
  write_file_durably(folder / "pairs.jsonl", lines);
  EXPECT_EQ(verify({folder / "pairs.jsonl"}).out, piped.out);
  EXPECT_EQ(verify({"-"}, lines).out, piped.out);
}

TEST(VerifyMath, TheOutputIsTheSameWithAnyNumberOfThreads) {
  std::string lines;
  for (int i = 0; i < 3000; ++i)
    lines += "{\"answer\": \"\\\\frac{" + std::to_string(i) + "}{4}\", \"gold\": \"" +
             std::to_string(i % 50) + "\"}\n";
  const std::string one = RunningProgram({"verify", "math"}, lines, {{"R1_THREADS", "1"}}).wait().out;
  EXPECT_EQ(std::count(one.begin(), one.end(), '\n'), 3000);
  EXPECT_EQ(RunningProgram({"verify", "math"}, lines, {{"R1_THREADS", "4"}}).wait().out, one);
}

TEST(VerifyMath, ABrokenLineIsNamedAndTheOthersAreJudged) {
  std::string lines;
  for (int i = 1; i <= 16; ++i) lines += "{\"answer\": \"4\", \"gold\": \"4\"}\n";
  const ProgramResult result = verify({}, lines + "{\"answer\": \"4\", \"gold\n" + lines);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err,
              AllOf(StartsWith("r1: stdin:17"), HasSubstr("32 pairs"), HasSubstr("1 lines were not judged")));
  const std::vector<Json> results = lines_of(result.out);
  ASSERT_EQ(results.size(), 33u);
  EXPECT_TRUE(results[16].contains("error"));
  EXPECT_EQ(results[16]["id"], 17);
}

TEST(VerifyMath, BadUsageIsOneLineWithARemedy) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--answer", "1"},
                                                    {"--gold", "1"},
                                                    {"--gold", "1", "--answer", "1", "--completion", "1"},
                                                    {"file.jsonl", "--gold", "1", "--answer", "1"}}) {
    const ProgramResult result = verify(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
  const ProgramResult missing = verify({"/no/such/file.jsonl"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.err, HasSubstr("/no/such/file.jsonl"));
}

TEST(VerifyMath, AnInterruptEndsItCleanly) {
  TempFolder folder;
  std::string line = "{\"answer\": \"(x+1)^5\", \"gold\": \"x^5+5x^4+10x^3+10x^2+5x+1\"}\n", lines;
  for (int i = 0; i < 400000; ++i) lines += line;
  write_file_durably(folder / "pairs.jsonl", lines);
  RunningProgram program({"verify", "math", folder / "pairs.jsonl"}, "", {{"R1_THREADS", "1"}});
  ASSERT_TRUE(program.wait_for_output("EQUAL"));
  program.signal(SIGINT);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  EXPECT_THAT(result.err, HasSubstr("interrupted"));
  EXPECT_TRUE(result.out.ends_with("}\n"));  // whole lines only
}

class VerifyAudit : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    runs = std::make_unique<TinyRuns>();
    ASSERT_EQ(run_r1(runs->grpo("run", 2)).exit_code, 0);
  }
  static void TearDownTestSuite() { runs.reset(); }
  static std::string run() { return runs->run("run"); }
  static Json audit(std::vector<std::string> more) {
    std::vector<std::string> words = {"verify", "audit", run(), "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const ProgramResult result = run_r1(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return parse_json(result.out, "out");
  }
  // A program that answers every line with this reward.
  static std::string judge(const std::string& reward) {
    const std::string path = runs->run("judge" + reward + ".sh");
    write_file_durably(path, "#!/bin/sh\nwhile read -r line; do echo '{\"reward\": " + reward +
                                 ", \"detail\": \"says the script\"}'; done\n");
    ::chmod(path.c_str(), 0755);
    return path;
  }
  static inline std::unique_ptr<TinyRuns> runs;
};

TEST_F(VerifyAudit, TheRunsOwnPolicyAgreesWithItself) {
  const Json same = audit({"--profile", "strict"});
  EXPECT_EQ(same["num_samples"], 2 * 2 * 4);
  EXPECT_EQ(same["num_agree"], same["num_samples"]);
  EXPECT_EQ(same["disagreements"], Json::array());
}

TEST_F(VerifyAudit, AProgramThatFindsAllRightDisagreesWithEverySampleThatWasNotRewarded) {
  const Json all = audit({"--limit", "3", "--command", judge("1")});
  EXPECT_EQ(all["num_samples"], 16);
  const auto changed = all["num_reward_changes"].get<int64_t>();
  EXPECT_GT(changed, 0);
  EXPECT_EQ(all["num_agree"].get<int64_t>() + changed, 16);
  ASSERT_EQ(all["disagreements"].size(), 3u);
  EXPECT_EQ(all["disagreements"][0]["second"], "correct");
  EXPECT_EQ(all["disagreements"][0]["detail"], "says the script");
  EXPECT_EQ(audit({"--command", judge("0")})["num_agree"].get<int64_t>(), changed);
  EXPECT_EQ(audit({"--command", judge("null")})["num_samples"], 0);
}

TEST_F(VerifyAudit, TheTableEndsWithACount) {
  const ProgramResult result = run_r1({"verify", "audit", run(), "--command", judge("1")});
  EXPECT_THAT(result.out, AllOf(HasSubstr("second's reason"), HasSubstr("16 samples judged again")));
}

TEST_F(VerifyAudit, AProgramThatFailsEndsTheAudit) {
  const ProgramResult result = run_r1({"verify", "audit", run(), "--command", "/bin/false"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("/bin/false"));
  EXPECT_EQ(run_r1({"verify", "audit", runs->run("none")}).exit_code, 2);
}

}  // namespace
}  // namespace r1
