#include "datasets/jinja_builtins.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <map>

#include "base/errors.h"
#include "base/utf8.h"
#include "datasets/unicode_text.h"

namespace r1::jinja {

namespace {

// Python's str.isspace has four separators more than the White_Space property.
bool is_python_space(uint32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }

bool is_space_text(const std::string& character) {
  size_t at = 0;
  return is_python_space(next_code_point(character, at));
}

[[noreturn]] void fail(const std::string& what) { throw DataError(what); }

const std::string& need_string(const Value* value, std::string_view what) {
  if (value == nullptr || !value->string()) fail(fmt::format("{} needs a string", what));
  return *value->string();
}

int64_t need_integer(const Value* value, std::string_view what) {
  if (value == nullptr || !value->get<int64_t>()) fail(fmt::format("{} needs a whole number", what));
  return *value->get<int64_t>();
}

enum class Case { Upper, Lower, Title, Capital };

std::string change_case(std::string_view text, Case wanted) {
  std::string out;
  bool word_start = true;
  for (size_t at = 0; at < text.size();) {
    auto c = static_cast<int32_t>(next_code_point(text, at));
    bool upper = wanted == Case::Upper || (wanted != Case::Lower && word_start);
    append_utf8(out, static_cast<uint32_t>(upper ? utf8proc_toupper(c) : utf8proc_tolower(c)));
    word_start = wanted == Case::Title && !is_word_character(static_cast<uint32_t>(c));
  }
  return out;
}

std::string replace_all(const std::string& text, const std::string& from, const std::string& to,
                        int64_t limit) {
  std::string out;
  size_t at = 0;
  if (from.empty()) {  // Python puts `to` between all characters
    for (const auto& character : characters(text)) out += (limit-- != 0 ? to : "") + character;
    return limit != 0 ? out + to : out;
  }
  for (size_t hit; limit != 0 && (hit = text.find(from, at)) != std::string::npos; --limit) {
    out.append(text, at, hit - at);
    out += to;
    at = hit + from.size();
  }
  return out + text.substr(at);
}

List split_white_space(const std::string& text, int64_t limit) {
  List parts;
  std::string part;
  auto all = characters(text);
  for (size_t i = 0; i < all.size(); ++i) {
    if (!is_space_text(all[i])) {
      if (part.empty() && limit >= 0 && static_cast<int64_t>(parts.size()) == limit) {
        for (; i < all.size(); ++i) part += all[i];
        part = strip(part, nullptr, false, true);
        break;
      }
      part += all[i];
    } else if (!part.empty()) {
      parts.emplace_back(std::exchange(part, ""));
    }
  }
  if (!part.empty()) parts.emplace_back(part);
  return parts;
}

List split(const std::string& text, const Arguments& args) {
  const Value* separator = args.find(0, "sep");
  const Value* max = args.find(1, "maxsplit");
  int64_t limit = max == nullptr ? -1 : need_integer(max, "split");
  if (separator == nullptr || separator->is_none()) return split_white_space(text, limit);
  const std::string& mark = need_string(separator, "split");
  if (mark.empty()) fail("split with an empty separator");
  List parts;
  size_t at = 0;
  for (size_t hit; limit != 0 && (hit = text.find(mark, at)) != std::string::npos; --limit) {
    parts.emplace_back(text.substr(at, hit - at));
    at = hit + mark.size();
  }
  parts.emplace_back(text.substr(at));
  return parts;
}

List split_from_right(const std::string& text, const Arguments& args) {
  const std::string& mark = need_string(args.find(0, "sep"), "rsplit");
  const Value* max = args.find(1, "maxsplit");
  int64_t limit = max == nullptr ? -1 : need_integer(max, "rsplit");
  if (mark.empty()) fail("rsplit with an empty separator");
  List parts;
  size_t end = text.size();
  while (limit-- != 0 && end >= mark.size()) {
    size_t hit = text.rfind(mark, end - mark.size());
    if (hit == std::string::npos) break;
    parts.emplace_back(text.substr(hit + mark.size(), end - hit - mark.size()));
    end = hit;
  }
  parts.emplace_back(text.substr(0, end));
  std::reverse(parts.begin(), parts.end());
  return parts;
}

List split_lines(const std::string& text) {
  List lines;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    lines.emplace_back(text.substr(at, end - at));
    at = end + (text.compare(end, 2, "\r\n") == 0 ? 2 : 1);
  }
  return lines;
}

bool has_affix(const std::string& text, const Value* affix, bool front) {
  if (affix != nullptr && affix->list()) {
    const List& choices = *affix->list();
    return std::any_of(choices.begin(), choices.end(),
                       [&](const Value& one) { return has_affix(text, &one, front); });
  }
  const std::string& wanted = need_string(affix, front ? "startswith" : "endswith");
  return front ? std::string_view(text).starts_with(wanted) : std::string_view(text).ends_with(wanted);
}

int64_t count_of(const std::string& text, const std::string& wanted) {
  if (wanted.empty()) return static_cast<int64_t>(characters(text).size()) + 1;
  int64_t count = 0;
  for (size_t at = 0; (at = text.find(wanted, at)) != std::string::npos; at += wanted.size()) ++count;
  return count;
}

int64_t find_in(const std::string& text, const std::string& wanted) {
  size_t hit = text.find(wanted);
  return hit == std::string::npos ? -1 : static_cast<int64_t>(characters(text.substr(0, hit)).size());
}

std::string join(const List& items, const std::string& separator, Budget& budget) {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += separator;
    out += to_text(items[i]);
    budget.spend_bytes(separator.size() + 16);
  }
  return out;
}

