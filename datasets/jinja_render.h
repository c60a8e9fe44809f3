// Runs a parsed template. Private to datasets/.
#pragma once

#include <string>

#include "datasets/jinja_ast.h"

namespace r1::jinja {

// Throws DataError naming the line: the template refused, used something undefined, or spent its budget.
std::string render(const Block& block, const Dict& variables);

}  // namespace r1::jinja
