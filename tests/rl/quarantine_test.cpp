// What is kept of an update repeats that update: same samples, same loss function, same weights of the tokens.
#include "rl/quarantine.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/files.h"
#include "tests/temp_folder.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

class Quarantine : public testing::Test {
 protected:
  Quarantine() : model_(make_toy_model(1)) {
    model_.policy.set_requires_grad(true);
    // Lengths 1 and 3, so that token and sequence means differ; the third sample belongs to another minibatch.
    batch_ = {{{72, 105}, {65}},
              {{.prompt = 0, .token_ids = {40}, .loss_mask = {true}, .advantage = 1.5},
               {.prompt = 1, .token_ids = {41, 42, 43}, .loss_mask = {true, false, true}, .advantage = -0.5},
               {.prompt = 1, .token_ids = {44, 45}, .loss_mask = {true, true}, .advantage = 2}}};
  }

  // Quarantines samples 0 and 1, and compares what is replayed with what was computed.
  void expect_replay(const std::optional<LossConfig>& loss, Aggregation aggregation) {
    const std::vector<size_t> samples = {0, 1};
    const UpdateOptions options{0.8, aggregation, count_denominators(batch_, samples, 50), 1000};
    auto function = [&](const LossInputs& inputs) {
      return loss ? policy_gradient_loss(inputs, *loss) : cross_entropy_loss(inputs);
    };
    const double expected = accumulate_gradients(model_.policy, batch_, samples, options, function).loss;
    const double norm = global_grad_norm(model_.policy.gradients());
    TrainingRun run({.output = folder_ / "run"}, "sft", Json::object(), false, model_, {});
    quarantine(run, model_, batch_, samples, options, loss, 1);
    const ReplayReport report = replay_quarantine(folder_ / "run/quarantine/step_000001", c10::Device("cpu"));
    EXPECT_EQ(report.samples.size(), 2u);
    EXPECT_EQ(report.loss, expected);
    EXPECT_EQ(report.grad_norm, norm);
  }

  TempFolder folder_;
  LanguageModel model_;
  TrainBatch batch_;
};

TEST_F(Quarantine, ReplayOfAPolicyUpdateGivesItsLossAndGradient) {
  for (TrainSample& sample : batch_.samples) {
    sample.old_logprobs.assign(sample.token_ids.size(), -5.0f);
    sample.ref_logprobs.assign(sample.token_ids.size(), -5.5f);
  }
  expect_replay(LossConfig{.clip_low = 0.9,
                           .clip_high = 7,
                           .aggregation = Aggregation::SequenceMean,
                           .kl = KlKind::LossK2,
                           .kl_coef = 0.3},
                Aggregation::SequenceMean);
}

TEST_F(Quarantine, ReplayOfCrossEntropyUsesCrossEntropyAndItsAggregation) {
  expect_replay(std::nullopt, Aggregation::SequenceMean);
  const Json saved = read_json_file(folder_ / "run/quarantine/step_000001/batch.json");
  EXPECT_EQ(saved.at("loss"), "cross_entropy");
  EXPECT_EQ(saved.at("options").at("aggregation"), "sequence_mean");
}

TEST_F(Quarantine, TheThirdBadStepInARowStopsTheRun) {
  EXPECT_NO_THROW(stop_after_bad_steps(2, 9));
  try {
    stop_after_bad_steps(3, 10);
    FAIL();
  } catch (const NumericsError& error) {
    EXPECT_NE(std::string(error.what()).find("step 10: 3 steps"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace r1
