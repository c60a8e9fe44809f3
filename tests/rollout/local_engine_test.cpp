// The engine's promises on a toy model, in both precisions: a sample is a function of (weights, prompt, seed, sample
// index) alone, and its logprobs are the training forward's, bit for bit.
#include "rollout/local_engine.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/errors.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class Engine : public testing::TestWithParam<Precision> {
 protected:
  Engine() : model_(make_toy_model(ToyModelOptions{.scale = 2.0, .precision = GetParam()})) {}

  // Prompts of 1 to 40 tokens: within a block, its whole, and beyond.
  std::vector<RolloutRequest> requests(int64_t samples) const {
    std::vector<RolloutRequest> result;
    for (const char* text : {"one", "a longer prompt here", "x", "sixteen letters.", "5",
                             "a prompt that needs three blocks of rows"}) {
      result.push_back({{.id = text}, model_.tokenizer.encode(text), samples, 0});
    }
    return result;
  }
  std::vector<Group> generate(const std::vector<RolloutRequest>& requests, const SamplingConfig& config,
                              EngineConfig engine, uint64_t seed = 1) const {
    return LocalEngine(model_.policy, model_.tokenizer, engine).generate(requests, config, seed);
  }

  // Every token, logprob and text of every completion is the same.
  static void expect_same(const std::vector<Group>& a, const std::vector<Group>& b, const std::string& what) {
    ASSERT_EQ(a.size(), b.size());
    for (size_t p = 0; p < a.size(); ++p) {
      ASSERT_EQ(a[p].completions.size(), b[p].completions.size());
      for (size_t g = 0; g < a[p].completions.size(); ++g) {
        const Completion &x = a[p].completions[g], &y = b[p].completions[g];
        EXPECT_EQ(x.token_ids, y.token_ids) << what << ", prompt " << p << " sample " << g;
        EXPECT_EQ(x.rollout_logprobs, y.rollout_logprobs) << what << ", prompt " << p << " sample " << g;
        EXPECT_EQ(x.text, y.text) << what;
        EXPECT_EQ(x.finish_reason, y.finish_reason) << what;
        EXPECT_EQ(x.sample_index, y.sample_index) << what;
      }
    }
  }

  // Logprobs of a completion by the training forward: the prompt a segment, the completion's own rows another.
  std::vector<float> training_logprobs(const Group& group, const Completion& completion,
                                       double temperature) const {
    TokenBatch batch;
    batch.token_ids.assign(group.prompt_ids.begin(), group.prompt_ids.end());
    batch.token_ids.insert(batch.token_ids.end(), completion.token_ids.begin(), completion.token_ids.end());
    batch.positions.resize(batch.token_ids.size());
    std::iota(batch.positions.begin(), batch.positions.end(), 0);
    const int64_t prompt = static_cast<int64_t>(group.prompt_ids.size()),
                  own = static_cast<int64_t>(completion.token_ids.size());
    batch.plan = {
        {{.num_queries = prompt}, {.query_begin = prompt, .num_queries = own, .prefix_len = prompt}},
        {0, 2},
        {}};
    std::vector<int64_t> rows(completion.token_ids.size());
    std::iota(rows.begin(), rows.end(), prompt - 1);
    const at::Tensor logprobs =
        model_.policy
            .token_logprobs(model_.policy.forward(batch), rows,
                            {completion.token_ids.begin(), completion.token_ids.end()}, temperature)
            .logprobs;
    return {logprobs.const_data_ptr<float>(), logprobs.const_data_ptr<float>() + logprobs.numel()};
  }

  LanguageModel model_;
  SamplingConfig config_{.max_new_tokens = 40};
};
INSTANTIATE_TEST_SUITE_P(Precisions, Engine, testing::Values(Precision::Fp32, Precision::Bf16),
                         [](const auto& info) { return info.param == Precision::Fp32 ? "Fp32" : "Bf16"; });

