// Packed copies are what the master is now, however it was changed.
#include "policy/weight.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>

#include "policy/adamw.h"
#include "policy/policy.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

using kernels::kPanel;

at::Tensor noise(std::vector<int64_t> shape, uint64_t seed) {
  return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed), at::kFloat);
}

// Element (n, k) of packed panels over K, as a float.
float packed_element(const void* panels, int64_t n, int64_t k, int64_t K, Precision precision) {
  const int64_t step = kernels::step_of(precision);
  const int64_t at = n / kPanel * kernels::panel_elements(precision, K) + k / step * kPanel * step +
                     n % kPanel * step + k % step;
  if (precision == Precision::Fp32) return static_cast<const float*>(panels)[at];
  const uint32_t bits = uint32_t{static_cast<const uint16_t*>(panels)[at]} << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// The number of packed elements, both ways, that are not the rounded master's; 0 elsewhere in the padding.
int64_t differences(const Weight& weight) {
  const at::NoGradGuard no_grad;
  const Precision precision = weight.precision();
  const at::Tensor rounded = precision == Precision::Fp32
                                 ? weight.value().detach()
                                 : weight.value().detach().to(at::kBFloat16).to(at::kFloat);
  const auto value = rounded.accessor<float, 2>();
  const int64_t N = weight.rows(), K = weight.columns();
  int64_t wrong = 0;
  const void *panels = weight.panels(), *transposed = weight.transposed_panels();
  const auto expect = [&](const void* from, int64_t n, int64_t k, int64_t length, float wanted) {
    wrong += packed_element(from, n, k, length, precision) != wanted;
  };
  const int64_t padded_K = kernels::round_up(K, kernels::step_of(precision)),
                padded_N = kernels::round_up(N, kernels::step_of(precision));
  for (int64_t n = 0; n < kernels::round_up(N, kPanel); ++n) {
    for (int64_t k = 0; k < padded_K; ++k) expect(panels, n, k, K, n < N && k < K ? value[n][k] : 0.0f);
  }
  for (int64_t k = 0; k < kernels::round_up(K, kPanel); ++k) {
    for (int64_t n = 0; n < padded_N; ++n) expect(transposed, k, n, N, n < N && k < K ? value[n][k] : 0.0f);
  }
  return wrong;
}

Policy toy_policy(const ToyModelOptions& options) {
  const ModelConfig config = toy_config(options);
  return Policy(config, toy_weights(config, options), c10::Device("cpu"), options.precision);
}

class Weights : public testing::TestWithParam<Precision> {};
INSTANTIATE_TEST_SUITE_P(Precisions, Weights, testing::Values(Precision::Fp32, Precision::Bf16),
                         [](const auto& info) { return info.param == Precision::Fp32 ? "Fp32" : "Bf16"; });

TEST_P(Weights, PanelsHoldTheRoundedMasterAtOddSizesToo) {
  for (auto [N, K] :
       {std::pair<int64_t, int64_t>{1, 1}, {7, 5}, {16, 16}, {17, 33}, {95, 64}, {130, 129}, {3, 200}}) {
    EXPECT_EQ(differences(Weight(noise({N, K}, 1), GetParam())), 0) << N << "x" << K;
  }
}

TEST_P(Weights, HalvesInTurnAlternatePanelsOfTheTwoHalvesEachPaddedByItself) {
  for (int64_t F : {1, 15, 16, 17, 48, 50}) {
    const int64_t K = 9;
    const at::Tensor value = noise({2 * F, K}, 2);
    const at::Tensor rounded = GetParam() == Precision::Fp32 ? value : value.to(at::kBFloat16).to(at::kFloat);
    const Weight weight(value, GetParam(), Weight::Order::HalvesInTurn);
    ASSERT_EQ(weight.packed_rows(), 2 * kernels::round_up(F, kPanel)) << F;
    const auto master = rounded.accessor<float, 2>();
    for (int64_t half = 0; half < 2; ++half) {
      for (int64_t f = 0; f < kernels::round_up(F, kPanel); ++f) {
        for (int64_t k = 0; k < K; ++k) {
          const int64_t row = (2 * (f / kPanel) + half) * kPanel + f % kPanel;
          ASSERT_EQ(packed_element(weight.panels(), row, k, K, GetParam()),
                    f < F ? master[half * F + f][k] : 0.0f)
              << half << " " << f << " of " << F;
        }
      }
    }
    // Backwards nothing is finished together: columns of the transpose stand as in the master.
    for (int64_t n = 0; n < 2 * F; ++n) {
      ASSERT_EQ(packed_element(weight.transposed_panels(), 3, n, 2 * F, GetParam()), master[n][3]);
    }
  }
}

// Each change is made to a weight whose packed copies were used just before.
TEST_P(Weights, PackedCopiesFollowEveryChangeOfTheMaster) {
  const std::vector<std::pair<std::string, std::function<void(at::Tensor&)>>> changes = {
      {"copy_",
       [](at::Tensor& value) {
         value.copy_(noise({37, 21}, 4));
       }},
      {"add_", [](at::Tensor& value) { value.add_(1.0f); }},
      {"a row", [](at::Tensor& value) { value[36].fill_(2.5f); }},
      {"a detached view of rows", [](at::Tensor& value) { value.detach().narrow(0, 5, 3).mul_(3.0f); }},
      {"a flat view", [](at::Tensor& value) { value.detach().view(-1).narrow(0, 100, 1).zero_(); }},
      {"an optimizer's step",
       [](at::Tensor& value) {
         AdamW optimizer({{"w", value}}, {});
         optimizer.step({{"w", at::ones_like(value)}}, 0.1);
       }},
      {"an optimizer's step on a view", [](at::Tensor& value) {
         const at::Tensor view = value.detach().narrow(0, 0, 16);
         AdamW optimizer({{"w", view}}, {});
         optimizer.step({{"w", at::ones_like(view)}}, 0.1);
       }}};
  for (const auto& [name, change] : changes) {
    at::Tensor value = noise({37, 21}, 3);
    value.requires_grad_(true);
    const Weight weight(value, GetParam());
    const Weight handle = weight;  // shares the matrix
    ASSERT_EQ(differences(weight), 0);
    const at::NoGradGuard no_grad;
    const at::Tensor before = value.clone();
    change(value);
    ASSERT_FALSE(value.equal(before)) << name;
    EXPECT_EQ(differences(weight), 0) << name;
    EXPECT_EQ(differences(handle), 0) << name;
  }
}

TEST_P(Weights, EachPackedFormFollowsByItself) {
  const at::Tensor value = noise({20, 20}, 5);
  const Weight weight(value, GetParam());
  weight.panels();
  value.mul_(2);
  weight.transposed_panels();
  value.mul_(2);
  weight.panels();  // made again now; the transposed form is stale
  EXPECT_EQ(differences(weight), 0);
}

TEST_P(Weights, UnchangedMastersAreNotPackedAgain) {
  const Weight weight(noise({20, 20}, 6), GetParam());
  void* panels = const_cast<void*>(weight.panels());
  std::memset(panels, 0x11, 4);  // would be overwritten
  EXPECT_EQ(weight.panels(), panels);
  EXPECT_EQ(static_cast<const char*>(weight.panels())[0], 0x11);
}

// The model's own names are views of joined matrices: loading and training through them must reach the products.
TEST_P(Weights, AModelSeesItsWeightsChangeThroughTheirNames) {
  const at::NoGradGuard no_grad;
  Policy policy = toy_policy({.precision = GetParam()}),
         other = toy_policy({.seed = 2, .precision = GetParam()});
  TokenBatch batch{{5, 6, 7}, {0, 1, 2}, {{{.num_queries = 3}}, {0, 1}, {}}};
  const auto logits = [&](const Policy& of) { return of.logits(of.forward(batch), {2}); };
  const at::Tensor first = logits(policy), wanted = logits(other);
  ASSERT_FALSE(first.equal(wanted));
  policy.load_weights(other.clone_weights());
  EXPECT_TRUE(logits(policy).equal(wanted)) << "load_weights";
  for (const auto& [name, weight] : policy.weights()) {
    const at::Tensor before = logits(policy), kept = weight.clone();
    weight.view(-1).narrow(0, weight.numel() / 2, std::max<int64_t>(1, weight.numel() / 4)).add_(0.5f);
    // Rows of the embedding that are looked up lie elsewhere; but the head is the same matrix.
    EXPECT_FALSE(logits(policy).equal(before)) << name;
    weight.copy_(kept);
    EXPECT_TRUE(logits(policy).equal(before)) << name;
  }
}

TEST_P(Weights, AnOptimizersStepOnNamedWeightsReachesTheForward) {
  Policy policy = toy_policy({.precision = GetParam()});
  AdamW optimizer(policy.weights(), {});
  const at::NoGradGuard no_grad;
  TokenBatch batch{{5, 6, 7}, {0, 1, 2}, {{{.num_queries = 3}}, {0, 1}, {}}};
  const at::Tensor before = policy.forward(batch);
  NamedTensors gradients;
  for (const auto& [name, weight] : policy.weights()) gradients.emplace(name, at::ones_like(weight));
  optimizer.step(gradients, 0.05);
  // A policy made afresh of the same weights has no copies that could be stale.
  const Policy fresh(policy.config(), policy.clone_weights(), policy.device(), GetParam());
  const at::Tensor after = policy.forward(batch);
  EXPECT_FALSE(after.equal(before));
  EXPECT_TRUE(after.equal(fresh.forward(batch)));
}

TEST(Weight, TheGradientIsMadeOnceOfZerosAndKept) {
  const Weight weight(noise({3, 4}, 7).requires_grad_(true), Precision::Fp32);
  EXPECT_FALSE(weight.value().grad().defined());
  const at::Tensor gradient = weight.gradient();
  EXPECT_EQ(gradient.abs().sum().item<double>(), 0);
  EXPECT_EQ(gradient.sizes(), weight.value().sizes());
  {
    const at::NoGradGuard no_grad;
    gradient.add_(1);
  }
  EXPECT_EQ(weight.gradient().data_ptr(), gradient.data_ptr());
  EXPECT_EQ(weight.value().grad().sum().item<double>(), 12);
  EXPECT_FALSE(gradient.requires_grad());
}

TEST(Weight, KernelsAreForFloatsOnTheCpu) {
  EXPECT_TRUE(Weight(at::empty({2, 2}, at::kFloat), Precision::Bf16).has_kernels());
  EXPECT_FALSE(Weight(at::empty({2, 2}, at::kDouble), Precision::Fp32).has_kernels());
  EXPECT_FALSE(
      Weight(at::empty({2, 2}, at::TensorOptions().dtype(at::kFloat).device("meta")), Precision::Fp32)
          .has_kernels());
  EXPECT_FALSE(Weight().defined());
}

TEST(Weight, WhatIsNoMatrixOrHasNoHalvesIsABug) {
  EXPECT_THROW(Weight(at::zeros({4}), Precision::Fp32), std::logic_error);
  EXPECT_THROW(Weight(at::zeros({4, 6}).t(), Precision::Fp32), std::logic_error);
  EXPECT_THROW(Weight(at::zeros({3, 4}), Precision::Fp32, Weight::Order::HalvesInTurn), std::logic_error);
}

}  // namespace
}  // namespace r1
