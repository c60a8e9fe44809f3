// Products, packing and row functions of every kernel set this machine runs, in both precisions, against plain loops in
// double; and the kernels' promise: a row's bits depend on that row alone. Attention: attention_kernels_test.cpp.
#include "policy/kernels/kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace r1::kernels {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

std::vector<float> noise(int64_t size, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(static_cast<size_t>(size));
  for (float& value : values) value = normal(generator);
  return values;
}

uint32_t bits_of(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}
float float_of(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Rounding to bfloat16 in the definition's words: the nearer of two neighbours, at a tie the even one.
uint16_t nearest_bf16(float value) {
  if (std::isnan(value)) return 0x7fc0;
  const uint32_t bits = bits_of(value), low = bits & 0xffff, high = bits >> 16;
  const bool up = low > 0x8000 || (low == 0x8000 && high % 2 == 1);
  return static_cast<uint16_t>(high + up);
}

// Elements of either precision in memory of exactly their size.
class Elements {
 public:
  Elements(Precision precision, const std::vector<float>& values)
      : precision_(precision), bytes_(values.size() * static_cast<size_t>(element_size(precision))) {
    for (size_t i = 0; i < values.size(); ++i) set(static_cast<int64_t>(i), values[i]);
  }
  static Elements zeros(Precision precision, int64_t count) {
    return {precision, std::vector<float>(static_cast<size_t>(count))};
  }
  void* data() { return bytes_.data(); }
  const void* data() const { return bytes_.data(); }
  int64_t size() const { return static_cast<int64_t>(bytes_.size()) / element_size(precision_); }
  float operator[](int64_t i) const {
    if (precision_ == Precision::Fp32) {
      float value;
      std::memcpy(&value, bytes_.data() + 4 * i, 4);
      return value;
    }
    uint16_t half;
    std::memcpy(&half, bytes_.data() + 2 * i, 2);
    return float_of(uint32_t{half} << 16);
  }
  void set(int64_t i, float value) {
    if (precision_ == Precision::Fp32) {
      std::memcpy(bytes_.data() + 4 * i, &value, 4);
    } else {
      const uint16_t half = nearest_bf16(value);
      std::memcpy(bytes_.data() + 2 * i, &half, 2);
    }
  }
  bool operator==(const Elements& other) const { return bytes_ == other.bytes_; }

 private:
  Precision precision_;
  std::vector<char> bytes_;
};

struct Sizes {
  int64_t M, N, K;
};

struct Set {
  Precision precision;
  int index;
};

class KernelSet : public testing::TestWithParam<Set> {
 protected:
  void SetUp() override {
    if (GetParam().index >= runnable(precision()).count) GTEST_SKIP() << "this processor lacks the set";
  }
  Precision precision() const { return GetParam().precision; }
  const Kernels& kernel() const { return *runnable(precision()).sets[GetParam().index]; }
  int64_t step() const { return step_of(precision()); }
  // Of a result that is rounded to elements once: half a unit of the last place (2^-9 in bfloat16), and sums' own.
  double element_tolerance() const { return precision() == Precision::Fp32 ? 1e-6 : 1.0 / 256; }

  // y [M, N] = x [M, K] w^T of row-major x and packed w, to be changed or computed.
  Product stored(const Elements& x, const Elements& w, Sizes s, std::vector<float>& y) const {
    return {.x = x.data(),
            .x_row = s.K,
            .x_step = step(),
            .w = w.data(),
            .M = s.M,
            .N = s.N,
            .K = s.K,
            .y = y.data(),
            .y_row = s.N};
  }

  // w [N, K] of floats as panels; what lies between panels is NaN.
  Elements packed(const std::vector<float>& w, int64_t N, int64_t K, int64_t panel = 0) const {
    const int64_t stride = panel ? panel : panel_elements(precision(), K);
    Elements result(precision(), std::vector<float>(static_cast<size_t>(num_panels(N) * stride), kNan));
    for (int64_t p = 0; p < num_panels(N); ++p) {
      kernel().gemm.pack(w.data() + p * kPanel * K, K, std::min(kPanel, N - p * kPanel), K,
                         static_cast<char*>(result.data()) + p * stride * element_size(precision()));
    }
    return result;
  }
  // gate_up [2 F, K] as panels of gates and ups in turn.
  Elements packed_in_turn(const std::vector<float>& w, int64_t F, int64_t K) const {
    const int64_t stride = panel_elements(precision(), K), half = num_panels(F);
    Elements result = Elements::zeros(precision(), 2 * half * stride);
    for (int64_t p = 0; p < 2 * half; ++p) {
      const int64_t first = p / 2 * kPanel;
      kernel().gemm.pack(w.data() + (p % 2 * F + first) * K, K, std::min(kPanel, F - first), K,
                         static_cast<char*>(result.data()) + p * stride * element_size(precision()));
    }
    return result;
  }
};
std::string name_of(const testing::TestParamInfo<Set>& info) {
  static const char* sets[] = {"plain", "avx2", "avx512", "avx512_bf16"};
  return std::string(info.param.precision == Precision::Fp32 ? "fp32_" : "bf16_") + sets[info.param.index];
}
INSTANTIATE_TEST_SUITE_P(All, KernelSet,
                         testing::Values(Set{Precision::Fp32, 0}, Set{Precision::Fp32, 1},
                                         Set{Precision::Fp32, 2}, Set{Precision::Fp32, 3},
                                         Set{Precision::Bf16, 0}, Set{Precision::Bf16, 1},
                                         Set{Precision::Bf16, 2}, Set{Precision::Bf16, 3}),
                         name_of);

// ---- products --------------------------------------------------------------------------------------------------------

// Every residue of the tiles, of the panels and of the pairs, and some at random.
std::vector<Sizes> some_sizes() {
  std::vector<Sizes> result = {{1, 1, 1},   {1, 7, 7},    {2, 16, 16},  {3, 17, 1},
                               {4, 15, 2},  {5, 95, 17},  {6, 96, 95},  {7, 97, 96},
                               {8, 1, 97},  {9, 48, 33},  {16, 32, 8},  {17, 31, 300},
                               {33, 64, 5}, {64, 113, 7}, {300, 20, 3}, {65, 193, 64}};
  std::mt19937 random(5);
  for (int i = 0; i < 8; ++i) {
    result.push_back({1 + static_cast<int64_t>(random() % 300), 1 + static_cast<int64_t>(random() % 200),
                      1 + static_cast<int64_t>(random() % 200)});
  }
  return result;
}

// The exact sum and what its rounding in fp32 may come to: K additions of 2^-24 of at most the sum of magnitudes.
struct Exact {
  double sum = 0, magnitude = 0;
  double tolerance(int64_t K) const { return (static_cast<double>(K) + 4) * magnitude * 6e-8 + 1e-12; }
};
Exact exact_product(const Elements& x, const Elements& w, int64_t m, int64_t n, int64_t K) {
  Exact exact;
  for (int64_t k = 0; k < K; ++k) {
    const double term = double{x[m * K + k]} * w[n * K + k];
    exact.sum += term;
    exact.magnitude += std::abs(term);
  }
  return exact;
}

struct Operands {
  Operands(const Sizes& s, Precision precision, unsigned seed)
      : x_floats(noise(s.M * s.K, seed)),
        w_floats(noise(s.N * s.K, seed + 1)),
        x(precision, x_floats),
        w(precision, w_floats) {}
  std::vector<float> x_floats, w_floats;
  Elements x, w;  // row-major, rounded
};

TEST_P(KernelSet, AProductEqualsTheExactSumOfItsRoundedElements) {
  for (const Sizes s : some_sizes()) {
    const Operands in(s, precision(), 1);
    const auto bias = noise(s.N, 3), residual = noise(s.M * s.N, 4), before = noise(s.M * s.N, 5);
    const Elements w = packed(in.w_floats, s.N, s.K);
    for (int variant = 0; variant < 6; ++variant) {
      const bool with_bias = variant == 1 || variant == 3 || variant == 5,
                 with_residual = variant == 2 || variant == 3;
      std::vector<float> y = before;
      Elements act(precision(), before);
      Product product = stored(in.x, w, s, y);
      product.finish = variant == 4 ? Finish::Accumulate : variant == 5 ? Finish::Element : Finish::Store;
      product.bias = with_bias ? bias.data() : nullptr;
      product.residual = with_residual ? residual.data() : nullptr;
      product.act_row = s.N;
      product.act = act.data();
      kernel().gemm.product(product, 0, s.M, 0, num_panels(s.N));
      for (int64_t m = 0; m < s.M; ++m) {
        for (int64_t n = 0; n < s.N; ++n) {
          const int64_t i = m * s.N + n;
          const Exact exact = exact_product(in.x, in.w, m, n, s.K);
          const size_t at = static_cast<size_t>(i);
          const double added = (with_bias ? bias[static_cast<size_t>(n)] : 0.0) +
                               (with_residual ? residual[at] : 0.0) + (variant == 4 ? before[at] : 0.0);
          const double wanted = exact.sum + added, found = variant == 5 ? act[i] : y[at];
          const double rounding = variant == 5 ? element_tolerance() * std::abs(wanted) : 0;
          ASSERT_NEAR(found, wanted, exact.tolerance(s.K) + 3e-7 * std::abs(added) + rounding)
              << "variant " << variant << " at " << m << "," << n << " of " << s.M << "x" << s.N << "x"
              << s.K;
        }
      }
    }
  }
}

TEST_P(KernelSet, SwigluIsSiluOfTheGateTimesUpAndKeepsBoth) {
  for (const auto& [M, F, K] :
       std::vector<Sizes>{{1, 1, 1}, {3, 16, 7}, {9, 17, 32}, {8, 37, 16}, {33, 48, 9}, {4, 100, 3}}) {
    const Operands in({M, 2 * F, K}, precision(), 11);
    const Elements w = packed_in_turn(in.w_floats, F, K);
    for (bool keep : {true, false}) {
      Elements act(precision(), std::vector<float>(static_cast<size_t>(M * F), kNan)),
          gate_up(precision(), std::vector<float>(static_cast<size_t>(M * 2 * F), kNan));
      Product product{
          .x = in.x.data(), .x_row = K, .x_step = step(), .w = w.data(), .M = M, .N = 2 * F, .K = K};
      product.finish = Finish::Swiglu;
      product.act = act.data();
      product.act_row = F;
      product.gate_up = keep ? gate_up.data() : nullptr;
      kernel().gemm.product(product, 0, M, 0, 2 * num_panels(F));
      for (int64_t m = 0; m < M; ++m) {
        for (int64_t f = 0; f < F; ++f) {
          const Exact gate = exact_product(in.x, in.w, m, f, K), up = exact_product(in.x, in.w, m, F + f, K);
          const double silu = gate.sum / (1 + std::exp(-gate.sum)), wanted = silu * up.sum;
          const double tolerance = gate.tolerance(K) * 1.1 * std::abs(up.sum) +
                                   up.tolerance(K) * std::abs(silu) +
                                   (element_tolerance() + 1e-6) * std::abs(wanted) + 1e-6;
          ASSERT_NEAR(act[m * F + f], wanted, tolerance)
              << m << "," << f << " of " << M << "x" << F << "x" << K;
          if (!keep) continue;
          ASSERT_NEAR(gate_up[m * 2 * F + f], gate.sum,
                      gate.tolerance(K) + element_tolerance() * std::abs(gate.sum));
          ASSERT_NEAR(gate_up[m * 2 * F + F + f], up.sum,
                      up.tolerance(K) + element_tolerance() * std::abs(up.sum));
        }
      }
    }
  }
}

TEST_P(KernelSet, ARowsBitsDependNeitherOnTheOtherRowsNorOnCuts) {
  std::mt19937 random(6);
  for (const Sizes s : {Sizes{33, 97, 83}, Sizes{20, 200, 64}, Sizes{11, 40, 1}}) {
    const Operands in(s, precision(), 21);
    const Elements w = packed(in.w_floats, s.N, s.K);
    const auto run = [&](const Elements& x, int64_t M, std::vector<float>& y, int64_t row_begin,
                         int64_t row_end, int64_t panel_begin, int64_t panel_end) {
      kernel().gemm.product(stored(x, w, {M, s.N, s.K}, y), row_begin, row_end, panel_begin, panel_end);
    };
    std::vector<float> together(static_cast<size_t>(s.M * s.N)), cut(together.size());
    run(in.x, s.M, together, 0, s.M, 0, num_panels(s.N));
    for (int64_t m = 0; m < s.M; ++m) {
      const Elements row(precision(), std::vector<float>(in.x_floats.begin() + m * s.K,
                                                         in.x_floats.begin() + (m + 1) * s.K));
      std::vector<float> alone(static_cast<size_t>(s.N));
      run(row, 1, alone, 0, 1, 0, num_panels(s.N));
      ASSERT_EQ(std::memcmp(alone.data(), together.data() + m * s.N, alone.size() * 4), 0) << "row " << m;
    }
    for (int64_t row = 0; row < s.M;) {
      const int64_t row_end = std::min(s.M, row + 1 + static_cast<int64_t>(random() % 9));
      for (int64_t panel = 0; panel < num_panels(s.N);) {
        const int64_t end = std::min(num_panels(s.N), panel + 1 + static_cast<int64_t>(random() % 8));
        run(in.x, s.M, cut, row, row_end, panel, end);
        panel = end;
      }
      row = row_end;
    }
    ASSERT_EQ(cut, together);
  }
}

TEST_P(KernelSet, SwigluBitsDoNotDependOnCutsIntoPairsOfPanels) {
  const int64_t M = 13, F = 75, K = 21;
  const Operands in({M, 2 * F, K}, precision(), 23);
  const Elements w = packed_in_turn(in.w_floats, F, K);
  Elements whole = Elements::zeros(precision(), M * F), cut = whole;
  Product product{.x = in.x.data(), .x_row = K, .x_step = step(), .w = w.data(), .M = M, .N = 2 * F, .K = K};
  product.finish = Finish::Swiglu;
  product.act_row = F;
  product.act = whole.data();
  kernel().gemm.product(product, 0, M, 0, 2 * num_panels(F));
  product.act = cut.data();
  for (int64_t panel = 0; panel < 2 * num_panels(F); panel += 2) {
    kernel().gemm.product(product, 0, 5, panel, panel + 2);
    kernel().gemm.product(product, 5, M, panel, panel + 2);
  }
  EXPECT_TRUE(cut == whole);
}

// A packed x holds exact copies of the row-major one, so the sums are the same bits.
TEST_P(KernelSet, APackedXGivesTheBitsOfARowMajorOne) {
  for (const Sizes s : {Sizes{1, 5, 1}, Sizes{15, 33, 7}, Sizes{40, 50, 16}, Sizes{33, 97, 95}}) {
    const Operands in(s, precision(), 31);
    const int64_t x_panel = panel_elements(precision(), s.K) + 32,
                  w_panel = panel_elements(precision(), s.K) + 64;
    const Elements w = packed(in.w_floats, s.N, s.K), x = packed(in.x_floats, s.M, s.K),
                   far_x = packed(in.x_floats, s.M, s.K, x_panel),
                   far_w = packed(in.w_floats, s.N, s.K, w_panel);
    std::vector<float> plain(static_cast<size_t>(s.M * s.N), kNan), from_packed = plain, from_far = plain;
    Product product = stored(in.x, w, s, plain);
    kernel().gemm.product(product, 0, s.M, 0, num_panels(s.N));
    product.x_packed = true;
    product.x_row = step();
    product.x_step = kPanel * step();
    product.x = x.data();
    product.y = from_packed.data();
    kernel().gemm.product(product, 0, std::min<int64_t>(8, s.M), 0, num_panels(s.N));
    if (s.M > 8) kernel().gemm.product(product, 8, s.M, 0, num_panels(s.N));
    product.x = far_x.data();
    product.x_panel = x_panel;
    product.w = far_w.data();
    product.w_panel = w_panel;
    product.y = from_far.data();
    kernel().gemm.product(product, 0, s.M, 0, num_panels(s.N));
    EXPECT_EQ(from_packed, plain) << s.M << "x" << s.N << "x" << s.K;
    EXPECT_EQ(from_far, plain) << s.M << "x" << s.N << "x" << s.K;
  }
}

// What lies beside a product must neither be read into it nor written: rows of x and columns of y are cut out of larger
// matrices full of NaN.
TEST_P(KernelSet, NanOutsideTheProductNeverLeaksInAndNothingIsWrittenOutside) {
  for (const Sizes s : {Sizes{5, 7, 3}, Sizes{9, 17, 5}, Sizes{3, 95, 7}, Sizes{8, 16, 4}}) {
    const int64_t x_row = s.K + 3, y_row = s.N + 5;
    const auto x_floats = noise(s.M * s.K, 41), w_floats = noise(s.N * s.K, 42);
    std::vector<float> surrounded(static_cast<size_t>((s.M + 1) * x_row), kNan);
    for (int64_t m = 0; m < s.M; ++m)
      std::copy_n(x_floats.begin() + m * s.K, s.K, surrounded.begin() + m * x_row);
    const Elements x(precision(), surrounded), exact_x(precision(), x_floats);
    const Elements w = packed(w_floats, s.N, s.K);
    std::vector<float> y(static_cast<size_t>(s.M * y_row), kNan), clean(static_cast<size_t>(s.M * s.N));
    Product product = stored(x, w, s, y);
    product.x_row = x_row;
    product.y_row = y_row;
    kernel().gemm.product(product, 0, s.M, 0, num_panels(s.N));
    kernel().gemm.product(stored(exact_x, w, s, clean), 0, s.M, 0, num_panels(s.N));
    for (int64_t m = 0; m < s.M; ++m) {
      for (int64_t n = 0; n < y_row; ++n) {
        const float value = y[static_cast<size_t>(m * y_row + n)];
        if (n < s.N)
          ASSERT_EQ(value, clean[static_cast<size_t>(m * s.N + n)]) << m << "," << n;
        else
          ASSERT_TRUE(std::isnan(value)) << "written outside at " << m << "," << n;
      }
    }
  }
}

TEST_P(KernelSet, ANanInARowOfXReachesThatRowOnly) {
  const Sizes s{19, 40, 33};
  Operands in(s, precision(), 43);
  in.x.set(7 * s.K + 32, kNan);
  const Elements w = packed(in.w_floats, s.N, s.K);
  std::vector<float> y(static_cast<size_t>(s.M * s.N));
  kernel().gemm.product(stored(in.x, w, s, y), 0, s.M, 0, num_panels(s.N));
  for (int64_t m = 0; m < s.M; ++m) {
    for (int64_t n = 0; n < s.N; ++n)
      ASSERT_EQ(std::isnan(y[static_cast<size_t>(m * s.N + n)]), m == 7) << m << "," << n;
  }
}

// ---- packing -----------------------------------------------------------------------------------------------------------

// Where element (n, k) of a panel lies: gemm.h's words.
int64_t place(int64_t n, int64_t k, int64_t step) { return k / step * kPanel * step + n * step + k % step; }

TEST_P(KernelSet, PackPutsEveryElementInItsPlaceAndZerosInThePadding) {
  for (int64_t count : {1, 3, 15, 16}) {
    for (int64_t K : {1, 2, 7, 63, 64, 65, 130, 201}) {
      const int64_t stride = K + 2, size = panel_elements(precision(), K);
      const auto rows = noise(16 * stride, 51);
      Elements panel(precision(), std::vector<float>(static_cast<size_t>(size + 16), 7.0f));
      kernel().gemm.pack(rows.data(), stride, count, K, panel.data());
      for (int64_t n = 0; n < kPanel; ++n) {
        for (int64_t k = 0; k < round_up(K, step()); ++k) {
          const float wanted = n < count && k < K ? rows[static_cast<size_t>(n * stride + k)] : 0.0f;
          const Elements rounded(precision(), {wanted});
          ASSERT_EQ(panel[place(n, k, step())], rounded[0]) << n << "," << k << " of " << count << "x" << K;
        }
      }
      for (int64_t i = size; i < size + 16; ++i) ASSERT_EQ(panel[i], 7.0f) << "written behind the panel";
    }
  }
}

TEST_P(KernelSet, PackRowsPutsRowsAlongKFromFloatsAndFromElements) {
  for (int64_t rows : {1, 2, 5, 16, 67}) {
    for (int64_t columns : {1, 15, 16, 17, 40}) {
      const int64_t stride = columns + 3, panel = panel_elements(precision(), rows);
      std::vector<float> floats = noise(rows * stride, 52);
      const Elements elements(precision(), floats);
      for (bool from_floats : {true, false}) {
        Elements packed(precision(),
                        std::vector<float>(static_cast<size_t>(num_panels(columns) * panel), 7.0f));
        const auto pack =
            from_floats ? kernel().gemm.pack_rows_of_floats : kernel().gemm.pack_rows_of_elements;
        const void* source = from_floats ? static_cast<const void*>(floats.data()) : elements.data();
        const int64_t middle = rows / 2 / step() * step();  // in two calls
        pack(source, stride, 0, middle, columns, packed.data(), panel);
        pack(source, stride, middle, rows, columns, packed.data(), panel);
        for (int64_t column = 0; column < num_panels(columns) * kPanel; ++column) {
          for (int64_t k = 0; k < round_up(rows, step()); ++k) {
            const float wanted = column < columns && k < rows ? elements[k * stride + column] : 0.0f;
            ASSERT_EQ(packed[column / kPanel * panel + place(column % kPanel, k, step())], wanted)
                << column << "," << k << " of " << columns << "x" << rows
                << (from_floats ? " floats" : " elements");
          }
        }
      }
    }
  }
}

TEST_P(KernelSet, AMatrixPackedByRowsIsItsTransposePackedByColumns) {
  const int64_t rows = 37, columns = 45;
  const auto matrix = noise(rows * columns, 53);
  std::vector<float> transposed(matrix.size());
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < columns; ++c)
      transposed[static_cast<size_t>(c * rows + r)] = matrix[static_cast<size_t>(r * columns + c)];
  }
  Elements by_rows = Elements::zeros(precision(), packed_elements(precision(), columns, rows));
  kernel().gemm.pack_rows_of_floats(matrix.data(), columns, 0, rows, columns, by_rows.data(),
                                    panel_elements(precision(), rows));
  EXPECT_TRUE(by_rows == packed(transposed, columns, rows));
}

