// Words of answers: one spelling for texts that mean the same, and words that join values.
//
// Numbers in words are in number_words.h, dates and times in dates.h. Every function accepts any bytes, throws nothing and is
// linear in its input (times the logarithm of the tables).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r1::math {

// NFC and lower case, nothing else. Bad UTF-8: only ASCII letters are lowered.
std::string lower_text(std::string_view text);

// NFKC (but superscripts, subscripts, vulgar fractions and squared units keep their meaning: unchanged), lower case, invisible
// characters off, white space to single spaces, typographic quotes to ASCII, the articles the / a / an off (not "a" alone or as a
// letter), quotes around and .,;:! at the end off. Accents stay. Bad UTF-8 and texts over 4,096 bytes keep their bytes but for ASCII case, spaces and articles.
std::string normalise_text(std::string_view text);

// The one spelling of a synonym class, or the text itself. `normalised` is of normalise_text. Classes, in many languages:
// "yes" (true), "no" (false), "no solution" (none, no solutions, ...), "no real solution", "undefined" (does not exist, DNE),
// "infinitely many" (infinite number of solutions, ...), "all real numbers", "empty set", "diverges", "converges",
// "cannot be determined", "none of these", "even", "odd", "monday" ... "sunday", "january" ... "december".
std::string_view canonical_text(std::string_view normalised);

// canonical_text(normalise_text(text)).
std::string canonical_words(std::string_view text);

// The NamedSet that words name ("R", "Q", "Z", "N", "C", "empty"), or "": "all real numbers", "the integers", "\u5168\u4f53\u5b9e\u6570",
// "empty set". "none" and "no solution" are not sets here: compare them by canonical_text.
std::string_view named_set_words(std::string_view normalised);

// Words that join the values of a list, in 13 languages. Single Latin letters ("y", "e", "o", "u", "a") are never joiners here: they are
// variables; see is_letter_joiner.
enum class Joiner : uint8_t { None, And, Or };
Joiner find_joiner(std::string_view word);  // any case
Joiner find_letter_joiner(
    std::string_view word);  // "y" (es), "e" (it, pt, es), "o" (it, es), "u" (es): between two texts only

}  // namespace r1::math
