// The tokenizer of a GGUF file: vocabulary and merges from the metadata, the rest from the name in
// tokenizer.ggml.pre.
#include <fmt/format.h>

#include "base/errors.h"
#include "base/gguf.h"
#include "datasets/tokenizer_parts.h"

namespace r1 {

namespace {

// Values of tokenizer.ggml.token_type that matter here.
constexpr int64_t kControl = 3;
constexpr int64_t kUserDefined = 4;

constexpr std::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kLlama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

void set_pre_tokenizer(TokenizerSpec& spec, const std::string& pre, const std::string& where) {
  auto set = [&](std::vector<std::string> patterns) { spec.patterns = std::move(patterns); };
  if (pre == "smollm") {
    set({digits_pattern(true), std::string(kGpt2Pattern)});
  } else if (pre == "gpt-2" || pre == "default") {
    set({std::string(kGpt2Pattern)});
  } else if (pre == "qwen2" || pre == "deepseek-r1-qwen") {
    set({std::string(kQwen2Pattern)});
    spec.nfc = pre == "qwen2";
  } else if (pre == "llama-bpe") {
    set({std::string(kLlama3Pattern)});
    spec.model.ignore_merges = true;
  } else {
    throw CheckpointError(
        fmt::format("{}: tokenizer.ggml.pre=\"{}\" is not known; known are smollm, gpt-2, default, qwen2, "
                    "deepseek-r1-qwen, llama-bpe",
                    where, pre));
  }
}

void read_merges(const GgufFile& file, BpeModel& model) {
  const auto& lines = file.get_strings("tokenizer.ggml.merges");
  model.merges.reserve(lines.size());
  for (const auto& line : lines) {
    size_t space = line.find(' ');
    if (space == std::string::npos || space == 0 || space + 1 == line.size()) {
      throw CheckpointError(fmt::format("{}: merge {} is not two tokens; convert the model again",
                                        file.path(), model.merges.size()));
    }
    model.merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
}

void read_added_tokens(const GgufFile& file, TokenizerSpec& spec) {
  const auto& types = file.get_ints("tokenizer.ggml.token_type");
  const auto& tokens = spec.model.tokens;
  if (types.size() != tokens.size()) {
    throw CheckpointError(fmt::format("{}: {} token types for {} tokens; convert the model again",
                                      file.path(), types.size(), tokens.size()));
  }
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (types[id] != kControl && types[id] != kUserDefined) continue;
    AddedToken token;
    token.id = static_cast<TokenId>(id);
    token.content = tokens[id];
    token.special = types[id] == kControl;
    spec.added_tokens.push_back(std::move(token));
  }
}

std::optional<TokenId> find_id(const GgufFile& file, const char* key, size_t num_tokens) {
  auto id = file.find_int(key);
  if (!id) return std::nullopt;
  if (*id < 0 || *id >= static_cast<int64_t>(num_tokens)) {
    throw CheckpointError(
        fmt::format("{}: {}={} is outside the vocabulary of {}", file.path(), key, *id, num_tokens));
  }
  return static_cast<TokenId>(*id);
}

}  // namespace

TokenizerSpec spec_from_gguf(const GgufFile& file) {
  if (const auto& model = file.get_string("tokenizer.ggml.model"); model != "gpt2") {
    throw CheckpointError(
        fmt::format("{}: tokenizer.ggml.model=\"{}\" is not supported; only byte-level BPE (\"gpt2\") is",
                    file.path(), model));
  }
  TokenizerSpec spec;
  std::string pre = file.find_string("tokenizer.ggml.pre").value_or("default");
  set_pre_tokenizer(spec, pre, file.path());
  spec.model.tokens = file.get_strings("tokenizer.ggml.tokens");
  read_merges(file, spec.model);
  read_added_tokens(file, spec);
  size_t num_tokens = spec.model.tokens.size();
  spec.special.bos = find_id(file, "tokenizer.ggml.bos_token_id", num_tokens);
  spec.special.eos = find_id(file, "tokenizer.ggml.eos_token_id", num_tokens);
  spec.special.pad = find_id(file, "tokenizer.ggml.padding_token_id", num_tokens);
  spec.special.unk = find_id(file, "tokenizer.ggml.unknown_token_id", num_tokens);
  spec.special.add_bos = file.find_bool("tokenizer.ggml.add_bos_token").value_or(pre == "llama-bpe");
  spec.special.add_bos = spec.special.add_bos && spec.special.bos.has_value();
  if (spec.special.add_bos) spec.prefix_ids = {*spec.special.bos};
  spec.chat_template = file.find_string("tokenizer.chat_template").value_or("");
  return spec;
}

}  // namespace r1
