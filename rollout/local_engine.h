// Continuous batching on the policy's own weights: no second copy, no weight synchronisation.
//
// A fixed number of slots decode together; a slot that finishes is refilled at once. A prompt is computed once, in pieces
// beside the decoding slots, and its keys and values are shared by the samples of its group. Keys and values lie in blocks
// of 16 rows that are taken as sequences grow.
#pragma once

#include <memory>

#include "datasets/tokenizer.h"
#include "policy/policy.h"
#include "rollout/engine.h"

namespace r1 {

struct EngineConfig {
  int64_t max_batch = 64;
  int64_t prefill_tokens = 512;
  int64_t cache_tokens = 0;
  bool int8 = false;

  static void fields(auto& self, auto& visit) {
    visit("max_batch", self.max_batch, "completions decoded together");
    visit("prefill_tokens", self.prefill_tokens,
          "prompt tokens computed in one forward beside the decoding ones");
    visit("cache_tokens", self.cache_tokens,
          "tokens the key/value cache holds; a full one lets samples wait. 0: enough for max_batch");
    visit("int8", self.int8,
          "sample with weights and activations rounded to int8: faster, and no longer exactly the policy "
          "that trains");
  }
};

class LocalEngine : public RolloutEngine {
 public:
  // Refers to the policy and the tokenizer; both must outlive the engine. policy_version is stamped on completions.
  LocalEngine(const Policy& policy, const Tokenizer& tokenizer, EngineConfig config);

  // Throws DataError also when cache_tokens cannot hold one prompt with one completion.
  std::vector<Group> generate(const std::vector<RolloutRequest>& requests, const SamplingConfig& config,
                              uint64_t seed, const std::function<void(size_t, const Group&)>& on_group = {},
                              const std::function<bool()>& should_stop = {}) override;

  void set_policy_version(int64_t version) { policy_version_ = version; }

 private:
  const Policy& policy_;
  const Tokenizer& tokenizer_;
  EngineConfig config_;
  int64_t policy_version_ = 0;
  KvCache cache_;  // kept between calls: its memory is in use already
};

}  // namespace r1
