// How much of the chain of thought is written in the wanted language: DeepSeek-R1's language consistency reward, "the
// proportion of target language words in the CoT" (https://arxiv.org/abs/2501.12948, section 2.3.2).
//
// How a language is told:
//   Words are runs of letters (Unicode); every Han, Hiragana, Katakana or Thai character is a word of its own, since
//   these scripts put no spaces between words. Neutral, not counted: numbers, symbols, formulas ($...$, \(...\), \[...\],
//   LaTeX commands), code (`...`), single Latin letters, URLs, and words with a digit or underscore inside.
//   Languages with a script of their own (zh ja ko ru ar hi el he th) are told by script, word by word. Han counts as
//   Japanese only when the text also has kana, and then not as Chinese.
//   Languages in Latin script (en de fr es it pt) are told run by run: between line ends and sentence ends, the Latin
//   words vote by stop words and by letters that only some of the languages use; the whole sentence goes to the winner,
//   to the target when the target ties for the most votes. A sentence without any vote takes the language of the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rewards/reward.h"

namespace r1 {

// The codes known: "en", "zh", ...
const std::vector<std::string>& known_languages();

// Share of the words of `text` in `language`, 0 to 1; none when the text has no words. REQUIRES a known language.
std::optional<double> language_share(std::string_view text, std::string_view language);

// The thinking part of a completion: up to "</think>", without the opening tag; all of it when nothing closes.
std::string_view chain_of_thought(std::string_view completion);

class LanguageReward : public Reward {
 public:
  // Throws ConfigError for a language it does not know.
  explicit LanguageReward(const std::string& language);
  std::vector<Score> score(std::span<const RewardInput> inputs) override;

 private:
  std::string language_;
};

}  // namespace r1
