#include "base/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/errors.h"

namespace r1 {
namespace config_detail {
namespace {
[[noreturn]] void fail(const Json& value, const std::string& where, const char* wanted) {
  throw ConfigError(fmt::format("{}: {} is not {}", where, dump_json(value), wanted));
}
}  // namespace

void fail_enum(const Json& value, const std::string& where, const std::vector<std::string>& names) {
  std::string hint;
  if (value.is_string()) {
    if (auto near = nearest_word(value.get<std::string>(), names); !near.empty())
      hint = "; did you mean " + near + "?";
  }
  throw ConfigError(
      fmt::format("{}: {} is not one of {}{}", where, dump_json(value), join(names, ", "), hint));
}

void read(const Json& value, const std::string& where, double& out) {
  if (!value.is_number()) fail(value, where, "a number");
  out = value.get<double>();
}

void read(const Json& value, const std::string& where, int64_t& out) {
  // 1e4 is how people write large counts, so a float that is a whole number passes.
  if (value.is_number_float() && std::abs(value.get<double>()) < 0x1p53 &&
      value.get<double>() == std::trunc(value.get<double>())) {
    out = static_cast<int64_t>(value.get<double>());
    return;
  }
  const bool too_large = value.is_number_unsigned() &&
                         value.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (!value.is_number_integer() || too_large) fail(value, where, "an integer below 2^63");
  out = value.get<int64_t>();
}

void read(const Json& value, const std::string& where, uint64_t& out) {
  int64_t signed_value = 0;
  read(value, where, signed_value);
  if (signed_value < 0) fail(value, where, "an integer >= 0");
  out = static_cast<uint64_t>(signed_value);
}

void read(const Json& value, const std::string& where, int& out) {
  int64_t wide = 0;
  read(value, where, wide);
  if (wide != static_cast<int>(wide)) fail(value, where, "an integer of 32 bits");
  out = static_cast<int>(wide);
}

void read(const Json& value, const std::string& where, bool& out) {
  if (!value.is_boolean()) fail(value, where, "true or false");
  out = value.get<bool>();
}

void read(const Json& value, const std::string& where, std::string& out) {
  if (!value.is_string()) fail(value, where, "text");
  out = value.get<std::string>();
}

void read(const Json& value, const std::string& where, std::vector<std::string>& out) {
  if (!value.is_array()) fail(value, where, "a list of texts");
  std::vector<std::string> result;
  for (const Json& element : value) read(element, where, result.emplace_back());
  out = std::move(result);
}

void read(const Json& value, const std::string& where, std::vector<int64_t>& out) {
  if (!value.is_array()) fail(value, where, "a list of integers");
  std::vector<int64_t> result;
  for (const Json& element : value) read(element, where, result.emplace_back());
  out = std::move(result);
}

void read(const Json& value, const std::string& where, std::map<std::string, double>& out) {
  if (!value.is_object()) fail(value, where, "an object of numbers");
  std::map<std::string, double> result;
  for (const auto& [key, element] : value.items()) read(element, where + "." + key, result[key]);
  out = std::move(result);
}

std::string join(const std::vector<std::string>& parts, const char* separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

}  // namespace config_detail

namespace {

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

// Line of each key of a JSON object text, by dotted path. The text has been parsed before, so it is well formed;
// comments may stand between tokens.
class KeyLines {
 public:
  explicit KeyLines(std::string_view text) : text_(text) { value(""); }
  int64_t line_of(const std::string& path) const {
    auto found = lines_.find(path);
    return found == lines_.end() ? 1 : found->second;
  }

