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

BackgroundScorer::BackgroundScorer(RewardSet& rewards, size_t num_groups)
    : rewards_(rewards), scores_PG_(num_groups), thread_([this] { work(); }) {}

BackgroundScorer::~BackgroundScorer() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    dropped_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void BackgroundScorer::add(size_t index, Group group, std::string prompt_tail) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({index, std::move(group), std::move(prompt_tail)});
  }
  changed_.notify_one();
}

void BackgroundScorer::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return dropped_ || complete_ || !jobs_.empty(); });
    if (dropped_ || jobs_.empty()) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    try {
      scores_PG_[job.index] = score_group(rewards_, job.group, job.prompt_tail);
    } catch (...) {
      failure_ = std::current_exception();  // read after the join
      return;
    }
  }
}

std::vector<std::vector<ScoredCompletion>> BackgroundScorer::finish() {
  {
    const std::lock_guard lock(mutex_);
    complete_ = true;
  }
  changed_.notify_one();
  thread_.join();
  if (failure_) std::rethrow_exception(failure_);
  return std::move(scores_PG_);
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
