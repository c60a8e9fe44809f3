// The endless, seeded sequence of prompts a run trains on. Its whole state is one number, the cursor.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/order.h"
#include "rollout/engine.h"
#include "rollout/language_model.h"

namespace r1 {

class PromptSource {
 public:
  // Refers to `model`, which must outlive it. Throws DataError when `examples` is empty.
  PromptSource(std::vector<Example> examples, const LanguageModel& model, uint64_t seed);

  // Requests for the examples at [cursor, cursor + count) of the seeded order, each `num_samples` times.
  // Throws DataError, naming the example, when its prompt leaves no room for `min_new_tokens`.
  std::vector<RolloutRequest> take(int64_t cursor, int64_t count, int64_t num_samples,
                                   int64_t min_new_tokens) const;

  int64_t size() const { return static_cast<int64_t>(examples_.size()); }

 private:
  std::vector<Example> examples_;
  const LanguageModel& model_;
  SeededOrder order_;
};

// One request, its prompt rendered and checked against the context: shared by training, evaluation and `r1 rollout`.
RolloutRequest make_request(const LanguageModel& model, const Example& example, int64_t num_samples,
                            int64_t min_new_tokens);

}  // namespace r1
