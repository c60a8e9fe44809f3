#include "rl/scoring.h"

namespace r1 {

std::vector<ScoredCompletion> score_group(RewardSet& rewards, const Group& group,
                                          const std::string& prompt_tail) {
  std::vector<RewardInput> inputs;
  for (const Completion& completion : group.completions) {
    inputs.push_back({group.example, completion.text, prompt_tail,
                      static_cast<int64_t>(completion.token_ids.size()),
                      completion.finish_reason == FinishReason::Length});
  }
  return rewards.score(inputs);
}

CompletionScore to_ledger_score(const ScoredCompletion& scored, double advantage) {
  CompletionScore result;
  result.verdict = scored.verdict;
  result.reward = scored.reward.value_or(0);
  result.advantage = advantage;
  for (const NamedScore& part : scored.parts) {
    result.parts.push_back({part.name, part.score.value, part.score.verdict, part.score.detail, 0});
  }
  return result;
}

}  // namespace r1
