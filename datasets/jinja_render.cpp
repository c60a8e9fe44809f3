#include "datasets/jinja_render.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "base/errors.h"
#include "datasets/jinja_builtins.h"

namespace r1::jinja {

namespace {

constexpr size_t kMaxOutputBytes = 64 << 20;
constexpr int64_t kMaxRange = 100'000;  // jinja2's sandbox has the same limit
constexpr int kMaxDepth = 700;          // of expressions, blocks and macro calls together

[[noreturn]] void fail(const std::string& what) { throw DataError(what); }

struct Scope {
  const Scope* parent = nullptr;
  Dict names;

  const Value* find_here(const std::string& name) const { return find(names, name); }
  const Value* look_up(const std::string& name) const {
    for (const Scope* scope = this; scope; scope = scope->parent) {
      if (const Value* found = scope->find_here(name)) return found;
    }
    return nullptr;
  }
  void set(const std::string& name, Value value) {
    for (auto& entry : names) {
      if (entry.first == name) {
        entry.second = std::move(value);
        return;
      }
    }
    names.emplace_back(name, std::move(value));
  }
};

bool is_builtin_function(const std::string& name) {
  return name == "raise_exception" || name == "strftime_now" || name == "range" || name == "namespace" ||
         name == "dict";
}

// By reference: the arguments of a call are evaluated in any order.
int64_t checked(bool overflow, const int64_t& result) {
  if (overflow) fail("a number left the range of 64 bits");
  return result;
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0); }

int64_t integer_op(const std::string& op, int64_t a, int64_t b) {
  int64_t result = 0;
  if (op == "+") return checked(__builtin_add_overflow(a, b, &result), result);
  if (op == "-") return checked(__builtin_sub_overflow(a, b, &result), result);
  if (op == "*") return checked(__builtin_mul_overflow(a, b, &result), result);
  if (b == 0) fail("division by zero");
  if (b == -1) return op == "//" ? checked(__builtin_sub_overflow(int64_t{0}, a, &result), result) : 0;
  return op == "//" ? floor_div(a, b) : a - floor_div(a, b) * b;
}

double float_op(const std::string& op, double a, double b) {
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "**") return std::pow(a, b);
  if (b == 0) fail("division by zero");
  if (op == "/") return a / b;
  return op == "//" ? std::floor(a / b) : a - std::floor(a / b) * b;
}

Value power(const Value& a, const Value& b) {
  if (!a.get<int64_t>() || !b.get<int64_t>() || *b.get<int64_t>() < 0)
    return float_op("**", a.number(), b.number());
  int64_t base = *a.get<int64_t>(), exponent = *b.get<int64_t>();
  bool stays_small = base >= -1 && base <= 1;
  if (stays_small) exponent = exponent == 0 ? 0 : 2 - exponent % 2;
  int64_t result = 1;
  for (int64_t i = 0; i < exponent; ++i)
    result = integer_op("*", result, base);  // overflows within 63 rounds
  return result;
}

int64_t as_integer(const Value& value) {
  return value.get<bool>() ? static_cast<int64_t>(*value.get<bool>()) : *value.get<int64_t>();
}

// Python's slice of a sequence of `size`: the indices it takes.
std::vector<int64_t> slice_indices(int64_t size, const Value* begin, const Value* end, const Value* step) {
  auto integer = [](const Value* value, int64_t otherwise) {
    if (value == nullptr || value->is_none()) return otherwise;
    if (!value->get<int64_t>()) fail("slice positions must be whole numbers");
    return *value->get<int64_t>();
  };
  int64_t by = integer(step, 1);
  if (by == 0) fail("a slice with a step of 0");
  if (by == INT64_MIN) fail("a slice with too large a step");
  auto position = [&](const Value* value, int64_t otherwise) {
    int64_t at = integer(value, otherwise);
    bool given = value != nullptr && !value->is_none();
    if (given && at < 0) at += size;
    return by > 0 ? std::clamp<int64_t>(at, 0, size) : std::clamp<int64_t>(at, -1, size - 1);
  };
  int64_t from = position(begin, by > 0 ? 0 : size - 1);
  int64_t to = position(end, by > 0 ? size : -1);
  std::vector<int64_t> indices;
  while (by > 0 ? from < to : from > to) {
    indices.push_back(from);
    if (__builtin_add_overflow(from, by, &from)) break;
  }
  return indices;
}

