// r1 verify audit: a run's answers judged a second time, by another policy or another program, and where the two disagree.
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>

#include "base/errors.h"
#include "base/thread_pool.h"
#include "cli/ledger_text.h"
#include "cli/text_output.h"
#include "cli/tokenizer_files.h"
#include "cli/verbs.h"
#include "cli/verify.h"
#include "rewards/external_reward.h"
#include "rewards/math/extraction/answer_extraction.h"
#include "rewards/math/math_reward.h"

namespace r1::cli {
namespace {

constexpr size_t kBatch = 256;

struct AuditFlags {
  std::string run;
  PolicyFlags policy{.profile = "lenient"};
  std::vector<std::string> command;
  double timeout_s = 60;
  size_t limit = 20;
  bool json = false;
};

// The second judge looks at a batch; none for a sample that it does not apply to.
using Opinions = std::vector<std::optional<MathVerdict>>;
using Judge = std::function<Opinions(const std::vector<RewardInput>&)>;

Judge policy_judge(const math::MathPolicy& policy) {
  return [policy](const std::vector<RewardInput>& inputs) {
    Opinions out(inputs.size());
    arithmetic_pool().run(static_cast<int64_t>(inputs.size()), [&](int64_t task) {
      const RewardInput& input = inputs[static_cast<size_t>(task)];
      out[static_cast<size_t>(task)] =
          verify_math(input.completion, input.example.answer, opens_thinking(input.prompt_tail), policy,
                      question_of(input.example));
    });
    return out;
  };
}

// The program speaks the lines of rewards/external_reward.h; a positive reward is "correct".
Judge program_judge(const AuditFlags& flags) {
  if (!(flags.timeout_s > 0 && flags.timeout_s <= 86400))
    throw ConfigError(
        fmt::format("--timeout {}: use more than 0 and at most 86400 seconds", flags.timeout_s));
  const auto timeout =
      std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(flags.timeout_s));
  auto program = std::make_shared<ExternalReward>(flags.command, timeout);
  return [program](const std::vector<RewardInput>& inputs) {
    Opinions out;
    for (Score& score : program->score(inputs)) {
      if (score.verdict == Verdict::JudgeError) throw DataError(score.detail);
      if (score.value)
        out.push_back(MathVerdict{*score.value > 0 ? Verdict::Correct : Verdict::Wrong, score.detail});
      else
        out.push_back(std::nullopt);
    }
    return out;
  };
}

struct Disagreement {
  SampleAddress address;
  std::string example, gold, detail;
  Verdict ledger, second;
};

struct Audit {
  int64_t num_samples = 0, num_agree = 0, num_reward_changes = 0;
  std::map<std::string, int64_t> changes;   // "wrong -> correct"
  std::vector<Disagreement> disagreements;  // the first `limit`
};

// What the run's math verifier said; none when it did not look at the sample.
std::optional<MathVerdict> first_opinion(const SampleDetail& sample) {
  if (sample.example.answer.empty()) return std::nullopt;
  for (const ScorePart& part : sample.score.parts) {
    if (part.name == "math" && part.verdict) return MathVerdict{*part.verdict, part.detail};
  }
  return std::nullopt;
}

// A program knows right and wrong only, so there what was not rewarded is one thing.
bool agree(Verdict ledger, Verdict second, bool by_program) {
  if (!by_program) return ledger == second;
  return (ledger == Verdict::Correct) == (second == Verdict::Correct);
}

void add(Audit& audit, const SampleDetail& sample, const MathVerdict& second, const AuditFlags& flags) {
  const Verdict ledger = first_opinion(sample)->verdict;
  ++audit.num_samples;
  if (agree(ledger, second.verdict, !flags.command.empty())) {
    ++audit.num_agree;
    return;
  }
  audit.num_reward_changes += (ledger == Verdict::Correct) != (second.verdict == Verdict::Correct);
  ++audit.changes[fmt::format("{} -> {}", verdict_name(ledger), verdict_name(second.verdict))];
  if (audit.disagreements.size() < flags.limit) {
    audit.disagreements.push_back(
        {sample.address, sample.example.id, sample.example.answer, second.detail, ledger, second.verdict});
  }
}

// The end of a prompt as text, which says whether it opened a thinking part; "" without the run's tokenizer.
std::string prompt_tail(const SampleDetail& sample, const std::optional<Tokenizer>& tokenizer) {
  constexpr size_t kTailTokens = 8;
  std::string text;
  const std::vector<TokenId>& ids = sample.prompt_ids;
  for (size_t i = ids.size() - std::min(ids.size(), kTailTokens); tokenizer && i < ids.size(); ++i) {
    if (ids[i] >= 0 && ids[i] < tokenizer->vocab_size()) text += tokenizer->token_bytes(ids[i]);
  }
  return text;
}

Audit audit_run(const AuditFlags& flags) {
  const Judge judge = flags.command.empty() ? policy_judge(flags.policy.policy()) : program_judge(flags);
  LedgerReader reader = open_ledger(flags.run);
  const std::optional<Tokenizer> tokenizer = tokenizer_of_run(flags.run);
  Audit audit;
  std::vector<SampleDetail> batch;
  std::vector<std::string> tails;
  const auto judge_batch = [&] {
    std::vector<RewardInput> inputs;
    for (size_t i = 0; i < batch.size(); ++i) {
      const Completion& completion = batch[i].completion;
      inputs.push_back({batch[i].example, completion.text, tails[i],
                        static_cast<int64_t>(completion.token_ids.size()),
                        completion.finish_reason == FinishReason::Length});
    }
    const Opinions opinions = judge(inputs);
    for (size_t i = 0; i < batch.size(); ++i) {
      if (opinions[i]) add(audit, batch[i], *opinions[i], flags);
    }
    batch.clear();
    tails.clear();
    if (stop_requested()) throw Interrupted("interrupted; nothing was changed");
  };
  reader.for_each_sample({}, [&](const SampleDetail& sample) {
    if (!first_opinion(sample)) return;
    batch.push_back(sample);
    tails.push_back(prompt_tail(sample, tokenizer));
    if (batch.size() == kBatch) judge_batch();
  });
  if (!batch.empty()) judge_batch();
  return audit;
}

Json to_json(const Audit& audit, const std::string& run) {
  Json rows = Json::array();
  for (const Disagreement& one : audit.disagreements) {
    rows.push_back({{"step", one.address.step},
                    {"group", one.address.group_index},
                    {"sample", one.address.sample},
                    {"example", one.example},
                    {"gold", one.gold},
                    {"ledger", verdict_name(one.ledger)},
                    {"second", verdict_name(one.second)},
                    {"detail", one.detail}});
  }
  return {{"run", run},
          {"num_samples", audit.num_samples},
          {"num_agree", audit.num_agree},
          {"num_reward_changes", audit.num_reward_changes},
          {"changes", audit.changes},
          {"disagreements", rows}};
}

void print_audit(const AuditFlags& flags) {
  const Audit audit = audit_run(flags);
  if (flags.json) return print_json(to_json(audit, flags.run));
  if (!audit.disagreements.empty()) {
    Table table({"step", "group", "sample", "example", "ledger", "second", "second's reason"});
    for (const Disagreement& one : audit.disagreements) {
      table.add({std::to_string(one.address.step), std::to_string(one.address.group_index),
                 std::to_string(one.address.sample), one_line(one.example, 30), verdict_name(one.ledger),
                 verdict_name(one.second), one_line(one.detail, 160)});
    }
    print_line(table.text());
  }
  std::string changes;
  for (const auto& [change, count] : audit.changes) changes += fmt::format(", {} {}", count, change);
  print_line(fmt::format("{} samples judged again: {} agree, {} would be rewarded differently{}",
                         audit.num_samples, audit.num_agree, audit.num_reward_changes, changes));
}

}  // namespace

void add_verify_audit(CLI::App& verify) {
  CLI::App* verb = verify.add_subcommand(
      "audit", "judge a run's math answers again, by another policy or program, and list disagreements");
  auto flags = std::make_shared<AuditFlags>();
  verb->add_option("run", flags->run, "the run's folder")->required();
  flags->policy.declare(*verb);
  verb->add_option("--command", flags->command,
                   "a program and its arguments instead: the lines of rewards/external_reward.h, a positive "
                   "reward is \"correct\"")
      ->expected(1, -1);
  verb->add_option("--timeout", flags->timeout_s, "seconds the program has for 256 samples")
      ->capture_default_str();
  verb->add_option("--limit", flags->limit, "list at most so many; all are counted")->capture_default_str();
  verb->add_flag("--json", flags->json, "one JSON object");
  verb->callback([flags] { print_audit(*flags); });
}

}  // namespace r1::cli