bool all_characters(const std::string& text, bool (*predicate)(uint32_t)) {
  for (size_t at = 0; at < text.size();) {
    if (!predicate(next_code_point(text, at))) return false;
  }
  return !text.empty();
}

bool is_digit_character(uint32_t c) {
  return utf8proc_category(static_cast<int32_t>(c)) == UTF8PROC_CATEGORY_ND;
}
bool is_letter(uint32_t c) {
  auto category = utf8proc_category(static_cast<int32_t>(c));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

std::string replaced(const std::string& text, const Arguments& args, Budget& budget) {
  const std::string& from = need_string(args.find(0, "old"), "replace");
  const std::string& to = need_string(args.find(1, "new"), "replace");
  const Value* count = args.find(2, "count");
  // The result is bounded before it is built.
  budget.spend_bytes(text.size() + static_cast<size_t>(count_of(text, from)) * to.size());
  return replace_all(text, from, to,
                     count == nullptr || count->is_none() ? -1 : need_integer(count, "replace"));
}

using StringMethod = std::function<Value(const std::string&, const Arguments&, Budget&)>;

const std::map<std::string, StringMethod>& string_methods() {
  using A = const Arguments&;
  using S = const std::string&;
  static const std::map<std::string, StringMethod> kMethods = {
      {"strip", [](S s, A a, Budget&) { return Value(strip(s, a.find(0, "chars"), true, true)); }},
      {"lstrip", [](S s, A a, Budget&) { return Value(strip(s, a.find(0, "chars"), true, false)); }},
      {"rstrip", [](S s, A a, Budget&) { return Value(strip(s, a.find(0, "chars"), false, true)); }},
      {"split", [](S s, A a, Budget&) { return Value(split(s, a)); }},
      {"rsplit", [](S s, A a, Budget&) { return Value(split_from_right(s, a)); }},
      {"splitlines", [](S s, A, Budget&) { return Value(split_lines(s)); }},
      {"startswith", [](S s, A a, Budget&) { return Value(has_affix(s, a.find(0, "prefix"), true)); }},
      {"endswith", [](S s, A a, Budget&) { return Value(has_affix(s, a.find(0, "suffix"), false)); }},
      {"replace", [](S s, A a, Budget& b) { return Value(replaced(s, a, b)); }},
      {"upper", [](S s, A, Budget&) { return Value(change_case(s, Case::Upper)); }},
      {"lower", [](S s, A, Budget&) { return Value(change_case(s, Case::Lower)); }},
      {"title", [](S s, A, Budget&) { return Value(change_case(s, Case::Title)); }},
      {"capitalize", [](S s, A, Budget&) { return Value(change_case(s, Case::Capital)); }},
      {"find", [](S s, A a, Budget&) { return Value(find_in(s, need_string(a.find(0, "sub"), "find"))); }},
      {"count", [](S s, A a, Budget&) { return Value(count_of(s, need_string(a.find(0, "sub"), "count"))); }},
      {"join", [](S s, A a, Budget& b) { return Value(join(iterate(a.positional.at(0), b), s, b)); }},
      {"isdigit", [](S s, A, Budget&) { return Value(all_characters(s, is_digit_character)); }},
      {"isalpha", [](S s, A, Budget&) { return Value(all_characters(s, is_letter)); }},
      {"isspace", [](S s, A, Budget&) { return Value(all_characters(s, is_python_space)); }},
  };
  return kMethods;
}

std::optional<Value> call_dict_method(const Dict& dict, const std::string& name, const Arguments& args) {
  List out;
  if (name == "get") {
    const Value* found = find(dict, need_string(args.find(0, "key"), "get"));
    const Value* otherwise = args.find(1, "default");
    return found ? *found : otherwise ? *otherwise : Value();
  }
  if (name != "items" && name != "keys" && name != "values") return std::nullopt;
  for (const auto& [key, value] : dict) {
    if (name == "items") {
      out.emplace_back(List{Value(key), value});
    } else {
      out.push_back(name == "keys" ? Value(key) : value);
    }
  }
  return Value(std::move(out));
}

Value loop_attribute(const Loop& loop, const std::string& name) {
  auto length = static_cast<int64_t>(loop.items->size());
  auto neighbour = [&](int64_t index) {
    bool exists = index >= 0 && index < length;
    return exists ? (*loop.items)[index] : Value(Undefined{"loop." + name});
  };
  if (name == "index") return loop.index0 + 1;
  if (name == "index0") return loop.index0;
  if (name == "revindex") return length - loop.index0;
  if (name == "revindex0") return length - loop.index0 - 1;
  if (name == "first") return loop.index0 == 0;
  if (name == "last") return loop.index0 == length - 1;
  if (name == "length") return length;
  if (name == "depth") return loop.depth0 + 1;
  if (name == "depth0") return loop.depth0;
  if (name == "previtem") return neighbour(loop.index0 - 1);
  if (name == "nextitem") return neighbour(loop.index0 + 1);
  return Undefined{"loop." + name};
}

}  // namespace

