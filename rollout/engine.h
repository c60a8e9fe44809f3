// The door between the training loops and whatever writes completions: prompts in, groups out.
//
// Today one engine stands behind it, LocalEngine, in this process and on the policy's own weights. Remote workers and
// other programs' engines will be further implementations; the loops in rl/ know only this file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "rollout/completion.h"
#include "rollout/sampler.h"

namespace r1 {

// One prompt to be completed num_samples times.
struct RolloutRequest {
  Example example;                  // travels along unread; the engine looks at prompt_ids only
  std::vector<TokenId> prompt_ids;  // not empty
  int64_t num_samples = 1;
  int64_t first_sample_index = 0;  // sample indices are first_sample_index ... + num_samples - 1
  std::string prompt_tail{};       // what the rendered prompt ends with; travels along unread
};

class RolloutEngine {
 public:
  virtual ~RolloutEngine() = default;

  // One group per request, in order, with every completion whole. `on_group` is called as soon as a group is
  // finished, in finishing order, from this thread, while others still decode; it may be empty.
  //
  // A sample's tokens are a function of (weights, prompt ids, config, seed, sample index) alone: the same in a batch
  // of 1 or 64, in any order, on any number of threads.
  //
  // Throws DataError when a prompt leaves no room in the context. `should_stop` is asked between tokens; when it
  // answers true, Interrupted is thrown and nothing is returned.
  virtual std::vector<Group> generate(const std::vector<RolloutRequest>& requests,
                                      const SamplingConfig& config, uint64_t seed,
                                      const std::function<void(size_t, const Group&)>& on_group = {},
                                      const std::function<bool()>& should_stop = {}) = 0;
};

}  // namespace r1
