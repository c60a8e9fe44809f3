#include "rl/ledger_query.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <variant>

#include "base/errors.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;

std::optional<Verdict> read_verdict(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : verdict_from_name(row.get_text(column));
}

FinishReason read_finish_reason(const Statement& row, int column) {
  return row.get_text(column) == finish_reason_name(FinishReason::Stop) ? FinishReason::Stop
                                                                        : FinishReason::Length;
}

constexpr const char* kSampleTables =
    " FROM completions c JOIN groups g USING (step, group_index) JOIN examples e USING (example_key)";

// Conditions as SQL with parameters: values of a user never become part of a statement.
class Conditions {
 public:
  using Value = std::variant<int64_t, double, std::string>;

  explicit Conditions(const SampleFilter& filter) {
    if (filter.step) add("c.step = ?", *filter.step);
    if (filter.verdict) add("c.verdict = ?", verdict_name(*filter.verdict));
    if (filter.min_reward) add("c.reward >= ?", *filter.min_reward);
    if (filter.max_reward) add("c.reward <= ?", *filter.max_reward);
    if (filter.truncated) add("(c.finish_reason = 'length') = ?", int64_t{*filter.truncated});
    if (filter.example_id) add("e.example_id = ?", *filter.example_id);
  }
  void add(const char* condition, Value value) {
    sql_ += (values_.empty() ? " WHERE " : " AND ") + std::string(condition);
    values_.push_back(std::move(value));
  }
  Statement prepare(Database& database, const char* columns, const std::string& tail) const {
    Statement statement = database.prepare(columns + std::string(kSampleTables) + sql_ + tail);
    for (size_t i = 0; i < values_.size(); ++i) {
      std::visit([&](const auto& value) { statement.bind(static_cast<int>(i) + 1, value); }, values_[i]);
    }
    return statement;
  }

 private:
  std::string sql_;
  std::vector<Value> values_;
};

constexpr const char* kSummaryColumns =
    "SELECT c.step, c.group_index, c.sample, e.example_id, c.text, length(c.token_ids), c.finish_reason, "
    "c.verdict, "
    "c.reward, c.advantage";

constexpr const char* kDetailColumns =
    "SELECT c.step, c.group_index, c.sample, e.example_id, e.messages, e.prompt_text, e.answer, e.verifier, "
    "e.metadata, "
    "g.prompt_ids, c.token_ids, c.rollout_logprobs, c.text, c.finish_reason, c.sample_index, "
    "c.policy_version, "
    "c.verdict, c.reward, c.advantage, c.completion_key";

std::vector<Message> read_messages(const Statement& row, int column) {
  std::vector<Message> messages;
  for (const Json& message : parse_json(row.get_text(column), "ledger: examples.messages")) {
    messages.push_back({message.at("role").get<std::string>(), message.at("content").get<std::string>()});
  }
  return messages;
}

Json messages_to_json(const std::vector<Message>& messages) {
  Json out = Json::array();
  for (const Message& message : messages)
    out.push_back({{"role", message.role}, {"content", message.content}});
  return out;
}

RunSummary summarise(const std::string& folder) {
  RunSummary summary;
  summary.folder = folder;
  try {
    LedgerReader reader(folder + "/run.db");
    summary.info = reader.run_info();
    Database database(folder + "/run.db", Database::Mode::ReadOnly);
    Statement row = database.prepare("SELECT (SELECT created FROM runs), count(*), max(step) FROM steps");
    row.step();
    summary.created = row.find_double(0).value_or(0);
    summary.num_steps = row.get_int(1);
    for (StepMetrics& last : reader.steps(row.is_null(2) ? 0 : row.get_int(2))) {
      summary.last = last.mark;
      summary.last_metrics = std::move(last.metrics);
    }
  } catch (const Error& error) {
    summary = RunSummary();
    summary.folder = folder;
    summary.problem = error.what();
  }
  return summary;
}

}  // namespace