// ---- elements ------------------------------------------------------------------------------------------------------------

TEST_P(KernelSet, ElementsAreRoundedToNearestEvenNanStaysNanAndInfinityInfinity) {
  std::vector<float> values = noise(1001, 61);
  for (uint32_t bits :
       {0u, 0x80000000u, 0x3f808000u, 0x3f818000u, 0x3f807fffu, 0x3f808001u, 0x7f7fffffu, 0xff7fffffu,
        0x7f7f7fffu, 0x00008000u, 0x00018000u, 0x00000001u, 0xbf808000u, 0xbf818000u}) {
    values.push_back(float_of(bits));
  }
  std::mt19937 random(62);
  for (int i = 0; i < 5000; ++i) values.push_back(float_of(random()));
  // Every kind of NaN: also those whose upper half alone would read as infinity.
  for (uint32_t bits :
       {0x7f800001u, 0xff800001u, 0x7f80ffffu, 0x7fc00000u, 0xffffffffu, 0x7fffffffu, 0x7fffffffu})
    values.push_back(float_of(bits));
  values.push_back(kInf);
  values.push_back(-kInf);
  const int64_t n = static_cast<int64_t>(values.size());
  Elements found = Elements::zeros(precision(), n + 1);
  found.set(n, 7);
  kernel().rows.to_elements(values.data(), found.data(), n);
  std::vector<float> back(values.size());
  kernel().rows.to_floats(found.data(), back.data(), n);
  for (int64_t i = 0; i < n; ++i) {
    const float value = values[static_cast<size_t>(i)];
    if (std::isnan(value)) {
      ASSERT_TRUE(std::isnan(found[i])) << std::hex << bits_of(value);
    } else {
      const Elements wanted(precision(), {value});
      ASSERT_EQ(bits_of(found[i]), bits_of(wanted[0])) << std::hex << bits_of(value);
    }
    ASSERT_TRUE(bits_of(back[static_cast<size_t>(i)]) == bits_of(found[i]));
  }
  EXPECT_EQ(found[n], 7) << "written behind the row";
}

