// The loss by hand, by finite differences and by property.
#include "rl/loss.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

namespace r1 {
namespace {

at::Tensor vec(std::vector<double> values) { return at::tensor(values, at::kDouble); }

// One completion of `ratios.size()` tokens with the given ratios exp(logprob - old) and one advantage.
LossInputs completion(const std::vector<double>& ratios, double advantage) {
  std::vector<double> logprobs, old;
  for (size_t i = 0; i < ratios.size(); ++i) {
    old.push_back(-1.0 - 0.1 * static_cast<double>(i));
    logprobs.push_back(old.back() + std::log(ratios[i]));
  }
  const int64_t n = static_cast<int64_t>(ratios.size());
  LossInputs inputs;
  inputs.logprobs = vec(logprobs).requires_grad_(true);
  inputs.entropy = at::full({n}, 0.5, at::kDouble);
  inputs.old_logprobs = vec(old);
  inputs.advantages = at::full({n}, advantage, at::kDouble);
  inputs.weights = at::full({n}, 1.0, at::kDouble);
  inputs.sequence_of = at::zeros({n}, at::kLong);
  inputs.num_sequences = 1;
  return inputs;
}

double value(const LossInputs& inputs, const LossConfig& config) {
  return policy_gradient_loss(inputs, config).loss.item<double>();
}

double gradient(const LossInputs& inputs, const LossConfig& config) {
  policy_gradient_loss(inputs, config).loss.backward();
  return inputs.logprobs.grad()[0].item<double>();
}

const LossConfig kPpo{.clip = ClipKind::Ppo, .clip_low = 0.2, .clip_high = 0.3};

// The five cases of clipping, bounds unequal on purpose: (ratio, A) -> objective min(rA, clip(r) A), and its slope.
TEST(Loss, ClippingGivesTheHandValues) {
  struct Case {
    double ratio, A, objective, slope;
  };
  for (const Case& c : {Case{1.1, 2, 2.2, 2.2}, Case{2.0, 2, 2.6, 0}, Case{0.5, 2, 1.0, 1.0},
                        Case{2.0, -1, -2.0, -2.0}, Case{0.5, -1, -0.8, 0}}) {
    EXPECT_NEAR(value(completion({c.ratio}, c.A), kPpo), -c.objective, 1e-12) << c.ratio << " " << c.A;
    EXPECT_NEAR(gradient(completion({c.ratio}, c.A), kPpo), -c.slope, 1e-12) << c.ratio << " " << c.A;
  }
}

TEST(Loss, WithoutClippingTheObjectiveIsRatioTimesAdvantage) {
  EXPECT_NEAR(value(completion({5.0}, 2), {.clip = ClipKind::None}), -10.0, 1e-12);
}

TEST(Loss, DualClipFloorsTheObjectiveOnlyForNegativeAdvantages) {
  LossConfig config{.clip_low = 10, .clip_high = 10, .dual_clip = 3};
  EXPECT_NEAR(value(completion({8.0}, -1), config), 3.0, 1e-12);
  EXPECT_NEAR(gradient(completion({8.0}, -1), config), 0.0, 1e-12);
  EXPECT_NEAR(value(completion({2.0}, -1), config), 2.0, 1e-12);
  EXPECT_NEAR(value(completion({8.0}, 1), config), -8.0, 1e-12);
}

TEST(Loss, SequenceRatioIsTheGeometricMeanAndClipsTheWholeCompletion) {
  LossConfig config{.ratio = RatioLevel::Sequence, .clip_low = 0.2, .clip_high = 0.3};
  // Ratios 2 and 0.5: each token alone would be clipped, their geometric mean is 1.
  EXPECT_NEAR(value(completion({2.0, 0.5}, 2), config), -(2.0 + 2.0), 1e-12);
  EXPECT_NEAR(value(completion({2.0, 2.0}, 2), config), -(2.6 + 2.6), 1e-12);
}

TEST(Loss, KlEstimatorsGiveTheHandValues) {
  const double x = 0.4;  // ref - logprob
  struct Case {
    KlKind kind;
    double kl;
  };
  for (const Case& c : {Case{KlKind::LossK1, -x}, Case{KlKind::LossK2, x * x / 2},
                        Case{KlKind::LossK3, std::exp(x) - x - 1}}) {
    LossInputs inputs = completion({1.0}, 0);
    inputs.ref_logprobs = inputs.logprobs.detach() + x;
    EXPECT_NEAR(value(inputs, {.kl = c.kind, .kl_coef = 0.5}), 0.5 * c.kl, 1e-12);
  }
}

TEST(Loss, K3IsNeverNegative) {
  for (double x : {-3.0, -0.1, 0.0, 0.1, 3.0}) {
    LossInputs inputs = completion({1.0}, 0);
    inputs.ref_logprobs = inputs.logprobs.detach() + x;
    EXPECT_GE(value(inputs, {.kl = KlKind::LossK3, .kl_coef = 1}), 0) << x;
  }
}

TEST(Loss, EntropyBonusLowersTheLoss) {
  EXPECT_NEAR(value(completion({1.0}, 0), {.entropy_coef = 0.1}), -0.05, 1e-12);
}

TEST(Loss, GradientEqualsFiniteDifferencesForEverySwitch) {
  for (RatioLevel ratio : {RatioLevel::Token, RatioLevel::Sequence}) {
    for (KlKind kl : {KlKind::Off, KlKind::LossK1, KlKind::LossK2, KlKind::LossK3}) {
      for (double dual : {0.0, 1.5}) {
        const LossConfig config{
            .ratio = ratio, .clip_low = 0.2, .clip_high = 0.3, .dual_clip = dual, .kl = kl, .kl_coef = 0.3};
        LossInputs inputs = completion({1.1, 0.7, 1.9, 1.05}, -0.8);
        inputs.weights = vec({0.1, 0.2, 0.3, 0.4});
        if (kl != KlKind::Off) inputs.ref_logprobs = vec({-1.2, -0.9, -1.4, -1.0});
        policy_gradient_loss(inputs, config).loss.backward();
        const at::Tensor analytic = inputs.logprobs.grad().clone();
        at::NoGradGuard no_grad;
        for (int64_t t = 0; t < 4; ++t) {
          LossInputs moved = inputs;
          constexpr double kStep = 1e-6;
          moved.logprobs = inputs.logprobs.detach().clone();
          moved.logprobs[t] += kStep;
          const double above = value(moved, config);
          moved.logprobs[t] -= 2 * kStep;
          EXPECT_NEAR((above - value(moved, config)) / (2 * kStep), analytic[t].item<double>(), 1e-7);
        }
      }
    }
  }
}

TEST(Loss, EveryTermIsWeightedTokenByToken) {
  LossInputs inputs = completion({1.1, 0.9}, 2);
  inputs.weights = vec({0.25, 0.75});
  inputs.ref_logprobs = inputs.logprobs.detach() + vec({0.4, -0.2});  // k1: -0.4 and 0.2
  const LossConfig config{.clip = ClipKind::None, .kl = KlKind::LossK1, .kl_coef = 0.5, .entropy_coef = 0.1};
  EXPECT_NEAR(value(inputs, config), 0.25 * (-2.2 - 0.2 - 0.05) + 0.75 * (-1.8 + 0.1 - 0.05), 1e-12);
}

TEST(Loss, ClipFractionsCountOnlyWhereTheClipActs) {
  LossInputs inputs = completion({0.5, 0.5, 2.0, 2.0}, 1);
  inputs.advantages = vec({1, -1, 1, -1});
  const LossTerms terms = policy_gradient_loss(inputs, kPpo);
  EXPECT_EQ(terms.clipped_low, 1);   // ratio below with A < 0
  EXPECT_EQ(terms.clipped_high, 1);  // ratio above with A > 0
}

TEST(Loss, CrossEntropyIsTheWeightedNegativeLogprob) {
  LossInputs inputs = completion({1.0, 1.0}, 0);
  inputs.weights = vec({0.25, 0.75});
  EXPECT_NEAR(cross_entropy_loss(inputs).loss.item<double>(), 0.25 * 1.0 + 0.75 * 1.1, 1e-12);
}

// S = min(1.1 * 2, ...) and k3 of x = 0.4; weights 0.5 and 3 on S alone.
TEST(Loss, ImportanceWeighsTheSurrogateAndNotTheKlTerm) {
  LossInputs inputs = completion({1.1, 1.1}, 2);
  inputs.importance = vec({0.5, 3});
  inputs.ref_logprobs = inputs.logprobs.detach() + 0.4;
  const LossConfig config{.clip_low = 0.2, .clip_high = 0.3, .kl = KlKind::LossK3, .kl_coef = 0.25};
  const double kl = std::exp(0.4) - 0.4 - 1;
  EXPECT_NEAR(value(inputs, config), -2.2 * 0.5 - 2.2 * 3 + 0.25 * 2 * kl, 1e-12);
  EXPECT_NEAR(gradient(inputs, config), -2.2 * 0.5 + 0.25 * (1 - std::exp(0.4)), 1e-12);
}

}  // namespace
}  // namespace r1
