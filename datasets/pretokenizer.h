// Cuts text into the words that BPE works on: a chain of regular expressions, each cutting the pieces of the
// one before it into its matches and what lies between them (Hugging Face's Split with behavior "Isolated").
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace r1 {

// The pattern of GPT-2, built into Hugging Face's ByteLevel.
inline constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

// Hugging Face's Digits step: each digit by itself, or runs of them.
std::string digits_pattern(bool individual);

class PreTokenizer {
 public:
  // Patterns in the dialect of tokenizer files (Oniguruma, Unicode). Throws CheckpointError naming `where`.
  PreTokenizer(const std::vector<std::string>& patterns, const std::string& where);
  PreTokenizer(PreTokenizer&&) noexcept;
  PreTokenizer& operator=(PreTokenizer&&) noexcept;
  ~PreTokenizer();

  // The words of `text` in order; together they are the text. REQUIRES well-formed UTF-8. Thread-safe.
  std::vector<std::string_view> split(std::string_view text) const;

 private:
  struct Pattern;
  std::vector<Pattern> patterns_;
};

// The pattern that matches `text` literally.
std::string escape_pattern(std::string_view text);

}  // namespace r1
