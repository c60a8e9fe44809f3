// The tree of an answer: what parser.h makes of a text and every later stage reads.
//
// Nodes are immutable and live in an Arena; a stage that rewrites makes new nodes in the same arena. Nothing is evaluated
// or simplified here: "2/4" is a Div of two Numbers, "10^{999999999}" a Pow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/math/tree/fuel.h"

namespace r1::math {

enum class Kind : uint8_t {
  // values
  Number,  // a literal, Node::number
  Symbol,  // a variable; text is its name without backslash, subscripts behind '_': "x", "theta", "x_1", "a_n"
  Constant,   // Node::constant
  Add,        // two or more terms
  Mul,        // two or more factors
  Div,        // numerator, denominator
  Pow,        // base, exponent
  Neg,        // one
  PlusMinus,  // one: both signs of it; `flipped` for \mp. "a ± b" is Add(a, PlusMinus(b))
  Call,       // Node::function of its arguments, see Function
  Percent,    // one: a hundredth of it
  Quantity,  // value, unit. The unit is a Unit or Mul, Div, Pow of Units. Degrees of arc and currencies are units too
  Unit,        // text is the unit's key in units.h ("km", "degree", "USD")
  Ratio,       // a : b : c
  BaseNumber,  // text is the digits in capitals ("1A.8"), argument 0 the base
  // collections
  Tuple,  // (a, b) also <a, b>; one written with round brackets and two items may be an open interval (compare.h)
  List,    // a, b, c without brackets, also joined by "and", "or", ";" where the items are values
  Set,     // {a, b}
  Matrix,  // row-major, `rows` x `columns`; a column vector has one column
  Interval,  // lower, upper; `open_lower`, `open_upper`. "[a, b]" is one too, and may be meant as a Tuple (compare.h)
  Union,         // two or more sets
  Intersection,  // two or more sets
  Difference,    // set minus set
  SetBuilder,    // element, then one or more conditions: {x^2 | x > 0}
  NamedSet,      // text: "R", "Q", "Z", "N", "C", "empty"
  Ellipsis,      // \ldots inside a collection
  // statements
  Compare,    // a chain a < b <= c: n + 1 arguments, n `relations`
  Congruent,  // a, b, modulus: a = b (mod modulus)
  And,        // two or more statements (a system of equations is one)
  Or,         // two or more statements
  Not,        // one
  // the rest
  Text,  // words; text is normalised: NFKC, lower case, single spaces, no articles; a synonym class has one spelling
         // ("yes", "no", "no solution", "undefined", "infinitely many")
  Choice,  // text is the letter in capitals; argument 0, when present, the option's value: "(B) 5"
  Time,    // hours, minutes, seconds as Numbers (24 hours when `meridiem` is ' ', else 'a' or 'p')
  Date,    // year, month, day as Numbers; year 0 when not written
};

enum class Constant : uint8_t { Pi, E, I, Infinity, ComplexInfinity, Undefined };

// What Call applies, with its arguments. Functions the field writes in several ways have one name here.
enum class Function : uint8_t {
  Root,  // radicand, index: the real root of a real radicand where there is one. \sqrt{x} is Root(x, 2)
  Exp,
  Ln,           // one
  Log,          // argument, base
  LogUnstated,  // \log x without base: natural or common, see MathPolicy
  Sin,
  Cos,
  Tan,
  Cot,
  Sec,
  Csc,
  Asin,
  Acos,
  Atan,
  Acot,
  Asec,
  Acsc,
  Sinh,
  Cosh,
  Tanh,
  Coth,
  Sech,
  Csch,
  Asinh,
  Acosh,
  Atanh,
  Acoth,
  Asech,
  Acsch,
  Cis,  // cos x + i sin x
  Abs,
  Sign,
  Floor,
  Ceiling,
  FractionalPart,
  Re,
  Im,
  Conjugate,
  Arg,
  Factorial,
  DoubleFactorial,
  Binomial,      // n, k
  Permutations,  // n, k
  Gcd,
  Lcm,
  Min,
  Max,  // one or more
  Mod,  // a, m: the remainder in [0, m)
  Sum,
  Product,     // body, bound symbol, lower, upper
  Integral,    // body, bound symbol; also lower, upper when definite
  Limit,       // body, bound symbol, point; `text` is "+" or "-" for a one-sided limit
  Derivative,  // body, symbol
  Piecewise,   // value, condition, value, condition, ..., and possibly a last value without condition
  Determinant,
  Transpose,
  Inverse,
  Named,  // a function of the answer's own, name in `text`: f(x), f^{-1}(x) has the name "f^-1"
};

enum class Relation : uint8_t {
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  NotIn,
  Subset,
  Approximately
};

// value = digits * 10^exponent; with repeat > 0 the last `repeat` digits go on for ever (0.1(6): digits "016", exponent -2
// before the repetition is counted, repeat 1). Digits as written, at least one, without separators; sign is Neg's.
struct Decimal {
  std::string_view digits;
  int64_t exponent = 0;  // of the last digit; saturates at +-10^15
  uint32_t repeat = 0;
  bool pointed = false;     // written with a decimal point
  bool scientific = false;  // written as 1.2e5
};

struct Node {
  Kind kind = Kind::Number;
  Constant constant = Constant::Pi;
  Function function = Function::Named;
  bool flipped = false;
  bool open_lower = false, open_upper = false;
  char meridiem = ' ';
  uint32_t rows = 0, columns = 0;
  std::span<const Node* const> args;
  std::span<const Relation> relations;
  std::string_view text;
  const Decimal* number = nullptr;
  uint64_t hash = 0;  // of the structure: equal trees have equal hashes on every machine. Set by Arena
  uint32_t size =
      1;  // nodes of the tree, itself included (shared ones counted each time, saturating). Set by Arena
  uint32_t depth = 1;  // Set by Arena
};

// Owns nodes, their arguments and texts. At most kMaxNodes nodes and kMaxBytes of text: beyond, OutOfFuel.
class Arena {
 public:
  static constexpr size_t kMaxNodes = 65536;
  static constexpr size_t kMaxBytes = 1 << 20;
  static constexpr uint32_t kMaxDepth = 256;  // of a tree: recursion over one is safe. Beyond, OutOfFuel

