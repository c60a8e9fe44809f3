// Tiles of a product on packed panels, for the files of this folder that are compiled once per instruction set.
//
// A tile of R rows x P panels lives in registers over the whole of K. 8 rows x 3 panels of AVX-512 are 24 accumulators, 3
// vectors of w and one broadcast of x: 11 loads for 24 multiplications, within two loads a cycle.
#pragma once

#include <algorithm>

#include "policy/kernels/gemm.h"
#include "policy/kernels/vector.h"

namespace r1::kernels::R1_KERNEL_ISA {

constexpr int kVecs = kPanel / kWidth;  // vectors in one panel's row
constexpr int kGroup = 6;  // panels that are finished together: even for Swiglu, two tiles of three
#if defined(__AVX512F__)
constexpr int kRows = 8, kTilePanels = 3;
#elif defined(__AVX2__)
constexpr int kRows = 4, kTilePanels = 1;
#else
constexpr int kRows = 2, kTilePanels = 1;
#endif
constexpr int kFewRows = kRows / 2;  // up to here tiles are twice as wide: more sums in flight

// x as the tiles read it: fp32 or bf16 pairs as they are; where bf16 is widened in registers, rows widened beforehand.
#if defined(__AVX512BF16__)
constexpr bool kDotPairs = true;
#else
constexpr bool kDotPairs = false;
#endif

template <int Rows, int Panels>
using Sums = Vec[Rows][Panels][kVecs];
template <int Rows, int Panels>
using IntSums = VecInt[Rows][Panels][kVecs];
template <class Format, int Rows, int Panels>
using SumsOf = typename Format::Sum[Rows][Panels][kVecs];

// One step of K for a tile. x points at row 0's values of this step.
template <int Rows, int Panels>
inline void multiply(const float* x, int64_t x_row, const float* w, int64_t panel_stride,
                     Sums<Rows, Panels>& sums) {
  Vec weights[Panels][kVecs];
  for (int p = 0; p < Panels; ++p) {
    for (int v = 0; v < kVecs; ++v) weights[p][v] = load(w + p * panel_stride + v * kWidth);
  }
  for (int r = 0; r < Rows; ++r) {
    const Vec input = broadcast(x[r * x_row]);
    for (int p = 0; p < Panels; ++p) {
      for (int v = 0; v < kVecs; ++v) sums[r][p][v] += input * weights[p][v];
    }
  }
}

#if defined(__AVX512BF16__)
inline Vec dot(Vec sum, __m512i x, __m512i w) {
  return (Vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, (__m512bh)w);
}
#endif
#if defined(__AVX512VNNI__)
// x: four unsigned bytes, w: four signed ones for each column. Integer sums are exact, whatever their order.
inline VecInt dot(VecInt sum, __m512i x, __m512i w) {
  return (VecInt)_mm512_dpbusd_epi32((__m512i)sum, x, w);
}
#endif

#if defined(__AVX512BF16__)
// Four bytes of x against four of each column: two bf16, or four int8.
template <int Rows, int Panels, class Input, class Element, class Sum>
inline void multiply_words(const Input* x, int64_t x_row, const Element* w, int64_t panel_stride,
                           Sum (&sums)[Rows][Panels][kVecs]) {
  __m512i weights[Panels];
  for (int p = 0; p < Panels; ++p) weights[p] = _mm512_loadu_si512(w + p * panel_stride);
  for (int r = 0; r < Rows; ++r) {
    int32_t word;
    std::memcpy(&word, x + r * x_row, sizeof word);
    const __m512i input = _mm512_set1_epi32(word);
    for (int p = 0; p < Panels; ++p) sums[r][p][0] = dot(sums[r][p][0], input, weights[p]);
  }
}

template <int Rows, int Panels>
inline void multiply(const Bf16* x, int64_t x_row, const Bf16* w, int64_t panel_stride,
                     Sums<Rows, Panels>& sums) {
  multiply_words<Rows, Panels>(x, x_row, w, panel_stride, sums);
}
#else
// x: pairs of floats, widened before.
template <int Rows, int Panels>
inline void multiply(const float* x, int64_t x_row, const Bf16* w, int64_t panel_stride,
                     Sums<Rows, Panels>& sums) {
  Vec even[Panels][kVecs], odd[Panels][kVecs];
  for (int p = 0; p < Panels; ++p) {
    for (int v = 0; v < kVecs; ++v) {
      VecBits pairs;
      std::memcpy(&pairs, w + p * panel_stride + v * 2 * kWidth, sizeof pairs);
      const VecBits low = pairs << 16, high = pairs & 0xffff0000u;
      std::memcpy(&even[p][v], &low, sizeof low);
      std::memcpy(&odd[p][v], &high, sizeof high);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    const Vec first = broadcast(x[r * x_row]), second = broadcast(x[r * x_row + 1]);
    for (int p = 0; p < Panels; ++p) {
      for (int v = 0; v < kVecs; ++v) {
        sums[r][p][v] += first * even[p][v];
        sums[r][p][v] += second * odd[p][v];
      }
    }
  }
}
#endif

#if defined(__AVX512VNNI__)
template <int Rows, int Panels>
inline void multiply(const uint8_t* x, int64_t x_row, const int8_t* w, int64_t panel_stride,
                     IntSums<Rows, Panels>& sums) {
  multiply_words<Rows, Panels>(x, x_row, w, panel_stride, sums);
}
#endif

// Where a tile finds x: element (r, k) at data + r * row + k / step * step_stride + k % step.
template <class Input>
struct RowsOf {
  const Input* data;
  int64_t row, step;
};

template <class Format, int R, int P, class Input>
inline void tile(RowsOf<Input> x, const typename Format::Element* w, int64_t panel_stride, int64_t steps,
                 float* out, int64_t out_row) {
  SumsOf<Format, R, P> sums = {};
  for (int64_t s = 0; s < steps; ++s) {
    multiply<R, P>(x.data + s * x.step, x.row, w + s * kPanel * Format::kStep, panel_stride, sums);
  }
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p) {
      // As they are: integer sums are made floats by whoever knows their scales.
      for (int v = 0; v < kVecs; ++v)
        std::memcpy(out + r * out_row + p * kPanel + v * kWidth, &sums[r][p][v], sizeof(Vec));
    }
  }
}

