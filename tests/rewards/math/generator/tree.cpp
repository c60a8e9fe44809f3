#include "tests/rewards/math/generator/tree.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

namespace r1::math::generator {
namespace {

void collect(const Tree& tree, std::vector<Tree>& out) {
  out.push_back(tree);
  for (const Tree& arg : tree->args) collect(arg, out);
}

Tree replaced_from(const Tree& tree, size_t& position, const Tree& by) {
  if (position == 0) {
    position = SIZE_MAX;
    return by;
  }
  --position;
  Term copy = *tree;
  bool changed = false;
  for (Tree& arg : copy.args) {
    if (position == SIZE_MAX) break;
    Tree next = replaced_from(arg, position, by);
    changed |= next != arg;
    arg = std::move(next);
  }
  return changed ? std::make_shared<const Term>(std::move(copy)) : tree;
}

Value constant_value(const std::string& name) {
  if (name == "pi") return std::numbers::pi_v<long double>;
  if (name == "e") return std::numbers::e_v<long double>;
  return {0, 1};
}

Value call_value(const std::string& name, Value x) {
  if (name == "sin") return std::sin(x);
  if (name == "cos") return std::cos(x);
  if (name == "tan") return std::tan(x);
  if (name == "ln") return std::log(x);
  return std::abs(x);
}

Value power_value(Value base, Value exponent) {
  const long double n = exponent.real();
  if (exponent.imag() != 0 || n != std::floor(n) || std::abs(n) > 64) return std::pow(base, exponent);
  Value result = 1;
  for (int i = 0; i < std::abs(n); ++i) result *= base;
  return n < 0 ? Value(1) / result : result;
}

Value root_value(Value x, int64_t index) {
  const long double exponent = 1.0L / static_cast<long double>(index);
  if (x.imag() == 0 && x.real() < 0 && index % 2 == 1) return -std::pow(-x.real(), exponent);
  return index == 2 ? std::sqrt(x) : std::pow(x, exponent);
}

bool finite(Value x) { return std::isfinite(x.real()) && std::isfinite(x.imag()); }

}  // namespace

Tree make(Op op, std::vector<Tree> args, int64_t numerator, std::string text) {
  Term term{op, std::move(args), numerator};
  term.text = std::move(text);
  return std::make_shared<const Term>(std::move(term));
}

Tree rational(int64_t numerator, int64_t denominator) {
  Term term{Op::Rational};
  term.numerator = denominator < 0 ? -numerator : numerator;
  term.denominator = denominator < 0 ? -denominator : denominator;
  return std::make_shared<const Term>(std::move(term));
}

Tree literal(std::string text, int64_t numerator, int64_t denominator, Binding binding) {
  Term term{Op::Literal, {}, numerator, denominator, std::move(text), binding};
  return std::make_shared<const Term>(std::move(term));
}

Tree variable(std::string name) { return make(Op::Variable, {}, 0, std::move(name)); }
Tree constant(std::string name) { return make(Op::Constant, {}, 0, std::move(name)); }
Tree sum(std::vector<Tree> terms) { return make(Op::Sum, std::move(terms)); }
Tree product(std::vector<Tree> factors) { return make(Op::Product, std::move(factors)); }
Tree quotient(Tree a, Tree b) { return make(Op::Quotient, {std::move(a), std::move(b)}); }
Tree power(Tree base, Tree exponent) { return make(Op::Power, {std::move(base), std::move(exponent)}); }
Tree root(Tree radicand, int64_t index) { return make(Op::Root, {std::move(radicand)}, index); }
Tree negate(Tree a) { return make(Op::Negate, {std::move(a)}); }
Tree call(std::string name, Tree a) { return make(Op::Call, {std::move(a)}, 0, std::move(name)); }

bool is_rational(const Tree& tree) { return tree->op == Op::Rational; }
bool is_integer(const Tree& tree) { return is_rational(tree) && tree->denominator == 1; }
bool is_integer(const Tree& tree, int64_t value) { return is_integer(tree) && tree->numerator == value; }

std::vector<Tree> nodes(const Tree& tree) {
  std::vector<Tree> out;
  collect(tree, out);
  return out;
}

Tree replaced(const Tree& tree, size_t position, const Tree& by) { return replaced_from(tree, position, by); }

std::vector<std::string> variables(const Tree& tree) {
  std::set<std::string> names;
  for (const Tree& node : nodes(tree)) {
    if (node->op == Op::Variable) names.insert(node->text);
  }
  return {names.begin(), names.end()};
}

Value value(const Tree& tree, const Point& point) {
  const auto arg = [&](size_t i) { return value(tree->args[i], point); };
  switch (tree->op) {
    case Op::Rational:
    case Op::Literal:
      return static_cast<long double>(tree->numerator) / static_cast<long double>(tree->denominator);
    case Op::Variable:
      return point.at(tree->text);
    case Op::Constant:
      return constant_value(tree->text);
    case Op::Sum: {
      Value total = 0;
      for (size_t i = 0; i < tree->args.size(); ++i) total += arg(i);
      return total;
    }
    case Op::Product: {
      Value total = 1;
      for (size_t i = 0; i < tree->args.size(); ++i) total *= arg(i);
      return total;
    }
    case Op::Quotient:
      return arg(0) / arg(1);
    case Op::Power:
      return power_value(arg(0), arg(1));
    case Op::Root:
      return root_value(arg(0), tree->numerator);
    case Op::Negate:
      return -arg(0);
    case Op::Call:
      return call_value(tree->text, arg(0));
    case Op::Log:
      return std::log(arg(0)) / std::log(static_cast<long double>(tree->numerator));
    case Op::Factorial:
      return std::tgamma(arg(0).real() + 1);
  }
  return 0;
}

Truth compared(Value a, Value b) {
  if (!finite(a) || !finite(b)) return Truth::Unclear;
  const long double scale = std::max({std::abs(a), std::abs(b), 1e-30L});
  const long double apart = std::abs(a - b) / scale;
  return apart > 1e-10L ? Truth::Differ : apart < 1e-14L ? Truth::Same : Truth::Unclear;
}

std::vector<Point> sample_points(const std::vector<std::string>& names, int count) {
  Random random(20240229);
  std::vector<Point> points;
  for (int i = 0; i < count; ++i) {
    Point& point = points.emplace_back();
    for (const std::string& name : names) {
      const long double size = static_cast<long double>(random.between(100'003, 2'999'999)) / 1'000'003;
      point[name] = i % 2 == 0 ? size : -size;
    }
  }
  return points;
}

Truth compared(const Tree& a, const Tree& b) {
  std::vector<std::string> names = variables(a);
  for (std::string& name : variables(b)) names.push_back(std::move(name));
  Truth truth = Truth::Unclear;
  for (const Point& point : sample_points(names, names.empty() ? 1 : 8)) {
    const Value u = value(a, point), v = value(b, point);
    // Sums that cancel lose digits: nearness to zero is judged by the size of what was added.
    const Truth here = std::abs(u - v) < 1e-15L ? Truth::Same : compared(u, v);
    if (here == Truth::Differ) return Truth::Differ;
    if (here == Truth::Same) truth = Truth::Same;
  }
  return truth;
}

}  // namespace r1::math::generator
