#include "tests/rewards/math/generator/mutate.h"

#include <cstdlib>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/rewards/math/generator/literals.h"

namespace r1::math::generator {
namespace {

using Mutated = std::optional<Tree>;

struct TreeMutation {
  const char* name;
  std::function<Mutated(const Tree&, Random&)> mutate;  // of one node
};

Mutated sign(const Tree& t, Random&) {
  if (t->op == Op::Negate) return t->args[0];
  if (is_rational(t)) return rational(-t->numerator, t->denominator);
  return t->op == Op::Sum ? std::nullopt : Mutated(negate(t));
}

// One digit of a number becomes another.
int64_t other_digit(int64_t n, Random& random) {
  std::string digits = std::to_string(std::abs(n));
  const size_t at = random.next() % digits.size();
  const char old = digits[at];
  while (digits[at] == old)
    digits[at] = static_cast<char>('0' + random.between(digits.size() > 1 && at == 0 ? 1 : 0, 9));
  const int64_t value = std::stoll(digits);
  return n < 0 ? -value : value;
}

Mutated digit(const Tree& t, Random& random) {
  if (is_rational(t)) {
    if (t->denominator == 1 || random.one_in(2))
      return rational(other_digit(t->numerator, random), t->denominator);
    const int64_t q = other_digit(t->denominator, random);
    return q == 0 ? std::nullopt : Mutated(rational(t->numerator, q));
  }
  if (t->op != Op::Literal) return std::nullopt;
  return as_decimal(other_digit(t->numerator, random), t->denominator);
}

Mutated extra_digit(const Tree& t, Random& random) {
  if (!is_rational(t) || std::abs(t->numerator) > 1'000'000'000'000) return std::nullopt;
  return rational(t->numerator * 10 + (t->numerator < 0 ? -1 : 1) * random.between(0, 9), t->denominator);
}

Mutated exponent(const Tree& t, Random& random) {
  if (t->op != Op::Power) return std::nullopt;
  if (is_integer(t->args[1])) {
    const int64_t n = t->args[1]->numerator + (random.one_in(2) ? 1 : -1);
    return power(t->args[0], rational(n));
  }
  return power(t->args[0], negate(t->args[1]));
}

Mutated swap_operator(const Tree& t, Random&) {
  if (t->op == Op::Sum && t->args.size() == 2) return product(t->args);
  if (t->op == Op::Product && t->args.size() == 2) return sum(t->args);
  if (t->op == Op::Quotient) return quotient(t->args[1], t->args[0]);
  if (is_rational(t) && t->denominator != 1 && t->numerator != 0)
    return rational(t->denominator, t->numerator);
  return std::nullopt;
}

Mutated minus_for_plus(const Tree& t, Random& random) {
  if (t->op != Op::Sum) return std::nullopt;
  std::vector<Tree> args = t->args;
  Tree& arg = args[1 + random.next() % (args.size() - 1)];
  arg = negate(arg);
  return sum(args);
}

Mutated drop(const Tree& t, Random& random) {
  if ((t->op != Op::Sum && t->op != Op::Product) || t->args.size() < 2) return std::nullopt;
  std::vector<Tree> args = t->args;
  args.erase(args.begin() + static_cast<std::ptrdiff_t>(random.next() % args.size()));
  return args.size() == 1 ? args[0] : make(t->op, args);
}

Mutated add_term(const Tree& t, Random& random) { return sum({t, rational(random.between(1, 9))}); }
// Not where the generator's own arithmetic would lose it.
Mutated tiny_term(const Tree& t, Random& random) {
  if (!variables(t).empty() || std::abs(value(t, {})) > 1e4L) return std::nullopt;
  return sum({t, power(rational(10), rational(-random.between(3, 7)))});
}

Mutated function(const Tree& t, Random&) {
  if (t->op == Op::Root) return t->numerator == 2 ? root(t->args[0], 3) : root(t->args[0], 2);
  if (t->op == Op::Log) return make(Op::Log, t->args, t->numerator + 1);
  if (t->op == Op::Factorial) return t->args[0];
  if (t->op != Op::Call) return std::nullopt;
  if (t->text == "sin") return call("cos", t->args[0]);
  if (t->text == "cos") return call("sin", t->args[0]);
  if (t->text == "tan") return quotient(rational(1), t);
  if (t->text == "ln") return make(Op::Log, t->args, 10);
  return t->args[0];
}

Mutated drop_root(const Tree& t, Random&) { return t->op == Op::Root ? Mutated(t->args[0]) : std::nullopt; }

Mutated constant_swapped(const Tree& t, Random&) {
  if (t->op == Op::Constant) return constant(t->text == "pi" ? "e" : "pi");
  if (t->op == Op::Variable) return variable(t->text == "x" ? "y" : "x");
  return std::nullopt;
}

const std::vector<TreeMutation>& tree_mutations() {
  static const std::vector<TreeMutation> kMutations = {
      {"sign", sign},
      {"digit", digit},
      {"extra_digit", extra_digit},
      {"exponent", exponent},
      {"operator", swap_operator},
      {"minus_for_plus", minus_for_plus},
      {"drop", drop},
      {"add_term", add_term},
      {"tiny_term", tiny_term},
      {"function", function},
      {"drop_root", drop_root},
      {"name", constant_swapped},
  };
  return kMutations;
}

std::vector<Tree*> trees_of(Answer& answer) {
  std::vector<Tree*> trees;
  for (Tree& part : answer.parts) trees.push_back(&part);
  for (Piece& piece : answer.pieces) {
    if (piece.lower) trees.push_back(&piece.lower);
    if (piece.upper) trees.push_back(&piece.upper);
  }
  return trees;
}

// A factorial's argument and the digits of another base stay natural numbers.
bool keeps_form(const Answer& answer, const Tree& changed) {
  if (answer.shape == Shape::BaseNumber) return is_integer(changed) && changed->numerator > 0;
  if (answer.shape == Shape::Ratio) return is_integer(changed) && changed->numerator > 0;
  for (const Tree& node : nodes(changed)) {
    if (node->op == Op::Factorial && !(is_integer(node->args[0]) && node->args[0]->numerator >= 0))
      return false;
    if (node->op == Op::Factorial && node->args[0]->numerator > 20) return false;
  }
  return true;
}

std::optional<Mutation> tree_mutated(Answer answer, Random& random) {
  const std::vector<Tree*> trees = trees_of(answer);
  Tree& tree = *random.pick(trees);
  const TreeMutation& mutation = random.pick(tree_mutations());
  const std::vector<Tree> all = nodes(tree);
  for (int tries = 0; tries < 8; ++tries) {
    const size_t place = random.next() % all.size();
    const Mutated by = mutation.mutate(all[place], random);
    if (!by) continue;
    const Tree changed = replaced(tree, place, *by);
    if (!keeps_form(answer, changed)) return std::nullopt;
    tree = changed;
    return Mutation{std::move(answer), mutation.name};
  }
  return std::nullopt;
}

std::optional<Mutation> region_mutated(Answer answer, Random& random) {
  Piece& piece = answer.pieces[random.next() % answer.pieces.size()];
  switch (random.between(0, 4)) {
    case 0:
      if (!piece.lower) return std::nullopt;
      piece.open_lower = !piece.open_lower;
      return Mutation{answer, "bracket"};
    case 1:
      if (!piece.upper) return std::nullopt;
      piece.open_upper = !piece.open_upper;
      return Mutation{answer, "bracket"};
    case 2:
      if (!piece.upper || answer.pieces.size() > 1 || (!piece.lower && piece.open_upper)) return std::nullopt;
      piece.upper = nullptr;
      piece.open_upper = true;
      if (!piece.lower) return std::nullopt;
      return Mutation{answer, "end_dropped"};
    case 3:
      if (answer.pieces.size() < 2) return std::nullopt;
      answer.pieces.pop_back();
      return Mutation{answer, "piece_dropped"};
    default:
      if (!piece.lower || !piece.upper) return std::nullopt;
      std::swap(piece.lower, piece.upper);
      return Mutation{answer, "ends_swapped"};
  }
}

std::optional<Mutation> items_mutated(Answer answer, Random& random) {
  std::vector<Tree>& parts = answer.parts;
  const size_t i = random.next() % parts.size(), j = random.next() % parts.size();
  switch (random.between(0, 3)) {
    case 0:
      if (i == j) return std::nullopt;
      std::swap(parts[i], parts[j]);
      return Mutation{answer, "order"};
    case 1:
      if (answer.shape == Shape::Matrix || answer.shape == Shape::Equation || parts.size() < 3)
        return std::nullopt;
      parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(i));
      return Mutation{answer, "element_dropped"};
    case 2:
      if (answer.shape == Shape::Matrix || answer.shape == Shape::Equation) return std::nullopt;
      parts.push_back(rational(random.between(1, 50)));
      return Mutation{answer, "element_added"};
    default:
      if (i == j || answer.shape == Shape::Equation) return std::nullopt;
      parts[i] = parts[j];
      return Mutation{answer, "element_repeated"};
  }
}

std::optional<Mutation> quantity_mutated(Answer answer, Random& random) {
  answer.unit = random.pick(units()).name;
  return Mutation{std::move(answer), "unit"};
}

}  // namespace

std::optional<Mutation> mutated(const Answer& answer, Random& random) {
  if (random.one_in(2)) {
    switch (answer.shape) {
      case Shape::Region:
        return region_mutated(answer, random);
      case Shape::Set:
      case Shape::Tuple:
      case Shape::List:
      case Shape::Matrix:
      case Shape::Ratio:
        return items_mutated(answer, random);
      case Shape::Quantity:
        return quantity_mutated(answer, random);
      case Shape::BaseNumber: {
        Answer out = answer;  // the same digits
        out.parts[0] =
            rational(std::stoll(in_base(answer.parts[0]->numerator, answer.base), nullptr, ++out.base));
        return Mutation{std::move(out), "base"};
      }
      default:
        break;
    }
  }
  return tree_mutated(answer, random);
}

}  // namespace r1::math::generator