  explicit Arena(Fuel& fuel) : fuel_(fuel) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Copies the node's args, relations, text and number into the arena, sets hash, size and depth. Costs one step.
  const Node* add(const Node& node);

  const Node* node(Kind kind, std::span<const Node* const> args);
  const Node* node(Kind kind, std::initializer_list<const Node*> args);
  const Node* call(Function function, std::initializer_list<const Node*> args);
  const Node* integer(int64_t value);  // a Number, or Neg of one
  const Node* symbol(std::string_view name);
  const Node* constant(Constant constant);
  const Node* text(Kind kind, std::string_view text);

  std::string_view keep(std::string_view text);  // a copy that lives as long as the arena
  Fuel& fuel() { return fuel_; }

 private:
  Fuel& fuel_;
  std::pmr::monotonic_buffer_resource memory_;
  size_t num_nodes_ = 0, num_bytes_ = 0;
};

// Same structure, same spelling of numbers.
bool same_tree(const Node* a, const Node* b);

// "Add(x, Pow(y, 2))": for --explain, tests and messages. At most `limit` bytes, then "...".
std::string tree_text(const Node* node, size_t limit = 2000);

const char* kind_name(Kind kind);
const char* function_name(Function function);  // "root", "sin", ...

// Names of the free variables in order of first appearance; those bound by Sum, Product, Integral, Limit, SetBuilder are not.
std::vector<std::string_view> free_symbols(const Node* node);

// `node` with every free occurrence of a symbol replaced. Costs one step a node.
const Node* substitute(Arena& arena, const Node* node, std::string_view symbol, const Node* replacement);

}  // namespace r1::math
