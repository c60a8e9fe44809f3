// Metrics of a run as files other programs read: metrics.jsonl and TensorBoard scalars.
//
// The ledger is the record; these files are views of it that need no SQLite. A line of metrics.jsonl is
//   {"step":3,"grad_norm":0.5,"reward":0.25,"time/wall":1700000000.0}
// with the step first, then the names in sorted order; a number that is not finite is null.
//
// Names follow TRL. A metric that depends on the clock begins with "time/" or ends in "_time" or
// "per_second"; all others must be equal in a resumed and an uninterrupted run, bit for bit, and tests
// compare them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "rl/tensorboard.h"

namespace r1 {

using Metrics = std::map<std::string, double>;

// False for metrics that depend on the clock.
bool is_deterministic_metric(std::string_view name);

// One line of metrics.jsonl without the newline. REQUIRES that no metric is called "step".
std::string metrics_line(int64_t step, const Metrics& metrics);

// Durably drops the lines of steps above `last_step`, and a last line that a crash cut short. A file that is
// not there is fine. Any other line that is not a JSON object with an integer "step" is a DataError with
// file:line.
void truncate_metrics_file(const std::string& path, int64_t last_step);

struct MetricsWriterOptions {
  std::string jsonl_path;
  std::string tensorboard_folder;        // "": no TensorBoard
  int64_t last_step = 0;                 // steps up to here stay, later ones are dropped; 0 for a new run
  std::function<double()> wall_seconds;  // the clock, seconds since 1970; empty: the system's
};

// Writes both views, one write() call to the system per file and step. For one thread. Errors are IoError.
class MetricsWriter {
 public:
  explicit MetricsWriter(MetricsWriterOptions options);

  // Adds "time/wall" to what is written. REQUIRES steps to grow.
  void write(int64_t step, const Metrics& metrics);

  // fsync of both files. Call before a checkpoint is saved: then a run resumed from it has every earlier
  // line.
  void sync();

 private:
  std::function<double()> wall_seconds_;
  int64_t last_step_;
  std::optional<FileWriter> jsonl_;
  std::optional<TensorBoardWriter> tensorboard_;
};

}  // namespace r1
