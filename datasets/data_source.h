// Where a stage's examples come from: a file or a generator. The struct trainers embed as `data` and
// `eval_data`.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/config.h"
#include "datasets/example.h"
#include "datasets/generators.h"
#include "datasets/record_formats.h"

namespace r1 {

enum class DataKind { File, CharCount, Arithmetic, Countdown };

template <>
struct EnumNames<DataKind> {
  static constexpr std::pair<DataKind, const char*> values[] = {{DataKind::File, "file"},
                                                                {DataKind::CharCount, "char_count"},
                                                                {DataKind::Arithmetic, "arithmetic"},
                                                                {DataKind::Countdown, "countdown"}};
};

struct DataConfig {
  DataKind kind = DataKind::File;
  std::string path{};
  DataFormat format = DataFormat::Auto;
  int64_t limit = 0;
  std::string instruction = "default";
  int64_t size = 10000;
  uint64_t seed = 1;
  Split split = Split::Train;
  CharCountConfig char_count{};
  ArithmeticConfig arithmetic{};
  CountdownConfig countdown{};

  static void fields(auto& self, auto& visit) {
    visit("kind", self.kind, "a file, or one of the generators");
    visit("path", self.path,
          "kind=file: the JSONL file; may begin with $R1_DATA_DIR/ (../shared when that is not set)");
    visit("format", self.format, "kind=file: its fields; auto looks at the first record");
    visit("limit", self.limit, "use only the first so many examples; 0: all");
    visit("instruction", self.instruction,
          "text behind every question; \"default\": asks for \\boxed{} after benchmark questions, else "
          "nothing");
    visit("size", self.size, "generators: number of examples");
    visit("seed", self.seed, "generators: another seed makes other examples");
    visit("split", self.split, "generators: splits share no question, whatever their seeds");
    visit("char_count", self.char_count, "");
    visit("arithmetic", self.arithmetic, "");
    visit("countdown", self.countdown, "");
  }
};

// Throws ConfigError. `where` begins its text ("data", "eval_data").
void validate(const DataConfig& config, const std::string& where = "data");

// The examples, never empty. `where` begins ConfigErrors ("data", "eval_data").
std::vector<Example> load_examples(const DataConfig& config, const std::string& where = "data");

// The same examples as demonstrations for SFT: messages with assistant turns, or completion_text. A benchmark
// whose records hold a worked solution is demonstrated by it; a data set without demonstrations is a
// DataError.
std::vector<Example> load_demonstrations(const DataConfig& config, const std::string& where = "data");

// `path` with a leading "$R1_DATA_DIR/" replaced.
std::string resolve_data_path(const std::string& path);

}  // namespace r1
