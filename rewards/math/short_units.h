#pragma once
#include <string_view>
namespace r1::math {
inline bool is_short_unit(std::string_view) { return false; }
}
