#include "rl/ledger_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/errors.h"
#include "base/files.h"
#include "tests/rl/ledger_fixture.h"

namespace r1 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LedgerQuery : public ::testing::Test {
 protected:
  LedgerQuery() : ledger_(folder_ / "run.db"), reader_((record(ledger_, 1), folder_ / "run.db")) {
    record(ledger_, 2, "toy/2", 0.5);
    record(ledger_, 5, "toy/5", 0.25);
  }
  TempFolder folder_;
  Ledger ledger_;
  LedgerReader reader_;
};

std::vector<SampleAddress> addresses(const std::vector<SampleSummary>& samples) {
  std::vector<SampleAddress> out;
  for (const SampleSummary& sample : samples) out.push_back(sample.address);
  return out;
}

TEST_F(LedgerQuery, StepsComeInOrderWithTheirMetrics) {
  const auto steps = reader_.steps();
  ASSERT_THAT(steps, SizeIs(3));
  EXPECT_EQ(steps[2].mark.step, 5);
  EXPECT_EQ(steps[2].mark.policy_version, 10);
  EXPECT_EQ(steps[2].mark.data_cursor, 50);
  EXPECT_EQ(steps[1].metrics, (std::map<std::string, double>{{"reward", 0.5}, {"step_time", 0.1}}));
  EXPECT_THAT(reader_.steps(2, 4), SizeIs(1));
  EXPECT_THAT(reader_.steps(6), IsEmpty());
}

TEST_F(LedgerQuery, AStepWithoutMetricsIsAStepAndNullIsNan) {
  ledger_.record_step({.step = 7});
  ledger_.record_step({.step = 8, .metrics = {{"loss", std::nan("")}}});
  const auto steps = reader_.steps(7);
  ASSERT_THAT(steps, SizeIs(2));
  EXPECT_THAT(steps[0].metrics, IsEmpty());
  EXPECT_TRUE(std::isnan(steps[1].metrics.at("loss")));
}

TEST_F(LedgerQuery, SamplesAreTheNewestFirstAndInOrderInsideAStep) {
  EXPECT_THAT(addresses(reader_.samples({.limit = 3})),
              ElementsAre(SampleAddress{5, 1, 1}, SampleAddress{5, 1, 0}, SampleAddress{5, 0, 1}));
  EXPECT_THAT(addresses(reader_.samples({.step = 2, .limit = 2, .offset = 1})),
              ElementsAre(SampleAddress{2, 0, 1}, SampleAddress{2, 1, 0}));
}

TEST_F(LedgerQuery, EachFilterSelectsAlone) {
  EXPECT_EQ(reader_.count_samples({}), 12);
  EXPECT_EQ(reader_.count_samples({.step = 2}), 4);
  EXPECT_EQ(reader_.count_samples({.verdict = Verdict::Correct}), 6);
  EXPECT_EQ(reader_.count_samples({.verdict = Verdict::Wrong}), 0);
  EXPECT_EQ(reader_.count_samples({.min_reward = 1.5}), 6);
  EXPECT_EQ(reader_.count_samples({.min_reward = 1.51}), 0);
  EXPECT_EQ(reader_.count_samples({.max_reward = 0.0}), 6);
  EXPECT_EQ(reader_.count_samples({.max_reward = -0.1}), 0);
  EXPECT_EQ(reader_.count_samples({.truncated = true}), 6);
  EXPECT_EQ(reader_.count_samples({.step = 5, .verdict = Verdict::NoAnswer, .truncated = false}), 0);
  EXPECT_EQ(reader_.count_samples({.step = 5, .verdict = Verdict::NoAnswer, .truncated = true}), 2);
  EXPECT_EQ(reader_.count_samples({.example_id = "toy/2b"}), 2);
  EXPECT_EQ(reader_.count_samples({.example_id = "' OR 1=1 --"}), 0);
  for (const SampleSummary& sample : reader_.samples({.verdict = Verdict::Correct})) {
    EXPECT_EQ(sample.finish_reason, FinishReason::Stop);
    EXPECT_EQ(sample.num_tokens, 3);
    EXPECT_EQ(sample.advantage, 1.0);
  }
}

TEST_F(LedgerQuery, OneSampleComesBackAsItWasRecorded) {
  const auto found = reader_.sample({2, 1, 1});
  ASSERT_TRUE(found);
  const Group group = make_group("toy/2b");
  const Completion& expected = group.completions[1];
  EXPECT_EQ(found->example.id, "toy/2b");
  EXPECT_EQ(found->example.messages, group.example.messages);
  EXPECT_EQ(found->example.answer, "42");
  EXPECT_EQ(found->example.verifier, "math");
  EXPECT_EQ(found->example.metadata, group.example.metadata);
  EXPECT_EQ(found->prompt_ids, group.prompt_ids);
  EXPECT_EQ(found->completion.token_ids, expected.token_ids);
  EXPECT_EQ(found->completion.rollout_logprobs, expected.rollout_logprobs);
  EXPECT_EQ(found->completion.text, expected.text);
  EXPECT_EQ(found->completion.finish_reason, expected.finish_reason);
  EXPECT_EQ(found->completion.sample_index, 1);
  EXPECT_EQ(found->completion.policy_version, 4);
  EXPECT_EQ(found->score.verdict, Verdict::NoAnswer);
  EXPECT_EQ(found->score.advantage, -1.0);
  ASSERT_THAT(found->score.parts, SizeIs(2));
  EXPECT_EQ(found->score.parts[0].name, "format");
  EXPECT_EQ(found->score.parts[0].value, std::nullopt);
  EXPECT_EQ(found->score.parts[1].value, 0.0);
  EXPECT_EQ(found->score.parts[1].verdict, Verdict::NoAnswer);
  EXPECT_EQ(found->score.parts[1].detail, "no \\boxed{}");
  EXPECT_FALSE(reader_.sample({3, 0, 0}));
}

