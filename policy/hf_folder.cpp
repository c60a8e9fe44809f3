#include "policy/hf_folder.h"

#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>
#include <set>

#include "base/errors.h"
#include "base/files.h"
#include "base/json.h"
#include "policy/safetensors.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHead = "lm_head.weight";
constexpr const char* kEmbedding = "model.embed_tokens.weight";

// Buffers that old exporters stored among the weights; the model computes them.
bool is_stored_buffer(const std::string& name) { return name.ends_with(".rotary_emb.inv_freq"); }

bool is_plain_file_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

// A broken JSON file of a model is a broken model, not a broken data set.
Json read_model_json(const std::string& path) {
  try {
    return read_json_file(path);
  } catch (const DataError& error) {
    throw CheckpointError(fmt::format("{}; copy or download the folder again", error.what()));
  }
}

std::string in(const std::string& folder, const std::string& name) {
  return (fs::path(folder) / name).string();
}

// Every tensor of the folder's one file or shards: name -> the open file that holds it.
struct WeightSource {
  std::vector<std::unique_ptr<SafetensorsFile>> files;
  std::map<std::string, const SafetensorsFile*> by_name;
  std::string where;
};

void add_file(WeightSource& source, const std::string& path) {
  source.files.push_back(std::make_unique<SafetensorsFile>(path));
  for (const auto& [name, entry] : source.files.back()->entries()) {
    auto [at, fresh] = source.by_name.emplace(name, source.files.back().get());
    if (!fresh) {
      throw CheckpointError(
          fmt::format("{}: tensor {} is also in {}; remove the shard that does not belong here", path, name,
                      at->second->path()));
    }
  }
}

void check_index(const WeightSource& source, const Json& weight_map) {
  for (const auto& [name, file] : weight_map.items()) {
    auto at = source.by_name.find(name);
    if (at == source.by_name.end() ||
        fs::path(at->second->path()).filename().string() != file.get_ref<const std::string&>()) {
      throw CheckpointError(
          fmt::format("{}: tensor {} should be in {} and is not; copy or download the folder again",
                      source.where, name, file.get_ref<const std::string&>()));
    }
  }
  for (const auto& [name, file] : source.by_name) {
    if (!weight_map.contains(name)) {
      throw CheckpointError(
          fmt::format("{}: tensor {} of {} is not listed; copy or download the folder again", source.where,
                      name, file->path()));
    }
  }
}

WeightSource open_shards(const std::string& folder, const std::string& index_path) {
  WeightSource source;
  source.where = index_path;
  const Json index = read_model_json(index_path);
  if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object()) {
    throw CheckpointError(fmt::format("{}: no weight_map; copy or download the folder again", index_path));
  }
  std::set<std::string> shards;
  for (const auto& [name, file] : index["weight_map"].items()) {
    if (!file.is_string() || !is_plain_file_name(file.get<std::string>())) {
      throw CheckpointError(
          fmt::format("{}: tensor {}: {} is not a plain file name; a shard lies in the same folder",
                      index_path, name, dump_json(file).substr(0, 80)));
    }
    shards.insert(file.get<std::string>());
  }
  for (const std::string& shard : shards) add_file(source, in(folder, shard));
  check_index(source, index["weight_map"]);
  return source;
}

WeightSource open_weights(const std::string& folder) {
  const std::string single = in(folder, "model.safetensors");
  const std::string index = in(folder, "model.safetensors.index.json");
  if (!fs::exists(single) && fs::exists(index)) return open_shards(folder, index);
  if (!fs::exists(single)) {
    throw CheckpointError(
        fmt::format("{}: neither model.safetensors nor model.safetensors.index.json; weights in "
                    "other formats (.bin, .pth) must be converted to safetensors first",
                    folder));
  }
  WeightSource source;
  source.where = single;
  add_file(source, single);
  return source;
}

