// What the lexer asks of bytes and code points.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rewards/math/parse/lexer.h"

namespace r1::math::scan {

constexpr uint32_t kOverlineMark = 0x0305, kDotMark = 0x0307;  // combining
constexpr uint8_t kInvisible = 255;                            // the bracket of "\left."

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}
inline bool contains(std::string_view text, char part) { return text.find(part) != std::string_view::npos; }
std::string_view trim(std::string_view text);  // ASCII white space off both ends

// The first code point and its bytes. REQUIRES valid UTF-8, not empty.
size_t decode(std::string_view text, uint32_t& codepoint);

// Throws NoReading for NUL, invalid UTF-8 and characters that change the order of what the eye sees.
void check_text(std::string_view text);

bool looks_like_latex(std::string_view text);        // a command, or a braced script
bool dollars_are_delimiters(std::string_view text);  // "$x$"; else they are currency
bool is_text_command(std::string_view name);         // "text", "mbox", ...
bool is_known_command(std::string_view name);        // anything the lexer reads

bool is_invisible(uint32_t codepoint);
Gap unicode_space(uint32_t codepoint);  // None when it is no space
int unicode_digit(uint32_t codepoint);  // of any script, -1 when it is none
bool is_unicode_letter(uint32_t codepoint);
bool lost_backslash(std::string_view word, char next);  // "frac{3}{4}", "frac34", "cdot": for repairs
uint32_t plain_form(uint32_t codepoint);  // of a character in another style; itself when it has none
char ascii_form(uint32_t codepoint);      // of a letter or sign in another style, 0 when it has none

struct Tag {
  std::string_view name;
  bool closing = false;
  size_t bytes = 0;  // 0: no tag here
};
Tag html_tag(std::string_view text);  // of those that decorate formulas

// The command whose backslash and first letter became one control character: "frac" for form feed + "rac". Views a literal.
std::string_view eaten_command(std::string_view text);

}  // namespace r1::math::scan
