// r1 verify math: one pair from the flags, or JSON lines in and out.
#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>

#include "base/errors.h"
#include "cli/text_output.h"
#include "cli/verbs.h"
#include "rewards/math/math_reward.h"

namespace r1::cli {
namespace {

struct VerifyFlags {
  std::optional<std::string> answer, completion, gold;
  bool percent_sign_optional = false;
};

Verdict verdict_of(Comparison comparison) {
  return comparison == Comparison::Equal       ? Verdict::Correct
         : comparison == Comparison::Different ? Verdict::Wrong
                                               : Verdict::Undecided;
}

// An answer that is extracted already: no mark such as \boxed is looked for.
MathVerdict verify_answer(const std::string& answer, const std::string& gold, NumberPolicy policy) {
  if (const std::string problem = gold_problem(gold); !problem.empty()) return {Verdict::BadGold, problem};
  const Verdict verdict = verdict_of(compare_answers(answer, gold, policy));
  return {verdict, fmt::format("answer \"{}\", gold \"{}\": {}", one_line(answer, 120), one_line(gold, 120),
                               verdict_name(verdict))};
}

Json verdict_line(const MathVerdict& result) {
  Json line = {{"verdict", verdict_name(result.verdict)}, {"reward", nullptr}, {"detail", result.detail}};
  if (is_judged(result.verdict)) line["reward"] = result.verdict == Verdict::Correct ? 1 : 0;
  return line;
}

std::optional<std::string> find_text(const Json& record, const char* key, const std::string& where) {
  if (!record.contains(key)) return std::nullopt;
  if (!record[key].is_string())
    throw DataError(fmt::format("{}: \"{}\" is not text; put it in quotes", where, key));
  return record[key].get<std::string>();
}

MathVerdict verify_record(const Json& record, const std::string& where, NumberPolicy policy) {
  if (!record.is_object())
    throw DataError(where + ": not a JSON object; write {\"completion\": ..., \"gold\": ...}");
  const auto completion = find_text(record, "completion", where), answer = find_text(record, "answer", where);
  std::optional<std::string> gold = find_text(record, "gold", where);
  if (!gold) gold = find_text(record, "answer_gold", where);
  if (!gold) throw DataError(where + ": no \"gold\"; write {\"completion\": ..., \"gold\": ...}");
  if (completion) return verify_math(*completion, *gold, false, policy);
  if (answer) return verify_answer(*answer, *gold, policy);
  throw DataError(where +
                  ": neither \"completion\" nor \"answer\"; write {\"completion\": ..., \"gold\": ...}");
}

// Flushed line by line, so that another program can ask and wait for the answer.
void verify_lines(std::istream& in, NumberPolicy policy) {
  std::string line;
  for (int64_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = fmt::format("stdin:{}", number);
    print_line(dump_json(verdict_line(verify_record(parse_json(line, where), where, policy))));
    std::fflush(stdout);
  }
}

void verify_math_verb(const VerifyFlags& flags) {
  const NumberPolicy policy{flags.percent_sign_optional};
  if (!flags.answer && !flags.completion && !flags.gold) return verify_lines(std::cin, policy);
  if (!flags.gold) throw ConfigError("--gold is missing; give the gold answer to compare with");
  if (flags.answer.has_value() == flags.completion.has_value()) {
    throw ConfigError("--gold needs one of --answer (extracted already) and --completion (a whole text)");
  }
  print_line(
      dump_json(verdict_line(flags.answer ? verify_answer(*flags.answer, *flags.gold, policy)
                                          : verify_math(*flags.completion, *flags.gold, false, policy))));
}

}  // namespace

void add_verify(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("verify", "judge answers; one JSON line in, one out");
  verb->require_subcommand(1);
  CLI::App* math = verb->add_subcommand(
      "math",
      "reads {\"completion\" or \"answer\": ..., \"gold\": ...} lines from stdin, or judges the flags' pair");
  auto flags = std::make_shared<VerifyFlags>();
  math->add_option("--answer", flags->answer, "the answer itself");
  math->add_option("--completion", flags->completion, "a text that holds the answer, e.g. in \\boxed{}");
  math->add_option("--gold", flags->gold, "the right answer");
  math->add_flag("--percent-sign-optional", flags->percent_sign_optional, "50% equals 50");
  math->callback([flags] { verify_math_verb(*flags); });
}

}  // namespace r1::cli
