// The byte-level alphabet of GPT-2: each of the 256 bytes written as one printable character, so that a
// vocabulary of arbitrary byte strings fits in a JSON file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace r1 {

// The bytes a vocabulary entry stands for; nullopt when it has a character outside the alphabet.
std::optional<std::string> bytes_of_token(std::string_view token);

// The vocabulary spelling of one byte.
std::string token_of_byte(uint8_t byte);

}  // namespace r1
