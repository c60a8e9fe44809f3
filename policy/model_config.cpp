#include "policy/model_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include "base/errors.h"

namespace r1 {
namespace {

// Keys of config.json that change neither a forward pass nor its gradient. A key that is neither here nor
// read below is refused: guessing that an unknown switch is harmless is how two programs disagree in silence.
const std::set<std::string_view>& harmless_keys() {
  static const std::set<std::string_view> keys = {
      // provenance and loading
      "_name_or_path", "_commit_hash", "transformers_version", "torch_dtype", "dtype", "unsloth_version",
      "unsloth_fixed", "transformers.js_config", "is_llama_config", "_attn_implementation_autoset",
      "attn_implementation", "_attn_implementation", "use_flash_attn", "torchscript", "use_bfloat16",
      // outputs, caches, heads of other tasks
      "use_cache", "output_attentions", "output_hidden_states", "return_dict", "return_dict_in_generate",
      "output_scores", "id2label", "label2id", "num_labels", "problem_type", "finetuning_task",
      "chunk_size_feed_forward", "is_decoder", "task_specific_params", "tokenizer_class", "prefix",
      "decoder_start_token_id", "sep_token_id", "cross_attention_hidden_size", "pruned_heads",
      "tf_legacy_loss",
      // initialisation of new weights; tensor-parallel slices of pre-training
      "initializer_range", "pretraining_tp",
      // read only when use_sliding_window is true, which is refused
      "max_window_layers",
      // defaults of sampling that old folders keep in config.json
      "max_length", "min_length", "do_sample", "early_stopping", "num_beams", "num_beam_groups",
      "diversity_penalty", "temperature", "top_k", "top_p", "typical_p", "repetition_penalty",
      "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids",
      "num_return_sequences", "forced_bos_token_id", "forced_eos_token_id", "remove_invalid_values",
      "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens"};
  return keys;
}

// Typed access to one JSON object that remembers which keys were read. null counts as absent.
class Fields {
 public:
  Fields(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object.is_object()) throw CheckpointError(fmt::format("{}: not a JSON object", where_));
  }

  const Json* find(const std::string& key) {
    read_.insert(key);
    auto at = object_.find(key);
    return at == object_.end() || at->is_null() ? nullptr : &*at;
  }
  bool has(const std::string& key) const { return object_.contains(key); }

  int64_t integer(const std::string& key, std::optional<int64_t> fallback = {}) {
    const Json* value = find(key);
    if (!value) return fallback ? *fallback : missing(key);
    return to_integer(*value, key);
  }
  double number(const std::string& key, std::optional<double> fallback = {}) {
    const Json* value = find(key);
    if (!value) return fallback ? *fallback : static_cast<double>(missing(key));
    if (!value->is_number()) wrong(key, *value, "a number");
    return value->get<double>();
  }
  bool flag(const std::string& key, bool fallback) {
    const Json* value = find(key);
    if (value && !value->is_boolean()) wrong(key, *value, "true or false");
    return value ? value->get<bool>() : fallback;
  }
  std::string text(const std::string& key, const std::string& fallback) {
    const Json* value = find(key);
    if (value && !value->is_string()) wrong(key, *value, "text");
    return value ? value->get<std::string>() : fallback;
  }
  // One id, a list of ids, or `fallback`.
  std::vector<int64_t> ids(const std::string& key, std::vector<int64_t> fallback) {
    const Json* value = find(key);
    if (!value) return fallback;
    if (!value->is_array()) return {to_integer(*value, key)};
    std::vector<int64_t> out;
    for (const Json& item : *value) out.push_back(to_integer(item, key));
    return out;
  }

  // A switch that must stand at the value our arithmetic has.
  void require(const std::string& key, const Json& only) {
    const Json* value = find(key);
    if (value && *value != only) unsupported(key, fmt::format("only {} is supported", dump_json(only)));
  }

  void refuse_unread(const std::set<std::string_view>& harmless) const {
    for (const auto& [key, value] : object_.items()) {
      if (read_.contains(key) || harmless.contains(key)) continue;
      throw CheckpointError(
          fmt::format("{}: {}={}: unknown field, which may change the arithmetic; remove it if the "
                      "model does not need it",
                      where_, key, shortened(value)));
    }
  }

  [[noreturn]] void unsupported(const std::string& key, const std::string& why) const {
    throw CheckpointError(fmt::format("{}: {}={}: {}", where_, key, shortened(object_.at(key)), why));
  }

