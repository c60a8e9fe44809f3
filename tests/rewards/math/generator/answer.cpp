#include "tests/rewards/math/generator/answer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "tests/rewards/math/generator/literals.h"

namespace r1::math::generator {
namespace {

Tree integer(Random& random, int64_t low, int64_t high) { return rational(random.between(low, high)); }

int64_t nonzero(Random& random, int64_t size) {
  const int64_t n = random.between(1, size);
  return random.one_in(3) ? -n : n;
}

int64_t square_free(Random& random) {
  return random.pick({2, 3, 5, 6, 7, 10, 11, 13, 15, 17, 19, 21, 23, 30});
}

Tree fraction(Random& random) {
  const int64_t q = random.between(2, 24);
  int64_t p = nonzero(random, 60);
  while (std::gcd(p, q) != 1) p = nonzero(random, 60);
  return rational(p, q);
}

Tree times(int64_t k, Tree tree) { return k == 1 ? tree : product({rational(k), std::move(tree)}); }

// k pi / m
Tree angle(Random& random) {
  const int64_t m = random.pick({1, 2, 3, 4, 6, 12, 5}), k = random.between(1, 11);
  const Tree top = times(k, constant("pi"));
  return m == 1 ? top : quotient(top, rational(m));
}

Tree trig_value(Random& random) {
  const std::string name = random.pick({"sin", "cos", "tan"});
  const int64_t m = random.pick({3, 4, 6, 12, 5, 7});
  int64_t k = random.between(1, 2 * m);
  while (std::gcd(k, m) != 1) k = random.between(1, 2 * m);
  return call(name, quotient(times(k, constant("pi")), rational(m)));
}

Tree complex_number(Random& random) {
  return sum({integer(random, 1, 20), times(nonzero(random, 12), constant("i"))});
}

Tree monomial(Random& random, const std::string& name, int degree) {
  const int64_t k = nonzero(random, 9);
  if (degree == 0) return rational(k);
  const Tree x = variable(name);
  return times(k, degree == 1 ? x : power(x, rational(degree)));
}

Tree polynomial(Random& random, const std::string& name, int degree) {
  std::vector<Tree> terms;
  for (int d = degree; d >= 0; --d) {
    if (d == degree || !random.one_in(3)) terms.push_back(monomial(random, name, d));
  }
  if (terms.size() == 1) terms.push_back(rational(nonzero(random, 9)));
  return sum(terms);
}

Tree linear(Random& random, const std::string& name) {
  return sum({times(random.between(1, 5), variable(name)), rational(nonzero(random, 9))});
}

// x^2 + k with k > 0: never zero on the real line.
Tree positive(Random& random) {
  return sum({power(variable("x"), rational(2)), rational(random.between(1, 9))});
}

std::vector<Tree> distinct_numbers(Random& random, size_t count) {
  std::vector<Tree> numbers;
  while (numbers.size() < count) {
    Tree next = random.one_in(2) ? integer(random, -20, 40) : random_number(random);
    bool fresh = true;
    for (const Tree& other : numbers) fresh &= compared(other, next) == Truth::Differ;
    if (fresh) numbers.push_back(std::move(next));
  }
  return numbers;
}

Tree real_number(Random& random) {
  for (;;) {
    Tree tree = random_number(random);
    const Value v = value(tree, {});
    if (v.imag() == 0 && std::isfinite(v.real())) return tree;
  }
}

long double real(const Tree& tree) { return value(tree, {}).real(); }

Answer random_region(Random& random) {
  const size_t count = random.one_in(3) ? 2 : 1;
  std::vector<Tree> ends;
  while (ends.size() < 2 * count) {
    Tree next = random.one_in(2) ? integer(random, -20, 20) : real_number(random);
    bool fresh = std::abs(real(next)) < 1e6L;
    for (const Tree& other : ends) fresh &= compared(other, next) == Truth::Differ;
    if (fresh) ends.push_back(std::move(next));
  }
  std::sort(ends.begin(), ends.end(), [](const Tree& a, const Tree& b) { return real(a) < real(b); });
  Answer answer{Shape::Region};
  for (size_t i = 0; i < count; ++i) {
    answer.pieces.push_back({ends[2 * i], ends[2 * i + 1], random.one_in(2), random.one_in(2)});
  }
  if (random.one_in(3)) answer.pieces.front().lower = nullptr;
  if (random.one_in(3) && (count == 2 || answer.pieces.front().lower)) answer.pieces.back().upper = nullptr;
  for (Piece& piece : answer.pieces) {
    if (!piece.lower) piece.open_lower = true;
    if (!piece.upper) piece.open_upper = true;
  }
  return answer;
}

Answer random_equation(Random& random) {
  const Tree x = variable("x"), y = variable("y");
  const int64_t a = random.between(2, 9), b = nonzero(random, 9), c = nonzero(random, 30);
  Tree left;
  switch (random.between(0, 3)) {
    case 0:
      left = sum({times(a, x), times(b, y)});
      break;
    case 1:
      left = sum({power(x, rational(2)), times(std::abs(b), power(y, rational(2)))});
      break;
    case 2:
      left = sum({times(a, power(x, rational(2))), times(b, product({x, y})), y});
      break;
    default:
      left = sum(
          {quotient(power(x, rational(2)), rational(a)), quotient(power(y, rational(2)), rational(a + 1))});
  }
  return {Shape::Equation, Form::Plain, {left, rational(c)}};
}

Answer random_quantity(Random& random) {
  const Unit& unit = random.pick(units());
  const std::string_view dimension = unit.dimension;
  Tree amount = random.one_in(3) ? random_decimal(random) : integer(random, 1, 500);
  if (std::string_view(unit.name) == "rad") amount = angle(random);
  if (dimension == "angle" && unit.name[0] == 'd') amount = rational(random.between(1, 24) * 15);
  Answer answer{Shape::Quantity, Form::Plain, {amount}};
  answer.unit = unit.name;
  return answer;
}

}  // namespace

const char* shape_name(Shape shape) {
  constexpr const char* kNames[] = {"number",   "function", "region",   "set",   "tuple",      "list",
                                    "equation", "matrix",   "quantity", "ratio", "base number"};
  return kNames[static_cast<int>(shape)];
}

const std::vector<Unit>& units() {
  static const std::vector<Unit> kUnits = {
      {"mm", "length", 1, 1},       {"cm", "length", 10, 1},    {"m", "length", 1000, 1},
      {"km", "length", 1000000, 1}, {"g", "mass", 1, 1},        {"kg", "mass", 1000, 1},
      {"seconds", "time", 1, 1},    {"minutes", "time", 60, 1}, {"hours", "time", 3600, 1},
      {"km/h", "speed", 5, 18},     {"m/s", "speed", 1, 1},     {"cm^2", "area", 1, 1},
      {"m^2", "area", 10000, 1},    {"mL", "volume", 1, 1},     {"L", "volume", 1000, 1},
      {"degrees", "angle", 1, 1},   {"rad", "angle", 1, 1},
  };
  return kUnits;
}

const Unit& unit_named(const std::string& name) {
  for (const Unit& unit : units()) {
    if (name == unit.name) return unit;
  }
  std::abort();
}

Tree random_number(Random& random) {
  const int64_t n = square_free(random);
  switch (random.between(0, 15)) {
    case 0:
    case 1:
      return integer(random, -50, 200);
    case 2:
      return integer(random, 1000, 999'999'999'999);
    case 3:
    case 4:
      return fraction(random);
    case 5:
      return random_decimal(random);
    case 6:
      return times(random.between(2, 12), root(rational(n)));
    case 7:
      return sum({integer(random, 1, 9), times(nonzero(random, 9), root(rational(n)))});
    case 8:
      return quotient(root(rational(n)), integer(random, 2, 9));
    case 9:
      return angle(random);
    case 10:
      return random.one_in(2) ? call("ln", integer(random, 2, 30))
                              : make(Op::Log, {integer(random, 3, 30)}, random.pick({2, 3, 5, 10}));
    case 11:
      return times(random.between(1, 5), power(constant("e"), rational(nonzero(random, 4))));
    case 12:
      return power(integer(random, 2, 9), integer(random, 2, 11));
    case 13:
      return make(Op::Factorial, {integer(random, 3, 12)});
    case 14:
      return trig_value(random);
    default:
      return complex_number(random);
  }
}

Tree random_function(Random& random) {
  const Tree x = variable("x");
  switch (random.between(0, 9)) {
    case 0:
    case 1:
      return polynomial(random, "x", static_cast<int>(random.between(1, 4)));
    case 2:
      return sum({monomial(random, "x", 2), monomial(random, "y", 1), product({x, variable("y")})});
    case 3:
      return product({linear(random, "x"), linear(random, "x")});
    case 4:
      return quotient(linear(random, "x"), positive(random));
    case 5:
      return sum(
          {times(random.between(1, 6), call(random.pick({"sin", "cos"}), times(random.between(1, 4), x))),
           rational(nonzero(random, 9))});
    case 6:
      return product({linear(random, "x"), power(constant("e"), times(nonzero(random, 3), x))});
    case 7:
      return times(random.between(1, 5), call("ln", positive(random)));
    case 8:
      return root(positive(random));
    default:
      return power(linear(random, "x"), rational(random.between(2, 3)));
  }
}

Answer random_answer(Shape shape, Random& random) {
  switch (shape) {
    case Shape::Number:
      return {shape, Form::Plain, {random_number(random)}};
    case Shape::Function:
      return {shape, Form::Plain, {random_function(random)}};
    case Shape::Region:
      return random_region(random);
    case Shape::Set:
      return {shape, Form::Plain, distinct_numbers(random, random.between(2, 5))};
    case Shape::Tuple:
      return {shape, Form::Plain, distinct_numbers(random, random.between(2, 4))};
    case Shape::List:
      if (random.one_in(4)) {
        const Tree a =
            random.one_in(2) ? rational(random.between(1, 30)) : root(rational(square_free(random)));
        return {shape, Form::Plain, {a, negate(a)}};
      }
      return {shape, Form::Plain, distinct_numbers(random, random.between(2, 4))};
    case Shape::Equation:
      return random_equation(random);
    case Shape::Matrix: {
      const size_t columns = random.between(2, 3), rows = random.between(2, 3);
      Answer answer{shape};
      answer.columns = columns;
      for (size_t i = 0; i < rows * columns; ++i) {
        answer.parts.push_back(random.one_in(4) ? random_number(random) : integer(random, -9, 20));
      }
      return answer;
    }
    case Shape::Quantity:
      return random_quantity(random);
    case Shape::Ratio: {
      Answer answer{shape};
      for (int64_t n = random.between(2, 3); n > 0; --n) answer.parts.push_back(integer(random, 1, 12));
      return answer;
    }
    case Shape::BaseNumber: {
      Answer answer{shape, Form::Plain, {integer(random, 10, 4000)}};
      answer.base = static_cast<int>(random.between(2, 9));
      return answer;
    }
  }
  return {};
}

}  // namespace r1::math::generator
