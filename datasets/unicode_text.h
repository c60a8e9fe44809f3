// The Unicode questions a tokenizer asks: NFC and two character classes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r1 {

// Canonical composition (NFC) of well-formed UTF-8 with the tables of Unicode 9, as Hugging Face's tokenizers do it;
// O(n log n) also for endless runs of combining marks.
std::string to_nfc(std::string_view text);

bool is_white_space(uint32_t code_point);     // the White_Space property: \s of Oniguruma and Rust
bool is_word_character(uint32_t code_point);  // \w: letters, marks, digits, connectors, joiners

}  // namespace r1
