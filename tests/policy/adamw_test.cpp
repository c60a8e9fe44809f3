#include "policy/adamw.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/config.h"
#include "base/errors.h"
#include "policy/safetensors.h"
#include "tests/policy/golden.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

using testing::HasSubstr;

// Something irregular without a random generator.
at::Tensor wave(std::vector<int64_t> shape, double pitch) {
  int64_t count = 1;
  for (int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat).mul(pitch).sin().view(shape);
}

// The matrix is longer than one slice of the fused update.
NamedTensors some_parameters() { return {{"matrix", wave({999, 311}, 0.7)}, {"vector", wave({1003}, 1.3)}}; }
NamedTensors some_gradients(double pitch) {
  return {{"matrix", wave({999, 311}, pitch)}, {"vector", wave({1003}, pitch)}};
}

NamedTensors copies(const NamedTensors& tensors) {
  NamedTensors out;
  for (const auto& [name, tensor] : tensors) out[name] = tensor.clone();
  return out;
}

void expect_equal(const NamedTensors& a, const NamedTensors& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) EXPECT_TRUE(at::equal(tensor, b.at(name))) << name;
}

double worst_relative(const at::Tensor& a, const at::Tensor& b, double floor = 1e-3) {
  return a.sub(b).abs().div(b.abs().clamp_min(floor)).max().item<double>();
}

AdamWConfig decaying() {
  AdamWConfig config;
  config.beta2 = 0.99;
  config.weight_decay = 0.1;
  return config;
}

at::Tensor tensor_of(const Json& values) { return at::tensor(values.get<std::vector<float>>()); }

class AdamWGolden : public testing::TestWithParam<bool> {};

TEST_P(AdamWGolden, FollowsTorchOverTenUpdates) {
  const Json golden = read_golden("adamw/golden.json");
  NamedTensors parameters = {{"matrix", tensor_of(golden["start"]["matrix"]).view({3, 5})},
                             {"vector", tensor_of(golden["start"]["vector"])}};
  AdamW optimizer(parameters, decaying());
  for (const Json& step : golden["steps"]) {
    const NamedTensors gradients = {{"matrix", tensor_of(step["gradients"]["matrix"]).view({3, 5})},
                                    {"vector", tensor_of(step["gradients"]["vector"])}};
    EXPECT_NEAR(global_grad_norm(gradients), step["grad_norm"].get<double>(),
                1e-12 * step["grad_norm"].get<double>());
    const double rate = step["learning_rate"], scale = step["gradient_scale"];
    GetParam() ? optimizer.step(gradients, rate, scale) : optimizer.step_reference(gradients, rate, scale);
    for (const auto& [name, parameter] : parameters) {
      // a few roundings of fp32 (6e-8 each) per update
      EXPECT_LT(worst_relative(parameter.flatten(), tensor_of(step["parameters"][name])), 2e-6) << name;
      for (const char* moment : {"exp_avg", "exp_avg_sq"}) {
        const at::Tensor found = optimizer.state().at(std::string(moment) + "." + name);
        EXPECT_LT(worst_relative(found.flatten(), tensor_of(step[moment][name])), 2e-6)
            << name << " " << moment;
      }
    }
  }
  EXPECT_EQ(optimizer.steps(), 10);
}

INSTANTIATE_TEST_SUITE_P(Paths, AdamWGolden, testing::Values(true, false),
                         [](const auto& info) { return info.param ? "Fused" : "Reference"; });

TEST(AdamW, TheFusedPassAgreesWithTheReference) {
  NamedTensors fused = some_parameters(), plain = some_parameters();
  AdamW a(fused, decaying()), b(plain, decaying());
  for (int step = 0; step < 5; ++step) {
    a.step(some_gradients(0.31 + step), 1e-2, 0.5);
    b.step_reference(some_gradients(0.31 + step), 1e-2, 0.5);
  }
  // The two round in another order. Weights are about 1, so five updates may differ by some 5 * 2^-24 whatever the weight has
  // become: a floor of 0.05.
  for (const auto& [name, tensor] : fused)
    EXPECT_LT(worst_relative(tensor, plain.at(name), 0.05), 1e-6 * 5) << name;
}

