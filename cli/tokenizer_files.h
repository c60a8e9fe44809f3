// A model folder's tokenizer without its weights, for verbs that only read.
#pragma once

#include <filesystem>
#include <string>

#include "base/files.h"
#include "datasets/tokenizer.h"

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

}  // namespace r1::cli
