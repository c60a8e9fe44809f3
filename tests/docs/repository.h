// What the tests of tests/docs/ read: the folder table of docs/ARCHITECTURE.md and the files of the working
// tree.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace r1::docs {

namespace fs = std::filesystem;

// One row of the table, e.g. | `rewards/` | `base/`, `datasets/` | **no** | ... |
struct FolderRule {
  std::string name;                   // "rewards"
  std::set<std::string> may_include;  // folder names, its own included
  bool may_include_everything = false;
  bool forbids_libtorch = false;
};

inline std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// "`base/`, `datasets/`" -> {"base", "datasets"}
inline std::vector<std::string> folders_in(std::string_view cell) {
  std::vector<std::string> names;
  const auto parts = split(cell, '`');
  for (size_t i = 1; i < parts.size(); i += 2) {
    const std::string& quoted = parts[i];
    if (quoted.ends_with('/')) names.push_back(quoted.substr(0, quoted.size() - 1));
  }
  return names;
}

inline std::vector<FolderRule> parse_folder_table(std::string_view markdown) {
  std::vector<FolderRule> rules;
  for (const std::string& line : split(markdown, '\n')) {
    if (!line.starts_with("| `")) continue;
    const auto cells = split(line, '|');
    if (cells.size() < 6 || folders_in(cells[1]).size() != 1) continue;
    FolderRule rule;
    rule.name = folders_in(cells[1])[0];
    for (const std::string& folder : folders_in(cells[2])) rule.may_include.insert(folder);
    if (cells[2].find("all of the above") != std::string::npos) {
      for (const FolderRule& above : rules) rule.may_include.insert(above.name);
    }
    rule.may_include_everything = cells[2] == " all ";
    rule.may_include.insert(rule.name);
    rule.forbids_libtorch = cells[3].find("no") != std::string::npos;
    rules.push_back(std::move(rule));
  }
  return rules;
}

inline const fs::path& source_dir() {
  static const fs::path dir = R1_SOURCE_DIR;
  return dir;
}

inline std::vector<FolderRule> repository_rules() {
  return parse_folder_table(read_text(source_dir() / "docs/ARCHITECTURE.md"));
}

// Top-level folders of the tree that are neither hidden nor output.
inline std::vector<std::string> top_level_folders() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(source_dir())) {
    const std::string name = entry.path().filename();
    const bool output =
        name.starts_with(".") || name.starts_with("build") || name == "runs" || name == "Testing";
    if (entry.is_directory() && !output) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline bool is_source(const fs::path& path) {
  const std::string extension = path.extension();
  return extension == ".h" || extension == ".cpp" || extension == ".cu" || extension == ".cuh";
}

// Paths of all C++ and CUDA files, relative to the root, sorted.
inline std::vector<std::string> source_files() {
  std::vector<std::string> files;
  for (const std::string& folder : top_level_folders()) {
    for (const auto& entry : fs::recursive_directory_iterator(source_dir() / folder)) {
      if (entry.is_regular_file() && is_source(entry.path())) {
        files.push_back(fs::relative(entry.path(), source_dir()));
      }
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace r1::docs