// Packing and finishing round like to_elements.
TEST_P(KernelSet, EveryWayToElementsRoundsTheSame) {
  const float value = float_of(0x3f818000u);  // a tie
  const Elements wanted(precision(), {value});
  Elements panel = Elements::zeros(precision(), panel_elements(precision(), 1)), rows = panel;
  kernel().gemm.pack(&value, 1, 1, 1, panel.data());
  kernel().gemm.pack_rows_of_floats(&value, 1, 0, 1, 1, rows.data(), panel_elements(precision(), 1));
  EXPECT_EQ(panel[0], wanted[0]);
  EXPECT_EQ(rows[0], wanted[0]);
  const Elements one(precision(), {1.0f});
  const Elements w = packed({0.0f}, 1, 1);
  Elements act = Elements::zeros(precision(), 1);
  kernel().gemm.product({.x = one.data(),
                         .x_row = 1,
                         .x_step = step(),
                         .w = w.data(),
                         .M = 1,
                         .N = 1,
                         .K = 1,
                         .finish = Finish::Element,
                         .bias = &value,
                         .act = act.data(),
                         .act_row = 1},
                        0, 1, 0, 1);
  EXPECT_EQ(act[0], wanted[0]);
}

// ---- rows ------------------------------------------------------------------------------------------------------------------

