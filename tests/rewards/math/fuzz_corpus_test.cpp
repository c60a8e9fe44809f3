// Every input of tests/fuzz/corpus once: what the fuzzer starts from, and what it once found.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <vector>

#include "base/files.h"
#include "tests/fuzz/math_targets.h"

namespace r1::math {
namespace {

namespace fs = std::filesystem;

struct FuzzTarget {
  const char* name;
  std::string (*check)(std::string_view);
};

class FuzzCorpus : public testing::TestWithParam<FuzzTarget> {};

std::vector<fs::path> inputs_of(const char* target) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(fs::path(R1_SOURCE_DIR "/tests/fuzz/corpus") / target))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST_P(FuzzCorpus, EveryInputKeepsThePromises) {
  const std::vector<fs::path> paths = inputs_of(GetParam().name);
  EXPECT_GE(paths.size(), 10u);
  for (const fs::path& path : paths) {
    const std::string bytes = read_file(path.string());
    EXPECT_EQ(GetParam().check(bytes), "") << path;
    // Cut anywhere, as a token limit cuts it.
    for (size_t size = 0; size < std::min<size_t>(bytes.size(), 64); ++size)
      EXPECT_EQ(GetParam().check(bytes.substr(0, size)), "") << path << " cut at " << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, FuzzCorpus,
                         testing::Values(FuzzTarget{"extraction", fuzz::check_extraction},
                                         FuzzTarget{"parser", fuzz::check_parser},
                                         FuzzTarget{"comparison", fuzz::check_comparison}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace r1::math
