// The gradient of a step does not depend on how the step is computed; an update that is not finite changes nothing.
#include "rl/update.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "rl/grpo_updates.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Three prompts of different lengths with three samples each; old and reference logprobs near the policy's own.
TrainBatch make_batch(const Policy& policy) {
  TrainBatch batch;
  batch.prompts = {{72, 105}, {65, 66, 67, 68, 69}, {90}};
  for (size_t p = 0; p < 3; ++p) {
    for (size_t g = 0; g < 3; ++g) {
      TrainSample sample{.prompt = p};
      for (size_t i = 0; i < 2 + 2 * g + p; ++i)
        sample.token_ids.push_back(static_cast<TokenId>(40 + 7 * i + 3 * g + p));
      sample.loss_mask.assign(sample.token_ids.size(), true);
      if (g == 1) sample.loss_mask[1] = false;
      sample.advantage = g == 0 ? 1.0 : g == 1 ? -0.5 : 0.0;
      batch.samples.push_back(sample);
    }
  }
  std::vector<size_t> all(batch.samples.size());
  std::iota(all.begin(), all.end(), size_t{0});
  auto scored = score_samples(policy, batch, all, 1.0, 1000);
  for (size_t i = 0; i < all.size(); ++i) {
    for (size_t t = 0; t < scored[i].size(); ++t) {
      batch.samples[i].old_logprobs.push_back(scored[i][t] +
                                              0.15f * static_cast<float>(static_cast<int>(t % 3) - 1));
      batch.samples[i].ref_logprobs.push_back(scored[i][t] - 0.1f);
    }
  }
  return batch;
}

class Update : public testing::Test {
 protected:
  Update() : model_(make_toy_model(ToyModelOptions{})), batch_(make_batch(model_.policy)) {
    model_.policy.set_requires_grad(true);
  }

  NamedTensors gradient(const TrainBatch& batch, const std::vector<size_t>& samples, int64_t token_budget,
                        const LossConfig& loss) {
    const UpdateOptions options{1.0, loss.aggregation, count_denominators(batch, all(), 64), token_budget};
    model_.policy.zero_gradients();
    result_ = accumulate_gradients(model_.policy, batch, samples, options, [&](const LossInputs& inputs) {
      return policy_gradient_loss(inputs, loss);
    });
    NamedTensors copy;
    for (const auto& [name, tensor] : model_.policy.gradients()) copy.emplace(name, tensor.clone());
    return copy;
  }
  std::vector<size_t> all() const {
    std::vector<size_t> indices(batch_.samples.size());
    std::iota(indices.begin(), indices.end(), size_t{0});
    return indices;
  }

  LanguageModel model_;
  TrainBatch batch_;
  GradientResult result_;
};

// |a - b| / |b| over all parameters together.
double relative_difference(const NamedTensors& a, const NamedTensors& b) {
  at::NoGradGuard no_grad;
  NamedTensors difference;
  for (const auto& [name, tensor] : b) difference.emplace(name, a.at(name) - tensor);
  return global_grad_norm(difference) / global_grad_norm(b);
}

TEST_F(Update, AnySplitIntoMicroBatchesGivesTheSameGradient) {
  for (Aggregation aggregation : {Aggregation::TokenMean, Aggregation::SequenceMean, Aggregation::Constant}) {
    for (RatioLevel ratio : {RatioLevel::Token, RatioLevel::Sequence}) {
      const LossConfig loss{.ratio = ratio,
                            .clip_low = 0.1,
                            .clip_high = 0.2,
                            .aggregation = aggregation,
                            .kl = KlKind::LossK3,
                            .kl_coef = 0.1,
                            .entropy_coef = 0.01};
      const NamedTensors whole = gradient(batch_, all(), 100000, loss);
      const double loss_whole = result_.loss;
      for (int64_t budget : {1, 13, 40}) {
        EXPECT_LT(relative_difference(gradient(batch_, all(), budget, loss), whole), 1e-6) << budget;
        EXPECT_NEAR(result_.loss, loss_whole, 1e-6 * std::max(1.0, std::abs(loss_whole)));
      }
    }
  }
}

