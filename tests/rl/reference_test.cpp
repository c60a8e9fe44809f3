// The reference: whose weights it holds, when it moves, and what it takes from a reward.
#include "rl/reference.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "rl/update.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

GrpoConfig with_kl(KlKind kl) {
  GrpoConfig config;
  config.loss.kl = kl;
  config.loss.kl_coef = 0.1;
  return config;
}

TrainBatch two_samples() {
  return {{{72, 105}},
          {{.token_ids = {40, 41, 42}, .loss_mask = {true, false, true}, .old_logprobs = {-1, -2, -3}},
           {.token_ids = {43}, .loss_mask = {true}, .old_logprobs = {-1.5}}}};
}

void disturb(const Policy& policy) {
  at::NoGradGuard no_grad;
  for (const auto& [name, weight] : policy.weights()) weight.mul_(1.5);
}

TEST(Reference, TheRewardLosesTheDistanceOfItsTrainedTokens) {
  const LanguageModel model = make_toy_model(1);
  const GrpoConfig config = with_kl(KlKind::Reward);
  TrainBatch batch = two_samples();
  batch.samples[0].ref_logprobs = {-1.5, 7, -5};  // trained: 0.5 and 2; the token in between is masked
  batch.samples[1].ref_logprobs = {-0.5};         // -1
  const RewardsPG rewards = Reference(config, model.policy).penalise({{1.0, 2.0}}, batch);
  EXPECT_NEAR(*rewards[0][0], 1.0 - 0.1 * 2.5, 1e-6);
  EXPECT_NEAR(*rewards[0][1], 2.0 + 0.1 * 1.0, 1e-6);
  // Without a judged reward there is none to take from, and a KL term in the loss leaves rewards alone.
  EXPECT_FALSE(Reference(config, model.policy).penalise({{std::nullopt, 2.0}}, batch)[0][0].has_value());
  const GrpoConfig in_loss = with_kl(KlKind::LossK3);
  EXPECT_EQ(*Reference(in_loss, model.policy).penalise({{1.0, 2.0}}, batch)[0][0], 1.0);
}

TEST(Reference, KeepsItsWeightsWhileThePolicyMoves) {
  const LanguageModel model = make_toy_model(1);
  const GrpoConfig config = with_kl(KlKind::LossK3);
  const Reference reference(config, model.policy);
  TrainBatch batch = two_samples();
  const auto before = score_samples(model.policy, batch, {0, 1}, 1.0, 1000);
  disturb(model.policy);
  const auto after = score_samples(model.policy, batch, {0, 1}, 1.0, 1000);
  reference.score(batch);
  EXPECT_EQ(batch.samples[0].ref_logprobs, before[0]);
  EXPECT_EQ(batch.samples[1].ref_logprobs, before[1]);
  EXPECT_NE(after[0], before[0]);
}

TEST(Reference, BecomesThePolicyWhenARefreshIsDueAndOnlyThen) {
  const LanguageModel model = make_toy_model(1);
  GrpoConfig config = with_kl(KlKind::LossK3);
  config.reference_refresh_every = 3;
  Reference reference(config, model.policy);
  TrainBatch batch = two_samples();
  const auto before = score_samples(model.policy, batch, {0, 1}, 1.0, 1000);
  disturb(model.policy);
  const auto after = score_samples(model.policy, batch, {0, 1}, 1.0, 1000);
  for (int64_t step : {1, 2}) {
    reference.refresh_if_due(step, model.policy);
    reference.score(batch);
    EXPECT_EQ(batch.samples[0].ref_logprobs, before[0]) << step;
  }
  reference.refresh_if_due(3, model.policy);
  reference.score(batch);
  EXPECT_EQ(batch.samples[0].ref_logprobs, after[0]);
}

TEST(Reference, WithoutAKlTermThereIsNone) {
  const LanguageModel model = make_toy_model(1);
  const GrpoConfig config = with_kl(KlKind::Off);
  Reference reference(config, model.policy);
  TrainBatch batch = two_samples();
  reference.score(batch);
  EXPECT_TRUE(batch.samples[0].ref_logprobs.empty());
  EXPECT_EQ(reference.stored_weights(), nullptr);
}

}  // namespace
}  // namespace r1
