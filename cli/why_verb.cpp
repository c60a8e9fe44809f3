// r1 why: one sample with everything that is known of it, and why its reward is what it is.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <optional>

#include "base/errors.h"
#include "cli/ledger_text.h"
#include "cli/text_output.h"
#include "cli/tokenizer_files.h"
#include "cli/verbs.h"

namespace r1::cli {
namespace {

struct WhyFlags {
  std::string run;
  SampleAddress address;
  bool tokens = false, json = false;
};

std::string token_text(const std::optional<Tokenizer>& tokenizer, TokenId id) {
  if (!tokenizer || id < 0 || id >= tokenizer->vocab_size()) return "?";
  return one_line(tokenizer->token_bytes(id), 40);
}

std::string logprob_text(const Completion& completion, size_t i) {
  return i < completion.rollout_logprobs.size() ? fmt::format("{:.5f}", completion.rollout_logprobs[i]) : "-";
}

std::string token_table(const Completion& completion, const std::optional<Tokenizer>& tokenizer) {
  Table table({"at", "id", "logprob", "text"});
  for (size_t i = 0; i < completion.token_ids.size(); ++i) {
    table.add({std::to_string(i), std::to_string(completion.token_ids[i]), logprob_text(completion, i),
               "|" + token_text(tokenizer, completion.token_ids[i]) + "|"});
  }
  return table.text();
}

std::string prompt_of(const SampleDetail& sample) {
  if (sample.example.messages.empty()) return indented(printable(sample.example.prompt_text), "  ");
  std::string text;
  for (const Message& message : sample.example.messages) {
    text += fmt::format("{}  {}:\n{}", text.empty() ? "" : "\n", one_line(message.role, 20),
                        indented(printable(message.content), "    "));
  }
  return text;
}

std::string part_line(const ScorePart& part, const std::map<std::string, double>& weights) {
  const auto weight = weights.find(part.name);
  return fmt::format("  {:10} {:>6}  weight {:g}  {}  {}", part.name,
                     part.value ? fmt::format("{:.4g}", *part.value) : "none",
                     weight == weights.end() ? 1.0 : weight->second,
                     part.verdict ? verdict_name(*part.verdict) : "-", one_line(part.detail, 400));
}

void print_sample(const SampleDetail& sample, const std::map<std::string, double>& weights,
                  const std::string& why) {
  const Completion& completion = sample.completion;
  print_line(fmt::format("step {}  group {}  sample {}  example {}  policy version {}", sample.address.step,
                         sample.address.group_index, sample.address.sample, one_line(sample.example.id, 200),
                         completion.policy_version));
  print_line(fmt::format("prompt ({} tokens)\n{}", sample.prompt_ids.size(), prompt_of(sample)));
  print_line(fmt::format("completion ({} tokens, finished by {})\n{}", completion.token_ids.size(),
                         finish_reason_name(completion.finish_reason),
                         indented(printable(completion.text), "  ")));
  print_line(fmt::format("gold      {}",
                         sample.example.answer.empty() ? "-" : one_line(sample.example.answer, 400)));
  print_line(fmt::format("verdict   {}", sample.score.verdict ? verdict_name(*sample.score.verdict) : "-"));
  print_line(fmt::format("reward    {:.6g}", sample.score.reward));
  for (const ScorePart& part : sample.score.parts) print_line(part_line(part, weights));
  print_line(fmt::format("advantage {:.6g}", sample.score.advantage));
  print_line("why       " + why);
}

Json token_rows(const Completion& completion, const std::optional<Tokenizer>& tokenizer) {
  Json rows = Json::array();
  for (size_t i = 0; i < completion.token_ids.size(); ++i) {
    Json row = {{"id", completion.token_ids[i]}, {"text", token_text(tokenizer, completion.token_ids[i])}};
    if (i < completion.rollout_logprobs.size()) row["logprob"] = completion.rollout_logprobs[i];
    rows.push_back(std::move(row));
  }
  return rows;
}

Json part_json(const ScorePart& part, const std::map<std::string, double>& weights) {
  const auto weight = weights.find(part.name);
  Json out = {{"name", part.name},       {"value", nullptr},
              {"verdict", nullptr},      {"detail", part.detail},
              {"seconds", part.seconds}, {"weight", weight == weights.end() ? 1.0 : weight->second}};
  if (part.value) out["value"] = *part.value;
  if (part.verdict) out["verdict"] = verdict_name(*part.verdict);
  return out;
}

Json sample_json(const SampleDetail& sample, const std::map<std::string, double>& weights,
                 const std::string& why) {
  Json out = sample_to_json(sample);
  out["gold"] = sample.example.answer;
  out["advantage"] = sample.score.advantage;
  out["why"] = why;
  out["parts"] = Json::array();
  for (const ScorePart& part : sample.score.parts) out["parts"].push_back(part_json(part, weights));
  return out;
}

void print_why(const WhyFlags& flags) {
  LedgerReader reader = open_ledger(flags.run);
  const std::optional<SampleDetail> sample = reader.sample(flags.address);
  if (!sample) {
    throw ConfigError(fmt::format("{}: no sample at step {}, group {}, sample {}; `r1 samples {}` lists them",
                                  one_line(flags.run, 500), flags.address.step, flags.address.group_index,
                                  flags.address.sample, one_line(flags.run, 500)));
  }
  const std::map<std::string, double> weights = reward_weights(reader.run_info());
  const std::string why = explain_reward(*sample, weights, rewards_of_group(reader, flags.address));
  const std::optional<Tokenizer> tokenizer = flags.tokens ? tokenizer_of_run(flags.run) : std::nullopt;
  if (flags.json) {
    Json out = sample_json(*sample, weights, why);
    if (flags.tokens) out["tokens"] = token_rows(sample->completion, tokenizer);
    return print_json(out);
  }
  print_sample(*sample, weights, why);
  if (flags.tokens) print_line(token_table(sample->completion, tokenizer));
}

}  // namespace

void add_why(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("why", "one sample with everything, and why its reward is what it is");
  auto flags = std::make_shared<WhyFlags>();
  verb->add_option("run", flags->run, "the run's folder")->required();
  verb->add_option("step,--step", flags->address.step, "as r1 samples lists it")->required();
  verb->add_option("group,--group", flags->address.group_index, "which group of the step")
      ->capture_default_str();
  verb->add_option("sample,--sample", flags->address.sample, "which sample of the group")
      ->capture_default_str();
  verb->add_flag("--tokens", flags->tokens, "every token with its logprob");
  verb->add_flag("--json", flags->json, "one JSON object");
  verb->callback([flags] { print_why(*flags); });
}

}  // namespace r1::cli
