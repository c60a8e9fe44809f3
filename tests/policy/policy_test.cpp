// The decoder against transformers (golden files), against itself (cache, packing, prefix sharing) and on the meta device.
#include "policy/policy.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/sum.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/gguf.h"
#include "base/json.h"
#include "policy/adamw.h"
#include "policy/gguf_weights.h"
#include "policy/hf_folder.h"
#include "tests/demo_model.h"

namespace r1 {
namespace {

const c10::Device kCpu("cpu");

Policy toy(const std::string& name, c10::Device device = kCpu) {
  ModelFiles files = load_hf_folder(std::string(R1_SOURCE_DIR) + "/tests/golden/" + name);
  return Policy(std::move(files.config), std::move(files.weights), device);
}

Json golden(const std::string& path) {
  return read_json_file(std::string(R1_SOURCE_DIR) + "/tests/golden/" + path);
}

TokenBatch one_sequence(const std::vector<int64_t>& ids) {
  TokenBatch batch;
  batch.token_ids = ids;
  batch.positions.resize(ids.size());
  std::iota(batch.positions.begin(), batch.positions.end(), 0);
  batch.plan = {{{.num_queries = static_cast<int64_t>(ids.size())}}, {0, 1}};
  return batch;
}

std::vector<int64_t> iota(int64_t from, int64_t count) {
  std::vector<int64_t> values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), from);
  return values;
}

// Logprobs of ids[1...] given what stands before them.
at::Tensor sequence_logprobs(const Policy& policy, const std::vector<int64_t>& ids) {
  const at::Tensor hidden = policy.forward(one_sequence(ids));
  return policy
      .token_logprobs(hidden, iota(0, static_cast<int64_t>(ids.size()) - 1), {ids.begin() + 1, ids.end()},
                      1.0)
      .logprobs;
}

// Mean loss over masked tokens of the golden's sequences, backward included: the gradient is left in the policy.
double golden_loss(Policy& policy, const Json& expected) {
  policy.set_requires_grad(true);
  double loss = 0;
  const double num_tokens = expected.at("num_tokens").get<double>();
  for (const Json& sequence : expected.at("sequences")) {
    const auto ids = sequence.at("token_ids").get<std::vector<int64_t>>();
    const auto mask = sequence.at("loss_mask").get<std::vector<int>>();
    std::vector<int64_t> rows, targets;
    for (size_t i = 1; i < ids.size(); ++i) {
      if (mask[i]) rows.push_back(static_cast<int64_t>(i) - 1), targets.push_back(ids[i]);
    }
    if (rows.empty()) continue;
    const at::Tensor part =
        -at::sum(policy.token_logprobs(policy.forward(one_sequence(ids)), rows, targets, 1.0).logprobs) /
        num_tokens;
    part.backward();
    loss += part.item<double>();
  }
  return loss;
}

class ToyModels : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Architectures, ToyModels, testing::Values("toy_llama", "toy_qwen2"));

TEST_P(ToyModels, LogprobsAndLogitsEqualTransformers) {
  at::NoGradGuard no_grad;
  const Policy policy = toy(GetParam());
  const Json expected = golden(std::string(GetParam()) + "/golden.json");
  ASSERT_FALSE(expected.at("sequences").empty());
  for (const Json& sequence : expected.at("sequences")) {
    const auto ids = sequence.at("token_ids").get<std::vector<int64_t>>();
    const auto logprobs = sequence.at("logprobs").get<std::vector<double>>();
    const at::Tensor found = sequence_logprobs(policy, ids);
    for (size_t i = 0; i < logprobs.size(); ++i) EXPECT_NEAR(found[i].item<double>(), logprobs[i], 2e-5) << i;
    const auto last = sequence.at("last_logits").get<std::vector<double>>();
    const at::Tensor logits =
        policy.logits(policy.forward(one_sequence(ids)), {static_cast<int64_t>(ids.size()) - 1});
    for (size_t i = 0; i < last.size(); ++i) EXPECT_NEAR(logits[0][i].item<double>(), last[i], 2e-5) << i;
  }
}

TEST_P(ToyModels, LossAndEveryGradientEqualTransformers) {
  Policy policy = toy(GetParam());
  const Json expected = golden(std::string(GetParam()) + "/golden.json");
  EXPECT_NEAR(golden_loss(policy, expected), expected.at("loss").get<double>(), 1e-5);
  const NamedTensors gradients = policy.gradients();
  EXPECT_NEAR(global_grad_norm(gradients), expected.at("grad_norm").get<double>(),
              1e-4 * expected.at("grad_norm").get<double>());
  ASSERT_EQ(gradients.size(), expected.at("grad_norms").size());
  for (const auto& [name, norm] : expected.at("grad_norms").items()) {
    EXPECT_NEAR(global_grad_norm({{name, gradients.at(name)}}), norm.get<double>(),
                1e-4 * norm.get<double>() + 1e-6)
        << name;
  }
}

TEST_P(ToyModels, CachedDecodingGivesTheBitsOfTheFullForward) {
  at::NoGradGuard no_grad;
  const Policy policy = toy(GetParam());
  const std::vector<int64_t> ids = {5, 17, 3, 40, 40, 9, 22, 1, 30};
  const at::Tensor full = policy.forward(one_sequence(ids));
  KvCache cache = policy.make_cache(32);
  // A prefill of 4 tokens at rows 10.., then one token at a time at rows 20..
  TokenBatch prefill = one_sequence({ids.begin(), ids.begin() + 4});
  prefill.cache_rows = iota(10, 4);
  prefill.plan.segments[0].own_begin = 10;
  EXPECT_TRUE(policy.forward(prefill, &cache).equal(full.narrow(0, 0, 4)));
  for (int64_t i = 4; i < static_cast<int64_t>(ids.size()); ++i) {
    TokenBatch next{{ids[i]}, {i}, {20 + i - 4}, {}};
    next.plan = {
        {{.num_queries = 1, .prefix_begin = 10, .prefix_len = 4, .own_begin = 20, .own_past = i - 4}},
        {0, 1}};
    EXPECT_TRUE(policy.forward(next, &cache).equal(full.narrow(0, i, 1))) << "token " << i;
  }
}

