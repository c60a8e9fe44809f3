#include "rl/distill.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>

#include "base/errors.h"
#include "rl/ledger_query.h"
#include "rl/prompt_source.h"
#include "rl/scoring.h"

namespace r1 {

void validate(const DistillConfig& config) {
  if (config.teacher.empty())
    throw ConfigError("teacher is empty: name a GGUF file or a Hugging Face folder");
  if (config.student.empty() && config.student_layers < 1) {
    throw ConfigError(
        fmt::format("student_layers={}: name a student model, or how many of the teacher's layers to keep",
                    config.student_layers));
  }
  if (config.samples_per_prompt < 1) throw ConfigError("samples_per_prompt: use 1 or more");
  if (config.max_per_prompt < 1) throw ConfigError("max_per_prompt: use 1 or more");
  SftConfig sft = config.sft;
  sft.model = config.teacher;  // not read; the student is made above
  validate(sft);
  validate(config.sampling, "sampling.");
}

namespace {

Example as_demonstration(Example example, const std::string& completion, int64_t sample) {
  example.id += fmt::format("#{}", sample);
  if (example.messages.empty())
    example.completion_text = completion;
  else
    example.messages.push_back({"assistant", completion});
  return example;
}

// Keeps at most `limit` different completions of each example.
class Collector {
 public:
  explicit Collector(int64_t limit) : limit_(limit) {}
  void add(const Example& example, const Completion& completion) {
    auto& kept = texts_[example.id];
    if (completion.finish_reason != FinishReason::Stop || static_cast<int64_t>(kept.size()) >= limit_) return;
    if (kept.insert(completion.text).second) {
      demonstrations_.push_back(as_demonstration(example, completion.text, completion.sample_index));
    }
  }
  std::vector<Example> take() { return std::move(demonstrations_); }

 private:
  int64_t limit_;
  std::map<std::string, std::set<std::string>> texts_;
  std::vector<Example> demonstrations_;
};

}  // namespace

std::vector<Example> collect_demonstrations(const DistillConfig& config, const LanguageModel& teacher,
                                            const TrainObserver& observer) {
  Collector collector(config.max_per_prompt);
  if (!config.from_run.empty()) {
    LedgerReader ledger(config.from_run + "/run.db");
    ledger.for_each_sample({.verdict = Verdict::Correct}, [&](const SampleDetail& sample) {
      collector.add(sample.example, sample.completion);
    });
  } else {
    RewardSet rewards(config.reward);
    LocalEngine engine(teacher.policy, teacher.tokenizer, config.engine);
    std::vector<RolloutRequest> requests;
    for (const Example& example : load_examples(config.data)) {
      requests.push_back(make_request(teacher, example, config.samples_per_prompt, 1));
    }
    const auto groups = engine.generate(requests, config.sampling, config.sft.seed, {}, observer.should_stop);
    for (size_t p = 0; p < groups.size(); ++p) {
      const Group& group = groups[p];
      const auto scores = score_group(rewards, group, requests[p].prompt_tail);
      for (size_t i = 0; i < scores.size(); ++i) {
        if (scores[i].verdict == Verdict::Correct) collector.add(group.example, group.completions[i]);
      }
    }
  }
  std::vector<Example> demonstrations = collector.take();
  if (demonstrations.empty()) {
    throw DataError(
        "the teacher has no correct, finished completion to learn from; use an easier data set, more "
        "samples_per_prompt or a better teacher");
  }
  return demonstrations;
}

std::vector<int64_t> chosen_layers(int64_t from, int64_t to) {
  std::vector<int64_t> layers;
  for (int64_t i = 0; i < to; ++i) layers.push_back(to == 1 ? 0 : (i * (from - 1) + (to - 1) / 2) / (to - 1));
  return layers;
}

LanguageModel shallower_copy(const LanguageModel& source, int64_t num_layers) {
  ModelConfig config = source.policy.config();
  if (num_layers > config.num_layers) {
    throw ConfigError(
        fmt::format("student_layers={}: the teacher has {} layers", num_layers, config.num_layers));
  }
  const std::vector<int64_t> layers = chosen_layers(config.num_layers, num_layers);
  config.num_layers = num_layers;
  const NamedTensors all = source.policy.clone_weights();
  NamedTensors weights;
  for (const auto& [name, tensor] : all) {
    if (!name.starts_with("model.layers.")) weights.emplace(name, tensor);
  }
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string prefix = fmt::format("model.layers.{}.", layers[i]);
    for (auto entry = all.lower_bound(prefix); entry != all.end() && entry->first.starts_with(prefix);
         ++entry) {
      weights.emplace(fmt::format("model.layers.{}.{}", i, entry->first.substr(prefix.size())),
                      entry->second);
    }
  }
  const auto files = text_files_of(source);
  Tokenizer tokenizer = Tokenizer::from_hf_json(files.at("tokenizer.json"), files.at("tokenizer_config.json"),
                                                "the teacher's tokenizer");
  const SpecialTokens& special = tokenizer.special_tokens();
  auto text = [&](std::optional<TokenId> id) {
    return id ? std::string(tokenizer.token_bytes(*id)) : std::string();
  };
  ChatTemplate chat_template(source.chat_template.source(), text(special.bos), text(special.eos));
  return {Policy(config, std::move(weights), source.policy.device(), source.policy.precision()),
          std::move(tokenizer), std::move(chat_template)};
}

void train_distill(const DistillConfig& config, bool resume, const TrainObserver& observer) {
  const c10::Device device(config.sft.device);
  LanguageModel teacher = load_language_model(config.teacher, device, config.sft.precision);
  // Sampling is a function of weights, prompts and seed, so a resumed run collects the same demonstrations again.
  const std::vector<Example> demonstrations = collect_demonstrations(config, teacher, observer);
  observer.note(fmt::format("learning from {} verified completions", demonstrations.size()));
  LanguageModel student = config.student.empty()
                              ? shallower_copy(teacher, config.student_layers)
                              : load_language_model(config.student, device, config.sft.precision);
  DistillConfig resolved = config;
  train_on_demonstrations(config.sft, demonstrations, student, "distill",
                          config_to_json(config_fields(resolved)), resume, observer);
}

}  // namespace r1
