// int8 products for sampling: what they round, and that nothing else is off.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include "policy/kernels/kernels.h"
#include "policy/ops.h"

namespace r1 {
namespace {

using kernels::kPanel;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

at::Tensor noise(std::vector<int64_t> shape, uint64_t seed) {
  return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed), at::kFloat);
}

class Int8 : public testing::TestWithParam<Precision> {
 protected:
  void SetUp() override {
    if (!Weight(at::zeros({1, 1}), GetParam()).has_int8()) {
      GTEST_SKIP() << "the kernel set in use has no int8 products";
    }
  }
  static const kernels::Int8Kernels& kernel() { return kernels::active(GetParam()).int8; }
  // Floats as the products of this precision read them, exactly representable from then on.
  static at::Tensor elements(const at::Tensor& x) {
    return GetParam() == Precision::Bf16 ? x.to(at::kBFloat16) : x;
  }
  at::NoGradGuard no_grad_;
};
INSTANTIATE_TEST_SUITE_P(Precisions, Int8, testing::Values(Precision::Fp32, Precision::Bf16),
                         [](const auto& info) { return info.param == Precision::Fp32 ? "Fp32" : "Bf16"; });

struct Sizes {
  int64_t M, N, K;
};
std::vector<Sizes> some_sizes() {
  std::vector<Sizes> result = {{1, 1, 1},   {1, 17, 5},  {2, 16, 4},   {7, 95, 3},
                               {8, 97, 66}, {9, 48, 64}, {67, 31, 129}};
  std::mt19937 random(1);
  for (int i = 0; i < 20; ++i) {
    result.push_back({1 + static_cast<int64_t>(random() % 67), 1 + static_cast<int64_t>(random() % 150),
                      1 + 2 * static_cast<int64_t>(random() % 100)});
  }
  return result;
}

// x [M, K] and w [N, K] rounded to bytes by the kernels, and every result that the plain sums of these bytes give.
struct Rounded {
  Rounded(const kernels::Int8Kernels& kernel, const at::Tensor& x, const at::Tensor& w)
      : M(x.size(0)), N(w.size(0)), K(x.size(1)), columns(kernels::int8_columns(K)) {
    const int64_t panels = kernels::num_panels(N);
    bytes.resize(static_cast<size_t>(M * columns), 5);  // not what belongs into the padding
    panel_bytes.resize(static_cast<size_t>(panels * kPanel * columns), 5);
    w_scale.resize(static_cast<size_t>(panels * kPanel));
    w_sum.resize(static_cast<size_t>(panels * kPanel));
    const bool floats = x.scalar_type() == at::kFloat;
    for (int64_t m = 0; m < M; ++m) {
      const char* row = static_cast<const char*>(x.const_data_ptr()) + m * K * (floats ? 4 : 2);
      x_scale.push_back(
          (floats ? kernel.quantize_floats : kernel.quantize_bf16)(row, K, bytes.data() + m * columns));
    }
    for (int64_t p = 0; p < panels; ++p) {
      kernel.pack(w.const_data_ptr<float>() + p * kPanel * K, K, std::min(kPanel, N - p * kPanel), K,
                  panel_bytes.data() + p * kPanel * columns, w_scale.data() + p * kPanel,
                  w_sum.data() + p * kPanel);
    }
  }
  int32_t x_at(int64_t m, int64_t k) const { return bytes[static_cast<size_t>(m * columns + k)] - 128; }
  int32_t w_at(int64_t n, int64_t k) const {
    return panel_bytes[static_cast<size_t>(n / kPanel * kPanel * columns + k / 4 * 4 * kPanel +
                                           n % kPanel * 4 + k % 4)];
  }
  float result(int64_t m, int64_t n) const {
    int32_t sum = 0;
    for (int64_t k = 0; k < K; ++k) sum += x_at(m, k) * w_at(n, k);
    return static_cast<float>(sum) * x_scale[static_cast<size_t>(m)] * w_scale[static_cast<size_t>(n)];
  }
  kernels::Int8Product product(std::vector<float>& y) const {
    kernels::Int8Product int8;
    int8.product = {.x = bytes.data(),
                    .x_row = columns,
                    .w = panel_bytes.data(),
                    .M = M,
                    .N = N,
                    .K = K,
                    .y = y.data(),
                    .y_row = N};
    int8.elements = GetParam();
    int8.x_scale = x_scale.data();
    int8.w_scale = w_scale.data();
    int8.w_sum = w_sum.data();
    return int8;
  }
  static Precision GetParam() { return Int8::GetParam(); }

  int64_t M, N, K, columns;
  std::vector<uint8_t> bytes;
  std::vector<int8_t> panel_bytes;
  std::vector<float> x_scale, w_scale;
  std::vector<int32_t> w_sum;
};

// At a tie up to rounding of the quotient either neighbour is nearest.
void expect_nearest(int32_t byte, double value, double scale) {
  ASSERT_LE(std::abs(byte - value / scale), 0.5 + 1e-4) << value << " at scale " << scale;
}

