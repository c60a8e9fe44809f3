#include "rl/batch.h"

#include <gtest/gtest.h>

namespace r1 {
namespace {

TrainSample sample(size_t prompt, std::vector<TokenId> ids, std::vector<bool> mask = {}) {
  if (mask.empty()) mask.assign(ids.size(), true);
  return {.prompt = prompt, .token_ids = std::move(ids), .loss_mask = std::move(mask)};
}

TrainBatch two_prompts() {
  return {{{10, 11, 12}, {20}},
          {sample(0, {1, 2}), sample(0, {3, 4, 5}), sample(1, {6, 7}), sample(1, {8}, {false})}};
}

TEST(Batch, APromptIsPackedOnceForItsSamples) {
  const auto packs = pack_micro_batches(two_prompts(), {0, 1, 2, 3}, 1000);
  ASSERT_EQ(packs.size(), 1u);
  EXPECT_EQ(packs[0].tokens.token_ids, (std::vector<int64_t>{10, 11, 12, 1, 2, 3, 4, 5, 20, 6, 7, 8}));
  EXPECT_EQ(packs[0].tokens.positions, (std::vector<int64_t>{0, 1, 2, 3, 4, 3, 4, 5, 0, 1, 2, 1}));
  EXPECT_EQ(packs[0].tokens.plan.group_begin, (std::vector<int64_t>{0, 3, 6}));
}

TEST(Batch, EachTrainedTokenIsPredictedByTheRowBeforeIt) {
  const auto packs = pack_micro_batches(two_prompts(), {0, 1, 2, 3}, 1000);
  // First tokens (1, 3, 6) by the last row of their prompt: rows 2, 2 and 8.
  EXPECT_EQ(packs[0].targets, (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(packs[0].rows, (std::vector<int64_t>{2, 3, 2, 5, 6, 8, 9}));
  EXPECT_EQ(packs[0].sample_of, (std::vector<size_t>{0, 0, 1, 1, 1, 2, 2}));
  EXPECT_EQ(packs[0].position_of, (std::vector<size_t>{0, 1, 0, 1, 2, 0, 1}));
}

TEST(Batch, SamplesSeeTheirPromptAndNothingOfEachOther) {
  const auto plan = pack_micro_batches(two_prompts(), {0, 1, 2}, 1000)[0].tokens.plan;
  ASSERT_EQ(plan.segments.size(), 5u);
  const AttentionSegment &second = plan.segments[2], &of_next_prompt = plan.segments[4];
  EXPECT_EQ(second.prefix_begin, 0);
  EXPECT_EQ(second.prefix_len, 3);
  EXPECT_EQ(second.query_begin, 5);
  EXPECT_EQ(second.num_queries, 3);
  EXPECT_EQ(second.own_past, 0);
  EXPECT_EQ(of_next_prompt.prefix_begin, 8);
  EXPECT_EQ(of_next_prompt.prefix_len, 1);
}

TEST(Batch, MicroBatchesKeepTheTokenBudgetAndRepeatThePromptWhenAGroupIsCut) {
  const auto packs = pack_micro_batches(two_prompts(), {0, 1, 2, 3}, 6);
  ASSERT_EQ(packs.size(), 3u);
  EXPECT_EQ(packs[0].tokens.token_ids, (std::vector<int64_t>{10, 11, 12, 1, 2}));
  EXPECT_EQ(packs[1].tokens.token_ids, (std::vector<int64_t>{10, 11, 12, 3, 4, 5}));
  EXPECT_EQ(packs[2].tokens.token_ids, (std::vector<int64_t>{20, 6, 7, 8}));
}

TEST(Batch, ASampleLargerThanTheBudgetGetsItsOwnMicroBatch) {
  EXPECT_EQ(pack_micro_batches(two_prompts(), {0, 1}, 1).size(), 2u);
}

TEST(Batch, DenominatorsCountTrainedTokensAndSequences) {
  const Denominators counted = count_denominators(two_prompts(), {0, 1, 2, 3}, 50);
  EXPECT_EQ(counted.num_tokens, 7);
  EXPECT_EQ(counted.num_sequences, 3);  // the fully masked sample leaves the count
  EXPECT_EQ(counted.max_length, 50);
}

TEST(Batch, DenominatorsOfAMinibatchCountItsSamplesAlone) {
  const Denominators counted = count_denominators(two_prompts(), {1, 3}, 50);
  EXPECT_EQ(counted.num_tokens, 3);
  EXPECT_EQ(counted.num_sequences, 1);
}

TEST(Batch, TokenWeightsOfAStepSumToOneForBothMeans) {
  const TrainBatch batch = two_prompts();
  const Denominators counted = count_denominators(batch, {0, 1, 2, 3}, 50);
  for (Aggregation aggregation : {Aggregation::TokenMean, Aggregation::SequenceMean}) {
    double sum = 0;
    for (const TrainSample& s : batch.samples) {
      sum += static_cast<double>(s.num_trained()) * token_weight(aggregation, counted, s);
    }
    EXPECT_NEAR(sum, 1, 1e-12);
  }
  EXPECT_NEAR(token_weight(Aggregation::Constant, counted, batch.samples[0]), 1.0 / (3 * 50), 1e-15);
}

TEST(Batch, TrainingTheFirstTokenOfATextWithoutPromptIsABug) {
  const TrainBatch batch{{{}}, {sample(0, {1, 2})}};
  EXPECT_THROW(pack_micro_batches(batch, {0}, 100), std::logic_error);
}

}  // namespace
}  // namespace r1
