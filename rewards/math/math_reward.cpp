#include "rewards/math/math_reward.h"

#include <fmt/format.h>

#include <utility>

#include "base/utf8.h"
#include "rewards/math/math_verifier.h"

namespace r1 {
namespace {

using math::MathJudgement;
using math::MathOutcome;

Verdict verdict_of(MathOutcome outcome) {
  switch (outcome) {
    case MathOutcome::Equal:
      return Verdict::Correct;
    case MathOutcome::Different:
      return Verdict::Wrong;
    case MathOutcome::Unknown:
      return Verdict::Undecided;
    case MathOutcome::NoAnswer:
      return Verdict::NoAnswer;
    case MathOutcome::BadGold:
      return Verdict::BadGold;
  }
  return Verdict::Undecided;
}

// At most this much of an untrusted text goes into a detail line, on one line and as valid UTF-8.
std::string shown_text(std::string_view text) {
  constexpr size_t kMaxShown = 120;
  std::string shown = repair_utf8(text.substr(0, kMaxShown));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return fmt::format("\"{}{}\"", shown, text.size() > kMaxShown ? "..." : "");
}

std::string detail_of(const MathJudgement& judgement) {
  const std::string gold = shown_text(judgement.gold);
  if (!judgement.rule) return fmt::format("{}, gold {}", judgement.reason, gold);
  return fmt::format("answer {} ({}), gold {}: {}", shown_text(judgement.extracted),
                     answer_rule_name(*judgement.rule), gold, judgement.reason);
}

}  // namespace

MathVerdict verify_math(std::string_view completion, std::string_view gold, bool thinking_open,
                        const math::MathPolicy& policy, std::string_view question) {
  const std::string golds[] = {std::string(gold)};
  const MathJudgement judgement = math::judge_completion(
      completion, golds, policy, {.thinking_open = thinking_open, .question = question});
  return {verdict_of(judgement.outcome), detail_of(judgement)};
}

std::string_view question_of(const Example& example) {
  for (auto message = example.messages.rbegin(); message != example.messages.rend(); ++message) {
    if (message->role == "user") return message->content;
  }
  return example.prompt_text;
}

std::vector<Score> MathReward::score(std::span<const RewardInput> inputs) {
  std::vector<Score> scores;
  for (const RewardInput& input : inputs) {
    MathVerdict result = verify_math(input.completion, input.example.answer,
                                     opens_thinking(input.prompt_tail), policy_, question_of(input.example));
    Score& score = scores.emplace_back();
    if (is_judged(result.verdict)) score.value = result.verdict == Verdict::Correct ? 1.0 : 0.0;
    score.verdict = result.verdict;
    score.detail = std::move(result.detail);
  }
  math::release_thread_memory();  // the thread that scores beside decoding ends with its step
  return scores;
}

}  // namespace r1
