#include "rewards/math/compare/scalars.h"

#include <algorithm>
#include <numeric>

#include "rewards/math/compare/calculus.h"
#include "rewards/math/compare/compare.h"
#include "rewards/math/compare/constants.h"
#include "rewards/math/compare/inequality.h"
#include "rewards/math/compare/interval_sets.h"
#include "rewards/math/compare/piecewise.h"

namespace r1::math {
namespace {

bool is_number(const Node* node) { return node->kind == Kind::Number; }

// A literal, with its sign and percent sign.
struct Literal {
  const Node* number = nullptr;
  bool negative = false, percent = false;
};
std::optional<Literal> literal(const Node* node) {
  Literal found;
  for (; node->kind == Kind::Neg || node->kind == Kind::Percent; node = node->args[0]) {
    if (node->kind == Kind::Neg) found.negative = !found.negative;
    if (node->kind == Kind::Percent) found.percent = true;
  }
  if (!is_number(node)) return std::nullopt;
  found.number = node;
  return found;
}

size_t significant_digits(const Decimal& number) {
  const size_t first = number.digits.find_first_not_of('0');
  return first == std::string_view::npos ? 0 : number.digits.size() - first;
}

bool holds_decimal(const Node* node) {
  if (is_number(node)) return node->number->pointed && node->number->repeat == 0;
  return std::ranges::any_of(node->args, holds_decimal);
}

// Whether the answer, rounded half up to the gold's last digit, is the gold.
Decision rounds_to(const Node* answer, const Node* gold, Context& context) {
  const Decision no = unknown("not rounded");
  const std::optional<Literal> g = literal(gold);
  if (!g || !g->number->number->pointed || g->number->number->repeat) return no;
  const Decimal& decimal = *g->number->number;
  if (decimal.exponent >= 0 || decimal.exponent < -400 || !free_symbols(answer).empty()) return no;
  const std::optional<Literal> a = literal(answer);
  if (significant_digits(decimal) < (a ? 3 : 2)) return no;
  if (!a && holds_decimal(answer)) return no;  // 1.8 + 10^{-5}: neither exact nor a plain decimal
  if (a && (a->percent != g->percent || a->number->number->repeat == 0) &&
      a->number->number->exponent >= decimal.exponent) {
    return no;
  }
  Arena& arena = context.arena;
  const Node* half = arena.node(
      Kind::Mul,
      {arena.integer(5), arena.node(Kind::Pow, {arena.integer(10), arena.integer(decimal.exponent - 1)})});
  const Node* value = answer;
  if (g->negative) value = arena.node(Kind::Neg, {value});
  if (g->percent) value = arena.node(Kind::Mul, {arena.integer(100), value});
  const Order low = order(difference(arena, g->number, half), value, context);
  const Order high = order(value, arena.node(Kind::Add, {g->number, half}), context);
  const bool inside = (low == Order::Less || low == Order::Equal) && high == Order::Less;
  return inside ? equal("rounds to the gold's digits") : no;
}

// An integer fraction that can be reduced, at the top of the tree.
bool is_reducible(const Node* node, Context& context) {
  if (node->kind == Kind::Neg || node->kind == Kind::Percent) return is_reducible(node->args[0], context);
  if (node->kind == Kind::Add) {  // the fraction of a mixed number
    return std::ranges::any_of(node->args, [&](const Node* arg) { return is_reducible(arg, context); });
  }
  if (node->kind != Kind::Div || !is_number(node->args[0]) || !is_number(node->args[1])) return false;
  const auto p = small_integer(node->args[0], context), q = small_integer(node->args[1], context);
  return p && q && std::gcd(*p, *q) != 1;
}

bool is_based(const Node* node) {
  return node->kind == Kind::BaseNumber || std::ranges::any_of(node->args, is_based);
}
// The base of the digits in the expression: that of the first ones.
const Node* base_of(const Node* node) {
  if (node->kind == Kind::BaseNumber) return node->args[0];
  for (const Node* arg : node->args) {
    if (const Node* base = base_of(arg)) return base;
  }
  return nullptr;
}
std::string_view digits_of(const Node* node) {
  return node->kind == Kind::Neg          ? digits_of(node->args[0])
         : node->kind == Kind::BaseNumber ? node->text
                                          : "";
}

// Digits to a base name a number and say how it is to be written.
Decision compare_based(const Node* answer, const Node* gold, Context& context) {
  const Decision values = equal_values(answer, gold, context);
  if (is_based(answer) && is_based(gold)) {
    const auto a = small_integer(base_of(answer), context), g = small_integer(base_of(gold), context);
    if (a && g && *a == *g) return values;
    return is_equal(values) ? different("the number in another base") : values;
  }
  if (is_based(gold) && context.policy.bare_digits_ok) {
    const std::optional<Literal> bare = literal(answer);
    const bool same_sign = bare && bare->negative == (gold->kind == Kind::Neg);
    if (same_sign && bare->number->number->exponent == 0 && bare->number->number->digits == digits_of(gold)) {
      return equal("the digits without their base");
    }
  }
  const Node* based = is_based(gold) ? gold : answer;
  if (is_equal(values) && small_integer(base_of(based), context) != 10) {
    return different("the number in another base");
  }
  return values;
}

bool is_remainder(const Node* node) {
  return node->kind == Kind::Call && node->function == Function::Mod && node->args.size() == 2;
}

// Whether every coefficient of the polynomial is a multiple of the modulus.
Comparison vanishes(const Node* node, const Node* modulus, Context& context) {
  const std::vector<std::string_view> names = free_symbols(node);
  if (names.empty()) return is_zero(context.arena.call(Function::Mod, {node, modulus}), context);
  const auto coefficients = polynomial(node, names[0], context);
  if (!coefficients) return Comparison::Unknown;
  Comparison all = Comparison::Equal;
  for (const Node* coefficient : *coefficients) {
    const Comparison one = vanishes(coefficient, modulus, context);
    if (one == Comparison::Different) return one;
    if (one == Comparison::Unknown) all = one;
  }
  return all;
}

// Whether the polynomial is no multiple of the modulus at some small integers.
bool differ_at_a_residue(const Node* node, const Node* modulus, Context& context) {
  const std::vector<std::string_view> names = free_symbols(node);
  constexpr int64_t kPoints = 6, kStep = 5;  // the second variable runs otherwise than the first
  for (int64_t n = 0; n < kPoints; ++n) {
    const Node* value = node;
    int64_t place = n;
    for (std::string_view name : names) {
      value = substitute(context.arena, value, name, context.arena.integer(place));
      place = place * kStep + 1;
    }
    const Node* rest = context.arena.call(Function::Mod, {value, modulus});
    if (is_zero(rest, context) == Comparison::Different) return true;
    if (names.empty()) return false;
  }
  return false;
}

// 10^7 and more, or 10^-7 and less: next to such a constant a difference may be too small, or its place too narrow, to be seen.
bool is_extreme(const Node* node) {
  constexpr int64_t kDigits = 7;
  if (is_number(node)) {
    const auto digits = static_cast<int64_t>(significant_digits(*node->number));
    const int64_t top = digits + node->number->exponent;
    return digits > 0 && (top > kDigits || top < -kDigits + 2);
  }
  if (node->kind == Kind::Pow && is_number(node->args[0])) {
    const Node* exponent = node->args[1]->kind == Kind::Neg ? node->args[1]->args[0] : node->args[1];
    if (is_number(exponent) && exponent->number->digits.size() > 1) return true;
    if (is_number(exponent) && exponent->number->digits >= "7") return true;
  }
  return std::ranges::any_of(node->args, is_extreme);
}

bool is_integer_letter(std::string_view name) { return name.size() == 1 && name[0] >= 'i' && name[0] <= 'n'; }

// (-e)^{2x}, which is no real function of x; (-1)^n is meant for whole n.
bool holds_negative_base(const Node* node) {
  if (node->kind == Kind::Pow && node->args[0]->kind == Kind::Neg) {
    const std::vector<std::string_view> names = free_symbols(node->args[1]);
    if (!std::ranges::all_of(names, is_integer_letter)) return true;
  }
  return std::ranges::any_of(node->args, holds_negative_base);
}

// The conjugate of z is z at all real points.
bool holds_complex_part(const Node* node) {
  const bool part =
      node->kind == Kind::Call && node->function >= Function::Re && node->function <= Function::Arg;
  if (part && !free_symbols(node).empty()) return true;
  return std::ranges::any_of(node->args, holds_complex_part);
}

}  // namespace

Decision unless_blind(const Decision& decision, const Node* answer, const Node* gold, Context& context) {
  if (!is_equal(decision) || decision.evidence == Evidence::Exact || context.policy.numeric_evidence)
    return decision;
  const auto either = [&](bool (*is)(const Node*)) { return is(answer) || is(gold); };
  const bool blind = either(holds_negative_base) || either(holds_complex_part) ||
                     (decision.evidence == Evidence::Numeric && either(is_extreme));
  return blind ? unknown("equal at the points tried, which proves nothing here") : decision;
}

Decision proved_values(const Node* answer, const Node* gold, Context& context) {
  const Decision values = equal_values(answer, gold, context);
  const Decision proved = unless_blind(values, answer, gold, context);
  if (!is_equal(values) || is_equal(proved)) return proved;
  const Decision structure = compare_structure(answer, gold, context);
  return is_equal(structure) ? structure : proved;
}

Decision compare_residues(const Node* answer, const Node* gold, const Node* modulus, Context& context) {
  switch (vanishes(difference(context.arena, answer, gold), modulus, context)) {
    case Comparison::Equal:
      return equal("the same coefficients modulo the modulus");
    case Comparison::Different:
      return differ_at_a_residue(difference(context.arena, answer, gold), modulus, context)
                 ? different("another residue")
                 : unknown("other polynomials, perhaps the same function of the residues");
    default:
      return unknown("residues that are not decided");
  }
}

namespace {

// a mod m as an answer: the class, not only the least residue.
Decision compare_remainders(const Node* answer, const Node* gold, Context& context) {
  const Decision moduli = equal_values(answer->args[1], gold->args[1], context);
  if (is_different(moduli)) return different("another modulus");
  if (is_unknown(moduli)) return moduli;
  return compare_residues(answer->args[0], gold->args[0], gold->args[1], context);
}

bool is_percent(const Node* node) {
  return node->kind == Kind::Percent || (node->kind == Kind::Neg && is_percent(node->args[0]));
}
const Node* without_percent(Arena& arena, const Node* node) {
  if (node->kind == Kind::Percent) return node->args[0];
  return arena.node(Kind::Neg, {without_percent(arena, node->args[0])});
}

// A sum over i of a_i: its terms are no constants, though their names are single symbols.
bool is_indexed(const Node* node, std::string_view bound) {
  if (node->kind == Kind::Symbol) {
    const size_t mark = node->text.rfind('_');
    return mark != std::string_view::npos &&
           node->text.substr(mark + 1).find(bound) != std::string_view::npos;
  }
  return std::ranges::any_of(node->args, [&](const Node* arg) { return is_indexed(arg, bound); });
}
bool holds_indexed_sum(const Node* node) {
  const bool sum = node->kind == Kind::Call && node->args.size() == 4 &&
                   (node->function == Function::Sum || node->function == Function::Product);
  if (sum && is_indexed(node->args[0], node->args[1]->text)) return true;
  return std::ranges::any_of(node->args, holds_indexed_sum);
}

// Built of numbers and variables by what leaves them finite.
bool is_finite(const Node* node) {
  switch (node->kind) {
    case Kind::Number:
    case Kind::Symbol:
    case Kind::Percent:
      return true;
    case Kind::Constant:
      return node->constant <= Constant::I;
    case Kind::Add:
    case Kind::Mul:
    case Kind::Neg:
      return std::ranges::all_of(node->args, is_finite);
    case Kind::Pow: {  // of a positive literal, so that no zero is inverted
      const Node* base = node->args[0];
      const bool positive =
          is_number(base) && base->number->digits.find_first_not_of('0') != std::string_view::npos;
      return positive && is_finite(node->args[1]);
    }
    default:
      return false;
  }
}

std::optional<Decision> compare_with_infinity(const Node* answer, const Node* gold) {
  if (infinity_sign(gold) == 0) std::swap(answer, gold);
  if (infinity_sign(gold) == 0 || !is_finite(answer)) return std::nullopt;
  return different("infinity against something finite");
}

// Every f(x), g(x, y), ... as a polynomial of its arguments, another for each name: what must hold for all functions holds for it.
const Node* with_sample_functions(Arena& arena, const Node* node) {
  std::vector<const Node*> args;
  for (const Node* arg : node->args) args.push_back(with_sample_functions(arena, arg));
  if (node->kind == Kind::Call && node->function == Function::Named) {
    uint64_t seed = 7;
    for (unsigned char c : node->text) seed = (seed * 31 + c) % 97;
    std::vector<const Node*> terms{arena.integer(static_cast<int64_t>(seed) + 3)};
    for (size_t i = 0; i < args.size(); ++i) {
      const auto factor = static_cast<int64_t>(seed % 11 + 2 * i + 2);
      terms.push_back(arena.node(Kind::Mul, {arena.integer(factor), args[i]}));
      terms.push_back(arena.node(Kind::Pow, {args[i], arena.integer(3)}));
      terms.push_back(arena.node(Kind::Mul, {arena.integer(factor + 1), args[i], args[i]}));
    }
    return arena.node(Kind::Add, terms);
  }
  if (args.empty()) return node;
  Node copy = *node;
  copy.args = args;
  return arena.add(copy);
}

bool holds_named(const Node* node) {
  return (node->kind == Kind::Call && node->function == Function::Named) ||
         std::ranges::any_of(node->args, holds_named);
}

Decision differ_for_a_function(const Node* answer, const Node* gold, Context& context) {
  const Decision other = unknown("functions without a value here");
  if (!holds_named(answer) && !holds_named(gold)) return other;
  const Decision sample = equal_values(with_sample_functions(context.arena, answer),
                                       with_sample_functions(context.arena, gold), context);
  return is_different(sample) ? different("they differ for some function of that name") : other;
}

Decision compare_by_policies(const Node* answer, const Node* gold, const Decision& values, Context& context) {
  if (context.policy.round_to_gold_digits) {
    const Decision rounded = rounds_to(answer, gold, context);
    if (is_equal(rounded)) return rounded;
  }
  if (context.policy.percent_sign_optional && is_percent(answer) != is_percent(gold)) {
    Arena& arena = context.arena;
    const Decision bare = is_percent(answer) ? equal_values(without_percent(arena, answer), gold, context)
                                             : equal_values(answer, without_percent(arena, gold), context);
    if (is_equal(bare)) return because(bare, "equal but for the percent sign");
  }
  if (const auto antiderivative = compare_up_to_constant(answer, gold, context)) {
    if (!is_unknown(*antiderivative)) return *antiderivative;
  }
  if (const auto renamed = compare_renamed_constants(answer, gold, context)) return *renamed;
  if (!is_unknown(values)) return values;
  const Decision structure = compare_structure(answer, gold, context);
  return is_unknown(structure) ? differ_for_a_function(answer, gold, context) : structure;
}

}  // namespace

bool holds_unevaluated(const Node* node) {
  if (node->kind == Kind::Call) {
    switch (node->function) {
      case Function::Sum:
      case Function::Product:
      case Function::Integral:
      case Function::Limit:
      case Function::Derivative:
        return true;
      default:
        break;
    }
  }
  return std::ranges::any_of(node->args, holds_unevaluated);
}

namespace {

// "x^2 + 3 \bmod 5" beside (x^2 + 3) mod 5: the sum is taken first there too.
const Node* whole_remainder(const Node* sum, const Node* other, Context& context) {
  if (!is_remainder(other) || sum->kind != Kind::Add || !is_remainder(sum->args.back())) return sum;
  const Node* last = sum->args.back();
  if (!is_equal(equal_values(last->args[1], other->args[1], context))) return sum;
  std::vector<const Node*> terms(sum->args.begin(), sum->args.end());
  terms.back() = last->args[0];
  return context.arena.call(Function::Mod, {context.arena.node(Kind::Add, terms), last->args[1]});
}

}  // namespace

Decision compare_scalars(const Node* answer, const Node* gold, Context& context) {
  answer = whole_remainder(answer, gold, context);
  gold = whole_remainder(gold, answer, context);
  if (is_piecewise(answer) || is_piecewise(gold)) return compare_piecewise(answer, gold, context);
  if (is_remainder(answer) && is_remainder(gold)) return compare_remainders(answer, gold, context);
  if (is_based(answer) || is_based(gold)) return compare_based(answer, gold, context);
  const bool work_left =
      !context.policy.allow_unevaluated && holds_unevaluated(answer) && !holds_unevaluated(gold);
  if (holds_indexed_sum(answer) || holds_indexed_sum(gold)) return compare_structure(answer, gold, context);
  if (const auto infinite = compare_with_infinity(answer, gold)) return *infinite;
  if (holds_unevaluated(answer) || holds_unevaluated(gold)) {
    answer = with_calculus(answer, context);
    gold = with_calculus(gold, context);
  }
  const Decision values = proved_values(answer, gold, context);
  if (is_equal(values)) {
    if (work_left) return unknown("the answer leaves the work to do");
    if (context.policy.require_reduced && is_reducible(answer, context)) {
      return different("the fraction is not reduced");
    }
    return values;
  }
  const Decision decided = compare_by_policies(answer, gold, values, context);
  return is_equal(decided) && work_left ? unknown("the answer leaves the work to do") : decided;
}

}  // namespace r1::math
