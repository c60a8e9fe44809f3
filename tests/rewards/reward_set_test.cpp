#include "rewards/reward_set.h"

#include <gtest/gtest.h>

#include "base/errors.h"

namespace r1 {
namespace {

Example with_answer(const std::string& answer, const std::string& verifier = "") {
  Example example;
  example.answer = answer;
  example.verifier = verifier;
  return example;
}

ScoredCompletion score_one(const RewardConfig& config, const Example& example,
                           const std::string& completion) {
  RewardSet rewards(config);
  const RewardInput input{example, completion, ""};
  return rewards.score({&input, 1}).at(0);
}

std::string config_error(const RewardConfig& config) {
  try {
    RewardSet rewards(config);
    return "accepted";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

TEST(RewardSet, SumsWeightedRewards) {
  const RewardConfig config{.rewards = {{"math", 2.0}, {"format", 0.5}}};
  const ScoredCompletion both = score_one(config, with_answer("5"), "<think>a</think>\\boxed{5}");
  EXPECT_EQ(both.reward, 2.5);
  EXPECT_EQ(both.verdict, Verdict::Correct);
  ASSERT_EQ(both.parts.size(), 2u);
  EXPECT_EQ(both.parts[0].name, "format");
  EXPECT_EQ(both.parts[1].weight, 2.0);
  EXPECT_EQ(score_one(config, with_answer("5"), "\\boxed{5}").reward, 2.0);
  EXPECT_EQ(score_one(config, with_answer("5"), "<think>a</think>\\boxed{6}").reward, 0.5);
}

TEST(RewardSet, TheMathPolicyIsAProfileWithSwitchesOverIt) {
  EXPECT_FALSE(math_policy({}).percent_sign_optional);
  EXPECT_TRUE(math_policy({.percent_sign_optional = true}).percent_sign_optional);
  const math::MathPolicy mixed =
      math_policy({.math_profile = math::MathProfile::Lenient, .math_switches = {"last_number=false"}});
  EXPECT_TRUE(mixed.percent_sign_optional);
  EXPECT_FALSE(mixed.last_number);
  const Example half = with_answer("50\\%");
  EXPECT_EQ(score_one({}, half, "\\boxed{50}").reward, 0);
  EXPECT_EQ(score_one({.percent_sign_optional = true}, half, "\\boxed{50}").reward, 1);
  EXPECT_NE(config_error({.math_switches = {"last_numbr=true"}}).find("last_number"), std::string::npos);
}

TEST(RewardSet, AMaskedCompletionHasNoReward) {
  const ScoredCompletion bad =
      score_one({.rewards = {{"math", 1}, {"format", 1}}}, with_answer(""), "<think>a</think>b");
  EXPECT_TRUE(bad.masked);
  EXPECT_EQ(bad.reward, std::nullopt);
  EXPECT_EQ(bad.verdict, Verdict::BadGold);
}

TEST(RewardSet, TheExampleChoosesItsVerifier) {
  const RewardConfig config{.rewards = {{"math", 1}, {"countdown", 1}}};
  Example game = with_answer("6", "countdown");
  game.metadata["numbers"] = {2, 3};
  const ScoredCompletion played = score_one(config, game, "<answer>2*3</answer>");
  EXPECT_EQ(played.reward, 1.0);
  ASSERT_EQ(played.parts.size(), 1u);
  EXPECT_EQ(played.parts[0].name, "countdown");
  EXPECT_EQ(score_one(config, with_answer("6", "math"), "\\boxed{6}").parts.at(0).name, "math");
}

TEST(RewardSet, ARewardThatDoesNotApplyIsNoneNotZero) {
  const ScoredCompletion none = score_one({.rewards = {{"math", 1}}}, with_answer("6", "code"), "\\boxed{6}");
  EXPECT_EQ(none.reward, std::nullopt);
  EXPECT_FALSE(none.masked);
  EXPECT_EQ(none.verdict, std::nullopt);
  EXPECT_TRUE(none.parts.empty());
  const ScoredCompletion format =
      score_one({.rewards = {{"math", 1}, {"format", 0.2}}}, with_answer("6", "code"), "<think>a</think>b");
  EXPECT_EQ(format.reward, 0.2);
}

TEST(RewardSet, ResultsKeepTheOrderOfTheInputs) {
  RewardSet rewards({.rewards = {{"math", 1}}});
  const Example five = with_answer("5"), other = with_answer("5", "code"), six = with_answer("6");
  const std::vector<RewardInput> inputs = {
      {five, "\\boxed{5}", ""}, {other, "\\boxed{5}", ""}, {six, "\\boxed{5}", ""}};
  const std::vector<ScoredCompletion> results = rewards.score(inputs);
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].reward, 1.0);
  EXPECT_EQ(results[1].reward, std::nullopt);
  EXPECT_EQ(results[2].reward, 0.0);
  EXPECT_TRUE(rewards.score({}).empty());
}

TEST(RewardSet, WrongConfigsNameTheRemedy) {
  EXPECT_EQ(config_error({.rewards = {{"maths", 1}}}),
            "rewards: unknown reward \"maths\"; did you mean \"math\"?");
  EXPECT_TRUE(config_error({.rewards = {{"zzzzzzzz", 1}}}).find("known are math, countdown") !=
              std::string::npos);
  EXPECT_EQ(config_error({.rewards = {}}), "rewards: empty; name at least one, for example {\"math\": 1}");
  EXPECT_EQ(config_error({.rewards = {{"math", 1.0 / 0.0}}}), "rewards.math=inf: use a finite weight");
  EXPECT_EQ(config_error({.rewards = {{"overlong", 1}}}),
            "overlong_max_tokens=0: the overlong reward needs a positive maximum");
  EXPECT_EQ(
      config_error({.rewards = {{"overlong", 1}}, .overlong_max_tokens = 10, .overlong_cache_tokens = 11}),
      "overlong_cache_tokens=11: use 0 to overlong_max_tokens");
  EXPECT_EQ(config_error({.rewards = {{"length", 1}}}),
            "length_max_tokens=0: the length reward needs a positive maximum");
  EXPECT_EQ(config_error({.rewards = {{"external", 1}}}),
            "external_command: empty; give the program and its arguments as a list");
  EXPECT_EQ(
      config_error({.rewards = {{"external", 1}}, .external_command = {"cat"}, .external_timeout_s = 0}),
      "external_timeout_s=0: use more than 0 and at most 86400");
  EXPECT_TRUE(config_error({.rewards = {{"language", 1}}, .language = "xx"})
                  .starts_with("language=\"xx\": use one of en, de"));
}

TEST(RewardSet, AnExternalRewardThatFailsMasksTheCompletion) {
  const ScoredCompletion broken =
      score_one({.rewards = {{"external", 1}, {"math", 1}}, .external_command = {"false"}}, with_answer("5"),
                "\\boxed{5}");
  EXPECT_TRUE(broken.masked);
  EXPECT_EQ(broken.reward, std::nullopt);
  EXPECT_EQ(broken.verdict, Verdict::JudgeError);
}

TEST(RewardSet, EveryRewardCanBeConfiguredFromText) {
  RewardConfig config;
  apply_config_text(config_fields(config),
                    R"({"rewards": {"math": 1, "format": 0.2, "language": 0.1, "overlong": 1},
    "format_mode": "tag_count", "language": "zh", "overlong_max_tokens": 1000, "overlong_cache_tokens": 100})",
                    "c.json");
  const ScoredCompletion scored = score_one(config, with_answer("5"), "<think>\nabc\n</think>\n\\boxed{5}");
  EXPECT_NEAR(scored.reward.value(), 1 + 0.2 * 0.5, 1e-12);
}

}  // namespace
}  // namespace r1
