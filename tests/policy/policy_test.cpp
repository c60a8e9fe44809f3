// The decoder against transformers (golden files), against itself (cache, packing, prefix sharing) and on the meta device.
#include "policy/policy.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/sum.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/function.h>

#include <cmath>
#include <numeric>

#include "base/gguf.h"
#include "base/json.h"
#include "policy/adamw.h"
#include "policy/gguf_weights.h"
#include "policy/hf_folder.h"
#include "tests/demo_model.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

const c10::Device kCpu("cpu");

Policy toy(const std::string& name, Precision precision = Precision::Fp32, c10::Device device = kCpu) {
  ModelFiles files = load_hf_folder(std::string(R1_SOURCE_DIR) + "/tests/golden/" + name);
  return Policy(std::move(files.config), std::move(files.weights), device, precision);
}

Policy toy(const ToyModelOptions& options) {
  const ModelConfig config = toy_config(options);
  return Policy(config, toy_weights(config, options), kCpu, options.precision);
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

// A prompt and samples that share it, laid out as a training batch is.
TokenBatch packed_batch(const std::vector<int64_t>& prompt,
                        const std::vector<std::vector<int64_t>>& samples) {
  TokenBatch batch = one_sequence(prompt);
  const int64_t length = static_cast<int64_t>(prompt.size());
  for (const auto& sample : samples) {
    batch.plan.segments.push_back({.query_begin = static_cast<int64_t>(batch.token_ids.size()),
                                   .num_queries = static_cast<int64_t>(sample.size()),
                                   .prefix_len = length});
    for (size_t i = 0; i < sample.size(); ++i) {
      batch.token_ids.push_back(sample[i]);
      batch.positions.push_back(length + static_cast<int64_t>(i));
    }
  }
  batch.plan.group_begin = {0, static_cast<int64_t>(batch.plan.segments.size())};
  return batch;
}

std::vector<int64_t> some_ids(int64_t count, int64_t vocabulary, int64_t seed) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < count; ++i) ids.push_back((seed + i * i * 7 + i * 13) % vocabulary);
  return ids;
}

