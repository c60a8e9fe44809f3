#include "rewards/math/value/sample_points.h"

#include <algorithm>
#include <cmath>

#include "rewards/math/value/ball.h"
#include "rewards/math/value/modular_field.h"

namespace r1::math {
namespace {

constexpr unsigned kPlain = 22;  // points before those beside special values
constexpr unsigned kSweep = 20;  // powers of 4, both signs, when breakpoints were not all found
constexpr unsigned kMost = 80;

bool takes_integers(Function function) {
  return function == Function::Factorial || function == Function::DoubleFactorial ||
         function == Function::Binomial || function == Function::Permutations || function == Function::Gcd ||
         function == Function::Lcm;
}

bool rounds(Function function) {
  return function == Function::Floor || function == Function::Ceiling ||
         function == Function::FractionalPart || function == Function::Mod;
}

// By the field's habit; only inside of floor and its kin, where it decides.
bool is_integer_name(std::string_view name) {
  const char c = name[0];
  return (name.size() == 1 || name[1] == '_') && (c == 'n' || c == 'm' || c == 'k' || c == 'j' || c == 'N');
}

Rational dyadic(int64_t numerator, unsigned shift) {
  Rational result;
  Integer scale;
  fmpz_one_2exp(scale.get(), shift);
  fmpq_set_fmpz_frac(result.get(), Integer(numerator).get(), scale.get());
  return result;
}

}  // namespace

std::vector<std::string_view> symbols_of_both(const Node* a, const Node* b) {
  std::vector<std::string_view> names = free_symbols(a);
  if (a != b) {
    for (std::string_view name : free_symbols(b)) names.push_back(name);
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

SamplePoints::SamplePoints(const Node* a, const Node* b, Meter& meter)
    : meter_(meter), seed_(hash_mix(a->hash ^ b->hash, a->hash + b->hash)), symbols_(symbols_of_both(a, b)) {
  is_integer_.assign(symbols_.size(), false);
  mark_integers(a);
  mark_integers(b);
  breakpoints_ = find_breakpoints(a, b, symbols_, is_integer_, meter);
  num_points_ = kPlain;
  for (const SymbolValues& special : breakpoints_.special)
    num_points_ += static_cast<unsigned>(special.values.size());
  if (breakpoints_.any && !breakpoints_.all_found) num_points_ += kSweep;
  num_points_ = std::min(num_points_, kMost);
}

bool SamplePoints::sees_all_breakpoints() const {
  if (breakpoints_.stepped) return false;
  return !breakpoints_.any || breakpoints_.all_found || breakpoints_.literals_moderate;
}

void SamplePoints::mark_integers(const Node* node) {
  if (!meter_.spend(1)) return;
  const auto mark = [&](const Node* part, bool by_name = false) {
    for (std::string_view name : free_symbols(part)) {
      if (by_name && !is_integer_name(name)) continue;
      const auto found = std::ranges::find(symbols_, name);
      if (found != symbols_.end()) is_integer_[static_cast<size_t>(found - symbols_.begin())] = true;
    }
  };
  if (node->kind == Kind::Pow && free_symbols(node->args[0]).empty() &&
      !free_symbols(node->args[1]).empty()) {
    const BallValue base = ball_value(node->args[0], 64, meter_);
    if (base.state == BallState::Finite && !(base.ball.is_real() && arb_is_positive(base.ball.real())))
      mark(node->args[1]);
  }
  if (node->kind == Kind::Call) {
    if (takes_integers(node->function)) mark(node);
    if (rounds(node->function)) mark(node, true);
    if ((node->function == Function::Sum || node->function == Function::Product) && node->args.size() == 4) {
      mark(node->args[2]);
      mark(node->args[3]);
    }
  }
  for (const Node* arg : node->args) mark_integers(arg);
}

uint64_t SamplePoints::random(size_t symbol, unsigned point) const {
  return hash_mix(hash_text(hash_mix(seed_, point), symbols_[symbol]), 17);
}

const Bindings* SamplePoints::next() {
  if (point_ >= num_points_) return nullptr;
  bindings_.clear();
  soft_ = false;
  for (size_t i = 0; i < symbols_.size(); ++i) {
    bindings_.push_back({symbols_[i], is_integer_[i] ? integer_value(i, point_) : real_value(i, point_)});
    if (is_integer_[i] && bindings_.back().value.is_zero()) soft_ = true;
  }
  ++point_;
  return &bindings_;
}

// Points 0 to 7: positive, 1/4 to 3 (where most formulas have values). Then both signs and all sizes; then every special
// value of one symbol with the others as before; then the sweep.
Rational SamplePoints::real_value(size_t symbol, unsigned point) {
  const uint64_t r = random(symbol, point);
  const auto fraction = static_cast<int64_t>(r >> 40 & 0xfff);  // of 4096
  const bool negative = (r & 1) != 0;
  const auto signed_value = [&](int64_t numerator, unsigned shift) {
    return dyadic(negative ? -numerator : numerator, shift);
  };
  unsigned at = point;
  if (at < 8) return dyadic(1024 + fraction * 11 / 4 + 1, 12);
  if (at < kPlain) {
    switch ((at - 8 + (symbols_.size() > 1 ? r >> 8 & 7 : 0)) % 7) {
      case 0:
        return dyadic(-(1024 + fraction * 11 / 4 + 1), 12);
      case 1:
        return dyadic(fraction + 1, 12);
      case 2:
        return dyadic(-(fraction + 1), 12);
      case 3:
        return signed_value(4096 * 3 + fraction * 37, 12);  // 3 to 40
      case 4:
        return signed_value(fraction + 2048, 21);  // about 1/700
      case 5:
        return signed_value(4096 * 100 + fraction * 5000, 12);  // 100 to 5,100
      default:
        return dyadic(4096 + fraction * 3, 12);  // 1 to 4
    }
  }
  at -= kPlain;
  for (size_t s = 0; s < breakpoints_.special.size(); ++s) {
    const auto& values = breakpoints_.special[s].values;
    if (at < values.size()) return s == symbol ? values[at] : dyadic(1024 + fraction * 11 / 4 + 1, 12);
    at -= static_cast<unsigned>(values.size());
  }
  Rational result;  // the sweep: +-4^k, k = -4, ..., 5 times four
  const int power = static_cast<int>(at / 2) * 8 - 32;
  fmpz_set_si(result.numerator(), at % 2 ? -(4096 + fraction) : 4096 + fraction);
  Integer scale;
  fmpz_one_2exp(scale.get(), static_cast<ulong>(std::abs(power)));
  if (power >= 0) {
    fmpq_mul_fmpz(result.get(), result.get(), scale.get());
  } else {
    fmpq_div_fmpz(result.get(), result.get(), scale.get());
  }
  return result;
}

// 1 to 13 and 0, then up to 45, then beside literals and thousands. Several symbols: small ones at random.
Rational SamplePoints::integer_value(size_t symbol, unsigned point) {
  const uint64_t r = random(symbol, point);
  if (point < 14 && symbols_.size() == 1) return Rational(point == 13 ? 0 : static_cast<slong>(point) + 1);
  if (point < 18)
    return Rational(static_cast<slong>(r % 9) + (symbols_.size() > 1 ? static_cast<slong>(r >> 32) % 6 : 1));
  if (point < kPlain) return Rational(static_cast<slong>(14 + r % 32));
  unsigned at = point - kPlain;
  for (size_t s = 0; s < breakpoints_.special.size(); ++s) {
    const auto& values = breakpoints_.special[s].values;
    if (at < values.size()) {
      if (s != symbol || values[at].sign() < 0) return Rational(static_cast<slong>(1 + r % 13));
      Rational whole;
      fmpz_fdiv_q(whole.numerator(), values[at].numerator(), values[at].denominator());
      return whole;
    }
    at -= static_cast<unsigned>(values.size());
  }
  return Rational(static_cast<slong>(r % 2000));
}

}  // namespace r1::math
