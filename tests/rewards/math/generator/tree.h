// The generator's own expressions. They know their value without the verifier: that is what makes its truth independent.
#pragma once

#include <complex>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/rewards/math/generator/random.h"

namespace r1::math::generator {

enum class Op : uint8_t {
  Rational,  // numerator / denominator, printed as an integer or a fraction
  Literal,   // `text` as it stands, its value numerator / denominator: decimals, percent, mixed, scientific
  Variable,  // text: one letter
  Constant,  // text: "pi", "e", "i"
  Sum,
  Product,
  Quotient,  // two
  Power,     // base, exponent
  Root,      // one; numerator is the index
  Negate,
  Call,       // text: "sin", "cos", "tan", "ln", "abs"; one argument
  Log,        // argument; numerator is the base
  Factorial,  // one, a small natural number
};

// How tightly a text holds together, for brackets.
enum class Binding : uint8_t { Sum, Product, Power, Atom };

struct Term;
using Tree = std::shared_ptr<const Term>;

struct Term {
  Op op = Op::Rational;
  std::vector<Tree> args;
  int64_t numerator = 0, denominator = 1;
  std::string text;
  Binding binding = Binding::Atom;  // of a Literal
};

Tree rational(int64_t numerator, int64_t denominator = 1);  // as given, not reduced
Tree literal(std::string text, int64_t numerator, int64_t denominator, Binding binding);
Tree variable(std::string name);
Tree constant(std::string name);
Tree make(Op op, std::vector<Tree> args, int64_t numerator = 0, std::string text = "");
Tree sum(std::vector<Tree> terms);
Tree product(std::vector<Tree> factors);
Tree quotient(Tree a, Tree b);
Tree power(Tree base, Tree exponent);
Tree root(Tree radicand, int64_t index = 2);
Tree negate(Tree a);
Tree call(std::string name, Tree a);

bool is_rational(const Tree& tree);
bool is_integer(const Tree& tree);
bool is_integer(const Tree& tree, int64_t value);

// Every node, the root first; and the tree with the node of that position replaced.
std::vector<Tree> nodes(const Tree& tree);
Tree replaced(const Tree& tree, size_t position, const Tree& by);

std::vector<std::string> variables(const Tree& tree);  // sorted

using Value = std::complex<long double>;
using Point = std::map<std::string, Value>;
// Principal branches, real roots of negative numbers for odd indices. Not finite where undefined.
Value value(const Tree& tree, const Point& point);

// What numbers say about two values or functions: apart by far more than rounding at some point, near at all, or neither.
enum class Truth : uint8_t { Same, Differ, Unclear };
Truth compared(const Tree& a, const Tree& b);
Truth compared(Value a, Value b);

// `count` points for these variables, of both signs, the same on every call.
std::vector<Point> sample_points(const std::vector<std::string>& names, int count);

}  // namespace r1::math::generator
