#include "rewards/math/value/breakpoints.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "rewards/math/value/ball.h"
#include "rewards/math/value/polynomial_roots.h"
#include "rewards/math/value/rational.h"

namespace r1::math {
namespace {

constexpr size_t kMaxSwitches = 24;

bool is_even_root(const Node* node) {
  if (node->kind == Kind::Call) {
    const Node* index = node->args.size() == 2 ? node->args[1] : node;
    return !(index->kind == Kind::Number && (index->number->digits.back() - '0') % 2 == 1);
  }
  return node->args[1]->kind != Kind::Number;  // x^(p/q), x^y
}

class Collector {
 public:
  Collector(const std::vector<std::string_view>& symbols, const std::vector<bool>& is_integer)
      : symbols_(symbols), is_integer_(is_integer) {}

  void collect(const Node* node) {
    if (node->kind == Kind::Number) literal(*node->number);
    if (node->kind == Kind::Div) denominators_.push_back(node->args[1]);
    if (node->kind == Kind::Pow) {
      if (is_even_root(node)) add(node->args[0]);
      if (node->args[1]->kind == Kind::Neg) denominators_.push_back(node->args[0]);
    }
    if (node->kind == Kind::Call) call(node);
    if (node->kind == Kind::Compare) {
      for (size_t i = 0; i + 1 < node->args.size(); ++i) add(node->args[i], node->args[i + 1]);
    }
    for (const Node* arg : node->args) collect(arg);
  }

  void finish() {
    if (branches_) {
      for (const Node* node : denominators_) add(node);
    }
  }

  struct Switch {
    const Node* node;
    const Node* subtracted;  // or none
  };
  std::vector<Switch> switches;
  std::vector<Decimal> literals;
  bool stepped = false, moderate = true, too_many = false;

 private:
  void literal(const Decimal& number) {
    const double value = approximate(number);
    if (value != 0 && (value > 1000 || value < 0.001)) moderate = false;
    if (literals.size() < 8) literals.push_back(number);
  }

  static double approximate(const Decimal& number) {
    double value = 0;
    for (char c : number.digits.substr(0, 18)) value = value * 10 + (c - '0');
    const auto hidden = static_cast<double>(number.digits.size() > 18 ? number.digits.size() - 18 : 0);
    return value * std::pow(10, static_cast<double>(number.exponent) + hidden);
  }

  void add(const Node* node, const Node* subtracted = nullptr) {
    if (free_symbols(node).empty() && (!subtracted || free_symbols(subtracted).empty())) return;
    if (switches.size() >= kMaxSwitches) {
      too_many = true;
      return;
    }
    switches.push_back({node, subtracted});
  }

  void call(const Node* node) {
    switch (node->function) {
      case Function::Abs:
      case Function::Sign:
      case Function::Ln:
      case Function::LogUnstated:
      case Function::Log:
        add(node->args[0]);
        branches_ = branches_ || node->function == Function::Abs || node->function == Function::Sign;
        return;
      case Function::Root:
        if (is_even_root(node)) add(node->args[0]);
        return;
      case Function::Min:
      case Function::Max:
        for (size_t i = 1; i < node->args.size(); ++i) add(node->args[0], node->args[i]);
        return;
      case Function::Asin:
      case Function::Acos:
      case Function::Atan:
      case Function::Acot:
      case Function::Asec:
      case Function::Acsc:
      case Function::Arg:
        branches_ = true;
        add(node->args[0]);
        return;
      case Function::Floor:
      case Function::Ceiling:
      case Function::FractionalPart:
      case Function::Mod:
      case Function::Gcd:
      case Function::Lcm:
        stepped = stepped || !of_integers(node);
        return;
      default:
        return;
    }
  }

  bool of_integers(const Node* node) {
    for (std::string_view name : free_symbols(node)) {
      const auto found = std::ranges::find(symbols_, name);
      if (found == symbols_.end() || !is_integer_[static_cast<size_t>(found - symbols_.begin())])
        return false;
    }
    return true;
  }

  const std::vector<std::string_view>& symbols_;
  const std::vector<bool>& is_integer_;
  std::vector<const Node*> denominators_;
  bool branches_ = false;
};

Rational rational_of(double value) {
  Rational result;
  RealBall ball;
  arf_set_d(arb_midref(ball.get()), std::round(value * 4096) / 4096);
  if (std::abs(value) < 1e-3) arf_set_d(arb_midref(ball.get()), value);
  arf_get_fmpq(result.get(), arb_midref(ball.get()));
  return result;
}

void keep(std::vector<Rational>& values, double value) {
  if (std::isfinite(value) && std::abs(value) < 1e60 && values.size() < kMaxSpecialValues)
    values.push_back(rational_of(value));
}

// Below, between and above, and close on both sides.
void surround(std::vector<double> places, std::vector<Rational>& values) {
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  for (size_t i = 0; i < places.size() && i < 8; ++i) {
    const double place = places[i];
    const double below = i > 0 ? place - places[i - 1] : 2 * std::max(1.0, std::abs(place));
    const double above = i + 1 < places.size() ? places[i + 1] - place : 2 * std::max(1.0, std::abs(place));
    keep(values, place - below * 0.37);
    keep(values, place + above * 0.41);
    keep(values, place - below * 0.01);
    keep(values, place + above * 0.01);
  }
}

}  // namespace

Breakpoints find_breakpoints(const Node* a, const Node* b, const std::vector<std::string_view>& symbols,
                             const std::vector<bool>& is_integer, Meter& meter) {
  Collector collector(symbols, is_integer);
  collector.collect(a);
  collector.collect(b);
  collector.finish();
  Breakpoints result;
  result.any = !collector.switches.empty();
  result.stepped = collector.stepped;
  result.literals_moderate = collector.moderate;
  result.all_found = !collector.too_many;
  std::vector<std::vector<double>> places(symbols.size());
  for (const Collector::Switch& part : collector.switches) {
    std::vector<std::string_view> names = free_symbols(part.node);
    if (part.subtracted) {
      for (std::string_view name : free_symbols(part.subtracted)) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
      }
    }
    const auto found = names.size() == 1 ? std::ranges::find(symbols, names[0]) : symbols.end();
    const auto roots = found == symbols.end()
                           ? std::nullopt
                           : real_zeros_and_poles(part.node, part.subtracted, names[0], meter);
    if (!roots) {
      result.all_found = false;
      continue;
    }
    auto& known = places[static_cast<size_t>(found - symbols.begin())];
    known.insert(known.end(), roots->begin(), roots->end());
  }
  for (size_t i = 0; i < symbols.size(); ++i) {
    SymbolValues special{symbols[i], {}};
    surround(places[i], special.values);
    for (const Decimal& number : collector.literals) {
      const RationalResult value = literal_value(number, meter);
      if (value.state != RationalState::Value || value.value.bits() > 200) continue;
      const double c = fmpq_get_d(value.value.get());
      for (double factor : {1.015625, 0.984375, -1.03125, -0.96875}) keep(special.values, c * factor);
    }
    result.special.push_back(std::move(special));
  }
  return result;
}

}  // namespace r1::math
