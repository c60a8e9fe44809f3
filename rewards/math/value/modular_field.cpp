#include "rewards/math/value/modular_field.h"

#include <algorithm>

namespace r1::math {
namespace {

// 1 modulo 8 * 3 * 5 * ... * 37, so every prime up to 37 and -1 are squares (quadratic reciprocity).
constexpr uint64_t kFixedPrimes[2] = {2075313309733503841ULL, 1729388180841200881ULL};
constexpr uint64_t kDrawnStep = 120120;  // 8 * 3 * 5 * 7 * 11 * 13

}  // namespace

uint64_t hash_mix(uint64_t hash, uint64_t value) {  // splitmix64's finaliser over a running state
  hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

uint64_t hash_text(uint64_t hash, std::string_view text) {
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3ULL;  // FNV-1a
  return hash_mix(hash, text.size());
}

PrimeField::PrimeField(uint64_t prime, size_t num_rooted) : num_rooted_(num_rooted) {
  nmod_init(&mod_, prime);
}

PrimeField PrimeField::fixed(unsigned which) { return {kFixedPrimes[which & 1], kSmallPrimes.size()}; }

PrimeField PrimeField::drawn(uint64_t seed) {
  const uint64_t low = (uint64_t{1} << 60) / kDrawnStep, high = (uint64_t{1} << 61) / kDrawnStep;
  uint64_t k = low + hash_mix(seed, 61) % (high - low);
  while (!n_is_prime(k * kDrawnStep + 1)) k = k + 1 < high ? k + 1 : low;
  return {k * kDrawnStep + 1, 6};
}

uint64_t PrimeField::power_signed(uint64_t base, int64_t exponent) const {
  const uint64_t magnitude =
      exponent < 0 ? 0 - static_cast<uint64_t>(exponent) : static_cast<uint64_t>(exponent);
  const uint64_t result = power(base, magnitude);
  return exponent < 0 ? inverse(result) : result;
}

std::optional<uint64_t> PrimeField::square_root(uint64_t a) const {
  const uint64_t root = n_sqrtmod(a, mod_.n);
  if (root == 0 && a != 0) return std::nullopt;
  return std::min(root, mod_.n - root);
}

}  // namespace r1::math
