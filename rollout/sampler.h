// From one row of logits to one token.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/tokenizer.h"

namespace r1 {

// How tokens are chosen and where a completion ends.
struct SamplingConfig {
  double temperature = 1.0;
  double top_p = 1.0;
  int64_t top_k = 0;
  double min_p = 0.0;
  int64_t max_new_tokens = 256;
  std::vector<std::string> stop;
  std::vector<int64_t> stop_token_ids;
  bool ignore_eos = false;

  static void fields(auto& self, auto& visit) {
    visit("temperature", self.temperature, "divides the logits; 0 is greedy");
    visit("top_p", self.top_p, "keep the most likely tokens up to this share of probability; 1 keeps all");
    visit("top_k", self.top_k, "keep this many most likely tokens; 0 keeps all");
    visit("min_p", self.min_p,
          "keep tokens at least this likely relative to the most likely one; 0 keeps all");
    visit("max_new_tokens", self.max_new_tokens, "completion length limit in tokens");
    visit("stop", self.stop, "texts that end a completion; the text is cut before them");
    visit("stop_token_ids", self.stop_token_ids,
          "token ids that end a completion, beside the model's own end tokens");
    visit("ignore_eos", self.ignore_eos, "no token ends a completion: all have max_new_tokens (benchmarks)");
  }
};

// Throws ConfigError with `prefix` ("sampling.") before the field's name.
void validate(const SamplingConfig& config, const std::string& prefix);

// Whether top-k, min-p or top-p is on.
bool is_filtered(const SamplingConfig& config);

// The NumericsError of logits that make no finite distribution.
[[noreturn]] void throw_not_finite();

struct SampledToken {
  TokenId token = 0;
  float logprob =
      0;  // under the full softmax at the sampling temperature (1 when greedy), filters not applied
};

// Chooses by the uniform number `u` in (0, 1): filters are applied in the order top-k, min-p, top-p, then the inverse
// of the cumulative distribution in vocabulary order. Throws NumericsError when the
// logits make no finite distribution.
SampledToken sample_token(std::span<const float> logits, const SamplingConfig& config, double u);

}  // namespace r1
