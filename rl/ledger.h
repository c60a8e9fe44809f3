// The run's ledger: one SQLite file, run.db, that holds what happened, so that "why is this reward 0" has an
// answer.
//
//   runs         one row: name, verb, config, program version, time of creation
//   steps        step, policy_version, data_cursor, wall_time
//   metrics      (step, name) -> value; NaN is NULL
//   examples     each problem once, by the hash of its content
//   groups       (step, group_index) -> example, prompt ids
//   completions  (step, group_index, sample) -> ids (int32 blob), logprobs (float32 blob), text, finish reason,
//                policy version; verdict, reward, advantage of the sample as a whole
//   scores       (completion, reward name) -> value, verdict, detail, seconds
//   events       append-only history: time, step, kind, text (never truncated)
//   evals, eval_samples   (step, name) -> metrics; every generation of the benchmark
//
// A step is one transaction, the data cursor included: after a crash a step is there as a whole or not at
// all. Steps count from 1 and may be recorded again; the new record replaces the old.
//
// For one thread and one process (see base/sqlite.h); readers use rl/ledger_query.h. Errors are IoError.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/sqlite.h"
#include "rewards/verdict.h"
#include "rollout/completion.h"

namespace r1 {

// Members have initialisers so that a designated initialiser may leave any of them out.
struct RunInfo {
  std::string name = {};
  std::string verb = {};     // "grpo", "sft", ...
  std::string config = {};   // JSON text of the resolved config
  std::string program = {};  // version of r1 and of what it was built from
};

// One reward's word on one completion.
struct ScorePart {
  std::string name = {};                // of the reward, e.g. "math"
  std::optional<double> value = {};     // none: does not apply to this example
  std::optional<Verdict> verdict = {};  // none: not a verifier
  std::string detail = {};              // one line for a person
  double seconds = 0;                   // time the reward took; 0 when unknown
};

// What the rewards said of one completion as a whole.
struct CompletionScore {
  std::optional<Verdict> verdict = {};  // of the deciding verifier; none when no verifier took part
  double reward = 0;                    // the sum that is trained on
  double advantage = 0;
  std::vector<ScorePart> parts = {};
};

// Everything of one step. The spans are looked at during record_step() only.
struct StepRecord {
  int64_t step = 0;
  int64_t policy_version = 0;  // optimizer updates made by the end of the step
  int64_t data_cursor = 0;     // examples taken from the data by the end of the step
  std::map<std::string, double> metrics = {};
  std::span<const Group> groups_P = {};                          // [P]; empty for SFT
  std::span<const std::vector<CompletionScore>> scores_PG = {};  // [P][G], the same shape as groups_P
};

struct EvalSample {
  std::string example_id = {};
  int64_t sample = 0;  // which of the example's samples
  std::string text = {};
  std::vector<TokenId> token_ids = {};
  FinishReason finish_reason = FinishReason::Length;
  std::optional<Verdict> verdict = {};
  double reward = 0;
  std::string detail = {};
};

struct EvalRecord {
  int64_t step = 0;
  std::string name = {};  // of the benchmark
  std::map<std::string, double> metrics = {};
  std::vector<EvalSample> samples = {};
};

// Where a run stands.
struct StepMark {
  int64_t step = 0, policy_version = 0, data_cursor = 0;
  bool operator==(const StepMark&) const = default;
};

const char* finish_reason_name(FinishReason reason);  // "stop", "length"

class Ledger {
 public:
  // Opens or creates the file. IoError when it was written by a newer version of the program or is no ledger.
  explicit Ledger(const std::string& path);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  void record_run(const RunInfo& info);  // keeps the time of creation when the run is there already
  void record_step(const StepRecord& record);
  void record_eval(const EvalRecord& record);  // replaces the record of the same step and name
  void record_event(std::string_view kind, std::string_view text, std::optional<int64_t> step = std::nullopt);

  // A run that resumes after `step` forgets the steps and evaluations beyond it.
  void truncate_after(int64_t step);

  std::optional<StepMark> last_step();  // none before the first step

  const std::string& path() const { return database_.path(); }

 private:
  struct Statements;
  void insert_group(int64_t step, int64_t group_index, const Group& group,
                    const std::vector<CompletionScore>& scores_G);
  void insert_completion(int64_t step, int64_t group_index, int64_t sample, const Completion& completion,
                         const CompletionScore& score);
  int64_t insert_example(const Example& example);

  Database database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace r1
