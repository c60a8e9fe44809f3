#include <cstdlib>
#include <numeric>
#include <utility>

#include "tests/rewards/math/generator/literals.h"
#include "tests/rewards/math/generator/rewrite.h"

namespace r1::math::generator {
namespace {

using Rewritten = std::optional<Tree>;

std::vector<Tree> without(std::vector<Tree> items, size_t at) {
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  return items;
}

Tree joined(Op op, std::vector<Tree> items) {
  return items.size() == 1 ? items[0] : make(op, std::move(items));
}

Rewritten commute(Op op, const Tree& t, Random& random) {
  if (t->op != op) return std::nullopt;
  std::vector<Tree> args = t->args;
  const size_t i = random.next() % args.size(), j = random.next() % args.size();
  if (i == j) return std::nullopt;
  std::swap(args[i], args[j]);
  return make(op, std::move(args));
}

Rewritten associate(Op op, const Tree& t, Random& random) {
  if (t->op != op || t->args.size() < 3) return std::nullopt;
  const size_t at = random.next() % (t->args.size() - 1);
  std::vector<Tree> args = t->args;
  args[at] = make(op, {args[at], args[at + 1]});
  return make(op, without(std::move(args), at + 1));
}

// a(b + c) = ab + ac
Rewritten expand(const Tree& t, Random&) {
  if (t->op != Op::Product) return std::nullopt;
  for (size_t i = 0; i < t->args.size(); ++i) {
    if (t->args[i]->op != Op::Sum) continue;
    const Tree rest = joined(Op::Product, without(t->args, i));
    std::vector<Tree> terms;
    for (const Tree& term : t->args[i]->args) terms.push_back(product({rest, term}));
    return sum(std::move(terms));
  }
  return std::nullopt;
}

Rewritten expand_square(const Tree& t, Random&) {
  if (t->op != Op::Power || !is_integer(t->args[1], 2) || t->args[0]->op != Op::Sum) return std::nullopt;
  const std::vector<Tree>& terms = t->args[0]->args;
  if (terms.size() != 2) return std::nullopt;
  return sum({power(terms[0], rational(2)), product({rational(2), terms[0], terms[1]}),
              power(terms[1], rational(2))});
}

// 6x + 9 = 3(2x + 3) with literal coefficients
Rewritten factor_out(const Tree& t, Random&) {
  if (t->op != Op::Sum) return std::nullopt;
  int64_t common = 0;
  std::vector<int64_t> coefficients;
  for (const Tree& term : t->args) {
    const Tree& first = term->op == Op::Product ? term->args[0] : term;
    if (!is_integer(first)) return std::nullopt;
    coefficients.push_back(first->numerator);
    common = std::gcd(common, first->numerator);
  }
  if (common == 0) return std::nullopt;
  std::vector<Tree> terms;
  for (size_t i = 0; i < t->args.size(); ++i) {
    const Tree& term = t->args[i];
    const Tree k = rational(coefficients[i] / common);
    std::vector<Tree> factors = term->op == Op::Product ? term->args : std::vector<Tree>{term};
    factors[0] = k;
    if (is_integer(k, 1) && factors.size() > 1) factors.erase(factors.begin());
    terms.push_back(joined(Op::Product, std::move(factors)));
  }
  return common == 1 ? std::nullopt : Rewritten(product({rational(common), sum(std::move(terms))}));
}

Tree small_term(const Tree& t, Random& random) {
  const std::vector<std::string> names = variables(t);
  if (!names.empty() && random.one_in(2)) return variable(random.pick(names));
  return rational(random.between(2, 12));
}

Rewritten add_zero(const Tree& t, Random& random) {
  return random.one_in(2) ? sum({t, rational(0)}) : sum({rational(0), t});
}

Rewritten cancel_terms(const Tree& t, Random& random) {
  const Tree extra = small_term(t, random);
  return sum({t, extra, negate(extra)});
}

Rewritten multiply_by_one(const Tree& t, Random& random) {
  const Tree k = rational(random.between(2, 9));
  return random.one_in(2) ? product({rational(1), t}) : quotient(product({k, t}), k);
}

Rewritten double_negative(const Tree& t, Random&) { return negate(negate(t)); }

// -(a + b) = -a - b, and a - b = -(b - a)
Rewritten distribute_minus(const Tree& t, Random&) {
  if (t->op != Op::Sum) return std::nullopt;
  std::vector<Tree> terms;
  for (const Tree& term : t->args) terms.push_back(negate(term));
  return negate(sum(std::move(terms)));
}

Rewritten unreduced(const Tree& t, Random& random) {
  const int64_t k = random.between(2, 7);
  if (!is_rational(t) || std::abs(t->numerator) > 1'000'000'000) return std::nullopt;
  return rational(t->numerator * k, t->denominator * k);
}

Rewritten negative_exponent(const Tree& t, Random&) {
  if (t->op == Op::Quotient && t->args[1]->op != Op::Quotient) {
    return product({t->args[0], power(t->args[1], rational(-1))});
  }
  // Not 1/x^{-2}, which has no value where x^2 is zero.
  if (t->op == Op::Power && is_integer(t->args[1]) && variables(t->args[0]).empty()) {
    return quotient(rational(1), power(t->args[0], rational(-t->args[1]->numerator)));
  }
  if (is_rational(t) && t->denominator != 1) {
    return product({rational(t->numerator), power(rational(t->denominator), rational(-1))});
  }
  return std::nullopt;
}

bool small_power(const Tree& t, int64_t low, int64_t high) {
  return t->op == Op::Power && is_integer(t->args[1]) && t->args[1]->numerator >= low &&
         t->args[1]->numerator <= high;
}

Rewritten power_as_product(const Tree& t, Random&) {
  if (!small_power(t, 2, 4)) return std::nullopt;
  return product(std::vector<Tree>(static_cast<size_t>(t->args[1]->numerator), t->args[0]));
}

Rewritten split_power(const Tree& t, Random& random) {
  if (!small_power(t, 2, 12)) return std::nullopt;
  const int64_t n = t->args[1]->numerator, k = random.between(1, n - 1);
  return product({power(t->args[0], rational(k)), power(t->args[0], rational(n - k))});
}

Rewritten evaluate_power(const Tree& t, Random&) {
  if (!small_power(t, 2, 11) || !is_integer(t->args[0])) return std::nullopt;
  int64_t result = 1;
  for (int64_t i = 0; i < t->args[1]->numerator; ++i) {
    if (std::abs(result) > 100'000'000'000) return std::nullopt;
    result *= t->args[0]->numerator;
  }
  return rational(result);
}

Rewritten evaluate_factorial(const Tree& t, Random&) {
  if (t->op != Op::Factorial) return std::nullopt;
  int64_t result = 1;
  for (int64_t i = 2; i <= t->args[0]->numerator; ++i) result *= i;
  return rational(result);
}

// (a + b)/c = a/c + b/c
Rewritten split_fraction(const Tree& t, Random&) {
  if (t->op != Op::Quotient || t->args[0]->op != Op::Sum) return std::nullopt;
  std::vector<Tree> terms;
  for (const Tree& term : t->args[0]->args) terms.push_back(quotient(term, t->args[1]));
  return sum(std::move(terms));
}

// a/b = (1/b) a
Rewritten reciprocal_factor(const Tree& t, Random&) {
  if (t->op != Op::Quotient) return std::nullopt;
  return product({quotient(rational(1), t->args[1]), t->args[0]});
}

bool positive_integer(const Tree& t) { return is_integer(t) && t->numerator > 0; }
bool integer_root(const Tree& t) {
  return t->op == Op::Root && t->numerator == 2 && positive_integer(t->args[0]);
}

// sqrt n = n / sqrt n, and a / sqrt n = a sqrt n / n
Rewritten rationalise(const Tree& t, Random&) {
  if (integer_root(t)) return quotient(t->args[0], t);
  if (t->op != Op::Quotient || !integer_root(t->args[1])) return std::nullopt;
  return quotient(product({t->args[0], t->args[1]}), t->args[1]->args[0]);
}

// k sqrt n = sqrt(k^2 n)
Rewritten pull_out_root(const Tree& t, Random& random) {
  if (t->op == Op::Product && t->args.size() == 2 && positive_integer(t->args[0]) &&
      integer_root(t->args[1])) {
    return root(rational(t->args[0]->numerator * t->args[0]->numerator * t->args[1]->args[0]->numerator));
  }
  if (!integer_root(t)) return std::nullopt;
  const int64_t k = random.between(2, 5);
  return quotient(root(rational(t->args[0]->numerator * k * k)), rational(k));
}

Rewritten root_as_power(const Tree& t, Random&) {
  if (t->op != Op::Root || t->numerator % 2 == 1) return std::nullopt;
  return power(t->args[0], rational(1, t->numerator));
}

// sqrt n / k = sqrt(n / k^2)
Rewritten root_of_quotient(const Tree& t, Random&) {
  if (t->op != Op::Quotient || !integer_root(t->args[0]) || !positive_integer(t->args[1]))
    return std::nullopt;
  return root(rational(t->args[0]->args[0]->numerator, t->args[1]->numerator * t->args[1]->numerator));
}

bool is_log(const Tree& t) { return (t->op == Op::Call && t->text == "ln") || t->op == Op::Log; }

Tree log_like(const Tree& t, Tree argument) {
  return make(t->op, {std::move(argument)}, t->numerator, t->text);
}

Rewritten log_of_product(const Tree& t, Random& random) {
  if (!is_log(t) || !positive_integer(t->args[0])) return std::nullopt;
  const int64_t n = t->args[0]->numerator, k = random.between(2, 9);
  if (n % k == 0 && n > k) return sum({log_like(t, rational(k)), log_like(t, rational(n / k))});
  return sum({log_like(t, rational(n * k)), negate(log_like(t, rational(k)))});
}

Rewritten log_of_power(const Tree& t, Random& random) {
  if (!is_log(t) || !positive_integer(t->args[0])) return std::nullopt;
  const int64_t n = t->args[0]->numerator;
  if (random.one_in(2)) return quotient(log_like(t, rational(n * n)), rational(2));
  return negate(log_like(t, rational(1, n)));
}

Rewritten log_base(const Tree& t, Random&) {
  if (t->op != Op::Log) return std::nullopt;
  return quotient(call("ln", t->args[0]), call("ln", rational(t->numerator)));
}

bool is_call(const Tree& t, const char* name) { return t->op == Op::Call && t->text == name; }

Rewritten pythagoras(const Tree& t, Random& random) {
  const Tree two = rational(2);
  const auto one = [&](const Tree& x) {
    return sum({power(call("sin", x), two), power(call("cos", x), two)});
  };
  if (is_integer(t, 1)) return one(quotient(constant("pi"), rational(random.pick({5, 7, 8}))));
  if (t->op == Op::Variable && random.one_in(4)) return product({t, one(t)});
  for (const auto& [name, other] : {std::pair("sin", "cos"), std::pair("cos", "sin")}) {
    if (t->op != Op::Power || !is_integer(t->args[1], 2) || !is_call(t->args[0], name)) continue;
    return sum({rational(1), negate(power(call(other, t->args[0]->args[0]), two))});
  }
  return std::nullopt;
}

Rewritten double_angle(const Tree& t, Random&) {
  const Tree two = rational(2);
  if (!is_call(t, "sin") && !is_call(t, "cos")) return std::nullopt;
  const Tree half = quotient(t->args[0], two);
  if (is_call(t, "sin")) return product({two, call("sin", half), call("cos", half)});
  return sum({rational(1), negate(product({two, power(call("sin", half), two)}))});
}

Rewritten tangent(const Tree& t, Random&) {
  if (!is_call(t, "tan")) return std::nullopt;
  return quotient(call("sin", t->args[0]), call("cos", t->args[0]));
}

Rewritten odd_even(const Tree& t, Random&) {
  if (is_call(t, "cos")) return call("cos", negate(t->args[0]));
  if (is_call(t, "sin") || is_call(t, "tan")) return negate(call(t->text, negate(t->args[0])));
  return std::nullopt;
}

Rewritten shift_period(const Tree& t, Random&) {
  const Tree pi = constant("pi");
  if (is_call(t, "tan")) return call("tan", sum({t->args[0], pi}));
  if (is_call(t, "sin") || is_call(t, "cos"))
    return call(t->text, sum({t->args[0], product({rational(2), pi})}));
  return std::nullopt;
}

// e^{a} = e^{a-1} e
Rewritten exponential_sum(const Tree& t, Random& random) {
  if (t->op != Op::Power || t->args[0]->op != Op::Constant) return std::nullopt;
  const int64_t k = random.between(1, 3);
  return product({power(t->args[0], sum({t->args[1], rational(-k)})), power(t->args[0], rational(k))});
}

Rewritten square_of_root(const Tree& t, Random&) {
  if (!positive_integer(t) || t->numerator > 1000) return std::nullopt;
  return power(root(t), rational(2));
}

Rewritten abs_of_minus(const Tree& t, Random&) {
  if (positive_integer(t)) return call("abs", rational(-t->numerator));
  if (is_call(t, "abs")) return call("abs", negate(t->args[0]));
  return std::nullopt;
}

std::function<Rewritten(const Tree&, Random&)> spelled(Rewritten (*spelling)(int64_t, int64_t)) {
  return [spelling](const Tree& t, Random&) -> Rewritten {
    if (!is_rational(t)) return std::nullopt;
    return spelling(t->numerator, t->denominator);
  };
}

}  // namespace

const std::vector<TreeRule>& tree_rules() {
  static const std::vector<TreeRule> kRules = {
      {"commute_sum", [](const Tree& t, Random& r) { return commute(Op::Sum, t, r); }},
      {"commute_product", [](const Tree& t, Random& r) { return commute(Op::Product, t, r); }},
      {"associate_sum", [](const Tree& t, Random& r) { return associate(Op::Sum, t, r); }},
      {"associate_product", [](const Tree& t, Random& r) { return associate(Op::Product, t, r); }},
      {"expand", expand},
      {"expand_square", expand_square},
      {"factor_out", factor_out},
      {"add_zero", add_zero},
      {"cancel_terms", cancel_terms},
      {"multiply_by_one", multiply_by_one},
      {"double_negative", double_negative},
      {"distribute_minus", distribute_minus},
      {"unreduced", unreduced},
      {"negative_exponent", negative_exponent},
      {"power_as_product", power_as_product},
      {"split_power", split_power},
      {"evaluate_power", evaluate_power},
      {"evaluate_factorial", evaluate_factorial},
      {"split_fraction", split_fraction},
      {"reciprocal_factor", reciprocal_factor},
      {"rationalise", rationalise},
      {"pull_out_root", pull_out_root},
      {"root_as_power", root_as_power},
      {"root_of_quotient", root_of_quotient},
      {"log_of_product", log_of_product},
      {"log_of_power", log_of_power},
      {"log_base", log_base},
      {"pythagoras", pythagoras},
      {"double_angle", double_angle},
      {"tangent", tangent},
      {"odd_even", odd_even},
      {"shift_period", shift_period},
      {"exponential_sum", exponential_sum},
      {"square_of_root", square_of_root},
      {"abs_of_minus", abs_of_minus},
  };
  return kRules;
}

const std::vector<TreeRule>& literal_rules() {
  static const std::vector<TreeRule> kRules = {
      {"decimal", spelled(as_decimal)},
      {"repeating", spelled(as_repeating)},
      {"scientific", spelled(as_scientific)},
      {"percent", spelled(as_percent)},
      {"mixed", spelled(as_mixed)},
      {"grouped",
       [](const Tree& t, Random&) -> Rewritten {
         return is_integer(t) ? as_grouped(t->numerator) : std::nullopt;
       }},
  };
  return kRules;
}

}  // namespace r1::math::generator
