// The engine's promises on a toy model: a sample is a function of (weights, prompt, seed, sample index) alone, and its
// logprobs are the training forward's, bit for bit.
#include "rollout/local_engine.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/errors.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

class Engine : public testing::Test {
 protected:
  Engine() : model_(make_toy_model({.scale = 2.0})) {}

  std::vector<RolloutRequest> requests(int64_t samples) const {
    std::vector<RolloutRequest> result;
    for (const char* text : {"one", "a longer prompt here", "x", "number four", "5"}) {
      result.push_back({{.id = text}, model_.tokenizer.encode(text), samples, 0});
    }
    return result;
  }
  std::vector<Group> generate(const std::vector<RolloutRequest>& requests, const SamplingConfig& config,
                              int64_t batch, uint64_t seed = 1) const {
    LocalEngine engine(model_.policy, model_.tokenizer, {.max_batch = batch, .prefill_tokens = 16});
    return engine.generate(requests, config, seed);
  }

  LanguageModel model_;
  SamplingConfig config_{.max_new_tokens = 24};
};

TEST_F(Engine, TokensAndLogprobsAreTheSameInABatchOfOneOrSixtyFour) {
  const auto wide = generate(requests(4), config_, 64);
  for (int64_t batch : {1, 3, 7}) {
    const auto narrow = generate(requests(4), config_, batch);
    for (size_t p = 0; p < wide.size(); ++p) {
      for (size_t g = 0; g < 4; ++g) {
        EXPECT_EQ(narrow[p].completions[g].token_ids, wide[p].completions[g].token_ids)
            << batch << " " << p << " " << g;
        EXPECT_EQ(narrow[p].completions[g].rollout_logprobs, wide[p].completions[g].rollout_logprobs);
      }
    }
  }
}

TEST_F(Engine, OrderOfThePromptsDoesNotMatter) {
  auto forward = requests(2), backward = forward;
  std::reverse(backward.begin(), backward.end());
  const auto a = generate(forward, config_, 3), b = generate(backward, config_, 3);
  for (size_t p = 0; p < a.size(); ++p) {
    EXPECT_EQ(a[p].completions[1].token_ids, b[a.size() - 1 - p].completions[1].token_ids);
  }
}

TEST_F(Engine, ASampleAskedForAloneIsTheSameAsInItsGroup) {
  const auto group = generate(requests(4), config_, 8);
  auto alone = requests(1);
  for (auto& request : alone) request.first_sample_index = 3;
  const auto single = generate(alone, config_, 8);
  for (size_t p = 0; p < group.size(); ++p) {
    EXPECT_EQ(single[p].completions[0].token_ids, group[p].completions[3].token_ids);
    EXPECT_EQ(single[p].completions[0].sample_index, 3);
  }
}

TEST_F(Engine, SamplesOfAGroupAndSeedsDiffer) {
  const auto a = generate(requests(2), config_, 8, 1), b = generate(requests(2), config_, 8, 2);
  EXPECT_NE(a[1].completions[0].token_ids, a[1].completions[1].token_ids);
  EXPECT_NE(a[1].completions[0].token_ids, b[1].completions[0].token_ids);
}

TEST_F(Engine, RolloutLogprobsEqualTheFullForwardBitForBit) {
  at::NoGradGuard no_grad;
  for (double temperature : {1.0, 0.7}) {
    config_.temperature = temperature;
    for (const Group& group : generate(requests(3), config_, 4)) {
      for (const Completion& completion : group.completions) {
        TokenBatch batch;
        batch.token_ids.assign(group.prompt_ids.begin(), group.prompt_ids.end());
        batch.token_ids.insert(batch.token_ids.end(), completion.token_ids.begin(),
                               completion.token_ids.end());
        batch.positions.resize(batch.token_ids.size());
        std::iota(batch.positions.begin(), batch.positions.end(), 0);
        batch.plan = {{{.num_queries = static_cast<int64_t>(batch.token_ids.size())}}, {0, 1}};
        std::vector<int64_t> rows(completion.token_ids.size());
        std::iota(rows.begin(), rows.end(), static_cast<int64_t>(group.prompt_ids.size()) - 1);
        const auto logprobs =
            model_.policy
                .token_logprobs(model_.policy.forward(batch), rows,
                                {completion.token_ids.begin(), completion.token_ids.end()}, temperature)
                .logprobs;
        for (size_t t = 0; t < rows.size(); ++t) {
          ASSERT_EQ(logprobs[static_cast<int64_t>(t)].item<float>(), completion.rollout_logprobs[t]) << t;
        }
      }
    }
  }
}

