#include "rewards/language_reward.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <map>
#include <utility>

#include "base/config.h"
#include "base/errors.h"
#include "rewards/language_words.h"

namespace r1 {
namespace {

// How a Latin-script language shows: its most frequent function words (those it shares with a neighbour vote for both),
// and letters that mark it.
struct LatinProfile {
  const char* code;
  std::string_view stop_words;  // between spaces
  std::string_view letters;
};

constexpr LatinProfile kLatin[] = {
    {"en",
     " the of and to in is that it for was on are as with be at by this have from or had not but what all "
     "were we when "
     "there can an your which their if do will each how then them so some her would make like has two more "
     "no could my "
     "than been who its now find get way should because therefore thus since let wait our also after first "
     "equals these "
     "into other where think know need check see same you he she they his here just since sum ",
     ""},
    {"de",
     " der die und das ist nicht ein eine zu den mit von auf im dem sich des wir es ich auch als wie man bei "
     "nach nur wenn "
     "aber oder werden wird sind hat haben dass da so noch durch kann also aus zum zur einen einem einer "
     "muss dann "
     "gleich ergibt weil damit daher diese dieser dieses jetzt hier mal sein war vor um zwei drei gibt haben "
     "in an ",
     "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F"},
    {"fr",
     " le la les de des et est un une du en que qui dans pour pas sur au aux avec ce cette il elle nous vous "
     "on par plus "
     "ne se sont ou mais donc comme nombre alors soit car ainsi peut fait deux trois aussi ces son sa ses "
     "leur tout si "
     "ils elles avons calcul ont tous puis chaque dont sans ",
     "\xC3\xA7\xC3\xA8\xC3\xAA\xC3\xA0\xC3\xB9\xC3\xAE\xC3\xB4\xC5\x93\xC3\xA2"},
    {"es",
     " el la los las de y que en es un una por con para no se del al lo como su m\xC3\xA1s pero sus entonces "
     "si este esta "
     "son ser tiene hay donde porque cada cuando son dos tres tambi\xC3\xA9n muy nos ya n\xC3\xBAmero vamos "
     "debemos "
     "luego eso est\xC3\xA1 tenemos podemos sobre a o ",
     "\xC3\xB1\xC3\xB3\xC3\xAD\xC3\xBA"},
    {"it",
     " il lo la gli le di che e \xC3\xA8 un una per con non si del della dei delle al alla da nel nella sono "
     "come ma anche "
     "pi\xC3\xB9 quindi se questo questa ci ha hanno abbiamo dobbiamo possiamo allora perch\xC3\xA9 ogni due "
     "tre numero "
     "dove quando poi cos\xC3\xAC essere suo in ed dal i ",
     "\xC3\xAC\xC3\xB2\xC3\xB9\xC3\xA8"},
    {"pt",
     " o a os as de e que do da em um uma para com n\xC3\xA3o se por mais dos das no na como mas ao ele ela "
     "seu sua ou ser "
     "quando muito nos j\xC3\xA1 tamb\xC3\xA9m pelo pela at\xC3\xA9 isso ent\xC3\xA3o s\xC3\xA3o temos "
     "podemos vamos cada "
     "ent\xC3\xA3o porque dois tr\xC3\xAAs n\xC3\xBAmero est\xC3\xA1 tem \xC3\xA9 foi ",
     "\xC3\xA3\xC3\xB5\xC3\xA7\xC3\xAA\xC3\xA2"},
};
constexpr size_t kNumLatin = std::size(kLatin);

using Votes = std::array<int, kNumLatin>;

constexpr std::pair<const char*, Script> kScriptLanguages[] = {
    {"zh", Script::Han},      {"ja", Script::Kana},   {"ko", Script::Hangul},
    {"ru", Script::Cyrillic}, {"ar", Script::Arabic}, {"hi", Script::Devanagari},
    {"el", Script::Greek},    {"he", Script::Hebrew}, {"th", Script::Thai}};

bool has_letter_of(std::string_view word, std::string_view letters) {
  for (size_t i = 0; i + 1 < letters.size(); i += 2) {  // all of them take two bytes
    if (word.find(letters.substr(i, 2)) != std::string_view::npos) return true;
  }
  return false;
}

void add_votes(Votes& votes, const std::string& word) {
  const std::string spaced = " " + word + " ";
  for (size_t i = 0; i < kNumLatin; ++i) {
    // Two votes for a stop word: it says more than a letter the neighbours share.
    if (kLatin[i].stop_words.find(spaced) != std::string_view::npos) votes[i] += 2;
    if (has_letter_of(word, kLatin[i].letters)) votes[i] += 1;
  }
}

// Whether `target` has the most votes; none when nobody voted.
std::optional<bool> wins(const Votes& votes, size_t target) {
  const int most = *std::max_element(votes.begin(), votes.end());
  if (most == 0) return std::nullopt;
  return votes[target] == most;
}

size_t count_latin_target(const std::vector<Word>& words, size_t target) {
  std::map<int, Votes> by_sentence;
  Votes of_text{};
  for (const Word& word : words) {
    if (word.script != Script::Latin) continue;
    add_votes(by_sentence[word.sentence], word.text);
    add_votes(of_text, word.text);
  }
  // A text without a single vote (one odd word) is taken for English, the language that has no letters of its own.
  const bool text_wins = wins(of_text, target).value_or(target == 0);
  size_t count = 0;
  for (const Word& word : words) {
    if (word.script == Script::Latin) count += wins(by_sentence[word.sentence], target).value_or(text_wins);
  }
  return count;
}

size_t count_script_target(const std::vector<Word>& words, Script target) {
  const bool japanese =
      std::any_of(words.begin(), words.end(), [](const Word& word) { return word.script == Script::Kana; });
  size_t count = 0;
  for (const Word& word : words) {
    const Script script = word.script == Script::Han && japanese ? Script::Kana : word.script;
    count += script == target;
  }
  return count;
}

}  // namespace

const std::vector<std::string>& known_languages() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> codes;
    for (const LatinProfile& profile : kLatin) codes.emplace_back(profile.code);
    for (const auto& entry : kScriptLanguages) codes.emplace_back(entry.first);
    return codes;
  }();
  return all;
}