double relative_difference(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
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

// Distances of bf16 products from transformers in float32, measured on the golden files and doubled.
constexpr double kToyBf16Logprobs = 0.15, kToyBf16Loss = 0.01;
constexpr double kDemoBf16Worst = 0.45, kDemoBf16Mean = 0.04, kDemoBf16Loss = 0.0012, kDemoBf16Norm = 0.009;

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

TEST_P(ToyModels, ForwardAndBackwardRunOnTheMetaDevice) {
  // No data exists on the meta device: any step that reads CPU memory, or makes a tensor elsewhere, fails here.
  Policy policy = toy(GetParam(), Precision::Bf16, c10::Device("meta"));
  policy.set_requires_grad(true);
  const std::vector<int64_t> ids = {5, 17, 3, 40, 9};
  const at::Tensor hidden = policy.forward(one_sequence(ids));
  const auto scored = policy.token_logprobs(hidden, iota(0, 4), {17, 3, 40, 9}, 1.0);
  at::sum(scored.logprobs + scored.entropy).backward();
  EXPECT_EQ(policy.gradients().size(), policy.weights().size());
  for (const auto& [name, gradient] : policy.gradients()) EXPECT_TRUE(gradient.is_meta()) << name;
  KvCache cache = policy.make_cache(8);
  EXPECT_TRUE(cache.layers[0].keys.is_meta());
}

TEST_P(ToyModels, Bf16LogprobsAndGradientsAreNearTransformersFloat32) {
  Policy policy = toy(GetParam(), Precision::Bf16);
  const Json expected = golden(std::string(GetParam()) + "/golden.json");
  double worst = 0;
  {
    at::NoGradGuard no_grad;
    for (const Json& sequence : expected.at("sequences")) {
      const auto logprobs = sequence.at("logprobs").get<std::vector<double>>();
      const at::Tensor found =
          sequence_logprobs(policy, sequence.at("token_ids").get<std::vector<int64_t>>());
      for (size_t i = 0; i < logprobs.size(); ++i)
        worst = std::max(worst, std::abs(found[static_cast<int64_t>(i)].item<double>() - logprobs[i]));
    }
  }
  RecordProperty("worst", std::to_string(worst));
  EXPECT_LT(worst, kToyBf16Logprobs);
  EXPECT_GT(worst, 1e-5) << "nothing was rounded";
  EXPECT_NEAR(golden_loss(policy, expected), expected.at("loss").get<double>(), kToyBf16Loss);
  const NamedTensors gradients = policy.gradients();
  for (const auto& [name, norm] : expected.at("grad_norms").items()) {
    EXPECT_NEAR(global_grad_norm({{name, gradients.at(name)}}), norm.get<double>(),
                0.03 * norm.get<double>() + 1e-5)
        << name;
  }
}

// Gradients stay where they are, as zeros: fresh memory costs more.
TEST_P(ToyModels, ZeroedGradientsAreKeptAsZerosAndTheNextPassGivesTheSame) {
  for (Precision precision : {Precision::Fp32, Precision::Bf16}) {
    Policy policy = toy(GetParam(), precision);
    EXPECT_TRUE(policy.gradients().empty());
    policy.zero_gradients();  // of nothing: nothing
    EXPECT_TRUE(policy.gradients().empty());
    const Json expected = golden(std::string(GetParam()) + "/golden.json");
    golden_loss(policy, expected);
    NamedTensors first;
    std::map<std::string, const void*> places;
    for (const auto& [name, gradient] : policy.gradients()) {
      first.emplace(name, gradient.clone());
      places[name] = gradient.data_ptr();
    }
    ASSERT_EQ(first.size(), policy.weights().size());
    policy.zero_gradients();
    EXPECT_EQ(global_grad_norm(policy.gradients()), 0);
    EXPECT_EQ(policy.gradients().size(), first.size());
    golden_loss(policy, expected);
    for (const auto& [name, gradient] : policy.gradients()) {
      EXPECT_EQ(gradient.data_ptr(), places[name]) << name;
      EXPECT_TRUE(gradient.equal(first.at(name))) << name;
    }
  }
}

// ---- activations computed again --------------------------------------------------------------------------------------

// What the backward pass adds to every gradient; the batch is emptied before it runs.
NamedTensors gradients_of(Policy& policy, TokenBatch batch, bool recompute) {
  policy.set_recompute(recompute);
  policy.zero_gradients();
  const at::Tensor hidden = policy.forward(batch);
  EXPECT_EQ(hidden.grad_fn()->name().find("Recomputed") != std::string::npos, recompute);
  const auto scored = policy.token_logprobs(hidden, iota(0, 30), some_ids(30, 60, 8), 0.9);
  batch = {};
  at::sum(scored.logprobs - scored.entropy).backward();
  NamedTensors result;
  for (const auto& [name, gradient] : policy.gradients()) result.emplace(name, gradient.clone());
  return result;
}

TEST_P(ToyModels, LayersComputedAgainGiveTheGradientsOfKeptOnesBitForBit) {
  for (Precision precision : {Precision::Fp32, Precision::Bf16}) {
    Policy policy = toy(GetParam(), precision);
    policy.set_requires_grad(true);
    const TokenBatch batch =
        packed_batch(some_ids(11, 60, 3), {some_ids(7, 60, 2), some_ids(20, 60, 5), some_ids(1, 60, 9)});
    const NamedTensors kept = gradients_of(policy, batch, false), again = gradients_of(policy, batch, true);
    ASSERT_EQ(kept.size(), policy.weights().size());
    for (const auto& [name, gradient] : kept) EXPECT_TRUE(gradient.equal(again.at(name))) << name;
  }
}

// A cache is written by every layer, and only a forward that keeps activations has them to compute again.
TEST_P(ToyModels, SamplingGoesOnAsBeforeWhereLayersAreComputedAgain) {
  at::NoGradGuard no_grad;
  Policy policy = toy(GetParam());
  const std::vector<int64_t> ids = some_ids(9, 60, 3);
  const at::Tensor whole = policy.forward(one_sequence(ids));
  policy.set_recompute(true);
  KvCache cache = policy.make_cache(1);
  for (auto [begin, end] : {std::pair<int64_t, int64_t>{0, 6}, {6, 9}}) {
    TokenBatch piece{{ids.begin() + begin, ids.begin() + end}, iota(begin, end - begin), {}};
    piece.plan = {{{.num_queries = end - begin, .own_past = begin}}, {}, {0}};
    EXPECT_TRUE(policy.forward(piece, &cache).equal(whole.narrow(0, begin, end - begin))) << begin;
  }
}

// ---- how a sequence is laid out --------------------------------------------------------------------------------------

// Sizes that are no multiples of panels, pairs, vectors or heads' usual sizes.
std::vector<ToyModelOptions> layouts_models() {
  return {{.vocab_size = 97},
          {.hidden_size = 30,
           .num_layers = 2,
           .num_heads = 5,
           .num_kv_heads = 1,
           .head_dim = 6,
           .intermediate_size = 37,
           .vocab_size = 97},
          {.hidden_size = 33,
           .num_layers = 1,
           .num_heads = 3,
           .num_kv_heads = 3,
           .head_dim = 10,
           .intermediate_size = 17,
           .vocab_size = 97,
           .tied_embeddings = false,
           .qwen2 = true},
          {.hidden_size = 48,
           .num_layers = 1,
           .num_heads = 9,
           .num_kv_heads = 3,
           .head_dim = 34,
           .intermediate_size = 50,
           .vocab_size = 97}};
}

class Layouts : public testing::TestWithParam<Precision> {
 protected:
  static std::vector<Policy> models() {
    std::vector<Policy> result;
    for (ToyModelOptions options : layouts_models()) {
      options.precision = GetParam();
      result.push_back(toy(options));
    }
    return result;
  }
  at::NoGradGuard no_grad_;
};
INSTANTIATE_TEST_SUITE_P(Precisions, Layouts, testing::Values(Precision::Fp32, Precision::Bf16),
                         [](const auto& info) { return info.param == Precision::Fp32 ? "Fp32" : "Bf16"; });

TEST_P(Layouts, CachedDecodingGivesTheBitsOfTheTrainingForward) {
  const std::vector<int64_t> prompt = some_ids(21, 97, 5), own = some_ids(37, 97, 11);
  const int64_t P = 21, G = 37;
  for (const Policy& policy : models()) {
    const at::Tensor full = policy.forward(packed_batch(prompt, {own}));
    KvCache cache = policy.make_cache(12);
    const std::vector<int32_t> blocks = {9, 4, 11, 0, 7};  // two of the prompt, three of the sample
    for (auto [begin, end] : {std::pair<int64_t, int64_t>{0, 7}, {7, 8}, {8, P}}) {
      TokenBatch piece{{prompt.begin() + begin, prompt.begin() + end}, iota(begin, end - begin), {}};
      piece.plan = {{{.num_queries = end - begin, .own_past = begin}}, {}, blocks};
      EXPECT_TRUE(policy.forward(piece, &cache).equal(full.narrow(0, begin, end - begin)))
          << "prompt from " << begin;
    }
    for (int64_t i = 0; i < G; ++i) {
      TokenBatch next{{own[static_cast<size_t>(i)]}, {P + i}, {}};
      next.plan = {{{.num_queries = 1, .prefix_len = P, .own_past = i, .own_blocks = 2}}, {}, blocks};
      EXPECT_TRUE(policy.forward(next, &cache).equal(full.narrow(0, P + i, 1))) << "token " << i;
    }
  }
}

TEST_P(Layouts, PackingSamplesBesideOneAnotherGivesTheBitsOfEachAlone) {
  const std::vector<int64_t> prompt = some_ids(19, 97, 3);
  const std::vector<std::vector<int64_t>> samples = {some_ids(2, 97, 9), some_ids(33, 97, 1),
                                                     some_ids(16, 97, 4)};
  for (const Policy& policy : models()) {
    const at::Tensor together = policy.forward(packed_batch(prompt, samples));
    int64_t begin = 19;
    for (const auto& sample : samples) {
      const int64_t count = static_cast<int64_t>(sample.size());
      const at::Tensor alone = policy.forward(packed_batch(prompt, {sample}));
      EXPECT_TRUE(alone.narrow(0, 19, count).equal(together.narrow(0, begin, count))) << count;
      EXPECT_TRUE(alone.narrow(0, 0, 19).equal(together.narrow(0, 0, 19)));
      begin += count;
    }
  }
}

// The bits depend on where prefix and own rows are divided, but the function does not.
TEST_P(Layouts, ASequenceInOneSegmentIsTheSameUpToRounding) {
  const std::vector<int64_t> prompt = some_ids(19, 97, 3), sample = some_ids(33, 97, 1);
  std::vector<int64_t> all = prompt;
  all.insert(all.end(), sample.begin(), sample.end());
  for (const Policy& policy : models()) {
    EXPECT_LT(relative_difference(policy.forward(one_sequence(all)),
                                  policy.forward(packed_batch(prompt, {sample}))),
              GetParam() == Precision::Fp32 ? 1e-6 : 5e-3);
  }
}

TEST_P(Layouts, KernelsAreTheReferenceModelUpToRounding) {
  // float64 weights take the reference path: the same model in plain ATen.
  const std::vector<int64_t> prompt = some_ids(19, 97, 3), sample = some_ids(33, 97, 1);
  for (ToyModelOptions options : layouts_models()) {
    options.precision = GetParam();
    const ModelConfig config = toy_config(options);
    NamedTensors doubles;
    for (const auto& [name, weight] : toy_weights(config, options))
      doubles.emplace(name, weight.to(at::kDouble));
    const Policy fast = toy(options), exact(config, doubles, kCpu);
    const TokenBatch batch = packed_batch(prompt, {sample});
    EXPECT_LT(relative_difference(fast.forward(batch).to(at::kDouble), exact.forward(batch)),
              GetParam() == Precision::Fp32 ? 2e-6 : 2e-2);
  }
}

TEST_P(Layouts, DrawsAreScoredByTheSameHead) {
  for (const Policy& policy : models()) {
    ASSERT_TRUE(policy.draws_tokens());
    const at::Tensor hidden = policy.forward(one_sequence(some_ids(9, 97, 2)));
    const std::vector<int64_t> rows = iota(0, 9);
    const ops::Draws drawn = policy.draw_tokens(hidden, 0.8, rows, std::vector<double>(9, 0.37));
    const at::Tensor scored = policy.token_logprobs(hidden, rows, drawn.tokens, 0.8).logprobs;
    for (int64_t i = 0; i < 9; ++i)
      EXPECT_EQ(scored[i].item<float>(), drawn.logprobs[static_cast<size_t>(i)]);
  }
}

class DemoModel : public testing::Test {
 protected:
  void SetUp() override {
    if (demo_model_path().empty()) GTEST_SKIP() << "the demo model is not installed: run scripts/setup.sh";
  }
  static Policy load(Precision precision = Precision::Fp32) {
    ModelFiles files = load_gguf_model(GgufFile(demo_model_path()));
    return Policy(std::move(files.config), std::move(files.weights), kCpu, precision);
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

TEST_F(DemoModel, Bf16LogprobsAreNearTransformersFloat32) {
  at::NoGradGuard no_grad;
  const Policy policy = load(Precision::Bf16);
  double worst = 0, sum = 0, count = 0;
  const Json prompts = golden("smollm2/prompts.json");
  for (const Json& prompt : prompts.at("prompts")) {
    const auto ids = prompt.at("token_ids").get<std::vector<int64_t>>();
    const auto expected = prompt.at("logprobs").get<std::vector<double>>();
    const at::Tensor found = sequence_logprobs(policy, ids);
    for (size_t i = 0; i < expected.size(); ++i) {
      const double off = std::abs(found[static_cast<int64_t>(i)].item<double>() - expected[i]);
      worst = std::max(worst, off), sum += off, ++count;
    }
  }
  ASSERT_GT(count, 0);
  RecordProperty("worst", std::to_string(worst));
  RecordProperty("mean", std::to_string(sum / count));
  EXPECT_LT(worst, kDemoBf16Worst);
  EXPECT_LT(sum / count, kDemoBf16Mean);
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

TEST_F(DemoModel, Bf16SftLossAndGradientNormAreNearTransformersFloat32) {
  Policy policy = load(Precision::Bf16);
  const Json expected = golden("smollm2/sft.json");
  const double loss = golden_loss(policy, expected), wanted = expected.at("loss").get<double>();
  const double norm = expected.at("grad_norm").get<double>(), found = global_grad_norm(policy.gradients());
  RecordProperty("loss", std::to_string(loss / wanted - 1));
  RecordProperty("norm", std::to_string(found / norm - 1));
  EXPECT_NEAR(loss, wanted, kDemoBf16Loss * wanted);
  EXPECT_NEAR(found, norm, kDemoBf16Norm * norm);
}

}  // namespace
}  // namespace r1
