// The folder of one run: self-contained, never shared, written by one process at a time.
//
//   runs/<name>/config.json  run.db  metrics.jsonl  tb/  log.txt  checkpoints/  lock
//
// config.json is written first and durably: a folder with it is a run that can be resumed (from step 0 when
// no checkpoint was saved yet), a folder without it is a creation that a crash cut short and may be created
// again.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"

namespace r1 {

// One dotted key whose value differs between two nested configs; "(absent)" when a side lacks it.
struct ConfigDifference {
  std::string key, old_value, new_value;
};
std::vector<ConfigDifference> config_differences(const Json& old_config, const Json& new_config);

// Holds the run's lock (flock on <path>/lock) while it lives; the system releases it when the process ends,
// however it ends. Move-only. Errors are ConfigError (the user must choose) or IoError.
class RunDirectory {
 public:
  // Makes the folder. ConfigError when a run is already there, or when another process holds it; IoError when
  // fewer than `needed_bytes` are free on the disk.
  static RunDirectory create(const std::string& path, const Json& config, uint64_t needed_bytes = 0);

  // Opens an existing run to continue it. ConfigError lists every key that differs from the saved config,
  // unless it is in `may_change` ("total_steps", or "eval" for all of "eval.*"); the new config is then
  // saved.
  static RunDirectory resume(const std::string& path, const Json& config,
                             const std::set<std::string>& may_change, uint64_t needed_bytes = 0);

  RunDirectory(RunDirectory&& other) noexcept;
  RunDirectory& operator=(RunDirectory&&) = delete;
  ~RunDirectory();

  const std::string& path() const { return path_; }
  std::string name() const;  // the folder's own name
  std::string config_path() const { return path_ + "/config.json"; }
  std::string database_path() const { return path_ + "/run.db"; }
  std::string metrics_path() const { return path_ + "/metrics.jsonl"; }
  std::string tensorboard_folder() const { return path_ + "/tb"; }
  std::string log_path() const { return path_ + "/log.txt"; }
  std::string checkpoints_folder() const { return path_ + "/checkpoints"; }

 private:
  explicit RunDirectory(const std::string& path);  // takes the lock
  void make_folders() const;

  std::string path_;
  int lock_fd_ = -1;
};

}  // namespace r1
