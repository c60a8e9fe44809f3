#include "rewards/math/math_verifier.h"

#include <new>
#include <utility>

#include "base/utf8.h"
#include "rewards/math/compare/compare.h"
#include "rewards/math/tree/flint.h"

namespace r1::math {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f$") == std::string_view::npos;
}

// What can be said of a gold without parsing it; "" when nothing is wrong.
const char* gold_text_problem(std::string_view gold) {
  if (is_blank(gold)) return "the gold answer is empty";
  if (!is_valid_utf8(gold)) return "the gold answer is not UTF-8";
  return "";
}

MathJudgement bad_gold(size_t index, std::string_view gold, std::string reason) {
  MathJudgement result;
  result.outcome = MathOutcome::BadGold;
  result.reason = std::move(reason);
  result.gold_index = index;
  result.gold = gold;
  return result;
}

MathOutcome outcome_of(Comparison comparison) {
  return comparison == Comparison::Equal       ? MathOutcome::Equal
         : comparison == Comparison::Different ? MathOutcome::Different
                                               : MathOutcome::Unknown;
}

// The order in which alternatives win: the first of the highest rank decides.
int rank(MathOutcome outcome) {
  switch (outcome) {
    case MathOutcome::Equal:
      return 3;
    case MathOutcome::BadGold:
      return 2;
    case MathOutcome::Unknown:
      return 1;
    default:
      return 0;
  }
}

MathJudgement compare_to_gold(std::string_view answer, std::string_view gold, size_t index,
                              const MathPolicy& policy, bool explain) {
  if (const char* problem = gold_text_problem(gold); *problem) return bad_gold(index, gold, problem);
  AnswerComparison compared = compare_answer_texts(answer, gold, policy, explain);
  MathJudgement result;
  result.gold_index = index;
  result.gold = gold;
  result.fuel = compared.fuel;
  result.answer_tree = std::move(compared.answer_tree);
  result.gold_tree = std::move(compared.gold_tree);
  result.outcome = outcome_of(compared.decision.comparison);
  result.evidence = compared.decision.evidence;
  result.reason = compared.decision.reason;
  if (!compared.gold_problem.empty() && result.outcome != MathOutcome::Equal) {
    result.outcome = MathOutcome::BadGold;
    result.evidence = Evidence::None;
    result.reason = "the gold has no reading: " + compared.gold_problem;
  } else if (!compared.answer_problem.empty() && result.outcome != MathOutcome::Equal) {
    result.reason = "the answer has no reading: " + compared.answer_problem;
  }
  return result;
}

// The best of all alternatives, without the fields that say where the answer was found.
MathJudgement compare_to_golds(std::string_view answer, std::span<const std::string> golds,
                               const MathPolicy& policy, bool explain) {
  std::optional<MathJudgement> best;
  int64_t fuel = 0;
  for (size_t i = 0; i < golds.size(); ++i) {
    MathJudgement one = compare_to_gold(answer, gold_answer(golds[i]), i, policy, explain);
    fuel += one.fuel;
    if (!best || rank(one.outcome) > rank(best->outcome)) best = std::move(one);
    if (best->outcome == MathOutcome::Equal) break;
  }
  best->fuel = fuel;
  return std::move(*best);
}

std::optional<MathJudgement> refuse_golds(std::span<const std::string> golds) {
  if (golds.empty()) return bad_gold(0, "", "no gold answer is given");
  if (golds.size() > kMaxGolds) return bad_gold(kMaxGolds, "", "more than 64 alternative golds");
  return std::nullopt;
}

// A gold that cannot be read is reported whether or not there is an answer.
MathJudgement judge_nothing(std::span<const std::string> golds, const MathPolicy& policy, bool explain) {
  for (size_t i = 0; i < golds.size(); ++i) {
    const std::string gold = gold_answer(golds[i]);
    MathJudgement self = compare_to_gold(gold, gold, i, policy, explain);
    if (self.outcome == MathOutcome::BadGold) return self;
  }
  MathJudgement result;
  result.outcome = MathOutcome::NoAnswer;
  result.reason = "no answer found";
  result.gold = gold_answer(golds[0]);
  return result;
}

