// JSON with limits. Every JSON text the toolkit reads goes through parse_json: nlohmann's parser accepts a million
// nested brackets and then overflows the stack when the value is copied or printed, so depth is capped while parsing.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace r1 {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;  // keeps the order of keys, where text depends on it

struct JsonLimits {
  int max_depth = 64;
  bool allow_comments = false;  // config files only
};

// Parses one JSON value. `where` names the source in errors ("train.jsonl:17"). Throws DataError.
Json parse_json(std::string_view text, std::string_view where, JsonLimits limits = {});

// The same, keeping the order of keys.
OrderedJson parse_ordered_json(std::string_view text, std::string_view where, JsonLimits limits = {});

// Reads and parses a file. Throws DataError (parse) or IoError (read).
Json read_json_file(const std::string& path, JsonLimits limits = {});

// Serialises without throwing on text that is not UTF-8 (bad bytes become U+FFFD). indent < 0: one line.
std::string dump_json(const Json& value, int indent = -1);

}  // namespace r1
