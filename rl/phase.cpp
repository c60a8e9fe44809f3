#include "rl/phase.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/errors.h"

namespace r1 {
namespace {

bool has_spread(const std::vector<ScoredCompletion>& scores_G) {
  const ScoredCompletion* first = nullptr;
  for (const ScoredCompletion& scored : scores_G) {
    if (!scored.reward || scored.masked) continue;
    if (first && *first->reward != *scored.reward) return true;
    if (!first) first = &scored;
  }
  return false;
}

// Samples `count` prompts and appends the groups worth keeping.
void sample_round(const GrpoConfig& config, const PromptSource& prompts, RolloutEngine& engine,
                  RewardSet& rewards, int64_t cursor, int64_t count, uint64_t seed, bool keep_all,
                  Phase& phase, const std::function<bool()>& should_stop) {
  const std::vector<RolloutRequest> requests = prompts.take(cursor, count, config.group_size, 1);
  BackgroundScorer scorer(rewards, requests.size());
  auto score = [&](size_t index, const Group& group) {
    scorer.add(index, group, requests[index].prompt_tail);
  };
  std::vector<Group> groups = engine.generate(requests, config.sampling, seed, score, should_stop);
  std::vector<std::vector<ScoredCompletion>> scores = scorer.finish();
  for (size_t i = 0; i < groups.size(); ++i) {
    for (const Completion& completion : groups[i].completions) {
      phase.sampled_tokens += static_cast<int64_t>(completion.token_ids.size());
    }
    if (!keep_all && !has_spread(scores[i])) {
      ++phase.groups_dropped;
      continue;
    }
    phase.groups_P.push_back(std::move(groups[i]));
    phase.scores_PG.push_back(std::move(scores[i]));
  }
  phase.prompts_taken += count;
}

struct Summary {
  double mean = 0, std = 0, min = 0, max = 0;
};
Summary summarise(const std::vector<double>& values) {
  Summary result;
  if (values.empty()) return result;
  for (double value : values) result.mean += value / static_cast<double>(values.size());
  for (double value : values) result.std += (value - result.mean) * (value - result.mean);
  result.std = values.size() > 1 ? std::sqrt(result.std / static_cast<double>(values.size() - 1)) : 0;
  std::tie(result.min, result.max) = std::pair(*std::min_element(values.begin(), values.end()),
                                               *std::max_element(values.begin(), values.end()));
  return result;
}

}  // namespace

Phase sample_phase(const GrpoConfig& config, const PromptSource& prompts, RolloutEngine& engine,
                   RewardSet& rewards, int64_t cursor, uint64_t seed,
                   const std::function<bool()>& should_stop) {
  Phase phase;
  const int64_t wanted = config.prompts_per_step;
  const int64_t rounds = config.dynamic_sampling ? config.max_refills + 1 : 1;
  for (int64_t round = 0; round < rounds; ++round) {
    const int64_t missing = wanted - static_cast<int64_t>(phase.groups_P.size());
    if (missing == 0) break;
    // Whatever the last round brings is kept: a step without groups would be no step.
    const bool keep_all = !config.dynamic_sampling || (round + 1 == rounds && phase.groups_P.empty());
    sample_round(config, prompts, engine, rewards, cursor + phase.prompts_taken, missing, seed, keep_all,
                 phase, should_stop);
  }
  return phase;
}

RewardsPG rewards_of(const Phase& phase) {
  RewardsPG rewards_PG;
  for (const auto& scores_G : phase.scores_PG) {
    auto& rewards_G = rewards_PG.emplace_back();
    for (const ScoredCompletion& scored : scores_G) {
      rewards_G.push_back(scored.masked ? std::nullopt : scored.reward);
    }
  }
  return rewards_PG;
}

TrainBatch make_batch(const Phase& phase, OverlongPolicy overlong) {
  TrainBatch batch;
  for (size_t p = 0; p < phase.groups_P.size(); ++p) {
    const Group& group = phase.groups_P[p];
    batch.prompts.push_back(group.prompt_ids);
    for (size_t g = 0; g < group.completions.size(); ++g) {
      const Completion& completion = group.completions[g];
      const ScoredCompletion& scored = phase.scores_PG[p][g];
      const bool truncated = completion.finish_reason == FinishReason::Length;
      const bool trained =
          !scored.masked && scored.reward && !(truncated && overlong == OverlongPolicy::Mask);
      batch.samples.push_back({.prompt = p,
                               .token_ids = completion.token_ids,
                               .loss_mask = std::vector<bool>(completion.token_ids.size(), trained),
                               .old_logprobs = completion.rollout_logprobs,
                               .ref_logprobs = {},
                               .advantage = 0});
    }
  }
  return batch;
}

std::map<std::string, double> phase_metrics(const Phase& phase, const RewardsPG& rewards_PG) {
  std::map<std::string, double> metrics;
  std::vector<double> rewards, lengths, terminated;
  std::map<std::string, std::vector<double>> by_reward;
  double silent_groups = 0, masked = 0, truncated = 0;
  std::map<std::string, double> verdicts;
  for (size_t p = 0; p < phase.groups_P.size(); ++p) {
    silent_groups += !has_spread(phase.scores_PG[p]);
    for (size_t g = 0; g < phase.scores_PG[p].size(); ++g) {
      const Completion& completion = phase.groups_P[p].completions[g];
      const ScoredCompletion& scored = phase.scores_PG[p][g];
      if (rewards_PG[p][g])
        rewards.push_back(*rewards_PG[p][g]);
      else
        ++masked;
      lengths.push_back(static_cast<double>(completion.token_ids.size()));
      if (completion.finish_reason == FinishReason::Length)
        ++truncated;
      else
        terminated.push_back(lengths.back());
      if (scored.verdict) ++verdicts[verdict_name(*scored.verdict)];
      for (const NamedScore& part : scored.parts) {
        if (part.score.value) by_reward[part.name].push_back(*part.score.value);
      }
    }
  }
  const double count = std::max<double>(1, static_cast<double>(lengths.size()));
  const Summary reward = summarise(rewards), length = summarise(lengths), ended = summarise(terminated);
  metrics = {{"reward", reward.mean},
             {"reward_std", reward.std},
             {"frac_reward_zero_std",
              silent_groups / std::max<double>(1, static_cast<double>(phase.groups_P.size()))},
             {"completions/mean_length", length.mean},
             {"completions/min_length", length.min},
             {"completions/max_length", length.max},
             {"completions/mean_terminated_length", ended.mean},
             {"completions/clipped_ratio", truncated / count},
             {"masked_ratio", masked / count},
             {"groups_dropped", static_cast<double>(phase.groups_dropped)},
             {"sampled_tokens", static_cast<double>(phase.sampled_tokens)}};
  for (const auto& [name, total] : verdicts) metrics["verdicts/" + name] = total / count;
  for (const auto& [name, values] : by_reward) {
    metrics["rewards/" + name + "/mean"] = summarise(values).mean;
    metrics["rewards/" + name + "/std"] = summarise(values).std;
  }
  return metrics;
}

}  // namespace r1
