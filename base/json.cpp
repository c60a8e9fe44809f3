#include "base/json.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "base/files.h"

namespace r1 {

namespace {

template <typename AnyJson>
AnyJson parse_limited(std::string_view text, std::string_view where, const JsonLimits& limits) {
  // nlohmann's callback sees every nesting level before its content is stored.
  auto watch_depth = [&](int depth, typename AnyJson::parse_event_t event, AnyJson&) {
    if (event == AnyJson::parse_event_t::object_start || event == AnyJson::parse_event_t::array_start) {
      if (depth + 1 > limits.max_depth) {
        throw DataError(fmt::format("{}: JSON nested deeper than {} levels", where, limits.max_depth));
      }
    }
    return true;
  };
  try {
    return AnyJson::parse(text, watch_depth, /*allow_exceptions=*/true, limits.allow_comments);
  } catch (const typename AnyJson::exception& error) {  // parse_error, and out_of_range for 1e999
    std::string reason = error.what();
    if (auto bracket = reason.find("] "); bracket != std::string::npos) reason.erase(0, bracket + 2);
    throw DataError(fmt::format("{}: not valid JSON: {}", where, reason));
  }
}

}  // namespace

Json parse_json(std::string_view text, std::string_view where, JsonLimits limits) {
  return parse_limited<Json>(text, where, limits);
}

OrderedJson parse_ordered_json(std::string_view text, std::string_view where, JsonLimits limits) {
  return parse_limited<OrderedJson>(text, where, limits);
}

Json read_json_file(const std::string& path, JsonLimits limits) {
  return parse_json(read_file(path), path, limits);
}

std::string dump_json(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace r1
