#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/rewards/math/generator/answer.h"

namespace r1::math::generator {
namespace {

long double real(const Tree& tree) { return value(tree, {}).real(); }

// Truth over pairs: Same when all are, Differ when one does.
Truth both(Truth a, Truth b) {
  if (a == Truth::Differ || b == Truth::Differ) return Truth::Differ;
  return a == Truth::Same && b == Truth::Same ? Truth::Same : Truth::Unclear;
}

Truth contained(const std::vector<Tree>& a, const std::vector<Tree>& b) {
  Truth all = Truth::Same;
  for (const Tree& item : a) {
    Truth found = Truth::Differ;
    for (const Tree& other : b) {
      const Truth truth = compared(item, other);
      if (truth == Truth::Same || (truth == Truth::Unclear && found == Truth::Differ)) found = truth;
    }
    all = both(all, found);
  }
  return all;
}

Truth in_order(const std::vector<Tree>& a, const std::vector<Tree>& b) {
  if (a.size() != b.size()) return Truth::Differ;
  Truth all = Truth::Same;
  for (size_t i = 0; i < a.size(); ++i) all = both(all, compared(a[i], b[i]));
  return all;
}

bool inside(long double x, const Answer& region) {
  constexpr long double kNear = 1e-12L;
  for (const Piece& piece : region.pieces) {
    const long double low = piece.lower ? x - real(piece.lower) : 1;
    const long double high = piece.upper ? real(piece.upper) - x : 1;
    const bool low_ok = std::abs(low) < kNear ? !piece.open_lower : low > 0;
    const bool high_ok = std::abs(high) < kNear ? !piece.open_upper : high > 0;
    if (low_ok && high_ok) return true;
  }
  return false;
}

// Two unions of intervals differ at an end, between two ends or outside all, or nowhere.
Truth same_region(const Answer& a, const Answer& b) {
  std::vector<long double> ends;
  for (const Answer* answer : {&a, &b}) {
    for (const Piece& piece : answer->pieces) {
      for (const Tree& end : {piece.lower, piece.upper}) {
        if (!end) continue;
        if (!std::isfinite(real(end)) || value(end, {}).imag() != 0) return Truth::Unclear;
        ends.push_back(real(end));
      }
    }
  }
  std::sort(ends.begin(), ends.end());
  std::vector<long double> points = ends;
  for (size_t i = 0; i + 1 < ends.size(); ++i) {
    const long double gap = ends[i + 1] - ends[i];
    if (gap > 1e-12L && gap < 1e-9L) return Truth::Unclear;
    if (gap >= 1e-9L) points.push_back(ends[i] + gap / 2);
  }
  if (!ends.empty()) points.insert(points.end(), {ends.front() - 1, ends.back() + 1});
  for (long double x : points) {
    if (inside(x, a) != inside(x, b)) return Truth::Differ;
  }
  return Truth::Same;
}

Truth same_equation(const Answer& a, const Answer& b) {
  const Tree f = sum({a.parts[0], negate(a.parts[1])}), g = sum({b.parts[0], negate(b.parts[1])});
  std::optional<Value> ratio;
  std::vector<std::string> names = variables(f);
  for (std::string& name : variables(g)) names.push_back(std::move(name));
  for (const Point& point : sample_points(names, 6)) {
    const Value here = value(f, point) / value(g, point);
    if (!std::isfinite(here.real()) || std::abs(here) < 1e-9L) return Truth::Unclear;
    if (!ratio) ratio = here;
    if (compared(*ratio, here) == Truth::Differ) return Truth::Differ;
  }
  return Truth::Same;
}

Truth same_quantity(const Answer& a, const Answer& b) {
  const Unit &u = unit_named(a.unit), &v = unit_named(b.unit);
  if (std::string_view(u.dimension) != v.dimension) return Truth::Differ;
  const auto amount = [](const Answer& answer, const Unit& unit) {
    const Value v = value(answer.parts[0], {}) * static_cast<long double>(unit.numerator) /
                    static_cast<long double>(unit.denominator);
    return std::string_view(unit.name) == "rad" ? v * 180.0L / std::acos(-1.0L) : v;
  };
  return compared(amount(a, u), amount(b, v));
}

}  // namespace

Truth same(const Answer& a, const Answer& b) {
  if (a.shape != b.shape) return Truth::Differ;
  switch (a.shape) {
    case Shape::Region:
      return same_region(a, b);
    case Shape::Set:
      return both(contained(a.parts, b.parts), contained(b.parts, a.parts));
    case Shape::List:
      if (a.parts.size() != b.parts.size()) return Truth::Differ;
      return both(contained(a.parts, b.parts), contained(b.parts, a.parts));
    case Shape::Equation:
      return same_equation(a, b);
    case Shape::Matrix:
      return a.columns != b.columns ? Truth::Differ : in_order(a.parts, b.parts);
    case Shape::Quantity:
      return same_quantity(a, b);
    case Shape::Ratio: {
      if (a.parts.size() != b.parts.size()) return Truth::Differ;
      Truth all = Truth::Same;
      for (size_t i = 1; i < a.parts.size(); ++i) {
        all = both(all, compared(product({a.parts[0], b.parts[i]}), product({b.parts[0], a.parts[i]})));
      }
      return all;
    }
    case Shape::BaseNumber:
      return a.base != b.base ? Truth::Differ : in_order(a.parts, b.parts);
    default:
      return in_order(a.parts, b.parts);
  }
}

}  // namespace r1::math::generator