void Budget::step() {
  if (--steps < 0) fail("the template does more work than a conversation needs (step budget spent)");
}

void Budget::spend_bytes(size_t count) {
  bytes -= static_cast<int64_t>(std::min<size_t>(count, INT64_MAX / 2));
  if (bytes < 0) fail("the template makes more text than a conversation needs (byte budget spent)");
}

const Value* Arguments::find(size_t index, std::string_view name) const {
  if (index < positional.size()) return &positional[index];
  auto found =
      std::find_if(named.begin(), named.end(), [&](const auto& argument) { return argument.first == name; });
  return found == named.end() ? nullptr : &found->second;
}

std::string strip(std::string_view text, const Value* chars, bool left, bool right) {
  std::vector<std::string> all = characters(text);
  std::vector<std::string> set;
  bool white = chars == nullptr || chars->is_none();
  if (!white) set = characters(need_string(chars, "strip"));
  auto strips = [&](const std::string& c) {
    return white ? is_space_text(c) : std::find(set.begin(), set.end(), c) != set.end();
  };
  size_t begin = 0, end = all.size();
  while (left && begin < end && strips(all[begin])) ++begin;
  while (right && end > begin && strips(all[end - 1])) --end;
  std::string out;
  for (size_t i = begin; i < end; ++i) out += all[i];
  return out;
}

