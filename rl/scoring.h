// From groups of completions to what the rewards say of them: the one place where rollout meets rewards.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "rewards/reward_set.h"
#include "rl/ledger.h"
#include "rollout/completion.h"

namespace r1 {

// One result per completion of the group, in order. `prompt_tail`: RewardInput's.
std::vector<ScoredCompletion> score_group(RewardSet& rewards, const Group& group,
                                          const std::string& prompt_tail);

// Scores groups on a thread of its own while others are still sampled, so that a slow reward holds up no decoding. The
// rewards belong to that thread until finish() has returned. Destroyed early, it drops what is not scored yet.
class BackgroundScorer {
 public:
  // `num_groups` results, each empty until its group was added.
  BackgroundScorer(RewardSet& rewards, size_t num_groups);
  ~BackgroundScorer();
  BackgroundScorer(const BackgroundScorer&) = delete;
  BackgroundScorer& operator=(const BackgroundScorer&) = delete;

  void add(size_t index, Group group, std::string prompt_tail);
  // Waits for all that was added; [num_groups][G]. Rethrows what a reward threw.
  std::vector<std::vector<ScoredCompletion>> finish();

 private:
  struct Job {
    size_t index;
    Group group;
    std::string prompt_tail;
  };
  void work();

  RewardSet& rewards_;
  std::vector<std::vector<ScoredCompletion>> scores_PG_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool complete_ = false, dropped_ = false;
  std::exception_ptr failure_;
  std::thread thread_;
};

// The same as the ledger stores it.
CompletionScore to_ledger_score(const ScoredCompletion& scored, double advantage);

}  // namespace r1