 private:
  static std::string shortened(const Json& value) {
    std::string text = dump_json(value);
    return text.size() <= 80 ? text : text.substr(0, 77) + "...";
  }
  [[noreturn]] int64_t missing(const std::string& key) const {
    throw CheckpointError(fmt::format("{}: {} is missing; this file does not describe a model", where_, key));
  }
  [[noreturn]] void wrong(const std::string& key, const Json& value, const char* wanted) const {
    throw CheckpointError(fmt::format("{}: {}={}: must be {}", where_, key, shortened(value), wanted));
  }
  int64_t to_integer(const Json& value, const std::string& key) const {
    const bool fits =
        value.is_number_integer() &&
        !(value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX));
    if (!fits) wrong(key, value, "an integer");
    return value.get<int64_t>();
  }

  const Json& object_;
  std::string where_;
  std::set<std::string> read_;
};

// rope_scaling (transformers 4) and rope_parameters (transformers 5) hold the same fields; the latter also
// the base.
void read_rope(const Json& object, const std::string& where, ModelConfig& config) {
  Fields fields(object, where);
  const std::string type = fields.text("rope_type", fields.text("type", "default"));
  config.rope_theta = fields.number("rope_theta", config.rope_theta);
  fields.require("partial_rotary_factor", 1.0);
  if (type == "llama3") {
    config.rope_factor = fields.number("factor");
    config.rope_low_freq_factor = fields.number("low_freq_factor");
    config.rope_high_freq_factor = fields.number("high_freq_factor");
    config.rope_original_positions = fields.integer("original_max_position_embeddings");
  } else if (type != "default") {
    fields.unsupported(fields.has("rope_type") ? "rope_type" : "type",
                       "only default and llama3 are supported");
  }
  fields.refuse_unread({});
}

void read_rope_fields(Fields& fields, const std::string& where, ModelConfig& config) {
  const double base = fields.number("rope_theta", 10000.0);
  config.rope_theta = base;
  const Json* scaling = fields.find("rope_scaling");
  const Json* parameters = fields.find("rope_parameters");
  if (scaling) read_rope(*scaling, where + ": rope_scaling", config);
  const ModelConfig by_scaling = config;
  if (parameters) read_rope(*parameters, where + ": rope_parameters", config);
  if (fields.has("rope_theta") && config.rope_theta != base) {
    fields.unsupported("rope_theta",
                       fmt::format("the rope fields say {}; keep one of the two", config.rope_theta));
  }
  if (scaling && parameters && !(by_scaling == config)) {
    fields.unsupported("rope_scaling", "rope_parameters says otherwise; keep one of the two");
  }
}

// Switches of the two architectures that must stand where our arithmetic is.
void require_plain_decoder(Fields& fields, const ModelConfig& config) {
  fields.require("hidden_act", "silu");
  fields.require("mlp_bias", false);
  fields.require("attention_dropout", 0.0);
  fields.require("rope_interleaved", false);
  fields.require("use_mrope", false);
  fields.require("is_encoder_decoder", false);
  fields.require("add_cross_attention", false);
  fields.require("tie_encoder_decoder", false);
  if (fields.find("quantization_config")) {
    fields.unsupported("quantization_config",
                       "quantised folders are not supported; use the original one or a GGUF file");
  }
  if (const Json* types = fields.find("layer_types")) {
    for (const Json& type : *types) {
      if (type != "full_attention") fields.unsupported("layer_types", "only full_attention is supported");
    }
  }
  if (config.model_type == "qwen2") {  // there the biases on q, k and v are always on, and o has none
    fields.require("use_sliding_window", false);
    fields.require("attention_bias", true);
    fields.find("sliding_window");  // a number that the line above switches off
  } else {                          // attention_bias would put one on o too
    fields.require("use_sliding_window", false);
    fields.require("attention_bias", false);
    if (fields.find("sliding_window"))
      fields.unsupported("sliding_window", "only full attention is supported");
  }
}

