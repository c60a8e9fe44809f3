// A model folder's tokenizer without its weights, for verbs that only read.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/files.h"
#include "datasets/tokenizer.h"
#include "rl/step_folders.h"

namespace r1::cli {

inline bool has_tokenizer(const std::filesystem::path& folder) {
  return std::filesystem::exists(folder / "tokenizer.json");
}

// REQUIRES has_tokenizer(folder). Throws CheckpointError or IoError.
inline Tokenizer load_folder_tokenizer(const std::filesystem::path& folder) {
  const std::filesystem::path config = folder / "tokenizer_config.json";
  return Tokenizer::from_hf_json(read_file((folder / "tokenizer.json").string()),
                                 std::filesystem::exists(config) ? read_file(config.string()) : "",
                                 folder.string());
}

// The tokenizer of a run's folder or run.db, which lies with its model or its checkpoints; none when it is gone.
inline std::optional<Tokenizer> tokenizer_of_run(const std::string& run) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::is_directory(run) ? fs::path(run) : fs::path(run).parent_path();
  if (has_tokenizer(folder / "model")) return load_folder_tokenizer(folder / "model");
  for (const StepFolder& checkpoint : list_step_folders((folder / "checkpoints").string())) {
    if (has_tokenizer(checkpoint.path)) return load_folder_tokenizer(checkpoint.path);
  }
  return std::nullopt;
}

}  // namespace r1::cli