TEST_P(Int8, BothSidesAreRoundedToTheNearestOf255StepsUpToTheirLargest) {
  for (const auto& [M, N, K] : some_sizes()) {
    const at::Tensor x = elements(noise({M, K}, 1)), w = noise({N, K}, 2), exact_x = x.to(at::kFloat);
    const Rounded rounded(kernel(), x, w);
    const auto check_rows = [&](const at::Tensor& rows, const std::vector<float>& scales, auto at) {
      const auto value = rows.accessor<float, 2>();
      for (int64_t r = 0; r < rows.size(0); ++r) {
        const float scale = scales[static_cast<size_t>(r)];
        ASSERT_EQ(scale, rows[r].abs().max().item<float>() / 127.0f);
        for (int64_t k = 0; k < K; ++k) expect_nearest(at(r, k), value[r][k], scale);
        for (int64_t k = K; k < rounded.columns; ++k) ASSERT_EQ(at(r, k), 0) << "padding";
      }
    };
    check_rows(exact_x, rounded.x_scale, [&](int64_t m, int64_t k) { return rounded.x_at(m, k); });
    check_rows(w, rounded.w_scale, [&](int64_t n, int64_t k) { return rounded.w_at(n, k); });
  }
}

TEST_P(Int8, AProductIsTheExactSumOfItsBytesTimesBothScalesPlusBiasAndResidual) {
  for (const auto& [M, N, K] : some_sizes()) {
    const at::Tensor x = elements(noise({M, K}, 3)), w = noise({N, K}, 4), bias = noise({N}, 5),
                     residual = noise({M, N}, 6);
    const Rounded rounded(kernel(), x, w);
    const Weight weight(w, GetParam());
    const at::Tensor plain = ops::linear(x, weight, {}, {}, ops::Products::Int8),
                     full = ops::linear(x, weight, bias, residual, ops::Products::Int8);
    for (int64_t m = 0; m < M; ++m) {
      for (int64_t n = 0; n < N; ++n) {
        const float wanted = rounded.result(m, n);
        ASSERT_EQ(plain[m][n].item<float>(), wanted) << m << "," << n << " of " << M << "x" << N << "x" << K;
        ASSERT_EQ(full[m][n].item<float>(), residual[m][n].item<float>() + (wanted + bias[n].item<float>()));
      }
    }
  }
}

