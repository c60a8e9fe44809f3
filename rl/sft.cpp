#include "rl/sft.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <numeric>

#include "base/errors.h"
#include "datasets/order.h"
#include "rl/quarantine.h"
#include "rl/update.h"

namespace r1 {

void validate(const SftConfig& config) {
  auto require = [](bool ok, const char* field, double value, const char* wanted) {
    if (!ok) throw ConfigError(fmt::format("{}={}: {}", field, value, wanted));
  };
  if (config.model.empty()) throw ConfigError("model is empty: name a GGUF file or a Hugging Face folder");
  require(config.steps >= 0, "steps", static_cast<double>(config.steps), "use 0 (by epochs) or a count");
  require(config.steps > 0 || config.epochs > 0, "epochs", config.epochs, "use more than 0");
  require(config.batch_size >= 1, "batch_size", static_cast<double>(config.batch_size), "use 1 or more");
  require(config.max_length >= 2, "max_length", static_cast<double>(config.max_length), "use 2 or more");
  require(config.token_budget >= 1, "token_budget", static_cast<double>(config.token_budget),
          "use 1 or more");
  validate(config.run, "run.");
  validate(config.optimizer, "optimizer.");
  validate(config.schedule, "schedule.");
}

namespace {

RenderedChat render(const LanguageModel& model, const Example& example) {
  if (!example.messages.empty()) return render_with_assistant_spans(model.chat_template, example.messages);
  const std::string text = example.prompt_text + example.completion_text;
  return {text, {{example.prompt_text.size(), text.size()}}};
}

void append_piece(const LanguageModel& model, std::string_view text, bool trained, bool add_special,
                  TrainSample& sample) {
  for (TokenId id : model.tokenizer.encode(text, /*parse_special=*/true, add_special)) {
    sample.token_ids.push_back(id);
    sample.loss_mask.push_back(trained);
  }
}

}  // namespace

TrainSample encode_demonstration(const LanguageModel& model, const Example& example, int64_t max_length) {
  const RenderedChat chat = render(model, example);
  const bool raw = example.messages.empty();
  const std::string_view text = chat.text;
  TrainSample sample;
  size_t at = 0;
  for (const auto& [begin, end] : chat.assistant_spans) {
    append_piece(model, text.substr(at, begin - at), false, raw && at == 0, sample);
    append_piece(model, text.substr(begin, end - begin), true, raw && begin == 0, sample);
    at = end;
  }
  append_piece(model, text.substr(at), false, false, sample);
  // A raw completion ends the text: the model learns to stop there.
  const auto eos = model.tokenizer.special_tokens().eos;
  if (raw && eos) sample.token_ids.push_back(*eos), sample.loss_mask.push_back(true);
  if (static_cast<int64_t>(sample.token_ids.size()) > max_length) {
    sample.token_ids.resize(static_cast<size_t>(max_length));
    sample.loss_mask.resize(static_cast<size_t>(max_length));
  }
  if (!sample.loss_mask.empty()) sample.loss_mask[0] = false;  // nothing predicts the first token
  if (sample.num_trained() == 0) {
    throw DataError(
        fmt::format("{}: no token of the assistant within max_length={}; give a larger max_length or drop "
                    "the example",
                    example.id, max_length));
  }
  return sample;
}

namespace {

int64_t number_of_steps(const SftConfig& config, size_t num_examples) {
  if (config.steps > 0) return config.steps;
  return std::max<int64_t>(1,
                           static_cast<int64_t>(std::ceil(config.epochs * static_cast<double>(num_examples) /
                                                          static_cast<double>(config.batch_size))));
}

// The step's examples in seeded order, each with an empty prompt of its own.
TrainBatch next_batch(const SftConfig& config, const std::vector<Example>& demonstrations,
                      const SeededOrder& order, const LanguageModel& model, int64_t cursor) {
  TrainBatch batch{{{}}, {}};
  const int64_t limit = std::min(config.max_length, model.policy.config().max_positions);
  for (int64_t i = 0; i < config.batch_size; ++i) {
    const Example& example = demonstrations[static_cast<size_t>(order.at(cursor + i))];
    batch.samples.push_back(encode_demonstration(model, example, limit));
  }
  return batch;
}

}  // namespace

void train_on_demonstrations(const SftConfig& config, const std::vector<Example>& demonstrations,
                             LanguageModel& model, const std::string& verb, const Json& resolved_config,
                             bool resume, const TrainObserver& observer) {
  if (demonstrations.empty())
    throw DataError("there is no demonstration to train on; check data.path and data.limit");
  const int64_t steps = number_of_steps(config, demonstrations.size());
  const SeededOrder order(config.seed, static_cast<int64_t>(demonstrations.size()));
  next_batch(config, demonstrations, order, model,
             0);  // what cannot be encoded fails before there is a run folder
  TrainingRun run(config.run, verb, resolved_config, resume, model, observer);
  ScheduleConfig schedule = config.schedule;
  if (schedule.total_steps == 0) schedule.total_steps = steps;
  AdamW optimizer(model.policy.weights(), config.optimizer);
  TrainPosition at = run.restore(model, optimizer);
  model.policy.set_requires_grad(true);
  observer.note(choose_recompute(config.recompute, model.policy, config.token_budget));

  while (at.step < steps) {
    if (observer.stop_requested()) {
      run.checkpoint(model, optimizer, at);
      throw Interrupted(fmt::format("interrupted after step {}; continue with --resume", at.step));
    }
    const auto started = std::chrono::steady_clock::now();
    const int64_t step = at.step + 1;
    const TrainBatch batch = next_batch(config, demonstrations, order, model, at.data_cursor);
    std::vector<size_t> all(batch.samples.size());
    std::iota(all.begin(), all.end(), size_t{0});
    const UpdateOptions options{1.0, Aggregation::TokenMean,
                                count_denominators(batch, all, config.max_length), config.token_budget};
    const GradientResult gradient =
        accumulate_gradients(model.policy, batch, all, options, cross_entropy_loss);
    const double learning_rate = learning_rate_at(schedule, at.policy_version);
    const StepResult applied =
        apply_gradients(model.policy, optimizer, gradient.loss, learning_rate, config.max_grad_norm);
    if (!applied.finite) quarantine(run, model, batch, all, options, {}, step);

    at = {step, at.data_cursor + config.batch_size, at.policy_version + applied.finite,
          applied.finite ? 0 : at.bad_steps + 1};
    stop_after_bad_steps(at.bad_steps, step);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    const double trained = static_cast<double>(gradient.trained_tokens);
    run.record(
        {.step = step,
         .policy_version = at.policy_version,
         .data_cursor = at.data_cursor,
         .metrics = {{"loss", gradient.loss},
                     {"grad_norm", applied.grad_norm},
                     {"entropy", gradient.entropy_sum / trained},
                     {"num_tokens", trained},
                     {"learning_rate", learning_rate},
                     {"epoch",
                      static_cast<double>(at.data_cursor) / static_cast<double>(demonstrations.size())},
                     {"step_time", seconds},
                     {"train_tokens_per_second", static_cast<double>(gradient.forward_tokens) / seconds}}},
        steps);
    if (run.checkpoint_due(step, steps)) run.checkpoint(model, optimizer, at);
  }
  run.save_final_model(model);
}

void train_sft(const SftConfig& config, LanguageModel& model, bool resume, const TrainObserver& observer) {
  SftConfig resolved = config;
  train_on_demonstrations(config, load_demonstrations(config.data), model, "sft",
                          config_to_json(config_fields(resolved)), resume, observer);
}

}  // namespace r1