TEST_P(Engine, TokensAndLogprobsAreTheSameInABatchOfOneOrSixtyFour) {
  const auto wide = generate(requests(4), config_, {.max_batch = 64});
  for (int64_t batch : {1, 3, 7}) {
    expect_same(generate(requests(4), config_, {.max_batch = batch}), wide, "batch " + std::to_string(batch));
  }
}

TEST_P(Engine, APromptComputedInPiecesOfAnySizeGivesTheSameBits) {
  const auto whole = generate(requests(3), config_, {.max_batch = 5, .prefill_tokens = 512});
  for (int64_t tokens : {1, 3, 16, 17}) {
    expect_same(generate(requests(3), config_, {.max_batch = 5, .prefill_tokens = tokens}), whole,
                "prefill_tokens " + std::to_string(tokens));
  }
}

TEST_P(Engine, ASmallCacheLetsSamplesWaitAndChangesNothing) {
  const auto roomy = generate(requests(4), config_, {.max_batch = 16});
  // The longest prompt takes 3 blocks and its completion 3: 96 tokens hold one such sample at a time.
  for (int64_t tokens : {96, 97, 112, 160, 300, 100'000}) {
    LocalEngine engine(model_.policy, model_.tokenizer,
                       {.max_batch = 16, .prefill_tokens = 7, .cache_tokens = tokens});
    std::vector<int> reported(6);
    expect_same(engine.generate(requests(4), config_, 1, [&](size_t r, const Group&) { ++reported[r]; }),
                roomy, "cache_tokens " + std::to_string(tokens));
    EXPECT_EQ(reported, std::vector<int>(6, 1)) << tokens;
  }
}

TEST_P(Engine, ACacheThatCannotHoldOneSampleIsADataErrorWithTheNumbers) {
  for (int64_t tokens : {1, 16, 80, 95}) {
    try {
      generate(requests(1), config_, {.cache_tokens = tokens});
      FAIL() << tokens;
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(),
                  AllOf(HasSubstr("engine.cache_tokens=" + std::to_string(tokens)), HasSubstr("96")));
    }
  }
}

// Calls on one engine share its cache: what earlier ones left there must not show, and every block must be back. A cache
// of exactly one sample would hold up the second call for ever if one were missing.
TEST_P(Engine, AnEngineUsedAgainGivesWhatAFreshOneGives) {
  LocalEngine engine(model_.policy, model_.tokenizer, {.max_batch = 4, .cache_tokens = 96});
  for (int round = 0; round < 3; ++round) {
    const auto again = engine.generate(requests(2), config_, static_cast<uint64_t>(round));
    expect_same(again, generate(requests(2), config_, {.max_batch = 4}, static_cast<uint64_t>(round)),
                "again");
    const std::vector<RolloutRequest> small = {requests(1)[0]};
    expect_same(engine.generate(small, config_, 5), generate(small, config_, {}, 5), "a small call between");
  }
}

TEST_P(Engine, FreedSlotsAreFilledAtOnce) {
  // Two slots, eight samples of one to 24 tokens: with refilling, fewer steps than in rounds of two.
  config_.max_new_tokens = 24;
  config_.stop_token_ids.clear();
  for (int64_t byte = 0; byte < 256; byte += 16) config_.stop_token_ids.push_back(byte);
  const std::vector<RolloutRequest> one = {requests(8)[0]};
  int64_t steps = 0;
  LocalEngine engine(model_.policy, model_.tokenizer, {.max_batch = 2});
  const auto groups = engine.generate(one, config_, 3, {}, [&] { return ++steps, false; });
  std::vector<int64_t> lengths;
  int64_t total = 0, longest = 0;
  for (const Completion& completion : groups[0].completions) {
    lengths.push_back(static_cast<int64_t>(completion.token_ids.size()));
    total += lengths.back();
    longest = std::max(longest, lengths.back());
  }
  // A first token comes with the step that ends the sample before it, or with the prompt: a slot is never idle for a step
  // while samples wait.
  EXPECT_LE(steps, (total + longest) / 2 + 2);
  int64_t in_rounds = 0;
  for (size_t i = 0; i + 1 < lengths.size(); i += 2) in_rounds += std::max(lengths[i], lengths[i + 1]);
  EXPECT_LT(steps, in_rounds);
}