class Renderer {
 public:
  explicit Renderer(const Dict& variables) {
    root_.names = variables;
    scope_ = &root_;
  }

  std::string run(const Block& block) {
    try {
      execute(block);
    } catch (const DataError& error) {
      throw DataError(fmt::format("chat template line {}: {}", line_, error.what()));
    }
    return std::move(out_);
  }

 private:
  enum class Flow { Normal, Break, Continue };

  struct Nested {
    explicit Nested(int& depth_in) : depth(depth_in) {
      if (++depth > kMaxDepth) fail("the template nests or recurses too deeply");
    }
    ~Nested() { --depth; }
    int& depth;
  };

  // A scope that lives as long as this object.
  struct Inner {
    Inner(Renderer& renderer_in, const Scope* parent) : renderer(renderer_in), outer(renderer.scope_) {
      scope.parent = parent;
      renderer.scope_ = &scope;
    }
    ~Inner() { renderer.scope_ = outer; }
    Renderer& renderer;
    Scope scope;
    Scope* outer;
  };

  // --- statements --------------------------------------------------------------------------------------------------

  Flow execute(const Block& block) {
    Nested nested(depth_);
    for (const auto& stmt : block) {
      budget_.step();
      Flow flow = execute(*stmt);
      if (flow != Flow::Normal) return flow;
    }
    return Flow::Normal;
  }

  Flow execute(const Stmt& stmt) {
    line_ = stmt.line;
    switch (stmt.kind) {
      case Stmt::Kind::Text:
        write(stmt.text);
        break;
      case Stmt::Kind::Output:
        write(to_text(evaluate(*stmt.expr)));
        break;
      case Stmt::Kind::If:
        return execute(truthy(evaluate(*stmt.expr)) ? stmt.body : stmt.otherwise);
      case Stmt::Kind::For:
        return run_loop(stmt);
      case Stmt::Kind::Set:
        assign(stmt);
        break;
      case Stmt::Kind::SetBlock:
        scope_->set(stmt.names[0], capture(stmt.body));
        break;
      case Stmt::Kind::Macro:
        scope_->set(stmt.text, Macro{&stmt});
        break;
      case Stmt::Kind::Group: {
        Inner inner(*this, scope_);
        return execute(stmt.body);
      }
      case Stmt::Kind::Break:
        return Flow::Break;
      case Stmt::Kind::Continue:
        return Flow::Continue;
    }
    return Flow::Normal;
  }

  void write(const std::string& text) {
    if (out_.size() + text.size() > kMaxOutputBytes)
      fail(fmt::format("more than {} bytes of output", kMaxOutputBytes));
    budget_.spend_bytes(text.size());
    out_ += text;
  }

  std::string capture(const Block& body) {
    std::string outer = std::exchange(out_, "");
    Inner inner(*this, scope_);
    execute(body);
    return std::exchange(out_, std::move(outer));
  }

  void bind(Scope& scope, const std::vector<std::string>& names, const Value& value) {
    if (names.size() == 1) {
      scope.set(names[0], value);
      return;
    }
    List parts = iterate(value, budget_);
    if (parts.size() != names.size()) fail(fmt::format("{} names for {} values", names.size(), parts.size()));
    for (size_t i = 0; i < names.size(); ++i) scope.set(names[i], parts[i]);
  }

  Flow run_loop(const Stmt& stmt) {
    List items = iterate(evaluate(*stmt.expr), budget_);
    if (stmt.condition) {
      List kept;
      for (auto& one : items) {
        budget_.step();
        Inner inner(*this, scope_);
        bind(inner.scope, stmt.names, one);
        if (truthy(evaluate(*stmt.condition))) kept.push_back(one);
      }
      items = std::move(kept);
    }
    if (items.empty()) return execute(stmt.otherwise);
    Value all(std::move(items));
    Loop loop{all.shared_list(), all.depth(), 0, loop_depth_};
    for (; loop.index0 < static_cast<int64_t>(loop.items->size()); ++loop.index0) {
      budget_.step();
      Inner inner(*this, scope_);
      inner.scope.set("loop", Value(loop));
      bind(inner.scope, stmt.names, (*loop.items)[loop.index0]);
      ++loop_depth_;
      Flow flow = execute(stmt.body);
      --loop_depth_;
      if (flow == Flow::Break) break;
    }
    return Flow::Normal;
  }

