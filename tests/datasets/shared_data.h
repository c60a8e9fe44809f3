// Where the shared data sets lie for tests; tests that need them are skipped when they are missing.
#pragma once

#include <cstdlib>
#include <string>

namespace r1 {

inline std::string shared_data(const std::string& relative) {
  const char* folder = std::getenv("R1_DATA_DIR");
  return std::string(folder && *folder ? folder : R1_SOURCE_DIR "/../shared") + "/data/" + relative;
}

}  // namespace r1
