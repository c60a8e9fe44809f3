#include "rollout/language_model.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/errors.h"
#include "base/files.h"
#include "base/gguf.h"
#include "policy/gguf_weights.h"
#include "policy/hf_folder.h"

namespace r1 {
namespace {

// For models that come without a template: contents one after another.
constexpr const char* kPlainTemplate = "{% for message in messages %}{{ message['content'] }}{% endfor %}";

std::string token_text(const Tokenizer& tokenizer, std::optional<TokenId> id) {
  return id ? std::string(tokenizer.token_bytes(*id)) : std::string();
}

ChatTemplate template_of(const Tokenizer& tokenizer, const std::string& source) {
  const SpecialTokens& special = tokenizer.special_tokens();
  return ChatTemplate(source.empty() ? kPlainTemplate : source, token_text(tokenizer, special.bos),
                      token_text(tokenizer, special.eos));
}

LanguageModel assemble(ModelFiles files, Tokenizer tokenizer, const std::string& template_source,
                       const std::string& path, c10::Device device, Precision precision) {
  if (tokenizer.vocab_size() > files.config.vocab_size) {
    throw CheckpointError(
        fmt::format("{}: the tokenizer knows {} ids and the model has {} rows; they belong to "
                    "different models, take both from one place",
                    path, tokenizer.vocab_size(), files.config.vocab_size));
  }
  // A model whose config names no end token would never stop: take the tokenizer's.
  if (files.config.eos_token_ids.empty() && tokenizer.special_tokens().eos) {
    files.config.eos_token_ids = {*tokenizer.special_tokens().eos};
  }
  ChatTemplate chat_template = template_of(tokenizer, template_source);
  return {Policy(std::move(files.config), std::move(files.weights), device, precision), std::move(tokenizer),
          std::move(chat_template)};
}

LanguageModel load_folder(const std::string& path, c10::Device device, Precision precision) {
  const std::filesystem::path folder(path);
  auto text_of = [&](const char* name) {
    const auto file = folder / name;
    return std::filesystem::exists(file) ? read_file(file.string()) : std::string();
  };
  const std::string tokenizer_json = text_of("tokenizer.json");
  if (tokenizer_json.empty()) {
    throw CheckpointError(path + ": no tokenizer.json in this model folder; copy it from the model's source");
  }
  Tokenizer tokenizer = Tokenizer::from_hf_json(tokenizer_json, text_of("tokenizer_config.json"), path);
  std::string template_source = text_of("chat_template.jinja");
  if (template_source.empty()) template_source = tokenizer.chat_template();
  return assemble(load_hf_folder(path), std::move(tokenizer), template_source, path, device, precision);
}

LanguageModel load_gguf(const std::string& path, c10::Device device, Precision precision) {
  const GgufFile file(path);
  Tokenizer tokenizer = Tokenizer::from_gguf(file);
  const std::string template_source = tokenizer.chat_template();
  return assemble(load_gguf_model(file), std::move(tokenizer), template_source, path, device, precision);
}

}  // namespace

LanguageModel load_language_model(const std::string& path, c10::Device device, Precision precision) {
  if (!std::filesystem::exists(path)) {
    throw CheckpointError(path + ": no such model; give a GGUF file or a Hugging Face folder");
  }
  return std::filesystem::is_directory(path) ? load_folder(path, device, precision)
                                             : load_gguf(path, device, precision);
}

std::map<std::string, std::string> text_files_of(const LanguageModel& model) {
  const std::string& source = model.chat_template.source();
  return {{"tokenizer.json", model.tokenizer.to_tokenizer_json()},
          {"tokenizer_config.json",
           model.tokenizer.to_tokenizer_config_json(source, model.policy.config().max_positions)},
          {"chat_template.jinja", source}};
}

void save_language_model(const std::string& folder, const LanguageModel& model, const std::string& dtype) {
  HfSaveOptions options;
  options.dtype = dtype == "bfloat16" ? at::kBFloat16 : dtype == "float16" ? at::kHalf : at::kFloat;
  options.extra_files = text_files_of(model);
  save_hf_folder(folder, {model.policy.config(), model.policy.weights()}, options);
}

Prompt render_prompt(const LanguageModel& model, const Example& example) {
  // A raw prompt is the user's text: it gets the model's own beginning; a template writes its own.
  const bool raw = example.messages.empty();
  Prompt prompt;
  if (raw) {
    prompt.text = example.prompt_text;
  } else {
    ChatTemplateOptions options;
    prompt.text = model.chat_template.render(example.messages, options);
    options.add_generation_prompt = false;
    const std::string closed = model.chat_template.render(example.messages, options);
    if (prompt.text.starts_with(closed)) prompt.tail = prompt.text.substr(closed.size());
  }
  prompt.token_ids = model.tokenizer.encode(prompt.text, /*parse_special=*/true, /*add_special=*/raw);
  return prompt;
}

}  // namespace r1