TEST_F(Update, OrderOfTheSamplesDoesNotMatter) {
  auto backward = all();
  std::reverse(backward.begin(), backward.end());
  EXPECT_LT(relative_difference(gradient(batch_, backward, 30, {}), gradient(batch_, all(), 1000, {})), 1e-6);
}

TEST_F(Update, MaskedTokensAtTheEndArePaddingAndChangeNothing) {
  const NamedTensors plain = gradient(batch_, all(), 1000, {});
  TrainBatch padded = batch_;
  for (TrainSample& sample : padded.samples) {
    for (int i = 0; i < 3; ++i) {
      sample.token_ids.push_back(0);
      sample.loss_mask.push_back(false);
      sample.old_logprobs.push_back(0);
      sample.ref_logprobs.push_back(0);
    }
  }
  EXPECT_LT(relative_difference(gradient(padded, all(), 1000, {}), plain), 1e-6);
}

TEST_F(Update, NanOutsideTheMaskReachesNeitherLossNorGradient) {
  const LossConfig loss{.kl = KlKind::LossK3, .kl_coef = 0.1};
  const NamedTensors clean = gradient(batch_, all(), 1000, loss);
  const double clean_loss = result_.loss;
  TrainBatch dirty = batch_;
  for (TrainSample& sample : dirty.samples) {
    for (size_t t = 0; t < sample.loss_mask.size(); ++t) {
      if (!sample.loss_mask[t]) sample.old_logprobs[t] = sample.ref_logprobs[t] = kNan;
    }
  }
  EXPECT_EQ(relative_difference(gradient(dirty, all(), 1000, loss), clean), 0);
  EXPECT_EQ(result_.loss, clean_loss);
}

TEST_F(Update, SkippingSilentSamplesIsExact) {
  const LossConfig loss;
  const auto kept = samples_to_compute(batch_, all(), loss);
  EXPECT_EQ(kept.size(), 6u);  // three samples have advantage 0
  EXPECT_LT(relative_difference(gradient(batch_, kept, 1000, loss), gradient(batch_, all(), 1000, loss)),
            1e-6);
}

TEST_F(Update, SilentSamplesAreKeptWhenAKlOrEntropyTermSpeaks) {
  EXPECT_EQ(samples_to_compute(batch_, all(), {.kl = KlKind::LossK3}).size(), 9u);
  EXPECT_EQ(samples_to_compute(batch_, all(), {.entropy_coef = 0.1}).size(), 9u);
  EXPECT_EQ(samples_to_compute(batch_, all(), {.kl = KlKind::Reward}).size(), 6u);
}

TEST_F(Update, GradientEqualsFiniteDifferencesThroughTheWholeModel) {
  const LossConfig loss{
      .clip_low = 0.1, .clip_high = 0.2, .kl = KlKind::LossK2, .kl_coef = 0.3, .entropy_coef = 0.05};
  const NamedTensors analytic = gradient(batch_, all(), 1000, loss);
  at::NoGradGuard no_grad;
  for (const char* name : {"model.embed_tokens.weight", "model.layers.0.self_attn.k_proj.weight",
                           "model.layers.1.mlp.down_proj.weight", "model.norm.weight"}) {
    const at::Tensor weight = model_.policy.weights().at(name), slope = analytic.at(name);
    const at::Tensor direction = slope / slope.norm();
    auto loss_at = [&](double step) {
      weight.add_(direction, step);
      at::AutoGradMode enable(true);
      gradient(batch_, all(), 1000, loss);
      at::NoGradGuard again;
      weight.add_(direction, -step);
      return result_.loss;
    };
    constexpr double kStep = 3e-3;  // fp32: rounding and curvature balance about here
    const double measured = (loss_at(kStep) - loss_at(-kStep)) / (2 * kStep);
    EXPECT_NEAR(measured, slope.norm().item<double>(), 2e-2 * std::max(0.05, std::abs(measured))) << name;
  }
}

TEST_F(Update, ParityIsTheLargestDifferenceFromTheSamplingLogprobs) {
  gradient(batch_, all(), 1000, {});
  EXPECT_NEAR(result_.parity, 0.15, 1e-6);
}

