#include "rl/metrics_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "base/errors.h"
#include "base/json.h"

namespace r1 {
namespace {

double system_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The step of one line; none when the line is not an object with an integer step.
std::optional<int64_t> step_of_line(std::string_view line, const std::string& where) {
  try {
    const Json object = parse_json(line, where, {.max_depth = 4});
    if (object.is_object() && object.contains("step") && object["step"].is_number_integer()) {
      return object["step"].get<int64_t>();
    }
  } catch (const DataError&) {
    // A torn line is expected at the end of the file; the caller decides.
  }
  return std::nullopt;
}

}  // namespace

bool is_deterministic_metric(std::string_view name) {
  return !name.starts_with("time/") && !name.ends_with("_time") && !name.ends_with("per_second");
}

std::string metrics_line(int64_t step, const Metrics& metrics) {
  check(!metrics.contains("step"), "no metric is called \"step\"");
  std::string line = fmt::format("{{\"step\":{}", step);
  for (const auto& [name, value] : metrics) {
    line += fmt::format(",{}:{}", dump_json(name), dump_json(value));  // not finite: null
  }
  return line + "}";
}

void truncate_metrics_file(const std::string& path, int64_t last_step) {
  if (!std::filesystem::exists(path)) return;
  const std::string old_text = read_file(path);
  std::string kept;
  int64_t line_number = 0;
  for (size_t begin = 0, end; begin < old_text.size(); begin = end) {
    const size_t newline = old_text.find('\n', begin);
    end = newline == std::string::npos ? old_text.size() : newline + 1;
    if (newline == std::string::npos) break;  // cut short by a crash: the step is done again
    const std::string_view line = std::string_view(old_text).substr(begin, newline - begin);
    const std::string where = fmt::format("{}:{}", path, ++line_number);
    const std::optional<int64_t> step = step_of_line(line, where);
    if (!step) {
      if (end == old_text.size()) break;
      throw DataError(where + ": not a line of metrics; mend or delete the line, the ledger has the values");
    }
    if (*step <= last_step) kept += std::string(line) + "\n";
  }
  if (kept != old_text) write_file_durably(path, kept);
}

MetricsWriter::MetricsWriter(MetricsWriterOptions options)
    : wall_seconds_(options.wall_seconds ? std::move(options.wall_seconds) : system_seconds),
      last_step_(options.last_step) {
  truncate_metrics_file(options.jsonl_path, last_step_);
  jsonl_.emplace(options.jsonl_path, FileWriter::Mode::Append);
  if (!options.tensorboard_folder.empty()) {
    tensorboard_.emplace(options.tensorboard_folder, last_step_ + 1, wall_seconds_());
  }
}

void MetricsWriter::write(int64_t step, const Metrics& metrics) {
  check(step > last_step_, "steps of metrics grow");
  last_step_ = step;
  Metrics all = metrics;
  all["time/wall"] = wall_seconds_();
  jsonl_->write(metrics_line(step, all) + "\n");
  if (tensorboard_) tensorboard_->write(step, metrics, all["time/wall"]);
}

void MetricsWriter::sync() {
  jsonl_->sync();
  if (tensorboard_) tensorboard_->sync();
}

}  // namespace r1
