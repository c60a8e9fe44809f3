#include "rl/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "base/errors.h"
#include "tests/child_process.h"
#include "tests/rl/ledger_fixture.h"

namespace r1 {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// Every row of a query, columns joined by '|', rows by ';'.
std::string rows(const std::string& path, const std::string& sql, int columns) {
  Database database(path, Database::Mode::ReadOnly);
  Statement statement = database.prepare(sql);
  std::string out;
  while (statement.step()) {
    if (!out.empty()) out += ";";
    for (int c = 0; c < columns; ++c)
      out += (c ? "|" : "") + (statement.is_null(c) ? "-" : statement.get_text(c));
  }
  return out;
}

TEST(Ledger, StoresAStepAsItWasGiven) {
  TempFolder folder;
  Ledger ledger(folder / "run.db");
  record(ledger, 3);
  const std::string path = ledger.path();
  EXPECT_EQ(rows(path, "SELECT step, policy_version, data_cursor FROM steps", 3), "3|6|30");
  EXPECT_EQ(rows(path, "SELECT name, value FROM metrics ORDER BY name", 2), "reward|0.75;step_time|0.1");
  EXPECT_EQ(rows(path,
                 "SELECT group_index, sample, sample_index, verdict, reward, advantage, finish_reason, "
                 "policy_version FROM completions ORDER BY 1, 2",
                 8),
            "0|0|0|correct|1.5|1.0|stop|4;0|1|1|no_answer|0.0|-1.0|length|4;"
            "1|0|0|correct|1.5|1.0|stop|4;1|1|1|no_answer|0.0|-1.0|length|4");
  EXPECT_EQ(rows(path,
                 "SELECT s.name, value, s.verdict, detail, seconds FROM scores s JOIN completions c USING "
                 "(completion_key) WHERE group_index = 0 ORDER BY sample, s.name",
                 5),
            "format|0.5|-|boxed|0.0;math|1.0|correct|42 = 42|0.001;format|-|-||0.0;math|0.0|no_answer|no "
            "\\boxed{}|0.002");
  const auto mark = ledger.last_step();
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->data_cursor, 30);
}

TEST(Ledger, BlobsHoldEveryBitOfIdsAndLogprobs) {
  TempFolder folder;
  Ledger ledger(folder / "run.db");
  record(ledger, 1);
  Database database(ledger.path(), Database::Mode::ReadOnly);
  Statement statement =
      database.prepare("SELECT token_ids, rollout_logprobs FROM completions WHERE sample = 1");
  ASSERT_TRUE(statement.step());
  const Completion expected = make_group("x").completions[1];
  EXPECT_EQ(statement.get_array<TokenId>(0), expected.token_ids);
  EXPECT_EQ(statement.get_array<float>(1), expected.rollout_logprobs);
}

TEST(Ledger, RecordingAStepAgainReplacesIt) {
  TempFolder folder;
  Ledger ledger(folder / "run.db");
  record(ledger, 1);
  record(ledger, 2, "toy/old", 0.1);
  record(ledger, 2, "toy/new", 0.2);
  EXPECT_EQ(rows(ledger.path(), "SELECT step, value FROM metrics WHERE name = 'reward' ORDER BY 1", 2),
            "1|0.75;2|0.2");
  EXPECT_EQ(rows(ledger.path(), "SELECT count(*) FROM completions", 1), "8");
  EXPECT_EQ(rows(ledger.path(), "SELECT count(*) FROM scores", 1), "16");
  EXPECT_EQ(rows(ledger.path(),
                 "SELECT example_id FROM groups JOIN examples USING (example_key) WHERE step = 2 "
                 "ORDER BY group_index",
                 1),
            "toy/new;toy/newb");
}

TEST(Ledger, ExamplesAreStoredOnceButAChangedExampleIsAnother) {
  TempFolder folder;
  Ledger ledger(folder / "run.db");
  record(ledger, 1);
  record(ledger, 2);
  EXPECT_EQ(rows(ledger.path(), "SELECT count(*) FROM examples", 1), "2");
  std::vector<Group> groups = {make_group("toy/1")};
  groups[0].example.answer = "43";
  const std::vector<std::vector<CompletionScore>> scores = {make_scores()};
  ledger.record_step({.step = 3, .metrics = {}, .groups_P = groups, .scores_PG = scores});
  EXPECT_EQ(rows(ledger.path(), "SELECT answer FROM examples WHERE example_id = 'toy/1' ORDER BY 1", 1),
            "42;43");
}

TEST(Ledger, TruncateAfterForgetsLaterStepsAndEvalsButNotEvents) {
  TempFolder folder;
  Ledger ledger(folder / "run.db");
  for (int step = 1; step <= 4; ++step) {
    record(ledger, step);
    ledger.record_eval(
        {.step = step, .name = "gsm8k", .metrics = {{"avg@1", 0.5}}, .samples = {{.text = "42"}}});
  }
  ledger.record_event("resume", "from step 2", 2);
  ledger.truncate_after(2);
  EXPECT_EQ(ledger.last_step()->step, 2);
  EXPECT_EQ(rows(ledger.path(), "SELECT count(*), max(step) FROM completions", 2), "8|2");
  EXPECT_EQ(rows(ledger.path(), "SELECT count(*) FROM scores", 1), "16");
  EXPECT_EQ(rows(ledger.path(), "SELECT max(step) FROM metrics", 1), "2");
  EXPECT_EQ(rows(ledger.path(), "SELECT count(*), max(step) FROM eval_samples", 2), "2|2");
  EXPECT_EQ(rows(ledger.path(), "SELECT kind, text, step FROM events", 3), "resume|from step 2|2");
}

