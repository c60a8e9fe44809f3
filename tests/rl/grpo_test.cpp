// The loops on a toy model: they learn, resume bit for bit, keep parity at 0 and refuse to go on without finite numbers.
#include "rl/grpo.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/errors.h"
#include "rl/distill.h"
#include "rl/ledger_query.h"
#include "rl/phase.h"
#include "rl/quarantine.h"
#include "rl/sft.h"
#include "tests/temp_folder.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

// "a" repeated is the whole task: the format reward below is a user's reward that counts it, through the math verifier.
DataConfig arithmetic(Split split, int64_t size) {
  DataConfig data{.kind = DataKind::Arithmetic, .size = size, .split = split};
  data.arithmetic = {.operations = "+", .min_digits = 1, .max_digits = 1, .min_terms = 2, .max_terms = 2};
  return data;
}

GrpoConfig small_grpo(const std::string& output) {
  GrpoConfig config;
  config.model = "toy";
  config.steps = 6;
  config.prompts_per_step = 3;
  config.group_size = 4;
  config.token_budget = 200;
  config.run = {.output = output, .checkpoint_every = 2, .save_final_model = false};
  config.data = arithmetic(Split::Train, 50);
  config.sampling.max_new_tokens = 12;
  config.reward.rewards = {{"math", 1.0}, {"length", 0.5}};
  config.reward.length_max_tokens = 12;
  config.schedule.learning_rate = 1e-3;
  return config;
}

struct Recorded {
  std::vector<std::map<std::string, double>> steps;
  TrainObserver observer() {
    return {[this](int64_t, int64_t, const Metrics& metrics) { steps.push_back(metrics); }, {}, {}};
  }
};

std::map<std::string, double> deterministic(const Metrics& metrics) {
  std::map<std::string, double> result;
  for (const auto& [name, value] : metrics) {
    if (is_deterministic_metric(name)) result.emplace(name, value);
  }
  return result;
}

class GrpoPrecision : public testing::TestWithParam<Precision> {};
INSTANTIATE_TEST_SUITE_P(Both, GrpoPrecision, testing::Values(Precision::Fp32, Precision::Bf16),
                         [](const auto& info) { return info.param == Precision::Fp32 ? "Fp32" : "Bf16"; });

TEST_P(GrpoPrecision, ParityIsExactlyZeroAtEveryStep) {
  TempFolder folder;
  LanguageModel model = make_toy_model(ToyModelOptions{.scale = 2.0, .precision = GetParam()});
  Recorded recorded;
  GrpoConfig config = small_grpo(folder / "run");
  config.sampling.temperature = 0.8;  // at 1, training that forgets the temperature would pass
  train_grpo(config, model, false, recorded.observer());
  ASSERT_EQ(recorded.steps.size(), 6u);
  bool trained = false;
  for (const auto& metrics : recorded.steps) {
    EXPECT_EQ(metrics.at("parity"), 0.0);
    trained = trained || metrics.at("trained_tokens") > 0;
  }
  EXPECT_TRUE(trained);
}

TEST_P(GrpoPrecision, ResumedMetricsAndWeightsEqualTheUninterruptedRun) {
  TempFolder folder;
  LanguageModel whole = make_toy_model(ToyModelOptions{.scale = 2.0, .precision = GetParam()});
  Recorded uninterrupted;
  train_grpo(small_grpo(folder / "whole"), whole, false, uninterrupted.observer());

  // Stopped by an exception out of step 5: the newest checkpoint is that of step 4.
  const GrpoConfig config = small_grpo(folder / "cut");
  LanguageModel cut = make_toy_model(ToyModelOptions{.scale = 2.0, .precision = GetParam()});
  TrainObserver failing{[](int64_t step, int64_t, const Metrics&) {
                          if (step == 5) throw IoError("planted");
                        },
                        {},
                        {}};
  EXPECT_THROW(train_grpo(config, cut, false, failing), IoError);
  LanguageModel resumed = make_toy_model(ToyModelOptions{.scale = 2.0, .precision = GetParam()});
  Recorded rest;
  train_grpo(config, resumed, true, rest.observer());

  ASSERT_EQ(rest.steps.size(), 2u);
  for (size_t i = 0; i < 2; ++i)
    EXPECT_EQ(deterministic(rest.steps[i]), deterministic(uninterrupted.steps[4 + i]));
  for (const auto& [name, weight] : whole.policy.weights()) {
    EXPECT_TRUE(weight.equal(resumed.policy.weights().at(name))) << name;
  }
  LedgerReader ledger(folder / "cut/run.db");
  EXPECT_EQ(ledger.steps().size(), 6u);
}

