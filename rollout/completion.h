// What the policy wrote, token by token. Ids are the record; text is derived from them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/example.h"
#include "datasets/tokenizer.h"

namespace r1 {

enum class FinishReason {
  Stop,    // a stop id or stop string; a stop id is the last of token_ids
  Length,  // the token limit or the context's end
};

struct Completion {
  std::vector<TokenId> token_ids;       // [T], the stop id included when finish_reason is Stop by id
  std::vector<float> rollout_logprobs;  // [T], natural log under the full softmax at the sampling temperature
  std::string text;                     // decoded, special tokens left out, cut before a stop string
  FinishReason finish_reason = FinishReason::Length;
  int64_t sample_index = 0;    // which of the group's samples; part of the random address
  int64_t policy_version = 0;  // optimizer updates the sampling weights had seen
};

// The G completions of one prompt.
struct Group {
  Example example;
  std::vector<TokenId> prompt_ids;
  std::vector<Completion> completions;  // [G]
};

}  // namespace r1
