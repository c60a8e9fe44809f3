#include "cli/ledger_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "base/errors.h"
#include "cli/text_output.h"

namespace r1::cli {
namespace {

namespace fs = std::filesystem;

// What a verdict means for the number, in a clause.
std::string meaning(Verdict verdict) {
  switch (verdict) {
    case Verdict::Correct:
      return "the answer is right";
    case Verdict::Wrong:
      return "the answer is wrong";
    case Verdict::NoAnswer:
      return "the completion holds no answer";
    case Verdict::Undecided:
      return "the verifier cannot tell whether the answer is right, which counts as wrong";
    case Verdict::BadGold:
      return "the gold answer itself cannot be read, so the sample is not trained on";
    case Verdict::TimedOut:
      return "the judged program ran out of time, which counts as wrong";
    case Verdict::JudgeError:
      return "the verifier itself failed, so the sample is not trained on";
  }
  return "";
}

std::string part_text(const ScorePart& part, const std::map<std::string, double>& weights) {
  if (!part.value && !part.verdict) return part.name + " does not apply to this example";
  std::string text =
      part.value ? fmt::format("{} gives {:g}", part.name, *part.value) : part.name + " gives no number";
  const auto weight = weights.find(part.name);
  if (weight != weights.end() && weight->second != 1)
    text += fmt::format(" times weight {:g}", weight->second);
  if (part.verdict) text += ", " + meaning(*part.verdict);
  if (!part.detail.empty()) text += fmt::format(" ({})", one_line(part.detail, 400));
  return text;
}

std::string group_text(const SampleDetail& sample, const std::vector<double>& rewards) {
  if (rewards.size() < 2) return "";
  const auto [low, high] = std::minmax_element(rewards.begin(), rewards.end());
  if (*low == *high) {
    return fmt::format(
        " All {} completions of the group have reward {:g}, so the advantage is {:g}: nothing is learned "
        "from this group.",
        rewards.size(), *low, sample.score.advantage);
  }
  const double mean =
      std::accumulate(rewards.begin(), rewards.end(), 0.0) / static_cast<double>(rewards.size());
  return fmt::format(" The group's mean reward is {:.4g}, which makes the advantage {:.4g}.", mean,
                     sample.score.advantage);
}

}  // namespace

LedgerReader open_ledger(const std::string& run) {
  const std::string path = fs::is_directory(run) ? run + "/run.db" : run;
  if (!fs::exists(path)) {
    throw ConfigError(one_line(run, 500) +
                      ": no run here (run.db is missing); `r1 runs` lists the runs of a folder");
  }
  return LedgerReader(path);
}

std::map<std::string, double> reward_weights(const RunInfo& info) {
  std::map<std::string, double> weights;
  const Json config = parse_json(info.config.empty() ? "{}" : info.config, "the run's configuration");
  const Json::json_pointer where("/reward/rewards");
  if (!config.contains(where) || !config[where].is_object()) return weights;
  for (const auto& [name, value] : config[where].items()) {
    if (value.is_number()) weights[name] = value.get<double>();
  }
  return weights;
}

std::vector<double> rewards_of_group(LedgerReader& reader, const SampleAddress& address) {
  std::vector<double> rewards;
  SampleAddress at = address;
  for (at.sample = 0;; ++at.sample) {
    const auto sample = reader.sample(at);
    if (!sample) return rewards;
    rewards.push_back(sample->score.reward);
  }
}

std::string explain_reward(const SampleDetail& sample, const std::map<std::string, double>& weights,
                           const std::vector<double>& group_rewards) {
  std::string text = fmt::format("Reward {:g}: ", sample.score.reward);
  if (sample.score.parts.empty()) text += "no reward looked at this completion";
  for (size_t i = 0; i < sample.score.parts.size(); ++i) {
    text += (i == 0 ? "" : "; ") + part_text(sample.score.parts[i], weights);
  }
  if (sample.completion.finish_reason == FinishReason::Length) {
    text += fmt::format("; the completion was cut at {} tokens", sample.completion.token_ids.size());
  }
  return text + "." + group_text(sample, group_rewards);
}

}  // namespace r1::cli
