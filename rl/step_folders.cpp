#include "rl/step_folders.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "base/errors.h"
#include "base/files.h"
#include "base/json.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "MANIFEST.json";
constexpr int kFormat = 1;
constexpr std::string_view kPrefix = "step_";

std::optional<int64_t> step_of_name(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  name.remove_prefix(kPrefix.size());
  int64_t step = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), step);
  if (error != std::errc() || end != name.data() + name.size() || step < 0) return std::nullopt;
  return step;
}

std::string temporary_name(const std::string& path, const char* purpose) {
  return fmt::format("{}.tmp-{}{}", path, purpose, ::getpid());
}

[[noreturn]] void fail(const std::string& path, const char* action, const std::error_code& error) {
  throw IoError(
      fmt::format("{}: cannot {}: {}; check the permissions and the disk", path, action, error.message()));
}

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) fail(path, "create the folder", error);
}

void remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) fail(path, "remove", error);
}

// Relative paths of the files in a folder and its subfolders, in sorted order.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// What is wrong with one file of the manifest; none when nothing is.
std::optional<std::string> damage_of_file(const std::string& path, const Json& entry,
                                          Thoroughness thoroughness) {
  const uint64_t expected = entry.at("size").get<uint64_t>();
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  if (error) return fmt::format("{}: {}", path, error.message());
  if (size != expected) return fmt::format("{}: {} bytes, the manifest says {}", path, size, expected);
  if (thoroughness == Thoroughness::Sizes) return std::nullopt;
  if (sha256_of_file(path) == entry.at("sha256").get<std::string>()) return std::nullopt;
  return fmt::format("{}: SHA-256 differs from the manifest's; the content is damaged", path);
}

}  // namespace

std::vector<StepFolder> list_step_folders(const std::string& parent) {
  std::vector<StepFolder> folders;
  if (!fs::is_directory(parent)) return folders;
  for (const auto& entry : fs::directory_iterator(parent)) {
    if (!entry.is_directory()) continue;
    if (auto step = step_of_name(entry.path().filename().string()))
      folders.push_back({*step, entry.path().string()});
  }
  std::sort(folders.begin(), folders.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
  return folders;
}

std::optional<std::string> find_damage(const StepFolder& folder, Thoroughness thoroughness) {
  const std::string manifest_path = folder.path + "/" + kManifest;
  try {
    Json manifest = read_json_file(manifest_path, {.max_depth = 8});
    const std::string own_hash = manifest.at("sha256").get<std::string>();
    manifest.erase("sha256");
    if (sha256_hex(dump_json(manifest)) != own_hash) return manifest_path + ": the content is damaged";
    if (manifest.at("format").get<int>() != kFormat) return manifest_path + ": of another format";
    if (manifest.at("step").get<int64_t>() != folder.step) return manifest_path + ": of another step";
    for (const auto& [name, entry] : manifest.at("files").items()) {
      if (auto damage = damage_of_file(folder.path + "/" + name, entry, thoroughness)) return damage;
    }
  } catch (const Error& error) {
    return error.what();
  } catch (const Json::exception& error) {
    return fmt::format("{}: not a manifest: {}", manifest_path, error.what());
  }
  return std::nullopt;
}

StepFolders::StepFolders(std::string parent, Options options)
    : parent_(std::move(parent)), options_(std::move(options)) {
  check(options_.keep >= 2, "at least two checkpoints are kept");
  make_folder(parent_);
  for (const auto& entry : fs::directory_iterator(parent_)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(kPrefix) && name.find(".tmp-") != std::string::npos)
      remove_tree(entry.path().string());
  }
}

void StepFolders::reached(const char* point) const {
  if (options_.fault_point) options_.fault_point(point);
}

std::string StepFolders::save(int64_t step, uint64_t expected_bytes,
                              const std::function<void(const std::string&)>& write) {
  require_free_disk(parent_, expected_bytes + expected_bytes / 10,
                    fmt::format("the checkpoint of step {}", step));
  const StepFolder folder{step, fmt::format("{}/{}{:06}", parent_, kPrefix, step)};
  const std::string temporary = temporary_name(folder.path, "");
  try {
    remove_tree(temporary);
    make_folder(temporary);
    reached("started");
    write(temporary);
    reached("written");
    seal(step, temporary);
    publish(temporary, folder);
  } catch (...) {
    std::error_code ignored;  // the first error is the one to report
    fs::remove_all(temporary, ignored);
    throw;
  }
  remove_older_than(folder);
  return folder.path;
}

// Flushes and hashes every file, then writes the manifest that makes the folder complete.
void StepFolders::seal(int64_t step, const std::string& folder) const {
  Json files = Json::object();
  for (const std::string& name : files_in(folder)) {
    const std::string path = folder + "/" + name;
    fsync_path(path);
    files[name] = {{"size", fs::file_size(path)}, {"sha256", sha256_of_file(path)}};
  }
  reached("files_synced");
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_directory()) fsync_path(entry.path().string());
  }
  Json manifest = {{"format", kFormat}, {"step", step}, {"files", files}};
  manifest["sha256"] = sha256_hex(dump_json(manifest));  // so that a damaged manifest does not accuse a file
  write_file_durably(folder + "/" + kManifest, dump_json(manifest, 1) + "\n");
  reached("manifest_written");
  fsync_path(folder);
  reached("folder_synced");
}

void StepFolders::publish(const std::string& temporary, const StepFolder& folder) const {
  if (!fs::exists(folder.path)) {
    if (::rename(temporary.c_str(), folder.path.c_str()) != 0) {
      fail(folder.path, "rename", std::error_code(errno, std::generic_category()));
    }
  } else {
    // Two folders change names in one step, so that one of them has this name at every moment.
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, folder.path.c_str(), RENAME_EXCHANGE) != 0) {
      fail(folder.path, "replace", std::error_code(errno, std::generic_category()));
    }
  }
  reached("renamed");
  fsync_path(parent_);
  reached("parent_synced");
  remove_tree(temporary);  // the folder that was replaced, if any
}

void StepFolders::remove_older_than(const StepFolder& newest) const {
  if (auto damage = find_damage(newest, Thoroughness::Sizes)) {
    throw CheckpointError(*damage + "; older checkpoints were kept: check the disk");
  }
  int healthy = 0;
  std::vector<StepFolder> folders = list_step_folders(parent_);
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    if (folder->step > newest.step)
      continue;  // of a future that the run may have abandoned; not ours to count
    if (healthy < options_.keep) {
      if (!find_damage(*folder, Thoroughness::Sizes)) ++healthy;
      continue;
    }
    reached("before_removal");
    remove(*folder);
  }
  reached("finished");
}

// Takes the name away first: a removal that a crash interrupts must not leave a part under a good name.
void StepFolders::remove(const StepFolder& folder) const {
  const std::string doomed = temporary_name(folder.path, "removed-");
  if (::rename(folder.path.c_str(), doomed.c_str()) != 0) {
    fail(folder.path, "rename", std::error_code(errno, std::generic_category()));
  }
  fsync_path(parent_);
  reached("removal_renamed");
  remove_tree(doomed);
}

void StepFolders::discard_after(int64_t step) {
  for (const StepFolder& folder : list_step_folders(parent_)) {
    if (folder.step > step) remove(folder);
  }
}

}  // namespace r1
