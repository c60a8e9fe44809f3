// Compiled once per instruction set (cmake/R1Kernels.cmake).
#include "policy/kernels/gemm.h"

#include <algorithm>

#include "policy/kernels/tile.h"
#include "policy/kernels/vector.h"

namespace r1::kernels::R1_KERNEL_ISA {
namespace {

// ---- what becomes of the sums ------------------------------------------------------------------------------------

void store_row(const Product& product, int64_t m, int64_t n, int64_t count, const float* sums) {
  float* y = product.y + m * product.y_row + n;
  const float* residual = product.residual ? product.residual + m * product.y_row + n : nullptr;
  for_vectors(count, [&](int64_t i, int64_t c) {
    Vec value = load(sums + i);
    if (product.bias) value += load_n(product.bias + n + i, c);
    if (residual) value = load_n(residual + i, c) + value;
    store_n(y + i, value, c);
  });
}

void accumulate_row(const Product& product, int64_t m, int64_t n, int64_t count, const float* sums) {
  float* y = product.y + m * product.y_row + n;
  for_vectors(count, [&](int64_t i, int64_t c) { store_n(y + i, load_n(y + i, c) + load(sums + i), c); });
}

template <class Element>
void element_row(const Product& product, int64_t m, int64_t n, int64_t count, const float* sums) {
  Element* act = static_cast<Element*>(product.act) + m * product.act_row + n;
  for_vectors(count, [&](int64_t i, int64_t c) {
    Vec value = load(sums + i);
    if (product.bias) value += load_n(product.bias + n + i, c);
    store_n(act + i, value, c);
  });
}

template <class Element>
void swiglu_row(const Product& product, int64_t m, int64_t n, int64_t count, const float* sums) {
  const int64_t features = product.N / 2;
  for (int64_t pair = 0; pair < count; pair += 2 * kPanel) {
    const int64_t first = (n + pair) / 2, width = std::min(kPanel, features - first);
    const float *gate = sums + pair, *up = gate + kPanel;
    Element* act = static_cast<Element*>(product.act) + m * product.act_row + first;
    for_vectors(width, [&](int64_t i, int64_t c) {
      const Vec g = load(gate + i), u = load(up + i);
      store_n(act + i, g * sigmoid(g) * u, c);
    });
    if (!product.gate_up) continue;
    Element* kept = static_cast<Element*>(product.gate_up) + m * product.N;
    for_vectors(width, [&](int64_t i, int64_t c) {
      store_n(kept + first + i, load(gate + i), c);
      store_n(kept + features + first + i, load(up + i), c);
    });
  }
}

template <class Format>
void finish(const Product& product, int64_t m, int64_t n, int64_t columns, const float* sums) {
  using Element = typename Format::Element;
  switch (product.finish) {
    case Finish::Store:
      return store_row(product, m, n, std::min(columns, product.N - n), sums);
    case Finish::Accumulate:
      return accumulate_row(product, m, n, std::min(columns, product.N - n), sums);
    case Finish::Element:
      return element_row<Element>(product, m, n, std::min(columns, product.N - n), sums);
    case Finish::Swiglu:
      return swiglu_row<Element>(product, m, n, columns, sums);
  }
}

// ---- x as the tiles want it -----------------------------------------------------------------------------------------

template <class Format>
RowsOf<typename Format::Element> rows_of(const Product& product, int64_t m) {
  const auto* x = static_cast<const typename Format::Element*>(product.x);
  if (!product.x_packed) return {x + m * product.x_row, product.x_row, Format::kStep};
  const int64_t panel = product.x_panel ? product.x_panel : round_up(product.K, Format::kStep) * kPanel;
  return {x + m / kPanel * panel + m % kPanel * Format::kStep, Format::kStep, kPanel * Format::kStep};
}

// kRows rows of bf16 as floats, [rows][K padded]; the odd end of K is a zero.
inline RowsOf<float> widened(RowsOf<Bf16> x, int64_t rows, int64_t K, Scratch<float>& scratch) {
  const int64_t padded = round_up(K, 2);
  float* floats = scratch.at_least(kRows * padded);
  for (int64_t r = 0; r < rows; ++r) {
    float* to = floats + r * padded;
    for (int64_t k = 0; k < K; ++k) to[k] = widen(x.data[r * x.row + k / 2 * x.step + k % 2]);
    if (padded > K) to[K] = 0;
  }
  return {floats, padded, 2};
}

// For an odd K in row-major x, the last pair would read past the row: a copy of the rows with a zero there.
inline RowsOf<Bf16> padded_pairs(RowsOf<Bf16> x, int64_t rows, int64_t K, Scratch<Bf16>& scratch) {
  const int64_t padded = K + 1;
  Bf16* pairs = scratch.at_least(kRows * padded);
  for (int64_t r = 0; r < rows; ++r) {
    std::memcpy(pairs + r * padded, x.data + r * x.row, static_cast<size_t>(K) * sizeof(Bf16));
    pairs[r * padded + K] = 0;
  }
  return {pairs, padded, 2};
}

template <class Format, class Input>
void product_rows(const Product& product, RowsOf<Input> x, int64_t m, int64_t rows, int64_t panel_begin,
                  int64_t panel_end) {
  using Element = typename Format::Element;
  const int64_t padded_K = round_up(product.K, Format::kStep);
  const int64_t panel_stride = product.w_panel ? product.w_panel : padded_K * kPanel;
  const auto* w = static_cast<const Element*>(product.w);
  float sums[kRows * kGroup * kPanel];
  for (int64_t p = panel_begin; p < panel_end; p += kGroup) {
    const int64_t panels = std::min<int64_t>(kGroup, panel_end - p);
    group_of<Format>(rows, x, w + p * panel_stride, panel_stride, padded_K / Format::kStep, panels, sums);
    for (int64_t r = 0; r < rows; ++r) {
      finish<Format>(product, m + r, p * kPanel, panels * kPanel, sums + r * kGroup * kPanel);
    }
  }
}

template <class Format>
void product(const Product& product, int64_t row_begin, int64_t row_end, int64_t panel_begin,
             int64_t panel_end) {
  [[maybe_unused]] static thread_local Scratch<float> floats;
  [[maybe_unused]] static thread_local Scratch<Bf16> pairs;
  for (int64_t m = row_begin; m < row_end; m += kRows) {
    const int64_t rows = std::min<int64_t>(kRows, row_end - m);
    const auto x = rows_of<Format>(product, m);
    if constexpr (Format::kStep == 1) {
      product_rows<Format>(product, x, m, rows, panel_begin, panel_end);
    } else if constexpr (kDotPairs) {
      const bool odd = product.K % 2 != 0 && !product.x_packed;
      product_rows<Format>(product, odd ? padded_pairs(x, rows, product.K, pairs) : x, m, rows, panel_begin,
                           panel_end);
    } else {
      product_rows<Format>(product, widened(x, rows, product.K, floats), m, rows, panel_begin, panel_end);
    }
  }
}

// ---- packing -----------------------------------------------------------------------------------------------------------

template <class Format>
void pack(const float* rows, int64_t stride, int64_t count, int64_t K, void* panel) {
  using Element = typename Format::Element;
  constexpr int64_t kStep = Format::kStep, kBlock = 64;  // columns converted at a time
  auto* to = static_cast<Element*>(panel);
  Element block[kPanel][kBlock];
  for (int64_t begin = 0; begin < K; begin += kBlock) {
    const int64_t width = std::min(kBlock, K - begin), padded = round_up(width, kStep);
    std::memset(block, 0, sizeof block);
    for (int64_t n = 0; n < count; ++n) {
      for_vectors(width, [&](int64_t i, int64_t c) {
        store_n(block[n] + i, load_n(rows + n * stride + begin + i, c), c);
      });
    }
    for (int64_t k = 0; k < padded; k += kStep) {
      Element* out = to + (begin + k) * kPanel;
      for (int64_t n = 0; n < kPanel; ++n)
        std::memcpy(out + n * kStep, block[n] + k, kStep * sizeof(Element));
    }
  }
}

template <class Format, class Source>
void pack_rows(const void* rows, int64_t stride, int64_t begin, int64_t end, int64_t columns, void* panels,
               int64_t panel_stride) {
  using Element = typename Format::Element;
  constexpr int64_t kStep = Format::kStep;
  const auto* from = static_cast<const Source*>(rows);
  auto* to = static_cast<Element*>(panels);
  for (int64_t k = begin; k < end; k += kStep) {
    for (int64_t column = 0; column < columns; column += kPanel) {
      const int64_t width = std::min(kPanel, columns - column);
      Element* out = to + column / kPanel * panel_stride + k * kPanel;
      for (int64_t i = 0; i < kPanel; i += kWidth) {
        const int64_t count = std::clamp<int64_t>(width - i, 0, kWidth);
        const Vec first = load_n(from + k * stride + column + i, count);
        if constexpr (kStep == 1) {
          store(out + i, first);
        } else {
          const Vec second = k + 1 < end ? load_n(from + (k + 1) * stride + column + i, count) : Vec{};
          const VecBits low = __builtin_convertvector(round_to_bf16(first), VecBits),
                        high = __builtin_convertvector(round_to_bf16(second), VecBits);
          const VecBits pairs = low | high << 16;
          std::memcpy(out + 2 * i, &pairs, sizeof pairs);
        }
      }
    }
  }
}

// ---- int8 -----------------------------------------------------------------------------------------------------------

#if defined(__AVX512VNNI__)
typedef uint8_t VecByte __attribute__((vector_size(kWidth)));
constexpr int kBias = 128;  // x is stored as unsigned bytes around it

void int8_rows(const Int8Product& int8, int64_t m, int64_t rows, int64_t panel_begin, int64_t panel_end) {
  const Product& product = int8.product;
  const int64_t padded_K = int8_columns(product.K), panel_stride = padded_K * kPanel;
  const RowsOf<uint8_t> x{static_cast<const uint8_t*>(product.x) + m * product.x_row, product.x_row, 4};
  const auto* w = static_cast<const int8_t*>(product.w);
  float sums[kRows * kGroup * kPanel];
  for (int64_t p = panel_begin; p < panel_end; p += kGroup) {
    const int64_t panels = std::min<int64_t>(kGroup, panel_end - p), columns = panels * kPanel,
                  n = p * kPanel;
    group_of<Int8Quads>(rows, x, w + p * panel_stride, panel_stride, padded_K / 4, panels, sums);
    for (int64_t r = 0; r < rows; ++r) {
      float* row = sums + r * kGroup * kPanel;
      for (int64_t i = 0; i < columns; i += kWidth) {
        VecInt sum, w_sum;
        std::memcpy(&sum, row + i, sizeof sum);
        std::memcpy(&w_sum, int8.w_sum + n + i, sizeof w_sum);
        const Vec value = __builtin_convertvector(sum - kBias * w_sum, Vec);
        store(row + i, value * int8.x_scale[m + r] * load(int8.w_scale + n + i));
      }
      if (int8.elements == Precision::Fp32) {
        finish<Fp32>(product, m + r, n, columns, row);
      } else {
        finish<Bf16Pairs>(product, m + r, n, columns, row);
      }
    }
  }
}

void int8_product(const Int8Product& int8, int64_t row_begin, int64_t row_end, int64_t panel_begin,
                  int64_t panel_end) {
  for (int64_t m = row_begin; m < row_end; m += kRows) {
    int8_rows(int8, m, std::min<int64_t>(kRows, row_end - m), panel_begin, panel_end);
  }
}

// NaN when there is one: it must reach the row's scale, and with it every result.
template <class Source>
float largest_magnitude(const Source* row, int64_t K) {
  Vec largest{};
  for_vectors(K, [&](int64_t i, int64_t n) {
    const Vec value = load_n(row + i, n), magnitude = value < 0.0f ? -value : value;
    const VecInt take = (magnitude > largest) | (magnitude != magnitude);
    largest = take ? magnitude : largest;
  });
  float result = 0;
  for (int i = 0; i < kWidth; ++i) {
    if (largest[i] > result || largest[i] != largest[i]) result = largest[i];
    if (result != result) break;
  }
  return result;
}

// The nearest integers of row / scale, to body(index, count, integers).
template <class Source, class Body>
void for_quantized(const Source* row, int64_t K, float scale, Body body) {
  const float inverse = scale > 0 ? 1.0f / scale : 0.0f;  // 0 for NaN too: the scale itself carries it
  const Vec magic = broadcast(12582912.0f);  // 1.5 * 2^23: adding it rounds to the nearest integer
  for_vectors(K, [&](int64_t i, int64_t n) {
    const VecInt nearest = __builtin_convertvector((load_n(row + i, n) * inverse + magic) - magic, VecInt);
    body(i, n, nearest);
  });
}

template <class Source>
float quantize(const void* row, int64_t K, uint8_t* bytes) {
  const auto* from = static_cast<const Source*>(row);
  const float scale = largest_magnitude(from, K) / 127.0f;
  for_quantized(from, K, scale, [&](int64_t k, int64_t n, VecInt integers) {
    const VecByte part = __builtin_convertvector(integers + kBias, VecByte);
    std::memcpy(bytes + k, &part, static_cast<size_t>(n));
  });
  for (int64_t k = K; k < int8_columns(K); ++k) bytes[k] = kBias;
  return scale;
}

void pack_int8(const float* rows, int64_t stride, int64_t count, int64_t K, int8_t* panel, float* scales,
               int32_t* sums) {
  std::memset(panel, 0, static_cast<size_t>(int8_columns(K) * kPanel));
  for (int64_t n = 0; n < kPanel; ++n) {
    sums[n] = 0;
    scales[n] = 0;
    if (n >= count) continue;
    scales[n] = largest_magnitude(rows + n * stride, K) / 127.0f;
    for_quantized(rows + n * stride, K, scales[n], [&](int64_t begin, int64_t length, VecInt integers) {
      for (int64_t i = 0, k = begin; i < length; ++i, ++k) {
        panel[k / 4 * 4 * kPanel + n * 4 + k % 4] = static_cast<int8_t>(integers[i]);
        sums[n] += integers[i];
      }
    });
  }
}
#endif

}  // namespace

Int8Kernels int8_kernels() {
#if defined(__AVX512VNNI__)
  return {int8_product, pack_int8, quantize<float>, quantize<Bf16>};
#else
  return {};
#endif
}

const GemmKernels& gemm_kernels(Precision precision) {
  static const GemmKernels fp32{product<Fp32>, pack<Fp32>, pack_rows<Fp32, float>, pack_rows<Fp32, float>};
  static const GemmKernels bf16{product<Bf16Pairs>, pack<Bf16Pairs>, pack_rows<Bf16Pairs, float>,
                                pack_rows<Bf16Pairs, Bf16>};
  return precision == Precision::Fp32 ? fp32 : bf16;
}

}  // namespace r1::kernels::R1_KERNEL_ISA
