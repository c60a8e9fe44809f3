#include "rl/batch.h"

#include <algorithm>

#include "base/errors.h"

namespace r1 {

int64_t TrainSample::num_trained() const { return std::count(loss_mask.begin(), loss_mask.end(), true); }

Denominators count_denominators(const TrainBatch& batch, const std::vector<size_t>& samples,
                                int64_t max_length) {
  Denominators result{.max_length = max_length};
  for (size_t index : samples) {
    const int64_t trained = batch.samples[index].num_trained();
    result.num_tokens += trained;
    result.num_sequences += trained > 0;
  }
  return result;
}

double token_weight(Aggregation aggregation, const Denominators& denominators, const TrainSample& sample) {
  const double sequences = static_cast<double>(std::max<int64_t>(denominators.num_sequences, 1));
  switch (aggregation) {
    case Aggregation::TokenMean:
      return 1.0 / static_cast<double>(std::max<int64_t>(denominators.num_tokens, 1));
    case Aggregation::SequenceMean:
      return 1.0 / (sequences * static_cast<double>(std::max<int64_t>(sample.num_trained(), 1)));
    case Aggregation::Constant:
      return 1.0 / (sequences * static_cast<double>(denominators.max_length));
  }
  return 0;
}

namespace {

// Builds one micro-batch; samples of one prompt share its rows.
class Packer {
 public:
  explicit Packer(const TrainBatch& batch) : batch_(batch) {}

  int64_t num_tokens() const { return static_cast<int64_t>(packed_.tokens.token_ids.size()); }
  // Tokens this sample would add: its own, and its prompt's unless that is the one just packed.
  int64_t cost(const TrainSample& sample) const {
    const size_t prompt = shares_prompt(sample) ? 0 : batch_.prompts[sample.prompt].size();
    return static_cast<int64_t>(prompt + sample.token_ids.size());
  }

  void add(size_t index) {
    const TrainSample& sample = batch_.samples[index];
    check(sample.loss_mask.size() == sample.token_ids.size(), "every token of a sample has a mask");
    const std::vector<TokenId>& prompt = batch_.prompts[sample.prompt];
    if (!shares_prompt(sample)) {
      packed_.tokens.plan.group_begin.push_back(static_cast<int64_t>(packed_.tokens.plan.segments.size()));
      prompt_row_ = num_tokens();
      if (!prompt.empty()) append_segment(prompt, 0, {});
      prompt_ = sample.prompt;
      has_prompt_ = true;
    }
    const int64_t length = static_cast<int64_t>(prompt.size()), begin = num_tokens();
    append_segment(sample.token_ids, length, {.prefix_len = length, .prefix_begin = prompt_row_});
    for (size_t i = 0; i < sample.token_ids.size(); ++i) {
      if (!sample.loss_mask[i]) continue;
      check(i > 0 || length > 0, "the first token of a text without a prompt is not trained");
      // Token i is predicted by the row before it; the first one by the prompt's last row.
      packed_.rows.push_back(i == 0 ? prompt_row_ + length - 1 : begin + static_cast<int64_t>(i) - 1);
      packed_.targets.push_back(sample.token_ids[i]);
      packed_.sample_of.push_back(index);
      packed_.position_of.push_back(i);
    }
  }

  MicroBatch take() {
    packed_.tokens.plan.group_begin.push_back(static_cast<int64_t>(packed_.tokens.plan.segments.size()));
    has_prompt_ = false;
    return std::exchange(packed_, {});
  }

 private:
  bool shares_prompt(const TrainSample& sample) const {
    return has_prompt_ && sample.prompt == prompt_ && !batch_.prompts[prompt_].empty();
  }

  void append_segment(const std::vector<TokenId>& ids, int64_t first_position, AttentionSegment segment) {
    segment.query_begin = num_tokens();
    segment.num_queries = static_cast<int64_t>(ids.size());
    packed_.tokens.plan.segments.push_back(segment);
    for (size_t i = 0; i < ids.size(); ++i) {
      packed_.tokens.token_ids.push_back(ids[i]);
      packed_.tokens.positions.push_back(first_position + static_cast<int64_t>(i));
    }
  }

  const TrainBatch& batch_;
  MicroBatch packed_;
  size_t prompt_ = 0;
  int64_t prompt_row_ = 0;
  bool has_prompt_ = false;
};

}  // namespace

std::vector<MicroBatch> pack_micro_batches(const TrainBatch& batch, const std::vector<size_t>& sample_indices,
                                           int64_t token_budget) {
  std::vector<MicroBatch> result;
  Packer packer(batch);
  for (size_t index : sample_indices) {
    const TrainSample& sample = batch.samples[index];
    if (sample.token_ids.empty()) continue;
    if (packer.num_tokens() > 0 && packer.num_tokens() + packer.cost(sample) > token_budget) {
      result.push_back(packer.take());
    }
    packer.add(index);
  }
  if (packer.num_tokens() > 0) result.push_back(packer.take());
  return result;
}

}  // namespace r1
