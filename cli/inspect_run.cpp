#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "base/errors.h"
#include "base/files.h"
#include "cli/inspect.h"
#include "cli/ledger_text.h"
#include "cli/text_output.h"
#include "datasets/jsonl_reader.h"
#include "policy/safetensors.h"
#include "rl/step_folders.h"

namespace r1::cli {
namespace {

namespace fs = std::filesystem;

OrderedJson to_json(const std::map<std::string, double>& metrics) {
  OrderedJson out = OrderedJson::object();
  for (const auto& [name, value] : metrics)
    out[name] = std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
  return out;
}

std::string state_of(const StepFolder& folder, Thoroughness thoroughness) {
  const std::string sound =
      thoroughness == Thoroughness::Hashes ? "whole: every hash agrees" : "whole: every size agrees";
  return find_damage(folder, thoroughness).value_or(sound);
}

OrderedJson checkpoint_rows(const std::string& run) {
  OrderedJson rows = OrderedJson::array();
  for (const StepFolder& folder : list_step_folders(run + "/checkpoints")) {
    rows.push_back(
        {{"step", folder.step}, {"state", state_of(folder, Thoroughness::Sizes)}, {"path", folder.path}});
  }
  return rows;
}

OrderedJson eval_rows(LedgerReader& reader) {
  OrderedJson rows = OrderedJson::array();
  for (const EvalRecord& eval : reader.evals(/*with_samples=*/false)) {
    OrderedJson row = {{"step", eval.step}, {"name", eval.name}};
    for (const auto& [name, value] : eval.metrics) row[name] = value;
    rows.push_back(std::move(row));
  }
  return rows;
}

OrderedJson event_rows(LedgerReader& reader) {
  constexpr size_t kShown = 20;
  const std::vector<EventRow> events = reader.events();
  OrderedJson rows = OrderedJson::array();
  for (size_t i = events.size() > kShown ? events.size() - kShown : 0; i < events.size(); ++i) {
    rows.push_back({{"time", format_time(events[i].time)},
                    {"step", events[i].step ? OrderedJson(*events[i].step) : OrderedJson(nullptr)},
                    {"kind", events[i].kind},
                    {"text", events[i].text}});
  }
  return rows;
}

OrderedJson messages_json(const std::vector<Message>& messages) {
  OrderedJson out = OrderedJson::array();
  for (const Message& message : messages)
    out.push_back({{"role", message.role}, {"content", message.content}});
  return out;
}

OrderedJson example_json(const Example& example) {
  OrderedJson out = {{"id", example.id}};
  if (!example.messages.empty()) out["messages"] = messages_json(example.messages);
  if (!example.prompt_text.empty()) out["prompt_text"] = example.prompt_text;
  if (!example.completion_text.empty()) out["completion_text"] = example.completion_text;
  out["answer"] = example.answer;
  out["verifier"] = example.verifier;
  out["metadata"] = OrderedJson(example.metadata);
  return out;
}

// The format that read_examples would choose: the first record's.
DataFormat format_of(const std::string& path) {
  std::optional<DataFormat> format;
  for_each_line(path, [&](int64_t number, std::string_view line) {
    if (format || line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    const std::string where = fmt::format("{}:{}", path, number);
    format = detect_format(parse_json(line, where), where);
  });
  return format.value_or(DataFormat::Auto);
}

}  // namespace

OrderedJson inspect_checkpoint(const std::string& path) {
  const fs::path folder = fs::absolute(path).lexically_normal();
  const std::string name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  const OrderedJson trainer = parse_ordered_json(read_file(path + "/trainer.json"), path + "/trainer.json");
  OrderedJson report = {{"kind", "checkpoint"}, {"path", path}};
  const size_t digits = name.find_first_of("0123456789");
  const int64_t step = digits == std::string::npos ? 0 : std::atoll(name.c_str() + digits);
  report["state"] = state_of({step, path}, Thoroughness::Hashes);
  report["trainer"] = trainer;
  report["trainer tensors"] = SafetensorsFile(path + "/trainer.safetensors").entries().size();
  report["model"] = inspect_model_folder(path);
  return report;
}

OrderedJson inspect_run(const std::string& path) {
  LedgerReader reader = open_ledger(path);
  const RunInfo info = reader.run_info();
  OrderedJson report = {
      {"kind", "run"}, {"path", path}, {"name", info.name}, {"verb", info.verb}, {"program", info.program}};
  const std::vector<StepMetrics> steps = reader.steps();
  report["steps"] = steps.size();
  report["samples"] = reader.count_samples({});
  if (!steps.empty()) {
    report["last step"] = steps.back().mark.step;
    report["last written"] = format_time(steps.back().wall_time);
    report["last metrics"] = to_json(steps.back().metrics);
  }
  report["final model"] = fs::exists(path + "/model/config.json") ? path + "/model" : "none yet";
  report["checkpoints"] = checkpoint_rows(path);
  report["evaluations"] = eval_rows(reader);
  report["events"] = event_rows(reader);
  report["config"] = parse_ordered_json(info.config.empty() ? "{}" : info.config, "the run's configuration");
  return report;
}

OrderedJson inspect_data_file(const std::string& path) {
  const DataFormat format = format_of(path);
  const std::vector<Example> examples = read_examples(path);
  return {{"kind", "data file"},
          {"path", path},
          {"format", enum_name(format)},
          {"examples", examples.size()},
          {"first example", example_json(examples.front())}};
}

}  // namespace r1::cli