 private:
  void skip_blank() {
    while (at_ < text_.size()) {
      if (text_[at_] == '\n')
        ++line_, ++at_;
      else if (std::isspace(static_cast<unsigned char>(text_[at_])) || text_[at_] == ',' || text_[at_] == ':')
        ++at_;
      else if (text_.substr(at_, 2) == "//")
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (text_.substr(at_, 2) == "/*") {
        const size_t end = std::min(text_.find("*/", at_ + 2), text_.size() - 2) + 2;
        line_ +=
            std::count(text_.begin() + static_cast<long>(at_), text_.begin() + static_cast<long>(end), '\n');
        at_ = end;
      } else
        break;
    }
  }
  std::string quoted() {
    const size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    return std::string(text_.substr(begin, at_++ - begin));
  }
  void value(const std::string& path) {
    skip_blank();
    if (at_ >= text_.size()) return;
    if (text_[at_] == '{' || text_[at_] == '[') {
      const bool object = text_[at_++] == '{';
      for (skip_blank(); at_ < text_.size() && text_[at_] != '}' && text_[at_] != ']'; skip_blank()) {
        std::string inner = path;
        if (object) {
          const int64_t line = line_;
          inner = (path.empty() ? "" : path + ".") + quoted();
          lines_.emplace(inner, line);
        }
        value(inner);
      }
      ++at_;
    } else if (text_[at_] == '"') {
      quoted();
    } else {
      while (at_ < text_.size() && !std::strchr(",]}\n \t\r/", text_[at_])) ++at_;
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  int64_t line_ = 1;
  std::map<std::string, int64_t> lines_;
};

// "sampling" for "sampling.temperature"; "" for a field that is in no group.
std::string group_of(const ConfigField& field) {
  const size_t dot = field.name.rfind('.');
  return dot == std::string::npos ? "" : field.name.substr(0, dot);
}

ConfigField& find_field(std::vector<ConfigField>& fields, const std::string& name, const std::string& where) {
  std::vector<std::string> names;
  for (ConfigField& field : fields) {
    if (field.name == name) return field;
    if (field.name.starts_with(name + ".")) {
      throw ConfigError(fmt::format("{}: \"{}\" is a group of keys; set a key of it, such as \"{}\"", where,
                                    name, field.name));
    }
    names.push_back(field.name);
    if (const std::string group = group_of(field); !group.empty()) names.push_back(group);
  }
  const std::string near = nearest_word(name, names);
  throw ConfigError(fmt::format(
      "{}: unknown key \"{}\"{}", where, name,
      near.empty() ? "; `r1 config explain` lists the keys" : "; did you mean \"" + near + "\"?"));
}

void apply_object(std::vector<ConfigField>& fields, const Json& object, const std::string& prefix,
                  const std::string& file, const KeyLines& lines) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = prefix + key;
    const bool is_group =
        value.is_object() && std::any_of(fields.begin(), fields.end(), [&](const ConfigField& field) {
          return field.name.starts_with(name + ".");
        });
    if (is_group) {
      apply_object(fields, value, name + ".", file, lines);
      continue;
    }
    const std::string where = fmt::format("{}:{}", file, lines.line_of(name));
    find_field(fields, name, where).set(value, where + ": " + name);
  }
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
  // The last part of a dotted name counts too, so that "temprature" finds "sampling.temperature".
  std::string best;
  size_t best_distance = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::string_view last = std::string_view(candidate).substr(candidate.rfind('.') + 1);
    const size_t distance = std::min(edit_distance(word, candidate), edit_distance(word, last));
    if (distance < best_distance) best = candidate, best_distance = distance;
  }
  return best;
}

void apply_config_text(std::vector<ConfigField> fields, std::string_view text, const std::string& where) {
  Json object;
  try {
    object = parse_json(text, where, {.max_depth = 16, .allow_comments = true});
  } catch (const DataError& error) {
    throw ConfigError(error.what());
  }
  if (!object.is_object()) throw ConfigError(where + ": a config file holds one JSON object");
  apply_object(fields, object, "", where, KeyLines(text));
}

void apply_config_setting(std::vector<ConfigField> fields, std::string_view setting) {
  const size_t equals = setting.find('=');
  const std::string where = fmt::format("--set {}", setting);
  if (equals == std::string_view::npos) throw ConfigError(where + ": write key=value");
  ConfigField& field = find_field(fields, std::string(setting.substr(0, equals)), where);
  const std::string text(setting.substr(equals + 1));
  Json value = text;
  try {
    const Json parsed = parse_json(text, where, {.max_depth = 16});
    const bool wants_text = field.value.is_string();
    if (parsed.is_string() || !wants_text) value = parsed;
  } catch (const DataError&) {
    // Not JSON: bare text, which text and enum fields accept and others name in their error.
  }
  field.set(value, where);
}

Json config_to_json(const std::vector<ConfigField>& fields) {
  Json root = Json::object();
  for (const ConfigField& field : fields) {
    std::string pointer = "/" + field.name;
    std::replace(pointer.begin(), pointer.end(), '.', '/');
    root[Json::json_pointer(pointer)] = field.value;
  }
  return root;
}

std::string explain_config(const std::vector<ConfigField>& fields, std::string_view only_prefix) {
  std::string out;
  for (const ConfigField& field : fields) {
    if (!field.name.starts_with(only_prefix)) continue;
    out +=
        fmt::format("{} = {}   ({})\n    {}\n", field.name, dump_json(field.value), field.type, field.help);
  }
  return out;
}

}  // namespace r1
