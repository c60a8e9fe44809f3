// r1 verify math: one pair from the flags, or JSON lines in and out. r1 verify audit is in verify_audit.cpp.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "base/errors.h"
#include "base/thread_pool.h"
#include "cli/text_output.h"
#include "cli/verbs.h"
#include "cli/verify.h"
#include "rewards/math/compare/compare.h"
#include "rewards/math/judge_lines.h"

namespace r1::cli {
namespace {

using math::MathJudgement;
using math::MathOutcome;

struct VerifyFlags {
  std::string file;
  std::vector<std::string> golds;
  std::optional<std::string> answer, completion;
  bool thinking_open = false, explain = false;
  PolicyFlags policy;
};

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", one_line(text, 400)); }

// Blank where a side has no reading.
std::string tree_line(const std::string& tree) { return tree.empty() ? "-" : one_line(tree, 2000); }

std::string where_found(const MathJudgement& judgement) {
  if (!judgement.rule) return "given as such";
  return fmt::format("{}, bytes {} to {}", answer_rule_name(*judgement.rule), judgement.begin, judgement.end);
}

void print_explanation(const MathJudgement& judgement, size_t num_golds) {
  if (judgement.outcome != MathOutcome::NoAnswer) {
    print_line(fmt::format("answer    {}  ({})", in_quotes(judgement.extracted), where_found(judgement)));
    print_line(fmt::format("  read as {}", tree_line(judgement.answer_tree)));
  }
  const std::string which =
      num_golds > 1 ? fmt::format("  (alternative {} of {})", judgement.gold_index + 1, num_golds) : "";
  print_line(fmt::format("gold      {}{}", in_quotes(judgement.gold), which));
  print_line(fmt::format("  read as {}", tree_line(judgement.gold_tree)));
  print_line(fmt::format("verdict   {}", math::outcome_name(judgement.outcome)));
  print_line(fmt::format("because   {}", one_line(judgement.reason, 400)));
  print_line(fmt::format("evidence  {}", math::evidence_name(judgement.evidence)));
  print_line(fmt::format("fuel      {} of {} steps", judgement.fuel, math::kFuel));
}

void verify_pair(const VerifyFlags& flags) {
  if (flags.golds.empty()) throw ConfigError("--gold is missing; give the gold answer to compare with");
  if (flags.answer.has_value() == flags.completion.has_value()) {
    throw ConfigError("--gold needs one of --answer (extracted already) and --completion (a whole text)");
  }
  const math::MathPolicy policy = flags.policy.policy();
  const math::JudgeOptions options{flags.thinking_open, flags.explain};
  const MathJudgement judgement =
      flags.answer ? math::judge_answer(*flags.answer, flags.golds, policy, options)
                   : math::judge_completion(*flags.completion, flags.golds, policy, options);
  if (flags.explain) return print_explanation(judgement, flags.golds.size());
  print_line(dump_json(Json{{"verdict", math::outcome_name(judgement.outcome)},
                            {"reason", judgement.reason},
                            {"evidence", math::evidence_name(judgement.evidence)},
                            {"extracted", judgement.extracted},
                            {"fuel", judgement.fuel}}));
}

std::string summary(const math::LineTally& tally, double seconds) {
  std::string counts;
  for (size_t i = 0; i < tally.outcomes.size(); ++i) {
    if (tally.outcomes[i] > 0)
      counts += fmt::format(", {} {}", tally.outcomes[i], math::outcome_name(static_cast<MathOutcome>(i)));
  }
  if (tally.num_bad_lines > 0) counts += fmt::format(", {} bad lines", tally.num_bad_lines);
  return fmt::format("{} pairs{} in {:.2f} s, {:.0f} pairs/s", tally.num_judged(), counts, seconds,
                     static_cast<double>(tally.num_judged()) / std::max(seconds, 1e-9));
}

// Flushed block by block, and a block never waits for lines that have not come: another program can ask and wait for the answer.
void verify_lines(const VerifyFlags& flags) {
  const math::MathPolicy policy = flags.policy.policy();
  LineBlocks lines(flags.file, [] {
    flush_output();  // before each wait for more
    return stop_requested();
  });
  const auto begin = std::chrono::steady_clock::now();
  const math::LineTally tally =
      math::judge_lines(lines, policy, flags.explain, arithmetic_pool(), [](const math::JudgedLine& line) {
        print_line(line.result);
        if (!line.error.empty()) print_error_line(line.error);
      });
  flush_output();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  print_error_line(summary(tally, elapsed.count()));
  if (stop_requested()) throw Interrupted("interrupted; every result so far is written");
  if (tally.num_bad_lines > 0)
    throw DataError(fmt::format("{}: {} lines were not judged; each has an \"error\" in its result",
                                lines.name(), tally.num_bad_lines));
}

void verify_math_verb(VerifyFlags flags) {
  const bool pair = flags.answer || flags.completion || !flags.golds.empty();
  if (pair && !flags.file.empty()) throw ConfigError("give either a file or --gold with --answer, not both");
  if (pair) return verify_pair(flags);
  if (flags.file.empty()) flags.file = "-";
  verify_lines(flags);
}

void add_verify_math(CLI::App& verb) {
  CLI::App* math = verb.add_subcommand(
      "math",
      "judges the flags' pair, or {\"id\", \"gold\", \"answer\" or \"completion\"} lines of a file or stdin");
  auto flags = std::make_shared<VerifyFlags>();
  math->add_option("file", flags->file, "JSON lines, one pair a line; - or nothing is standard input");
  math->add_option("--answer", flags->answer, "the answer itself");
  math->add_option("--completion", flags->completion, "a text that holds the answer, e.g. in \\boxed{}");
  math->add_option("--gold", flags->golds, "the right answer; more than one are alternatives")
      ->allow_extra_args(false);
  math->add_flag("--thinking-open", flags->thinking_open, "the prompt opened the completion's thinking part");
  math->add_flag("--explain", flags->explain, "what was extracted, how both sides were read, what decided");
  flags->policy.declare(*math);
  math->callback([flags] { verify_math_verb(*flags); });
}

}  // namespace

void PolicyFlags::declare(CLI::App& verb) {
  verb.add_option("--profile", profile, "strict (rewards) or lenient (evaluation)")->capture_default_str();
  verb.add_option("--set", switches, "switch=true|false over the profile; may be repeated")
      ->allow_extra_args(false);
}

math::MathPolicy PolicyFlags::policy() const {
  for (const auto& [value, name] : EnumNames<math::MathProfile>::values) {
    if (profile == name) return math::policy_of(value, switches);
  }
  throw ConfigError(fmt::format("--profile {}: use strict or lenient", one_line(profile, 40)));
}

void add_verify(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("verify", "judge answers, or judge a run's answers again");
  verb->require_subcommand(1);
  add_verify_math(*verb);
  add_verify_audit(*verb);
}

}  // namespace r1::cli
