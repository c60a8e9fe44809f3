// Vectors of floats for the files of this folder that are compiled once per instruction set; included by nothing else.
//
// R1_KERNEL_ISA (cmake/R1Kernels.cmake) names the set and the namespace: plain, avx2, avx512 or avx512_bf16. Written with
// GCC/clang vector types, so one source serves all widths; intrinsics stand only where a type cannot say it.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <new>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace r1::kernels::R1_KERNEL_ISA {

#if defined(__AVX512F__)
constexpr int kWidth = 16;  // floats in a vector
#elif defined(__AVX2__)
constexpr int kWidth = 8;
#else
constexpr int kWidth = 4;
#endif

typedef float Vec __attribute__((vector_size(4 * kWidth)));
typedef int32_t VecInt __attribute__((vector_size(4 * kWidth)));
typedef uint32_t VecBits __attribute__((vector_size(4 * kWidth)));
typedef uint16_t VecHalf __attribute__((vector_size(2 * kWidth)));

inline Vec load(const float* from) {
  Vec value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

inline void store(float* to, Vec value) { std::memcpy(to, &value, sizeof value); }

// Asks for `count` values that will be read soon.
template <class T>
inline void prefetch(const T* from, int64_t count) {
  constexpr int64_t kLine = 64 / sizeof(T);
  for (int64_t i = 0; i < count; i += kLine) __builtin_prefetch(from + i);
}

inline Vec broadcast(float value) { return value - Vec{}; }

// The last n < kWidth floats, the other lanes filled with `fill`.
inline Vec load_tail(const float* from, int64_t n, float fill = 0.0f) {
  Vec value = broadcast(fill);
  std::memcpy(&value, from, static_cast<size_t>(n) * sizeof(float));
  return value;
}

inline void store_tail(float* to, Vec value, int64_t n) {
  std::memcpy(to, &value, static_cast<size_t>(n) * sizeof(float));
}

inline Vec load_n(const float* from, int64_t n, float fill = 0.0f) {
  return n == kWidth ? load(from) : load_tail(from, n, fill);
}

inline void store_n(float* to, Vec value, int64_t n) {
  if (n == kWidth)
    store(to, value);
  else
    store_tail(to, value, n);
}

// Calls body(offset, count) over a row; count is kWidth except for the last, partial vector.
template <class Body>
inline void for_vectors(int64_t length, Body body) {
  int64_t i = 0;
  for (; i + kWidth <= length; i += kWidth) body(i, kWidth);
  if (i < length) body(i, length - i);
}

// Sum of the lanes by halving: the order is a property of the width alone.
inline float sum_lanes(Vec value) {
  float lanes[kWidth];
  store(lanes, value);
  for (int half = kWidth / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

inline float max_lanes(Vec value) {
  float largest = value[0];
  for (int i = 1; i < kWidth; ++i) largest = value[i] > largest ? value[i] : largest;
  return largest;
}

inline Vec max_vec(Vec a, Vec b) { return a > b ? a : b; }

// exp(x): Cody-Waite reduction by ln 2 and a degree-6 polynomial; relative error below 3e-7 on [-87, 88].
// Below -87 the result is 0; above 88 it saturates (callers only pass x <= 0 or bounded gates).
inline Vec exp_vec(Vec x) {
  const Vec low = broadcast(-87.0f), high = broadcast(88.0f);
  const VecInt vanishes = x < low;
  const Vec clamped_below = x < low ? low : x;  // a NaN stays one: it must reach whoever checks for it
  const Vec clamped = clamped_below > high ? high : clamped_below;
  const Vec magic = broadcast(12582912.0f);  // 1.5 * 2^23: adding it rounds to the nearest integer
  const Vec n = (clamped * 1.44269504088896341f + magic) - magic;
  const Vec r = (clamped - n * 0.693145751953125f) - n * 1.428606765330187e-06f;
  Vec p = r * (1.0f / 720) + (1.0f / 120);
  p = p * r + (1.0f / 24);
  p = p * r + (1.0f / 6);
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const VecInt exponent = (__builtin_convertvector(n, VecInt) + 127) << 23;
  Vec scale;
  std::memcpy(&scale, &exponent, sizeof scale);
  return vanishes ? Vec{} : p * scale;
}

inline Vec sigmoid(Vec x) { return 1.0f / (1.0f + exp_vec(-x)); }

// bfloat16 is the upper half of a float. Rounding is to nearest even; a NaN stays a NaN.
using Bf16 = uint16_t;

inline float widen(Bf16 value) {
  const uint32_t bits = static_cast<uint32_t>(value) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

inline Vec widen(VecHalf value) {
  const VecBits bits = __builtin_convertvector(value, VecBits) << 16;
  Vec result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

inline VecHalf round_to_bf16(Vec value) {
  VecBits bits;
  std::memcpy(&bits, &value, sizeof bits);
  const VecBits rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  const VecBits quiet_nan = bits >> 16 | 0x40;
  return __builtin_convertvector(value == value ? rounded : quiet_nan, VecHalf);
}

// What activations and packed weights are stored as, and how a row of them is read and written as floats.
struct Fp32 {
  using Element = float;
  using Sum = Vec;
  static constexpr int kStep = 1;  // elements of K that lie together in a packed panel
};
struct Bf16Pairs {
  using Element = Bf16;
  using Sum = Vec;
  static constexpr int kStep = 2;
};
// Packed weights of int8 products; x is unsigned bytes.
struct Int8Quads {
  using Element = int8_t;
  using Sum = VecInt;
  static constexpr int kStep = 4;
};

inline Vec load_n(const Bf16* from, int64_t n, float fill = 0.0f) {
  VecHalf value{};
  if (n == kWidth) {
    std::memcpy(&value, from, sizeof value);
    return widen(value);
  }
  std::memcpy(&value, from, static_cast<size_t>(n) * sizeof(Bf16));
  Vec result = widen(value);
  if (fill != 0.0f) {
    for (int i = static_cast<int>(n); i < kWidth; ++i) result[i] = fill;
  }
  return result;
}

inline void store_n(Bf16* to, Vec value, int64_t n) {
  const VecHalf rounded = round_to_bf16(value);
  std::memcpy(to, &rounded, static_cast<size_t>(n) * sizeof(Bf16));
}

// Memory that a thread keeps between calls. Not std::vector: an instance of a library template that is compiled here with
// this set's instructions could become the whole program's copy, also on a processor without them.
template <class T>
class Scratch {
 public:
  Scratch() = default;
  ~Scratch() { std::free(data_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  // At least `size` values, 64-byte aligned, of unspecified content; what an earlier call gave may be gone.
  T* at_least(int64_t size) {
    if (size > size_) {
      std::free(data_);
      const size_t bytes = (static_cast<size_t>(size) * sizeof(T) + 63) / 64 * 64;
      data_ = static_cast<T*>(std::aligned_alloc(64, bytes));
      size_ = data_ ? size : 0;
      if (!data_) throw std::bad_alloc();  // reaches main() through the pool
    }
    return data_;
  }

 private:
  T* data_ = nullptr;
  int64_t size_ = 0;
};

inline void from_float(float value, float& to) { to = value; }
inline void from_float(float value, Bf16& to) { to = round_to_bf16(broadcast(value))[0]; }

}  // namespace r1::kernels::R1_KERNEL_ISA