  void assign(const Stmt& stmt) {
    Value value = evaluate(*stmt.expr);
    if (stmt.text.empty()) {
      bind(*scope_, stmt.names, value);
      return;
    }
    const Value* target = scope_->look_up(stmt.text);
    const auto* ns = target ? target->get<Namespace>() : nullptr;
    if (!ns) fail(fmt::format("'{}' is not a namespace, so its fields cannot be set", stmt.text));
    value.refuse_as_element();
    for (auto& [name, field] : *ns->fields) {
      if (name == stmt.names[0]) {
        field = std::move(value);
        return;
      }
    }
    ns->fields->emplace_back(stmt.names[0], std::move(value));
  }

  // --- expressions -------------------------------------------------------------------------------------------------

  Value evaluate(const Expr& expr) {
    Nested nested(depth_);
    budget_.step();
    line_ = expr.line;
    switch (expr.kind) {
      case Expr::Kind::Constant:
        return expr.value;
      case Expr::Kind::Name:
        return look_up(expr.text);
      case Expr::Kind::List:
        return make_list(expr);
      case Expr::Kind::Dict:
        return make_dict(expr);
      case Expr::Kind::Attribute:
        return attribute(evaluate(*expr.children[0]), expr.text);
      case Expr::Kind::Subscript:
        return subscript(expr);
      case Expr::Kind::Slice:
        return slice(expr);
      case Expr::Kind::Call:
        return call(expr);
      case Expr::Kind::Filter:
        return filter(expr);
      case Expr::Kind::Test:
        return test(expr);
      case Expr::Kind::Unary:
        return unary(expr);
      case Expr::Kind::Binary:
        return binary(expr);
      case Expr::Kind::Compare:
        return compare(expr);
      case Expr::Kind::Condition:
        return condition(expr);
    }
    return {};
  }

  Value look_up(const std::string& name) const {
    if (const Value* found = scope_->look_up(name)) return *found;
    if (is_builtin_function(name)) return Macro{nullptr};
    return Undefined{name};
  }

  Value make_list(const Expr& expr) {
    List list;
    for (const auto& child : expr.children) list.push_back(evaluate(*child));
    budget_.spend_bytes(list.size() * sizeof(Value));
    return list;
  }

  Value make_dict(const Expr& expr) {
    Scope members;  // for its set(): a later key replaces an earlier one in its place
    for (size_t i = 0; i < expr.children.size(); i += 2) {
      Value key = evaluate(*expr.children[i]);
      if (!key.string()) fail("keys of a mapping must be strings");
      members.set(*key.string(), evaluate(*expr.children[i + 1]));
    }
    return std::move(members.names);
  }

  Value subscript(const Expr& expr) {
    Value object = evaluate(*expr.children[0]);
    Value key = evaluate(*expr.children[1]);
    if (object.string()) budget_.spend_bytes(object.string()->size());
    return item(object, key);
  }

  Value slice(const Expr& expr) {
    Value object = evaluate(*expr.children[0]);
    Value parts[3];
    for (int i = 0; i < 3; ++i) {
      if (expr.children[i + 1]) parts[i] = evaluate(*expr.children[i + 1]);
    }
    if (!object.list() && !object.string())
      fail(fmt::format("a value of type {} cannot be sliced", type_name(object)));
    List items = iterate(object, budget_);
    List taken;
    std::string text;
    for (int64_t i : slice_indices(static_cast<int64_t>(items.size()), &parts[0], &parts[1], &parts[2])) {
      if (object.string()) {
        text += *items[i].string();
      } else {
        taken.push_back(items[i]);
      }
    }
    return object.string() ? Value(text) : Value(taken);
  }

