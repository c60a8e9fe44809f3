// Writes the Hugging Face files of a tokenizer.
#include <fmt/format.h>

#include "base/errors.h"
#include "base/json.h"
#include "datasets/tokenizer_parts.h"

namespace r1 {

namespace {

Json byte_level(bool use_regex) {
  return {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", use_regex}};
}

Json pre_tokenizer_json(const TokenizerSpec& spec) {
  // The last pattern may be ByteLevel's own; the others are Split steps that cut the same words.
  Json steps = Json::array();
  bool own_regex = !spec.patterns.empty() && spec.patterns.back() == kGpt2Pattern;
  for (size_t i = 0; i + (own_regex ? 1 : 0) < spec.patterns.size(); ++i) {
    if (spec.patterns[i] == digits_pattern(true)) {
      steps.push_back({{"type", "Digits"}, {"individual_digits", true}});
    } else {
      steps.push_back({{"type", "Split"},
                       {"pattern", {{"Regex", spec.patterns[i]}}},
                       {"behavior", "Isolated"},
                       {"invert", false}});
    }
  }
  steps.push_back(byte_level(own_regex));
  return {{"type", "Sequence"}, {"pretokenizers", steps}};
}

Json added_tokens_json(const TokenizerSpec& spec) {
  Json tokens = Json::array();
  for (const auto& token : spec.added_tokens) {
    tokens.push_back({{"id", token.id},
                      {"content", token.content},
                      {"single_word", token.single_word},
                      {"lstrip", token.lstrip},
                      {"rstrip", token.rstrip},
                      {"normalized", token.normalized},
                      {"special", token.special}});
  }
  return tokens;
}

std::string token_text(const TokenizerSpec& spec, TokenId id) {
  for (const auto& token : spec.added_tokens) {
    if (token.id == id) return token.content;
  }
  return spec.model.tokens.at(id);
}

Json post_processor_json(const TokenizerSpec& spec) {
  if (spec.prefix_ids.empty()) return nullptr;
  TokenId bos = spec.prefix_ids.front();
  std::string text = token_text(spec, bos);
  auto special = [&](int type_id) { return Json{{"SpecialToken", {{"id", text}, {"type_id", type_id}}}}; };
  auto sequence = [](const char* id, int type_id) {
    return Json{{"Sequence", {{"id", id}, {"type_id", type_id}}}};
  };
  return {{"type", "TemplateProcessing"},
          {"single", Json::array({special(0), sequence("A", 0)})},
          {"pair", Json::array({special(0), sequence("A", 0), special(1), sequence("B", 1)})},
          {"special_tokens", {{text, {{"id", text}, {"ids", {bos}}, {"tokens", {text}}}}}}};
}

// The vocabulary in order of the ids, one entry a line, which no sorted JSON object would give.
std::string vocabulary_text(const BpeModel& model) {
  std::string text;
  for (size_t id = 0; id < model.tokens.size(); ++id) {
    if (model.tokens[id].empty()) continue;
    text += fmt::format("{}\n      {}: {}", text.empty() ? "" : ",", dump_json(model.tokens[id]), id);
  }
  return text;
}

std::string merges_text(const BpeModel& model) {
  std::string text;
  for (const auto& [left, right] : model.merges) {
    text += fmt::format("{}\n      {}", text.empty() ? "" : ",", dump_json(Json::array({left, right})));
  }
  return text;
}

}  // namespace

std::string write_tokenizer_json(const TokenizerSpec& spec) {
  if (!spec.source_json.empty()) return spec.source_json;
  Json normalizer = spec.nfc ? Json{{"type", "NFC"}} : Json();
  std::string text = "{\n  \"version\": \"1.0\",\n  \"truncation\": null,\n  \"padding\": null";
  auto add = [&](const char* key, const Json& value) {
    text += fmt::format(",\n  \"{}\": {}", key, dump_json(value));
  };
  add("added_tokens", added_tokens_json(spec));
  add("normalizer", normalizer);
  add("pre_tokenizer", pre_tokenizer_json(spec));
  add("post_processor", post_processor_json(spec));
  add("decoder", byte_level(true));
  text += fmt::format(
      ",\n  \"model\": {{\n    \"type\": \"BPE\", \"dropout\": null, \"unk_token\": null, "
      "\"continuing_subword_prefix\": null,"
      "\n    \"end_of_word_suffix\": null, \"fuse_unk\": false, \"byte_fallback\": false, \"ignore_merges\": "
      "{},"
      "\n    \"vocab\": {{{}\n    }},\n    \"merges\": [{}\n    ]\n  }}\n}}\n",
      spec.model.ignore_merges, vocabulary_text(spec.model), merges_text(spec.model));
  return text;
}

std::string write_tokenizer_config_json(const TokenizerSpec& spec, std::string_view chat_template,
                                        int64_t model_max_length) {
  Json config;
  if (!spec.source_config_json.empty()) {
    config = parse_json(spec.source_config_json, "tokenizer_config.json");
  } else {
    config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
              {"clean_up_tokenization_spaces", false},
              {"add_prefix_space", false}};
    auto add = [&](const char* key, std::optional<TokenId> id) {
      if (id) config[key] = token_text(spec, *id);
    };
    add("bos_token", spec.special.bos);
    add("eos_token", spec.special.eos);
    add("pad_token", spec.special.pad);
    add("unk_token", spec.special.unk);
  }
  config["model_max_length"] = model_max_length;
  if (chat_template.empty()) {
    config.erase("chat_template");
  } else {
    config["chat_template"] = chat_template;
  }
  return dump_json(config, 2) + "\n";
}

}  // namespace r1
