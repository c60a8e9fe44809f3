#include "rl/prompt_source.h"

#include <fmt/format.h>

#include "base/errors.h"

namespace r1 {
namespace {

std::vector<Example> not_empty(std::vector<Example> examples) {
  if (examples.empty()) throw DataError("the data set holds no example; check data.path and data.limit");
  return examples;
}

}  // namespace

RolloutRequest make_request(const LanguageModel& model, const Example& example, int64_t num_samples,
                            int64_t min_new_tokens) {
  Prompt prompt = render_prompt(model, example);
  RolloutRequest request{example, std::move(prompt.token_ids), num_samples, 0, std::move(prompt.tail)};
  const int64_t length = static_cast<int64_t>(request.prompt_ids.size()),
                context = model.policy.config().max_positions;
  if (length + min_new_tokens > context) {
    throw DataError(
        fmt::format("{}: the prompt has {} tokens; with {} new ones it does not fit the context of {}; "
                    "drop the example or shorten it",
                    example.id, length, min_new_tokens, context));
  }
  return request;
}

PromptSource::PromptSource(std::vector<Example> examples, const LanguageModel& model, uint64_t seed)
    : examples_(not_empty(std::move(examples))), model_(model), order_(seed, size()) {}

std::vector<RolloutRequest> PromptSource::take(int64_t cursor, int64_t count, int64_t num_samples,
                                               int64_t min_new_tokens) const {
  std::vector<RolloutRequest> requests;
  for (int64_t position = cursor; position < cursor + count; ++position) {
    const Example& example = examples_[static_cast<size_t>(order_.at(position))];
    requests.push_back(make_request(model_, example, num_samples, min_new_tokens));
  }
  return requests;
}

}  // namespace r1
