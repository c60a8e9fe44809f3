#include "datasets/jsonl_reader.h"

#include <fmt/format.h>

#include <filesystem>
#include <string_view>
#include <unordered_set>

#include "base/errors.h"
#include "base/files.h"
#include "base/utf8.h"

namespace r1 {
namespace {

// "data/gsm8k/train.jsonl" -> "gsm8k/train"
std::string set_name(const std::string& path) {
  const std::filesystem::path file(path);
  const std::string folder = file.parent_path().filename().string();
  const std::string stem = file.stem().string();
  return folder.empty() || folder == "." || folder == ".." ? stem : folder + "/" + stem;
}

void require_utf8(std::string_view line, const std::string& where) {
  if (is_valid_utf8(line)) return;
  size_t at = 0, begin = 0;
  while (at < line.size()) {
    begin = at;
    const bool replaced = next_code_point(line, at) == kReplacementChar;
    if (replaced && at - begin == 1) break;  // a real U+FFFD takes three bytes
  }
  throw DataError(
      fmt::format("{}: byte {} of the line is not UTF-8; convert the file to UTF-8", where, begin + 1));
}

class Reader {
 public:
  Reader(const std::string& path, const ReadOptions& options)
      : path_(path), options_(options), format_(options.format), name_(set_name(path)) {}

  void add_line(int64_t number, std::string_view line) {
    if (options_.limit > 0 && static_cast<int64_t>(examples_.size()) >= options_.limit) return;
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);  // a byte order mark
    if (line.find_first_not_of(" \t") == std::string_view::npos) return;
    const std::string where = fmt::format("{}:{}", path_, number);
    require_utf8(line, where);
    if (line.front() == '[') {
      throw DataError(where +
                      ": a list, not a record; write one JSON object per line (jq -c '.[]' does that)");
    }
    const Json record = parse_json(line, where);
    if (!record.is_object()) {
      throw DataError(
          fmt::format("{}: the line holds {}; write one JSON object per line", where, record.type_name()));
    }
    if (format_ == DataFormat::Auto) format_ = detect_format(record, where);
    Example example = example_from_record(format_, record, where);
    example.id = unique_id(example.id, number);
    append_instruction(example);
    examples_.push_back(std::move(example));
  }

  std::vector<Example> finish() {
    if (examples_.empty()) throw DataError(path_ + ": the file holds no records; check the path");
    return std::move(examples_);
  }

 private:
  std::string unique_id(const std::string& own, int64_t line) {
    std::string id = fmt::format("{}/{}", name_, own.empty() ? std::to_string(line) : own);
    while (!ids_.insert(id).second) id += fmt::format("#{}", line);
    return id;
  }

  void append_instruction(Example& example) const {
    const std::string_view instruction =
        options_.instruction ? std::string_view(*options_.instruction) : default_instruction(format_);
    for (auto message = example.messages.rbegin(); message != example.messages.rend(); ++message) {
      if (message->role != "user") continue;
      message->content += instruction;
      return;
    }
  }

  const std::string& path_;
  const ReadOptions& options_;
  DataFormat format_;
  std::string name_;
  std::unordered_set<std::string> ids_;
  std::vector<Example> examples_;
};

}  // namespace

std::vector<Example> read_examples(const std::string& path, const ReadOptions& options) {
  Reader reader(path, options);
  for_each_line(path, [&](int64_t number, std::string_view line) { reader.add_line(number, line); });
  return reader.finish();
}

}  // namespace r1