TEST_P(ToyModels, PackingWithASharedPromptGivesTheBitsOfEachSequenceAlone) {
  at::NoGradGuard no_grad;
  const Policy policy = toy(GetParam());
  const std::vector<int64_t> prompt = {5, 17, 3}, first = {9, 22}, second = {1, 30, 31};
  TokenBatch packed{{5, 17, 3, 9, 22, 1, 30, 31}, {0, 1, 2, 3, 4, 3, 4, 5}, {}, {}};
  packed.plan = {{{.query_begin = 0, .num_queries = 3, .own_begin = 0},
                  {.query_begin = 3, .num_queries = 2, .prefix_begin = 0, .prefix_len = 3, .own_begin = 3},
                  {.query_begin = 5, .num_queries = 3, .prefix_begin = 0, .prefix_len = 3, .own_begin = 5}},
                 {0, 3}};
  const at::Tensor together = policy.forward(packed);
  EXPECT_TRUE(
      policy.forward(one_sequence({5, 17, 3, 9, 22})).narrow(0, 3, 2).equal(together.narrow(0, 3, 2)));
  EXPECT_TRUE(
      policy.forward(one_sequence({5, 17, 3, 1, 30, 31})).narrow(0, 3, 3).equal(together.narrow(0, 5, 3)));
}

TEST_P(ToyModels, ForwardAndBackwardRunOnTheMetaDevice) {
  // No data exists on the meta device: any step that reads CPU memory, or makes a tensor elsewhere, fails here.
  Policy policy = toy(GetParam(), c10::Device("meta"));
  policy.set_requires_grad(true);
  const std::vector<int64_t> ids = {5, 17, 3, 40, 9};
  const at::Tensor hidden = policy.forward(one_sequence(ids));
  const auto scored = policy.token_logprobs(hidden, iota(0, 4), {17, 3, 40, 9}, 1.0);
  at::sum(scored.logprobs + scored.entropy).backward();
  EXPECT_EQ(policy.gradients().size(), policy.weights().size());
  for (const auto& [name, gradient] : policy.gradients()) EXPECT_TRUE(gradient.is_meta()) << name;
  KvCache cache = policy.make_cache(8);
  EXPECT_TRUE(cache.keys[0].is_meta());
}

class DemoModel : public testing::Test {
 protected:
  void SetUp() override {
    if (demo_model_path().empty()) GTEST_SKIP() << "the demo model is not installed: run scripts/setup.sh";
  }
  static Policy load() {
    ModelFiles files = load_gguf_model(GgufFile(demo_model_path()));
    return Policy(std::move(files.config), std::move(files.weights), kCpu);
  }
};

// Relative to the spread of the logits, as transformers' own fp32 against fp32 comparisons are.
TEST_F(DemoModel, LogprobsAndLogitsEqualTransformersToOneInTenThousand) {
  at::NoGradGuard no_grad;
  const Policy policy = load();
  double worst = 0;
  size_t num_compared = 0;
  const Json prompts = golden("smollm2/prompts.json");
  for (const Json& prompt : prompts.at("prompts")) {
    const auto ids = prompt.at("token_ids").get<std::vector<int64_t>>();
    const auto expected = prompt.at("logprobs").get<std::vector<double>>();
    const at::Tensor found = sequence_logprobs(policy, ids);
    for (size_t i = 0; i < expected.size(); ++i, ++num_compared)
      worst = std::max(worst, std::abs(found[i].item<double>() - expected[i]));
  }
  EXPECT_GT(num_compared, 0u);
  RecordProperty("worst", std::to_string(worst));
  EXPECT_LT(worst, 1e-4);
}

TEST_F(DemoModel, SixtyFourGreedyTokensEqualTransformersOnTenPrompts) {
  at::NoGradGuard no_grad;
  const Policy policy = load();
  const Json prompts = golden("smollm2/prompts.json");
  ASSERT_EQ(prompts.at("prompts").size(), 10u);
  for (const Json& prompt : prompts.at("prompts")) {
    auto ids = prompt.at("token_ids").get<std::vector<int64_t>>();
    const auto expected = prompt.at("greedy_ids").get<std::vector<int64_t>>();
    ASSERT_EQ(expected.size(), 64u);
    const size_t prompt_length = ids.size();
    ids.insert(ids.end(), expected.begin(), expected.end());
    // One forward over prompt and golden tokens: greedy decoding repeats them exactly if each is the argmax there.
    const at::Tensor hidden = policy.forward(one_sequence(ids));
    const at::Tensor logits = policy.logits(hidden, iota(static_cast<int64_t>(prompt_length) - 1, 64));
    for (int64_t i = 0; i < 64; ++i)
      ASSERT_EQ(logits[i].argmax().item<int64_t>(), expected[i]) << prompt.at("text") << i;
  }
}

TEST_F(DemoModel, SftLossAndGradientNormEqualTransformersToOneInTenThousand) {
  Policy policy = load();
  const Json expected = golden("smollm2/sft.json");
  const double loss = golden_loss(policy, expected), wanted = expected.at("loss").get<double>();
  EXPECT_NEAR(loss, wanted, 1e-4 * wanted);
  const double norm = expected.at("grad_norm").get<double>();
  EXPECT_NEAR(global_grad_norm(policy.gradients()), norm, 1e-4 * norm);
}

}  // namespace
}  // namespace r1
