#include "rewards/external_reward.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/files.h"
#include "base/json.h"
#include "rewards/line_process.h"

namespace r1 {
namespace {

using std::chrono::milliseconds;

// A program in a few lines of sh; `read` is its one loop over requests.
std::vector<std::string> sh(const std::string& script) { return {"/bin/sh", "-c", script}; }

std::vector<std::string> answering(const std::string& answer) {
  return sh("while read -r line; do echo '" + answer + "'; done");
}

std::vector<Score> score(ExternalReward& reward, size_t count, const std::string& completion = "text") {
  static const Example example;
  const std::vector<RewardInput> inputs(count, RewardInput{example, completion, ""});
  return reward.score(inputs);
}

std::vector<Score> score_with(const std::vector<std::string>& command, size_t count,
                              milliseconds timeout = milliseconds(5000)) {
  ExternalReward reward(command, timeout);
  return score(reward, count);
}

size_t num_errors(const std::vector<Score>& scores) {
  size_t count = 0;
  for (const Score& score : scores) {
    if (score.verdict != Verdict::JudgeError) continue;
    ++count;
    EXPECT_EQ(score.value, std::nullopt);  // never 0
  }
  return count;
}

TEST(ExternalReward, AnswersBecomeScoresInOrder) {
  const auto scores = score_with(sh("n=0; while read -r line; do n=$((n+1)); echo \"{\\\"reward\\\": $n, "
                                    "\\\"detail\\\": \\\"d$n\\\"}\"; done"),
                                 3);
  ASSERT_EQ(scores.size(), 3u);
  EXPECT_EQ(scores[0].value, 1.0);
  EXPECT_EQ(scores[2].value, 3.0);
  EXPECT_EQ(scores[2].detail, "d3");
  EXPECT_EQ(scores[2].verdict, std::nullopt);
}

TEST(ExternalReward, NullMeansDoesNotApply) {
  const auto scores = score_with(answering("{\"reward\": null}"), 1);
  EXPECT_EQ(scores[0].value, std::nullopt);
  EXPECT_EQ(scores[0].verdict, std::nullopt);
}

TEST(ExternalReward, TheRequestCarriesEverything) {
  const std::string file = testing::TempDir() + "external_request.jsonl";
  Example example{.id = "set/1",
                  .messages = {{"user", "q"}},
                  .prompt_text = "",
                  .completion_text = "",
                  .answer = "5",
                  .verifier = "",
                  .metadata = {{"level", 2}}};
  ExternalReward reward(
      sh("read -r line; printf '%s' \"$line\" > " + file + "; echo '{\"reward\": 1}'; read -r line"),
      milliseconds(5000));
  const RewardInput input{example, "a\nb", "", 7, true};
  EXPECT_EQ(reward.score({&input, 1})[0].value, 1.0);
  EXPECT_EQ(parse_json(read_file(file), "request"), (Json{{"id", 0},
                                                          {"example_id", "set/1"},
                                                          {"prompt", {{{"role", "user"}, {"content", "q"}}}},
                                                          {"completion", "a\nb"},
                                                          {"answer", "5"},
                                                          {"metadata", {{"level", 2}}},
                                                          {"num_tokens", 7},
                                                          {"truncated", true}}));
  std::filesystem::remove(file);
}

TEST(ExternalReward, OneProcessServesManyBatches) {
  ExternalReward reward(sh("n=0; while read -r line; do n=$((n+1)); echo \"{\\\"reward\\\": $n}\"; done"),
                        milliseconds(5000));
  EXPECT_EQ(score(reward, 2)[1].value, 2.0);
  EXPECT_EQ(score(reward, 2)[1].value, 4.0);
  EXPECT_TRUE(score(reward, 0).empty());
}

TEST(ExternalReward, ACrashFailsTheUnansweredOnesAndKeepsStderr) {
  const auto scores = score_with(sh("read -r line; echo '{\"reward\": 1}'; echo boom >&2; exit 3"), 3);
  EXPECT_EQ(scores[0].value, 1.0);
  EXPECT_EQ(num_errors(scores), 2u);
  EXPECT_NE(scores[2].detail.find("exit status 3"), std::string::npos) << scores[2].detail;
  EXPECT_NE(scores[2].detail.find("boom"), std::string::npos) << scores[2].detail;
}

TEST(ExternalReward, ARestartedProgramServesTheNextBatch) {
  const std::string file = testing::TempDir() + "external_restart";
  std::filesystem::remove(file);
  ExternalReward reward(
      sh("if [ -e " + file + " ]; then while read -r l; do echo '{\"reward\": 2}'; done; else touch " + file +
         "; exit 1; fi"),
      milliseconds(5000));
  EXPECT_EQ(num_errors(score(reward, 2)), 2u);
  EXPECT_EQ(num_errors(score(reward, 2)), 0u);
  std::filesystem::remove(file);
}

TEST(ExternalReward, AProgramThatEndsAfterItsLastAnswerIsStartedAgain) {
  ExternalReward reward(sh("read -r line; echo '{\"reward\": 1}'"), milliseconds(5000));
  for (int batch = 0; batch < 3; ++batch) {
    EXPECT_EQ(num_errors(score(reward, 1)), 0u);
    std::this_thread::sleep_for(milliseconds(200));
  }
}

TEST(ExternalReward, ADeadlineFailsTheUnansweredOnes) {
  const auto begin = std::chrono::steady_clock::now();
  const auto scores = score_with(sh("read -r l; echo '{\"reward\": 1}'; sleep 30"), 2, milliseconds(300));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(scores[0].value, 1.0);
  EXPECT_EQ(num_errors(scores), 1u);
  EXPECT_NE(scores[1].detail.find("no answer within 300 ms"), std::string::npos) << scores[1].detail;
}

TEST(ExternalReward, LinesThatAreNotAnswersAreJudgeErrors) {
  for (const char* line : {"hello", "{\"reward\": \"1\"}", "{\"score\": 1}", "[1]", "{\"reward\": 1e999}",
                           "{\"reward\": NaN}", ""}) {
    EXPECT_EQ(num_errors(score_with(answering(line), 2)), 2u) << line;
  }
}

TEST(ExternalReward, OneLineTooManyFailsTheBatchAndTheNextIsClean) {
  const auto scores =
      score_with(sh("while read -r l; do printf '{\"reward\": 1}\\n{\"reward\": 0}\\n'; done"), 1);
  EXPECT_EQ(num_errors(scores), 1u);
  EXPECT_NE(scores[0].detail.find("more lines than requests"), std::string::npos) << scores[0].detail;
}

TEST(ExternalReward, ALateLineIsNotTakenForTheNextBatchsAnswer) {
  ExternalReward reward(sh("read -r l; echo '{\"reward\": 1}'; sleep 0.1; echo '{\"reward\": 99}'; while "
                           "read -r l; do echo '{\"reward\": 1}'; done"),
                        milliseconds(5000));
  EXPECT_EQ(score(reward, 1)[0].value, 1.0);
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_EQ(score(reward, 1)[0].value, 1.0);
}

TEST(ExternalReward, AProgramThatCannotStartIsAJudgeError) {
  const auto scores = score_with({"/nonexistent/judge"}, 2);
  EXPECT_EQ(num_errors(scores), 2u);
  EXPECT_NE(scores[0].detail.find("cannot start the program"), std::string::npos) << scores[0].detail;
}

TEST(ExternalReward, AProgramThatNeverReadsRaisesNoSigpipe) {
  ExternalReward reward(sh("exec 0<&-; sleep 0.2"), milliseconds(5000));
  EXPECT_EQ(num_errors(score(reward, 500, std::string(10000, 'x'))), 500u);  // far more than a socket buffers
}

// The program writes while we write, both more than the pipes hold: neither side may wait for the other for ever.
TEST(ExternalReward, LargeBatchesDoNotDeadlock) {
  const std::string answer = "{\"reward\": 1, \"detail\": \"" + std::string(3000, 'y') + "\"}";
  ExternalReward reward(answering(answer), milliseconds(60000));
  EXPECT_EQ(num_errors(score(reward, 100, std::string(3000, 'x'))), 0u);
}

TEST(ExternalReward, BadUtf8InACompletionIsRepaired) {
  ExternalReward reward(answering("{\"reward\": 1}"), milliseconds(5000));
  EXPECT_EQ(score(reward, 1, "\xFF\xC3")[0].value, 1.0);
}

TEST(LineProcess, TheWholeGroupDiesWithTheObject) {
  const std::string file = testing::TempDir() + "external_group";
  std::filesystem::remove(file);
  {
    LineProcess process(sh("sleep 60 & echo $! > " + file + "; echo ready; wait"));
    process.exchange("", std::chrono::steady_clock::now() + std::chrono::seconds(5),
                     [](std::string_view) { return false; });
  }
  const pid_t grandchild = std::stoi(read_file(file));
  bool gone = false;
  for (int i = 0; i < 200 && !gone; ++i) {
    // Without a reaper above us the dead process may stay as a zombie; that counts as gone.
    std::string state = "Z";
    if (::kill(grandchild, 0) == 0) {
      try {
        const std::string stat = read_file("/proc/" + std::to_string(grandchild) + "/stat");
        state = stat.substr(stat.rfind(')') + 2, 1);
      } catch (const std::exception&) {
      }
    }
    gone = state == "Z";
    if (!gone) std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_TRUE(gone);
  std::filesystem::remove(file);
}

TEST(LineProcess, TheChildSeesOnlyItsThreeDescriptors) {
  int fds[2];
  ASSERT_EQ(::pipe(fds), 0);  // without close-on-exec
  LineProcess process(sh("ls /proc/self/fd | wc -l"));
  std::string seen;
  process.exchange("", std::chrono::steady_clock::now() + std::chrono::seconds(5),
                   [&](std::string_view line) {
                     seen = line;
                     return false;
                   });
  EXPECT_EQ(seen, "4");  // 0, 1, 2 and ls's own
  ::close(fds[0]);
  ::close(fds[1]);
}

TEST(LineProcess, AnEndlessLineIsRefused) {
  LineProcess process({"/bin/cat", "/dev/zero"});
  EXPECT_EQ(process.exchange("", std::chrono::steady_clock::now() + std::chrono::seconds(20),
                             [](std::string_view) { return true; }),
            LineProcess::Outcome::TooLong);
}

}  // namespace
}  // namespace r1