// R rows of `panels` panels into out [R][kGroup * 16].
template <class Format, int R, class Input>
inline void group(RowsOf<Input> x, const typename Format::Element* w, int64_t panel_stride, int64_t steps,
                  int64_t panels, float* out) {
  constexpr int64_t kOutRow = kGroup * kPanel;
  constexpr int kWide = R <= kFewRows ? 2 * kTilePanels : kTilePanels;
  int64_t p = 0;
  for (; p + kWide <= panels; p += kWide) {
    tile<Format, R, kWide>(x, w + p * panel_stride, panel_stride, steps, out + p * kPanel, kOutRow);
  }
  for (; p < panels; ++p)
    tile<Format, R, 1>(x, w + p * panel_stride, panel_stride, steps, out + p * kPanel, kOutRow);
}

// body.operator()<R>() with R = rows, known to the compiler; 1 <= rows <= kRows.
template <int R = kRows, class Body>
inline void with_rows(int64_t rows, const Body& body) {
  if constexpr (R > 1) {
    if (rows < R) return with_rows<R - 1>(rows, body);
  }
  body.template operator()<R>();
}

template <class Format, class Input>
inline void group_of(int64_t rows, RowsOf<Input> x, const typename Format::Element* w, int64_t panel_stride,
                     int64_t steps, int64_t panels, float* out) {
  with_rows(rows, [&]<int R>() { group<Format, R>(x, w, panel_stride, steps, panels, out); });
}

}  // namespace r1::kernels::R1_KERNEL_ISA
