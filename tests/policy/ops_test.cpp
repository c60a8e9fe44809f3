// Every op in three forms: the kernels of both precisions against the float64 reference, and its gradients against finite
// differences.
#include "policy/ops.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

#include "policy/kernels/kernels.h"
#include "policy/ops_reference.h"

namespace r1 {
namespace {

using TensorList = std::vector<at::Tensor>;
using Op = std::function<at::Tensor(const TensorList&, Precision)>;

at::Tensor noise(std::vector<int64_t> shape, uint64_t seed) {
  return at::randn(shape, at::make_generator<at::CPUGeneratorImpl>(seed), at::kFloat);
}

// A prompt of 5 shared by samples of 3 and 4, then a sequence of 6 alone: 18 rows in two groups.
AttentionPlan shared_plan() {
  return {{{.query_begin = 0, .num_queries = 5},
           {.query_begin = 5, .num_queries = 3, .prefix_len = 5},
           {.query_begin = 8, .num_queries = 4, .prefix_len = 5},
           {.query_begin = 12, .num_queries = 6}},
          {0, 3, 4},
          {}};
}

// Two groups whose prompts and samples are longer than blocks of 16 keys: 17 + 20 + 3 + 40 and 33 + 1 rows.
AttentionPlan long_plan() {
  return {{{.query_begin = 0, .num_queries = 17},
           {.query_begin = 17, .num_queries = 20, .prefix_len = 17},
           {.query_begin = 37, .num_queries = 3, .prefix_len = 17},
           {.query_begin = 40, .num_queries = 40, .prefix_len = 17},
           {.query_begin = 80, .num_queries = 33},
           {.query_begin = 113, .num_queries = 1, .prefix_len = 33, .prefix_begin = 80}},
          {0, 4, 6},
          {}};
}

constexpr AttentionHeads kHeads{.num_heads = 6, .num_kv_heads = 2, .head_dim = 10};

// float32 as the elements a product reads; float64 stays.
at::Tensor elements(const at::Tensor& x, Precision precision) {
  return x.scalar_type() == at::kFloat && precision == Precision::Bf16 ? x.to(at::kBFloat16) : x;
}

struct Case {
  const char* name;
  TensorList inputs;         // float32; gradients are wanted for all
  std::vector<int> rounded;  // those that products read as elements
  Op op;
  // How often a value is rounded to bfloat16 on its way forward, and on the longest way there and back.
  int roundings, gradient_roundings;
};

std::vector<Case> cases() {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(1);
  const at::Tensor targets = at::randint(0, 23, {9}, generator, at::kLong);
  const at::Tensor far_targets = at::randint(0, 1601, {9}, generator, at::kLong);
  const at::Tensor ids = at::tensor({3, 0, 3, 5, 3}, at::kLong);
  const auto attention = [](AttentionPlan plan, int64_t rows) -> Op {
    const at::Tensor angles = noise({rows, kHeads.head_dim / 2}, 2), cos = angles.cos(), sin = angles.sin();
    return [=](const TensorList& in, Precision p) {
      return ops::attention(in[0], cos.to(in[0].dtype()), sin.to(in[0].dtype()), kHeads, plan, p);
    };
  };
  const int64_t qkv = (6 + 2 * 2) * 10;
  return {
      {"embedding",
       {noise({6, 9}, 18)},
       {},
       [=](const TensorList& in, Precision) { return ops::embedding(ids, in[0]); },
       0,
       0},
      {"rows of a result",
       {noise({6, 9}, 19)},
       {},
       [=](const TensorList& in, Precision) { return ops::embedding(ids, in[0] * 2.0); },
       0,
       0},
      {"rms_norm",
       {noise({7, 19}, 3), noise({19}, 4)},
       {},
       [](const TensorList& in, Precision p) { return ops::rms_norm(in[0], in[1], 1e-5, p); },
       1,
       1},
      {"rms_norm of many rows",
       {noise({300, 33}, 3), noise({33}, 4)},
       {},
       [](const TensorList& in, Precision p) { return ops::rms_norm(in[0], in[1], 1e-5, p); },
       1,
       1},
      {"linear",
       {noise({7, 19}, 5), noise({11, 19}, 6)},
       {0, 1},
       [](const TensorList& in, Precision p) { return ops::linear(elements(in[0], p), Weight(in[1], p)); },
       0,
       2},
      {"linear with bias and residual",
       {noise({70, 35}, 5), noise({50, 35}, 6), noise({50}, 7), noise({70, 50}, 8)},
       {0, 1},
       [](const TensorList& in, Precision p) {
         return ops::linear(elements(in[0], p), Weight(in[1], p), in[2], in[3]);
       },
       0,
       2},
      {"swiglu",
       {noise({7, 21}, 9), noise({34, 21}, 10)},
       {0, 1},
       [](const TensorList& in, Precision p) {
         return ops::swiglu(elements(in[0], p), Weight(in[1], p, Weight::Order::HalvesInTurn));
       },
       1,
       5},
      {"attention", {noise({18, qkv}, 11)}, {}, attention(shared_plan(), 18), 5, 9},
      {"attention over many blocks", {noise({114, qkv}, 12)}, {}, attention(long_plan(), 114), 5, 9},
      {"logprobs",
       {noise({9, 14}, 14), noise({23, 14}, 15)},
       {0, 1},
       [=](const TensorList& in, Precision p) {
         return ops::token_logprobs(elements(in[0], p), Weight(in[1], p), targets, 0.7).logprobs;
       },
       0,
       2},
      {"entropy",
       {noise({9, 14}, 16), noise({23, 14}, 17)},
       {0, 1},
       [=](const TensorList& in, Precision p) {
         return ops::token_logprobs(elements(in[0], p), Weight(in[1], p), targets, 0.7).entropy;
       },
       0,
       2},
      {"logprobs and entropy over chunks",
       {noise({9, 14}, 20), noise({1601, 14}, 21)},
       {0, 1},
       [=](const TensorList& in, Precision p) {
         const auto scored = ops::token_logprobs(elements(in[0], p), Weight(in[1], p), far_targets, 1.3);
         return at::cat({scored.logprobs, scored.entropy}, 0);
       },
       0,
       2},
  };
}

// Leaves for one precision's kernels: with Bf16, those that products read are rounded first, so that the exact result is
// that of the very numbers the kernels see.
TensorList inputs_of(const Case& c, Precision precision, at::ScalarType dtype) {
  TensorList result;
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    at::Tensor value = c.inputs[i].detach().clone();
    const bool rounded =
        std::find(c.rounded.begin(), c.rounded.end(), static_cast<int>(i)) != c.rounded.end();
    if (rounded && precision == Precision::Bf16) value = value.to(at::kBFloat16).to(at::kFloat);
    result.push_back(value.to(dtype).clone().requires_grad_(true));
  }
  return result;
}

at::Tensor as_floats(const at::Tensor& y) { return y.scalar_type() == at::kBFloat16 ? y.to(at::kFloat) : y; }

void run_backward(const Op& op, const TensorList& inputs, Precision precision) {
  const at::Tensor y = as_floats(op(inputs, precision));
  at::sum(y * noise(y.sizes().vec(), 99).to(y.dtype())).backward();
}

// Gradients of sum(op(inputs) * weights).
TensorList gradients(const Op& op, const TensorList& inputs, Precision precision) {
  run_backward(op, inputs, precision);
  TensorList result;
  for (const at::Tensor& input : inputs) result.push_back(input.grad());
  return result;
}

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}
double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a.to(at::kDouble) - b.to(at::kDouble)).norm() / b.to(at::kDouble).norm()).item<double>();
}

