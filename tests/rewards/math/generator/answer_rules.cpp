#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

#include "tests/rewards/math/generator/rewrite.h"

namespace r1::math::generator {
namespace {

using Rewritten = std::optional<Answer>;

Rewritten reordered(Shape shape, const Answer& answer, Random& random) {
  if (answer.shape != shape || answer.form == Form::PlusMinus) return std::nullopt;
  Answer out = answer;
  random.shuffle(out.parts);
  return out;
}

Rewritten list_words(const Answer& answer, Random& random) {
  if (answer.shape != Shape::List || answer.form != Form::Plain) return std::nullopt;
  Answer out = answer;
  out.form = random.pick({Form::And, Form::Semicolon});
  return out;
}

// "3, -3" = "±3"
Rewritten plus_minus(const Answer& answer, Random&) {
  if (answer.shape != Shape::List || answer.parts.size() != 2 || answer.form == Form::PlusMinus)
    return std::nullopt;
  if (compared(answer.parts[0], negate(answer.parts[1])) != Truth::Same) return std::nullopt;
  Answer out = answer;
  out.form = Form::PlusMinus;
  return out;
}

Rewritten interval_form(const Answer& answer, Random& random) {
  if (answer.shape != Shape::Region) return std::nullopt;
  Answer out = answer;
  out.form = random.pick({Form::Plain, Form::Inequality, Form::Turned, Form::Member, Form::Builder});
  return out;
}

Rewritten union_order(const Answer& answer, Random&) {
  if (answer.shape != Shape::Region || answer.pieces.size() < 2) return std::nullopt;
  Answer out = answer;
  std::reverse(out.pieces.begin(), out.pieces.end());
  return out;
}

Rewritten matrix_brackets(const Answer& answer, Random&) {
  if (answer.shape != Shape::Matrix) return std::nullopt;
  Answer out = answer;
  out.form = Form::Brackets;
  return out;
}

Rewritten name_value(const Answer& answer, Random&) {
  if (answer.shape != Shape::Number || answer.form != Form::Plain || !variables(answer.parts[0]).empty())
    return std::nullopt;
  Answer out = answer;
  out.form = Form::Named;
  return out;
}

Rewritten unit_conversion(const Answer& answer, Random& random) {
  if (answer.shape != Shape::Quantity) return std::nullopt;
  const Unit& from = unit_named(answer.unit);
  const Unit& to = random.pick(units());
  if (std::string_view(from.dimension) != to.dimension || std::string_view(from.name) == to.name)
    return std::nullopt;
  Answer out = answer;
  out.unit = to.name;
  if (out.unit == "rad") {
    out.parts[0] = quotient(product({answer.parts[0], constant("pi")}), rational(180));
    return out;
  }
  const Tree& amount = answer.parts[0];
  if (answer.unit == "rad") {
    out.parts[0] = quotient(product({rational(180), amount}), constant("pi"));
    return out;
  }
  if (amount->op != Op::Rational && amount->op != Op::Literal) return std::nullopt;
  const int64_t p = amount->numerator * from.numerator * to.denominator;
  const int64_t q = amount->denominator * from.denominator * to.numerator;
  const int64_t common = std::gcd(p, q);
  out.parts[0] = rational(p / common, q / common);
  return out;
}

Rewritten ratio_scaled(const Answer& answer, Random& random) {
  if (answer.shape != Shape::Ratio) return std::nullopt;
  Answer out = answer;
  const int64_t k = random.between(2, 9);
  for (Tree& part : out.parts) {
    if (!is_integer(part) || part->numerator > 10'000) return std::nullopt;
    part = rational(part->numerator * k);
  }
  return out;
}

// A term of the left side goes to the right.
Rewritten equation_moved(const Answer& answer, Random& random) {
  if (answer.shape != Shape::Equation) return std::nullopt;
  Answer out = answer;
  const Tree left = answer.parts[0];
  if (left->op != Op::Sum || random.one_in(2)) {
    out.parts = {sum({left, negate(answer.parts[1])}), rational(0)};
    return out;
  }
  std::vector<Tree> kept = left->args;
  const size_t at = random.next() % kept.size();
  const Tree moved = kept[at];
  kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(at));
  out.parts = {kept.size() == 1 ? kept[0] : sum(kept), sum({answer.parts[1], negate(moved)})};
  return out;
}

Rewritten equation_scaled(const Answer& answer, Random& random) {
  if (answer.shape != Shape::Equation) return std::nullopt;
  Answer out = answer;
  const Tree k = random.one_in(3) ? rational(-random.between(1, 5))
                                  : rational(random.between(2, 9), random.pick({1, 1, 7}));
  for (Tree& side : out.parts) side = product({k, side});
  return out;
}

Rewritten equation_turned(const Answer& answer, Random&) {
  if (answer.shape != Shape::Equation) return std::nullopt;
  Answer out = answer;
  std::swap(out.parts[0], out.parts[1]);
  return out;
}

// Marks the nodes inside exponents, in the order of nodes().
void mark_exponents(const Tree& tree, bool inside, std::vector<bool>& marks) {
  marks.push_back(inside);
  for (size_t i = 0; i < tree->args.size(); ++i) {
    mark_exponents(tree->args[i], inside || (tree->op == Op::Power && i == 1) || tree->op == Op::Factorial,
                   marks);
  }
}

std::optional<Tree> tree_rewritten(const Tree& tree, const TreeRule& rule, bool root_only, Random& random) {
  const std::vector<Tree> all = nodes(tree);
  if (all.size() > 60) return std::nullopt;
  std::vector<bool> in_exponent;
  mark_exponents(tree, false, in_exponent);
  std::vector<size_t> places(root_only ? 1 : all.size());
  std::iota(places.begin(), places.end(), size_t{0});
  random.shuffle(places);
  for (size_t place : places) {
    if (in_exponent[place]) continue;
    if (const std::optional<Tree> by = rule.rewrite(all[place], random)) return replaced(tree, place, *by);
  }
  return std::nullopt;
}

// The trees of an answer that a rule may rewrite.
std::vector<Tree*> trees_of(Answer& answer) {
  std::vector<Tree*> trees;
  if (answer.shape == Shape::Ratio || answer.shape == Shape::BaseNumber) return trees;
  for (Tree& part : answer.parts) trees.push_back(&part);
  for (Piece& piece : answer.pieces) {
    if (piece.lower) trees.push_back(&piece.lower);
    if (piece.upper) trees.push_back(&piece.upper);
  }
  return trees;
}

// Rules that apply anywhere would crowd out the others.
bool applies_anywhere(std::string_view rule) {
  for (std::string_view name : {"add_zero", "cancel_terms", "multiply_by_one", "double_negative",
                                "square_of_root", "abs_of_minus", "unreduced"}) {
    if (rule == name) return true;
  }
  return false;
}

bool rewrite_once(Answer& answer, Random& random, std::vector<std::string>& names) {
  const int64_t what = random.between(0, 8);
  if (what < 2) {
    const AnswerRule& rule = random.pick(answer_rules());
    Rewritten out = rule.rewrite(answer, random);
    if (!out) return false;
    answer = std::move(*out);
    names.push_back(rule.name);
    return true;
  }
  const std::vector<Tree*> trees = trees_of(answer);
  if (trees.empty()) return false;
  Tree& tree = *random.pick(trees);
  const bool literal = what == 2;
  const TreeRule& rule = random.pick(literal ? literal_rules() : tree_rules());
  if (applies_anywhere(rule.name) && !random.one_in(4)) return false;
  // Nobody writes "50\% cm", an amount of radians keeps its pi, and behind bars "g" and "m" may be variables.
  const std::string_view name = rule.name;
  const bool unusual = name == "percent" || name == "abs_of_minus" || answer.unit == "rad";
  if (answer.shape == Shape::Quantity && unusual) return false;
  std::optional<Tree> out = tree_rewritten(tree, rule, literal, random);
  if (!out) return false;
  tree = std::move(*out);
  names.push_back(rule.name);
  return true;
}

}  // namespace

const std::vector<AnswerRule>& answer_rules() {
  static const std::vector<AnswerRule> kRules = {
      {"set_order", [](const Answer& a, Random& r) { return reordered(Shape::Set, a, r); }},
      {"list_order", [](const Answer& a, Random& r) { return reordered(Shape::List, a, r); }},
      {"list_words", list_words},
      {"plus_minus", plus_minus},
      {"interval_form", interval_form},
      {"union_order", union_order},
      {"matrix_brackets", matrix_brackets},
      {"name_value", name_value},
      {"unit_conversion", unit_conversion},
      {"ratio_scaled", ratio_scaled},
      {"equation_moved", equation_moved},
      {"equation_scaled", equation_scaled},
      {"equation_turned", equation_turned},
  };
  return kRules;
}

Answer rewritten(Answer answer, int count, Random& random, std::vector<std::string>& names) {
  constexpr int kTries = 60;
  for (int done = 0, tries = 0; done < count && tries < kTries; ++tries) {
    if (rewrite_once(answer, random, names)) ++done;
  }
  return answer;
}

}  // namespace r1::math::generator