  Arguments arguments(const Expr& expr) {
    Arguments args;
    for (size_t i = 1; i < expr.children.size(); ++i) args.positional.push_back(evaluate(*expr.children[i]));
    for (const auto& [name, value] : expr.kwargs) args.named.emplace_back(name, evaluate(*value));
    return args;
  }

  Value call(const Expr& expr) {
    const Expr& callee = *expr.children[0];
    if (callee.kind == Expr::Kind::Attribute) {
      Value object = evaluate(*callee.children[0]);
      if (object.is_undefined()) attribute(object, callee.text);  // fails, saying what is undefined
      Arguments args = arguments(expr);
      line_ = expr.line;
      if (auto result = call_method(object, callee.text, args, budget_)) return *result;
      fail(fmt::format("a value of type {} has no method '{}'", type_name(object), callee.text));
    }
    Value function = evaluate(callee);
    Arguments args = arguments(expr);
    line_ = expr.line;
    const auto* macro = function.get<Macro>();
    if (!macro)
      fail(fmt::format("'{}' cannot be called", callee.text.empty() ? type_name(function) : callee.text));
    return macro->definition ? call_macro(*macro->definition, args) : call_builtin(callee.text, args);
  }

  Value call_macro(const Stmt& macro, const Arguments& args) {
    if (args.positional.size() > macro.names.size())
      fail(fmt::format("too many arguments for macro '{}'", macro.text));
    Inner inner(*this, &root_);
    for (size_t i = 0; i < macro.names.size(); ++i) {
      const Value* given = args.find(i, macro.names[i]);
      Value value = Undefined{macro.names[i]};
      if (given) {
        value = *given;
      } else if (macro.defaults[i]) {
        value = evaluate(*macro.defaults[i]);
      }
      inner.scope.set(macro.names[i], std::move(value));
    }
    std::string outer = std::exchange(out_, "");
    execute(macro.body);
    return std::exchange(out_, std::move(outer));
  }

  Value call_builtin(const std::string& name, const Arguments& args) {
    if (name == "raise_exception") {
      const Value* message = args.find(0, "message");
      fail("the template refuses this conversation: " + (message ? to_text(*message) : std::string()));
    }
    if (name == "range") return range(args);
    if (name == "strftime_now") return strftime_now(args);
    Scope fields;
    for (const auto& [key, value] : args.named) {
      value.refuse_as_element();
      fields.set(key, value);
    }
    if (name == "dict") return std::move(fields.names);
    return Namespace{std::make_shared<Dict>(std::move(fields.names))};
  }

  Value range(const Arguments& args) {
    std::vector<int64_t> bounds;
    for (const auto& bound : args.positional) {
      if (!bound.get<int64_t>()) fail("range needs whole numbers");
      bounds.push_back(*bound.get<int64_t>());
    }
    if (bounds.empty() || bounds.size() > 3) fail("range needs one to three numbers");
    int64_t from = bounds.size() > 1 ? bounds[0] : 0;
    int64_t to = bounds.size() > 1 ? bounds[1] : bounds[0];
    int64_t by = bounds.size() > 2 ? bounds[2] : 1;
    if (by == 0) fail("range with a step of 0");
    List numbers;
    while (by > 0 ? from < to : from > to) {
      if (static_cast<int64_t>(numbers.size()) >= kMaxRange)
        fail(fmt::format("a range of more than {} numbers", kMaxRange));
      numbers.emplace_back(from);
      if (__builtin_add_overflow(from, by, &from)) break;
    }
    budget_.spend_bytes(numbers.size() * sizeof(Value));
    return numbers;
  }

  static Value strftime_now(const Arguments& args) {
    const Value* format = args.find(0, "format");
    if (!format || !format->string() || format->string()->size() > 100)
      fail("strftime_now needs a short format string");
    std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    char text[1024];
    size_t length = std::strftime(text, sizeof(text), format->string()->c_str(), &local);
    return std::string(text, length);
  }

  Value filter(const Expr& expr) {
    Value value = evaluate(*expr.children[0]);
    Arguments args = arguments(expr);
    line_ = expr.line;
    return apply_filter(expr.text, value, args, budget_);
  }

