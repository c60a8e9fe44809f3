#include "rl/quarantine.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "base/errors.h"
#include "base/files.h"

namespace r1 {
namespace {

constexpr int64_t kBadStepsAllowed = 3;

// JSON has no NaN: such numbers travel as text.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(fmt::format("{}", value)); }
double to_number(const Json& value) {
  return value.is_string() ? std::stod(value.get<std::string>()) : value.get<double>();
}

Json numbers(const std::vector<float>& values) {
  Json list = Json::array();
  for (float value : values) list.push_back(number(value));
  return list;
}

std::vector<float> to_numbers(const Json& list) {
  std::vector<float> values;
  for (const Json& value : list) values.push_back(static_cast<float>(to_number(value)));
  return values;
}

Json to_json(const TrainBatch& batch, const std::vector<size_t>& chosen) {
  Json samples = Json::array();
  for (size_t index : chosen) {
    const TrainSample& sample = batch.samples[index];
    samples.push_back({{"prompt", sample.prompt},
                       {"token_ids", sample.token_ids},
                       {"loss_mask", sample.loss_mask},
                       {"old_logprobs", numbers(sample.old_logprobs)},
                       {"ref_logprobs", numbers(sample.ref_logprobs)},
                       {"importance", numbers(sample.importance)},
                       {"advantage", number(sample.advantage)}});
  }
  return {{"prompts", batch.prompts}, {"samples", samples}};
}

TrainBatch batch_from(const Json& json) {
  TrainBatch batch;
  batch.prompts = json.at("prompts").get<std::vector<std::vector<TokenId>>>();
  for (const Json& entry : json.at("samples")) {
    batch.samples.push_back(
        {entry.at("prompt").get<size_t>(), entry.at("token_ids").get<std::vector<TokenId>>(),
         entry.at("loss_mask").get<std::vector<bool>>(), to_numbers(entry.at("old_logprobs")),
         to_numbers(entry.at("ref_logprobs")), to_numbers(entry.value("importance", Json::array())),
         to_number(entry.at("advantage"))});
  }
  return batch;
}

constexpr const char* kCrossEntropy = "cross_entropy";

struct Replay {
  TrainBatch batch;
  UpdateOptions options;
  std::optional<LossConfig> loss;  // none: cross entropy
  Precision precision = Precision::Fp32;
};

Json to_json(std::optional<LossConfig> loss) {
  return loss ? config_to_json(config_fields(*loss)) : Json(kCrossEntropy);
}

std::optional<LossConfig> loss_from(const Json& json, const std::string& where) {
  if (json == kCrossEntropy) return std::nullopt;
  LossConfig loss;
  apply_config_text(config_fields(loss), dump_json(json), where);
  return loss;
}

Json to_json(const UpdateOptions& options) {
  return {{"temperature", options.temperature},
          {"aggregation", enum_name(options.aggregation)},
          {"num_tokens", options.denominators.num_tokens},
          {"num_sequences", options.denominators.num_sequences},
          {"max_length", options.denominators.max_length},
          {"token_budget", options.token_budget}};
}

UpdateOptions options_from(const Json& json, const std::string& where) {
  UpdateOptions options{json.at("temperature").get<double>(),
                        Aggregation::TokenMean,
                        {json.at("num_tokens").get<int64_t>(), json.at("num_sequences").get<int64_t>(),
                         json.at("max_length").get<int64_t>()},
                        json.at("token_budget").get<int64_t>()};
  config_detail::read(json.at("aggregation"), where + ": aggregation", options.aggregation);
  return options;
}

Replay read_replay(const std::string& folder) {
  const Json json = read_json_file(folder + "/batch.json");
  Replay replay;
  try {
    replay.batch = batch_from(json.at("batch"));
    replay.loss = loss_from(json.at("loss"), folder + "/batch.json");
    replay.options = options_from(json.at("options"), folder + "/batch.json");
    if (json.contains("precision")) {
      config_detail::read(json.at("precision"), folder + "/batch.json: precision", replay.precision);
    }
  } catch (const Json::exception& error) {
    throw DataError(fmt::format("{}/batch.json: not a quarantined batch: {}", folder, error.what()));
  }
  return replay;
}

}  // namespace

void quarantine(TrainingRun& run, const LanguageModel& model, const TrainBatch& batch,
                const std::vector<size_t>& samples, const UpdateOptions& options,
                const std::optional<LossConfig>& loss, int64_t step) {
  const std::string parent = run.path() + "/quarantine", folder = fmt::format("{}/step_{:06}", parent, step);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const Json json = {{"batch", to_json(batch, samples)},
                     {"loss", to_json(loss)},
                     {"options", to_json(options)},
                     {"precision", enum_name(model.policy.precision())}};
  write_file_durably(folder + "/batch.json", dump_json(json));
  const auto kept =
      std::distance(std::filesystem::directory_iterator(parent), std::filesystem::directory_iterator{});
  if (kept <= kBadStepsAllowed) save_language_model(folder + "/model", model, "float32");
  run.event(
      "not_finite",
      fmt::format(
          "step {}: loss or gradient is not finite; the update was skipped and nothing changed; repeat it "
          "with: r1 replay {}",
          step, folder),
      step);
}

void stop_after_bad_steps(int64_t bad_steps, int64_t step) {
  if (bad_steps < kBadStepsAllowed) return;
  throw NumericsError(
      fmt::format("step {}: {} steps in a row were not finite; look at the quarantined batches, lower "
                  "schedule.learning_rate or max_grad_norm, and resume",
                  step, bad_steps));
}

ReplayReport replay_quarantine(const std::string& folder, c10::Device device) {
  const Replay replay = read_replay(folder);
  if (!std::filesystem::exists(folder + "/model")) {
    throw CheckpointError(folder + ": the weights of this step were not kept; only a run's first three are");
  }
  LanguageModel model = load_language_model(folder + "/model", device, replay.precision);
  model.policy.set_requires_grad(true);
  auto loss = [&](const LossInputs& inputs) {
    return replay.loss ? policy_gradient_loss(inputs, *replay.loss) : cross_entropy_loss(inputs);
  };
  ReplayReport report;
  std::vector<size_t> all;
  for (size_t i = 0; i < replay.batch.samples.size(); ++i) {
    all.push_back(i);
    const double sample_loss =
        accumulate_gradients(model.policy, replay.batch, {i}, replay.options, loss).loss;
    const double norm = global_grad_norm(model.policy.gradients());
    model.policy.zero_gradients();
    report.samples.push_back({i, std::isfinite(sample_loss) && std::isfinite(norm), sample_loss, norm});
  }
  report.loss = accumulate_gradients(model.policy, replay.batch, all, replay.options, loss).loss;
  report.grad_norm = global_grad_norm(model.policy.gradients());
  return report;
}

}  // namespace r1
