// Whether a completion keeps the wanted form. 1 or 0, except tag_count: 0.25 for each tag in its place.
//
//   think         <think>...</think> once, at the start, then an answer that is not empty (DeepSeek-R1)
//   think_answer  the whole text is "<think>\n...\n</think>\n<answer>\n...\n</answer>" (open-r1)
//   tag_count     a quarter for each of "<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>" found
//                 exactly once
//
// When the prompt already ends with "<think>", the completion is judged with that tag in front.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/config.h"
#include "rewards/reward.h"

namespace r1 {

enum class FormatMode { Think, ThinkAnswer, TagCount };

template <>
struct EnumNames<FormatMode> {
  static constexpr std::pair<FormatMode, const char*> values[] = {{FormatMode::Think, "think"},
                                                                  {FormatMode::ThinkAnswer, "think_answer"},
                                                                  {FormatMode::TagCount, "tag_count"}};
};

double format_score(std::string_view completion, std::string_view prompt_tail, FormatMode mode);

class FormatReward : public Reward {
 public:
  explicit FormatReward(FormatMode mode) : mode_(mode) {}
  std::vector<Score> score(std::span<const RewardInput> inputs) override;

 private:
  FormatMode mode_;
};

}  // namespace r1
