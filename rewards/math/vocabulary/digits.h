// Natural numbers as decimal digit strings, for texts of at most a few thousand digits.
#pragma once

#include <string>
#include <string_view>

namespace r1 {

// Results have no leading zeros; zero is "0". REQUIRES digits only, at least one.
std::string strip_leading_zeros(std::string_view digits);
std::string add_digits(std::string_view a, std::string_view b);
std::string multiply_digits(std::string_view a, std::string_view b);

// Whether a < b.
bool less_digits(std::string_view a, std::string_view b);

}  // namespace r1
