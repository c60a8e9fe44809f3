// Filters and tests of the template language.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/errors.h"
#include "datasets/jinja_builtins.h"

namespace r1::jinja {

namespace {

[[noreturn]] void fail(const std::string& what) { throw DataError(what); }

// A string method used as a filter works on the value's text.
Value text_filter(const char* method, const Value& value, const Arguments& args, Budget& budget) {
  return *call_method(Value(to_text(value)), method, args, budget);
}

int64_t length_of(const Value& value) {
  if (const auto* text = value.string()) return static_cast<int64_t>(characters(*text).size());
  if (const auto* list = value.list()) return static_cast<int64_t>(list->size());
  if (const auto* dict = value.dict()) return static_cast<int64_t>(dict->size());
  if (value.is_undefined()) return 0;
  fail(fmt::format("a value of type {} has no length", type_name(value)));
}

Value tojson(const Value& value, const Arguments& args, Budget& budget) {
  JsonStyle style;
  if (const Value* indent = args.find(1, "indent"); indent && indent->get<int64_t>()) {
    style.indent = static_cast<int>(std::clamp<int64_t>(*indent->get<int64_t>(), 0, 64));
  }
  if (const Value* ascii = args.find(0, "ensure_ascii")) style.ensure_ascii = truthy(*ascii);
  if (const Value* sort = args.find(3, "sort_keys")) style.sort_keys = truthy(*sort);
  if (args.find(2, "separators")) fail("tojson with separators is not supported");
  std::string text = to_json(value, style);
  budget.spend_bytes(text.size());
  return text;
}

Value default_of(const Value& value, const Arguments& args, Budget&) {
  const Value* otherwise = args.find(0, "default_value");
  const Value* boolean = args.find(1, "boolean");
  bool use_other = value.is_undefined() || (boolean && truthy(*boolean) && !truthy(value));
  return !use_other ? value : otherwise ? *otherwise : Value("");
}

Value join_filter(const Value& value, const Arguments& args, Budget& budget) {
  const Value* separator = args.find(0, "d");
  const Value* name = args.find(1, "attribute");
  List items = iterate(value, budget);
  if (name) {
    for (auto& one : items) one = item(one, *name);
  }
  Arguments list;
  list.positional.emplace_back(std::move(items));
  return *call_method(Value(separator ? to_text(*separator) : ""), "join", list, budget);
}

Value items_of(const Value& value, const Arguments&, Budget& budget) {
  if (value.is_undefined()) return List{};
  if (!value.dict()) fail(fmt::format("items needs a mapping, not {}", type_name(value)));
  return *call_method(value, "items", {}, budget);
}

Value end_of(const Value& value, bool front, Budget& budget) {
  List items = iterate(value, budget);
  if (items.empty()) return Undefined{front ? "first" : "last"};
  return front ? items.front() : items.back();
}

Value to_integer(const Value& value, const Arguments& args, Budget&) {
  const Value* otherwise = args.find(0, "default");
  Value fallback = otherwise ? *otherwise : Value(0);
  if (value.is_number()) {
    double number = value.number();
    bool fits = std::abs(number) < 9e18;
    return value.get<int64_t>() ? value : fits ? Value(static_cast<int64_t>(number)) : fallback;
  }
  if (!value.string()) return fallback;
  std::string text = strip(*value.string(), nullptr, true, true);
  char* end = nullptr;
  errno = 0;
  double number = std::strtod(text.c_str(), &end);
  bool whole = !text.empty() && *end == '\0' && std::abs(number) < 9e18;
  if (!whole) return fallback;
  bool integer = text.find_first_of(".eEnN") == std::string::npos;
  return integer ? static_cast<int64_t>(std::strtoll(text.c_str(), nullptr, 10))
                 : static_cast<int64_t>(number);
}

Value to_float(const Value& value, const Arguments&, Budget&) {
  if (value.is_number()) return value.number();
  std::string text = value.string() ? strip(*value.string(), nullptr, true, true) : "";
  char* end = nullptr;
  double number = std::strtod(text.c_str(), &end);
  return text.empty() || *end != '\0' ? 0.0 : number;
}

// select, reject, selectattr, rejectattr: keep the items for which a test holds (or does not).
Value keep_items(const Value& value, const Arguments& args, Budget& budget, bool by_attribute, bool wanted) {
  List kept;
  size_t test_at = by_attribute ? 1 : 0;
  if (by_attribute && args.positional.empty())
    fail("selectattr and rejectattr need the name of an attribute");
  for (const auto& one : iterate(value, budget)) {
    budget.step();
    Value tested = by_attribute ? item(one, args.positional[0]) : one;
    bool holds = truthy(tested);
    if (args.positional.size() > test_at) {
      Arguments rest;
      rest.positional.assign(args.positional.begin() + test_at + 1, args.positional.end());
      holds = apply_test(to_text(args.positional[test_at]), tested, rest, budget);
    }
    if (holds == wanted) kept.push_back(one);
  }
  return kept;
}

Value map_items(const Value& value, const Arguments& args, Budget& budget) {
  List mapped;
  const Value* name = args.find(SIZE_MAX, "attribute");
  const Value* otherwise = args.find(SIZE_MAX, "default");
  if (!name && args.positional.empty()) fail("map needs a filter or attribute=");
  Arguments rest;
  if (!args.positional.empty()) rest.positional.assign(args.positional.begin() + 1, args.positional.end());
  for (const auto& one : iterate(value, budget)) {
    budget.step();
    Value result = name ? item(one, *name) : apply_filter(to_text(args.positional[0]), one, rest, budget);
    mapped.push_back(result.is_undefined() && otherwise ? *otherwise : result);
  }
  return mapped;
}

Value sorted(const Value& value, const Arguments& args, Budget& budget) {
  List items = iterate(value, budget);
  const Value* reverse = args.find(0, "reverse");
  const Value* name = args.find(2, "attribute");
  auto key = [&](const Value& one) {
    Value of = name ? item(one, *name) : one;
    return of.string() ? *call_method(of, "lower", {}, budget)
                       : of;  // jinja2 ignores case unless told not to
  };
  bool backwards = reverse && truthy(*reverse);
  std::stable_sort(items.begin(), items.end(), [&](const Value& a, const Value& b) {
    budget.step();
    return backwards ? less(key(b), key(a)) : less(key(a), key(b));
  });
  return items;
}

Value reversed(const Value& value, const Arguments&, Budget& budget) {
  List items = iterate(value, budget);
  std::reverse(items.begin(), items.end());
  if (!value.string()) return items;
  std::string text;
  for (const auto& character : items) text += *character.string();
  return text;
}

Value unique(const Value& value, const Arguments&, Budget& budget) {
  List kept;
  for (const auto& one : iterate(value, budget)) {
    bool seen = std::any_of(kept.begin(), kept.end(), [&](const Value& other) {
      budget.step();
      return equal(one, other);
    });
    if (!seen) kept.push_back(one);
  }
  return kept;
}

Value indented(const Value& value, const Arguments& args, Budget& budget) {
  const Value* width = args.find(0, "width");
  const Value* first = args.find(1, "first");
  const Value* blank = args.find(2, "blank");
  std::string margin =
      width && width->string()
          ? *width->string()
          : std::string(
                width && width->get<int64_t>() ? std::clamp<int64_t>(*width->get<int64_t>(), 0, 200) : 4,
                ' ');
  Value lines = text_filter("splitlines", Value(to_text(value) + "\n"), {}, budget);
  std::string out;
  for (size_t i = 0; i < lines.list()->size(); ++i) {
    const std::string& line = *(*lines.list())[i].string();
    bool margined = i == 0 ? first && truthy(*first) : !line.empty() || (blank && truthy(*blank));
    budget.spend_bytes(line.size() + margin.size());
    out += (i > 0 ? "\n" : "") + (margined ? margin : "") + line;
  }
  return out;
}

using Filter = std::function<Value(const Value&, const Arguments&, Budget&)>;

const std::map<std::string, Filter>& filters() {
  using V = const Value&;
  using A = const Arguments&;
  auto text = [](const char* method) {
    return Filter([method](V v, A a, Budget& b) { return text_filter(method, v, a, b); });
  };
  auto keep = [](bool by_attribute, bool wanted) {
    return Filter([=](V v, A a, Budget& b) { return keep_items(v, a, b, by_attribute, wanted); });
  };
  Filter length = [](V v, A, Budget&) { return Value(length_of(v)); };
  Filter as_text = [](V v, A, Budget&) { return Value(to_text(v)); };
  static const std::map<std::string, Filter> kFilters = {
      {"trim", text("strip")},
      {"upper", text("upper")},
      {"lower", text("lower")},
      {"title", text("title")},
      {"capitalize", text("capitalize")},
      {"replace", text("replace")},
      {"tojson", tojson},
      {"length", length},
      {"count", length},
      {"default", default_of},
      {"d", default_of},
      {"join", join_filter},
      {"items", items_of},
      {"string", as_text},
      {"safe", as_text},
      {"int", to_integer},
      {"float", to_float},
      {"map", map_items},
      {"select", keep(false, true)},
      {"reject", keep(false, false)},
      {"selectattr", keep(true, true)},
      {"rejectattr", keep(true, false)},
      {"sort", sorted},
      {"reverse", reversed},
      {"unique", unique},
      {"indent", indented},
      {"list", [](V v, A, Budget& b) { return Value(iterate(v, b)); }},
      {"first", [](V v, A, Budget& b) { return end_of(v, true, b); }},
      {"last", [](V v, A, Budget& b) { return end_of(v, false, b); }},
      {"abs", [](V v, A, Budget&) {
         if (const auto* integer = v.get<int64_t>()) return Value(*integer < 0 ? -*integer : *integer);
         if (!v.is_number()) fail("abs needs a number");
         return Value(std::abs(v.number()));
       }}};
  return kFilters;
}

bool is_whole(const Value& value, int64_t divisor, int64_t remainder) {
  const auto* integer = value.get<int64_t>();
  if (!integer || divisor == 0) fail("odd, even and divisibleby need whole numbers");
  return std::abs(*integer % divisor) == remainder;
}

const Value& need_argument(const Arguments& args, const std::string& test) {
  if (args.positional.empty()) fail(fmt::format("the test '{}' needs something to compare with", test));
  return args.positional[0];
}

using Test = std::function<bool(const Value&, const Arguments&)>;

const std::map<std::string, Test>& type_tests() {
  using V = const Value&;
  using A = const Arguments&;
  auto sized = [](V v) { return v.string() || v.list() || v.dict(); };
  static const std::map<std::string, Test> kTests = {
      {"defined", [](V v, A) { return !v.is_undefined(); }},
      {"undefined", [](V v, A) { return v.is_undefined(); }},
      {"none", [](V v, A) { return v.is_none(); }},
      {"string", [](V v, A) { return v.string() != nullptr; }},
      {"number", [](V v, A) { return v.is_number(); }},
      {"integer", [](V v, A) { return v.get<int64_t>() != nullptr; }},
      {"float", [](V v, A) { return v.get<double>() != nullptr; }},
      {"boolean", [](V v, A) { return v.get<bool>() != nullptr; }},
      {"true", [](V v, A) { return v.get<bool>() && *v.get<bool>(); }},
      {"false", [](V v, A) { return v.get<bool>() && !*v.get<bool>(); }},
      {"mapping", [](V v, A) { return v.dict() != nullptr; }},
      {"sequence", [=](V v, A) { return sized(v) || v.is_undefined(); }},
      {"iterable", [=](V v, A) { return sized(v) || v.is_undefined(); }},
      {"callable", [](V v, A) { return v.get<Macro>() != nullptr; }},
      {"odd", [](V v, A) { return is_whole(v, 2, 1); }},
      {"even", [](V v, A) { return is_whole(v, 2, 0); }},
  };
  return kTests;
}

}  // namespace

Value apply_filter(const std::string& name, const Value& value, const Arguments& args, Budget& budget) {
  auto filter = filters().find(name);
  if (filter == filters().end()) fail(fmt::format("there is no filter '{}'", name));
  if (value.string()) budget.spend_bytes(value.string()->size());
  return filter->second(value, args, budget);
}

bool apply_test(const std::string& name, const Value& value, const Arguments& args, Budget& budget) {
  if (auto test = type_tests().find(name); test != type_tests().end()) return test->second(value, args);
  if (name == "divisibleby") {
    const auto* divisor = need_argument(args, name).get<int64_t>();
    return is_whole(value, divisor ? *divisor : 0, 0);
  }
  if (name == "in") return contains(need_argument(args, name), value);
  auto is = [&](auto... names) { return ((name == names) || ...); };
  if (is("==", "eq", "equalto", "sameas")) return equal(value, need_argument(args, name));
  if (is("!=", "ne")) return !equal(value, need_argument(args, name));
  if (is("<", "lt", "lessthan")) return less(value, need_argument(args, name));
  if (is(">", "gt", "greaterthan")) return less(need_argument(args, name), value);
  if (is("<=", "le")) return !less(need_argument(args, name), value);
  if (is(">=", "ge")) return !less(value, need_argument(args, name));
  fail(fmt::format("there is no test '{}'", name));
}

}  // namespace r1::jinja