// Tasks work on slices of 2^16 elements; where an element lies in one must not show. That threads change nothing is
// checked by tests/cli/threads_test.cpp.
TEST(AdamW, AnElementsBitsDoNotDependOnTheSliceItLiesIn) {
  const int64_t size = 401 * 911, cut = 16 * 9001;
  const at::Tensor start = wave({size}, 0.7);
  NamedTensors whole = {{"w", start.clone()}};
  NamedTensors parts = {{"a", start.narrow(0, 0, cut).clone()},
                        {"b", start.narrow(0, cut, size - cut).clone()}};
  AdamW one(whole, decaying()), two(parts, decaying());
  for (int step = 0; step < 3; ++step) {
    const at::Tensor gradient = wave({size}, 0.31 + step);
    one.step({{"w", gradient}}, 1e-2, 0.3);
    two.step({{"a", gradient.narrow(0, 0, cut)}, {"b", gradient.narrow(0, cut, size - cut)}}, 1e-2, 0.3);
  }
  EXPECT_TRUE(at::equal(whole["w"].narrow(0, 0, cut), parts["a"]));
  EXPECT_TRUE(at::equal(whole["w"].narrow(0, cut, size - cut), parts["b"]));
}

TEST(AdamW, UpdatesTheModelsOwnTensors) {
  at::Tensor weight = at::ones({2, 2});
  weight.set_requires_grad(true);
  AdamW optimizer({{"w", weight}}, {});
  optimizer.step({{"w", at::full({2, 2}, 3.0f)}}, 0.25);
  EXPECT_NEAR(weight.detach().min().item<double>(), 0.75, 1e-6)
      << "the first update moves by the learning rate";
  EXPECT_TRUE(weight.is_leaf() && weight.requires_grad());
}

TEST(AdamW, DecaysMatricesOnly) {
  NamedTensors parameters = {{"matrix", at::ones({2, 3})}, {"norm", at::ones({3})}};
  AdamWConfig config;
  config.weight_decay = 0.5;
  AdamW optimizer(parameters, config);
  optimizer.step({{"matrix", at::zeros({2, 3})}, {"norm", at::zeros({3})}}, 0.25);
  EXPECT_EQ(parameters["matrix"].min().item<double>(), 0.875);
  EXPECT_EQ(parameters["norm"].min().item<double>(), 1.0);
}

TEST(AdamW, GradientsAreLeftAsTheyAre) {
  AdamW optimizer(some_parameters(), decaying());
  const NamedTensors gradients = some_gradients(0.3), before = copies(gradients);
  optimizer.step(gradients, 1e-2, 0.125);
  expect_equal(gradients, before);
}

TEST(AdamW, ANonFiniteScaleTouchesNothing) {
  NamedTensors parameters = some_parameters();
  AdamW optimizer(parameters, decaying());
  optimizer.step(some_gradients(0.3), 1e-2);
  const NamedTensors weights = copies(parameters), state = copies(optimizer.state());
  for (double scale : {std::nan(""), HUGE_VAL}) {
    EXPECT_THROW(optimizer.step(some_gradients(0.4), 1e-2, scale), NumericsError);
    EXPECT_THROW(optimizer.step(some_gradients(0.4), scale), NumericsError);
  }
  expect_equal(parameters, weights);
  expect_equal(optimizer.state(), state);
  EXPECT_EQ(optimizer.steps(), 1);
}

TEST(AdamW, AGradientTooFewTouchesNothing) {
  NamedTensors parameters = some_parameters();
  AdamW optimizer(parameters, decaying());
  NamedTensors gradients = some_gradients(0.3);
  gradients.erase("vector");
  EXPECT_THROW(optimizer.step(gradients, 1e-2), std::logic_error);
  expect_equal(parameters, some_parameters());
}

TEST(AdamW, ARunResumedFromItsStateContinuesBitForBit) {
  TempFolder folder;
  NamedTensors straight = some_parameters();
  AdamW one(straight, decaying());
  for (int step = 0; step < 3; ++step) one.step(some_gradients(0.3 + step), 1e-2);
  const NamedTensors halfway = copies(straight);
  write_safetensors(folder / "optimizer.safetensors", one.state());
  const int64_t steps = one.steps();
  for (int step = 3; step < 6; ++step) one.step(some_gradients(0.3 + step), 1e-2);

  NamedTensors resumed = copies(halfway);
  AdamW two(resumed, decaying());
  two.load_state(read_safetensors(folder / "optimizer.safetensors"), steps);
  for (int step = 3; step < 6; ++step) two.step(some_gradients(0.3 + step), 1e-2);
  expect_equal(straight, resumed);
  expect_equal(one.state(), two.state());
  EXPECT_EQ(two.steps(), 6);
}