// A value rounded to bfloat16 is off by at most 2^-9 of itself, so a vector by at most 2^-9 of its norm; the errors of
// roundings on one way add up. fp32's own are far below.
double bf16_tolerance(int roundings) { return roundings * std::ldexp(1.0, -9) + 1e-5; }

TEST(Ops, FloatKernelsEqualTheReferenceForward) {
  at::NoGradGuard no_grad;
  for (const Case& c : cases()) {
    const auto fast = c.op(inputs_of(c, Precision::Fp32, at::kFloat), Precision::Fp32),
               exact = c.op(inputs_of(c, Precision::Fp32, at::kDouble), Precision::Fp32);
    EXPECT_EQ(fast.scalar_type(), at::kFloat) << c.name;
    EXPECT_LT(largest_difference(fast, exact), 5e-6 * std::max(1.0, exact.abs().max().item<double>()))
        << c.name;
  }
}

TEST(Ops, Bf16KernelsEqualTheReferenceUpToTheirRoundings) {
  at::NoGradGuard no_grad;
  for (const Case& c : cases()) {
    const auto fast = c.op(inputs_of(c, Precision::Bf16, at::kFloat), Precision::Bf16);
    const double off =
        relative_difference(fast, c.op(inputs_of(c, Precision::Bf16, at::kDouble), Precision::Bf16));
    EXPECT_LT(off, bf16_tolerance(c.roundings)) << c.name;
    if (c.roundings > 0) {
      EXPECT_GT(off, 1e-4) << c.name << ": nothing was rounded";
    }
  }
}

