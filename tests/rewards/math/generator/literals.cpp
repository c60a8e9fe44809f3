#include "tests/rewards/math/generator/literals.h"

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <numeric>

namespace r1::math::generator {
namespace {

constexpr int kMaxDigits = 12;

// Digits behind the point: those that come once, those that repeat. None when there are too many.
struct Digits {
  int64_t whole = 0;
  std::string once, repeated;
};

std::optional<Digits> divided(int64_t p, int64_t q) {
  Digits digits{p / q};
  std::map<int64_t, size_t> seen;
  for (int64_t rest = p % q; rest != 0; rest = rest * 10 % q) {
    if (const auto at = seen.find(rest); at != seen.end()) {
      digits.repeated = digits.once.substr(at->second);
      digits.once.resize(at->second);
      return digits;
    }
    if (digits.once.size() >= kMaxDigits) return std::nullopt;
    seen[rest] = digits.once.size();
    digits.once += static_cast<char>('0' + rest * 10 / q);
  }
  return digits;
}

const char* sign(int64_t p) { return p < 0 ? "-" : ""; }
Binding plain(int64_t p) { return p < 0 ? Binding::Sum : Binding::Atom; }

}  // namespace

Tree random_decimal(Random& random) {
  const int64_t places = random.between(1, 3);
  int64_t q = 1;
  for (int i = 0; i < places; ++i) q *= 10;
  int64_t p = random.between(1, 90 * q);
  if (p % 10 == 0) ++p;
  return *as_decimal(random.one_in(4) ? -p : p, q);
}

std::optional<Tree> as_decimal(int64_t p, int64_t q) {
  const std::optional<Digits> d = divided(std::abs(p), q);
  if (!d || !d->repeated.empty() || d->once.empty()) return std::nullopt;
  return literal(fmt::format("{}{}.{}", sign(p), d->whole, d->once), p, q, plain(p));
}

std::optional<Tree> as_repeating(int64_t p, int64_t q) {
  const std::optional<Digits> d = divided(std::abs(p), q);
  if (!d || d->repeated.empty()) return std::nullopt;
  return literal(fmt::format("{}{}.{}\\overline{{{}}}", sign(p), d->whole, d->once, d->repeated), p, q,
                 plain(p));
}

std::optional<Tree> as_scientific(int64_t p, int64_t q) {
  const std::optional<Digits> d = divided(std::abs(p), q);
  if (!d || !d->repeated.empty() || p == 0) return std::nullopt;
  std::string digits = std::to_string(d->whole) + d->once;
  int64_t exponent = static_cast<int64_t>(std::to_string(d->whole).size()) - 1;
  for (; digits.size() > 1 && digits[0] == '0'; --exponent) digits.erase(0, 1);
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  const std::string mantissa = digits.size() == 1 ? digits : digits.substr(0, 1) + "." + digits.substr(1);
  return literal(fmt::format("{}{} \\times 10^{{{}}}", sign(p), mantissa, exponent), p, q,
                 p < 0 ? Binding::Sum : Binding::Product);
}

std::optional<Tree> as_percent(int64_t p, int64_t q) {
  const std::optional<Digits> d = divided(std::abs(p) * 100, q);
  if (!d || !d->repeated.empty()) return std::nullopt;
  const std::string point = d->once.empty() ? "" : "." + d->once;
  return literal(fmt::format("{}{}{}\\%", sign(p), d->whole, point), p, q,
                 p < 0 ? Binding::Sum : Binding::Product);
}

std::optional<Tree> as_mixed(int64_t p, int64_t q) {
  const int64_t size = std::abs(p);
  if (size < q || size % q == 0) return std::nullopt;
  return literal(fmt::format("{}{}\\frac{{{}}}{{{}}}", sign(p), size / q, size % q, q), p, q,
                 p < 0 ? Binding::Sum : Binding::Product);
}

std::optional<Tree> as_grouped(int64_t n) {
  if (std::abs(n) < 1000) return std::nullopt;
  std::string digits = std::to_string(std::abs(n));
  for (int64_t at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), "{,}");
  }
  return literal(sign(n) + digits, n, 1, plain(n));
}

std::string in_base(int64_t n, int base) {
  std::string digits;
  for (; n > 0; n /= base) digits.insert(0, 1, static_cast<char>('0' + n % base));
  return digits.empty() ? "0" : digits;
}

}  // namespace r1::math::generator
