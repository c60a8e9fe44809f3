// What the loaders of tokenizer files produce and Tokenizer runs on. Private to datasets/.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "datasets/added_tokens.h"
#include "datasets/bpe.h"
#include "datasets/pretokenizer.h"
#include "datasets/tokenizer.h"

namespace r1 {

// A tokenizer as its file describes it, before anything is compiled.
struct TokenizerSpec {
  BpeModel model;
  std::vector<AddedToken> added_tokens;
  std::vector<std::string> patterns;  // pre-tokenizer, in order; Oniguruma dialect
  bool nfc = false;                   // normaliser
  std::vector<TokenId> prefix_ids;    // what encode(..., add_special) puts in front
  std::vector<TokenId> suffix_ids;    // and behind
  SpecialTokens special;
  std::string chat_template;
  // The Hugging Face files this came from, kept to be written again unchanged; empty for GGUF.
  std::string source_json;
  std::string source_config_json;
};

TokenizerSpec spec_from_hf_json(std::string_view tokenizer_json, std::string_view tokenizer_config_json,
                                const std::string& where);
TokenizerSpec spec_from_gguf(const GgufFile& file);

std::string write_tokenizer_json(const TokenizerSpec& spec);
std::string write_tokenizer_config_json(const TokenizerSpec& spec, std::string_view chat_template,
                                        int64_t model_max_length);

}  // namespace r1