TEST(Ledger, AnEvalReplacesTheEvalOfTheSameStepAndName) {
  TempFolder folder;
  Ledger ledger(folder / "run.db");
  EvalRecord eval{
      .step = 1, .name = "math500", .metrics = {{"avg@1", 0.25}}, .samples = {{.text = "a"}, {.text = "b"}}};
  ledger.record_eval(eval);
  eval.samples.pop_back();
  eval.metrics["avg@1"] = 0.5;
  ledger.record_eval(eval);
  EXPECT_EQ(rows(ledger.path(), "SELECT metrics FROM evals", 1), "{\"avg@1\":0.5}");
  EXPECT_EQ(rows(ledger.path(), "SELECT text FROM eval_samples", 1), "a");
}

TEST(Ledger, ABrokenPromiseInTheMiddleOfAStepLeavesNothingOfIt) {
  TempFolder folder;
  Ledger ledger(folder / "run.db");
  record(ledger, 1);
  std::vector<Group> groups = {make_group("toy/1"), make_group("toy/2")};
  groups[1].completions[1].rollout_logprobs.pop_back();
  const std::vector<std::vector<CompletionScore>> scores = {make_scores(), make_scores()};
  EXPECT_THROW(ledger.record_step({.step = 2, .metrics = {}, .groups_P = groups, .scores_PG = scores}),
               std::logic_error);
  EXPECT_EQ(ledger.last_step()->step, 1);
  EXPECT_EQ(rows(ledger.path(), "SELECT count(*) FROM completions", 1), "4");
  record(ledger, 2);  // the ledger is usable afterwards
  EXPECT_EQ(ledger.last_step()->step, 2);
}

TEST(Ledger, NanIsNullAndTextMayHoldAnything) {
  TempFolder folder;
  Ledger ledger(folder / "run.db");
  std::vector<Group> groups = {make_group("toy/1")};
  const std::string odd("quote ' null \0 and \xF0\x9F\x98\x80", 24);
  groups[0].completions[0].text = odd;
  const std::vector<std::vector<CompletionScore>> scores = {make_scores()};
  ledger.record_step(
      {.step = 1, .metrics = {{"loss", std::nan("")}}, .groups_P = groups, .scores_PG = scores});
  EXPECT_EQ(rows(ledger.path(), "SELECT value FROM metrics", 1), "-");
  EXPECT_EQ(rows(ledger.path(), "SELECT text FROM completions WHERE sample = 0", 1), odd);
}

TEST(Ledger, TheRunKeepsItsTimeOfCreation) {
  TempFolder folder;
  Ledger ledger(folder / "run.db");
  ledger.record_run({"a", "grpo", "{}", "r1 0.1"});
  const std::string created = rows(ledger.path(), "SELECT created FROM runs", 1);
  ledger.record_run({"a", "grpo", "{\"steps\":9}", "r1 0.2"});
  EXPECT_EQ(rows(ledger.path(), "SELECT config, program FROM runs", 2), "{\"steps\":9}|r1 0.2");
  EXPECT_EQ(rows(ledger.path(), "SELECT created FROM runs", 1), created);
}

TEST(Ledger, RefusesFilesThatAreNoLedgerOrNewer) {
  TempFolder folder;
  Database(folder / "other.db", Database::Mode::ReadWrite).exec("CREATE TABLE steps(x)");
  EXPECT_THAT([&] { Ledger(folder / "other.db"); }, ThrowsMessage<IoError>(HasSubstr("not a ledger")));
  { Ledger ledger(folder / "run.db"); }
  Database(folder / "run.db", Database::Mode::ReadWrite).exec("PRAGMA user_version = 99");
  EXPECT_THAT([&] { Ledger(folder / "run.db"); }, ThrowsMessage<IoError>(HasSubstr("version 99")));
}

// A child records steps and says so through a pipe after each; it is killed at a random moment. Every step it
// said it recorded must be there, whole, and nothing in parts.
TEST(Ledger, LosesNoAcknowledgedStepWhenKilled) {
  for (int round = 0; round < 12; ++round) {
    TempFolder folder;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = start_child([&] {
      Ledger ledger(folder / "run.db");
      for (char step = 1; step < 100; ++step) {
        record(ledger, step);
        if (::write(ends[1], &step, 1) != 1) return;
      }
    });
    ::close(ends[1]);
    char acknowledged = 0;
    for (int i = 0; i <= round % 4; ++i) ASSERT_EQ(::read(ends[0], &acknowledged, 1), 1);
    ::usleep(static_cast<useconds_t>(round * 700));
    ::kill(child, SIGKILL);
    for (char step; ::read(ends[0], &step, 1) == 1;) acknowledged = step;
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);

    Ledger ledger(folder / "run.db");
    ASSERT_GE(ledger.last_step()->step, acknowledged);
    EXPECT_EQ(rows(ledger.path(), "PRAGMA integrity_check", 1), "ok");
    EXPECT_EQ(rows(ledger.path(),
                   "SELECT count(*) FROM (SELECT step FROM completions GROUP BY step HAVING count(*) "
                   "= 4)",
                   1),
              std::to_string(ledger.last_step()->step));
  }
}

}  // namespace
}  // namespace r1