TEST(AdamW, AStateOfAnotherModelIsRefused) {
  AdamW optimizer(some_parameters(), {});
  auto error_of = [&](const NamedTensors& state) {
    return message_of<CheckpointError>([&] { optimizer.load_state(state, 1); });
  };
  NamedTensors state = copies(optimizer.state());
  state["exp_avg.other"] = at::zeros({1});
  EXPECT_THAT(error_of(state), HasSubstr("exp_avg.other"));
  state = copies(optimizer.state());
  state.erase("exp_avg_sq.vector");
  EXPECT_THAT(error_of(state), HasSubstr("exp_avg_sq.vector is missing"));
  state = copies(optimizer.state());
  state["exp_avg.vector"] = at::zeros({1, 1003});
  EXPECT_THAT(error_of(state), HasSubstr("exp_avg.vector: shape [1, 1003], the parameter has [1003]"));
  EXPECT_EQ(optimizer.steps(), 0);
}

TEST(AdamW, RunsOnADeviceWithoutCpuMemory) {
  const auto meta = at::TensorOptions().dtype(at::kFloat).device(at::kMeta);
  AdamW optimizer({{"w", at::empty({3, 4}, meta)}}, decaying());
  optimizer.step({{"w", at::empty({3, 4}, meta)}}, 1e-2, 0.5);
  EXPECT_EQ(optimizer.steps(), 1);
}

TEST(GradNorm, IsTheEuclideanNormOverAllTensors) {
  EXPECT_EQ(global_grad_norm({{"a", at::full({1}, 3.0f)}, {"b", at::full({1, 1}, -4.0f)}}), 5.0);
  EXPECT_EQ(global_grad_norm({}), 0.0);
  EXPECT_EQ(global_grad_norm({{"a", wave({7}, 1)}}), global_grad_norm({{"a", wave({7, 1}, 1)}}))
      << "the tail counts";
  EXPECT_NEAR(global_grad_norm({{"a", at::ones({7})}}), std::sqrt(7.0), 1e-15);
}

TEST(GradNorm, DoesNotOverflowWhereFloatWould) {
  EXPECT_NEAR(global_grad_norm({{"a", at::full({4}, 1e25f)}}), 2e25, 1e18);
}

TEST(GradNorm, ANanAnywhereMakesItNan) {
  at::Tensor gradient = at::ones({1001});
  gradient[1000].fill_(std::nan(""));
  EXPECT_TRUE(std::isnan(global_grad_norm({{"a", at::ones({5})}, {"b", gradient}})));
}

TEST(ClipScale, OnlyEverShrinks) {
  EXPECT_EQ(clip_scale(0.5, 1.0), 1.0);
  EXPECT_NEAR(clip_scale(4.0, 1.0), 0.25, 1e-6);
  EXPECT_EQ(clip_scale(4.0, 0.0), 1.0) << "0 switches it off";
  EXPECT_TRUE(std::isnan(clip_scale(INFINITY, 1.0)));
  EXPECT_TRUE(std::isnan(clip_scale(std::nan(""), 0.0)));
}

TEST(AdamWConfigTest, BadRangesAreNamed) {
  auto error_with = [](const char* setting) {
    AdamWConfig config;
    apply_config_setting(config_fields(config), setting);
    return message_of<ConfigError>([&] { validate(config, "optimizer."); });
  };
  EXPECT_THAT(error_with("beta1=1"), HasSubstr("optimizer.beta1=1"));
  EXPECT_THAT(error_with("beta2=-0.1"), HasSubstr("optimizer.beta2=-0.1"));
  EXPECT_THAT(error_with("epsilon=0"), HasSubstr("optimizer.epsilon=0"));
  EXPECT_THAT(error_with("weight_decay=-1"), HasSubstr("optimizer.weight_decay=-1"));
}

}  // namespace
}  // namespace r1
