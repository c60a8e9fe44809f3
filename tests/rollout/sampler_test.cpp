#include "rollout/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/errors.h"
#include "base/rng.h"

namespace r1 {
namespace {

const std::vector<float> kLogits = {std::log(0.1f), std::log(0.2f), std::log(0.3f), std::log(0.4f)};

TEST(Sampler, GreedyTakesTheLargestLogit) {
  const SampledToken sampled = sample_token(kLogits, {.temperature = 0}, 0.01);
  EXPECT_EQ(sampled.token, 3);
  EXPECT_NEAR(sampled.logprob, std::log(0.4), 1e-6);
}

TEST(Sampler, TheUniformNumberWalksTheCumulativeDistribution) {
  for (auto [u, token] :
       {std::pair(0.05, 0), {0.15, 1}, {0.29, 1}, {0.31, 2}, {0.59, 2}, {0.61, 3}, {0.99, 3}}) {
    EXPECT_EQ(sample_token(kLogits, {}, u).token, token) << u;
  }
}

TEST(Sampler, LogprobIsOfTheFullSoftmaxAtTheTemperature) {
  const SampledToken sampled = sample_token(kLogits, {.temperature = 2.0, .top_k = 1}, 0.5);
  double sum = 0;
  for (double p : {0.1, 0.2, 0.3, 0.4}) sum += std::sqrt(p);
  EXPECT_EQ(sampled.token, 3);
  EXPECT_NEAR(sampled.logprob, std::log(std::sqrt(0.4) / sum), 1e-6);
}

TEST(Sampler, TopKKeepsTheMostLikelyTokens) {
  const SamplingConfig config{.top_k = 2};
  EXPECT_EQ(sample_token(kLogits, config, 0.01).token, 2);
  EXPECT_EQ(sample_token(kLogits, config, 0.42).token, 2);  // 3/7 = 0.4286
  EXPECT_EQ(sample_token(kLogits, config, 0.44).token, 3);
}

TEST(Sampler, TopPKeepsTheSmallestSetThatReachesIt) {
  EXPECT_EQ(sample_token(kLogits, {.top_p = 0.4}, 0.01).token, 3);   // 0.4 alone reaches it
  EXPECT_EQ(sample_token(kLogits, {.top_p = 0.41}, 0.01).token, 2);  // two are needed
  // Four equal tokens: two reach a half exactly, and no third is kept.
  EXPECT_EQ(sample_token(std::vector<float>(4, 0.0f), {.top_p = 0.5}, 0.99).token, 1);
}

TEST(Sampler, MinPIsRelativeToTheMostLikely) {
  EXPECT_EQ(sample_token(kLogits, {.min_p = 0.6}, 0.01).token, 2);  // 0.3 >= 0.6 * 0.4, 0.2 is not
}

TEST(Sampler, DrawsFollowTheDistribution) {
  std::vector<int> counts(4);
  for (uint64_t i = 0; i < 20000; ++i)
    ++counts[sample_token(kLogits, {}, random_uniform(3, Stream::Sampling, i, 0)).token];
  for (int token = 0; token < 4; ++token)
    EXPECT_NEAR(counts[token] / 20000.0, 0.1 * (token + 1), 0.012) << token;
}

TEST(Sampler, LogitsThatAreNotFiniteStopTheRun) {
  std::vector<float> logits = kLogits;
  logits[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(sample_token(logits, {}, 0.5), NumericsError);
  EXPECT_THROW(sample_token(logits, {.temperature = 0}, 0.5), NumericsError);
}

TEST(Sampler, SettingsOutsideTheirRangeAreNamed) {
  try {
    validate(SamplingConfig{.top_p = 1.5}, "sampling.");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("sampling.top_p=1.5"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace r1
