#include "rewards/language_reward.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/errors.h"
#include "rewards/language_words.h"

namespace r1 {
namespace {

// One paragraph of reasoning in each language, none of it from a test collection.
const std::map<std::string, std::string>& samples() {
  static const std::map<std::string, std::string> all = {
      {"en", "First we add the two numbers, then we divide by three. So the total number of apples is nine."},
      {"de",
       "Zuerst addieren wir die beiden Zahlen, dann teilen wir durch drei. Also ist die Anzahl der Birnen "
       "neun."},
      {"fr",
       "D'abord on additionne les deux nombres, puis on divise par trois. Donc le nombre de pommes est "
       "neuf."},
      {"es",
       "Primero sumamos los dos n\u00fameros y luego dividimos por tres. Entonces el total de manzanas es "
       "nueve."},
      {"it", "Prima sommiamo i due numeri, poi dividiamo per tre. Quindi il totale delle mele \u00e8 nove."},
      {"pt",
       "Primeiro somamos os dois n\u00fameros e depois dividimos por tr\u00eas. Ent\u00e3o o total de "
       "ma\u00e7\u00e3s n\u00e3o \u00e9 dez."},
      {"zh", "\u9996\u5148\u6211\u4eec\u628a\u4e24\u4e2a\u6570\u76f8\u52a0\u3002"},
      {"ja", "\u307e\u305a\u4e8c\u3064\u306e\u6570\u3092\u8db3\u3057\u307e\u3059\u3002"},
      {"ko", "\uba3c\uc800 \ub450 \uc218\ub97c \ub354\ud569\ub2c8\ub2e4."},
      {"ru",
       "\u0421\u043d\u0430\u0447\u0430\u043b\u0430 \u0441\u043b\u043e\u0436\u0438\u043c "
       "\u0447\u0438\u0441\u043b\u0430."},
      {"ar", "\u0623\u0648\u0644\u0627 \u0646\u062c\u0645\u0639 \u0627\u0644\u0639\u062f\u062f\u064a\u0646."},
      {"hi",
       "\u092a\u0939\u0932\u0947 \u0926\u094b\u0928\u094b\u0902 "
       "\u0938\u0902\u0916\u094d\u092f\u093e\u090f\u0901."},
      {"el",
       "\u03a0\u03c1\u03ce\u03c4\u03b1 \u03c0\u03c1\u03bf\u03c3\u03b8\u03ad\u03c4\u03bf\u03c5\u03bc\u03b5."},
      {"he", "\u05e7\u05d5\u05d3\u05dd \u05e0\u05d7\u05d1\u05e8."},
      {"th", "\u0e1a\u0e27\u0e01\u0e15\u0e31\u0e27\u0e40\u0e25\u0e02"}};
  return all;
}

TEST(LanguageReward, TellsEachLanguageFromAllTheOthers) {
  ASSERT_EQ(samples().size(), known_languages().size());
  for (const auto& [written, text] : samples()) {
    for (const std::string& language : known_languages()) {
      const double share = language_share(text, language).value();
      if (language == written)
        EXPECT_EQ(share, 1.0) << written;
      else
        EXPECT_EQ(share, 0.0) << written << " taken for " << language;
    }
  }
}

TEST(LanguageReward, MixedReasoningGetsTheShareOfItsWords) {
  const std::string zh = "\u4e24\u4e2a\u6570";  // three characters, three words
  EXPECT_EQ(language_share("So the sum is " + zh, "en"), 4.0 / 7.0);
  EXPECT_EQ(language_share("So the sum is " + zh, "zh"), 3.0 / 7.0);
  EXPECT_EQ(language_share("So the answer is nine.\nAlso ist die Antwort neun.", "en"), 0.5);
  EXPECT_EQ(language_share("So the answer is nine.\nAlso ist die Antwort neun.", "de"), 0.5);
}

TEST(LanguageReward, NumbersFormulasAndCodeAreNeutral) {
  EXPECT_EQ(language_share("Donc le nombre est $\\text{the answer is } x + 12$ et `the_sum` 12.5 x", "fr"),
            1.0);
  EXPECT_EQ(
      language_share("\u4e24 \\(x\\) \\[ \\frac{the}{of} \\] 3x n_max \\alpha https://example.org/the", "zh"),
      1.0);
  EXPECT_EQ(language_share("12 + 30 = 42, x = 5", "en"), std::nullopt);
  EXPECT_EQ(language_share("", "en"), std::nullopt);
  EXPECT_EQ(language_share("$the answer", "en"), 1.0);  // a lone dollar opens nothing
}

TEST(LanguageReward, ASentenceWithoutVotesTakesTheLanguageOfTheText) {
  EXPECT_EQ(language_share("Wir addieren die Zahlen.\nTotal: Birnen", "de"), 1.0);
  EXPECT_EQ(language_share("Xylophone", "en"), 1.0);
  EXPECT_EQ(language_share("Xylophone", "de"), 0.0);
}

TEST(LanguageReward, WordsAreUnicodeRunsOfLetters) {
  const std::vector<Word> words = language_words("\u00c9t\u00e9 don't \u6570\u5b57abc 3rd");
  std::vector<std::string> texts;
  for (const Word& word : words) texts.push_back(word.text);
  EXPECT_EQ(texts, (std::vector<std::string>{"\u00e9t\u00e9", "don", "\u6570", "\u5b57", "abc"}));
}

TEST(LanguageReward, BadUtf8IsNoWord) { EXPECT_EQ(language_share("\xFF\xFE \xC3", "en"), std::nullopt); }

TEST(LanguageReward, LooksAtTheThinkingOnly) {
  EXPECT_EQ(chain_of_thought("<think>a</think>b"), "a");
  EXPECT_EQ(chain_of_thought("a</think>b"), "a");
  EXPECT_EQ(chain_of_thought("a b"), "a b");
  const Example example;
  const RewardInput input{example, "<think>So the sum is nine.</think>Die Antwort ist neun.", ""};
  EXPECT_EQ(LanguageReward("en").score({&input, 1}).at(0).value, 1.0);
  EXPECT_EQ(LanguageReward("de").score({&input, 1}).at(0).value, 0.0);
}

TEST(LanguageReward, AnUnknownLanguageIsAConfigError) { EXPECT_THROW(LanguageReward("tlh"), ConfigError); }

}  // namespace
}  // namespace r1
