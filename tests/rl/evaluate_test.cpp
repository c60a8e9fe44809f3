#include "rl/evaluate.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "tests/toy_model.h"

namespace r1 {
namespace {

// An engine that writes what a test tells it to, so that the evaluation's arithmetic is checked alone.
class ScriptedEngine : public RolloutEngine {
 public:
  explicit ScriptedEngine(std::vector<std::vector<std::string>> texts) : texts_(std::move(texts)) {}
  std::vector<Group> generate(const std::vector<RolloutRequest>& requests, const SamplingConfig&, uint64_t,
                              const std::function<void(size_t, const Group&)>&,
                              const std::function<bool()>&) override {
    std::vector<Group> groups;
    for (size_t p = 0; p < requests.size(); ++p) {
      Group group{requests[p].example, requests[p].prompt_ids, {}};
      for (const std::string& text : texts_[p]) {
        group.completions.push_back(
            {.token_ids = {1, 2, 3},
             .rollout_logprobs = {0, 0, 0},
             .text = text,
             .finish_reason = text.empty() ? FinishReason::Length : FinishReason::Stop});
      }
      groups.push_back(group);
    }
    return groups;
  }

 private:
  std::vector<std::vector<std::string>> texts_;
};

std::vector<Example> problems(int count) {
  std::vector<Example> result;
  for (int i = 0; i < count; ++i) {
    result.push_back(
        {.id = "p" + std::to_string(i), .messages = {{"user", "?"}}, .answer = std::to_string(i)});
  }
  return result;
}

EvalResult run(const std::vector<std::vector<std::string>>& texts) {
  const LanguageModel model = make_toy_model(1);
  ScriptedEngine engine(texts);
  RewardSet rewards(RewardConfig{});
  EvalConfig config;
  config.samples = static_cast<int64_t>(texts[0].size());
  return evaluate(model, engine, rewards, problems(static_cast<int>(texts.size())), config, 1);
}

TEST(Evaluate, CountsCorrectAnswersTruncationsAndMissingAnswers) {
  const EvalResult result = run({{"\\boxed{0}"}, {"\\boxed{7}"}, {""}, {"\\boxed{3}"}});
  EXPECT_DOUBLE_EQ(result.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(result.truncated, 0.25);
  EXPECT_DOUBLE_EQ(result.no_answer, 0.25);
  EXPECT_EQ(result.interval.low, wilson_interval(2, 4).low);
  EXPECT_EQ(result.samples.size(), 4u);
}

TEST(Evaluate, ManySamplesGiveAverageAnySuccessAndMajority) {
  const EvalResult result = run({{"\\boxed{0}", "\\boxed{0}", "\\boxed{9}"},    // majority right
                                 {"\\boxed{1}", "\\boxed{5}", "\\boxed{5}"},    // majority wrong, one right
                                 {"\\boxed{9}", "\\boxed{2}", "\\boxed{2}"}});  // majority right
  EXPECT_DOUBLE_EQ(result.accuracy, 5.0 / 9);
  EXPECT_DOUBLE_EQ(result.pass_at_k, 1.0);
  EXPECT_DOUBLE_EQ(result.majority, 2.0 / 3);
}

TEST(Evaluate, ComparisonIsPairedAndExact) {
  const EvalResult first = run({{"\\boxed{0}"}, {"x"}, {"x"}, {"\\boxed{3}"}});
  const EvalResult second = run({{"\\boxed{0}"}, {"\\boxed{1}"}, {"\\boxed{2}"}, {"x"}});
  const PairedComparison comparison = compare(first, second);
  EXPECT_EQ(comparison.only_first, 1);
  EXPECT_EQ(comparison.only_second, 2);
  EXPECT_DOUBLE_EQ(comparison.p, mcnemar_exact(1, 2));
}

TEST(Evaluate, EvaluationsOfDifferentProblemsAreNotCompared) {
  EXPECT_THROW(compare(run({{"x"}}), run({{"x"}, {"x"}})), DataError);
}

// The template opens the thinking, so text without "</think>" has no answer yet: the verifier must learn of the tail.
TEST(Evaluate, ThinkingThatThePromptOpensReachesTheVerifier) {
  LanguageModel model = make_toy_model(1);
  model.chat_template = ChatTemplate(
      "{% for message in messages %}{{ message['content'] }}{% endfor %}{% if add_generation_prompt %}"
      "{{ 'A: <think>' }}{% endif %}",
      "", "");
  ScriptedEngine engine({{"\\boxed{0}"}, {"so </think> \\boxed{1}"}});
  RewardSet rewards(RewardConfig{});
  const EvalResult result = evaluate(model, engine, rewards, problems(2), {}, 1);
  EXPECT_EQ(result.samples[0].verdict, Verdict::NoAnswer);
  EXPECT_EQ(result.samples[1].verdict, Verdict::Correct);
}

TEST(Evaluate, AnEmptySetIsAnError) {
  const LanguageModel model = make_toy_model(1);
  ScriptedEngine engine({});
  RewardSet rewards(RewardConfig{});
  EXPECT_THROW(evaluate(model, engine, rewards, {}, {}, 1), DataError);
}

}  // namespace
}  // namespace r1
