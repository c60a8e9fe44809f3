// Matrix products on packed operands: y[m, n] = sum_k x[m, k] w[n, k], the arithmetic of every linear layer, of the head,
// of both their backward products and of attention.
//
// The promise of kernels.h holds: each y[m, n] has one accumulator that sees k in ascending order (in pairs for bf16),
// whatever the rows, columns and threads it is computed with.
//
// Two precisions (Precision): Fp32 keeps elements as float. Bf16 keeps them as bfloat16, multiplies exactly and sums in
// fp32: with vdpbf16ps where the processor has it and is fast at it, else by widening in registers. Bits agree within one
// kernel set (Kernels::name), not between sets.
//
// Packed: panels of kPanel = 16 columns (rows n of w), each [K / step][16][step] elements with step 1 (fp32) or 2 (bf16);
// K is padded to a multiple of step and N to one of 16 with zeros.
#pragma once

#include <cstdint>

namespace r1::kernels {

constexpr int64_t kPanel = 16;

enum class Precision { Fp32, Bf16 };

constexpr int64_t element_size(Precision precision) { return precision == Precision::Fp32 ? 4 : 2; }
constexpr int64_t step_of(Precision precision) { return precision == Precision::Fp32 ? 1 : 2; }
constexpr int64_t round_up(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}
constexpr int64_t num_panels(int64_t N) { return (N + kPanel - 1) / kPanel; }
// Elements of one panel over K.
constexpr int64_t panel_elements(Precision precision, int64_t K) {
  return kPanel * round_up(K, step_of(precision));
}
constexpr int64_t packed_elements(Precision precision, int64_t N, int64_t K) {
  return num_panels(N) * panel_elements(precision, K);
}

enum class Finish {
  Store,       // y = sum (+ bias) (+ residual)
  Accumulate,  // y += sum
  Element,     // act = sum (+ bias), rounded to the element type
  Swiglu,  // panels alternate gate, up: act[m, i] = silu(gate) * up; both are kept in gate_up when it is not null
};

// One product; several threads compute disjoint (rows, panels) of it.
struct Product {
  const void* x = nullptr;  // elements; x[m, k] at m * x_row + (k / step) * x_step + k % step
  int64_t x_row = 0,
          x_step = 0;  // row-major [M, K]: x_row = K, x_step = step. A packed operand as x: step, 16 * step
  bool x_packed = false;             // x is packed panels: row m in panel m / 16
  int64_t x_panel = 0, w_panel = 0;  // elements from one panel to the next; 0: panel_elements(K)
  const void* w = nullptr;           // packed [N, K]
  int64_t M = 0, N = 0, K = 0;
  Finish finish = Finish::Store;
  const float* bias = nullptr;      // [N]
  const float* residual = nullptr;  // [M, N] with row stride y_row
  float* y = nullptr;               // [M, N]; for Store and Accumulate
  int64_t y_row = 0;
  void* act = nullptr;  // Element: [M, N] elements; Swiglu: [M, N / 2]
  int64_t act_row = 0;
  void* gate_up = nullptr;  // Swiglu: [M, N] elements in panel order, row stride N
};

// An int8 product: x as unsigned bytes around 128 with one scale a row, w as signed bytes with one scale a column, four k in
// a step. Sums are exact integers; y[m, n] = (sum - 128 w_sum[n]) x_scale[m] w_scale[n], then as Product says. Only x (row
// stride x_row bytes), w (panels of round_up(K, 4) * 16 bytes), M, N, K, finish and its operands of `product` are read.
struct Int8Product {
  Product product;
  Precision elements = Precision::Bf16;  // of act and gate_up
  const float* x_scale = nullptr;        // [M]
  const float* w_scale = nullptr;        // [N padded to 16]
  const int32_t* w_sum = nullptr;        // [N padded to 16]
};

constexpr int64_t int8_columns(int64_t K) { return round_up(K, 4); }

// For processors with VNNI; all null elsewhere.
struct Int8Kernels {
  void (*product)(const Int8Product& product, int64_t row_begin, int64_t row_end, int64_t panel_begin,
                  int64_t panel_end) = nullptr;
  // One panel of int8_columns(K) * 16 bytes from `count` <= 16 rows of floats, with its 16 scales and sums.
  void (*pack)(const float* rows, int64_t stride, int64_t count, int64_t K, int8_t* panel, float* scales,
               int32_t* sums) = nullptr;
  // One row of K elements as int8_columns(K) bytes; returns its scale.
  float (*quantize_floats)(const void* row, int64_t K, uint8_t* bytes) = nullptr;
  float (*quantize_bf16)(const void* row, int64_t K, uint8_t* bytes) = nullptr;
};

// Computes rows [row_begin, row_end) and panels [panel_begin, panel_end). Swiglu: both panel bounds are even. With
// x_packed, row_begin is a multiple of 8.
using ProductFunction = void (*)(const Product& product, int64_t row_begin, int64_t row_end,
                                 int64_t panel_begin, int64_t panel_end);

// One panel from `count` <= 16 rows of floats, `stride` apart: rows are columns of the panel.
using PackFunction = void (*)(const float* rows, int64_t stride, int64_t count, int64_t K, void* panel);

// Rows [begin, end) (begin a multiple of step) of a row-major matrix whose rows run along the product's K: panel p gets
// columns 16 p ... of it, at panels + p * panel_stride elements. From floats, or from elements.
using PackRowsFunction = void (*)(const void* rows, int64_t stride, int64_t begin, int64_t end,
                                  int64_t columns, void* panels, int64_t panel_stride);

struct GemmKernels {
  ProductFunction product;
  PackFunction pack;
  PackRowsFunction pack_rows_of_floats, pack_rows_of_elements;
};

}  // namespace r1::kernels
