// A reward looks at text and says a number and why. It never sees tensors and never knows who wrote the text.
//
// To add one: derive from Reward in a file of its own, and give it a name in make_reward (reward_set.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/example.h"
#include "rewards/verdict.h"

namespace r1 {

// What a reward may look at. Views and references are valid for the call only.
struct RewardInput {
  const Example& example;
  std::string_view completion;  // text the policy wrote
  std::string_view
      prompt_tail;         // what the prompt ends with after the last user turn, e.g. a prefilled "<think>\n"
  int64_t num_tokens = 0;  // length of the completion in tokens
  bool truncated = false;  // stopped by the token limit
};

// One reward's word on one completion.
struct Score {
  std::optional<double> value;     // none: this reward does not apply to this example (not the same as 0)
  std::optional<Verdict> verdict;  // set by verifiers; none for shaping rewards
  std::string detail;              // one line for a person: extracted answer, gold, reason
};

class Reward {
 public:
  virtual ~Reward() = default;
  // One score per input, in order. Must not throw for anything found in a completion.
  virtual std::vector<Score> score(std::span<const RewardInput> inputs) = 0;
};

}  // namespace r1
