// The first step of reading a number: LaTeX, Markdown and Unicode spellings rewritten into a small ASCII
// alphabet.
#pragma once

#include <string>
#include <string_view>

namespace r1 {

// Markers in the rewritten text for what ASCII has no letter for.
constexpr char kThinSpace = '\x01';  // \, \! and kin: a thousands separator or nothing
constexpr char kTextMark =
    '\x02';  // stands before the content of \text{...}: what follows is words, not variables
constexpr char kEuro = '\x03';
constexpr char kPound = '\x04';
constexpr char kYen = '\x05';

// Spaces, tabs and newlines, Markdown bold, math delimiters and final periods taken off both ends.
std::string_view trim_decoration(std::string_view text);

// "\dfrac{3}{4}\text{ cm}" -> "\frac{3}{4}\x02 cm", "1{,}000" -> "1,000", "90^\circ" -> "90 \x02degree", ...
std::string rewrite_number_text(std::string_view text);

}  // namespace r1