// "1 or 2" is right when the list is, or when each part is ("\\boxed{0.5} or \\boxed{1/2}"): naming two answers must not win where one of
// them would lose. `result` is the list's judgement, and stays unless all parts are right.
void judge_each_part(std::string_view completion, const ExtractedAnswer& answer,
                     std::span<const std::string> golds, const MathPolicy& policy, bool explain,
                     MathJudgement& result) {
  std::optional<MathJudgement> last;
  int64_t fuel = result.fuel;
  for (const TextSpan& part : answer.parts) {
    if (result.outcome == MathOutcome::Equal || result.outcome == MathOutcome::BadGold) break;
    last = compare_to_golds(completion.substr(part.begin, part.end - part.begin), golds, policy, explain);
    fuel += last->fuel;
    if (last->outcome != MathOutcome::Equal) {
      last.reset();
      break;
    }
  }
  if (last) result = std::move(*last);
  result.fuel = fuel;
}

MathJudgement judge_completion_or_throw(std::string_view completion, std::span<const std::string> golds,
                                        const MathPolicy& policy, JudgeOptions options) {
  if (auto refused = refuse_golds(golds)) return std::move(*refused);
  std::optional<ExtractedAnswer> answer =
      extract_answer(completion, {options.thinking_open, policy.last_number, options.question});
  if (!answer) return judge_nothing(golds, policy, options.explain);
  MathJudgement result = compare_to_golds(answer->text, golds, policy, options.explain);
  if (answer->alternatives) judge_each_part(completion, *answer, golds, policy, options.explain, result);
  result.extracted = std::move(answer->text);
  result.begin = answer->begin;
  result.end = answer->end;
  result.rule = answer->rule;
  result.parts = std::move(answer->parts);
  return result;
}

MathJudgement judge_answer_or_throw(std::string_view answer, std::span<const std::string> golds,
                                    const MathPolicy& policy, JudgeOptions options) {
  if (auto refused = refuse_golds(golds)) return std::move(*refused);
  if (is_blank(answer)) return judge_nothing(golds, policy, options.explain);
  MathJudgement result = compare_to_golds(answer, golds, policy, options.explain);
  result.extracted = answer;
  result.end = answer.size();
  return result;
}

MathJudgement out_of_memory() {
  MathJudgement result;  // Unknown: a judge without memory has nothing to say, and must not end the run
  result.reason = "out of memory";
  return result;
}

}  // namespace

const char* outcome_name(MathOutcome outcome) {
  switch (outcome) {
    case MathOutcome::Equal:
      return "EQUAL";
    case MathOutcome::Different:
      return "DIFFERENT";
    case MathOutcome::Unknown:
      return "UNKNOWN";
    case MathOutcome::NoAnswer:
      return "NO_ANSWER";
    case MathOutcome::BadGold:
      return "BAD_GOLD";
  }
  return "?";
}

const char* evidence_name(Evidence evidence) {
  switch (evidence) {
    case Evidence::None:
      return "none";
    case Evidence::Exact:
      return "exact";
    case Evidence::Modular:
      return "modular";
    case Evidence::Numeric:
      return "numeric";
  }
  return "?";
}

MathJudgement judge_completion(std::string_view completion, std::span<const std::string> golds,
                               const MathPolicy& policy, JudgeOptions options) {
  try {
    return judge_completion_or_throw(completion, golds, policy, options);
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

MathJudgement judge_answer(std::string_view answer, std::span<const std::string> golds,
                           const MathPolicy& policy, JudgeOptions options) {
  try {
    return judge_answer_or_throw(answer, golds, policy, options);
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

void release_thread_memory() { flint_cleanup(); }

}  // namespace r1::math
