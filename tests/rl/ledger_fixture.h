// Groups, scores and steps for tests of the ledger and its queries.
#pragma once

#include <string>
#include <vector>

#include "rl/ledger.h"
#include "tests/temp_folder.h"

namespace r1 {

inline Completion make_completion(const std::string& text, int64_t sample_index, FinishReason reason) {
  return {.token_ids = {7, static_cast<TokenId>(text.size()), 2},
          .rollout_logprobs = {-0.25f, -1.5f, -0.0009765625f},
          .text = text,
          .finish_reason = reason,
          .sample_index = sample_index,
          .policy_version = 4};
}

inline Group make_group(const std::string& id) {
  Group group;
  group.example.id = id;
  group.example.messages = {{"user", "What is 6 * 7? (" + id + ")"}};
  group.example.answer = "42";
  group.example.verifier = "math";
  group.example.metadata = {{"level", 3}};
  group.prompt_ids = {1, 11, 12};
  group.completions = {make_completion("The answer is \\boxed{42}.", 0, FinishReason::Stop),
                       make_completion("Let me think about", 1, FinishReason::Length)};
  return group;
}

inline std::vector<CompletionScore> make_scores() {
  return {{.verdict = Verdict::Correct,
           .reward = 1.5,
           .advantage = 1.0,
           .parts = {{"math", 1.0, Verdict::Correct, "42 = 42", 0.001}, {"format", 0.5, {}, "boxed", 0}}},
          {.verdict = Verdict::NoAnswer,
           .reward = 0.0,
           .advantage = -1.0,
           .parts = {{"math", 0.0, Verdict::NoAnswer, "no \\boxed{}", 0.002}, {"format", {}, {}, "", 0}}}};
}

inline void record(Ledger& ledger, int64_t step, const std::string& example_id = "toy/1",
                   double reward = 0.75) {
  const std::vector<Group> groups = {make_group(example_id), make_group(example_id + "b")};
  const std::vector<std::vector<CompletionScore>> scores = {make_scores(), make_scores()};
  ledger.record_step({.step = step,
                      .policy_version = step * 2,
                      .data_cursor = step * 10,
                      .metrics = {{"reward", reward}, {"step_time", 0.1}},
                      .groups_P = groups,
                      .scores_PG = scores});
}

}  // namespace r1
