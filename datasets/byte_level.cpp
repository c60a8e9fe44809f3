#include "datasets/byte_level.h"

#include <array>

#include "base/utf8.h"

namespace r1 {

namespace {

// The highest code point of the alphabet is 256 + 68 - 1 = 323.
constexpr int kAlphabetEnd = 324;

struct Alphabet {
  std::array<uint16_t, 256> character_of{};
  std::array<int16_t, kAlphabetEnd> byte_of{};
};

constexpr bool is_its_own_character(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

constexpr Alphabet make_alphabet() {
  Alphabet alphabet;
  for (auto& byte : alphabet.byte_of) byte = -1;
  int next = 256;  // the other bytes take the characters from U+0100 on, in order
  for (int byte = 0; byte < 256; ++byte) {
    int character = is_its_own_character(byte) ? byte : next++;
    alphabet.character_of[byte] = static_cast<uint16_t>(character);
    alphabet.byte_of[character] = static_cast<int16_t>(byte);
  }
  return alphabet;
}

constexpr Alphabet kAlphabet = make_alphabet();

}  // namespace

std::optional<std::string> bytes_of_token(std::string_view token) {
  std::string bytes;
  for (size_t at = 0; at < token.size();) {
    uint32_t character = next_code_point(token, at);
    if (character >= kAlphabetEnd || kAlphabet.byte_of[character] < 0) return std::nullopt;
    bytes += static_cast<char>(kAlphabet.byte_of[character]);
  }
  return bytes;
}

std::string token_of_byte(uint8_t byte) {
  std::string token;
  append_utf8(token, kAlphabet.character_of[byte]);
  return token;
}

}  // namespace r1