List iterate(const Value& value, Budget& budget) {
  List items;
  if (const auto* list = value.list()) {
    items = *list;
  } else if (const auto* text = value.string()) {
    for (auto& character : characters(*text)) items.emplace_back(std::move(character));
  } else if (const auto* dict = value.dict()) {
    for (const auto& member : *dict) items.emplace_back(member.first);
  } else if (!value.is_undefined()) {
    fail(fmt::format("a value of type {} cannot be looped over", type_name(value)));
  }
  budget.spend_bytes(items.size() * sizeof(Value));
  return items;
}

Value attribute(const Value& object, const std::string& name) {
  if (const auto* missing = object.get<Undefined>()) {
    fail(fmt::format("'{}' is undefined, so it has no '{}'", missing->name, name));
  }
  if (name.starts_with("_")) return Undefined{name};  // the sandbox hides what Python calls private
  if (const auto* loop = object.get<Loop>()) return loop_attribute(*loop, name);
  const Dict* members = object.dict();
  if (const auto* ns = object.get<Namespace>()) members = ns->fields.get();
  const Value* found = members ? find(*members, name) : nullptr;
  return found ? *found : Value(Undefined{name});
}

Value item(const Value& object, const Value& key) {
  if (key.string()) return attribute(object, *key.string());
  if (const auto* missing = object.get<Undefined>()) fail(fmt::format("'{}' is undefined", missing->name));
  const auto* index = key.get<int64_t>();
  if (index == nullptr || object.dict()) return Undefined{to_text(key)};
  List all;
  const List* items = object.list();
  if (object.string()) {
    for (auto& character : characters(*object.string())) all.emplace_back(std::move(character));
    items = &all;
  }
  if (items == nullptr) return Undefined{to_text(key)};
  auto size = static_cast<int64_t>(items->size());
  int64_t at = *index < 0 ? *index + size : *index;
  return at >= 0 && at < size ? (*items)[at] : Value(Undefined{to_text(key)});
}

bool contains(const Value& container, const Value& element) {
  if (const auto* text = container.string())
    return text->find(need_string(&element, "'in' a string")) != std::string::npos;
  if (const auto* dict = container.dict())
    return element.string() && find(*dict, *element.string()) != nullptr;
  if (const auto* list = container.list()) {
    return std::any_of(list->begin(), list->end(), [&](const Value& one) { return equal(one, element); });
  }
  if (container.is_undefined()) return false;
  fail(fmt::format("'in' needs a string, a list or a mapping, not {}", type_name(container)));
}

bool less(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    const auto* left = a.get<int64_t>();
    const auto* right = b.get<int64_t>();
    return left && right ? *left < *right : a.number() < b.number();
  }
  if (a.string() && b.string()) return *a.string() < *b.string();  // UTF-8 sorts as code points do
  if (a.list() && b.list()) {
    return std::lexicographical_compare(a.list()->begin(), a.list()->end(), b.list()->begin(),
                                        b.list()->end(), less);
  }
  fail(fmt::format("{} and {} have no order", type_name(a), type_name(b)));
}

std::optional<Value> call_method(const Value& object, const std::string& name, const Arguments& args,
                                 Budget& budget) {
  if (const auto* text = object.string()) {
    auto method = string_methods().find(name);
    if (method == string_methods().end()) return std::nullopt;
    budget.spend_bytes(text->size());
    if (name == "join" && args.positional.empty()) fail("join needs a list");
    return method->second(*text, args, budget);
  }
  if (const auto* dict = object.dict()) {
    budget.spend_bytes(dict->size() * sizeof(Value));
    return call_dict_method(*dict, name, args);
  }
  if (const auto* loop = object.get<Loop>(); loop && name == "cycle" && !args.positional.empty()) {
    return args.positional[loop->index0 % args.positional.size()];
  }
  for (const char* change :
       {"append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse", "update", "setdefault"}) {
    if (name == change)
      fail(fmt::format("{} would change a {}, which templates may not", name, type_name(object)));
  }
  return std::nullopt;
}

}  // namespace r1::jinja
