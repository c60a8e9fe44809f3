#include "datasets/tokenizer.h"

#include <algorithm>

#include "base/errors.h"
#include "base/utf8.h"
#include "datasets/byte_level.h"
#include "datasets/tokenizer_parts.h"
#include "datasets/unicode_text.h"

namespace r1 {

struct Tokenizer::Impl {
  TokenizerSpec spec;
  Bpe bpe;
  PreTokenizer pre_tokenizer;
  AddedTokenMatcher in_original;      // added tokens with normalized = false
  AddedTokenMatcher in_normalized;    // the others
  std::vector<std::string> bytes_of;  // by id
  std::vector<bool> is_special;       // by id
  std::unordered_map<std::string, TokenId> id_of;

  Impl(TokenizerSpec spec, const std::string& where);
  void add_token(const AddedToken& token);
  void encode_ordinary(std::string_view text, std::vector<TokenId>& ids) const;
  void encode_normalized(std::string_view text, bool parse_special, std::vector<TokenId>& ids) const;
};

Tokenizer::Impl::Impl(TokenizerSpec source, const std::string& where)
    : spec(std::move(source)), bpe(spec.model, where), pre_tokenizer(spec.patterns, where) {
  for (size_t id = 0; id < spec.model.tokens.size(); ++id) {
    const std::string& token = spec.model.tokens[id];
    bytes_of.push_back(bytes_of_token(token).value_or(token));
    if (!token.empty()) id_of.emplace(token, static_cast<TokenId>(id));
  }
  is_special.resize(bytes_of.size());
  for (const auto& token : spec.added_tokens) add_token(token);
}

void Tokenizer::Impl::add_token(const AddedToken& token) {
  auto size = std::max(bytes_of.size(), static_cast<size_t>(token.id) + 1);
  bytes_of.resize(size);
  is_special.resize(size);
  // Hugging Face's byte-level decoder treats added tokens like any other.
  bytes_of[token.id] = bytes_of_token(token.content).value_or(token.content);
  is_special[token.id] = token.special;
  id_of[token.content] = token.id;
  if (token.normalized) {
    in_normalized.add(spec.nfc ? to_nfc(token.content) : token.content, token);
  } else {
    in_original.add(token.content, token);
  }
}

void Tokenizer::Impl::encode_ordinary(std::string_view text, std::vector<TokenId>& ids) const {
  for (auto word : pre_tokenizer.split(text)) bpe.encode(word, ids);
}

void Tokenizer::Impl::encode_normalized(std::string_view text, bool parse_special,
                                        std::vector<TokenId>& ids) const {
  for (const auto& segment : in_normalized.split(text, parse_special)) {
    if (segment.token != nullptr) {
      ids.push_back(segment.token->id);
    } else {
      encode_ordinary(segment.text, ids);
    }
  }
}

Tokenizer::Tokenizer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::from_hf_json(std::string_view tokenizer_json, std::string_view tokenizer_config_json,
                                  const std::string& where) {
  return Tokenizer(
      std::make_unique<Impl>(spec_from_hf_json(tokenizer_json, tokenizer_config_json, where), where));
}

Tokenizer Tokenizer::from_gguf(const GgufFile& file) {
  TokenizerSpec spec = spec_from_gguf(file);
  std::string where = "GGUF tokenizer";
  return Tokenizer(std::make_unique<Impl>(std::move(spec), where));
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, bool parse_special, bool add_special) const {
  std::string repaired;
  if (!is_valid_utf8(text)) {
    repaired = repair_utf8(text);
    text = repaired;
  }
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 3 + 2);
  if (add_special) ids = impl_->spec.prefix_ids;
  for (const auto& segment : impl_->in_original.split(text, parse_special)) {
    if (segment.token != nullptr) {
      ids.push_back(segment.token->id);
    } else if (impl_->spec.nfc) {
      impl_->encode_normalized(to_nfc(segment.text), parse_special, ids);
    } else {
      impl_->encode_normalized(segment.text, parse_special, ids);
    }
  }
  if (add_special) ids.insert(ids.end(), impl_->spec.suffix_ids.begin(), impl_->spec.suffix_ids.end());
  return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool skip_special) const {
  std::string bytes;
  for (TokenId id : ids) {
    // A model's head may be wider than its vocabulary; ids nothing is known about decode to nothing.
    if (id < 0 || id >= vocab_size() || (skip_special && is_special(id))) continue;
    bytes += token_bytes(id);
  }
  return repair_utf8(bytes);
}

std::string_view Tokenizer::token_bytes(TokenId id) const {
  check(id >= 0 && id < vocab_size(), "0 <= token id < vocab_size()");
  return impl_->bytes_of[id];
}

int Tokenizer::vocab_size() const { return static_cast<int>(impl_->bytes_of.size()); }

bool Tokenizer::is_special(TokenId id) const { return id >= 0 && id < vocab_size() && impl_->is_special[id]; }

std::optional<TokenId> Tokenizer::find_token(std::string_view token) const {
  auto found = impl_->id_of.find(std::string(token));
  return found == impl_->id_of.end() ? std::nullopt : std::optional(found->second);
}

const SpecialTokens& Tokenizer::special_tokens() const { return impl_->spec.special; }

std::string Tokenizer::to_tokenizer_json() const { return write_tokenizer_json(impl_->spec); }

std::string Tokenizer::to_tokenizer_config_json(std::string_view chat_template,
                                                int64_t model_max_length) const {
  return write_tokenizer_config_json(impl_->spec, chat_template, model_max_length);
}

const std::string& Tokenizer::chat_template() const { return impl_->spec.chat_template; }

StreamingDecoder::StreamingDecoder(const Tokenizer& tokenizer, bool skip_special)
    : tokenizer_(&tokenizer), skip_special_(skip_special) {}

std::string StreamingDecoder::push(TokenId id) {
  if (id < 0 || id >= tokenizer_->vocab_size() || (skip_special_ && tokenizer_->is_special(id))) return "";
  pending_ += tokenizer_->token_bytes(id);
  size_t whole = complete_utf8_prefix(pending_);
  std::string text = repair_utf8(std::string_view(pending_).substr(0, whole));
  pending_.erase(0, whole);
  return text;
}

std::string StreamingDecoder::finish() {
  std::string text = repair_utf8(pending_);
  pending_.clear();
  return text;
}

}  // namespace r1
