#include "rewards/math/value/integer_functions.h"

#include <algorithm>

namespace r1::math {
namespace {

constexpr ulong kMaxFactorial = 3000;  // 3000! has 30,337 bits

// What a number of `bits` bits costs to make by a product tree, in parts.
int64_t product_cost(int64_t bits) { return 8 + bits / 32; }

IntegerState factorial(const Integer& n, Integer& result, Meter& meter) {
  if (fmpz_sgn(n.get()) < 0) return IntegerState::Undefined;
  if (fmpz_cmp_ui(n.get(), kMaxFactorial) > 0) return IntegerState::TooLarge;
  const ulong value = fmpz_get_ui(n.get());
  if (!meter.spend(product_cost(static_cast<int64_t>(value) * 12))) return IntegerState::TooLarge;
  fmpz_fac_ui(result.get(), value);
  return IntegerState::Value;
}

IntegerState double_factorial(const Integer& n, Integer& result, Meter& meter) {
  if (fmpz_cmp_si(n.get(), -1) < 0) return IntegerState::Undefined;
  if (fmpz_cmp_ui(n.get(), kMaxFactorial) > 0) return IntegerState::TooLarge;
  fmpz_one(result.get());
  for (slong k = fmpz_get_si(n.get()); k > 1; k -= 2) {
    if (!meter.spend(1 + static_cast<int64_t>(fmpz_bits(result.get())) / 2048)) return IntegerState::TooLarge;
    fmpz_mul_si(result.get(), result.get(), k);
  }
  return IntegerState::Value;
}

// n (n - 1) ... (n - k + 1), for any integer n.
IntegerState falling(const Integer& n, ulong k, Integer& result, Meter& meter) {
  const auto bits = static_cast<int64_t>(fmpz_bits(n.get()));
  if (k > kMaxBits || static_cast<int64_t>(k) * (bits + 1) > 2 * kMaxBits) return IntegerState::TooLarge;
  Integer factor = n;
  fmpz_one(result.get());
  for (ulong i = 0; i < k; ++i) {
    if (!meter.spend(1 + static_cast<int64_t>(fmpz_bits(result.get())) / 2048)) return IntegerState::TooLarge;
    fmpz_mul(result.get(), result.get(), factor.get());
    fmpz_sub_ui(factor.get(), factor.get(), 1);
  }
  return IntegerState::Value;
}

IntegerState permutations(const Integer& n, const Integer& k, Integer& result, Meter& meter) {
  if (fmpz_sgn(n.get()) < 0 || fmpz_sgn(k.get()) < 0) return IntegerState::Undefined;
  if (fmpz_cmp(k.get(), n.get()) > 0) {
    fmpz_zero(result.get());
    return IntegerState::Value;
  }
  if (!fmpz_abs_fits_ui(k.get())) return IntegerState::TooLarge;
  return falling(n, fmpz_get_ui(k.get()), result, meter);
}

IntegerState binomial(const Integer& n, const Integer& k, Integer& result, Meter& meter) {
  fmpz_zero(result.get());
  if (fmpz_sgn(k.get()) < 0) return IntegerState::Value;
  Integer smaller = k;
  if (fmpz_sgn(n.get()) >= 0) {
    if (fmpz_cmp(k.get(), n.get()) > 0) return IntegerState::Value;
    Integer other;
    fmpz_sub(other.get(), n.get(), k.get());
    if (fmpz_cmp(other.get(), k.get()) < 0) smaller = other;
  }
  if (!fmpz_abs_fits_ui(smaller.get())) return IntegerState::TooLarge;
  const ulong count = fmpz_get_ui(smaller.get());
  const IntegerState state = falling(n, count, result, meter);
  if (state != IntegerState::Value) return state;
  if (!meter.spend(product_cost(static_cast<int64_t>(count) * 12))) return IntegerState::TooLarge;
  Integer divisor;
  fmpz_fac_ui(divisor.get(), count);
  fmpz_divexact(result.get(), result.get(), divisor.get());
  return IntegerState::Value;
}

IntegerState fold(Function function, std::span<const Integer> args, Integer& result, Meter& meter) {
  fmpz_abs(result.get(), args[0].get());
  for (const Integer& arg : args.subspan(1)) {
    const auto limbs = static_cast<int64_t>(fmpz_size(result.get()) + fmpz_size(arg.get()));
    if (!meter.spend(2 + limbs * limbs / 128)) return IntegerState::TooLarge;
    if (function == Function::Gcd) {
      fmpz_gcd(result.get(), result.get(), arg.get());
    } else {
      fmpz_lcm(result.get(), result.get(), arg.get());
    }
    if (static_cast<int64_t>(fmpz_bits(result.get())) > kMaxBits) return IntegerState::TooLarge;
  }
  return IntegerState::Value;
}

}  // namespace

bool is_integer_function(Function function) {
  return function == Function::Factorial || function == Function::DoubleFactorial ||
         function == Function::Binomial || function == Function::Permutations || function == Function::Gcd ||
         function == Function::Lcm;
}

IntegerState integer_function(Function function, std::span<const Integer> args, Integer& result,
                              Meter& meter) {
  switch (function) {
    case Function::Factorial:
      return factorial(args[0], result, meter);
    case Function::DoubleFactorial:
      return double_factorial(args[0], result, meter);
    case Function::Binomial:
      return binomial(args[0], args[1], result, meter);
    case Function::Permutations:
      return permutations(args[0], args[1], result, meter);
    default:
      return fold(function, args, result, meter);
  }
}

}  // namespace r1::math