TEST(Grpo, AnInterruptWritesACheckpointFromWhichTheRunGoesOn) {
  TempFolder folder;
  GrpoConfig config = small_grpo(folder / "run");
  config.run.checkpoint_every = 100;
  LanguageModel model = make_toy_model({.scale = 2.0});
  int steps = 0;
  TrainObserver stopping{[&](int64_t, int64_t, const Metrics&) { ++steps; }, {}, [&] { return steps == 3; }};
  EXPECT_THROW(train_grpo(config, model, false, stopping), Interrupted);
  LanguageModel again = make_toy_model({.scale = 2.0});
  Recorded rest;
  train_grpo(config, again, true, rest.observer());
  EXPECT_EQ(rest.steps.size(), 3u);
}

TEST(Grpo, EverySwitchTrainsAndKeepsParity) {
  for (int variant = 0; variant < 5; ++variant) {
    TempFolder folder;
    GrpoConfig config = small_grpo(folder / "run");
    config.steps = 2;
    if (variant == 0) config.loss = {.ratio = RatioLevel::Sequence, .aggregation = Aggregation::SequenceMean};
    if (variant == 1)
      config.loss = {.dual_clip = 3, .kl = KlKind::LossK3}, config.reference_refresh_every = 1;
    if (variant == 2) config.loss.kl = KlKind::Reward;
    if (variant == 3) config.dynamic_sampling = true, config.overlong = OverlongPolicy::Mask;
    if (variant == 4)
      config.minibatches = 3, config.epochs = 2,
      config.advantages = {Baseline::LeaveOneOut, AdvantageScale::Batch};
    LanguageModel model = make_toy_model({.scale = 2.0});
    Recorded recorded;
    train_grpo(config, model, false, recorded.observer());
    ASSERT_EQ(recorded.steps.size(), 2u) << variant;
    for (const auto& metrics : recorded.steps) {
      EXPECT_EQ(metrics.at("parity"), 0.0) << variant;
      EXPECT_TRUE(std::isfinite(metrics.at("loss"))) << variant;
    }
    if (variant == 1) {
      EXPECT_EQ(recorded.steps[0].at("kl"), 0.0);
    }  // the reference is the policy itself
  }
}

TEST(Grpo, KlIsMeasuredFromTheModelTheRunStartedWith) {
  TempFolder folder;
  GrpoConfig config = small_grpo(folder / "run");
  config.loss.kl = KlKind::LossK3;
  config.loss.kl_coef = 0.01;
  LanguageModel model = make_toy_model({.scale = 2.0});
  Recorded recorded;
  train_grpo(config, model, false, recorded.observer());
  EXPECT_GT(recorded.steps.back().at("kl"), 0.0);
}

TEST_P(GrpoPrecision, TheLengthRewardIsLearnedInSecondsOnAToyModel) {
  TempFolder folder;
  GrpoConfig config = small_grpo(folder / "run");
  config.steps = 40;
  config.prompts_per_step = 4;
  config.group_size = 8;
  config.run.checkpoint_every = 100;
  config.reward.rewards = {{"length", 1.0}};
  config.schedule.learning_rate = 5e-3;
  LanguageModel model = make_toy_model(ToyModelOptions{.scale = 2.0, .precision = GetParam()});
  Recorded recorded;
  train_grpo(config, model, false, recorded.observer());
  double before = 0, after = 0;
  for (int i = 0; i < 5; ++i) {
    before += recorded.steps[i].at("reward") / 5;
    after += recorded.steps[recorded.steps.size() - 1 - i].at("reward") / 5;
  }
  EXPECT_GT(after, before + 0.3) << before << " -> " << after;
}

TEST(Grpo, ThreeNotFiniteStepsInARowStopTheRunAndKeepTheBatches) {
  TempFolder folder;
  GrpoConfig config = small_grpo(folder / "run");
  config.reward.rewards = {{"length", 1.0}};
  config.loss.entropy_coef = 1e300;  // finite in the loss, infinite in the float gradient
  LanguageModel model = make_toy_model({.scale = 2.0});
  const NamedTensors before = model.policy.clone_weights();
  EXPECT_THROW(train_grpo(config, model, false, {}), NumericsError);
  for (const auto& [name, weight] : before)
    EXPECT_TRUE(weight.equal(model.policy.weights().at(name))) << name;
  const ReplayReport report = replay_quarantine(folder / "run/quarantine/step_000001", c10::Device("cpu"));
  EXPECT_FALSE(std::isfinite(report.grad_norm));
  EXPECT_EQ(report.samples.size(), 12u);
}

TEST(Grpo, ConfigurationsThatCannotWorkAreNamed) {
  GrpoConfig config = small_grpo("x");
  config.group_size = 1;
  EXPECT_THROW(validate(config), ConfigError);
  config.group_size = 2;
  config.minibatches = 9;
  EXPECT_THROW(validate(config), ConfigError);
  EXPECT_THROW(grpo_preset("rl"), ConfigError);
}