// found: name -> shape of what is there.
void check_names_and_shapes(const ModelConfig& config,
                            const std::map<std::string, std::vector<int64_t>>& found,
                            const std::string& where) {
  const auto wanted = expected_tensors(config);
  for (const auto& [name, shape] : wanted) {
    auto at = found.find(name);
    if (at == found.end()) {
      throw CheckpointError(fmt::format(
          "{}: tensor {} {} is missing; config and weights are of different models", where, name, shape));
    }
    if (at->second != shape) {
      throw CheckpointError(
          fmt::format("{}: tensor {}: shape {}, the config wants {}; config and weights are of "
                      "different models",
                      where, name, at->second, shape));
    }
  }
  for (const auto& [name, shape] : found) {
    if (wanted.contains(name) || is_stored_buffer(name) || (config.tied_embeddings && name == kHead))
      continue;
    throw CheckpointError(
        fmt::format("{}: tensor {} {} is not part of a {} model with this config; it would be ignored", where,
                    name, shape, config.model_type));
  }
}

at::Tensor read_as_float(const SafetensorsFile& file, const std::string& name) {
  const at::ScalarType dtype = file.entries().at(name).dtype;
  if (dtype != at::kFloat && dtype != at::kBFloat16 && dtype != at::kHalf) {
    throw CheckpointError(
        fmt::format("{}: tensor {}: weights of dtype {} are not supported; convert to F32 or BF16",
                    file.path(), name, safetensors_dtype_name(dtype)));
  }
  return file.read(name).to(at::kFloat);
}

NamedTensors read_weights(const ModelConfig& config, const WeightSource& source) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto& [name, file] : source.by_name) shapes[name] = file->entries().at(name).shape;
  check_names_and_shapes(config, shapes, source.where);
  NamedTensors weights;
  for (const auto& [name, shape] : expected_tensors(config)) {
    weights[name] = read_as_float(*source.by_name.at(name), name);
  }
  auto head = source.by_name.find(kHead);
  if (config.tied_embeddings && head != source.by_name.end() &&
      !at::equal(read_as_float(*head->second, kHead), weights.at(kEmbedding))) {
    throw CheckpointError(
        fmt::format("{}: tie_word_embeddings is true, but tensor {} differs from {}; set it to false "
                    "in config.json if the model has a head of its own",
                    source.where, kHead, kEmbedding));
  }
  return weights;
}

const char* torch_dtype_name(at::ScalarType dtype) {
  if (dtype == at::kFloat) return "float32";
  if (dtype == at::kBFloat16) return "bfloat16";
  check(dtype == at::kHalf, "weights are saved as float32, bfloat16 or float16");
  return "float16";
}

void prepare_folder(const std::string& folder, uint64_t bytes) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw IoError(fmt::format("{}: cannot create the folder: {}", folder, error.message()));
  for (const auto& item : fs::directory_iterator(folder)) {
    const std::string name = item.path().filename().string();
    if (name.ends_with(".safetensors") || name == "model.safetensors.index.json") {
      throw CheckpointError(
          fmt::format("{}: already holds {}; choose a new folder or remove this one", folder, name));
    }
  }
  const uint64_t free = free_disk_bytes(folder);
  if (free < bytes + bytes / 10) {
    throw IoError(
        fmt::format("{}: {:.1f} GB free, the model needs {:.1f} GB; free some space or save as bf16", folder,
                    free / 1e9, bytes * 1.1 / 1e9));
  }
}

// Splits in name order so that no shard is above the limit, unless a single tensor is.
std::vector<NamedTensors> split_into_shards(const NamedTensors& weights, at::ScalarType dtype,
                                            int64_t max_bytes) {
  std::vector<NamedTensors> shards(1);
  int64_t used = 0;
  for (const auto& [name, tensor] : weights) {
    const int64_t bytes = tensor.numel() * static_cast<int64_t>(c10::elementSize(dtype));
    if (used + bytes > max_bytes && !shards.back().empty()) {
      shards.emplace_back();
      used = 0;
    }
    shards.back()[name] = tensor;
    used += bytes;
  }
  return shards;
}

void write_weights(const std::string& folder, const NamedTensors& weights, const HfSaveOptions& options,
                   uint64_t total_bytes) {
  const auto shards = split_into_shards(weights, options.dtype, options.max_shard_bytes);
  if (shards.size() == 1) return write_safetensors(in(folder, "model.safetensors"), shards[0], options.dtype);
  Json weight_map = Json::object();
  for (size_t i = 0; i < shards.size(); ++i) {
    const std::string file = fmt::format("model-{:05}-of-{:05}.safetensors", i + 1, shards.size());
    write_safetensors(in(folder, file), shards[i], options.dtype);
    for (const auto& [name, tensor] : shards[i]) weight_map[name] = file;
  }
  const Json index = {{"metadata", {{"total_size", total_bytes}}}, {"weight_map", weight_map}};
  write_file_durably(in(folder, "model.safetensors.index.json"), dump_json(index, 2) + "\n");
}

