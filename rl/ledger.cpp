#include "rl/ledger.h"

#include <fmt/format.h>

#include <chrono>

#include "base/errors.h"
#include "base/json.h"
#include "base/rng.h"

namespace r1 {
namespace {

constexpr int64_t kApplicationId = 0x52314B54;  // "R1KT", so that `file run.db` can tell
constexpr int64_t kSchemaVersion = 1;

constexpr const char* kSchema = R"sql(
CREATE TABLE runs(
  id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT NOT NULL, verb TEXT NOT NULL, config TEXT NOT NULL,
  program TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE steps(
  step INTEGER PRIMARY KEY, policy_version INTEGER NOT NULL, data_cursor INTEGER NOT NULL, wall_time REAL NOT NULL);
CREATE TABLE metrics(
  step INTEGER NOT NULL REFERENCES steps ON DELETE CASCADE, name TEXT NOT NULL, value REAL,
  PRIMARY KEY (step, name)) WITHOUT ROWID;
CREATE TABLE examples(
  example_key INTEGER PRIMARY KEY, example_id TEXT NOT NULL, messages TEXT NOT NULL, prompt_text TEXT NOT NULL,
  answer TEXT NOT NULL, verifier TEXT NOT NULL, metadata TEXT NOT NULL);
CREATE INDEX examples_by_id ON examples(example_id);
CREATE TABLE groups(
  step INTEGER NOT NULL REFERENCES steps ON DELETE CASCADE, group_index INTEGER NOT NULL,
  example_key INTEGER NOT NULL REFERENCES examples, prompt_ids BLOB NOT NULL,
  PRIMARY KEY (step, group_index)) WITHOUT ROWID;
CREATE INDEX groups_by_example ON groups(example_key);
CREATE TABLE completions(  -- small columns first: filters need not read the ids and the text
  completion_key INTEGER PRIMARY KEY, step INTEGER NOT NULL, group_index INTEGER NOT NULL, sample INTEGER NOT NULL,
  sample_index INTEGER NOT NULL, policy_version INTEGER NOT NULL, finish_reason TEXT NOT NULL, verdict TEXT,
  reward REAL, advantage REAL, token_ids BLOB NOT NULL, rollout_logprobs BLOB NOT NULL, text TEXT NOT NULL,
  UNIQUE (step, group_index, sample),
  FOREIGN KEY (step, group_index) REFERENCES groups ON DELETE CASCADE);
CREATE INDEX completions_by_verdict ON completions(verdict, step);
CREATE TABLE scores(
  completion_key INTEGER NOT NULL REFERENCES completions ON DELETE CASCADE, name TEXT NOT NULL, value REAL,
  verdict TEXT, detail TEXT NOT NULL, seconds REAL NOT NULL,
  PRIMARY KEY (completion_key, name)) WITHOUT ROWID;
CREATE TABLE events(
  id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, step INTEGER, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE evals(
  step INTEGER NOT NULL, name TEXT NOT NULL, metrics TEXT NOT NULL, wall_time REAL NOT NULL,
  PRIMARY KEY (step, name)) WITHOUT ROWID;
CREATE TABLE eval_samples(
  step INTEGER NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, example_id TEXT NOT NULL,
  sample INTEGER NOT NULL, text TEXT NOT NULL, token_ids BLOB NOT NULL, finish_reason TEXT NOT NULL,
  verdict TEXT, reward REAL, detail TEXT NOT NULL,
  PRIMARY KEY (step, name, position),
  FOREIGN KEY (step, name) REFERENCES evals ON DELETE CASCADE) WITHOUT ROWID;
)sql";

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

int64_t read_pragma(Database& database, const char* name) {
  Statement statement = database.prepare(fmt::format("PRAGMA {}", name));
  return statement.step() ? statement.get_int(0) : 0;
}

Database open_ledger(const std::string& path) {
  Database database(path, Database::Mode::ReadWrite);
  const int64_t version = read_pragma(database, "user_version");
  if (version == kSchemaVersion) return database;
  if (version > kSchemaVersion) {
    throw IoError(fmt::format("{}: ledger of version {}, this program knows {}; use the newer program", path,
                              version, kSchemaVersion));
  }
  if (database.prepare("SELECT 1 FROM sqlite_master").step()) {
    throw IoError(path + ": a SQLite file, but not a ledger of r1; choose another path");
  }
  Transaction transaction(database);
  database.exec(kSchema);
  database.exec(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, kSchemaVersion));
  transaction.commit();
  return database;
}

std::optional<std::string_view> name_of(const std::optional<Verdict>& verdict) {
  if (!verdict) return std::nullopt;
  return verdict_name(*verdict);
}

Json messages_json(const std::vector<Message>& messages) {
  Json out = Json::array();
  for (const Message& message : messages)
    out.push_back({{"role", message.role}, {"content", message.content}});
  return out;
}

}  // namespace

// Prepared once: preparing costs more than running them.
struct Ledger::Statements {
  explicit Statements(Database& db)
      : step(db.prepare("INSERT INTO steps VALUES (?, ?, ?, ?)")),
        metric(db.prepare("INSERT INTO metrics VALUES (?, ?, ?)")),
        example(db.prepare("INSERT INTO examples VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")),
        group(db.prepare("INSERT INTO groups VALUES (?, ?, ?, ?)")),
        completion(db.prepare("INSERT INTO completions VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
        score(db.prepare("INSERT INTO scores VALUES (?, ?, ?, ?, ?, ?)")),
        eval(db.prepare("INSERT INTO evals VALUES (?, ?, ?, ?)")),
        eval_sample(db.prepare("INSERT INTO eval_samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
        delete_step(db.prepare("DELETE FROM steps WHERE step = ?")),
        delete_eval(db.prepare("DELETE FROM evals WHERE step = ? AND name = ?")) {}

  Statement step, metric, example, group, completion, score, eval, eval_sample, delete_step, delete_eval;
};

const char* finish_reason_name(FinishReason reason) {
  return reason == FinishReason::Stop ? "stop" : "length";
}

Ledger::Ledger(const std::string& path)
    : database_(open_ledger(path)), statements_(std::make_unique<Statements>(database_)) {}

Ledger::~Ledger() = default;

void Ledger::record_run(const RunInfo& info) {
  database_
      .prepare(
          "INSERT INTO runs VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name, "
          "verb = excluded.verb, config = excluded.config, program = excluded.program")
      .run(info.name, info.verb, info.config, info.program, now());
}

void Ledger::record_step(const StepRecord& record) {
  check(record.groups_P.size() == record.scores_PG.size(), "a step has scores for each of its groups");
  Transaction transaction(database_);
  statements_->delete_step.run(record.step);
  statements_->step.run(record.step, record.policy_version, record.data_cursor, now());
  for (const auto& [name, value] : record.metrics) statements_->metric.run(record.step, name, value);
  for (size_t p = 0; p < record.groups_P.size(); ++p) {
    insert_group(record.step, static_cast<int64_t>(p), record.groups_P[p], record.scores_PG[p]);
  }
  transaction.commit();
}

void Ledger::insert_group(int64_t step, int64_t group_index, const Group& group,
                          const std::vector<CompletionScore>& scores_G) {
  check(group.completions.size() == scores_G.size(), "a group has a score for each of its completions");
  statements_->group.run(step, group_index, insert_example(group.example), group.prompt_ids);
  for (size_t g = 0; g < scores_G.size(); ++g) {
    insert_completion(step, group_index, static_cast<int64_t>(g), group.completions[g], scores_G[g]);
  }
}

int64_t Ledger::insert_example(const Example& example) {
  const std::string messages = dump_json(messages_json(example.messages)),
                    metadata = dump_json(example.metadata);
  const std::string content = dump_json(
      Json::array({example.id, messages, example.prompt_text, example.answer, example.verifier, metadata}));
  const int64_t key = static_cast<int64_t>(hash_text(content));
  statements_->example.run(key, example.id, messages, example.prompt_text, example.answer, example.verifier,
                           metadata);
  return key;
}

void Ledger::insert_completion(int64_t step, int64_t group_index, int64_t sample,
                               const Completion& completion, const CompletionScore& score) {
  check(completion.token_ids.size() == completion.rollout_logprobs.size(),
        "each token has a rollout logprob");
  statements_->completion.run(step, group_index, sample, completion.sample_index, completion.policy_version,
                              finish_reason_name(completion.finish_reason), name_of(score.verdict),
                              score.reward, score.advantage, completion.token_ids,
                              completion.rollout_logprobs, completion.text);
  const int64_t key = database_.last_insert_id();
  for (const ScorePart& part : score.parts) {
    statements_->score.run(key, part.name, part.value, name_of(part.verdict), part.detail, part.seconds);
  }
}

void Ledger::record_eval(const EvalRecord& record) {
  Transaction transaction(database_);
  statements_->delete_eval.run(record.step, record.name);
  statements_->eval.run(record.step, record.name, dump_json(Json(record.metrics)), now());
  int64_t position = 0;
  for (const EvalSample& sample : record.samples) {
    statements_->eval_sample.run(record.step, record.name, position++, sample.example_id, sample.sample,
                                 sample.text, sample.token_ids, finish_reason_name(sample.finish_reason),
                                 name_of(sample.verdict), sample.reward, sample.detail);
  }
  transaction.commit();
}

void Ledger::record_event(std::string_view kind, std::string_view text, std::optional<int64_t> step) {
  database_.prepare("INSERT INTO events(time, step, kind, text) VALUES (?, ?, ?, ?)")
      .run(now(), step, kind, text);
}

void Ledger::truncate_after(int64_t step) {
  Transaction transaction(database_);
  database_.prepare("DELETE FROM steps WHERE step > ?").run(step);
  database_.prepare("DELETE FROM evals WHERE step > ?").run(step);
  transaction.commit();
}

std::optional<StepMark> Ledger::last_step() {
  Statement statement =
      database_.prepare("SELECT step, policy_version, data_cursor FROM steps ORDER BY step DESC LIMIT 1");
  if (!statement.step()) return std::nullopt;
  return StepMark{statement.get_int(0), statement.get_int(1), statement.get_int(2)};
}

}  // namespace r1