constexpr int64_t kLengths[] = {1, 3, 4, 7, 8, 15, 16, 17, 31, 96, 97, 257};

TEST_P(KernelSet, RmsNormAndItsGradientEqualTheFormulas) {
  const double eps = 1e-5;
  for (int64_t K : kLengths) {
    const auto x = noise(K, 71), weight = noise(K, 72), before = noise(K, 74);
    const Elements dy(precision(), noise(K, 73));
    double squares = 0, pull = 0;
    for (int64_t i = 0; i < K; ++i) squares += double{x[static_cast<size_t>(i)]} * x[static_cast<size_t>(i)];
    const double r = 1 / std::sqrt(squares / static_cast<double>(K) + eps);
    for (int64_t i = 0; i < K; ++i)
      pull += double{dy[i]} * weight[static_cast<size_t>(i)] * x[static_cast<size_t>(i)];
    pull = pull / static_cast<double>(K) * r * r;
    Elements y = Elements::zeros(precision(), K);
    std::vector<float> dx(static_cast<size_t>(K)), dweight = before;
    const float inverse_rms =
        kernel().rows.rms_norm(x.data(), weight.data(), y.data(), K, static_cast<float>(eps));
    EXPECT_NEAR(inverse_rms, r, 1e-6 * r);
    kernel().rows.rms_norm_backward(x.data(), weight.data(), dy.data(), inverse_rms, dx.data(),
                                    dweight.data(), K);
    for (int64_t i = 0; i < K; ++i) {
      const size_t at = static_cast<size_t>(i);
      const double normed = x[at] * r * weight[at];
      ASSERT_NEAR(y[i], normed, element_tolerance() * std::abs(normed) + 1e-6) << K;
      ASSERT_NEAR(dx[at], r * (double{dy[i]} * weight[at] - x[at] * pull), 2e-5 * (1 + r)) << K;
      ASSERT_NEAR(dweight[at], before[at] + double{dy[i]} * x[at] * r, 2e-5) << K;
    }
  }
}

