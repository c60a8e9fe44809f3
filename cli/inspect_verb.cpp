// r1 inspect: shows any file or folder that the toolkit reads or writes.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "base/errors.h"
#include "cli/inspect.h"
#include "cli/text_output.h"
#include "cli/verbs.h"

namespace r1::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxRows = 400;

std::string scalar_text(const OrderedJson& value) {
  return value.is_string() ? printable(value.get<std::string>())
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_table(const OrderedJson& value) {
  return value.is_array() && !value.empty() && value.front().is_object();
}

// A list of like objects, one row each.
std::string table_text(const OrderedJson& rows) {
  std::vector<std::string> header;
  for (const auto& [key, value] : rows.front().items()) header.push_back(key);
  Table table(header);
  for (size_t i = 0; i < rows.size() && i < kMaxRows; ++i) {
    std::vector<std::string> cells;
    for (const std::string& key : header) {
      cells.push_back(rows[i].contains(key) ? one_line(scalar_text(rows[i][key]), 80) : "-");
    }
    table.add(std::move(cells));
  }
  const std::string more =
      rows.size() > kMaxRows ? fmt::format("\n... and {} more; --json has all", rows.size() - kMaxRows) : "";
  return table.text() + more;
}

void print_value(const std::string& key, const OrderedJson& value, const std::string& indent) {
  const std::string name = indent + one_line(key, 80);
  if (is_table(value)) {
    print_line(fmt::format("{} ({})\n{}", name, value.size(), indented(table_text(value), indent + "  ")));
  } else if (value.is_object()) {
    print_line(name);
    for (const auto& [inner_key, inner] : value.items()) print_value(inner_key, inner, indent + "  ");
  } else if (const std::string text = scalar_text(value); text.find('\n') != std::string::npos) {
    print_line(name + "\n" + indented(text, indent + "  | "));
  } else {
    print_line(fmt::format("{:24} {}", name, text));
  }
}

}  // namespace

OrderedJson inspect_path(const std::string& path) {
  if (!fs::exists(path)) throw ConfigError(one_line(path, 500) + ": no such file or folder");
  const fs::path folder(path);
  if (fs::is_directory(path)) {
    if (fs::exists(folder / "run.db")) return inspect_run(path);
    if (fs::exists(folder / "trainer.json")) return inspect_checkpoint(path);
    if (fs::exists(folder / "config.json")) return inspect_model_folder(path);
    throw ConfigError(one_line(path, 500) +
                      ": neither a run (run.db), a checkpoint (trainer.json) nor a model (config.json)");
  }
  char magic[4] = {};
  std::ifstream(path, std::ios::binary).read(magic, sizeof magic);
  if (std::string_view(magic, 4) == "GGUF" || folder.extension() == ".gguf") return inspect_gguf(path);
  if (folder.extension() == ".safetensors") return inspect_safetensors(path);
  if (folder.filename() == "run.db") return inspect_run(fs::absolute(folder).parent_path().string());
  if (folder.extension() == ".jsonl" || magic[0] == '{') return inspect_data_file(path);
  throw ConfigError(one_line(path, 500) +
                    ": not a file r1 knows; it shows .gguf, .safetensors, .jsonl and run.db");
}

void add_inspect(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("inspect", "show a model, checkpoint, run or data file");
  struct Flags {
    std::string path;
    bool json = false;
  };
  auto flags = std::make_shared<Flags>();
  verb->add_option("path", flags->path, "GGUF, safetensors or JSONL file; model, checkpoint or run folder")
      ->required();
  verb->add_flag("--json", flags->json, "one JSON object");
  verb->callback([flags] {
    const OrderedJson report = inspect_path(flags->path);
    if (flags->json) return print_line(report.dump(2, ' ', false, Json::error_handler_t::replace));
    for (const auto& [key, value] : report.items()) print_value(key, value, "");
  });
}

}  // namespace r1::cli
