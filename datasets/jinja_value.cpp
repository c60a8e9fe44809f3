#include "datasets/jinja_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "base/utf8.h"

namespace r1::jinja {

namespace {

std::string float_repr(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string string_repr(const std::string& text) {
  bool double_quotes = text.find('\'') != std::string::npos && text.find('"') == std::string::npos;
  char quote = double_quotes ? '"' : '\'';
  std::string out(1, quote);
  for (char c : text) {
    auto byte = static_cast<uint8_t>(c);
    if (c == quote || c == '\\') {
      out += {'\\', c};
    } else if (c == '\n' || c == '\r' || c == '\t') {
      out += {'\\', c == '\n' ? 'n' : c == '\r' ? 'r' : 't'};
    } else if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + quote;
}

void append_json_escape(std::string& out, uint32_t c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\b':
      out += "\\b";
      return;
    default:
      break;
  }
  if (c >= 0x10000) {
    out += fmt::format("\\u{:04x}\\u{:04x}", 0xD7C0 + (c >> 10), 0xDC00 + (c & 0x3FF));
  } else {
    out += fmt::format("\\u{:04x}", c);
  }
}

std::string json_string(std::string_view text, bool ensure_ascii) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    uint32_t c = next_code_point(text, at);
    if (c < 0x20 || c == '"' || c == '\\' || (ensure_ascii && c > 0x7E)) {
      append_json_escape(out, c);
    } else {
      append_utf8(out, c);
    }
  }
  return out + "\"";
}

std::string json_number(double value) {
  std::string text = float_repr(value);
  return text == "nan" ? "NaN" : text == "inf" ? "Infinity" : text == "-inf" ? "-Infinity" : text;
}

// Walks a value as json.dumps does; `level` is the nesting of what is being written.
class JsonWriter {
 public:
  explicit JsonWriter(const JsonStyle& style) : style_(style) {}

  void write(const Value& value, int level) {
    if (const auto* text = value.string()) {
      out_ += json_string(*text, style_.ensure_ascii);
    } else if (const auto* flag = value.get<bool>()) {
      out_ += *flag ? "true" : "false";
    } else if (const auto* integer = value.get<int64_t>()) {
      out_ += std::to_string(*integer);
    } else if (const auto* number = value.get<double>()) {
      out_ += json_number(*number);
    } else if (value.is_none()) {
      out_ += "null";
    } else if (const auto* list = value.list()) {
      write_items(*list, level);
    } else if (const auto* dict = value.dict()) {
      write_members(*dict, level);
    } else {
      throw DataError(fmt::format("tojson: a value of type {} is not JSON", type_name(value)));
    }
  }
  std::string take() { return std::move(out_); }

 private:
  void separate(bool first, int level) {
    if (style_.indent < 0) {
      out_ += first ? "" : ", ";
      return;
    }
    out_ += first ? "\n" : ",\n";
    out_.append(static_cast<size_t>(level) * style_.indent, ' ');
  }
  void close(char bracket, bool empty, int level) {
    if (style_.indent >= 0 && !empty) {
      out_ += '\n';
      out_.append(static_cast<size_t>(level) * style_.indent, ' ');
    }
    out_ += bracket;
  }
  void write_items(const List& list, int level) {
    out_ += '[';
    for (size_t i = 0; i < list.size(); ++i) {
      separate(i == 0, level + 1);
      write(list[i], level + 1);
    }
    close(']', list.empty(), level);
  }
  void write_members(const Dict& dict, int level) {
    std::vector<const std::pair<std::string, Value>*> members;
    for (const auto& member : dict) members.push_back(&member);
    if (style_.sort_keys) {
      std::stable_sort(members.begin(), members.end(), [](auto* a, auto* b) { return a->first < b->first; });
    }
    out_ += '{';
    for (size_t i = 0; i < members.size(); ++i) {
      separate(i == 0, level + 1);
      out_ += json_string(members[i]->first, style_.ensure_ascii) + ": ";
      write(members[i]->second, level + 1);
    }
    close('}', dict.empty(), level);
  }

  JsonStyle style_;
  std::string out_;
};

bool equal_dicts(const Dict& a, const Dict& b) {
  if (a.size() != b.size()) return false;
  return std::all_of(a.begin(), a.end(), [&](const auto& member) {
    const Value* other = find(b, member.first);
    return other != nullptr && equal(member.second, *other);
  });
}

}  // namespace

