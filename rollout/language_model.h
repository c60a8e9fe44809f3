// A policy together with the text side it was trained with: tokenizer and chat template.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/chat_template.h"
#include "datasets/tokenizer.h"
#include "policy/policy.h"

namespace r1 {

struct LanguageModel {
  Policy policy;
  Tokenizer tokenizer;
  ChatTemplate chat_template;
};

// Loads a GGUF file or a Hugging Face folder; which one is decided by what `path` is. Refuses a tokenizer that can
// emit ids the model has no row for, and a model without a chat template is given one that joins contents.
// Throws CheckpointError or IoError.
LanguageModel load_language_model(const std::string& path, c10::Device device,
                                  Precision precision = Precision::Fp32);

// What a folder needs beside config and weights so that transformers loads it: tokenizer files and template.
std::map<std::string, std::string> text_files_of(const LanguageModel& model);

// Writes a complete Hugging Face folder. dtype: "float32", "bfloat16" or "float16".
void save_language_model(const std::string& folder, const LanguageModel& model, const std::string& dtype);

// An example's prompt: the template's rendering of its messages with the assistant's turn opened, or its raw prompt text.
struct Prompt {
  std::string text;
  std::string tail;  // what the text ends with after the last user turn (see RewardInput::prompt_tail)
  std::vector<TokenId> token_ids;
};
Prompt render_prompt(const LanguageModel& model, const Example& example);

}  // namespace r1
