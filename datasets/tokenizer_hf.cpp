// The tokenizer of a Hugging Face folder: tokenizer.json and tokenizer_config.json, read and written.
#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "base/json.h"
#include "datasets/tokenizer_parts.h"

namespace r1 {

namespace {

constexpr int64_t kMaxTokenId = 10'000'000;  // bounds the tables indexed by id

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw CheckpointError(fmt::format("{}: {}", where, what));
}

TokenId checked_id(const Json& value, const std::string& where, const std::string& token) {
  if (!value.is_number_integer() || value.get<int64_t>() < 0 || value.get<int64_t>() > kMaxTokenId) {
    refuse(where, fmt::format("token \"{}\" has the id {}, not a whole number from 0 to {}", token,
                              value.dump(), kMaxTokenId));
  }
  return static_cast<TokenId>(value.get<int64_t>());
}

// Any JSON type error below is a file of the wrong shape.
Json member(const Json& object, const char* key) {
  return object.is_object() && object.contains(key) ? object.at(key) : Json();
}

std::string text_of(const Json& object, const char* key) {
  Json value = member(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

bool flag_of(const Json& object, const char* key) {
  Json value = member(object, key);
  return value.is_boolean() && value.get<bool>();
}

void refuse_other_models(const Json& model, const std::string& where) {
  std::string type = text_of(model, "type");
  if (!type.empty() && type != "BPE")
    refuse(where, fmt::format("tokenizer model \"{}\" is not supported; only byte-level BPE is", type));
  if (flag_of(model, "byte_fallback")) {
    refuse(where, "a SentencePiece tokenizer (byte_fallback) is not supported; only byte-level BPE is");
  }
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!text_of(model, key).empty())
      refuse(where, fmt::format("model.{}=\"{}\" is not supported", key, text_of(model, key)));
  }
  if (!member(model, "dropout").is_null() && member(model, "dropout") != 0.0)
    refuse(where, "BPE dropout is not supported");
}

void read_vocabulary(const Json& model, BpeModel& bpe, const std::string& where) {
  auto vocabulary = model.find("vocab");
  if (vocabulary == model.end() || !vocabulary->is_object())
    refuse(where, "model.vocab is not an object; the file is not a tokenizer.json");
  for (const auto& [token, id] : vocabulary->items()) {
    auto index = static_cast<size_t>(checked_id(id, where, token));
    if (index >= bpe.tokens.size()) bpe.tokens.resize(index + 1);
    if (!bpe.tokens[index].empty())
      refuse(where, fmt::format("id {} belongs to both \"{}\" and \"{}\"", index, bpe.tokens[index], token));
    bpe.tokens[index] = token;
  }
}

void read_merges(const Json& model, BpeModel& bpe, const std::string& where) {
  auto merges = model.find("merges");
  if (merges == model.end() || !merges->is_array()) refuse(where, "model.merges is not an array");
  bpe.merges.reserve(merges->size());
  for (const auto& merge : *merges) {
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      bpe.merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
      continue;
    }
    std::string line = merge.is_string() ? merge.get<std::string>() : "";
    size_t space = line.find(' ');
    if (space == std::string::npos)
      refuse(where, fmt::format("merge {} is not two tokens", bpe.merges.size()));
    bpe.merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
}

void read_added_tokens(const Json& root, TokenizerSpec& spec, const std::string& where) {
  for (const auto& entry : member(root, "added_tokens")) {
    AddedToken token;
    token.content = text_of(entry, "content");
    token.id = checked_id(member(entry, "id"), where, token.content);
    token.special = flag_of(entry, "special");
    token.normalized = flag_of(entry, "normalized");
    token.single_word = flag_of(entry, "single_word");
    token.lstrip = flag_of(entry, "lstrip");
    token.rstrip = flag_of(entry, "rstrip");
    spec.added_tokens.push_back(std::move(token));
  }
}

void read_normalizer(const Json& normalizer, TokenizerSpec& spec, const std::string& where) {
  if (normalizer.is_null()) return;
  std::string type = text_of(normalizer, "type");
  if (type == "NFC") {
    spec.nfc = true;
  } else if (type == "Sequence") {
    for (const auto& part : member(normalizer, "normalizers")) read_normalizer(part, spec, where);
  } else {
    refuse(where, fmt::format("normalizer \"{}\" is not supported; NFC is (SentencePiece tokenizers are not)",
                              type));
  }
}

// Returns true when the chain so far ends in the byte-level step.
bool read_pre_tokenizer(const Json& step, TokenizerSpec& spec, const std::string& where) {
  std::string type = text_of(step, "type");
  if (type == "Sequence") {
    bool byte_level = false;
    for (const auto& part : member(step, "pretokenizers")) byte_level = read_pre_tokenizer(part, spec, where);
    return byte_level;
  }
  if (type == "Digits") {
    spec.patterns.push_back(digits_pattern(flag_of(step, "individual_digits")));
    return false;
  }
  if (type == "Split") {
    if (text_of(step, "behavior") != "Isolated") {
      refuse(where, fmt::format("pre-tokenizer Split with behavior \"{}\" is not supported; Isolated is",
                                text_of(step, "behavior")));
    }
    Json pattern = member(step, "pattern");
    std::string regex = text_of(pattern, "Regex");
    spec.patterns.push_back(regex.empty() ? escape_pattern(text_of(pattern, "String")) : regex);
    return false;
  }
  if (type != "ByteLevel")
    refuse(where,
           fmt::format("pre-tokenizer \"{}\" is not supported; Split, Digits and ByteLevel are", type));
  if (flag_of(step, "add_prefix_space"))
    refuse(where, "pre-tokenizer ByteLevel with add_prefix_space is not supported");
  // use_regex is true when it is absent.
  if (member(step, "use_regex").is_null() || flag_of(step, "use_regex"))
    spec.patterns.emplace_back(kGpt2Pattern);
  return true;
}

std::optional<TokenId> find_id(const TokenizerSpec& spec, const std::string& content) {
  for (const auto& token : spec.added_tokens) {
    if (token.content == content) return token.id;
  }
  auto found = std::find(spec.model.tokens.begin(), spec.model.tokens.end(), content);
  if (content.empty() || found == spec.model.tokens.end()) return std::nullopt;
  return static_cast<TokenId>(found - spec.model.tokens.begin());
}

void read_template(const Json& processor, TokenizerSpec& spec, const std::string& where) {
  bool after_text = false;
  for (const auto& piece : member(processor, "single")) {
    if (piece.contains("Sequence")) {
      after_text = true;
      continue;
    }
    std::string name = text_of(member(piece, "SpecialToken"), "id");
    for (const auto& id : member(member(member(processor, "special_tokens"), name.c_str()), "ids")) {
      (after_text ? spec.suffix_ids : spec.prefix_ids).push_back(checked_id(id, where, name));
    }
  }
}

void read_post_processor(const Json& processor, TokenizerSpec& spec, const std::string& where) {
  if (processor.is_null()) return;
  std::string type = text_of(processor, "type");
  if (type == "TemplateProcessing") {
    read_template(processor, spec, where);
  } else if (type == "Sequence") {
    for (const auto& part : member(processor, "processors")) read_post_processor(part, spec, where);
  } else if (type != "ByteLevel") {  // ByteLevel only trims offsets, which nobody here asks for
    refuse(where, fmt::format("post-processor \"{}\" is not supported; TemplateProcessing is", type));
  }
}

// The text of bos_token and its kind: a string, or an object with `content`.
std::string special_text(const Json& config, const char* key) {
  Json value = member(config, key);
  return value.is_object() ? text_of(value, "content") : value.is_string() ? value.get<std::string>() : "";
}

std::string find_chat_template(const Json& config) {
  Json value = member(config, "chat_template");
  if (value.is_string()) return value.get<std::string>();
  for (const auto& named : value.is_array() ? value : Json::array()) {
    if (text_of(named, "name") == "default") return text_of(named, "template");
  }
  return "";
}

void read_config(const Json& config, TokenizerSpec& spec) {
  spec.special.bos = find_id(spec, special_text(config, "bos_token"));
  spec.special.eos = find_id(spec, special_text(config, "eos_token"));
  spec.special.pad = find_id(spec, special_text(config, "pad_token"));
  spec.special.unk = find_id(spec, special_text(config, "unk_token"));
  spec.chat_template = find_chat_template(config);
}

Json parse_or_refuse(std::string_view text, const std::string& where) {
  try {
    return parse_json(text, where);
  } catch (const DataError& error) {
    throw CheckpointError(error.what());
  }
}

}  // namespace

TokenizerSpec spec_from_hf_json(std::string_view tokenizer_json, std::string_view tokenizer_config_json,
                                const std::string& where) {
  Json root = parse_or_refuse(tokenizer_json, where);
  if (!root.is_object() || !root.contains("model") || !root["model"].is_object()) {
    refuse(where, "no model section; the file is not a tokenizer.json");
  }
  TokenizerSpec spec;
  const Json& model = root["model"];
  refuse_other_models(model, where);
  read_normalizer(member(root, "normalizer"), spec, where);
  if (!read_pre_tokenizer(member(root, "pre_tokenizer"), spec, where))
    refuse(where, "the pre-tokenizer does not end with ByteLevel");
  read_vocabulary(model, spec.model, where);
  read_merges(model, spec.model, where);
  spec.model.ignore_merges = flag_of(model, "ignore_merges");
  read_added_tokens(root, spec, where);
  read_post_processor(member(root, "post_processor"), spec, where);
  if (!tokenizer_config_json.empty()) read_config(parse_or_refuse(tokenizer_config_json, where), spec);
  spec.special.add_bos = !spec.prefix_ids.empty();
  spec.source_json = tokenizer_json;
  spec.source_config_json = tokenizer_config_json;
  return spec;
}

}  // namespace r1