TEST_F(LedgerQuery, VerifiedCompletionsAreExportedInOrder) {
  std::vector<Json> lines;
  reader_.for_each_sample({.verdict = Verdict::Correct},
                          [&](const SampleDetail& sample) { lines.push_back(sample_to_json(sample)); });
  ASSERT_THAT(lines, SizeIs(6));
  EXPECT_EQ(lines[0]["step"], 1);
  EXPECT_EQ(lines[5]["step"], 5);
  const Json expected = {{"id", "toy/2"},
                         {"prompt", {{{"role", "user"}, {"content", "What is 6 * 7? (toy/2)"}}}},
                         {"completion", "The answer is \\boxed{42}."},
                         {"prompt_ids", {1, 11, 12}},
                         {"completion_ids", {7, 25, 2}},
                         {"finish_reason", "stop"},
                         {"reward", 1.5},
                         {"verdict", "correct"},
                         {"answer", "42"},
                         {"step", 2},
                         {"policy_version", 4}};
  EXPECT_EQ(lines[2], expected);
}

TEST_F(LedgerQuery, EvalsKeepEveryGeneration) {
  ledger_.record_eval({.step = 2,
                       .name = "gsm8k",
                       .metrics = {{"avg@1", 0.5}, {"bad", INFINITY}},
                       .samples = {{.example_id = "g/1",
                                    .sample = 1,
                                    .text = "4",
                                    .token_ids = {9, 2},
                                    .finish_reason = FinishReason::Stop,
                                    .verdict = Verdict::Wrong,
                                    .reward = 0.5,
                                    .detail = "4 != 5"},
                                   {.example_id = "g/2"}}});
  EXPECT_THAT(reader_.evals(false).at(0).samples, IsEmpty());
  const EvalRecord eval = reader_.evals(true).at(0);
  EXPECT_EQ(eval.name, "gsm8k");
  EXPECT_EQ(eval.metrics.at("avg@1"), 0.5);
  EXPECT_TRUE(std::isnan(eval.metrics.at("bad")));
  ASSERT_THAT(eval.samples, SizeIs(2));
  EXPECT_EQ(eval.samples[0].example_id, "g/1");
  EXPECT_EQ(eval.samples[0].sample, 1);
  EXPECT_EQ(eval.samples[0].token_ids, (std::vector<TokenId>{9, 2}));
  EXPECT_EQ(eval.samples[0].finish_reason, FinishReason::Stop);
  EXPECT_EQ(eval.samples[0].verdict, Verdict::Wrong);
  EXPECT_EQ(eval.samples[0].detail, "4 != 5");
  EXPECT_EQ(eval.samples[1].verdict, std::nullopt);
}

TEST_F(LedgerQuery, RunsAreListedAndABrokenOneSaysWhy) {
  TempFolder runs;
  for (const char* name : {"b", "a", "empty", "broken"}) std::filesystem::create_directories(runs / name);
  for (const char* name : {"a", "b"}) {
    Ledger ledger(runs / name + "/run.db");
    ledger.record_run({.name = name, .verb = "grpo", .config = "{}", .program = "r1"});
    if (name[0] == 'a') record(ledger, 4);
  }
  write_file_durably(runs / "broken/run.db", std::string(5000, 'x'));
  const auto found = list_runs(runs.path());
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].info.name, "a");
  EXPECT_EQ(found[0].last->step, 4);
  EXPECT_EQ(found[0].last_metrics.at("reward"), 0.75);
  EXPECT_GT(found[0].created, 1e9);
  EXPECT_EQ(found[1].num_steps, 0);
  EXPECT_FALSE(found[1].last);
  EXPECT_EQ(found[1].problem, "");
  EXPECT_THAT(found[2].problem, HasSubstr("damaged"));
  EXPECT_THROW(list_runs(runs / "nowhere"), IoError);
}

TEST_F(LedgerQuery, AReaderCannotWriteAndSeesARunThatIsBeingWritten) {
  Database reader(folder_ / "run.db", Database::Mode::ReadOnly);
  EXPECT_THROW(reader.exec("DELETE FROM steps"), IoError);
  record(ledger_, 6);
  EXPECT_THAT(reader_.steps(), SizeIs(4));
}

TEST_F(LedgerQuery, VerdictNamesComeBackAsVerdicts) {
  EXPECT_EQ(verdict_from_name("judge_error"), Verdict::JudgeError);
  EXPECT_EQ(verdict_from_name("timed_out"), Verdict::TimedOut);
  EXPECT_EQ(verdict_from_name("nonsense"), std::nullopt);
}

}  // namespace
}  // namespace r1
