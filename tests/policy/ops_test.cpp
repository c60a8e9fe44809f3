// Every op three ways: the kernels against the ATen reference, and both gradients against finite differences.
#include "policy/ops.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>

#include "policy/ops_reference.h"

namespace r1 {
namespace {

using TensorList = std::vector<at::Tensor>;
using Op = std::function<at::Tensor(const TensorList&)>;

at::Tensor noise(std::vector<int64_t> shape, uint64_t seed) {
  return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed), at::kFloat);
}

// A prompt of 5 shared by samples of 3 and 4, then a sequence of 6 alone: 18 rows in two groups.
AttentionPlan shared_plan() {
  return {{{.query_begin = 0, .num_queries = 5, .own_begin = 0},
           {.query_begin = 5, .num_queries = 3, .prefix_begin = 0, .prefix_len = 5, .own_begin = 5},
           {.query_begin = 8, .num_queries = 4, .prefix_begin = 0, .prefix_len = 5, .own_begin = 8},
           {.query_begin = 12, .num_queries = 6, .own_begin = 12}},
          {0, 3, 4}};
}

struct Case {
  const char* name;
  TensorList inputs;  // float32; gradients are wanted for all
  Op op;
};

std::vector<Case> cases() {
  const at::Tensor targets = at::randint(0, 23, {9}, at::make_generator<at::CPUGeneratorImpl>(1), at::kLong);
  const at::Tensor angles = noise({7, 6}, 2);
  const at::Tensor cos = angles.cos(), sin = angles.sin();
  const AttentionPlan plan = shared_plan();
  const at::Tensor ids = at::tensor({3, 0, 3, 5, 3}, at::kLong);
  return {
      {"embedding", {noise({6, 9}, 18)}, [ids](const TensorList& in) { return ops::embedding(ids, in[0]); }},
      {"rms_norm",
       {noise({7, 19}, 3), noise({19}, 4)},
       [](const TensorList& in) { return ops::rms_norm(in[0], in[1], 1e-5); }},
      {"linear",
       {noise({7, 19}, 5), noise({11, 19}, 6), noise({11}, 7)},
       [](const TensorList& in) { return ops::linear(in[0], in[1], in[2]); }},
      {"rope",
       {noise({7, 3, 12}, 8)},
       [cos, sin](const TensorList& in) {
         return ops::rope(in[0], cos.to(in[0].dtype()), sin.to(in[0].dtype()));
       }},
      {"swiglu",
       {noise({7, 21}, 9), noise({7, 21}, 10)},
       [](const TensorList& in) { return ops::swiglu(in[0], in[1]); }},
      {"attention",
       {noise({18, 6, 10}, 11), noise({18, 2, 10}, 12), noise({18, 2, 10}, 13)},
       [plan](const TensorList& in) { return ops::attention(in[0], in[1], in[2], plan); }},
      {"logprobs",
       {noise({9, 14}, 14), noise({23, 14}, 15)},
       [targets](const TensorList& in) { return ops::token_logprobs(in[0], in[1], targets, 0.7).logprobs; }},
      {"entropy",
       {noise({9, 14}, 16), noise({23, 14}, 17)},
       [targets](const TensorList& in) { return ops::token_logprobs(in[0], in[1], targets, 0.7).entropy; }},
  };
}

TensorList as(const TensorList& inputs, at::ScalarType dtype) {
  TensorList result;
  for (const at::Tensor& input : inputs)
    result.push_back(input.detach().to(dtype).clone().requires_grad_(true));
  return result;
}

