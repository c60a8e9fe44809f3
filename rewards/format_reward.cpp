#include "rewards/format_reward.h"

#include <fmt/format.h>

#include "rewards/math/extraction/answer_extraction.h"

namespace r1 {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

size_t count(std::string_view text, std::string_view part) {
  size_t times = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++times;
  return times;
}

bool is_think(std::string_view text) {
  constexpr std::string_view kOpen = "<think>", kClose = "</think>";
  if (count(text, kOpen) != 1 || count(text, kClose) != 1) return false;
  if (text.find_first_not_of(kBlank) != text.find(kOpen)) return false;
  const size_t close = text.find(kClose);
  return close > text.find(kOpen) &&
         text.find_first_not_of(kBlank, close + kClose.size()) != std::string_view::npos;
}

bool is_think_answer(std::string_view text) {
  constexpr std::string_view kOpen = "<think>\n", kMiddle = "\n</think>\n<answer>\n", kClose = "\n</answer>";
  if (!text.starts_with(kOpen) || !text.ends_with(kClose)) return false;
  const size_t middle = text.find(kMiddle, kOpen.size());
  return middle != std::string_view::npos && middle + kMiddle.size() <= text.size() - kClose.size();
}

double tag_quarters(std::string_view text) {
  double score = 0;
  for (std::string_view tag : {"<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>"}) {
    if (count(text, tag) == 1) score += 0.25;
  }
  return score;
}

}  // namespace

double format_score(std::string_view completion, std::string_view prompt_tail, FormatMode mode) {
  std::string text;
  if (opens_thinking(prompt_tail)) text = prompt_tail.substr(prompt_tail.rfind("<think>"));
  text += completion;
  switch (mode) {
    case FormatMode::Think:
      return is_think(text) ? 1.0 : 0.0;
    case FormatMode::ThinkAnswer:
      return is_think_answer(text) ? 1.0 : 0.0;
    case FormatMode::TagCount:
      return tag_quarters(text);
  }
  return 0.0;
}

std::vector<Score> FormatReward::score(std::span<const RewardInput> inputs) {
  std::vector<Score> scores;
  for (const RewardInput& input : inputs) {
    const double value = format_score(input.completion, input.prompt_tail, mode_);
    scores.push_back({value, std::nullopt, fmt::format("{} {}", enum_name(mode_), value)});
  }
  return scores;
}

}  // namespace r1