// A rounding loses up to half a step, evenly spread: the variance of a step squared / 12. Both factors are rounded, so their
// errors add up to what is found in the product, and no term of it is off by more than both halves.
TEST_P(Int8, AProductIsOffByTheRoundingsOfItsFactorsAndNoMore) {
  for (const auto& [M, N, K] : some_sizes()) {
    const at::Tensor x = elements(noise({M, K}, 7)), w = noise({N, K}, 8);
    const at::Tensor a = x.to(at::kDouble), b = w.to(at::kDouble).t();  // [M, K], [K, N]
    const at::Tensor step_a = a.abs().amax(1, true) / 127.0, step_b = b.abs().amax(0, true) / 127.0;
    const at::Tensor found =
        ops::linear(x, Weight(w, GetParam()), {}, {}, ops::Products::Int8).to(at::kDouble);
    const at::Tensor error = found - a.matmul(b);
    const at::Tensor bound = step_a.matmul(b.abs().sum(0, true)) / 2.0 +
                             a.abs().sum(1, true).matmul(step_b) / 2.0 +
                             step_a.matmul(step_b) * (static_cast<double>(K) / 4);
    EXPECT_TRUE((error.abs() <= bound * 1.001).all().item<bool>()) << M << "x" << N << "x" << K;
    if (M * N * K < 50'000) continue;  // too few for a mean
    const at::Tensor variance =
        ((step_a * step_a).matmul((b * b).sum(0, true)) + (a * a).sum(1, true).matmul(step_b * step_b)) /
        12.0;
    EXPECT_NEAR((error * error).mean().item<double>() / variance.mean().item<double>(), 1, 0.25)
        << M << "x" << N;
  }
}

TEST_P(Int8, SwigluOfInt8ProductsIsSiluOfTheGateTimesUp) {
  for (const auto& [M, F, K] : std::vector<Sizes>{{1, 1, 1}, {3, 17, 33}, {20, 50, 65}, {67, 48, 7}}) {
    const at::Tensor x = elements(noise({M, K}, 9)), w = noise({2 * F, K}, 10);
    const at::Tensor both = ops::linear(x, Weight(w, GetParam()), {}, {}, ops::Products::Int8),
                     wanted = at::silu(both.narrow(1, 0, F)) * both.narrow(1, F, F);
    const at::Tensor found =
        ops::swiglu(x, Weight(w, GetParam(), Weight::Order::HalvesInTurn), ops::Products::Int8)
            .to(at::kFloat);
    // Half a unit of the last place in bfloat16, the exponential's rounding in float32.
    const double tolerance = GetParam() == Precision::Bf16 ? std::ldexp(1.0, -8) : 4e-6;
    EXPECT_TRUE(((found - wanted).abs() <= wanted.abs() * tolerance + 1e-6).all().item<bool>())
        << M << "x" << F;
  }
}

TEST_P(Int8, ARowsBitsDependOnItAlone) {
  const int64_t M = 67, N = 113, K = 131;
  const at::Tensor x = elements(noise({M, K}, 11));
  const Weight weight(noise({N, K}, 12), GetParam());
  const at::Tensor together = ops::linear(x, weight, {}, {}, ops::Products::Int8);
  for (int64_t rows : {1, 2, 5, 8, 9, 33, 66}) {
    for (int64_t begin : {int64_t{0}, (M - rows) / 2, M - rows}) {
      const at::Tensor some =
          ops::linear(x.narrow(0, begin, rows).contiguous(), weight, {}, {}, ops::Products::Int8);
      EXPECT_TRUE(some.equal(together.narrow(0, begin, rows))) << rows << " from " << begin;
    }
  }
}

TEST_P(Int8, BitsDependNeitherOnCutsNorOnTheThreadsThatComputeThem) {
  const int64_t M = 67, N = 200, K = 37;
  const Rounded rounded(kernel(), elements(noise({M, K}, 13)), noise({N, K}, 14));
  std::vector<float> whole(static_cast<size_t>(M * N)), cut(whole.size());
  kernel().product(rounded.product(whole), 0, M, 0, kernels::num_panels(N));
  for (int64_t threads : {1, 3}) {
    std::fill(cut.begin(), cut.end(), kNan);
    const kernels::Int8Product product = rounded.product(cut);
    std::vector<std::thread> pool;
    for (int64_t t = 0; t < threads; ++t) {
      pool.emplace_back([&, t] {
        for (int64_t row = 0, piece = 0; row < M; row += 5) {
          for (int64_t panel = 0; panel < kernels::num_panels(N); panel += 4, ++piece) {
            if (piece % threads != t) continue;
            kernel().product(product, row, std::min(row + 5, M), panel,
                             std::min(panel + 4, kernels::num_panels(N)));
          }
        }
      });
    }
    for (std::thread& thread : pool) thread.join();
    EXPECT_EQ(cut, whole) << threads;
  }
}

TEST_P(Int8, RowsAndColumnsOfZerosGiveZeros) {
  const int64_t M = 11, N = 40, K = 13;
  at::Tensor x = noise({M, K}, 15), w = noise({N, K}, 16);
  x[3].zero_();
  w[20].zero_();
  const at::Tensor found = ops::linear(elements(x), Weight(w, GetParam()), {}, {}, ops::Products::Int8);
  for (int64_t m = 0; m < M; ++m) {
    for (int64_t n = 0; n < N; ++n)
      ASSERT_EQ(found[m][n].item<float>() == 0, m == 3 || n == 20) << m << "," << n;
  }
}

TEST_P(Int8, ARowThatIsNotFiniteStaysSoAndHarmsNoOther) {
  const int64_t M = 20, N = 40, K = 33;
  const at::Tensor x = noise({M, K}, 17), w = noise({N, K}, 18);
  const Weight weight(w, GetParam());
  const at::Tensor clean = ops::linear(elements(x), weight, {}, {}, ops::Products::Int8);
  for (float bad : {kNan, -kNan, kInf, -kInf}) {
    for (int64_t at : {int64_t{0}, int64_t{16}, K - 1}) {
      const at::Tensor dirty = x.clone();
      dirty[7][at].fill_(bad);
      const at::Tensor found = ops::linear(elements(dirty), weight, {}, {}, ops::Products::Int8);
      EXPECT_FALSE(found[7].isfinite().any().item<bool>()) << bad << " at " << at;
      for (int64_t m = 0; m < M; ++m) {
        EXPECT_EQ(found[m].equal(clean[m]), m != 7) << bad << " in row 7, row " << m;
      }
    }
  }
}

TEST_P(Int8, TheRoundedWeightFollowsItsMaster) {
  const at::Tensor x = elements(noise({5, 9}, 19)), value = noise({20, 9}, 20);
  const Weight weight(value, GetParam());
  const at::Tensor before = ops::linear(x, weight, {}, {}, ops::Products::Int8);
  value.mul_(-2);
  const at::Tensor after = ops::linear(x, weight, {}, {}, ops::Products::Int8);
  EXPECT_TRUE(after.equal(before * -2.0)) << "twice the scale and the same steps";
}

TEST_P(Int8, AGradientThroughThemIsABug) {
  const at::AutoGradMode with_gradient(true);
  const Weight weight(noise({4, 4}, 21).requires_grad_(true), GetParam());
  EXPECT_THROW(ops::linear(elements(noise({2, 4}, 22)), weight, {}, {}, ops::Products::Int8),
               std::logic_error);
}

}  // namespace
}  // namespace r1