std::optional<double> language_share(std::string_view text, std::string_view language) {
  const std::vector<Word> words = language_words(text);
  if (words.empty()) return std::nullopt;
  const auto total = static_cast<double>(words.size());
  for (size_t i = 0; i < kNumLatin; ++i) {
    if (language == kLatin[i].code) return static_cast<double>(count_latin_target(words, i)) / total;
  }
  for (const auto& [code, script] : kScriptLanguages) {
    if (language == code) return static_cast<double>(count_script_target(words, script)) / total;
  }
  check(false, "the language is a known one");
  return std::nullopt;
}

std::string_view chain_of_thought(std::string_view completion) {
  constexpr std::string_view kOpen = "<think>", kClose = "</think>";
  completion = completion.substr(0, completion.rfind(kClose));
  const size_t open = completion.find(kOpen);
  return open == std::string_view::npos ? completion : completion.substr(open + kOpen.size());
}

LanguageReward::LanguageReward(const std::string& language) : language_(language) {
  const auto& all = known_languages();
  if (std::find(all.begin(), all.end(), language) == all.end()) {
    throw ConfigError(
        fmt::format("language=\"{}\": use one of {}", language, config_detail::join(all, ", ")));
  }
}

std::vector<Score> LanguageReward::score(std::span<const RewardInput> inputs) {
  std::vector<Score> scores;
  for (const RewardInput& input : inputs) {
    const std::optional<double> share = language_share(chain_of_thought(input.completion), language_);
    scores.push_back(
        {share, std::nullopt,
         share ? fmt::format("{:.0f}% of the words are {}", 100 * *share, language_) : "no words"});
  }
  return scores;
}

}  // namespace r1