TEST_P(Engine, OrderOfThePromptsDoesNotMatter) {
  auto forward = requests(2), backward = forward;
  std::reverse(backward.begin(), backward.end());
  auto a = generate(forward, config_, {.max_batch = 3}), b = generate(backward, config_, {.max_batch = 3});
  std::reverse(b.begin(), b.end());
  expect_same(a, b, "backwards");
}

TEST_P(Engine, ASampleAskedForAloneIsTheSameAsInItsGroup) {
  const auto group = generate(requests(4), config_, {.max_batch = 8});
  auto alone = requests(1);
  for (auto& request : alone) request.first_sample_index = 3;
  const auto single = generate(alone, config_, {.max_batch = 8});
  for (size_t p = 0; p < group.size(); ++p) {
    EXPECT_EQ(single[p].completions[0].token_ids, group[p].completions[3].token_ids);
    EXPECT_EQ(single[p].completions[0].rollout_logprobs, group[p].completions[3].rollout_logprobs);
    EXPECT_EQ(single[p].completions[0].sample_index, 3);
  }
}

TEST_P(Engine, SamplesOfAGroupAndSeedsDiffer) {
  const auto a = generate(requests(2), config_, {}, 1), b = generate(requests(2), config_, {}, 2);
  EXPECT_NE(a[1].completions[0].token_ids, a[1].completions[1].token_ids);
  EXPECT_NE(a[1].completions[0].token_ids, b[1].completions[0].token_ids);
}

TEST_P(Engine, FirstTokensOfAGroupAreDrawnEachWithItsOwnNumber) {
  config_.max_new_tokens = 1;
  const auto group = generate({requests(64)[1]}, config_, {.max_batch = 64})[0];
  std::vector<TokenId> first;
  for (const Completion& completion : group.completions) {
    ASSERT_EQ(completion.token_ids.size(), 1u);
    first.push_back(completion.token_ids[0]);
  }
  std::sort(first.begin(), first.end());
  EXPECT_GT(std::unique(first.begin(), first.end()) - first.begin(), 5);
}

TEST_P(Engine, RolloutLogprobsEqualTheTrainingForwardBitForBit) {
  at::NoGradGuard no_grad;
  for (double temperature : {1.0, 0.7}) {
    config_.temperature = temperature;
    for (const Group& group : generate(requests(3), config_, {.max_batch = 4, .prefill_tokens = 5})) {
      for (const Completion& completion : group.completions) {
        EXPECT_EQ(training_logprobs(group, completion, temperature), completion.rollout_logprobs);
      }
    }
  }
}

// Filters are applied to whole rows of logits, on another path than plain draws.
TEST_P(Engine, FilteredSamplingKeepsEveryPromiseAndTheFullSoftmaxsLogprobs) {
  at::NoGradGuard no_grad;
  for (int variant = 0; variant < 3; ++variant) {
    SamplingConfig filtered = config_;
    if (variant == 0) filtered.top_k = 5;
    if (variant == 1) filtered.top_p = 0.8;
    if (variant == 2) filtered.min_p = 0.1;
    const auto wide = generate(requests(3), filtered, {.max_batch = 64});
    expect_same(generate(requests(3), filtered, {.max_batch = 2, .prefill_tokens = 3}), wide, "filtered");
    for (const Group& group : wide) {
      for (const Completion& completion : group.completions) {
        const std::vector<float> trained = training_logprobs(group, completion, 1.0);
        ASSERT_EQ(trained.size(), completion.rollout_logprobs.size());
        for (size_t t = 0; t < trained.size(); ++t)
          EXPECT_EQ(trained[t], completion.rollout_logprobs[t]) << variant;
      }
    }
  }
}

