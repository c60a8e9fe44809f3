#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/errors.h"
#include "base/gguf.h"
#include "cli/inspect.h"
#include "cli/tokenizer_files.h"
#include "datasets/chat_template.h"
#include "policy/hf_folder.h"
#include "policy/safetensors.h"

namespace r1::cli {
namespace {

namespace fs = std::filesystem;

struct TensorRow {
  std::string name, dtype;
  std::vector<int64_t> shape;
};

int64_t num_elements(const std::vector<int64_t>& shape) {
  int64_t product = 1;
  for (const int64_t size : shape) product *= size;
  return product;
}

// "tensors", "parameters", counts by dtype, and the table.
void add_tensors(OrderedJson& report, const std::vector<TensorRow>& rows) {
  int64_t parameters = 0;
  std::map<std::string, int64_t> dtypes;
  OrderedJson table = OrderedJson::array();
  for (const TensorRow& row : rows) {
    parameters += num_elements(row.shape);
    ++dtypes[row.dtype];
    table.push_back({{"name", row.name}, {"dtype", row.dtype}, {"shape", row.shape}});
  }
  report["parameters"] = parameters;
  for (const auto& [dtype, count] : dtypes) report["tensor dtypes"][dtype] = count;
  report["tensors"] = std::move(table);
}

std::string gguf_type_name(GgufType type) {
  switch (type) {
    case GgufType::F32:
      return "F32";
    case GgufType::F16:
      return "F16";
    case GgufType::Q4_0:
      return "Q4_0";
    case GgufType::Q4_1:
      return "Q4_1";
    case GgufType::Q5_0:
      return "Q5_0";
    case GgufType::Q5_1:
      return "Q5_1";
    case GgufType::Q8_0:
      return "Q8_0";
    case GgufType::BF16:
      return "BF16";
  }
  return "?";
}

template <class T>
OrderedJson to_json(const std::vector<T>& list) {
  if (list.size() <= 8) return list;
  return fmt::format("list of {}", list.size());
}
template <class T>
OrderedJson to_json(const T& value) {
  return value;
}

OrderedJson token_json(const Tokenizer& tokenizer, std::optional<int64_t> id) {
  if (!id || *id < 0) return nullptr;
  if (*id >= tokenizer.vocab_size()) return fmt::format("{} (not in the vocabulary)", *id);
  return fmt::format("{} {}", *id, tokenizer.token_bytes(static_cast<TokenId>(*id)));
}

// How a conversation reaches the model; or why it cannot be rendered.
std::string sample_rendering(const Tokenizer& tokenizer, const std::string& source) {
  const SpecialTokens& special = tokenizer.special_tokens();
  auto text = [&](std::optional<TokenId> id) {
    return id ? std::string(tokenizer.token_bytes(*id)) : std::string();
  };
  try {
    const ChatTemplate chat_template(source, text(special.bos), text(special.eos));
    return chat_template.render({{"user", "What is 2 + 2?"}, {"assistant", "4"}, {"user", "And 3 + 3?"}});
  } catch (const Error& error) {
    return fmt::format("cannot be rendered: {}", error.what());
  }
}

OrderedJson tokenizer_json(const Tokenizer& tokenizer, const std::vector<int64_t>& stop_ids,
                           const std::string& chat_template) {
  const SpecialTokens& special = tokenizer.special_tokens();
  OrderedJson out = {{"vocabulary", tokenizer.vocab_size()},
                     {"bos", token_json(tokenizer, special.bos)},
                     {"eos", token_json(tokenizer, special.eos)},
                     {"pad", token_json(tokenizer, special.pad)},
                     {"adds bos", special.add_bos}};
  out["stop tokens"] = OrderedJson::array();
  for (const int64_t id : stop_ids) out["stop tokens"].push_back(token_json(tokenizer, id));
  out["sample conversation"] = chat_template.empty() ? "no chat template: contents are joined"
                                                     : sample_rendering(tokenizer, chat_template);
  return out;
}

std::vector<TensorRow> rows_of(const SafetensorsFile& file) {
  std::vector<TensorRow> rows;
  for (const auto& [name, entry] : file.entries()) {
    rows.push_back({name, std::string(safetensors_dtype_name(entry.dtype)), entry.shape});
  }
  return rows;
}

std::vector<TensorRow> rows_of_folder(const std::string& path) {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(path)) {
    // A checkpoint's trainer.safetensors is no part of the model.
    const std::string name = entry.path().filename().string();
    if (name.starts_with("model") && name.ends_with(".safetensors")) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<TensorRow> rows;
  for (const std::string& file : files) {
    for (TensorRow& row : rows_of(SafetensorsFile(file))) rows.push_back(std::move(row));
  }
  return rows;
}

// What load_hf_folder would refuse, found without reading a weight.
std::vector<std::string> shape_problems(const ModelConfig& config, const std::vector<TensorRow>& rows) {
  std::map<std::string, std::vector<int64_t>> wanted = expected_tensors(config);
  std::vector<std::string> problems;
  for (const TensorRow& row : rows) {
    const auto found = wanted.find(row.name);
    if (found == wanted.end()) {
      if (!config.tied_embeddings || row.name != "lm_head.weight")
        problems.push_back(row.name + ": not expected");
      continue;
    }
    if (found->second != row.shape) {
      problems.push_back(fmt::format("{}: shape [{}], the config asks for [{}]", row.name,
                                     fmt::join(row.shape, ", "), fmt::join(found->second, ", ")));
    }
    wanted.erase(found);
  }
  for (const auto& [name, shape] : wanted) problems.push_back(name + ": missing");
  return problems;
}

}  // namespace

OrderedJson inspect_gguf(const std::string& path) {
  const GgufFile file(path);
  OrderedJson report = {{"kind", "GGUF file"}, {"path", path}, {"bytes", fs::file_size(path)}};
  for (const auto& [key, value] : file.metadata()) {
    if (key != "tokenizer.chat_template")
      report["metadata"][key] = std::visit([](const auto& v) { return to_json(v); }, value);
  }
  std::vector<TensorRow> rows;
  for (const GgufTensor& tensor : file.tensors())
    rows.push_back({tensor.name, gguf_type_name(tensor.type), tensor.shape});
  if (file.has("tokenizer.ggml.model")) {
    try {
      const Tokenizer tokenizer = Tokenizer::from_gguf(file);
      std::vector<int64_t> stops;
      if (const auto eos = tokenizer.special_tokens().eos) stops.push_back(*eos);
      report["tokenizer"] = tokenizer_json(tokenizer, stops, tokenizer.chat_template());
    } catch (const Error& error) {
      report["tokenizer"] = fmt::format("cannot be used: {}", error.what());
    }
  }
  add_tensors(report, rows);
  return report;
}

OrderedJson inspect_safetensors(const std::string& path) {
  const SafetensorsFile file(path);
  OrderedJson report = {{"kind", "safetensors file"}, {"path", path}, {"bytes", fs::file_size(path)}};
  for (const auto& [key, value] : file.metadata()) report["metadata"][key] = value;
  add_tensors(report, rows_of(file));
  return report;
}

OrderedJson inspect_model_folder(const std::string& path) {
  const fs::path folder(path);
  const Json generation = fs::exists(folder / "generation_config.json")
                              ? read_json_file((folder / "generation_config.json").string())
                              : Json();
  const ModelConfig config =
      model_config_from_hf(read_json_file((folder / "config.json").string()), generation, path);
  const std::vector<TensorRow> rows = rows_of_folder(path);
  OrderedJson report = {{"kind", "Hugging Face model folder"}, {"path", path}};
  const Json hf_config = model_config_to_hf(config, rows.empty() ? "" : rows.front().dtype);
  for (const auto& [key, value] : hf_config.items()) report["config"][key] = value;
  if (has_tokenizer(folder)) {
    const Tokenizer tokenizer = load_folder_tokenizer(folder);
    const fs::path jinja = folder / "chat_template.jinja";
    report["tokenizer"] =
        tokenizer_json(tokenizer, config.eos_token_ids,
                       fs::exists(jinja) ? read_file(jinja.string()) : tokenizer.chat_template());
  } else {
    report["tokenizer"] = "none: no tokenizer.json";
  }
  report["problems"] = shape_problems(config, rows);
  add_tensors(report, rows);
  return report;
}

}  // namespace r1::cli
