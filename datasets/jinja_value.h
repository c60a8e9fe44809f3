// Values of the template language, with Python's rules for printing, truth and comparison. Private to datasets/.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"

namespace r1::jinja {

struct Stmt;
class Value;
using List = std::vector<Value>;
using Dict = std::vector<std::pair<std::string, Value>>;  // in insertion order; keys are strings

struct Undefined {
  std::string name;  // what was looked up, for the error when it is used
};
struct None {};
struct Namespace {  // namespace(...): the one thing a template may change
  std::shared_ptr<Dict> fields;
};
struct Macro {
  const Stmt* definition;
};
struct Loop {  // the variable `loop`
  std::shared_ptr<const List> items;
  int items_depth = 0;  // how deep containers nest in items; measured once, not at every round
  int64_t index0 = 0;
  int64_t depth0 = 0;
};

class Value {
 public:
  Value() : data_(None{}) {}
  Value(bool value) : data_(value) {}
  Value(int64_t value) : data_(value) {}
  Value(int value) : data_(static_cast<int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(std::string value) : data_(std::make_shared<const std::string>(std::move(value))) {}
  Value(const char* value) : Value(std::string(value)) {}
  // Containers nest to a bounded depth and never hold a namespace, so that a template cannot build what would overflow
  // the stack when it is printed or destroyed. Throw DataError.
  Value(List value);
  Value(Dict value);
  Value(Undefined value) : data_(std::move(value)) {}
  Value(Namespace value) : data_(std::move(value)) {}
  Value(Macro value) : data_(value) {}
  Value(Loop value);

  bool is_undefined() const { return get<Undefined>() != nullptr; }
  bool is_none() const { return get<None>() != nullptr; }
  bool is_number() const { return get<bool>() || get<int64_t>() || get<double>(); }
  // The alternative's content, nullptr when the value is something else.
  template <typename T>
  const T* get() const {
    return std::get_if<T>(&data_);
  }
  const std::string* string() const { return pointee<std::string>(); }
  const List* list() const { return pointee<List>(); }
  const Dict* dict() const { return pointee<Dict>(); }
  std::shared_ptr<const List> shared_list() const { return std::get<std::shared_ptr<const List>>(data_); }

  double number() const;                // REQUIRES is_number()
  int depth() const { return depth_; }  // how deep containers nest in it
  void refuse_as_element() const;       // throws DataError when no container may hold it

 private:
  template <typename T>
  const T* pointee() const {
    const auto* shared = std::get_if<std::shared_ptr<const T>>(&data_);
    return shared ? shared->get() : nullptr;
  }
  std::variant<None, Undefined, bool, int64_t, double, std::shared_ptr<const std::string>,
               std::shared_ptr<const List>, std::shared_ptr<const Dict>, Namespace, Macro, Loop>
      data_;
  int depth_ = 0;
};

Value from_json(const OrderedJson& json);

bool truthy(const Value& value);
bool equal(const Value& a, const Value& b);
const char* type_name(const Value& value);
std::string to_text(const Value& value);  // Python's str()
std::string to_repr(const Value& value);  // Python's repr()

struct JsonStyle {
  int indent = -1;  // < 0: one line
  bool sort_keys = false;
  bool ensure_ascii = false;
};
std::string to_json(const Value& value, const JsonStyle& style);  // Python's json.dumps

const Value* find(const Dict& dict, std::string_view key);  // nullptr when absent

// Text by code point, which is how Python counts.
std::vector<std::string> characters(std::string_view text);

}  // namespace r1::jinja
