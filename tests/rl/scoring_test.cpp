// Scores of the background are those of scoring in place, in order; failures and early ends are clean.
#include "rl/scoring.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>

#include "base/files.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

// Completions "the answer is <number>" of one to four tokens; the right one is the group's index.
Group make_group(int index) {
  Group group;
  group.example.answer = std::to_string(index);
  for (int i = 0; i < 4; ++i) {
    Completion completion;
    completion.text = "\\boxed{" + std::to_string(index + (i % 2)) + "}";
    completion.token_ids.assign(static_cast<size_t>(1 + (index + i) % 4), 65);
    completion.finish_reason = i == 3 ? FinishReason::Length : FinishReason::Stop;
    group.completions.push_back(completion);
  }
  return group;
}

RewardConfig math_and_length() {
  RewardConfig config;
  config.rewards = {{"math", 1.0}, {"length", 0.5}};
  config.length_max_tokens = 8;
  return config;
}

// Everything a result says, as text.
std::string text_of(const std::vector<ScoredCompletion>& scores) {
  std::string text;
  for (const ScoredCompletion& scored : scores) {
    text += scored.reward ? std::to_string(*scored.reward) : "none";
    text += scored.masked ? " masked" : "";
    if (scored.verdict) text += " verdict " + std::to_string(static_cast<int>(*scored.verdict));
    for (const NamedScore& part : scored.parts) {
      text += " " + part.name + "=" + (part.score.value ? std::to_string(*part.score.value) : "none") + " " +
              part.score.detail;
    }
    text += "\n";
  }
  return text;
}

TEST(BackgroundScorer, GivesTheScoresOfScoringInPlaceWhateverTheOrderOfAdding) {
  constexpr size_t kGroups = 40;
  RewardSet in_place(math_and_length()), in_background(math_and_length());
  std::vector<std::string> wanted;
  for (size_t i = 0; i < kGroups; ++i)
    wanted.push_back(text_of(score_group(in_place, make_group(static_cast<int>(i)), "")));
  ASSERT_NE(wanted[0], wanted[1]);
  BackgroundScorer scorer(in_background, kGroups);
  for (size_t i = 0; i < kGroups; ++i) {
    const size_t index = i * 7 % kGroups;  // 7 and 40 have no common factor: each once
    scorer.add(index, make_group(static_cast<int>(index)), "");
  }
  const auto found = scorer.finish();
  ASSERT_EQ(found.size(), kGroups);
  for (size_t i = 0; i < kGroups; ++i) EXPECT_EQ(text_of(found[i]), wanted[i]) << i;
}

TEST(BackgroundScorer, HandsTheTailOfThePromptOn) {
  // The completion begins inside of a thought: its box there is no answer.
  Group group = make_group(1);
  group.completions.resize(1);
  RewardSet rewards(math_and_length());
  BackgroundScorer scorer(rewards, 2);
  scorer.add(0, group, "<think>\n");
  scorer.add(1, group, "");
  const auto found = scorer.finish();
  EXPECT_NE(found[0][0].verdict, found[1][0].verdict);
}

TEST(BackgroundScorer, AGroupThatWasNeverAddedHasNoScores) {
  RewardSet rewards(math_and_length());
  BackgroundScorer scorer(rewards, 3);
  scorer.add(1, make_group(1), "");
  const auto found = scorer.finish();
  ASSERT_EQ(found.size(), 3u);
  EXPECT_TRUE(found[0].empty());
  EXPECT_EQ(found[1].size(), 4u);
  EXPECT_TRUE(found[2].empty());
}

// A reward of the user's own that leaves a line in `log` for every completion and takes a while.
RewardConfig slow_reward(const std::string& log) {
  RewardConfig config;
  config.rewards = {{"external", 1.0}};
  config.external_command = {
      "/bin/sh", "-c",
      "while read -r line; do echo x >> " + log + "; sleep 0.02; echo '{\"reward\": 1}'; done"};
  return config;
}

size_t num_lines(const std::string& path) {
  const std::string text = std::filesystem::exists(path) ? read_file(path) : "";
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(BackgroundScorer, FinishWaitsForAllThatWasAdded) {
  const TempFolder folder;
  RewardSet rewards(slow_reward(folder / "log"));
  BackgroundScorer scorer(rewards, 5);
  for (size_t i = 0; i < 5; ++i) scorer.add(i, make_group(static_cast<int>(i)), "");
  for (const auto& scores : scorer.finish()) EXPECT_EQ(scores.size(), 4u);
  EXPECT_EQ(num_lines(folder / "log"), 20u);
}

TEST(BackgroundScorer, DestroyedEarlyItDropsWhatIsNotScoredYet) {
  const TempFolder folder;
  RewardSet rewards(slow_reward(folder / "log"));
  {
    BackgroundScorer scorer(rewards, 50);
    for (size_t i = 0; i < 50; ++i) scorer.add(i, make_group(static_cast<int>(i)), "");
  }
  EXPECT_LT(num_lines(folder / "log"), 200u) << "all of them were scored";
}

// Rewards answer for anything found in a completion; what is left to throw is memory: a copy of this text is too much.
TEST(BackgroundScorer, WhatARewardThrowsReachesTheCaller) {
  const TempFolder folder;
  RewardSet rewards(slow_reward(folder / "log"));
  Group group = make_group(1);
  group.completions.resize(1);
  group.completions[0].text.assign(size_t{256} << 20, 'x');
  BackgroundScorer scorer(rewards, 1);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &before), 0);
  rlimit limited = before;
  limited.rlim_cur =
      static_cast<rlim_t>(std::atoll(proc_field("/proc/self/status", "VmSize").c_str())) * 1024 +
      (rlim_t{128} << 20);
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &limited), 0);
  scorer.add(0, std::move(group), "");
  EXPECT_THROW(scorer.finish(), std::bad_alloc);
  ::setrlimit(RLIMIT_AS, &before);
}

}  // namespace
}  // namespace r1