std::vector<RunSummary> list_runs(const std::string& folder) {
  std::vector<RunSummary> runs;
  if (!fs::is_directory(folder)) {
    throw IoError(folder + ": no such folder; give the folder that holds the runs");
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (fs::exists(entry.path() / "run.db")) runs.push_back(summarise(entry.path().string()));
  }
  std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.folder < b.folder; });
  return runs;
}

std::optional<Verdict> verdict_from_name(std::string_view name) {
  for (Verdict verdict : {Verdict::Correct, Verdict::Wrong, Verdict::NoAnswer, Verdict::Undecided,
                          Verdict::BadGold, Verdict::TimedOut, Verdict::JudgeError}) {
    if (name == verdict_name(verdict)) return verdict;
  }
  return std::nullopt;
}

LedgerReader::LedgerReader(const std::string& path) : database_(path, Database::Mode::ReadOnly) {}

RunInfo LedgerReader::run_info() {
  Statement row = database_.prepare("SELECT name, verb, config, program FROM runs");
  if (!row.step()) return {};
  return {row.get_text(0), row.get_text(1), row.get_text(2), row.get_text(3)};
}

std::vector<StepMetrics> LedgerReader::steps(int64_t first, std::optional<int64_t> last) {
  Statement row = database_.prepare(
      "SELECT step, policy_version, data_cursor, wall_time, name, value FROM steps LEFT JOIN metrics USING "
      "(step) "
      "WHERE step >= ?1 AND (?2 IS NULL OR step <= ?2) ORDER BY step, name");
  row.bind_all(first, last);
  std::vector<StepMetrics> steps;
  while (row.step()) {
    if (steps.empty() || steps.back().mark.step != row.get_int(0)) {
      steps.push_back({{row.get_int(0), row.get_int(1), row.get_int(2)}, row.get_double(3), {}});
    }
    if (!row.is_null(4)) steps.back().metrics[row.get_text(4)] = row.get_double(5);
  }
  return steps;
}

std::vector<SampleSummary> LedgerReader::samples(const SampleFilter& filter) {
  // One direction for all three columns, so that the index gives the order and a page costs a page.
  const char* direction = filter.step ? "ASC" : "DESC";
  const std::string order =
      fmt::format(" ORDER BY c.step {0}, c.group_index {0}, c.sample {0} LIMIT {1} OFFSET {2}", direction,
                  filter.limit, filter.offset);
  Statement row = Conditions(filter).prepare(database_, kSummaryColumns, order);
  std::vector<SampleSummary> samples;
  while (row.step()) {
    samples.push_back({{row.get_int(0), row.get_int(1), row.get_int(2)},
                       row.get_text(3),
                       row.get_text(4),
                       row.get_int(5) / static_cast<int64_t>(sizeof(TokenId)),
                       read_finish_reason(row, 6),
                       read_verdict(row, 7),
                       row.get_double(8),
                       row.get_double(9)});
  }
  return samples;
}

int64_t LedgerReader::count_samples(const SampleFilter& filter) {
  Statement row = Conditions(filter).prepare(database_, "SELECT count(*)", "");
  return row.step() ? row.get_int(0) : 0;
}

std::optional<SampleDetail> LedgerReader::sample(const SampleAddress& address) {
  Conditions conditions({.step = address.step});
  conditions.add("c.group_index = ?", address.group_index);
  conditions.add("c.sample = ?", address.sample);
  Statement row = conditions.prepare(database_, kDetailColumns, "");
  if (!row.step()) return std::nullopt;
  return detail_of_row(row);
}

void LedgerReader::for_each_sample(const SampleFilter& filter, const SampleVisitor& visit) {
  Statement row =
      Conditions(filter).prepare(database_, kDetailColumns, " ORDER BY c.step, c.group_index, c.sample");
  while (row.step()) visit(detail_of_row(row));
}

