// A reward of the user's own, as a program in any language.
//
// The program is started once and reads one JSON object per line from stdin:
//   {"id": 17, "example_id": "gsm8k/train/3", "prompt": [{"role": ..., "content": ...}] or text, "completion": text,
//    "answer": text, "metadata": {...}, "num_tokens": n, "truncated": bool}
// and answers every line, in order, with one line on stdout (flushed after every line):
//   {"reward": number, or null for "does not apply", "detail": text (optional)}
//
// A batch has one deadline. What is not answered by then, or after a crash, bad JSON, a number that is not finite, or one
// line too many, gets JudgeError (the sample is masked), never 0; the program is killed and started again for the next
// batch. The message holds the last lines of its stderr.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rewards/reward.h"

namespace r1 {

class LineProcess;

class ExternalReward : public Reward {
 public:
  // `command`: the program and its arguments; no shell reads them. REQUIRES it is not empty, timeout > 0.
  ExternalReward(std::vector<std::string> command, std::chrono::milliseconds timeout);
  ~ExternalReward() override;

  // Safe to call from several threads; batches are sent one after the other.
  std::vector<Score> score(std::span<const RewardInput> inputs) override;

 private:
  std::string run_batch(std::span<const RewardInput> inputs, std::vector<Score>& scores);

  std::vector<std::string> command_;
  std::chrono::milliseconds timeout_;
  std::mutex mutex_;
  std::unique_ptr<LineProcess> process_;
  int64_t next_id_ = 0;
};

}  // namespace r1
