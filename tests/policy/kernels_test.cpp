// The kernels' promise: a row's bits depend on that row alone. Checked for every instruction set this machine runs.
#include "policy/kernels/kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace r1::kernels {
namespace {

std::vector<float> noise(size_t size, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(size);
  for (float& value : values) value = normal(generator);
  return values;
}

class EveryKernelSet : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    if (GetParam() >= runnable().count) GTEST_SKIP() << "this processor lacks the instruction set";
  }
  const Kernels& kernel() const { return *runnable().sets[GetParam()]; }
};
INSTANTIATE_TEST_SUITE_P(Isa, EveryKernelSet, testing::Values(0, 1, 2));

TEST_P(EveryKernelSet, LinearEqualsTheDoublePrecisionProduct) {
  for (auto [M, N, K] : {std::tuple(1, 7, 5), {3, 13, 16}, {9, 29, 37}, {130, 97, 64}}) {
    const auto x = noise(M * K, 1), w = noise(N * K, 2), bias = noise(N, 3);
    std::vector<float> y(M * N);
    kernel().linear(x.data(), w.data(), bias.data(), y.data(), M, N, K, 0, N);
    for (int m = 0; m < M; ++m) {
      for (int n = 0; n < N; ++n) {
        double expected = bias[n];
        for (int k = 0; k < K; ++k) expected += double{x[m * K + k]} * w[n * K + k];
        ASSERT_NEAR(y[m * N + n], expected, 1e-4) << m << "," << n << " of " << M << "x" << N << "x" << K;
      }
    }
  }
}

TEST_P(EveryKernelSet, LinearRowsDoNotDependOnHowManyAreComputedTogether) {
  const int N = 97, K = 83, rows = 33;
  const auto x = noise(rows * K, 4), w = noise(N * K, 5);
  std::vector<float> together(rows * N), alone(N);
  kernel().linear(x.data(), w.data(), nullptr, together.data(), rows, N, K, 0, N);
  for (int m = 0; m < rows; ++m) {
    kernel().linear(x.data() + m * K, w.data(), nullptr, alone.data(), 1, N, K, 0, N);
    for (int n = 0; n < N; ++n) ASSERT_EQ(alone[n], together[m * N + n]) << "row " << m << " output " << n;
  }
  // Nor on how the outputs are cut into ranges.
  std::vector<float> cut(rows * N);
  for (int begin : {0, 5, 6, 41}) {
    const int end = begin == 0 ? 5 : begin == 5 ? 6 : begin == 6 ? 41 : N;
    kernel().linear(x.data(), w.data(), nullptr, cut.data(), rows, N, K, begin, end);
  }
  EXPECT_EQ(cut, together);
}

TEST_P(EveryKernelSet, AttentionOfAQueryDoesNotDependOnWhereItsKeysLie) {
  // The same 40 keys once as 40 own rows, once as a shared prefix of 23 and 17 own rows stored elsewhere.
  const AttentionShape shape{6, 2, 20};
  const int keys = 40, prefix = 23, row = 2 * 20;
  const auto k = noise(keys * row, 6), v = noise(keys * row, 7), q = noise(keys * 6 * 20, 8);
  std::vector<float> scratch(attention_scratch_floats(shape, keys)), whole(q.size()), lse(keys * 6);
  kernel().attention(q.data(), k.data(), v.data(), whole.data(), lse.data(), shape, {.num_queries = keys}, 0,
                     keys, scratch.data());
  std::vector<float> far_k(100 * row), far_v(100 * row), one(q.size());
  std::copy_n(k.begin(), prefix * row, far_k.begin() + 50 * row);
  std::copy_n(v.begin(), prefix * row, far_v.begin() + 50 * row);
  std::copy(k.begin() + prefix * row, k.end(), far_k.begin() + 3 * row);
  std::copy(v.begin() + prefix * row, v.end(), far_v.begin() + 3 * row);
  const AttentionSegment last{.query_begin = keys - 1,
                              .num_queries = 1,
                              .prefix_begin = 50,
                              .prefix_len = prefix,
                              .own_begin = 3,
                              .own_past = keys - prefix - 1};
  kernel().attention(q.data(), far_k.data(), far_v.data(), one.data(), nullptr, shape, last, 0, 1,
                     scratch.data());
  for (int i = (keys - 1) * 6 * 20; i < keys * 6 * 20; ++i) ASSERT_EQ(one[i], whole[i]);
}

TEST_P(EveryKernelSet, SoftmaxStatsAreExactToSinglePrecisionAtAnyLength) {
  for (int V : {1, 3, 16, 17, 1000, 4097}) {
    const auto logits = noise(V, 9);
    const double inverse_temperature = 1.7;
    double sum = 0, weighted = 0;
    for (float logit : logits) sum += std::exp(inverse_temperature * logit);
    for (float logit : logits)
      weighted += std::exp(inverse_temperature * logit) / sum * inverse_temperature * logit;
    const RowStats stats = kernel().softmax_stats(logits.data(), V, static_cast<float>(inverse_temperature));
    EXPECT_NEAR(stats.logsumexp, std::log(sum), 1e-5) << V;
    EXPECT_NEAR(stats.entropy, std::log(sum) - weighted, 1e-5) << V;
  }
}

TEST_P(EveryKernelSet, SoftmaxOfExtremeLogitsIsFinite) {
  std::vector<float> logits = {80000.0f, -80000.0f, 79999.0f, -INFINITY};
  const RowStats stats = kernel().softmax_stats(logits.data(), 4, 1.0f);
  EXPECT_NEAR(stats.logsumexp, 80000.31f, 0.01);
  EXPECT_NEAR(stats.entropy, 0.5822f, 0.001);
}

TEST_P(EveryKernelSet, SwigluIsSiluTimesUp) {
  const auto gate = noise(37, 10), up = noise(37, 11);
  std::vector<float> y(37);
  kernel().swiglu_row(gate.data(), up.data(), y.data(), 37);
  for (int i = 0; i < 37; ++i) {
    EXPECT_NEAR(y[i], gate[i] / (1 + std::exp(-double{gate[i]})) * up[i], 2e-6);
  }
}

}  // namespace
}  // namespace r1::kernels