SampleDetail LedgerReader::detail_of_row(const Statement& row) {
  SampleDetail detail;
  detail.address = {row.get_int(0), row.get_int(1), row.get_int(2)};
  detail.example.id = row.get_text(3);
  detail.example.messages = read_messages(row, 4);
  detail.example.prompt_text = row.get_text(5);
  detail.example.answer = row.get_text(6);
  detail.example.verifier = row.get_text(7);
  detail.example.metadata = parse_json(row.get_text(8), "ledger: examples.metadata");
  detail.prompt_ids = row.get_array<TokenId>(9);
  detail.completion = {row.get_array<TokenId>(10),  row.get_array<float>(11), row.get_text(12),
                       read_finish_reason(row, 13), row.get_int(14),          row.get_int(15)};
  detail.score = {read_verdict(row, 16), row.get_double(17), row.get_double(18), parts_of(row.get_int(19))};
  return detail;
}

std::vector<ScorePart> LedgerReader::parts_of(int64_t completion_key) {
  Statement row = database_.prepare(
      "SELECT name, value, verdict, detail, seconds FROM scores WHERE completion_key = ? ORDER BY name");
  row.bind(1, completion_key);
  std::vector<ScorePart> parts;
  while (row.step()) {
    parts.push_back(
        {row.get_text(0), row.find_double(1), read_verdict(row, 2), row.get_text(3), row.get_double(4)});
  }
  return parts;
}

std::vector<EventRow> LedgerReader::events() {
  Statement row = database_.prepare("SELECT time, step, kind, text FROM events ORDER BY id");
  std::vector<EventRow> events;
  while (row.step()) {
    EventRow& event = events.emplace_back();
    event.time = row.get_double(0);
    if (!row.is_null(1)) event.step = row.get_int(1);
    event.kind = row.get_text(2);
    event.text = row.get_text(3);
  }
  return events;
}

std::vector<EvalRecord> LedgerReader::evals(bool with_samples) {
  Statement row = database_.prepare("SELECT step, name, metrics FROM evals ORDER BY step, name");
  Statement sample_row = database_.prepare(
      "SELECT example_id, sample, text, token_ids, finish_reason, verdict, reward, detail FROM eval_samples "
      "WHERE step = ? AND name = ? ORDER BY position");
  std::vector<EvalRecord> evals;
  while (row.step()) {
    EvalRecord& eval = evals.emplace_back();
    eval.step = row.get_int(0);
    eval.name = row.get_text(1);
    const Json metrics = parse_json(row.get_text(2), "ledger: evals.metrics");
    for (const auto& [name, value] : metrics.items()) {
      eval.metrics[name] = value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
    }
    if (!with_samples) continue;
    sample_row.bind_all(eval.step, eval.name);
    while (sample_row.step()) {
      eval.samples.push_back({sample_row.get_text(0), sample_row.get_int(1), sample_row.get_text(2),
                              sample_row.get_array<TokenId>(3), read_finish_reason(sample_row, 4),
                              read_verdict(sample_row, 5), sample_row.get_double(6), sample_row.get_text(7)});
    }
  }
  return evals;
}

Json sample_to_json(const SampleDetail& sample) {
  Json line = {{"id", sample.example.id},
               {"completion", sample.completion.text},
               {"prompt_ids", sample.prompt_ids},
               {"completion_ids", sample.completion.token_ids},
               {"finish_reason", finish_reason_name(sample.completion.finish_reason)},
               {"reward", sample.score.reward},
               {"verdict", sample.score.verdict ? Json(verdict_name(*sample.score.verdict)) : Json()},
               {"answer", sample.example.answer},
               {"step", sample.address.step},
               {"policy_version", sample.completion.policy_version}};
  if (sample.example.messages.empty()) {
    line["prompt"] = sample.example.prompt_text;
  } else {
    line["prompt"] = messages_to_json(sample.example.messages);
  }
  return line;
}

}  // namespace r1