// Gradients of sum(op(inputs) * weights).
TensorList gradients(const Op& op, TensorList inputs) {
  const at::Tensor y = op(inputs);
  const at::Tensor weights = noise(y.sizes().vec(), 99).to(y.dtype());
  at::sum(y * weights).backward();
  TensorList result;
  for (const at::Tensor& input : inputs) result.push_back(input.grad());
  return result;
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

TEST(Ops, KernelsEqualTheReferenceForward) {
  at::NoGradGuard no_grad;
  for (const Case& c : cases()) {
    const TensorList exact = as(c.inputs, at::kDouble);  // float64 takes the reference path
    EXPECT_LT(largest_difference(c.op(c.inputs), c.op(exact)), 5e-6) << c.name;
  }
}

TEST(Ops, KernelsWithAndWithoutGradientGiveTheSameBits) {
  for (const Case& c : cases()) {
    const at::Tensor with_gradient = c.op(as(c.inputs, at::kFloat));
    at::NoGradGuard no_grad;
    EXPECT_TRUE(with_gradient.detach().equal(c.op(c.inputs))) << c.name;
  }
}

TEST(Ops, KernelGradientsEqualTheReferenceGradients) {
  for (const Case& c : cases()) {
    const TensorList fast = gradients(c.op, as(c.inputs, at::kFloat)),
                     exact = gradients(c.op, as(c.inputs, at::kDouble));
    for (size_t i = 0; i < fast.size(); ++i)
      EXPECT_LT(largest_difference(fast[i], exact[i]), 2e-5) << c.name << " input " << i;
  }
}

TEST(Ops, LookingUpThePaddingRowGivesItNoGradient) {
  const at::Tensor ids = at::tensor({3, 5, 3}, at::kLong);
  for (at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    const at::Tensor weight = as({noise({6, 4}, 30)}, dtype)[0];
    at::sum(ops::embedding(ids, weight, 5)).backward();
    EXPECT_EQ(weight.grad()[5].abs().sum().item<double>(), 0);
    EXPECT_EQ(weight.grad()[3].sum().item<double>(), 8);
  }
}

TEST(Ops, ReferenceGradientsEqualFiniteDifferences) {
  for (const Case& c : cases()) {
    const TensorList inputs = as(c.inputs, at::kDouble), analytic = gradients(c.op, inputs);
    at::NoGradGuard no_grad;
    auto objective = [&](const TensorList& at_inputs) {
      const at::Tensor y = c.op(at_inputs);
      return at::sum(y * noise(y.sizes().vec(), 99).to(at::kDouble)).item<double>();
    };
    for (size_t i = 0; i < inputs.size(); ++i) {
      const at::Tensor direction = noise(inputs[i].sizes().vec(), 200 + i).to(at::kDouble);
      constexpr double kStep = 1e-5;
      TensorList moved = as(c.inputs, at::kDouble);
      moved[i] = inputs[i] + direction * kStep;
      const double above = objective(moved);
      moved[i] = inputs[i] - direction * kStep;
      const double slope = (above - objective(moved)) / (2 * kStep);
      EXPECT_NEAR(slope, at::sum(analytic[i] * direction).item<double>(),
                  1e-6 * std::max(1.0, std::abs(slope)))
          << c.name << " input " << i;
    }
  }
}

// at::parallel_for is a template: compiled without OpenMP it runs everything on one thread and nothing fails.
TEST(Ops, ParallelLoopsOfThisBuildUseMoreThanOneThread) {
  const int before = at::get_num_threads();
  at::set_num_threads(2);
  std::atomic<int> chunks{0};
  at::parallel_for(0, 2, 1, [&](int64_t, int64_t) { ++chunks; });
  at::set_num_threads(before);
  EXPECT_EQ(chunks, 2);
}

TEST(Ops, HeadTilesGiveTheSameLogprobsAsOneTile) {
  at::NoGradGuard no_grad;
  const int64_t rows = 2 * ops::kHeadTileRows + 3;
  const at::Tensor hidden = noise({rows, 14}, 20), head = noise({23, 14}, 21);
  const at::Tensor targets =
      at::randint(0, 23, {rows}, at::make_generator<at::CPUGeneratorImpl>(22), at::kLong);
  const at::Tensor all = ops::token_logprobs(hidden, head, targets, 1.0).logprobs;
  for (int64_t row : {int64_t{0}, ops::kHeadTileRows, rows - 1}) {
    const auto one =
        ops::token_logprobs(hidden.narrow(0, row, 1), head, targets.narrow(0, row, 1), 1.0).logprobs;
    EXPECT_EQ(one.item<float>(), all[row].item<float>()) << row;
  }
}

}  // namespace
}  // namespace r1