std::string read_model_type(Fields& fields, const std::string& where) {
  static const std::array<std::pair<const char*, const char*>, 2> known = {
      {{"LlamaForCausalLM", "llama"}, {"Qwen2ForCausalLM", "qwen2"}}};
  const std::string type = fields.text("model_type", "");
  const Json* architectures = fields.find("architectures");
  for (const auto& [architecture, name] : known) {
    if (type != name) continue;
    if (architectures && *architectures != Json::array({architecture})) {
      fields.unsupported("architectures", fmt::format("model_type {} wants [\"{}\"]", type, architecture));
    }
    return type;
  }
  throw CheckpointError(fmt::format("{}: model_type=\"{}\": supported are llama and qwen2", where, type));
}

// Negative ids are old folders' way to say "none".
int64_t token_or_none(int64_t id) { return id < 0 ? -1 : id; }

void read_token_ids(Fields& fields, const Json& generation_config, const std::string& where,
                    ModelConfig& config) {
  const bool llama = config.model_type == "llama";  // transformers' LlamaConfig falls back on bos 1 and eos 2
  const bool says_bos = fields.has("bos_token_id"), says_eos = fields.has("eos_token_id");
  config.bos_token_id = token_or_none(fields.integer("bos_token_id", llama && !says_bos ? 1 : -1));
  config.eos_token_ids =
      fields.ids("eos_token_id", llama && !says_eos ? std::vector<int64_t>{2} : std::vector<int64_t>{});
  config.pad_token_id = token_or_none(fields.integer("pad_token_id", -1));
  if (generation_config.is_null()) return;
  Fields generation(generation_config, where + ": generation_config");
  config.eos_token_ids = generation.ids("eos_token_id", config.eos_token_ids);
  if (config.bos_token_id < 0) config.bos_token_id = token_or_none(generation.integer("bos_token_id", -1));
  if (config.pad_token_id < 0) config.pad_token_id = token_or_none(generation.integer("pad_token_id", -1));
}

void check_size(const std::string& where, const char* name, int64_t value, int64_t most) {
  if (value >= 1 && value <= most) return;
  throw CheckpointError(fmt::format("{}: {}={}: must be between 1 and {}", where, name, value, most));
}

void check_that(bool ok, const std::string& where, const std::string& message) {
  if (!ok) throw CheckpointError(where + ": " + message);
}

void validate_rope(const ModelConfig& config, const std::string& where) {
  check_that(std::isfinite(config.rope_theta) && config.rope_theta >= 1, where,
             fmt::format("rope_theta={}: must be at least 1", config.rope_theta));
  if (config.rope_factor == 0) return;
  check_that(std::isfinite(config.rope_factor) && config.rope_factor >= 1, where,
             fmt::format("rope factor={}: must be at least 1", config.rope_factor));
  const double low = config.rope_low_freq_factor, high = config.rope_high_freq_factor;
  check_that(low > 0 && std::isfinite(high) && low < high, where,
             fmt::format("rope low_freq_factor={} high_freq_factor={}: must be 0 < low < high", low, high));
  check_size(where, "original_max_position_embeddings", config.rope_original_positions, int64_t{1} << 31);
}

void validate_token_ids(const ModelConfig& config, const std::string& where) {
  auto check_id = [&](const char* name, int64_t id, int64_t least) {
    check_that(id >= least && id < config.vocab_size, where,
               fmt::format("{}={}: must be below vocab_size={}", name, id, config.vocab_size));
  };
  for (int64_t id : config.eos_token_ids) check_id("eos_token_id", id, 0);
  check_id("bos_token_id", config.bos_token_id, -1);
  check_id("pad_token_id", config.pad_token_id, -1);
}

}  // namespace

void validate(const ModelConfig& config, const std::string& where) {
  constexpr int64_t kMostWidth = int64_t{1} << 24;  // products of two widths stay far below 2^63
  check_that(config.model_type == "llama" || config.model_type == "qwen2", where,
             fmt::format("model_type=\"{}\": supported are llama and qwen2", config.model_type));
  check_size(where, "vocab_size", config.vocab_size, kMostWidth);
  check_size(where, "hidden_size", config.hidden_size, kMostWidth);
  check_size(where, "intermediate_size", config.intermediate_size, kMostWidth);
  check_size(where, "num_hidden_layers", config.num_layers, 4096);
  check_size(where, "num_attention_heads", config.num_heads, 4096);
  check_size(where, "num_key_value_heads", config.num_kv_heads, config.num_heads);
  check_size(where, "head_dim", config.head_dim, 4096);
  check_size(where, "max_position_embeddings", config.max_positions, int64_t{1} << 31);
  check_that(config.num_heads % config.num_kv_heads == 0, where,
             fmt::format("num_attention_heads={} num_key_value_heads={}: the second must divide the first",
                         config.num_heads, config.num_kv_heads));
  check_that(config.head_dim % 2 == 0, where,
             fmt::format("head_dim={}: rotary positions need an even one", config.head_dim));
  check_that(config.rms_norm_eps > 0 && config.rms_norm_eps < 1, where,
             fmt::format("rms_norm_eps={}: must be in (0, 1)", config.rms_norm_eps));
  check_that(config.attention_bias == (config.model_type == "qwen2"), where,
             fmt::format("attention_bias={}: {} has it {}", config.attention_bias, config.model_type,
                         config.model_type == "qwen2" ? "on" : "off"));
  validate_rope(config, where);
  validate_token_ids(config, where);
}

