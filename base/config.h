// Configuration structs that list their fields once.
//
// A config struct has defaults on its members and one static template that names every field:
//
//   struct SamplingConfig {
//     double temperature = 1.0;
//     static void fields(auto& self, auto& visit) {
//       visit("temperature", self.temperature, "divides the logits; 0 is greedy");
//     }
//   };
//
// A member that is itself such a struct is visited the same way and becomes a dotted prefix ("sampling.temperature").
// Reading JSON, --set, the saved config.json, --help and `r1 config explain` all walk that one list.
// Enums take part by specialising EnumNames. Errors are ConfigError: place, value, remedy.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"

namespace r1 {

// Specialise: static constexpr std::pair<E, const char*> values[] = {{E::A, "a"}, ...};
template <class E>
struct EnumNames;

template <class T>
concept NamedEnum = std::is_enum_v<T> && requires {
  EnumNames<T>::values;
};

template <NamedEnum E>
const char* enum_name(E value) {
  for (const auto& [candidate, name] : EnumNames<E>::values) {
    if (candidate == value) return name;
  }
  return "?";
}

struct IgnoreField {
  template <class T>
  void operator()(const char*, T&, const char*) {}
};

template <class T>
concept ConfigStruct = std::is_class_v<T> && requires(T& value, IgnoreField& visit) {
  T::fields(value, visit);
};

// One leaf field as the user sees it. `set` parses JSON into the live struct it was made from.
struct ConfigField {
  std::string name;  // dotted
  std::string type;  // "number", "integer", "true|false", "text", "list", "a|b|c" for enums
  std::string help;
  Json value;  // current value, the default when made from a fresh struct
  std::function<void(const Json& value, const std::string& where)> set;
};

namespace config_detail {
void read(const Json& value, const std::string& where, double& out);
void read(const Json& value, const std::string& where, int64_t& out);
void read(const Json& value, const std::string& where, uint64_t& out);
void read(const Json& value, const std::string& where, int& out);
void read(const Json& value, const std::string& where, bool& out);
void read(const Json& value, const std::string& where, std::string& out);
void read(const Json& value, const std::string& where, std::vector<std::string>& out);
void read(const Json& value, const std::string& where, std::vector<int64_t>& out);
void read(const Json& value, const std::string& where, std::map<std::string, double>& out);
[[noreturn]] void fail_enum(const Json& value, const std::string& where,
                            const std::vector<std::string>& names);

template <NamedEnum E>
std::vector<std::string> names_of() {
  std::vector<std::string> names;
  for (const auto& entry : EnumNames<E>::values) names.emplace_back(entry.second);
  return names;
}

template <NamedEnum E>
void read(const Json& value, const std::string& where, E& out) {
  for (const auto& [candidate, name] : EnumNames<E>::values) {
    if (value.is_string() && value.get_ref<const std::string&>() == name) {
      out = candidate;
      return;
    }
  }
  fail_enum(value, where, names_of<E>());
}

std::string join(const std::vector<std::string>& parts, const char* separator);

template <class T>
std::string type_name() {
  if constexpr (std::is_same_v<T, bool>)
    return "true|false";
  else if constexpr (std::is_integral_v<T>)
    return "integer";
  else if constexpr (std::is_floating_point_v<T>)
    return "number";
  else if constexpr (std::is_same_v<T, std::string>)
    return "text";
  else if constexpr (NamedEnum<T>)
    return join(names_of<T>(), "|");
  else if constexpr (std::is_same_v<T, std::map<std::string, double>>)
    return "object";
  else
    return "list";
}

template <class T>
Json write(const T& value) {
  if constexpr (NamedEnum<T>)
    return enum_name(value);
  else
    return value;
}

struct Collect {
  std::string prefix;
  std::vector<ConfigField>& out;

  template <class T>
  void operator()(const char* name, T& member, const char* help) {
    const std::string dotted = prefix + name;
    if constexpr (ConfigStruct<T>) {
      Collect nested{dotted + ".", out};
      T::fields(member, nested);
    } else {
      out.push_back({dotted, type_name<T>(), help, write(member),
                     [&member](const Json& value, const std::string& where) { read(value, where, member); }});
    }
  }
};
}  // namespace config_detail

// Every leaf field of `config`, in the order the struct lists them. Each field refers to `config`, which must outlive it.
template <ConfigStruct C>
std::vector<ConfigField> config_fields(C& config) {
  std::vector<ConfigField> out;
  config_detail::Collect collect{"", out};
  C::fields(config, collect);
  return out;
}

// Assigns every key of a JSON object text to the fields. Unknown keys are errors that name the nearest field, the
// file and the line; so are values of the wrong type. `where` is the file's name.
void apply_config_text(std::vector<ConfigField> fields, std::string_view text, const std::string& where);

// Assigns one "dotted.key=value" from the command line. The value is JSON, or bare text for text and enum fields.
void apply_config_setting(std::vector<ConfigField> fields, std::string_view setting);

// The nested JSON object of all values, keys in sorted order.
Json config_to_json(const std::vector<ConfigField>& fields);

// "key  type  default  help" lines for --help and `r1 config explain`; at most 100 columns where the help allows.
std::string explain_config(const std::vector<ConfigField>& fields, std::string_view only_prefix = {});

// The candidate closest to `word` by edit distance, or "" when none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace r1