void check_extra_files(const std::map<std::string, std::string>& files) {
  for (const auto& [name, content] : files) {
    check(is_plain_file_name(name) && name != "config.json" && name != "generation_config.json" &&
              !name.starts_with("model"),
          "extra files have plain names that are not the model's own");
  }
}

}  // namespace

std::map<std::string, std::vector<int64_t>> expected_tensors(const ModelConfig& config) {
  const int64_t width = config.hidden_size, inner = config.intermediate_size;
  const int64_t queries = config.num_heads * config.head_dim, keys = config.num_kv_heads * config.head_dim;
  std::map<std::string, std::vector<int64_t>> out;
  out[kEmbedding] = {config.vocab_size, width};
  out["model.norm.weight"] = {width};
  if (!config.tied_embeddings) out[kHead] = {config.vocab_size, width};
  for (int64_t layer = 0; layer < config.num_layers; ++layer) {
    const std::string prefix = fmt::format("model.layers.{}.", layer);
    out[prefix + "input_layernorm.weight"] = {width};
    out[prefix + "post_attention_layernorm.weight"] = {width};
    out[prefix + "self_attn.q_proj.weight"] = {queries, width};
    out[prefix + "self_attn.k_proj.weight"] = {keys, width};
    out[prefix + "self_attn.v_proj.weight"] = {keys, width};
    out[prefix + "self_attn.o_proj.weight"] = {width, queries};
    out[prefix + "mlp.gate_proj.weight"] = {inner, width};
    out[prefix + "mlp.up_proj.weight"] = {inner, width};
    out[prefix + "mlp.down_proj.weight"] = {width, inner};
    if (!config.attention_bias) continue;
    out[prefix + "self_attn.q_proj.bias"] = {queries};
    out[prefix + "self_attn.k_proj.bias"] = {keys};
    out[prefix + "self_attn.v_proj.bias"] = {keys};
  }
  return out;
}

void check_weights(const ModelConfig& config, const NamedTensors& weights, const std::string& where) {
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto& [name, tensor] : weights) shapes[name] = tensor.sizes().vec();
  check_names_and_shapes(config, shapes, where);
}

ModelFiles load_hf_folder(const std::string& folder) {
  const std::string config_path = in(folder, "config.json"),
                    generation = in(folder, "generation_config.json");
  if (!fs::exists(config_path)) {
    throw CheckpointError(fmt::format("{}: no config.json; this is not a Hugging Face model folder", folder));
  }
  ModelFiles files;
  files.config =
      model_config_from_hf(read_model_json(config_path),
                           fs::exists(generation) ? read_model_json(generation) : Json(nullptr), config_path);
  files.weights = read_weights(files.config, open_weights(folder));
  return files;
}

void save_hf_folder(const std::string& folder, const ModelFiles& files, const HfSaveOptions& options) {
  validate(files.config, folder);
  check_weights(files.config, files.weights, folder);
  check_extra_files(options.extra_files);
  NamedTensors weights;
  uint64_t total_bytes = 0;
  for (const auto& [name, shape] : expected_tensors(files.config)) {
    weights[name] = files.weights.at(name);
    total_bytes += weights[name].numel() * c10::elementSize(options.dtype);
  }
  const Json config = model_config_to_hf(files.config, torch_dtype_name(options.dtype));
  Json generation = {{"_from_model_config", true}};
  for (const char* key : {"bos_token_id", "eos_token_id", "pad_token_id"}) {
    if (!config[key].is_null()) generation[key] = config[key];
  }
  prepare_folder(folder, total_bytes);
  write_weights(folder, weights, options, total_bytes);
  for (const auto& [name, content] : options.extra_files) write_file_durably(in(folder, name), content);
  write_file_durably(in(folder, "generation_config.json"), dump_json(generation, 2) + "\n");
  write_file_durably(in(folder, "config.json"), dump_json(config, 2) + "\n");
}

}  // namespace r1