TEST(Ops, KernelsWithAndWithoutGradientGiveTheSameBits) {
  for (const Case& c : cases()) {
    for (Precision p : {Precision::Fp32, Precision::Bf16}) {
      const TensorList inputs = inputs_of(c, p, at::kFloat);
      const at::Tensor with_gradient = c.op(inputs, p);
      EXPECT_TRUE(with_gradient.requires_grad()) << c.name;
      at::NoGradGuard no_grad;
      EXPECT_TRUE(with_gradient.detach().equal(c.op(inputs, p))) << c.name;
    }
  }
}

TEST(Ops, FloatKernelGradientsEqualTheReferenceGradients) {
  for (const Case& c : cases()) {
    const TensorList fast = gradients(c.op, inputs_of(c, Precision::Fp32, at::kFloat), Precision::Fp32),
                     exact = gradients(c.op, inputs_of(c, Precision::Fp32, at::kDouble), Precision::Fp32);
    for (size_t i = 0; i < fast.size(); ++i) {
      EXPECT_LT(largest_difference(fast[i], exact[i]),
                2e-5 * std::max(1.0, exact[i].abs().max().item<double>()))
          << c.name << " input " << i;
    }
  }
}

TEST(Ops, Bf16KernelGradientsEqualTheReferenceGradientsUpToTheirRoundings) {
  for (const Case& c : cases()) {
    const TensorList fast = gradients(c.op, inputs_of(c, Precision::Bf16, at::kFloat), Precision::Bf16),
                     exact = gradients(c.op, inputs_of(c, Precision::Bf16, at::kDouble), Precision::Bf16);
    for (size_t i = 0; i < fast.size(); ++i) {
      EXPECT_LT(relative_difference(fast[i], exact[i]), bf16_tolerance(c.gradient_roundings))
          << c.name << " input " << i;
    }
  }
}

TEST(Ops, ASecondBackwardPassAddsItsGradients) {
  for (const Case& c : cases()) {
    for (Precision p : {Precision::Fp32, Precision::Bf16}) {
      const TensorList inputs = inputs_of(c, p, at::kFloat);
      TensorList once;
      for (const at::Tensor& gradient : gradients(c.op, inputs, p)) once.push_back(gradient.clone());
      run_backward(c.op, inputs, p);
      for (size_t i = 0; i < inputs.size(); ++i) {
        const at::Tensor twice = once[i] * 2.0;
        EXPECT_LT(largest_difference(inputs[i].grad(), twice),
                  1e-5 * (1e-3 + twice.abs().max().item<double>()))
            << c.name << " input " << i;
      }
    }
  }
}