TEST_P(KernelSet, RopeTurnsEachPairByItsAngleAndBack) {
  for (int64_t Dh : {2, 6, 8, 30, 34, 64}) {
    const int64_t H = 3, half = Dh / 2;
    const auto x = noise(H * Dh, 81), angles = noise(half, 82);
    std::vector<float> cos, sin;
    for (float angle : angles) cos.push_back(std::cos(angle)), sin.push_back(std::sin(angle));
    Elements y = Elements::zeros(precision(), H * Dh);
    std::vector<float> floats(x.size());
    kernel().rows.rope(x.data(), cos.data(), sin.data(), y.data(), H, Dh, 1.0f);
    kernel().rows.rope_floats(x.data(), cos.data(), sin.data(), floats.data(), H, Dh, 1.0f);
    for (int64_t h = 0; h < H; ++h) {
      for (int64_t i = 0; i < half; ++i) {
        const size_t a = static_cast<size_t>(h * Dh + i), b = a + static_cast<size_t>(half),
                     c = static_cast<size_t>(i);
        const double first = double{x[a]} * cos[c] - double{x[b]} * sin[c],
                     second = double{x[b]} * cos[c] + double{x[a]} * sin[c];
        ASSERT_NEAR(floats[a], first, 1e-6) << Dh;
        ASSERT_NEAR(floats[b], second, 1e-6) << Dh;
        const Elements wanted(precision(), {floats[a], floats[b]});
        ASSERT_EQ(y[static_cast<int64_t>(a)], wanted[0]) << "elements are the floats rounded";
        ASSERT_EQ(y[static_cast<int64_t>(b)], wanted[1]);
      }
    }
    kernel().rows.rope_floats(floats.data(), cos.data(), sin.data(), floats.data(), H, Dh,
                              -1.0f);  // in place
    for (size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(floats[i], x[i], 2e-6);
  }
}

TEST_P(KernelSet, SwigluBackwardEqualsTheFormula) {
  for (int64_t F : kLengths) {
    const Elements gate_up(precision(), noise(2 * F, 91)), dy(precision(), noise(F, 92));
    Elements found = Elements::zeros(precision(), 2 * F);
    kernel().rows.swiglu_backward(gate_up.data(), dy.data(), found.data(), F);
    for (int64_t i = 0; i < F; ++i) {
      const double g = gate_up[i], u = gate_up[F + i], d = dy[i], s = 1 / (1 + std::exp(-g));
      const double dgate = d * u * s * (1 + g * (1 - s)), dup = d * g * s;
      ASSERT_NEAR(found[i], dgate, element_tolerance() * std::abs(dgate) + 2e-6);
      ASSERT_NEAR(found[F + i], dup, element_tolerance() * std::abs(dup) + 2e-6);
    }
  }
}

TEST_P(KernelSet, SwigluBackwardOfLargeGatesIsFinite) {
  const Elements gate_up(precision(), {1000.0f, -1000.0f, 90.0f, -90.0f, 1, 1, 1, 1}),
      dy(precision(), {1, 1, 1, 1});
  Elements found = Elements::zeros(precision(), 8);
  kernel().rows.swiglu_backward(gate_up.data(), dy.data(), found.data(), 4);
  EXPECT_NEAR(found[0], 1, 1e-6);
  EXPECT_NEAR(found[1], 0, 1e-6);
  EXPECT_EQ(found[4], 1000);
  for (int64_t i = 0; i < 8; ++i) EXPECT_TRUE(std::isfinite(found[i])) << i;
}

struct Softmax {
  Softmax(const std::vector<float>& logits, double inverse_temperature) {
    double max = -INFINITY, sum = 0;
    for (float logit : logits) max = std::max(max, inverse_temperature * logit);
    for (float logit : logits) sum += std::exp(inverse_temperature * logit - max);
    logsumexp = max + std::log(sum);
    for (float logit : logits) {
      const double log_p = inverse_temperature * logit - logsumexp;
      log_probability.push_back(log_p);
      if (std::exp(log_p) > 0) entropy -= std::exp(log_p) * log_p;
    }
  }
  double logsumexp = 0, entropy = 0;
  std::vector<double> log_probability;
};

TEST_P(KernelSet, RowStatsAreExactToSinglePrecisionAtAnyLength) {
  for (int64_t V : {1, 3, 16, 17, 767, 768, 769, 1000, 1536, 4097}) {
    const auto logits = noise(V, 101);
    for (float inverse_temperature : {1.7f, 1.0f, 0.02f, 50.0f}) {
      const Softmax exact(logits, inverse_temperature);
      const RowStats stats = row_stats(kernel().rows, logits.data(), V, inverse_temperature);
      EXPECT_NEAR(stats.logsumexp, exact.logsumexp, 2e-6 * (4 + std::abs(exact.logsumexp))) << V;
      EXPECT_NEAR(stats.entropy, exact.entropy, 5e-6 * (4 + std::abs(exact.logsumexp))) << V;
    }
  }
}

TEST_P(KernelSet, ChunksCombineToTheStatsOfTheirRowAndInOrder) {
  const int64_t V = 2 * kVocabularyChunk + 100;
  auto logits = noise(V, 102);
  logits[static_cast<size_t>(V - 1)] = 40;  // the largest is in the last chunk
  std::vector<ChunkStats> chunks;
  for (int64_t begin = 0; begin < V; begin += kVocabularyChunk) {
    const int64_t n = std::min(kVocabularyChunk, V - begin);
    chunks.push_back(kernel().rows.chunk_stats(logits.data() + begin, n, 1.3f, nullptr));
    const std::vector<float> own(logits.begin() + begin, logits.begin() + begin + n);
    const double max = 1.3f * *std::max_element(own.begin(), own.end());
    EXPECT_NEAR(chunks.back().max, max, 1e-6 * std::abs(max));
    EXPECT_NEAR(chunks.back().max + std::log(chunks.back().sum), Softmax(own, 1.3f).logsumexp, 1e-5);
  }
  const RowStats combined = combine(chunks.data(), 3),
                 whole = row_stats(kernel().rows, logits.data(), V, 1.3f);
  EXPECT_EQ(combined.logsumexp, whole.logsumexp);
  EXPECT_EQ(combined.entropy, whole.entropy);
}

TEST_P(KernelSet, StatsOfExtremeLogitsAreFinite) {
  const std::vector<float> logits = {80000.0f, -80000.0f, 79999.0f, -kInf};
  const RowStats stats = row_stats(kernel().rows, logits.data(), 4, 1.0f);
  EXPECT_NEAR(stats.logsumexp, 80000.31f, 0.01);
  EXPECT_NEAR(stats.entropy, 0.5822f, 0.001);
  // A chunk far below the largest, and one of nothing but -infinity.
  std::vector<float> far(3 * kVocabularyChunk, -50000.0f);
  std::fill(far.begin() + kVocabularyChunk, far.begin() + 2 * kVocabularyChunk, -kInf);
  far.back() = 3.0f;
  const RowStats sharp = row_stats(kernel().rows, far.data(), static_cast<int64_t>(far.size()), 1.0f);
  EXPECT_EQ(sharp.logsumexp, 3.0f);
  EXPECT_EQ(sharp.entropy, 0.0f);
}

TEST_P(KernelSet, ANanOrPlusInfinityAnywhereMakesTheLogsumexpNotFinite) {
  for (int64_t V : {5, 17, 900, 2000}) {
    for (int64_t at : {int64_t{0}, V / 2, V - 1}) {
      for (float bad : {kNan, -kNan, kInf}) {
        auto logits = noise(V, 103);
        logits[static_cast<size_t>(at)] = bad;
        EXPECT_FALSE(std::isfinite(row_stats(kernel().rows, logits.data(), V, 1.0f).logsumexp))
            << V << " " << at;
      }
    }
  }
}

TEST_P(KernelSet, ExponentialsAreExactToSinglePrecision) {
  for (int64_t n : kLengths) {
    auto values = noise(n, 104);
    const auto logits = values;
    kernel().rows.exponentials(values.data(), n, 20.0f, 3.0f);
    for (size_t i = 0; i < values.size(); ++i) {
      const double wanted = std::exp(20.0 * logits[i] - 3.0);
      if (20.0 * logits[i] - 3.0 > 87) continue;
      ASSERT_NEAR(values[i], wanted, 1e-5 * wanted + 1e-37) << n;
    }
  }
  float bounds[3] = {-1e30f, -kInf, 0.0f};
  kernel().rows.exponentials(bounds, 3, 1.0f, 0.0f);
  EXPECT_EQ(bounds[0], 0.0f);
  EXPECT_EQ(bounds[1], 0.0f);
  EXPECT_EQ(bounds[2], 1.0f);
}

TEST_P(KernelSet, LogprobBackwardEqualsTheFormulaInEveryChunk) {
  const int64_t V = 1000;
  const auto logits = noise(V, 111);
  const float inverse_temperature = 1.4f, dlogprob = 0.7f, dentropy = -0.3f;
  const Softmax exact(logits, inverse_temperature);
  const RowStats stats = row_stats(kernel().rows, logits.data(), V, inverse_temperature);
  for (int64_t target : {0, 5, 767, 768, 999}) {
    for (int64_t begin : {int64_t{0}, kVocabularyChunk}) {
      const int64_t n = std::min(kVocabularyChunk, V - begin);
      Elements found = Elements::zeros(precision(), n);
      kernel().rows.logprob_backward(logits.data() + begin, n, inverse_temperature, stats, target - begin,
                                     dlogprob, dentropy, found.data());
      for (int64_t i = 0; i < n; ++i) {
        const double log_p = exact.log_probability[static_cast<size_t>(begin + i)], p = std::exp(log_p);
        const double wanted = inverse_temperature * (dlogprob * ((begin + i == target) - p) -
                                                     dentropy * p * (log_p + exact.entropy));
        ASSERT_NEAR(found[i], wanted, element_tolerance() * std::abs(wanted) + 1e-6)
            << target << " " << begin + i;
      }
    }
  }
}

TEST_P(KernelSet, LogprobBackwardOfKeptWeightsEqualsTheFormulaInEveryChunk) {
  const int64_t V = 1000;
  const auto logits = noise(V, 112);
  const float inverse_temperature = 1.4f, dlogprob = 0.7f;
  const Softmax exact(logits, inverse_temperature);
  const RowStats stats = row_stats(kernel().rows, logits.data(), V, inverse_temperature);
  for (int64_t target : {0, 767, 768, 999}) {
    for (int64_t begin : {int64_t{0}, kVocabularyChunk}) {
      const int64_t n = std::min(kVocabularyChunk, V - begin);
      Elements weights = Elements::zeros(precision(), n), found = Elements::zeros(precision(), n);
      const ChunkStats chunk =
          kernel().rows.chunk_stats(logits.data() + begin, n, inverse_temperature, weights.data());
      const float scale = -dlogprob * inverse_temperature * std::exp(chunk.max - stats.logsumexp);
      kernel().rows.logprob_backward_of_weights(weights.data(), n, scale, target - begin, 0.25f,
                                                found.data());
      for (int64_t i = 0; i < n; ++i) {
        const double p = std::exp(exact.log_probability[static_cast<size_t>(begin + i)]);
        const double wanted = begin + i == target ? 0.25 : -inverse_temperature * dlogprob * p;
        ASSERT_NEAR(found[i], wanted, 2 * element_tolerance() * std::abs(wanted) + 1e-6)
            << target << " " << begin + i;
      }
    }
  }
}

TEST_P(KernelSet, KeepingAChunksWeightsChangesNoneOfItsStats) {
  const auto logits = noise(kVocabularyChunk - 5, 113);
  const int64_t n = static_cast<int64_t>(logits.size());
  Elements weights = Elements::zeros(precision(), n);
  const ChunkStats alone = kernel().rows.chunk_stats(logits.data(), n, 0.9f, nullptr),
                   kept = kernel().rows.chunk_stats(logits.data(), n, 0.9f, weights.data());
  EXPECT_EQ(std::memcmp(&alone, &kept, sizeof alone), 0);
  for (int64_t i = 0; i < n; ++i) {
    const double wanted = std::exp(0.9 * logits[static_cast<size_t>(i)] - alone.max);
    ASSERT_NEAR(weights[i], wanted, element_tolerance() * wanted + 1e-6) << i;
  }
}

TEST_P(KernelSet, LogprobBackwardOfAnImpossibleTokenIsZeroNotNan) {
  const std::vector<float> logits = {0.0f, -kInf, -1e30f};
  const RowStats stats = row_stats(kernel().rows, logits.data(), 3, 1.0f);
  Elements found = Elements::zeros(precision(), 3);
  kernel().rows.logprob_backward(logits.data(), 3, 1.0f, stats, 0, 1.0f, 1.0f, found.data());
  for (int64_t i = 0; i < 3; ++i) EXPECT_EQ(found[i], 0.0f) << i;
}

TEST_P(KernelSet, SumsOfProductsAndSquaresAreThoseOfDoubles) {
  for (int64_t n : kLengths) {
    const auto a = noise(n, 121), b = noise(n, 122);
    double dot = 0, squares = 0;
    for (size_t i = 0; i < a.size(); ++i) dot += double{a[i]} * b[i], squares += double{a[i]} * a[i];
    EXPECT_NEAR(kernel().rows.dot(a.data(), b.data(), n), dot,
                1e-5 * std::sqrt(static_cast<double>(n)) + 1e-6);
    EXPECT_NEAR(kernel().rows.sum_of_squares(a.data(), n), squares, 1e-12 * squares);
  }
  const std::vector<float> large(9, 1e25f);
  EXPECT_NEAR(kernel().rows.sum_of_squares(large.data(), 9), 9e50, 1e45) << "where floats overflow";
}

TEST_P(KernelSet, AdamWEqualsThePlainLoop) {
  for (int64_t n : kLengths) {
    auto weights = noise(n, 131), exp_avg = noise(n, 133), exp_avg_sq = noise(n, 134);
    const auto gradient = noise(n, 132);
    for (float& value : exp_avg_sq) value *= value;
    std::vector<double> w(weights.begin(), weights.end()), m(exp_avg.begin(), exp_avg.end()),
        v(exp_avg_sq.begin(), exp_avg_sq.end());
    const double learning_rate = 0.01, decay = 0.1, correction1 = 1 - 0.9 * 0.9,
                 correction2 = 1 - 0.99 * 0.99;
    const AdamWStep step{.gradient_scale = 0.5f,
                         .one_minus_beta1 = 0.1f,
                         .beta2 = 0.99f,
                         .one_minus_beta2 = 0.01f,
                         .kept = static_cast<float>(1 - learning_rate * decay),
                         .rate = static_cast<float>(learning_rate / correction1),
                         .root = static_cast<float>(1 / std::sqrt(correction2)),
                         .epsilon = 1e-8f};
    kernel().rows.adamw(weights.data(), gradient.data(), exp_avg.data(), exp_avg_sq.data(), n, step);
    for (size_t i = 0; i < w.size(); ++i) {
      const double g = 0.5 * gradient[i];
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.99 * v[i] + 0.01 * g * g;
      w[i] = w[i] * (1 - learning_rate * decay) -
             learning_rate * (m[i] / correction1) / (std::sqrt(v[i] / correction2) + 1e-8);
      ASSERT_NEAR(exp_avg[i], m[i], 1e-6) << n;
      ASSERT_NEAR(exp_avg_sq[i], v[i], 1e-6 * (1 + v[i])) << n;
      ASSERT_NEAR(weights[i], w[i], 1e-6 * (1 + std::abs(w[i]))) << n;
    }
  }
}

TEST(Kernels, RunnableBeginsWithPlainAndTheActiveSetIsOneOfThemForGood) {
  for (Precision precision : {Precision::Fp32, Precision::Bf16}) {
    const KernelList list = runnable(precision);
    ASSERT_GE(list.count, 1);
    EXPECT_STREQ(list.sets[0]->name, "plain");
    const Kernels& chosen = active(precision);
    EXPECT_EQ(&chosen, &active(precision));
    bool found = false;
    for (int i = 0; i < list.count; ++i) found = found || list.sets[i] == &chosen;
    EXPECT_TRUE(found) << chosen.name;
  }
}

}  // namespace
}  // namespace r1::kernels
