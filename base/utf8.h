// UTF-8: decoding by code point, validity, and the longest valid prefix (for streaming).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r1 {

constexpr uint32_t kReplacementChar = 0xFFFD;

// Decodes the code point at text[at] and advances `at` past it. A byte that starts no well-formed sequence (RFC 3629:
// no surrogates, no overlong forms, nothing above U+10FFFF) yields U+FFFD and advances by one. REQUIRES at < size.
uint32_t next_code_point(std::string_view text, size_t& at);

void append_utf8(std::string& out, uint32_t code_point);

bool is_valid_utf8(std::string_view text);

// Number of bytes at the front that end on a whole character; what follows is an unfinished but so far valid sequence
// (at most three bytes). Bytes that can never become valid count as whole.
size_t complete_utf8_prefix(std::string_view text);

// Ill-formed text replaced as Rust, Python and browsers do it: one U+FFFD for each maximal run of bytes that is the
// start of some well-formed sequence, one for every other ill-formed byte.
std::string repair_utf8(std::string_view text);

}  // namespace r1