TEST(Ops, AMatrixsGradientIsAddedInPlace) {
  for (Precision p : {Precision::Fp32, Precision::Bf16}) {
    const at::Tensor master = noise({11, 19}, 40).requires_grad_(true),
                     table = noise({6, 4}, 41).requires_grad_(true);
    const Weight weight(master, p);
    const at::Tensor x = elements(noise({7, 19}, 42), p), ids = at::tensor({3, 5, 3}, at::kLong);
    const void *matrix = weight.gradient().data_ptr(), *rows = nullptr;
    for (int pass = 0; pass < 3; ++pass) {
      at::sum(ops::linear(x, weight)).backward();
      at::sum(ops::embedding(ids, table)).backward();
      EXPECT_EQ(master.grad().data_ptr(), matrix);
      if (pass == 0) rows = table.grad().data_ptr();
      EXPECT_EQ(table.grad().data_ptr(), rows);
    }
    EXPECT_EQ(table.grad()[3].sum().item<double>(), 24);
  }
}

// A tied head: what it adds and what the embedding adds end up in one gradient, in either order.
TEST(Ops, HeadAndEmbeddingOfOneMatrixAddToOneGradient) {
  const at::Tensor table = noise({23, 14}, 43), targets = at::tensor({4, 2, 22}, at::kLong);
  const at::Tensor ids = at::tensor({1, 4, 4}, at::kLong);
  const auto gradient = [&](at::ScalarType dtype) {
    const at::Tensor leaf = table.to(dtype).clone().requires_grad_(true);
    const Weight head(leaf, Precision::Fp32);
    at::sum(ops::token_logprobs(ops::embedding(ids, leaf), head, targets, 1.0).logprobs).backward();
    return leaf.grad();
  };
  EXPECT_LT(largest_difference(gradient(at::kFloat), gradient(at::kDouble)), 1e-5);
}

TEST(Ops, AFrozenMatrixGetsNoGradientAndPassesOneOn) {
  for (Precision p : {Precision::Fp32, Precision::Bf16}) {
    const at::Tensor frozen = noise({11, 19}, 44), x = noise({7, 19}, 45).requires_grad_(true);
    at::sum(ops::linear(elements(x, p), Weight(frozen, p))).backward();
    EXPECT_FALSE(frozen.grad().defined());
    EXPECT_LT(relative_difference(x.grad(), frozen.sum(0, true).expand({7, 19})), bf16_tolerance(3));
  }
}

TEST(Ops, LookingUpThePaddingRowGivesItNoGradient) {
  const at::Tensor ids = at::tensor({3, 5, 3}, at::kLong);
  for (at::ScalarType dtype : {at::kFloat, at::kDouble}) {
    const at::Tensor weight = noise({6, 4}, 30).to(dtype).clone().requires_grad_(true);
    const at::Tensor rows = ops::embedding(ids, weight, 5);
    EXPECT_TRUE(rows[1].equal(weight[5])) << "it is looked up all the same";
    at::sum(rows).backward();
    EXPECT_EQ(weight.grad()[5].abs().sum().item<double>(), 0);
    EXPECT_EQ(weight.grad()[3].sum().item<double>(), 8);
  }
}