TEST_F(Update, ANotFiniteUpdateLeavesWeightsAndOptimizerUntouched) {
  AdamW optimizer(model_.policy.weights(), {});
  gradient(batch_, all(), 1000, {});
  ASSERT_TRUE(apply_gradients(model_.policy, optimizer, result_.loss, 1e-3, 1.0).finite);
  const NamedTensors weights = model_.policy.clone_weights();
  NamedTensors moments;
  for (const auto& [name, tensor] : optimizer.state()) moments.emplace(name, tensor.clone());

  TrainBatch bad = batch_;
  bad.samples[0].old_logprobs[0] = kNan;
  gradient(bad, all(), 1000, {});
  const StepResult result = apply_gradients(model_.policy, optimizer, result_.loss, 1e-3, 1.0);
  EXPECT_FALSE(result.finite);
  EXPECT_EQ(optimizer.steps(), 1);
  for (const auto& [name, tensor] : weights)
    EXPECT_TRUE(tensor.equal(model_.policy.weights().at(name))) << name;
  for (const auto& [name, tensor] : moments) EXPECT_TRUE(tensor.equal(optimizer.state().at(name))) << name;
  EXPECT_EQ(global_grad_norm(model_.policy.gradients()), 0) << "the next step begins with zeros";
}

// Without zeroing first the next step would begin with the rest of this one.
TEST_F(Update, AStepAfterASkippedOneHasItsOwnGradientOnly) {
  AdamW optimizer(model_.policy.weights(), {});
  const NamedTensors clean = gradient(batch_, all(), 1000, {});
  TrainBatch bad = batch_;
  bad.samples[0].old_logprobs[0] = kNan;
  gradient(bad, all(), 1000, {});
  ASSERT_FALSE(apply_gradients(model_.policy, optimizer, result_.loss, 1e-3, 1.0).finite);
  const UpdateOptions options{1.0, Aggregation::TokenMean, count_denominators(batch_, all(), 64), 1000};
  accumulate_gradients(model_.policy, batch_, all(), options,
                       [](const LossInputs& inputs) { return policy_gradient_loss(inputs, {}); });
  EXPECT_EQ(relative_difference(model_.policy.gradients(), clean), 0);
}

// In both precisions the training forward repeats what scoring recorded, however the step is cut into micro-batches.
TEST(UpdateParity, ScoredLogprobsAreTheTrainingForwardsBitForBit) {
  for (Precision precision : {Precision::Fp32, Precision::Bf16}) {
    LanguageModel model = make_toy_model(ToyModelOptions{.precision = precision});
    TrainBatch batch = make_batch(model.policy);
    std::vector<size_t> all(batch.samples.size());
    std::iota(all.begin(), all.end(), size_t{0});
    const auto scored = score_samples(model.policy, batch, all, 1.0, 1000);
    for (size_t i : all) batch.samples[i].old_logprobs = scored[i];
    model.policy.set_requires_grad(true);
    for (int64_t budget : {1, 13, 100000}) {
      EXPECT_EQ(score_samples(model.policy, batch, all, 1.0, budget), scored) << budget;
      const UpdateOptions options{1.0, Aggregation::TokenMean, count_denominators(batch, all, 64), budget};
      const GradientResult result =
          accumulate_gradients(model.policy, batch, all, options,
                               [](const LossInputs& inputs) { return policy_gradient_loss(inputs, {}); });
      EXPECT_EQ(result.parity, 0.0) << budget;
    }
  }
}

// Both precisions, whole and with activations computed again: what the gradient of one step depends on.
class UpdateGradient : public testing::TestWithParam<Precision> {
 protected:
  UpdateGradient()
      : model_(make_toy_model(ToyModelOptions{.precision = GetParam()})), batch_(make_batch(model_.policy)) {
    model_.policy.set_requires_grad(true);
    all_.resize(batch_.samples.size());
    std::iota(all_.begin(), all_.end(), size_t{0});
  }

