// A prime field of 61 bits in which i and the square roots of small primes exist.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "rewards/math/tree/flint.h"

namespace r1::math {

constexpr std::array<uint64_t, 12> kSmallPrimes = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};

uint64_t hash_mix(uint64_t hash, uint64_t value);
uint64_t hash_text(uint64_t hash, std::string_view text);

class PrimeField {
 public:
  static PrimeField fixed(unsigned which);  // 0 or 1; rooted_primes up to 37
  static PrimeField drawn(uint64_t seed);   // one of some 10^12; rooted_primes up to 13. About 50 us

  uint64_t prime() const { return mod_.n; }
  uint64_t add(uint64_t a, uint64_t b) const { return nmod_add(a, b, mod_); }
  uint64_t subtract(uint64_t a, uint64_t b) const { return nmod_sub(a, b, mod_); }
  uint64_t multiply(uint64_t a, uint64_t b) const { return nmod_mul(a, b, mod_); }
  uint64_t inverse(uint64_t a) const { return nmod_inv(a, mod_); }  // REQUIRES a != 0
  uint64_t power(uint64_t base, uint64_t exponent) const { return nmod_pow_ui(base, exponent, mod_); }
  uint64_t power_signed(uint64_t base, int64_t exponent) const;  // REQUIRES base != 0
  uint64_t reduce(const fmpz* value) const { return fmpz_fdiv_ui(value, mod_.n); }
  uint64_t random(uint64_t seed) const { return hash_mix(seed, mod_.n) % mod_.n; }

  // The smaller of the two roots, so that the choice is a ring's; none when `a` is no square.
  std::optional<uint64_t> square_root(uint64_t a) const;
  std::span<const uint64_t> rooted_primes() const { return std::span(kSmallPrimes).first(num_rooted_); }

 private:
  PrimeField(uint64_t prime, size_t num_rooted);
  nmod_t mod_;
  size_t num_rooted_;
};

}  // namespace r1::math
