// What the processor can do at most: multiplications and additions on registers alone. Compiled once per instruction set.
#include "policy/kernels/kernels.h"
#include "policy/kernels/vector.h"

namespace r1::kernels::R1_KERNEL_ISA {
namespace {

constexpr int kSums = 12;  // more than the latency of a multiplication needs

// The compiler must believe that each value is used.
#if defined(__AVX512F__)
inline void use(Vec& value) { asm volatile("" : "+v"(value)); }
#else
inline void use(Vec& value) { asm volatile("" : "+x"(value)); }
#endif

int64_t fp32_flops(int64_t rounds) {
  Vec sums[kSums] = {}, a = broadcast(1.0f), b = broadcast(0.5f);
  for (int64_t i = 0; i < rounds; ++i) {
    for (int s = 0; s < kSums; ++s) {
      sums[s] += a * b;
      use(sums[s]);
    }
  }
  return rounds * kSums * kWidth * 2;
}

#if defined(__AVX512BF16__)
int64_t bf16_flops(int64_t rounds) {
  Vec sums[kSums] = {};
  const __m512bh a = (__m512bh)_mm512_set1_epi32(0x3f803f80);
  for (int64_t i = 0; i < rounds; ++i) {
    for (int s = 0; s < kSums; ++s) {
      sums[s] = (Vec)_mm512_dpbf16_ps((__m512)sums[s], a, a);
      use(sums[s]);
    }
  }
  return rounds * kSums * kWidth * 4;
}
#endif

}  // namespace

int64_t peak_flops(Precision precision, int64_t rounds) {
#if defined(__AVX512BF16__)
  if (precision == Precision::Bf16) return bf16_flops(rounds);
#endif
  (void)precision;  // bf16 is widened and multiplied as fp32
  return fp32_flops(rounds);
}

}  // namespace r1::kernels::R1_KERNEL_ISA
