#include "datasets/data_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "base/errors.h"
#include "datasets/jsonl_reader.h"

namespace r1 {

void validate(const DataConfig& config, const std::string& where) {
  auto require = [&](bool ok, const char* field, int64_t value, const char* remedy) {
    if (!ok) throw ConfigError(fmt::format("{}.{}={}: {}", where, field, value, remedy));
  };
  require(config.limit >= 0, "limit", config.limit, "use 0 (all) or more");
  if (config.kind == DataKind::File) {
    if (config.path.empty())
      throw ConfigError(where + ".path: empty; name a JSONL file, or set " + where + ".kind");
    return;
  }
  constexpr int64_t kMostExamples = 100'000'000;  // they are held in memory
  require(config.size >= 1 && config.size <= kMostExamples, "size", config.size, "use 1 to 100000000");
  if (config.kind == DataKind::CharCount) config.char_count.validate(where + ".char_count");
  if (config.kind == DataKind::Arithmetic) config.arithmetic.validate(where + ".arithmetic");
  if (config.kind == DataKind::Countdown) config.countdown.validate(where + ".countdown");
}

namespace {

Problem make_problem(const DataConfig& config, int64_t index) {
  const ProblemAddress address{config.seed, config.split, index};
  switch (config.kind) {
    case DataKind::CharCount:
      return char_count_problem(config.char_count, address);
    case DataKind::Arithmetic:
      return arithmetic_problem(config.arithmetic, address);
    case DataKind::Countdown:
      return countdown_problem(config.countdown, address);
    case DataKind::File:
      break;
  }
  check(false, "a file is not a generator");
  return {};
}

using MakeExample = Example (*)(const Problem&, const std::string& id, const std::string& instruction);

std::vector<Example> generate(const DataConfig& config, MakeExample make_example) {
  const int64_t size = config.limit > 0 ? std::min(config.limit, config.size) : config.size;
  const std::string instruction = config.instruction == "default" ? "" : config.instruction;
  std::vector<Example> examples;
  examples.reserve(static_cast<size_t>(size));
  for (int64_t index = 0; index < size; ++index) {
    const std::string id = fmt::format("{}/{}/{}", enum_name(config.kind), enum_name(config.split), index);
    examples.push_back(make_example(make_problem(config, index), id, instruction));
  }
  return examples;
}

std::vector<Example> read_file_examples(const DataConfig& config) {
  ReadOptions options{.format = config.format, .limit = config.limit};
  if (config.instruction != "default") options.instruction = config.instruction;
  return read_examples(resolve_data_path(config.path), options);
}

bool is_demonstration(const Example& example) {
  return !example.completion_text.empty() ||
         std::any_of(example.messages.begin(), example.messages.end(),
                     [](const Message& message) { return message.role == "assistant"; });
}

}  // namespace

std::string resolve_data_path(const std::string& path) {
  constexpr std::string_view kPrefix = "$R1_DATA_DIR/";
  if (!path.starts_with(kPrefix)) return path;
  const char* folder = std::getenv("R1_DATA_DIR");
  return fmt::format("{}/{}", folder && *folder ? folder : "../shared",
                     std::string_view(path).substr(kPrefix.size()));
}

std::vector<Example> load_examples(const DataConfig& config, const std::string& where) {
  validate(config, where);
  return config.kind == DataKind::File ? read_file_examples(config) : generate(config, problem_example);
}

std::vector<Example> load_demonstrations(const DataConfig& config, const std::string& where) {
  validate(config, where);
  if (config.kind != DataKind::File) return generate(config, problem_demonstration);
  std::vector<Example> examples = read_file_examples(config);
  for (Example& example : examples) {
    if (is_demonstration(example)) continue;
    const auto solution = example.metadata.find("solution");
    if (solution == example.metadata.end() || !solution->is_string() || example.messages.empty()) {
      throw DataError(
          fmt::format("{}: {} has no completion to learn from; use a data set with messages or completions",
                      resolve_data_path(config.path), example.id));
    }
    example.messages.push_back({"assistant", solution->get<std::string>()});
  }
  return examples;
}

}  // namespace r1