  Value test(const Expr& expr) {
    Value value = evaluate(*expr.children[0]);
    Arguments args = arguments(expr);
    line_ = expr.line;
    return apply_test(expr.text, value, args, budget_);
  }

  Value unary(const Expr& expr) {
    Value value = evaluate(*expr.children[0]);
    if (expr.text == "not") return !truthy(value);
    if (!value.is_number()) fail(fmt::format("a sign before a value of type {}", type_name(value)));
    if (expr.text == "+") return value;
    return value.get<double>() ? Value(-value.number()) : Value(integer_op("-", 0, as_integer(value)));
  }

  Value binary(const Expr& expr) {
    Value left = evaluate(*expr.children[0]);
    if (expr.text == "and") return truthy(left) ? evaluate(*expr.children[1]) : left;
    if (expr.text == "or") return truthy(left) ? left : evaluate(*expr.children[1]);
    Value right = evaluate(*expr.children[1]);
    line_ = expr.line;
    if (expr.text == "~") return join_texts(to_text(left), to_text(right));
    if (expr.text == "+" && left.string() && right.string())
      return join_texts(*left.string(), *right.string());
    if (expr.text == "+" && left.list() && right.list()) return join_lists(left, right);
    if (expr.text == "*" && (left.string() || right.string())) return repeat(left, right);
    for (const Value* side : {&left, &right}) {
      if (const auto* missing = side->get<Undefined>()) fail(fmt::format("'{}' is undefined", missing->name));
    }
    if (!left.is_number() || !right.is_number()) {
      fail(fmt::format("{} {} {} is not possible", type_name(left), expr.text, type_name(right)));
    }
    if (expr.text == "**") return power(left, right);
    bool floating = left.get<double>() || right.get<double>() || expr.text == "/";
    if (floating) return float_op(expr.text, left.number(), right.number());
    return integer_op(expr.text, as_integer(left), as_integer(right));
  }

  Value join_texts(std::string left, const std::string& right) {
    budget_.spend_bytes(left.size() + right.size());
    left += right;
    return left;
  }

  Value join_lists(const Value& left, const Value& right) {
    List joined = iterate(left, budget_);
    for (auto& one : iterate(right, budget_)) joined.push_back(one);
    return joined;
  }

  Value repeat(const Value& left, const Value& right) {
    const Value& text = left.string() ? left : right;
    const auto* count = (left.string() ? right : left).get<int64_t>();
    if (!count) fail("a string can only be repeated a whole number of times");
    std::string out;
    for (int64_t i = 0; i < *count; ++i) {
      budget_.spend_bytes(text.string()->size() + 1);
      out += *text.string();
    }
    return out;
  }

  Value compare(const Expr& expr) {
    Value left = evaluate(*expr.children[0]);
    for (size_t i = 0; i < expr.texts.size(); ++i) {
      Value right = evaluate(*expr.children[i + 1]);
      line_ = expr.line;
      if (!holds(expr.texts[i], left, right)) return false;
      left = std::move(right);
    }
    return true;
  }

  static bool holds(const std::string& op, const Value& left, const Value& right) {
    if (op == "==") return equal(left, right);
    if (op == "!=") return !equal(left, right);
    if (op == "in") return contains(right, left);
    if (op == "not in") return !contains(right, left);
    if (op == "<") return less(left, right);
    if (op == ">") return less(right, left);
    return op == "<=" ? !less(right, left) : !less(left, right);
  }

  Value condition(const Expr& expr) {
    if (truthy(evaluate(*expr.children[1]))) return evaluate(*expr.children[0]);
    return expr.children[2] ? evaluate(*expr.children[2]) : Value(Undefined{"the missing else"});
  }

  Scope root_;
  Scope* scope_;
  std::string out_;
  Budget budget_;
  int depth_ = 0;
  int64_t loop_depth_ = 0;
  int line_ = 1;
};

}  // namespace

std::string render(const Block& block, const Dict& variables) { return Renderer(variables).run(block); }

}  // namespace r1::jinja