ModelConfig model_config_from_hf(const Json& json, const Json& generation_config, const std::string& where) {
  Fields fields(json, where);
  ModelConfig config;
  config.model_type = read_model_type(fields, where);
  config.vocab_size = fields.integer("vocab_size");
  config.hidden_size = fields.integer("hidden_size");
  config.intermediate_size = fields.integer("intermediate_size");
  config.num_layers = fields.integer("num_hidden_layers");
  config.num_heads = fields.integer("num_attention_heads");
  config.num_kv_heads = fields.integer("num_key_value_heads", config.num_heads);
  check_size(where, "num_attention_heads", config.num_heads, 4096);  // about to divide by it
  if (!fields.find("head_dim") && config.hidden_size % config.num_heads != 0) {
    fields.unsupported("hidden_size", fmt::format("not a multiple of num_attention_heads={}; state head_dim",
                                                  config.num_heads));
  }
  config.head_dim = fields.integer("head_dim", config.hidden_size / config.num_heads);
  config.max_positions = fields.integer("max_position_embeddings");
  config.rms_norm_eps = fields.number("rms_norm_eps", 1e-6);
  config.tied_embeddings = fields.flag("tie_word_embeddings", false);
  config.attention_bias = config.model_type == "qwen2";
  read_rope_fields(fields, where, config);
  require_plain_decoder(fields, config);
  read_token_ids(fields, generation_config, where, config);
  fields.refuse_unread(harmless_keys());
  validate(config, where);
  return config;
}

Json model_config_to_hf(const ModelConfig& config, const std::string& torch_dtype) {
  auto id_or_null = [](int64_t id) { return id < 0 ? Json(nullptr) : Json(id); };
  const bool llama = config.model_type == "llama";
  Json out = {{"architectures", Json::array({llama ? "LlamaForCausalLM" : "Qwen2ForCausalLM"})},
              {"model_type", config.model_type},
              {"vocab_size", config.vocab_size},
              {"hidden_size", config.hidden_size},
              {"intermediate_size", config.intermediate_size},
              {"num_hidden_layers", config.num_layers},
              {"num_attention_heads", config.num_heads},
              {"num_key_value_heads", config.num_kv_heads},
              {"head_dim", config.head_dim},
              {"max_position_embeddings", config.max_positions},
              {"rms_norm_eps", config.rms_norm_eps},
              {"rope_theta", config.rope_theta},
              {"rope_scaling", nullptr},
              {"hidden_act", "silu"},
              {"attention_dropout", 0.0},
              {"tie_word_embeddings", config.tied_embeddings},
              {"bos_token_id", id_or_null(config.bos_token_id)},
              {"eos_token_id", config.eos_token_ids},
              {"pad_token_id", id_or_null(config.pad_token_id)},
              {"torch_dtype", torch_dtype},
              {"use_cache", true}};
  if (config.eos_token_ids.empty()) out["eos_token_id"] = nullptr;
  if (config.eos_token_ids.size() == 1) out["eos_token_id"] = config.eos_token_ids[0];
  if (config.rope_factor != 0) {
    out["rope_scaling"] = {{"rope_type", "llama3"},
                           {"factor", config.rope_factor},
                           {"low_freq_factor", config.rope_low_freq_factor},
                           {"high_freq_factor", config.rope_high_freq_factor},
                           {"original_max_position_embeddings", config.rope_original_positions}};
  }
  if (llama) {
    out["attention_bias"] = false;
    out["mlp_bias"] = false;
  } else {
    out["use_sliding_window"] = false;
  }
  return out;
}

}  // namespace r1