TEST_F(Engine, TheNumberOfThreadsChangesNothing) {
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = generate(requests(3), config_, 5);
  at::set_num_threads(2);
  const auto two = generate(requests(3), config_, 5);
  at::set_num_threads(before);
  for (size_t p = 0; p < one.size(); ++p) {
    EXPECT_EQ(one[p].completions[2].token_ids, two[p].completions[2].token_ids);
    EXPECT_EQ(one[p].completions[2].rollout_logprobs, two[p].completions[2].rollout_logprobs);
  }
}

TEST_F(Engine, TheStopTokenIsInTheCompletionAndNotInTheText) {
  const TokenId stop = generate(requests(1), config_, 4)[0].completions[0].token_ids[2];
  config_.stop_token_ids = {stop};
  const Completion completion = generate(requests(1), config_, 4)[0].completions[0];
  EXPECT_EQ(completion.finish_reason, FinishReason::Stop);
  EXPECT_EQ(completion.token_ids.back(), stop);
  EXPECT_LE(completion.token_ids.size(), 3u);
  // The model's own end of turn is a special token: recorded, but no text. About 1 token in 259 is one.
  config_.stop_token_ids = {};
  int num_ended = 0;
  for (const Group& group : generate(requests(64), config_, 64)) {
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

TEST_F(Engine, AStopStringEndsTheCompletionAndIsCutFromTheText) {
  const Completion free = generate(requests(1), config_, 4)[1].completions[0];
  // Any printable character the free completion holds, as a stop string.
  const auto at = free.text.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789");
  ASSERT_NE(at, std::string::npos);
  config_.stop = {free.text.substr(at, 1)};
  const Completion stopped = generate(requests(1), config_, 4)[1].completions[0];
  EXPECT_EQ(stopped.finish_reason, FinishReason::Stop);
  EXPECT_EQ(stopped.text, free.text.substr(0, at));
}

TEST_F(Engine, TheLengthLimitIsTheNumberOfTokens) {
  config_.max_new_tokens = 5;
  config_.stop_token_ids = {};
  for (const Group& group : generate(requests(2), config_, 4)) {
    for (const Completion& completion : group.completions) {
      EXPECT_LE(completion.token_ids.size(), 5u);
      EXPECT_TRUE(completion.finish_reason == FinishReason::Stop || completion.token_ids.size() == 5u);
    }
  }
}

TEST_F(Engine, APromptThatFillsTheContextIsAnErrorThatNamesIt) {
  std::vector<RolloutRequest> request = {{{.id = "huge/1"}, std::vector<TokenId>(256, 65), 1, 0}};
  try {
    generate(request, config_, 4);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("huge/1"), std::string::npos) << error.what();
  }
}

TEST_F(Engine, GroupsAreReportedOnceEachAsTheyFinish) {
  LocalEngine engine(model_.policy, model_.tokenizer, {.max_batch = 3});
  std::vector<int> seen(5);
  engine.generate(requests(2), config_, 1, [&](size_t request, const Group& group) {
    ++seen[request];
    EXPECT_EQ(group.completions.size(), 2u);
    EXPECT_FALSE(group.completions[1].token_ids.empty());
  });
  EXPECT_EQ(seen, (std::vector<int>{1, 1, 1, 1, 1}));
}

TEST_F(Engine, AStopRequestInterrupts) {
  LocalEngine engine(model_.policy, model_.tokenizer, {});
  int asked = 0;
  EXPECT_THROW(engine.generate(requests(2), config_, 1, {}, [&] { return ++asked > 3; }), Interrupted);
}

}  // namespace
}  // namespace r1
