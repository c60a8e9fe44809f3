// Random answers of every shape, and whether two of them are truly the same answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/rewards/math/generator/random.h"
#include "tests/rewards/math/generator/tree.h"

namespace r1::math::generator {

enum class Shape : uint8_t {
  Number,    // parts[0], without variables
  Function,  // parts[0], of x, perhaps y
  Region,    // pieces: one is an interval, more are their union
  Set,
  Tuple,
  List,
  Equation,  // two sides, in x and y
  Matrix,
  Quantity,    // parts[0] of `unit`
  Ratio,       // of two or three integers
  BaseNumber,  // parts[0] is the value, written in `base`
};
constexpr int kNumShapes = 11;
const char* shape_name(Shape shape);

// How a shape is written; those that do not concern a shape are as Plain.
enum class Form : uint8_t {
  Plain,
  Named,       // "x = 5" for a number
  Inequality,  // "a < x < b", "x < a or x > b" for a region
  Turned,      // "b > x > a"
  Member,      // "x \in (a, b)"
  Builder,     // "\{x | a < x < b\}"
  And,         // a list with "and" before its last item
  Semicolon,   // a list with ";"
  PlusMinus,   // a list of a and -a
  Brackets,    // a matrix in square brackets
};

struct Piece {
  Tree lower, upper;  // none: infinite
  bool open_lower = true, open_upper = true;
};

struct Answer {
  Shape shape = Shape::Number;
  Form form = Form::Plain;
  std::vector<Tree> parts;
  std::vector<Piece> pieces;
  size_t columns = 1;
  std::string unit;
  int base = 10;
};

// value in this unit * factor = value in the dimension's first unit
struct Unit {
  const char* name;  // as written inside \text{}
  const char* dimension;
  int64_t numerator, denominator;
};
const std::vector<Unit>& units();
const Unit& unit_named(const std::string& name);

Tree random_number(Random& random);
Tree random_function(Random& random);
Answer random_answer(Shape shape, Random& random);

Truth same(const Answer& a, const Answer& b);

}  // namespace r1::math::generator