void Value::refuse_as_element() const {
  constexpr int kMaxDepth = 100;
  if (get<Namespace>()) throw DataError("a namespace inside another value is not supported");
  if (depth_ >= kMaxDepth) throw DataError(fmt::format("values nested deeper than {} levels", kMaxDepth));
}

Value::Value(List value) {
  for (const auto& item : value) {
    item.refuse_as_element();
    depth_ = std::max(depth_, item.depth_ + 1);
  }
  data_ = std::make_shared<const List>(std::move(value));
}

Value::Value(Dict value) {
  for (const auto& member : value) {
    member.second.refuse_as_element();
    depth_ = std::max(depth_, member.second.depth_ + 1);
  }
  data_ = std::make_shared<const Dict>(std::move(value));
}

Value::Value(Loop value) : depth_(value.items_depth) { data_ = std::move(value); }

double Value::number() const {
  if (const auto* flag = get<bool>()) return *flag ? 1 : 0;
  if (const auto* integer = get<int64_t>()) return static_cast<double>(*integer);
  return *get<double>();
}

Value from_json(const OrderedJson& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned() && json.get<uint64_t>() > INT64_MAX) return json.get<double>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number_float()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    List list;
    for (const auto& item : json) list.push_back(from_json(item));
    return list;
  }
  if (json.is_object()) {
    Dict dict;
    for (const auto& [key, value] : json.items()) dict.emplace_back(key, from_json(value));
    return dict;
  }
  return {};
}

bool truthy(const Value& value) {
  if (value.is_undefined() || value.is_none()) return false;
  if (value.is_number()) return value.number() != 0;
  if (const auto* text = value.string()) return !text->empty();
  if (const auto* list = value.list()) return !list->empty();
  if (const auto* dict = value.dict()) return !dict->empty();
  return true;
}

bool equal(const Value& a, const Value& b) {
  const auto* left = a.get<int64_t>();
  const auto* right = b.get<int64_t>();
  if (left && right) return *left == *right;
  if (a.is_number() && b.is_number()) return a.number() == b.number();
  if (a.string() && b.string()) return *a.string() == *b.string();
  if (a.is_none() || a.is_undefined())
    return a.is_none() == b.is_none() && a.is_undefined() == b.is_undefined();
  if (a.list() && b.list()) {
    return std::equal(a.list()->begin(), a.list()->end(), b.list()->begin(), b.list()->end(), equal);
  }
  return a.dict() && b.dict() && equal_dicts(*a.dict(), *b.dict());
}

const char* type_name(const Value& value) {
  if (value.is_undefined()) return "undefined";
  if (value.is_none()) return "none";
  if (value.get<bool>()) return "boolean";
  if (value.get<int64_t>()) return "integer";
  if (value.get<double>()) return "float";
  if (value.string()) return "string";
  if (value.list()) return "list";
  if (value.dict()) return "mapping";
  return value.get<Namespace>() ? "namespace" : value.get<Macro>() ? "macro" : "loop";
}

std::string to_text(const Value& value) {
  if (value.is_undefined()) return "";
  return value.string() ? *value.string() : to_repr(value);
}

std::string to_repr(const Value& value) {
  if (value.is_none()) return "None";
  if (value.is_undefined()) return "Undefined";
  if (const auto* flag = value.get<bool>()) return *flag ? "True" : "False";
  if (const auto* integer = value.get<int64_t>()) return std::to_string(*integer);
  if (const auto* number = value.get<double>()) return float_repr(*number);
  if (const auto* text = value.string()) return string_repr(*text);
  std::string out;
  if (const auto* list = value.list()) {
    for (const auto& item : *list) out += (out.empty() ? "" : ", ") + to_repr(item);
    return "[" + out + "]";
  }
  if (const auto* dict = value.dict()) {
    for (const auto& [key, item] : *dict)
      out += (out.empty() ? "" : ", ") + string_repr(key) + ": " + to_repr(item);
    return "{" + out + "}";
  }
  return fmt::format("<{}>", type_name(value));
}

std::string to_json(const Value& value, const JsonStyle& style) {
  JsonWriter writer(style);
  writer.write(value, 0);
  return writer.take();
}

const Value* find(const Dict& dict, std::string_view key) {
  auto found =
      std::find_if(dict.begin(), dict.end(), [&](const auto& member) { return member.first == key; });
  return found == dict.end() ? nullptr : &found->second;
}

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    size_t begin = at;
    next_code_point(text, at);
    out.emplace_back(text.substr(begin, at - begin));
  }
  return out;
}

}  // namespace r1::jinja
