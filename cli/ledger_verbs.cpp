// r1 runs and r1 samples: what happened, from the runs' ledgers.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <memory>

#include "base/errors.h"
#include "cli/ledger_text.h"
#include "cli/text_output.h"
#include "cli/verbs.h"

namespace r1::cli {
namespace {

// NaN is no JSON number.
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json to_json(const RunSummary& run) {
  Json metrics = Json::object();
  for (const auto& [name, value] : run.last_metrics) metrics[name] = number_or_null(value);
  Json out = {{"folder", run.folder},        {"name", run.info.name},  {"verb", run.info.verb},
              {"program", run.info.program}, {"created", run.created}, {"num_steps", run.num_steps},
              {"last_step", nullptr},        {"last_metrics", metrics}};
  if (run.last) out["last_step"] = run.last->step;
  if (!run.problem.empty()) out["problem"] = run.problem;
  return out;
}

std::string metric_text(const RunSummary& run, const char* name) {
  const auto found = run.last_metrics.find(name);
  return found == run.last_metrics.end() ? "-" : fmt::format("{:.4g}", found->second);
}

void print_runs(const std::string& folder, bool json) {
  const std::vector<RunSummary> runs = list_runs(folder);
  if (json) {
    Json out = Json::array();
    for (const RunSummary& run : runs) out.push_back(to_json(run));
    return print_json(out);
  }
  if (runs.empty())
    return print_line(one_line(folder, 500) +
                      ": no runs here; r1 grpo --set run.output=runs/first makes one");
  Table table({"run", "verb", "steps", "reward", "loss", "created"});
  std::string problems;
  for (const RunSummary& run : runs) {
    if (!run.problem.empty())
      problems += "\n" + one_line(run.problem, 500);
    else
      table.add({one_line(run.folder, 60), run.info.verb, std::to_string(run.num_steps),
                 metric_text(run, "reward"), metric_text(run, "loss"), format_time(run.created)});
  }
  if (!table.empty()) print_line(table.text());
  if (!problems.empty()) print_line(problems.substr(1));
}

struct SampleFlags {
  std::string run, verdict;
  SampleFilter filter;
  bool failed = false, truncated = false, json = false;
};

bool has_failed(const SampleSummary& sample) {
  return sample.verdict ? *sample.verdict != Verdict::Correct : sample.reward <= 0;
}

// "Failed" is no column of the ledger, so pages are read until enough samples are found.
std::vector<SampleSummary> find_samples(LedgerReader& reader, const SampleFlags& flags) {
  if (!flags.failed) return reader.samples(flags.filter);
  const size_t wanted = static_cast<size_t>(flags.filter.limit);
  SampleFilter page = flags.filter;
  page.limit = 500;
  std::vector<SampleSummary> found;
  while (found.size() < wanted) {
    const std::vector<SampleSummary> some = reader.samples(page);
    for (const SampleSummary& sample : some) {
      if (has_failed(sample) && found.size() < wanted) found.push_back(sample);
    }
    if (some.size() < static_cast<size_t>(page.limit)) break;
    page.offset += page.limit;
  }
  return found;
}

Json to_json(const SampleSummary& sample) {
  Json out = {{"step", sample.address.step},
              {"group", sample.address.group_index},
              {"sample", sample.address.sample},
              {"example", sample.example_id},
              {"text", sample.text},
              {"num_tokens", sample.num_tokens},
              {"finish_reason", finish_reason_name(sample.finish_reason)},
              {"verdict", nullptr},
              {"reward", number_or_null(sample.reward)},
              {"advantage", number_or_null(sample.advantage)}};
  if (sample.verdict) out["verdict"] = verdict_name(*sample.verdict);
  return out;
}

void print_samples(SampleFlags flags) {
  if (!flags.verdict.empty()) {
    flags.filter.verdict = verdict_from_name(flags.verdict);
    if (!flags.filter.verdict) {
      throw ConfigError(
          fmt::format("--verdict {}: use correct, wrong, no_answer, undecided, bad_gold, timed_out or "
                      "judge_error",
                      one_line(flags.verdict, 40)));
    }
  }
  if (flags.truncated) flags.filter.truncated = true;
  LedgerReader reader = open_ledger(flags.run);
  const std::vector<SampleSummary> samples = find_samples(reader, flags);
  if (flags.json) {
    Json out = Json::array();
    for (const SampleSummary& sample : samples) out.push_back(to_json(sample));
    return print_json(out);
  }
  if (samples.empty()) return print_line("no sample matches");
  Table table(
      {"step", "group", "sample", "example", "verdict", "reward", "advantage", "tokens", "finish", "text"});
  for (const SampleSummary& sample : samples) {
    table.add({std::to_string(sample.address.step), std::to_string(sample.address.group_index),
               std::to_string(sample.address.sample), one_line(sample.example_id, 30),
               sample.verdict ? verdict_name(*sample.verdict) : "-", fmt::format("{:.4g}", sample.reward),
               fmt::format("{:.3f}", sample.advantage), std::to_string(sample.num_tokens),
               finish_reason_name(sample.finish_reason), one_line(sample.text, 60)});
  }
  print_line(table.text());
  const SampleAddress& first = samples.front().address;
  print_line(fmt::format("r1 why {} {} {} {} shows the first of them whole", one_line(flags.run, 500),
                         first.step, first.group_index, first.sample));
}

}  // namespace

void add_runs(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("runs", "list the runs in a folder");
  struct Flags {
    std::string folder = "runs";
    bool json = false;
  };
  auto flags = std::make_shared<Flags>();
  verb->add_option("folder", flags->folder, "the folder that holds the runs")->capture_default_str();
  verb->add_flag("--json", flags->json, "one JSON list");
  verb->callback([flags] { print_runs(flags->folder, flags->json); });
}

void add_samples(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("samples", "list a run's completions, the newest first");
  auto flags = std::make_shared<SampleFlags>();
  SampleFilter& filter = flags->filter;
  verb->add_option("run", flags->run, "the run's folder")->required();
  verb->add_option("--step", filter.step, "only of this step, in order");
  verb->add_option("--example", filter.example_id, "only of this example");
  verb->add_option("--verdict", flags->verdict, "only with this verdict, e.g. wrong");
  verb->add_flag("--failed", flags->failed, "only those that are not correct");
  verb->add_flag("--truncated", flags->truncated, "only those the token limit cut");
  verb->add_option("--min-reward", filter.min_reward, "only with at least this reward");
  verb->add_option("--max-reward", filter.max_reward, "only with at most this reward");
  verb->add_option("--limit", filter.limit, "at most so many")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  verb->add_flag("--json", flags->json, "one JSON list");
  verb->callback([flags] { print_samples(*flags); });
}

}  // namespace r1::cli
