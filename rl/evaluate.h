// Evaluation: sample k completions per problem, score them, and say how sure the number is.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "rewards/reward_set.h"
#include "rl/ledger.h"
#include "rl/statistics.h"
#include "rollout/engine.h"
#include "rollout/language_model.h"

namespace r1 {

struct EvalConfig {
  std::string name = "eval";
  int64_t samples = 1;
  SamplingConfig sampling{.temperature = 0.0};
  int64_t max_examples = 0;

  static void fields(auto& self, auto& visit) {
    visit("name", self.name, "name of the benchmark in tables and in the ledger");
    visit("samples", self.samples, "completions per problem (k of avg@k)");
    visit("max_examples", self.max_examples, "use the first so many problems; 0 uses all");
    visit("sampling", self.sampling, "how they are sampled");
  }
};

struct EvalProblem {
  std::string example_id;
  std::vector<bool> correct;  // [k]
};

struct EvalResult {
  std::string name;
  std::vector<EvalProblem> problems;
  double accuracy = 0;   // avg@k: mean over problems of the share of correct samples
  Interval interval;     // 95 %: Wilson for k = 1, bootstrap over problems otherwise
  double pass_at_k = 0;  // share of problems with a correct sample among k
  double majority =
      0;  // maj@k: share of problems whose most frequent answer is correct (ties: the first seen)
  double truncated = 0;  // share of completions cut by the length limit
  double no_answer = 0;
  double mean_length = 0;  // tokens
  std::vector<EvalSample> samples;

  std::map<std::string, double> metrics() const;
};

EvalResult evaluate(const LanguageModel& model, RolloutEngine& engine, RewardSet& rewards,
                    const std::vector<Example>& examples, const EvalConfig& config, uint64_t seed,
                    const std::function<bool()>& should_stop = {});

EvalRecord to_ledger_record(const EvalResult& result, int64_t step);

// Two evaluations of the same problems. p: exact McNemar when both have one sample a problem, else sign-flip
// permutation on per-problem means.
struct PairedComparison {
  double first = 0, second = 0;  // accuracies
  int64_t only_first = 0, only_second = 0;
  double p = 1;
};
// Throws DataError when the problems are not the same.
PairedComparison compare(const EvalResult& first, const EvalResult& second);

}  // namespace r1