// top_k = the whole vocabulary filters nothing but takes the other path: the same tokens but for rounding's rare ties.
TEST_P(Engine, BothSamplingPathsDrawTheSameTokens) {
  const auto plain = generate(requests(4), config_, {});
  SamplingConfig all = config_;
  all.top_k = 259;
  expect_same(generate(requests(4), all, {}), plain, "top_k 259");
}

TEST_P(Engine, GreedyTakesTheMostLikelyAndAllSamplesAreOne) {
  at::NoGradGuard no_grad;
  config_.temperature = 0;
  SamplingConfig first_of_one = config_;
  first_of_one.temperature = 1;
  first_of_one.top_k = 1;
  const auto greedy = generate(requests(2), config_, {}), top1 = generate(requests(2), first_of_one, {});
  for (size_t p = 0; p < greedy.size(); ++p) {
    EXPECT_EQ(greedy[p].completions[0].token_ids, greedy[p].completions[1].token_ids);
    EXPECT_EQ(greedy[p].completions[0].token_ids, top1[p].completions[0].token_ids);
    EXPECT_EQ(greedy[p].completions[0].rollout_logprobs,
              training_logprobs(greedy[p], greedy[p].completions[0], 1.0));
  }
}

TEST_P(Engine, IgnoreEosGivesEveryCompletionItsFullLength) {
  for (int64_t byte = 0; byte < 259; byte += 2) config_.stop_token_ids.push_back(byte);
  bool stopped = false;
  for (const Group& group : generate(requests(2), config_, {}))
    for (const Completion& completion : group.completions)
      stopped |= completion.finish_reason == FinishReason::Stop;
  EXPECT_TRUE(stopped);
  config_.ignore_eos = true;
  for (const Group& group : generate(requests(2), config_, {})) {
    for (const Completion& completion : group.completions) {
      EXPECT_EQ(completion.token_ids.size(), 40u);
      EXPECT_EQ(completion.finish_reason, FinishReason::Length);
    }
  }
}

TEST_P(Engine, ACompletionEndsWhereTheContextDoes) {
  const std::vector<RolloutRequest> request = {{{.id = "long"}, std::vector<TokenId>(250, 65), 3, 0}};
  config_.ignore_eos = true;
  const auto groups = generate(request, config_, {.max_batch = 2});
  ASSERT_EQ(groups[0].completions.size(), 3u);
  for (const Completion& completion : groups[0].completions) EXPECT_EQ(completion.token_ids.size(), 6u);
}

TEST_P(Engine, LogitsThatAreNotFiniteEndTheCallAndLeaveNothingInTheCache) {
  LocalEngine engine(model_.policy, model_.tokenizer, {});
  const auto before = engine.generate(requests(2), config_, 1);
  at::Tensor weight = model_.policy.weights().at("model.layers.0.self_attn.v_proj.weight");
  const at::Tensor kept = weight.clone();
  weight.fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_THROW(engine.generate(requests(2), config_, 1), NumericsError);
  config_.top_k = 3;
  EXPECT_THROW(engine.generate(requests(2), config_, 1), NumericsError) << "on the filtered path";
  config_.top_k = 0;
  weight.copy_(kept);
  expect_same(engine.generate(requests(2), config_, 1), before, "after the weights were put right");
}

TEST_P(Engine, NoRequestsGiveNoGroupsAndAnEmptyPromptIsNamed) {
  EXPECT_TRUE(generate({}, config_, {}).empty());
  try {
    generate({{{.id = "nothing/7"}, {}, 1, 0}}, config_, {});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("nothing/7"));
  }
}

TEST_P(Engine, CompletionsCarryThePolicysVersion) {
  LocalEngine engine(model_.policy, model_.tokenizer, {});
  engine.set_policy_version(17);
  EXPECT_EQ(engine.generate(requests(1), config_, 1)[2].completions[0].policy_version, 17);
}

