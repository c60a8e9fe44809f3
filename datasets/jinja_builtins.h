// The methods, filters and tests of the template language. Private to datasets/.
//
// They throw DataError without a place; the renderer adds the line.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/jinja_value.h"

namespace r1::jinja {

// What a rendering may still spend. Spending more than is left throws DataError.
struct Budget {
  int64_t steps = 5'000'000;
  int64_t bytes = 256 << 20;  // of all strings and lists made on the way, not only of the result

  void step();
  void spend_bytes(size_t count);
};

struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;

  // The argument at `index`, or the one called `name`; nullptr when it was not given.
  const Value* find(size_t index, std::string_view name) const;
};

// nullopt: there is no such method on such a value.
std::optional<Value> call_method(const Value& object, const std::string& name, const Arguments& args,
                                 Budget& budget);
Value apply_filter(const std::string& name, const Value& value, const Arguments& args, Budget& budget);
bool apply_test(const std::string& name, const Value& value, const Arguments& args, Budget& budget);

// Shared with the renderer.
List iterate(const Value& value, Budget& budget);  // what a loop over it sees
Value attribute(const Value& object, const std::string& name);
Value item(const Value& object, const Value& key);
bool contains(const Value& container, const Value& element);
bool less(const Value& a, const Value& b);  // throws when the two have no order
std::string strip(std::string_view text, const Value* chars, bool left, bool right);

}  // namespace r1::jinja
