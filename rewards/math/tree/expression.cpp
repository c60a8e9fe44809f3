#include "rewards/math/tree/expression.h"

#include <algorithm>
#include <cstring>

namespace r1::math {
namespace {

uint64_t mix(uint64_t hash, uint64_t value) {  // splitmix64's finaliser over a running state
  hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

uint64_t mix(uint64_t hash, std::string_view text) {
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3ULL;  // FNV-1a
  return mix(hash, text.size());
}

uint64_t hash_of(const Node& node) {
  uint64_t hash = mix(0, static_cast<uint64_t>(node.kind));
  hash = mix(hash, node.kind == Kind::Constant ? static_cast<uint64_t>(node.constant) : 0);
  hash = mix(hash, node.kind == Kind::Call ? static_cast<uint64_t>(node.function) : 0);
  hash = mix(hash, node.flipped | node.open_lower << 1 | node.open_upper << 2);
  hash = mix(hash, static_cast<unsigned char>(node.meridiem));
  hash = mix(hash, uint64_t{node.rows} << 32 | node.columns);
  hash = mix(hash, node.text);
  if (node.number) {
    hash = mix(hash, node.number->digits);
    hash = mix(hash, static_cast<uint64_t>(node.number->exponent));
    hash = mix(hash, node.number->repeat);
  }
  for (Relation relation : node.relations) hash = mix(hash, static_cast<uint64_t>(relation));
  for (const Node* arg : node.args) hash = mix(hash, arg->hash);
  return hash;
}

bool binds(Function function) {
  return function == Function::Sum || function == Function::Product || function == Function::Integral ||
         function == Function::Limit;
}

// The symbol a node binds in its argument 0; empty when it binds none.
std::string_view bound_symbol(const Node* node) {
  if (node->kind == Kind::Call && binds(node->function) && node->args.size() >= 2) return node->args[1]->text;
  return {};
}

void collect_free(const Node* node, std::vector<std::string_view>& bound,
                  std::vector<std::string_view>& found) {
  if (node->kind == Kind::Symbol) {
    const bool known = std::ranges::find(bound, node->text) != bound.end() ||
                       std::ranges::find(found, node->text) != found.end();
    if (!known) found.push_back(node->text);
    return;
  }
  const std::string_view symbol = bound_symbol(node);
  for (size_t i = 0; i < node->args.size(); ++i) {
    const bool inside = !symbol.empty() && i < 2;
    if (inside) bound.push_back(symbol);
    collect_free(node->args[i], bound, found);
    if (inside) bound.pop_back();
  }
}

constexpr const char* kKindNames[] = {
    "Number",       "Symbol",     "Constant",   "Add",      "Mul",      "Div",      "Pow",
    "Neg",          "PlusMinus",  "Call",       "Percent",  "Quantity", "Unit",     "Ratio",
    "BaseNumber",   "Tuple",      "List",       "Set",      "Matrix",   "Interval", "Union",
    "Intersection", "Difference", "SetBuilder", "NamedSet", "Ellipsis", "Compare",  "Congruent",
    "And",          "Or",         "Not",        "Text",     "Choice",   "Time",     "Date"};
static_assert(std::size(kKindNames) == static_cast<size_t>(Kind::Date) + 1);

constexpr const char* kFunctionNames[] = {"root",
                                          "exp",
                                          "ln",
                                          "log",
                                          "log?",
                                          "sin",
                                          "cos",
                                          "tan",
                                          "cot",
                                          "sec",
                                          "csc",
                                          "asin",
                                          "acos",
                                          "atan",
                                          "acot",
                                          "asec",
                                          "acsc",
                                          "sinh",
                                          "cosh",
                                          "tanh",
                                          "coth",
                                          "sech",
                                          "csch",
                                          "asinh",
                                          "acosh",
                                          "atanh",
                                          "acoth",
                                          "asech",
                                          "acsch",
                                          "cis",
                                          "abs",
                                          "sign",
                                          "floor",
                                          "ceil",
                                          "frac_part",
                                          "re",
                                          "im",
                                          "conj",
                                          "arg",
                                          "factorial",
                                          "double_factorial",
                                          "binomial",
                                          "permutations",
                                          "gcd",
                                          "lcm",
                                          "min",
                                          "max",
                                          "mod",
                                          "sum",
                                          "product",
                                          "integral",
                                          "limit",
                                          "derivative",
                                          "piecewise",
                                          "det",
                                          "transpose",
                                          "inverse",
                                          "named"};
static_assert(std::size(kFunctionNames) == static_cast<size_t>(Function::Named) + 1);

constexpr const char* kConstantNames[] = {"pi", "e", "i", "infinity", "complex_infinity", "undefined"};
constexpr const char* kRelationNames[] = {"=", "!=", "<", "<=", ">", ">=", "in", "not in", "subset", "~"};
static_assert(std::size(kRelationNames) == static_cast<size_t>(Relation::Approximately) + 1);

class TreeText {
 public:
  explicit TreeText(size_t limit) : limit_(limit) {}

  void write(const Node* node) {
    if (out.size() > limit_) return;
    if (node->kind == Kind::Number) return write_number(*node->number);
    if (node->kind == Kind::Symbol) return append(node->text);
    if (node->kind == Kind::Constant) return append(kConstantNames[static_cast<size_t>(node->constant)]);
    if (node->kind == Kind::Compare) return write_chain(node);
    write_head(node);
    if (node->args.empty()) return;
    append("(");
    for (size_t i = 0; i < node->args.size(); ++i) {
      if (i > 0) append(", ");
      write(node->args[i]);
    }
    append(")");
  }

  std::string out;

 private:
  void append(std::string_view text) {
    if (out.size() <= limit_) out += text;
  }

  void write_number(const Decimal& number) {
    append(number.digits);
    if (number.repeat) append("(" + std::to_string(number.repeat) + " repeating)");
    if (number.exponent) append("e" + std::to_string(number.exponent));
  }

  void write_chain(const Node* node) {
    append("(");
    for (size_t i = 0; i < node->args.size(); ++i) {
      if (i > 0) append(std::string(" ") + kRelationNames[static_cast<size_t>(node->relations[i - 1])] + " ");
      write(node->args[i]);
    }
    append(")");
  }

  void write_head(const Node* node) {
    append(node->kind == Kind::Call ? kFunctionNames[static_cast<size_t>(node->function)]
                                    : kind_name(node->kind));
    if (!node->text.empty()) append("[" + std::string(node->text) + "]");
    if (node->kind == Kind::Interval) {
      append(std::string("[") + (node->open_lower ? "(" : "[") + (node->open_upper ? ")" : "]") + "]");
    }
    if (node->kind == Kind::Matrix) {
      append("[" + std::to_string(node->rows) + "x" + std::to_string(node->columns) + "]");
    }
    if (node->kind == Kind::Time && node->meridiem != ' ') append(std::string("[") + node->meridiem + "m]");
    if (node->flipped) append("[flipped]");
  }

  size_t limit_;
};

}  // namespace

const Node* Arena::add(const Node& node) {
  fuel_.spend(1);
  if (++num_nodes_ > kMaxNodes) throw OutOfFuel{};
  std::pmr::polymorphic_allocator<> allocator(&memory_);
  Node* kept = allocator.new_object<Node>(node);
  if (!node.args.empty()) {
    const Node** args = allocator.allocate_object<const Node*>(node.args.size());
    std::ranges::copy(node.args, args);
    kept->args = {args, node.args.size()};
  }
  if (!node.relations.empty()) {
    Relation* relations = allocator.allocate_object<Relation>(node.relations.size());
    std::ranges::copy(node.relations, relations);
    kept->relations = {relations, node.relations.size()};
  }
  kept->text = keep(node.text);
  if (node.number) {
    Decimal* number = allocator.new_object<Decimal>(*node.number);
    number->digits = keep(node.number->digits);
    kept->number = number;
  }
  uint64_t size = 1;
  uint32_t depth = 0;
  for (const Node* arg : kept->args) {
    size += arg->size;
    depth = std::max(depth, arg->depth);
  }
  kept->size = static_cast<uint32_t>(std::min<uint64_t>(size, UINT32_MAX));
  kept->depth = depth + 1;
  if (kept->depth > kMaxDepth) throw OutOfFuel{};
  kept->hash = hash_of(*kept);
  return kept;
}

const Node* Arena::node(Kind kind, std::span<const Node* const> args) {
  return add({.kind = kind, .args = args});
}

const Node* Arena::node(Kind kind, std::initializer_list<const Node*> args) {
  return node(kind, std::span<const Node* const>(args.begin(), args.size()));
}

const Node* Arena::call(Function function, std::initializer_list<const Node*> args) {
  return add({.kind = Kind::Call, .function = function, .args = {args.begin(), args.size()}});
}

const Node* Arena::integer(int64_t value) {
  const std::string digits = std::to_string(value);
  const bool negative = value < 0;
  const Decimal number{.digits = std::string_view(digits).substr(negative)};
  const Node* magnitude = add({.kind = Kind::Number, .number = &number});
  return negative ? node(Kind::Neg, {magnitude}) : magnitude;
}

const Node* Arena::symbol(std::string_view name) { return text(Kind::Symbol, name); }

const Node* Arena::constant(Constant constant) { return add({.kind = Kind::Constant, .constant = constant}); }

const Node* Arena::text(Kind kind, std::string_view text) { return add({.kind = kind, .text = text}); }

std::string_view Arena::keep(std::string_view text) {
  if (text.empty()) return {};
  num_bytes_ += text.size();
  if (num_bytes_ > kMaxBytes) throw OutOfFuel{};
  char* kept = static_cast<char*>(memory_.allocate(text.size(), 1));
  std::memcpy(kept, text.data(), text.size());
  return {kept, text.size()};
}

bool same_tree(const Node* a, const Node* b) {
  if (a == b) return true;
  if (a->hash != b->hash || a->kind != b->kind || a->args.size() != b->args.size() || a->text != b->text)
    return false;
  if (a->constant != b->constant || a->function != b->function || a->flipped != b->flipped) return false;
  if (a->open_lower != b->open_lower || a->open_upper != b->open_upper || a->meridiem != b->meridiem)
    return false;
  if (a->rows != b->rows || a->columns != b->columns) return false;
  if (!std::ranges::equal(a->relations, b->relations)) return false;
  if ((a->number == nullptr) != (b->number == nullptr)) return false;
  if (a->number && (a->number->digits != b->number->digits || a->number->exponent != b->number->exponent ||
                    a->number->repeat != b->number->repeat)) {
    return false;
  }
  return std::ranges::equal(a->args, b->args, same_tree);
}

std::string tree_text(const Node* node, size_t limit) {
  TreeText text(limit);
  text.write(node);
  if (text.out.size() > limit) {
    text.out.resize(limit);
    text.out += "...";
  }
  return text.out;
}

const char* kind_name(Kind kind) { return kKindNames[static_cast<size_t>(kind)]; }
const char* function_name(Function function) { return kFunctionNames[static_cast<size_t>(function)]; }

std::vector<std::string_view> free_symbols(const Node* node) {
  std::vector<std::string_view> bound, found;
  collect_free(node, bound, found);
  return found;
}

const Node* substitute(Arena& arena, const Node* node, std::string_view symbol, const Node* replacement) {
  arena.fuel().spend(1);
  if (node->kind == Kind::Symbol) return node->text == symbol ? replacement : node;
  const bool shadowed = bound_symbol(node) == symbol;
  std::vector<const Node*> args(node->args.begin(), node->args.end());
  bool changed = false;
  for (size_t i = shadowed ? 2 : 0; i < args.size(); ++i) {
    args[i] = substitute(arena, args[i], symbol, replacement);
    changed |= args[i] != node->args[i];
  }
  if (!changed) return node;
  Node copy = *node;
  copy.args = args;
  return arena.add(copy);
}

}  // namespace r1::math
