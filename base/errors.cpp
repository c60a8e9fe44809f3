#include "base/errors.h"

namespace r1 {

void check(bool ok, const char* promise, const char* file, int line) {
  if (ok) return;
  throw std::logic_error(std::string("bug: ") + promise + " does not hold at " + file + ":" +
                         std::to_string(line));
}

}  // namespace r1
