#include "rl/evaluate.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/errors.h"
#include "rl/prompt_source.h"
#include "rl/scoring.h"

namespace r1 {
namespace {

// Answers vote by the verifier's own word on them, so that 1/2 and 0.5 written the same way count together only when
// the text is the same; the detail line carries the extracted answer.
bool majority_is_correct(const std::vector<ScoredCompletion>& scores,
                         const std::vector<std::string>& answers) {
  std::map<std::string, std::pair<int, size_t>> votes;  // answer -> (count, first seen)
  for (size_t i = 0; i < answers.size(); ++i) {
    auto [entry, fresh] = votes.try_emplace(answers[i], 0, i);
    ++entry->second.first;
  }
  const auto winner = std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) {
    return a.second.first != b.second.first ? a.second.first < b.second.first
                                            : a.second.second > b.second.second;
  });
  return scores[winner->second.second].verdict == Verdict::Correct;
}

std::string detail_of(const ScoredCompletion& scored) {
  for (const NamedScore& part : scored.parts) {
    if (part.score.verdict) return part.score.detail;
  }
  return "";
}

void add_group(EvalResult& result, const Group& group, const std::vector<ScoredCompletion>& scores) {
  EvalProblem problem{group.example.id, {}};
  std::vector<std::string> details;
  int64_t num_correct = 0;
  for (size_t i = 0; i < scores.size(); ++i) {
    const Completion& completion = group.completions[i];
    const bool correct = scores[i].verdict == Verdict::Correct;
    problem.correct.push_back(correct);
    num_correct += correct;
    details.push_back(detail_of(scores[i]));
    result.truncated += completion.finish_reason == FinishReason::Length;
    result.no_answer += scores[i].verdict == Verdict::NoAnswer;
    result.mean_length += static_cast<double>(completion.token_ids.size());
    result.samples.push_back({group.example.id, completion.sample_index, completion.text,
                              completion.token_ids, completion.finish_reason, scores[i].verdict,
                              scores[i].reward.value_or(0), details.back()});
  }
  result.accuracy += static_cast<double>(num_correct) / static_cast<double>(scores.size());
  result.pass_at_k += num_correct > 0;
  result.majority += majority_is_correct(scores, details);
  result.problems.push_back(std::move(problem));
}

double share_correct(const EvalProblem& problem) {
  return static_cast<double>(std::count(problem.correct.begin(), problem.correct.end(), true)) /
         static_cast<double>(problem.correct.size());
}

std::vector<double> per_problem(const EvalResult& result) {
  std::vector<double> shares;
  for (const EvalProblem& problem : result.problems) shares.push_back(share_correct(problem));
  return shares;
}

void finish(EvalResult& result, int64_t samples_per_problem) {
  const double problems = static_cast<double>(result.problems.size());
  const double completions = problems * static_cast<double>(samples_per_problem);
  result.accuracy /= problems;
  result.pass_at_k /= problems;
  result.majority /= problems;
  result.truncated /= completions;
  result.no_answer /= completions;
  result.mean_length /= completions;
  const int64_t correct = static_cast<int64_t>(result.accuracy * problems + 0.5);
  result.interval = samples_per_problem == 1
                        ? wilson_interval(correct, static_cast<int64_t>(result.problems.size()))
                        : bootstrap_interval(per_problem(result));
}

}  // namespace

std::map<std::string, double> EvalResult::metrics() const {
  return {{"accuracy", accuracy},
          {"accuracy_low", interval.low},
          {"accuracy_high", interval.high},
          {"pass_at_k", pass_at_k},
          {"majority", majority},
          {"truncated", truncated},
          {"no_answer", no_answer},
          {"mean_length", mean_length},
          {"problems", static_cast<double>(problems.size())}};
}

EvalResult evaluate(const LanguageModel& model, RolloutEngine& engine, RewardSet& rewards,
                    const std::vector<Example>& examples, const EvalConfig& config, uint64_t seed,
                    const std::function<bool()>& should_stop) {
  if (examples.empty()) throw DataError("the evaluation set holds no example; check its path and limit");
  std::vector<RolloutRequest> requests;
  for (const Example& example : examples) {
    if (config.max_examples > 0 && static_cast<int64_t>(requests.size()) == config.max_examples) break;
    requests.push_back(make_request(model, example, config.samples, 1));
  }
  EvalResult result{.name = config.name};
  const std::vector<Group> groups = engine.generate(requests, config.sampling, seed, {}, should_stop);
  for (size_t i = 0; i < groups.size(); ++i)
    add_group(result, groups[i], score_group(rewards, groups[i], requests[i].prompt_tail));
  finish(result, config.samples);
  return result;
}

EvalRecord to_ledger_record(const EvalResult& result, int64_t step) {
  return {step, result.name, result.metrics(), result.samples};
}

PairedComparison compare(const EvalResult& first, const EvalResult& second) {
  PairedComparison result{.first = first.accuracy, .second = second.accuracy};
  if (first.problems.size() != second.problems.size())
    throw DataError("the two evaluations have different problems");
  bool single = true;
  for (size_t i = 0; i < first.problems.size(); ++i) {
    const EvalProblem &a = first.problems[i], &b = second.problems[i];
    if (a.example_id != b.example_id) {
      throw DataError(
          fmt::format("the two evaluations differ at problem {}: {} and {}", i, a.example_id, b.example_id));
    }
    single = single && a.correct.size() == 1 && b.correct.size() == 1;
    result.only_first += share_correct(a) > share_correct(b);
    result.only_second += share_correct(b) > share_correct(a);
  }
  result.p = single ? mcnemar_exact(result.only_first, result.only_second)
                    : paired_permutation_test(per_problem(first), per_problem(second));
  return result;
}

}  // namespace r1
