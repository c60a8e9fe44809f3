#include "base/rng.h"

#include "base/errors.h"

namespace r1 {

PhiloxBlock philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  constexpr uint32_t kMultiply0 = 0xD2511F53, kMultiply1 = 0xCD9E8D57;
  constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{kMultiply0} * counter[0];
    const uint64_t product1 = uint64_t{kMultiply1} * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(product0)};
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

PhiloxBlock random_block(uint64_t seed, Stream stream, uint64_t item, uint32_t index) {
  return philox4x32(
      {static_cast<uint32_t>(item), static_cast<uint32_t>(item >> 32), index, static_cast<uint32_t>(stream)},
      {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
}

double random_uniform(uint64_t seed, Stream stream, uint64_t item, uint32_t index) {
  const PhiloxBlock words = random_block(seed, stream, item, index);
  const uint64_t bits =
      (uint64_t{words[0]} << 32 | words[1]) >> 12;  // 52 bits, so that adding 0.5 stays exact
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

uint64_t random_below(uint64_t bound, uint64_t seed, Stream stream, uint64_t item, uint32_t index) {
  check(bound > 0, "random_below has a positive bound");
  const PhiloxBlock words = random_block(seed, stream, item, index);
  const uint64_t bits = uint64_t{words[0]} << 32 | words[1];
  return static_cast<uint64_t>((static_cast<unsigned __int128>(bits) * bound) >> 64);
}

uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t x = a + 0x9E3779B97F4A7C15ull * (b + 1);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

uint64_t hash_text(std::string_view text) {
  uint64_t hash = 0xCBF29CE484222325ull;
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001B3ull;
  return mix(hash, text.size());
}

}  // namespace r1
