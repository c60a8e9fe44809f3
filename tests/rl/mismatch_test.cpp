// Truncated importance weights of three tokens by hand, and how they reach the loss.
#include "rl/mismatch.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/errors.h"
#include "rl/update.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

constexpr double kTemperature = 0.9;

// One sample of four tokens, the third masked. Recorded are the policy's own logprobs minus `differences`.
struct ThreeTokens {
  explicit ThreeTokens(const std::vector<double>& differences) {
    batch.prompts = {{72, 105}};
    batch.samples = {{.prompt = 0,
                      .token_ids = {40, 41, 42, 43},
                      .loss_mask = {true, true, false, true},
                      .advantage = 2.0}};
    policy_logprobs = score_samples(model.policy, batch, {0}, kTemperature, 1000)[0];
    for (size_t t = 0; t < 4; ++t) {
      batch.samples[0].old_logprobs.push_back(
          t == 2 ? std::numeric_limits<float>::quiet_NaN()  // read only under the mask
                 : static_cast<float>(policy_logprobs[t] - differences[t == 3 ? 2 : t]));
    }
  }
  std::map<std::string, double> correct(double cap) {
    return correct_for_sampler({.importance_cap = cap}, model.policy, batch, kTemperature, 1000);
  }
  const TrainSample& sample() const { return batch.samples[0]; }

  LanguageModel model = make_toy_model(1);
  TrainBatch batch;
  std::vector<float> policy_logprobs;
};

// The recorded logprobs are rounded to floats of about 6: a difference is off by up to 2.4e-7 twice.
constexpr double kRounding = 2e-6;

TEST(Mismatch, WeightsAreThePolicysProbabilityOverTheSamplersUpToTheCap) {
  ThreeTokens tokens({std::log(1.5), -std::log(4.0), std::log(8.0)});
  const auto metrics = tokens.correct(2.0);
  const std::vector<float>& weights = tokens.sample().importance;
  ASSERT_EQ(weights.size(), 4u);
  EXPECT_NEAR(weights[0], 1.5, kRounding);
  EXPECT_NEAR(weights[1], 0.25, kRounding);
  EXPECT_EQ(weights[2], 1.0f) << "not trained";
  EXPECT_EQ(weights[3], 2.0f) << "8, capped";
  EXPECT_NEAR(metrics.at("mismatch/mean_abs"), (std::log(1.5) + std::log(4.0) + std::log(8.0)) / 3,
              kRounding);
  EXPECT_NEAR(metrics.at("mismatch/max"), std::log(8.0), kRounding);
  EXPECT_NEAR(metrics.at("mismatch/importance_mean"), (1.5 + 0.25 + 8) / 3, 8 * kRounding)
      << "before the cap";
  EXPECT_NEAR(metrics.at("mismatch/capped_ratio"), 1.0 / 3, 1e-12);
}

TEST(Mismatch, OldLogprobsBecomeThePolicys) {
  ThreeTokens tokens({0.3, -0.2, 0.1});
  tokens.correct(2.0);
  EXPECT_EQ(tokens.sample().old_logprobs, tokens.policy_logprobs);
}

TEST(Mismatch, WhereTheLogprobsAgreeEveryWeightIsOne) {
  ThreeTokens tokens({0, 0, 0});
  const auto metrics = tokens.correct(1.0);
  EXPECT_EQ(tokens.sample().importance, (std::vector<float>{1, 1, 1, 1}));
  EXPECT_EQ(metrics.at("mismatch/mean_abs"), 0);
  EXPECT_EQ(metrics.at("mismatch/max"), 0);
  EXPECT_EQ(metrics.at("mismatch/importance_mean"), 1);
  EXPECT_EQ(metrics.at("mismatch/capped_ratio"), 0);
}

TEST(Mismatch, ACapOfZeroMeansNoWeightsAndTheSameMeasurements) {
  ThreeTokens tokens({0, 0, std::log(8.0)});
  const auto metrics = tokens.correct(0);
  EXPECT_TRUE(tokens.sample().importance.empty());
  EXPECT_EQ(tokens.sample().old_logprobs, tokens.policy_logprobs);
  EXPECT_NEAR(metrics.at("mismatch/importance_mean"), (1 + 1 + 8) / 3.0, 8 * kRounding);
  EXPECT_EQ(metrics.at("mismatch/capped_ratio"), 0);
}

// Ratio 1 after the correction, so the loss is -A times the sum of the weights over the number of tokens.
TEST(Mismatch, TheLossOfEachTokenIsMultipliedByItsWeight) {
  ThreeTokens tokens({std::log(1.5), -std::log(4.0), std::log(8.0)});
  tokens.correct(2.0);
  tokens.model.policy.set_requires_grad(true);
  const UpdateOptions options{kTemperature, Aggregation::TokenMean, count_denominators(tokens.batch, {0}, 64),
                              1000};
  const GradientResult result =
      accumulate_gradients(tokens.model.policy, tokens.batch, {0}, options,
                           [](const LossInputs& inputs) { return policy_gradient_loss(inputs, {}); });
  EXPECT_EQ(result.parity, 0.0);
  EXPECT_NEAR(result.loss, -2.0 * (1.5 + 0.25 + 2) / 3, kRounding);
}

TEST(Mismatch, ACapBelowOneIsRefused) {
  EXPECT_NO_THROW(validate(MismatchConfig{.importance_cap = 0}, ""));
  EXPECT_NO_THROW(validate(MismatchConfig{.importance_cap = 1}, ""));
  for (double cap : {0.5, -1.0, std::nan("")})
    EXPECT_THROW(validate(MismatchConfig{.importance_cap = cap}, ""), ConfigError) << cap;
}

}  // namespace
}  // namespace r1
