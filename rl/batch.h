// What is trained on: samples that may share a prompt, packed into micro-batches without padding.
//
// GRPO, SFT and distillation all train through these types. One step has one denominator, fixed before any
// micro-batch is formed, so no split of the batch can change the gradient.
//
// Legend: T tokens of a micro-batch (prompts and samples one after another), R scored tokens in it.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/config.h"
#include "datasets/tokenizer.h"
#include "policy/policy.h"

namespace r1 {

// One sequence after its prompt. Vectors are [n], n = token_ids.size().
struct TrainSample {
  size_t prompt = 0;  // index into TrainBatch::prompts
  std::vector<TokenId> token_ids;
  std::vector<bool> loss_mask;  // true where the token is trained; what was sampled, never derived from ids
  std::vector<float> old_logprobs;  // empty for SFT; read only under loss_mask
  std::vector<float> ref_logprobs;  // empty unless a KL term needs them
  std::vector<float> importance;    // empty unless the sampler was not exactly the policy (rl/mismatch.h)
  double advantage = 0;

  int64_t num_trained() const;
};

struct TrainBatch {
  std::vector<std::vector<TokenId>> prompts;  // may hold an empty prompt (SFT on whole texts)
  std::vector<TrainSample> samples;           // samples of one prompt stand together
};

enum class Aggregation {
  TokenMean,     // every trained token of the step weighs the same   (DAPO, SFT)
  SequenceMean,  // mean over a sample's tokens, then over samples     (GRPO, GSPO)
  Constant,      // sum over a sample's tokens / max length, then mean (Dr.GRPO)
};
template <>
struct EnumNames<Aggregation> {
  static constexpr std::pair<Aggregation, const char*> values[] = {
      {Aggregation::TokenMean, "token_mean"},
      {Aggregation::SequenceMean, "sequence_mean"},
      {Aggregation::Constant, "constant"}};
};

// The denominators of a step or minibatch: counted over all of its samples, those with advantage 0 included.
struct Denominators {
  int64_t num_tokens = 0;     // trained tokens
  int64_t num_sequences = 0;  // samples with at least one trained token
  int64_t max_length = 0;     // Constant's divisor: the run's completion length limit
};
Denominators count_denominators(const TrainBatch& batch, const std::vector<size_t>& samples,
                                int64_t max_length);

// Weight of one trained token in the loss: the loss of a step is sum over trained tokens of weight * token loss.
double token_weight(Aggregation aggregation, const Denominators& denominators, const TrainSample& sample);

struct MicroBatch {
  TokenBatch tokens;                // [T]
  std::vector<int64_t> rows;        // [R] row of the hidden state that predicts each trained token
  std::vector<int64_t> targets;     // [R] the trained token
  std::vector<size_t> sample_of;    // [R] index into TrainBatch::samples
  std::vector<size_t> position_of;  // [R] index into that sample's vectors
};

// Packs the chosen samples, in order, into micro-batches of at most `token_budget` tokens (a single larger sample gets
// its own). A prompt is computed once per micro-batch for all of its samples in it, which is exact: its samples see
// its keys and values, and gradients of all of them flow into it.
std::vector<MicroBatch> pack_micro_batches(const TrainBatch& batch, const std::vector<size_t>& sample_indices,
                                           int64_t token_budget);

}  // namespace r1
