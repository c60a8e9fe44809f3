#include "rl/run_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "base/errors.h"
#include "base/files.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;

void flatten(const Json& value, const std::string& key, std::map<std::string, Json>& out) {
  if (!value.is_object() || (value.empty() && !key.empty())) {
    out[key] = value;
    return;
  }
  for (const auto& [name, inner] : value.items()) flatten(inner, key.empty() ? name : key + "." + name, out);
}

bool is_allowed(const std::string& key, const std::set<std::string>& may_change) {
  return std::any_of(may_change.begin(), may_change.end(), [&](const std::string& allowed) {
    return key == allowed || key.starts_with(allowed + ".");
  });
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw IoError(fmt::format("{}: cannot create the folder: {}", path, error.message()));
}

// What a creation cut short may leave behind: the lock, and config.json under its temporary name.
bool holds_a_run(const std::string& path) {
  for (const auto& entry : fs::directory_iterator(path)) {
    const std::string name = entry.path().filename().string();
    if (name != "lock" && !name.starts_with("config.json.tmp-")) return true;
  }
  return false;
}

int take_lock(const std::string& path) {
  const std::string lock_path = path + "/lock";
  const int fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) throw IoError(fmt::format("{}: cannot open: {}", lock_path, std::strerror(errno)));
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  const int error = errno;
  ::close(fd);
  if (error == EWOULDBLOCK) {
    throw ConfigError(path +
                      ": another process is writing this run; wait for it, stop it, or choose another name");
  }
  throw IoError(fmt::format("{}: cannot lock: {}", lock_path, std::strerror(error)));
}

}  // namespace

std::vector<ConfigDifference> config_differences(const Json& old_config, const Json& new_config) {
  std::map<std::string, Json> old_values, new_values;
  flatten(old_config, "", old_values);
  flatten(new_config, "", new_values);
  std::map<std::string, ConfigDifference> found;
  for (const auto& [key, value] : old_values) {
    const auto other = new_values.find(key);
    if (other != new_values.end() && other->second == value) continue;
    found[key] = {key, dump_json(value), other == new_values.end() ? "(absent)" : dump_json(other->second)};
  }
  for (const auto& [key, value] : new_values) {
    if (!old_values.contains(key)) found[key] = {key, "(absent)", dump_json(value)};
  }
  std::vector<ConfigDifference> out;
  for (auto& [key, difference] : found) out.push_back(std::move(difference));
  return out;
}

RunDirectory::RunDirectory(const std::string& path) : path_(path), lock_fd_(take_lock(path)) {}

RunDirectory::RunDirectory(RunDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_fd_(std::exchange(other.lock_fd_, -1)) {}

RunDirectory::~RunDirectory() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

std::string RunDirectory::name() const {
  const fs::path clean = fs::absolute(path_).lexically_normal();
  return (clean.has_filename() ? clean : clean.parent_path()).filename().string();
}

void RunDirectory::make_folders() const {
  make_folder(tensorboard_folder());
  make_folder(checkpoints_folder());
}

RunDirectory RunDirectory::create(const std::string& path, const Json& config, uint64_t needed_bytes) {
  require_free_disk(path, needed_bytes, "the run");
  make_folder(path);
  RunDirectory run(path);
  if (holds_a_run(path)) {
    throw ConfigError(path +
                      ": there is a run here already; continue it with --resume or choose another name");
  }
  write_file_durably(run.config_path(), dump_json(config, 2) + "\n");
  run.make_folders();
  return run;
}

RunDirectory RunDirectory::resume(const std::string& path, const Json& config,
                                  const std::set<std::string>& may_change, uint64_t needed_bytes) {
  if (!fs::exists(path + "/config.json")) {
    throw ConfigError(path + ": no run to resume (config.json is missing); start it without --resume");
  }
  require_free_disk(path, needed_bytes, "the run");
  RunDirectory run(path);
  const std::vector<ConfigDifference> differences =
      config_differences(read_json_file(run.config_path()), config);
  std::string refused;
  for (const auto& [key, old_value, new_value] : differences) {
    if (!is_allowed(key, may_change)) refused += fmt::format(" {}: {} -> {};", key, old_value, new_value);
  }
  if (!refused.empty()) {
    throw ConfigError(fmt::format(
        "{}: resuming would change the run:{} give the saved values or start a new run", path, refused));
  }
  if (!differences.empty()) write_file_durably(run.config_path(), dump_json(config, 2) + "\n");
  run.make_folders();
  return run;
}

}  // namespace r1