TEST_P(Engine, TheStopTokenIsInTheCompletionAndNotInTheText) {
  const TokenId stop = generate(requests(1), config_, {.max_batch = 4})[0].completions[0].token_ids[2];
  config_.stop_token_ids = {stop};
  const Completion completion = generate(requests(1), config_, {.max_batch = 4})[0].completions[0];
  EXPECT_EQ(completion.finish_reason, FinishReason::Stop);
  EXPECT_EQ(completion.token_ids.back(), stop);
  EXPECT_LE(completion.token_ids.size(), 3u);
  // The model's own end of turn is a special token: recorded, but no text. About 1 token in 259 is one.
  config_.stop_token_ids = {};
  int num_ended = 0;
  for (const Group& group : generate(requests(64), config_, {})) {
    for (const Completion& ended : group.completions) {
      if (ended.finish_reason != FinishReason::Stop) continue;
      ++num_ended;
      EXPECT_EQ(ended.token_ids.back(), kToyTurnEnd);
      EXPECT_EQ(ended.rollout_logprobs.size(), ended.token_ids.size());
      EXPECT_EQ(ended.text.find("<|im_end|>"), std::string::npos) << ended.text;
    }
  }
  EXPECT_GT(num_ended, 0);
}

TEST_P(Engine, AStopStringEndsTheCompletionAndIsCutFromTheText) {
  const Completion free = generate(requests(1), config_, {.max_batch = 4})[1].completions[0];
  // Any printable character the free completion holds, as a stop string.
  const auto at = free.text.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789");
  ASSERT_NE(at, std::string::npos);
  config_.stop = {free.text.substr(at, 1)};
  const Completion stopped = generate(requests(1), config_, {.max_batch = 4})[1].completions[0];
  EXPECT_EQ(stopped.finish_reason, FinishReason::Stop);
  EXPECT_EQ(stopped.text, free.text.substr(0, at));
}

TEST_P(Engine, TheLengthLimitIsTheNumberOfTokens) {
  config_.max_new_tokens = 5;
  config_.stop_token_ids = {};
  for (const Group& group : generate(requests(2), config_, {.max_batch = 4})) {
    for (const Completion& completion : group.completions) {
      EXPECT_LE(completion.token_ids.size(), 5u);
      EXPECT_TRUE(completion.finish_reason == FinishReason::Stop || completion.token_ids.size() == 5u);
    }
  }
}

TEST_P(Engine, APromptThatFillsTheContextIsAnErrorThatNamesIt) {
  std::vector<RolloutRequest> request = {{{.id = "huge/1"}, std::vector<TokenId>(256, 65), 1, 0}};
  try {
    generate(request, config_, {.max_batch = 4});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("huge/1"), std::string::npos) << error.what();
  }
}

TEST_P(Engine, GroupsAreReportedOnceEachAsTheyFinish) {
  LocalEngine engine(model_.policy, model_.tokenizer, {.max_batch = 3});
  std::vector<int> seen(6);
  engine.generate(requests(2), config_, 1, [&](size_t request, const Group& group) {
    ++seen[request];
    EXPECT_EQ(group.completions.size(), 2u);
    EXPECT_FALSE(group.completions[1].token_ids.empty());
  });
  EXPECT_EQ(seen, std::vector<int>(6, 1));
}

TEST_P(Engine, SizesThatCannotWorkAreRefusedByName) {
  for (const auto& [config, name] : {std::pair(EngineConfig{.max_batch = 0}, "engine.max_batch=0"),
                                     {EngineConfig{.prefill_tokens = 0}, "engine.prefill_tokens=0"},
                                     {EngineConfig{.cache_tokens = -1}, "engine.cache_tokens=-1"}}) {
    try {
      LocalEngine engine(model_.policy, model_.tokenizer, config);
      ADD_FAILURE() << name;
    } catch (const ConfigError& error) {
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
}

TEST_P(Engine, AStopRequestInterrupts) {
  LocalEngine engine(model_.policy, model_.tokenizer, {});
  int asked = 0;
  EXPECT_THROW(engine.generate(requests(2), config_, 1, {}, [&] { return ++asked > 3; }), Interrupted);
}

}  // namespace
}  // namespace r1
