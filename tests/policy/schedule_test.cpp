#include "policy/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/policy/golden.h"

namespace r1 {
namespace {

using testing::HasSubstr;

ScheduleConfig schedule(ScheduleKind kind) {
  ScheduleConfig config;
  config.learning_rate = 2e-5;
  config.kind = kind;
  config.warmup_steps = 4;
  config.total_steps = 12;
  config.final_ratio = 0.1;
  return config;
}

TEST(Schedule, WarmUpRisesLinearlyAndEndsAtThePeak) {
  for (ScheduleKind kind : {ScheduleKind::Constant, ScheduleKind::Linear, ScheduleKind::Cosine}) {
    EXPECT_DOUBLE_EQ(learning_rate_at(schedule(kind), 0), 0.5e-5) << "the first update is not wasted";
    EXPECT_DOUBLE_EQ(learning_rate_at(schedule(kind), 2), 1.5e-5);
    EXPECT_DOUBLE_EQ(learning_rate_at(schedule(kind), 3), 2e-5);
    EXPECT_DOUBLE_EQ(learning_rate_at(schedule(kind), 4), 2e-5);
  }
}

TEST(Schedule, ConstantStaysAtThePeak) {
  EXPECT_DOUBLE_EQ(learning_rate_at(schedule(ScheduleKind::Constant), 1000), 2e-5);
}

TEST(Schedule, LinearFallsByEqualAmounts) {
  const ScheduleConfig config = schedule(ScheduleKind::Linear);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 8), 2e-5 * 0.55);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 10), 2e-5 * (0.1 + 0.9 * 0.25));
}

TEST(Schedule, CosineIsHalfwayInTheMiddleAndFlatAtTheEnds) {
  const ScheduleConfig config = schedule(ScheduleKind::Cosine);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 8), 2e-5 * 0.55);
  EXPECT_NEAR(learning_rate_at(config, 6), 2e-5 * (0.1 + 0.9 * 0.8535533905932737), 1e-18);
}

TEST(Schedule, RestsAtTheFinalRatio) {
  for (ScheduleKind kind : {ScheduleKind::Linear, ScheduleKind::Cosine}) {
    EXPECT_DOUBLE_EQ(learning_rate_at(schedule(kind), 12), 2e-6);
    EXPECT_DOUBLE_EQ(learning_rate_at(schedule(kind), 500), 2e-6);
  }
}

TEST(Schedule, WithoutWarmUpItStartsAtThePeak) {
  ScheduleConfig config = schedule(ScheduleKind::Cosine);
  config.warmup_steps = 0;
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 0), 2e-5);
}

TEST(Schedule, AllWarmUpEndsAtTheFinalRatio) {
  ScheduleConfig config = schedule(ScheduleKind::Linear);
  config.total_steps = config.warmup_steps;
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 3), 2e-5);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 4), 2e-6);
}

TEST(Schedule, IsConfiguredByName) {
  ScheduleConfig config;
  apply_config_text(config_fields(config), R"({"kind": "cosine", "warmup_steps": 3})", "x.json");
  EXPECT_EQ(config.kind, ScheduleKind::Cosine);
  EXPECT_EQ(config.warmup_steps, 3);
}

TEST(Schedule, BadRangesAreNamed) {
  auto error_with = [](auto change) {
    ScheduleConfig config = schedule(ScheduleKind::Linear);
    change(config);
    return message_of<ConfigError>([&] { validate(config, "schedule."); });
  };
  EXPECT_THAT(error_with([](auto& c) { c.learning_rate = -1; }), HasSubstr("schedule.learning_rate=-1"));
  EXPECT_THAT(error_with([](auto& c) { c.warmup_steps = -1; }), HasSubstr("schedule.warmup_steps=-1"));
  EXPECT_THAT(error_with([](auto& c) { c.total_steps = 3; }), HasSubstr("schedule.total_steps=3"));
  EXPECT_THAT(error_with([](auto& c) { c.final_ratio = 1.5; }), HasSubstr("schedule.final_ratio=1.5"));
  EXPECT_NO_THROW(validate(schedule(ScheduleKind::Linear), "schedule."));
}

}  // namespace
}  // namespace r1