TEST(Grpo, PresetsAreThePublishedValues) {
  const GrpoConfig r1 = grpo_preset("r1"), dapo = grpo_preset("dapo");
  EXPECT_EQ(r1.loss.clip_high, 10);
  EXPECT_GT(r1.loss.dual_clip, 1);
  EXPECT_EQ(r1.loss.kl, KlKind::LossK3);
  EXPECT_EQ(r1.loss.kl_coef, 0.001);
  EXPECT_EQ(r1.group_size, 16);
  EXPECT_EQ(r1.reference_refresh_every, 400);
  EXPECT_EQ(dapo.loss.clip_low, 0.2);
  EXPECT_EQ(dapo.loss.clip_high, 0.28);
  EXPECT_EQ(dapo.loss.kl, KlKind::Off);
  EXPECT_EQ(dapo.loss.aggregation, Aggregation::TokenMean);
  EXPECT_TRUE(dapo.dynamic_sampling);
}

SftConfig small_sft(const std::string& output) {
  SftConfig config;
  config.model = "toy";
  config.steps = 40;
  config.batch_size = 8;
  config.run = {.output = output, .checkpoint_every = 7, .save_final_model = false};
  config.data = arithmetic(Split::Sft, 40);
  config.schedule.learning_rate = 1e-2;
  return config;
}

TEST(Sft, LossFallsAndOnlyTheAssistantIsTrained) {
  TempFolder folder;
  LanguageModel model = make_toy_model(1);
  const Example example{.id = "e", .messages = {{"user", "hi"}, {"assistant", "yo"}}};
  const TrainSample sample = encode_demonstration(model, example, 256);
  std::string trained;
  for (size_t i = 0; i < sample.token_ids.size(); ++i) {
    if (sample.loss_mask[i]) trained += model.tokenizer.token_bytes(sample.token_ids[i]);
  }
  EXPECT_EQ(trained, "yo<|im_end|>");
  Recorded recorded;
  train_sft(small_sft(folder / "run"), model, false, recorded.observer());
  EXPECT_LT(recorded.steps.back().at("loss"), 0.5 * recorded.steps.front().at("loss"));
}

TEST(Sft, ResumeIsBitExact) {
  TempFolder folder;
  SftConfig config = small_sft(folder / "whole");
  config.steps = 9;
  LanguageModel whole = make_toy_model(1), cut = make_toy_model(1), resumed = make_toy_model(1);
  train_sft(config, whole, false, {});
  config.run.output = folder / "cut";
  TrainObserver failing{[](int64_t step, int64_t, const Metrics&) {
                          if (step == 8) throw IoError("planted");
                        },
                        {},
                        {}};
  EXPECT_THROW(train_sft(config, cut, false, failing), IoError);
  train_sft(config, resumed, true, {});
  for (const auto& [name, weight] : whole.policy.weights()) {
    EXPECT_TRUE(weight.equal(resumed.policy.weights().at(name))) << name;
  }
}

TEST(Sft, ADemonstrationCutToNothingIsNamed) {
  LanguageModel model = make_toy_model(1);
  const Example example{.id = "data.jsonl:3", .messages = {{"user", "a long question"}, {"assistant", "x"}}};
  try {
    encode_demonstration(model, example, 10);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("data.jsonl:3"), std::string::npos);
  }
}

TEST(Distill, AShallowerStudentLearnsTheTeachersVerifiedCompletions) {
  TempFolder folder;
  // A teacher that answers: SFT on one fixed problem set until it is right most of the time.
  write_toy_model_folder(folder / "base", {.hidden_size = 48, .num_layers = 3, .intermediate_size = 96});
  LanguageModel teacher = load_language_model(folder / "base", c10::Device("cpu"));
  SftConfig sft = small_sft(folder / "teacher");
  sft.steps = 120;
  sft.data.size = 2;
  sft.run.checkpoint_every = 1000;
  sft.run.save_final_model = true;
  train_sft(sft, teacher, false, {});

  DistillConfig config;
  config.teacher = folder / "teacher/model";
  config.student_layers = 2;
  config.data = sft.data;
  config.sampling = {.temperature = 0.7, .max_new_tokens = 48};
  config.sft = small_sft(folder / "student");
  config.sft.model.clear();
  config.sft.steps = 60;
  config.sft.run.save_final_model = true;
  Recorded recorded;
  train_distill(config, false, recorded.observer());
  EXPECT_LT(recorded.steps.back().at("loss"), 0.5 * recorded.steps.front().at("loss"));
  const LanguageModel student = load_language_model(folder / "student/model", c10::Device("cpu"));
  EXPECT_EQ(student.policy.config().num_layers, 2);
}

TEST(Distill, LayersOfTheStudentAreEvenlySpacedWithFirstAndLast) {
  EXPECT_EQ(chosen_layers(30, 4), (std::vector<int64_t>{0, 10, 19, 29}));
  EXPECT_EQ(chosen_layers(3, 3), (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(chosen_layers(5, 1), (std::vector<int64_t>{0}));
}

}  // namespace
}  // namespace r1