  // The gradient of one step whose samples go through in `parts`, each of them one micro-batch.
  NamedTensors gradient(const std::vector<std::vector<size_t>>& parts) {
    const LossConfig loss{
        .clip_low = 0.1, .clip_high = 0.2, .kl = KlKind::LossK3, .kl_coef = 0.1, .entropy_coef = 0.01};
    const UpdateOptions options{1.0, loss.aggregation, count_denominators(batch_, all_, 64), 100000};
    model_.policy.zero_gradients();
    loss_ = 0;
    for (const auto& samples : parts) {
      EXPECT_EQ(pack_micro_batches(batch_, samples, options.token_budget).size(), 1u);
      loss_ += accumulate_gradients(model_.policy, batch_, samples, options, [&](const LossInputs& inputs) {
                 return policy_gradient_loss(inputs, loss);
               }).loss;
    }
    NamedTensors copy;
    for (const auto& [name, tensor] : model_.policy.gradients()) copy.emplace(name, tensor.clone());
    return copy;
  }

  LanguageModel model_;
  TrainBatch batch_;
  std::vector<size_t> all_;
  double loss_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Precisions, UpdateGradient, testing::Values(Precision::Fp32, Precision::Bf16),
                         [](const auto& info) { return info.param == Precision::Fp32 ? "Fp32" : "Bf16"; });

// Forwards have the same bits, so the losses are equal but for their sum in double. fp32: sums over rows are cut
// elsewhere. bf16: so are they where each prompt stays whole; a prompt in two micro-batches has its gradient rounded (2^-9)
// in each of them instead of once.
TEST_P(UpdateGradient, OneTwoAndFourMicroBatchesGiveTheSame) {
  const NamedTensors whole = gradient({all_});
  const double loss = loss_;
  const double split_prompts = GetParam() == Precision::Fp32 ? 1e-6 : std::ldexp(1.0, -8);
  EXPECT_LT(relative_difference(gradient({{0, 1, 2}, {3, 4, 5, 6, 7, 8}}), whole), 1e-6);
  EXPECT_NEAR(loss_, loss, 1e-12);
  EXPECT_LT(relative_difference(gradient({{0, 1, 2, 3}, {4, 5, 6, 7, 8}}), whole), split_prompts);
  EXPECT_NEAR(loss_, loss, 1e-12);
  EXPECT_LT(relative_difference(gradient({{0, 1}, {2, 3, 4}, {5, 6}, {7, 8}}), whole), split_prompts);
  EXPECT_NEAR(loss_, loss, 1e-12);
}

TEST_P(UpdateGradient, ActivationsComputedAgainGiveItBitForBit) {
  EXPECT_EQ(choose_recompute(Recompute::Never, model_.policy, 2048), "");
  const int64_t all_kept = model_.policy.activation_bytes_per_token();
  const NamedTensors kept = gradient({all_});
  const double loss = loss_;
  EXPECT_EQ(choose_recompute(Recompute::Always, model_.policy, 2048), "");
  EXPECT_LT(model_.policy.activation_bytes_per_token(), all_kept);
  const NamedTensors again = gradient({all_});
  EXPECT_EQ(loss_, loss);
  ASSERT_EQ(again.size(), kept.size());
  for (const auto& [name, tensor] : kept) EXPECT_TRUE(again.at(name).equal(tensor)) << name;
}

TEST(Recompute, AutoChoosesItOnlyWhereMemoryAsksForItAndSaysSo) {
  Policy policy = make_toy_model(1).policy;
  const int64_t all_kept = policy.activation_bytes_per_token();
  policy.set_recompute(true);
  EXPECT_EQ(choose_recompute(Recompute::Auto, policy, 16), "");
  EXPECT_EQ(policy.activation_bytes_per_token(), all_kept);
  const std::string line = choose_recompute(Recompute::Auto, policy, int64_t{1} << 40);
  EXPECT_NE(line.find("recompute=auto"), std::string::npos) << line;
  EXPECT_LT(policy.activation_bytes_per_token(), all_kept);
}

TEST_F(Update, MinibatchesDivideThePromptsAndKeepGroupsTogether) {
  const auto parts = divide_by_prompts(batch_, 2);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0], (std::vector<size_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(parts[1], (std::vector<size_t>{6, 7, 8}));
}

}  // namespace
}  // namespace r1