TEST(Ops, ReferenceGradientsEqualFiniteDifferences) {
  for (const Case& c : cases()) {
    const TensorList inputs = inputs_of(c, Precision::Fp32, at::kDouble),
                     analytic = gradients(c.op, inputs, Precision::Fp32);
    at::NoGradGuard no_grad;
    auto objective = [&](const TensorList& at_inputs) {
      const at::Tensor y = c.op(at_inputs, Precision::Fp32);
      return at::sum(y * noise(y.sizes().vec(), 99).to(at::kDouble)).item<double>();
    };
    for (size_t i = 0; i < inputs.size(); ++i) {
      const at::Tensor direction = noise(inputs[i].sizes().vec(), 200 + i).to(at::kDouble);
      constexpr double kStep = 1e-5;
      TensorList moved = inputs_of(c, Precision::Fp32, at::kDouble);
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

TEST(Ops, ARecomputedLayerIsCalledOnceWithoutAndOnceWithAutograd) {
  const at::Tensor weight = noise({6, 5}, 46), start = noise({4, 5}, 47);
  const auto gradients_of = [&](bool recompute, std::vector<bool>& calls) {
    const at::Tensor master = weight.clone().requires_grad_(true), x = start.clone().requires_grad_(true);
    const auto layer = [&, matrix = Weight(master, Precision::Fp32)](const at::Tensor& input) {
      calls.push_back(at::GradMode::is_enabled());
      return ops::linear(input * input, matrix);
    };
    const at::Tensor y = recompute ? ops::recomputed(x, layer) : layer(x);
    EXPECT_EQ(calls.size(), 1u);
    at::sum(y * y).backward();
    return TensorList{y.detach(), x.grad(), master.grad()};
  };
  std::vector<bool> plain_calls, calls;
  const TensorList plain = gradients_of(false, plain_calls), again = gradients_of(true, calls);
  EXPECT_EQ(calls, (std::vector<bool>{false, true}));
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_TRUE(again[i].equal(plain[i])) << i;
}

// ---- attention with a cache --------------------------------------------------------------------------------------------

// A prompt of 20 rows in two pieces, then two samples that share it, one row at a time, in blocks in any order.
TEST(Ops, AttentionThroughACacheEqualsTheReferenceAndWithoutACacheTheSameBits) {
  at::NoGradGuard no_grad;
  const int64_t prompt = 20, own = 18, T = prompt + 2 * own, width = (6 + 2 * 2) * 10;
  const at::Tensor qkv = noise({T, width}, 50), angles = noise({T, 5}, 51), cos = angles.cos(),
                   sin = angles.sin();
  const AttentionPlan whole{{{.query_begin = 0, .num_queries = prompt},
                             {.query_begin = prompt, .num_queries = own, .prefix_len = prompt},
                             {.query_begin = prompt + own, .num_queries = own, .prefix_len = prompt}},
                            {0, 3},
                            {}};
  for (Precision p : {Precision::Fp32, Precision::Bf16}) {
    const at::Tensor wanted = ops::attention(qkv, cos, sin, kHeads, whole, p);
    KvBlocks cache = ops::make_kv_blocks(9, kHeads, p, qkv);
    const auto run = [&](const std::vector<int64_t>& rows, std::vector<AttentionSegment> segments) {
      const at::Tensor index = at::tensor(rows, at::kLong);
      // Blocks 7 and 2 hold the prompt, 5 and 0 the first sample, 1 and 8 the second one.
      const AttentionPlan plan{std::move(segments), {}, {7, 2, 5, 0, 1, 8}};
      const at::Tensor found = ops::attention(qkv.index_select(0, index), cos.index_select(0, index),
                                              sin.index_select(0, index), kHeads, plan, p, &cache);
      EXPECT_TRUE(found.equal(wanted.index_select(0, index))) << "row " << rows[0];
    };
    const auto range = [](int64_t begin, int64_t end) {
      std::vector<int64_t> rows;
      for (int64_t i = begin; i < end; ++i) rows.push_back(i);
      return rows;
    };
    run(range(0, 13), {{.num_queries = 13}});
    run(range(13, prompt), {{.num_queries = prompt - 13, .own_past = 13}});
    for (int64_t i = 0; i < own; ++i) {
      run({prompt + i, prompt + own + i}, {{.query_begin = 0,
                                            .num_queries = 1,
                                            .prefix_len = prompt,
                                            .own_past = i,
                                            .prefix_blocks = 0,
                                            .own_blocks = 2},
                                           {.query_begin = 1,
                                            .num_queries = 1,
                                            .prefix_len = prompt,
                                            .own_past = i,
                                            .prefix_blocks = 0,
                                            .own_blocks = 4}});
    }
  }
  // And the reference's own cache.
  const at::Tensor exact = qkv.to(at::kDouble), c = cos.to(at::kDouble), s = sin.to(at::kDouble);
  const at::Tensor wanted = ops::attention(exact, c, s, kHeads, whole, Precision::Fp32);
  KvBlocks cache = ops::make_kv_blocks(9, kHeads, Precision::Fp32, exact);
  const auto piece = [&](int64_t begin, int64_t count, AttentionSegment segment) {
    segment.num_queries = count;
    const at::Tensor found =
        ops::attention(exact.narrow(0, begin, count), c.narrow(0, begin, count), s.narrow(0, begin, count),
                       kHeads, {{segment}, {}, {7, 2, 5, 0, 1, 8}}, Precision::Fp32, &cache);
    EXPECT_LT(largest_difference(found, wanted.narrow(0, begin, count)), 1e-12) << begin;
  };
  piece(0, 13, {});
  piece(13, prompt - 13, {.own_past = 13});
  for (int64_t i = 0; i < own; ++i)
    piece(prompt + own + i, 1, {.prefix_len = prompt, .own_past = i, .own_blocks = 4});
}

TEST(Ops, GradientsThroughACacheAreABug) {
  const at::Tensor qkv = noise({1, 100}, 52).requires_grad_(true), angles = noise({1, 5}, 53);
  KvBlocks cache = ops::make_kv_blocks(1, kHeads, Precision::Fp32, qkv);
  EXPECT_THROW(ops::attention(qkv, angles.cos(), angles.sin(), kHeads, {{{.num_queries = 1}}, {0, 1}, {0}},
                              Precision::Fp32, &cache),
               std::logic_error);
}

// ---- the head ------------------------------------------------------------------------------------------------------------

class Head : public testing::TestWithParam<Precision> {
 protected:
  // Hidden rows and a head whose logits have about the spread of a trained model's.
  void make(int64_t R, int64_t V, double spread = 3.0) {
    hidden_ = elements(noise({R, 16}, 60) * (spread / 4.0), GetParam());
    head_ = Weight(noise({V, 16}, 61), GetParam());
  }
  // Exact probabilities [R, V] of what the kernels see.
  at::Tensor probabilities(double temperature) const {
    at::Tensor master = head_.value();
    if (GetParam() == Precision::Bf16) master = master.to(at::kBFloat16);
    return (hidden_.to(at::kDouble).matmul(master.to(at::kDouble).t()) / temperature).softmax(-1);
  }
  at::NoGradGuard no_grad_;
  at::Tensor hidden_;
  Weight head_;
};
INSTANTIATE_TEST_SUITE_P(Precisions, Head, testing::Values(Precision::Fp32, Precision::Bf16),
                         [](const auto& info) { return info.param == Precision::Fp32 ? "Fp32" : "Bf16"; });

TEST_P(Head, ARowsLogprobDoesNotDependOnTheRowsScoredWithIt) {
  const int64_t rows = 600;
  make(rows, 1000);
  const at::Tensor targets =
      at::randint(0, 1000, {rows}, at::make_generator<at::CPUGeneratorImpl>(22), at::kLong);
  const ops::TokenLogprobs all = ops::token_logprobs(hidden_, head_, targets, 0.9);
  for (int64_t row : {0, 7, 8, 255, 256, 511, 599}) {
    const auto one = ops::token_logprobs(hidden_.narrow(0, row, 1), head_, targets.narrow(0, row, 1), 0.9);
    EXPECT_EQ(one.logprobs.item<float>(), all.logprobs[row].item<float>()) << row;
    EXPECT_EQ(one.entropy.item<float>(), all.entropy[row].item<float>()) << row;
  }
}

std::vector<int64_t> iota(int64_t count) {
  std::vector<int64_t> values(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) values[static_cast<size_t>(i)] = i;
  return values;
}
std::vector<double> uniforms(size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<double> u(count);
  for (double& value : u)
    value = (static_cast<double>(random() >> 12) + 0.5) / static_cast<double>(uint64_t{1} << 52);
  return u;
}

TEST_P(Head, ADrawnTokensLogprobIsThatOfScoringBitForBit) {
  for (int64_t V : {5, 768, 769, 2000}) {
    make(37, V);
    for (double temperature : {1.0, 0.6, 0.0}) {
      const ops::Draws drawn = ops::draw_tokens(hidden_, head_, temperature, iota(37), uniforms(37, 1));
      const auto scored = ops::token_logprobs(hidden_, head_, at::tensor(drawn.tokens, at::kLong),
                                              temperature == 0 ? 1.0 : temperature);
      for (int64_t i = 0; i < 37; ++i) {
        EXPECT_EQ(drawn.logprobs[static_cast<size_t>(i)], scored.logprobs[i].item<float>())
            << V << " " << temperature;
      }
    }
  }
}

// The token whose interval of the exact cumulative distribution holds u, unless u is within rounding of its bounds.
TEST_P(Head, DrawsInvertTheExactCumulativeDistributionInVocabularyOrder) {
  constexpr double kRounding = 1e-5;
  for (auto [V, draws] : {std::pair<int64_t, int64_t>{5, 20'000}, {2000, 20'000}}) {
    const int64_t rows = 4;
    make(rows, V);
    for (double temperature : {1.0, 1.7}) {
      const at::Tensor cumulative = probabilities(temperature).cumsum(1);
      const auto bounds = cumulative.accessor<double, 2>();
      std::vector<int64_t> row_of(static_cast<size_t>(draws));
      for (size_t i = 0; i < row_of.size(); ++i) row_of[i] = static_cast<int64_t>(i * 7 % rows);
      const std::vector<double> u = uniforms(row_of.size(), 2);
      const ops::Draws drawn = ops::draw_tokens(hidden_, head_, temperature, row_of, u);
      int64_t checked = 0;
      for (size_t i = 0; i < u.size(); ++i) {
        const int64_t token = drawn.tokens[i], row = row_of[i];
        const double above = bounds[row][token], below = token > 0 ? bounds[row][token - 1] : 0.0;
        ASSERT_GE(u[i], below - kRounding) << "token " << token << " of row " << row;
        ASSERT_LE(u[i], above + kRounding) << "token " << token << " of row " << row;
        ++checked;
      }
      EXPECT_EQ(checked, draws);
    }
  }
}

TEST_P(Head, DrawsAreDistributedAsTheSoftmax) {
  make(1, 5, 1.5);
  constexpr int64_t kDraws = 50'000;
  const ops::Draws drawn =
      ops::draw_tokens(hidden_, head_, 1.0, std::vector<int64_t>(kDraws, 0), uniforms(kDraws, 3));
  std::vector<double> counts(5);
  for (int64_t token : drawn.tokens) ++counts[static_cast<size_t>(token)];
  const at::Tensor p = probabilities(1.0);
  double chi_square = 0;
  for (int64_t token = 0; token < 5; ++token) {
    const double expected = kDraws * p[0][token].item<double>();
    chi_square += (counts[static_cast<size_t>(token)] - expected) *
                  (counts[static_cast<size_t>(token)] - expected) / expected;
  }
  EXPECT_LT(chi_square, 18.5);  // 4 degrees of freedom: one seed in a thousand is above
}

TEST_P(Head, ADrawDoesNotDependOnTheOtherRowsAndDraws) {
  make(70, 1601);
  std::vector<int64_t> row_of;
  for (int64_t i = 0; i < 210; ++i) row_of.push_back((i * 37) % 70);
  const std::vector<double> u = uniforms(row_of.size(), 4);
  const ops::Draws together = ops::draw_tokens(hidden_, head_, 0.8, row_of, u);
  for (size_t i = 0; i < row_of.size(); i += 13) {
    const std::vector<int64_t> first = {0};
    const ops::Draws alone =
        ops::draw_tokens(hidden_.narrow(0, row_of[i], 1), head_, 0.8, first, std::span(u).subspan(i, 1));
    EXPECT_EQ(alone.tokens[0], together.tokens[i]) << i;
    EXPECT_EQ(alone.logprobs[0], together.logprobs[i]) << i;
  }
}

TEST_P(Head, GreedyTakesTheLargestLogitAndAmongEqualsTheLowestId) {
  make(9, 2000);
  const at::Tensor best = probabilities(1.0).argmax(1);
  const ops::Draws greedy = ops::draw_tokens(hidden_, head_, 0.0, iota(9), uniforms(9, 5));
  for (int64_t i = 0; i < 9; ++i) EXPECT_EQ(greedy.tokens[static_cast<size_t>(i)], best[i].item<int64_t>());
  // The largest three times: twice in one chunk, once in another.
  at::Tensor master = head_.value().clone();
  const at::Tensor largest = hidden_[0].to(at::kFloat) * 100.0;
  for (int64_t id : {1900, 900, 950}) master[id].copy_(largest);
  const ops::Draws tied = ops::draw_tokens(hidden_, Weight(master, GetParam()), 0.0, std::vector<int64_t>{0},
                                           std::vector<double>{0.99});
  EXPECT_EQ(tied.tokens[0], 900);
  EXPECT_NEAR(tied.logprobs[0], -std::log(3.0), 1e-4);
}

TEST_P(Head, TokensOfNoProbabilityAreNeverDrawn) {
  // Logits: 0 for tokens 800 and 801, -1000 for all others, which lie before, between chunks, and behind.
  at::Tensor master = noise({2000, 16}, 62).zero_();
  master.select(1, 0).fill_(-1000);
  for (int64_t id : {800, 801}) master[id].zero_();
  at::Tensor hidden = noise({1, 16}, 63);
  hidden[0][0].fill_(1.0f);
  const std::vector<double> u = {1e-300, 1e-17, 0.25, 0.4999, 0.5001, 0.75, 1 - 1e-16};
  const ops::Draws drawn = ops::draw_tokens(elements(hidden, GetParam()), Weight(master, GetParam()), 1.0,
                                            std::vector<int64_t>(u.size(), 0), u);
  EXPECT_EQ(drawn.tokens, (std::vector<int64_t>{800, 800, 800, 800, 801, 801, 801}));
}

// Summed in floats, a chunk may hold more than its tokens have one by one; what is left over at the end must not fall to
// the tokens behind, which have none.
TEST_P(Head, RoundingsRestNeverFallsToATokenOfNoProbability) {
  const int64_t rows = 200, possible = 500;
  at::Tensor master = noise({1000, 16}, 64);
  master.select(1, 0).fill_(-1000);
  master.narrow(0, 0, possible).select(1, 0).zero_();
  const at::Tensor hidden = noise({rows, 16}, 65);
  hidden.select(1, 0).fill_(1.0f);
  const ops::Draws drawn =
      ops::draw_tokens(elements(hidden, GetParam()), Weight(master, GetParam()), 1.0, iota(rows),
                       std::vector<double>(static_cast<size_t>(rows), 1 - 1e-15));
  for (int64_t token : drawn.tokens) EXPECT_LT(token, possible);
}

TEST_P(Head, ARowThatIsNotFiniteGivesLogprobNanAndHarmsNoOtherRow) {
  make(3, 1601);
  const auto u = uniforms(3, 6);
  for (double temperature : {1.0, 0.0}) {
    const ops::Draws clean = ops::draw_tokens(hidden_, head_, temperature, iota(3), u);
    for (float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      const at::Tensor hidden = hidden_.clone();
      hidden[1][5].fill_(bad);
      const ops::Draws drawn = ops::draw_tokens(hidden, head_, temperature, iota(3), u);
      EXPECT_TRUE(std::isnan(drawn.logprobs[1]));
      for (size_t i : {0, 2}) {
        EXPECT_EQ(drawn.tokens[i], clean.tokens[i]);
        EXPECT_EQ(drawn.logprobs[i], clean.logprobs[i]);
      }
    }
  }
}

}  // namespace
}  // namespace r1
