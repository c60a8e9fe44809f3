#include "rewards/math/compare/quantities.h"

#include <algorithm>
#include <numeric>

#include "rewards/math/compare/compare.h"

namespace r1::math {
namespace {

constexpr int kMaxUnitExponent = 12;

bool add_unit(UnitProduct& product, std::string_view key, int exponent) {
  for (size_t i = 0; i < product.size(); ++i) {
    if (product[i].key != key) continue;
    product[i].exponent += exponent;
    if (product[i].exponent == 0) product.erase(product.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  product.push_back({key, exponent});
  return std::abs(exponent) <= kMaxUnitExponent && product.size() <= 8;
}

bool multiply_units(UnitProduct& product, const UnitProduct& factor, int sign) {
  return std::ranges::all_of(
      factor, [&](const UnitPower& power) { return add_unit(product, power.key, sign * power.exponent); });
}

bool read_units(const Node* unit, int exponent, Measure& measure, Context& context) {
  switch (unit->kind) {
    case Kind::Unit:
      if (unit->text.empty()) measure.generic += exponent;
      return unit->text.empty() || add_unit(measure.units, unit->text, exponent);
    case Kind::Mul:
      return std::ranges::all_of(
          unit->args, [&](const Node* arg) { return read_units(arg, exponent, measure, context); });
    case Kind::Div:
      return read_units(unit->args[0], exponent, measure, context) &&
             read_units(unit->args[1], -exponent, measure, context);
    case Kind::Pow: {
      const auto power = small_integer(unit->args[1], context);
      return power && std::abs(*power) <= kMaxUnitExponent &&
             read_units(unit->args[0], exponent * static_cast<int>(*power), measure, context);
    }
    case Kind::Number:
      return true;  // 1/s
    default:
      return false;
  }
}

const Node* digits(Arena& arena, std::string_view text) {
  const Decimal number{.digits = text};
  return arena.add({.kind = Kind::Number, .number = &number});
}

bool is_identity(const UnitConversion& conversion) {
  return conversion.numerator == conversion.denominator && conversion.pi_power == 0 &&
         conversion.offset_numerator == "0";
}

// `value` in the other unit.
const Node* converted(const Node* value, const UnitConversion& conversion, Arena& arena) {
  if (is_identity(conversion)) return value;
  const Node* factor =
      arena.node(Kind::Div, {digits(arena, conversion.numerator), digits(arena, conversion.denominator)});
  const Node* result = arena.node(Kind::Mul, {value, factor});
  if (conversion.pi_power == 1) {
    result = arena.node(Kind::Mul, {result, arena.constant(Constant::Pi)});
  } else if (conversion.pi_power != 0) {
    const Node* power =
        arena.node(Kind::Pow, {arena.constant(Constant::Pi), arena.integer(conversion.pi_power)});
    result = arena.node(Kind::Mul, {result, power});
  }
  if (conversion.offset_numerator != "0") {
    const Node* offset = arena.node(Kind::Div, {digits(arena, conversion.offset_numerator),
                                                digits(arena, conversion.offset_denominator)});
    if (conversion.offset_negative) offset = arena.node(Kind::Neg, {offset});
    result = arena.node(Kind::Add, {result, offset});
  }
  return result;
}

std::optional<Measure> multiply_measures(const Node* node, Context& context) {
  Measure product;
  std::vector<const Node*> values;
  for (size_t i = 0; i < node->args.size(); ++i) {
    const std::optional<Measure> factor = read_measure(node->args[i], context);
    const int sign = node->kind == Kind::Div && i == 1 ? -1 : 1;
    if (!factor || !multiply_units(product.units, factor->units, sign)) return std::nullopt;
    values.push_back(factor->value);
    product.generic += sign * factor->generic;
    product.has_unit = product.has_unit || factor->has_unit;
  }
  product.value = context.arena.node(node->kind, values);
  return product;
}

std::optional<Measure> add_measures(const Node* node, Context& context) {
  Measure sum;
  std::vector<const Node*> values;
  for (const Node* arg : node->args) {
    const std::optional<Measure> term = read_measure(arg, context);
    if (!term || !term->has_unit) return std::nullopt;
    if (values.empty()) sum.units = term->units, sum.generic = term->generic;
    if (term->generic != sum.generic) return std::nullopt;
    const UnitConversion conversion = convert_units(term->units, sum.units);
    if (conversion.relation != UnitRelation::Convertible || conversion.offset_numerator != "0") {
      return std::nullopt;
    }
    values.push_back(converted(term->value, conversion, context.arena));
  }
  sum.value = context.arena.node(Kind::Add, values);
  sum.has_unit = true;
  return sum;
}

const UnitProduct& radian() {
  static const UnitProduct product{{"radian", 1}};
  return product;
}

bool is_angle_measure(const Measure& measure) {
  return measure.units.size() == 1 && measure.units[0].exponent == 1 && is_angle(measure.units[0].key);
}

// Whether the expression says by itself that it is an angle in radians.
bool marked_as_radians(const Node* node) {
  if (node->kind == Kind::Constant) return node->constant == Constant::Pi;
  if (node->kind == Kind::Call && node->function >= Function::Asin && node->function <= Function::Acsc) {
    return true;
  }
  return std::ranges::any_of(node->args, marked_as_radians);
}

// Counted things: "apples"; the key begins with '#'.
bool is_noun(const Measure& measure) {
  return measure.units.size() == 1 && measure.units[0].exponent == 1 && measure.units[0].key.starts_with('#');
}

// "5th grade": a place in an order with a noun is no number of things.
bool is_label(const Measure& measure) {
  static constexpr std::string_view kOrdinals[] = {"#th ", "#st ", "#nd ", "#rd "};
  return is_noun(measure) && std::ranges::any_of(kOrdinals, [&](std::string_view ending) {
           return measure.units[0].key.starts_with(ending);
         });
}

Decision compare_converted(const Measure& from, const Measure& to, bool from_answer, Context& context) {
  const bool both_generic = from.units.empty() && to.units.empty();
  if (both_generic && from.generic != 0 && to.generic != 0 && from.generic != to.generic) {
    return different("units of another power");
  }
  if (is_noun(from) && is_noun(to) && from.units != to.units) {
    const Decision numbers = from_answer ? compare_trees(from.value, to.value, context)
                                         : compare_trees(to.value, from.value, context);
    return is_equal(numbers) ? unknown("things by other names") : numbers;
  }
  const UnitConversion conversion = convert_units(from.units, to.units);
  if (conversion.relation == UnitRelation::Different) return different("another unit");
  if (conversion.relation == UnitRelation::Unknown) return unknown("units that can be read in two ways");
  const bool identity = is_identity(conversion);
  const Node* value = converted(from.value, conversion, context.arena);
  const Decision values =
      from_answer ? compare_trees(value, to.value, context) : compare_trees(to.value, value, context);
  if (!identity && !context.policy.unit_conversion && is_equal(values)) {
    return different("converted units are switched off");
  }
  return is_equal(values) && !identity ? because(values, "equal after conversion of units") : values;
}

// One side has a unit, the other none.
Decision compare_with_bare(const Measure& measure, const Node* bare, bool bare_is_gold, Context& context) {
  const auto values = [&](const Node* value) {
    return bare_is_gold ? compare_trees(value, bare, context) : compare_trees(bare, value, context);
  };
  if (measure.units.empty()) return values(measure.value);
  if (is_label(measure)) return unknown("a label with a number in it");
  const bool angle = is_angle_measure(measure);
  if (angle && (marked_as_radians(bare) || measure.units[0].key == "radian")) {
    const UnitConversion conversion = convert_units(measure.units, radian());
    if (conversion.relation == UnitRelation::Convertible) {
      const Decision radians = values(converted(measure.value, conversion, context.arena));
      if (is_equal(radians)) return because(radians, "the same angle in radians");
      if (measure.units[0].key == "radian") return radians;
    }
  }
  const Decision same = values(measure.value);
  if (!is_equal(same)) return same;
  return context.policy.unit_optional ? because(same, "the same number, the unit is optional")
                                      : different("the unit is missing");
}

// Single letters in products, quotients and powers that name a unit, as that unit: "5m", "3m^2/s". A letter behind a number is read
// as a variable; beside a quantity it is the unit that it names.
const Node* letters_as_units(const Node* node, Context& context) {
  Arena& arena = context.arena;
  const auto unit_of = [](const Node* symbol) -> std::optional<std::string_view> {
    if (symbol->kind != Kind::Symbol || symbol->text.size() != 1) return std::nullopt;
    return find_unit(symbol->text);
  };
  if (const auto key = unit_of(node)) {
    return arena.node(Kind::Quantity, {arena.integer(1), arena.text(Kind::Unit, *key)});
  }
  if (node->kind == Kind::Pow && small_integer(node->args[1], context)) {
    const auto key = unit_of(node->args[0]);
    if (!key) return node;
    const Node* unit = arena.node(Kind::Pow, {arena.text(Kind::Unit, *key), node->args[1]});
    return arena.node(Kind::Quantity, {arena.integer(1), unit});
  }
  if (node->kind != Kind::Mul && node->kind != Kind::Div && node->kind != Kind::Neg) return node;
  std::vector<const Node*> args;
  for (const Node* arg : node->args) args.push_back(letters_as_units(arg, context));
  return arena.node(node->kind, args);
}

std::optional<int64_t> time_seconds(const Node* time, Context& context) {
  int64_t parts[3] = {0, 0, 0};
  for (size_t i = 0; i < std::min<size_t>(time->args.size(), 3); ++i) {
    const auto part = small_integer(time->args[i], context);
    if (!part || *part < 0 || *part > 60) return std::nullopt;
    parts[i] = *part;
  }
  if (time->meridiem != ' ') parts[0] = parts[0] % 12 + (time->meridiem == 'p' ? 12 : 0);
  return parts[0] * 3600 + parts[1] * 60 + parts[2];
}

Decision compare_seconds(int64_t a, int64_t g, bool answer_open, bool gold_open) {
  if (a == g) return equal("the same time");
  constexpr int64_t kHalfDay = 12 * 3600;
  if (answer_open != gold_open && a % kHalfDay == g % kHalfDay) {
    return unknown("a time that does not say a.m. or p.m.");
  }
  return different("another time");
}

Decision compare_clocks(const Node* answer, const Node* gold, Context& context) {
  const auto a = time_seconds(answer, context), g = time_seconds(gold, context);
  if (!a || !g) return unknown("times that are not numbers");
  return compare_seconds(*a, *g, answer->meridiem == ' ', gold->meridiem == ' ');
}

// "15:30" may have been read as a ratio.
std::optional<int64_t> ratio_seconds(const Node* ratio, Context& context) {
  if (ratio->args.size() > 3) return std::nullopt;
  const auto hours = small_integer(ratio->args[0], context), minutes = small_integer(ratio->args[1], context);
  if (!hours || !minutes || *hours > 24 || *minutes > 59) return std::nullopt;
  return time_seconds(ratio, context);
}

Decision compare_dates(const Node* answer, const Node* gold, Context& context) {
  bool missing = false;
  for (size_t i = 0; i < 3; ++i) {
    const auto a = small_integer(answer->args[i], context), g = small_integer(gold->args[i], context);
    if (!a || !g) return unknown("dates that are not numbers");
    if (*a == *g) continue;
    if ((*a != 0 && *g != 0) || i == 2) return different("another date");
    missing = true;
  }
  return missing ? unknown("a date without year or day") : equal("the same date");
}

bool all_scalars(std::span<const Node* const> nodes) { return std::ranges::all_of(nodes, is_scalar); }

// Whole terms with a common divisor.
bool is_reducible_ratio(const Node* ratio, Context& context) {
  if (ratio->kind != Kind::Ratio) return false;
  int64_t divisor = 0;
  for (const Node* term : ratio->args) {
    const auto value = small_integer(term, context);
    if (!value) return false;
    divisor = std::gcd(divisor, *value);
  }
  return divisor > 1;
}

// a : b = c : d by a d = b c, neighbour by neighbour; the first terms are not zero.
Decision compare_terms(std::span<const Node* const> a, std::span<const Node* const> g, Context& context) {
  if (a.size() != g.size()) return different("ratios of another number of terms");
  if (!all_scalars(a) || !all_scalars(g)) return unknown("a ratio of something else than numbers");
  Arena& arena = context.arena;
  AllEqual all;
  for (size_t i = 0; i + 1 < g.size() && !all.failed(); ++i) {
    all.add(equal_values(arena.node(Kind::Mul, {a[i], g[i + 1]}), arena.node(Kind::Mul, {a[i + 1], g[i]}),
                         context));
  }
  if (all.failed()) return all.result("");
  for (const Node* term : {a[0], g[0]}) {
    if (is_zero(term, context) == Comparison::Equal) return unknown("a ratio that begins with zero");
  }
  return all.result("the same ratio");
}

}  // namespace

bool holds_quantity(const Node* node) {
  return node->kind == Kind::Quantity || std::ranges::any_of(node->args, holds_quantity);
}

const Node* angles_as_radians(Arena& arena, const Node* node) {
  if (!holds_quantity(node)) return node;
  std::vector<const Node*> args(node->args.begin(), node->args.end());
  for (const Node*& arg : args) {
    arg = angles_as_radians(arena, arg);
    const bool degrees = node->kind == Kind::Call && arg->kind == Kind::Quantity &&
                         arg->args[1]->kind == Kind::Unit && is_angle(arg->args[1]->text);
    if (!degrees) continue;
    const UnitConversion conversion = convert_units({{arg->args[1]->text, 1}}, radian());
    if (conversion.relation == UnitRelation::Convertible) arg = converted(arg->args[0], conversion, arena);
  }
  Node copy = *node;
  copy.args = args;
  return arena.add(copy);
}

std::optional<Measure> read_measure(const Node* node, Context& context) {
  context.fuel().spend(1);
  if (!holds_quantity(node)) return is_scalar(node) ? std::optional(Measure{.value = node}) : std::nullopt;
  switch (node->kind) {
    case Kind::Quantity: {
      Measure measure{.value = node->args[0], .has_unit = true};
      if (!read_units(node->args[1], 1, measure, context)) return std::nullopt;
      return measure;
    }
    case Kind::Neg: {
      auto inner = read_measure(node->args[0], context);
      if (inner) inner->value = context.arena.node(Kind::Neg, {inner->value});
      return inner;
    }
    case Kind::Mul:
    case Kind::Div:
      return multiply_measures(node, context);
    case Kind::Add:
      return add_measures(node, context);
    default:
      return std::nullopt;
  }
}

const Node* compound_quantity(const Node* list, Context& context) {
  if (list->kind != Kind::List || list->args.size() < 2 || list->args.size() > 3) return nullptr;
  for (size_t i = 0; i < list->args.size(); ++i) {
    const auto part = read_measure(list->args[i], context);
    if (!part || !part->has_unit || part->units.size() != 1 || !free_symbols(part->value).empty())
      return nullptr;
    if (i == 0) continue;
    const auto larger = read_measure(list->args[i - 1], context);
    const UnitConversion conversion = convert_units(part->units, larger->units);
    if (conversion.relation != UnitRelation::Convertible || is_identity(conversion)) return nullptr;
    const Node* in_larger = converted(part->value, conversion, context.arena);
    if (order(in_larger, context.arena.integer(1), context) != Order::Less) return nullptr;
    if (order(in_larger, context.arena.integer(0), context) == Order::Less) return nullptr;
  }
  return context.arena.node(Kind::Add, list->args);
}

Decision compare_quantities(const Node* answer, const Node* gold, Context& context) {
  answer = angles_as_radians(context.arena, answer);
  gold = angles_as_radians(context.arena, gold);
  if (!holds_quantity(answer) && !holds_quantity(gold)) return compare_trees(answer, gold, context);
  const std::optional<Measure> a = read_measure(answer, context), g = read_measure(gold, context);
  if (a && g && a->has_unit && g->has_unit) return compare_converted(*a, *g, true, context);
  if (a && g && (a->has_unit || g->has_unit)) {
    const Measure& measure = a->has_unit ? *a : *g;
    const Node* bare = a->has_unit ? gold : answer;
    const std::optional<Measure> read = read_measure(letters_as_units(bare, context), context);
    if (read && read->has_unit)
      return compare_converted(a->has_unit ? *a : *read, g->has_unit ? *g : *read, true, context);
    return compare_with_bare(measure, bare, a->has_unit, context);
  }
  return unknown("a quantity against something else");
}

Decision compare_ratios(const Node* answer, const Node* gold, Context& context) {
  if (context.policy.require_reduced && is_reducible_ratio(answer, context)) {
    return different("the ratio is not reduced");
  }
  if (answer->kind == Kind::Ratio && gold->kind == Kind::Ratio) {
    return compare_terms(answer->args, gold->args, context);
  }
  const Node* ratio = answer->kind == Kind::Ratio ? answer : gold;
  const Node* other = ratio == answer ? gold : answer;
  if (other->kind == Kind::Time) {
    const auto seconds = ratio_seconds(ratio, context), clock = time_seconds(other, context);
    if (!seconds || !clock) return different("a ratio against a time of day");
    const bool open = other->meridiem == ' ';
    return compare_seconds(*seconds, *clock, ratio == answer || open, ratio == gold || open);
  }
  if (!is_scalar(other) || !all_scalars(ratio->args)) return unknown("a ratio against something else");
  if (ratio->args.size() != 2) return different("a ratio of several terms against one value");
  const Node* quotient = context.arena.node(Kind::Div, ratio->args);
  const Decision same =
      ratio == answer ? compare_trees(quotient, gold, context) : compare_trees(answer, quotient, context);
  return is_equal(same) ? because(same, "a ratio and its quotient") : same;
}

Decision compare_times(const Node* answer, const Node* gold, Context& context) {
  if (answer->kind == Kind::Time && gold->kind == Kind::Time) return compare_clocks(answer, gold, context);
  if (answer->kind == Kind::Date && gold->kind == Kind::Date) {
    if (answer->args.size() < 3 || gold->args.size() < 3) return unknown("dates without their parts");
    return compare_dates(answer, gold, context);
  }
  const Node* other = answer->kind == Kind::Time || answer->kind == Kind::Date ? gold : answer;
  return is_scalar(other) ? different("a time or date against a number")
                          : unknown("a time or date against something else");
}

}  // namespace r1::math
