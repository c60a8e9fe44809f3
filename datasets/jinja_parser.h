// Parses a template. Private to datasets/.
#pragma once

#include <string_view>

#include "datasets/jinja_ast.h"

namespace r1::jinja {

// Throws CheckpointError naming the line and the construct that is wrong or not supported.
Block parse(std::string_view source);

}  // namespace r1::jinja
