// Byte-level BPE tokenizers: text <-> token ids, equal to Hugging Face `tokenizers` id for id.
//
// Built from a Hugging Face tokenizer.json or from GGUF metadata; both give the same object. Immutable after
// construction and safe to use from many threads at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r1 {

class GgufFile;

using TokenId = int32_t;

struct SpecialTokens {
  std::optional<TokenId> bos, eos, pad, unk;
  bool add_bos = false;  // encode(..., add_special) puts bos in front
};

class Tokenizer {
 public:
  // From the text of tokenizer.json and, when the folder has one, tokenizer_config.json ("" otherwise).
  // `where` names the source in errors. Throws CheckpointError on a model or pre-tokenizer it does not know.
  static Tokenizer from_hf_json(std::string_view tokenizer_json, std::string_view tokenizer_config_json,
                                const std::string& where);
  // From tokenizer.ggml.* metadata (model "gpt2"; pre "smollm", "qwen2", "llama-bpe", "gpt-2", "default").
  static Tokenizer from_gguf(const GgufFile& file);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  // Token ids of `text`. Special tokens written in the text are recognised when parse_special; otherwise they are
  // encoded as ordinary text, which is what text from outside must use. add_special applies the tokenizer's own
  // template (bos where the model has one). Text is UTF-8; ill-formed bytes are encoded as U+FFFD.
  std::vector<TokenId> encode(std::string_view text, bool parse_special = true,
                              bool add_special = false) const;

  // The bytes of the ids, as Hugging Face's decode gives them: ill-formed UTF-8 becomes U+FFFD.
  std::string decode(std::span<const TokenId> ids, bool skip_special = false) const;

  // The raw bytes one token stands for (special tokens: their text). REQUIRES 0 <= id < vocab_size().
  std::string_view token_bytes(TokenId id) const;

  int vocab_size() const;  // largest id + 1, added tokens included
  bool is_special(TokenId id) const;
  std::optional<TokenId> find_token(
      std::string_view token) const;  // by its text as written in the vocabulary
  const SpecialTokens& special_tokens() const;

  // The files of a Hugging Face folder that describe this tokenizer, so that `transformers` loads it again.
  // chat_template is stored in tokenizer_config.json.
  std::string to_tokenizer_json() const;
  std::string to_tokenizer_config_json(std::string_view chat_template, int64_t model_max_length) const;

  // The chat template found beside the vocabulary; "" when there is none.
  const std::string& chat_template() const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Decodes a growing list of ids into text that never ends inside a character.
class StreamingDecoder {
 public:
  explicit StreamingDecoder(const Tokenizer& tokenizer, bool skip_special = true);
  std::string push(TokenId id);  // the text that became whole with this token; may be empty
  std::string finish();          // what is left, ill-formed bytes as U+FFFD

 private:
  const Tokenizer* tokenizer_;
  bool skip_special_;
  std::string pending_;
};

}  // namespace r1
