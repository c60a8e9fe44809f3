// What the fuzzer feeds and the corpus test replays: each takes any bytes and fails, by returning what went wrong, when a promise of
// the verifier is broken. "" is well.
#pragma once

#include <string>
#include <string_view>

namespace r1::math::fuzz {

// A span inside the text, on the characters it says; the same answer twice.
std::string check_extraction(std::string_view bytes);

// A tree or a problem, never both and never neither; within the limits of depth and nodes.
std::string check_parser(std::string_view bytes);

// "answer\0gold" (no NUL: the text against itself). Verdict and fuel are the same at each look, and two scalars are not EQUAL one
// way and DIFFERENT the other.
std::string check_comparison(std::string_view bytes);

}  // namespace r1::math::fuzz
