// Questions to a ledger: which runs, which metrics, which samples, and why is this reward what it is.
//
// Readers open the file read-only and may look at a run that is being written. A reader sees whole steps
// only. For one thread. Errors are IoError.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/sqlite.h"
#include "rl/ledger.h"

namespace r1 {

struct RunSummary {
  std::string folder;
  RunInfo info;
  double created = 0;  // seconds since 1970
  int64_t num_steps = 0;
  std::optional<StepMark> last;
  std::map<std::string, double> last_metrics;
  std::string problem;  // why the ledger cannot be read; the other fields are then empty
};

// Every folder under `folder` that holds a run.db, sorted by name; one that cannot be read is listed with its
// problem.
std::vector<RunSummary> list_runs(const std::string& folder);

struct StepMetrics {
  StepMark mark;
  double wall_time = 0;                   // seconds since 1970
  std::map<std::string, double> metrics;  // NaN where NULL was stored
};

struct SampleFilter {
  std::optional<int64_t> step = {};
  std::optional<Verdict> verdict = {};
  std::optional<double> min_reward = {}, max_reward = {};
  std::optional<bool> truncated = {};
  std::optional<std::string> example_id = {};
  int64_t limit = 20;  // of samples(): the newest first, or in order when `step` is given
  int64_t offset = 0;
};

// Where a sample is: its step, its group in the step, its place in the group.
struct SampleAddress {
  int64_t step = 0, group_index = 0, sample = 0;
  bool operator==(const SampleAddress&) const = default;
};

struct SampleSummary {
  SampleAddress address;
  std::string example_id;
  std::string text;
  int64_t num_tokens = 0;
  FinishReason finish_reason = FinishReason::Length;
  std::optional<Verdict> verdict;
  double reward = 0;
  double advantage = 0;
};

// One sample with everything that is known of it.
struct SampleDetail {
  SampleAddress address;
  Example example;  // without completion_text, which the ledger does not keep
  std::vector<TokenId> prompt_ids;
  Completion completion;
  CompletionScore score;
};

using SampleVisitor = std::function<void(const SampleDetail&)>;

struct EventRow {
  double time = 0;
  std::optional<int64_t> step;
  std::string kind, text;
};

std::optional<Verdict> verdict_from_name(std::string_view name);

class LedgerReader {
 public:
  explicit LedgerReader(const std::string& path);

  RunInfo run_info();
  std::vector<StepMetrics> steps(int64_t first = 0, std::optional<int64_t> last = std::nullopt);
  std::vector<SampleSummary> samples(const SampleFilter& filter);
  int64_t count_samples(const SampleFilter& filter);  // without limit and offset
  std::optional<SampleDetail> sample(const SampleAddress& address);
  std::vector<EventRow> events();
  std::vector<EvalRecord> evals(bool with_samples);  // by step, then name

  // Every sample the filter admits in the order of their addresses, one in memory at a time; the filter's
  // limit and offset do not count. Give a verdict of Correct for rejection sampling.
  void for_each_sample(const SampleFilter& filter, const SampleVisitor& visit);

 private:
  std::vector<ScorePart> parts_of(int64_t completion_key);
  SampleDetail detail_of_row(const Statement& row);

  Database database_;
};

// One line of the training file that `r1 data export` writes: prompt (messages or text), completion, ids,
// reward, verdict and where it came from.
Json sample_to_json(const SampleDetail& sample);

}  // namespace r1
