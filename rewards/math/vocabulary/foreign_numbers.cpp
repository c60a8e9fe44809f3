#include <string>
#include <unordered_map>

#include "rewards/math/vocabulary/number_lexicon.h"

namespace r1::math {
namespace {

struct Row {
  uint32_t value;
  std::string_view words;  // separated by spaces
};

// French, German, Spanish, Portuguese, Italian, Russian, lower case. Left out: words that are others in English or mathematics
// (once, due, null, cent, sept, otto, quince, e, un).
// clang-format off
constexpr Row kRows[] = {
    {0, "z\u00e9ro cero \u043d\u043e\u043b\u044c \u043d\u0443\u043b\u044c"}, {1, "eins uno \u043e\u0434\u0438\u043d"}, {2, "deux zwei dos dois \u0434\u0432\u0430"}, {3, "trois drei tres tr\u00eas tre \u0442\u0440\u0438"},
    {4, "quatre vier cuatro quatro quattro \u0447\u0435\u0442\u044b\u0440\u0435"}, {5, "cinq f\u00fcnf cinco cinque \u043f\u044f\u0442\u044c"}, {6, "sechs seis sei \u0448\u0435\u0441\u0442\u044c"},
    {7, "sieben siete sete sette \u0441\u0435\u043c\u044c"}, {8, "huit acht ocho oito \u0432\u043e\u0441\u0435\u043c\u044c"}, {9, "neuf neun nueve nove \u0434\u0435\u0432\u044f\u0442\u044c"},
    {10, "dix zehn diez dez dieci \u0434\u0435\u0441\u044f\u0442\u044c"}, {11, "onze elf undici \u043e\u0434\u0438\u043d\u043d\u0430\u0434\u0446\u0430\u0442\u044c"}, {12, "douze zw\u00f6lf doce doze dodici \u0434\u0432\u0435\u043d\u0430\u0434\u0446\u0430\u0442\u044c"},
    {13, "treize dreizehn trece treze tredici \u0442\u0440\u0438\u043d\u0430\u0434\u0446\u0430\u0442\u044c"}, {14, "quatorze vierzehn catorce catorze quattordici \u0447\u0435\u0442\u044b\u0440\u043d\u0430\u0434\u0446\u0430\u0442\u044c"},
    {15, "quinze f\u00fcnfzehn quindici \u043f\u044f\u0442\u043d\u0430\u0434\u0446\u0430\u0442\u044c"}, {16, "seize sechzehn diecis\u00e9is dezesseis sedici \u0448\u0435\u0441\u0442\u043d\u0430\u0434\u0446\u0430\u0442\u044c"},
    {17, "dix-sept siebzehn diecisiete dezessete diciassette \u0441\u0435\u043c\u043d\u0430\u0434\u0446\u0430\u0442\u044c"},
    {18, "dix-huit achtzehn dieciocho dezoito diciotto \u0432\u043e\u0441\u0435\u043c\u043d\u0430\u0434\u0446\u0430\u0442\u044c"},
    {19, "dix-neuf neunzehn diecinueve dezenove diciannove \u0434\u0435\u0432\u044f\u0442\u043d\u0430\u0434\u0446\u0430\u0442\u044c"},
    {20, "vingt zwanzig veinte vinte venti \u0434\u0432\u0430\u0434\u0446\u0430\u0442\u044c"}, {21, "veintiuno"}, {22, "veintid\u00f3s"}, {23, "veintitr\u00e9s"}, {24, "veinticuatro"},
    {25, "veinticinco"}, {26, "veintis\u00e9is"}, {27, "veintisiete"}, {28, "veintiocho"}, {29, "veintinueve"},
    {30, "trente drei\u00dfig treinta trinta trenta \u0442\u0440\u0438\u0434\u0446\u0430\u0442\u044c"}, {40, "quarante vierzig cuarenta quarenta quaranta \u0441\u043e\u0440\u043e\u043a"},
    {50, "cinquante f\u00fcnfzig cincuenta cinquenta cinquanta \u043f\u044f\u0442\u044c\u0434\u0435\u0441\u044f\u0442"}, {60, "soixante sechzig sesenta sessenta sessanta \u0448\u0435\u0441\u0442\u044c\u0434\u0435\u0441\u044f\u0442"},
    {70, "siebzig setenta settanta \u0441\u0435\u043c\u044c\u0434\u0435\u0441\u044f\u0442"}, {80, "quatre-vingts achtzig ochenta oitenta ottanta \u0432\u043e\u0441\u0435\u043c\u044c\u0434\u0435\u0441\u044f\u0442"},
    {90, "neunzig noventa novanta \u0434\u0435\u0432\u044f\u043d\u043e\u0441\u0442\u043e"}, {100, "hundert einhundert cien cem cento \u0441\u0442\u043e"},
    {1000, "mille tausend eintausend mil \u0442\u044b\u0441\u044f\u0447\u0430"},
};

constexpr std::string_view kGermanUnits[] = {"ein", "zwei", "drei", "vier", "f\u00fcnf", "sechs", "sieben", "acht", "neun"};
constexpr std::string_view kGermanTens[] = {"zwanzig", "drei\u00dfig", "vierzig", "f\u00fcnfzig", "sechzig", "siebzig", "achtzig", "neunzig"};
constexpr std::string_view kItalianUnits[] = {"uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"};
constexpr std::string_view kItalianTens[] = {"venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta"};
// clang-format on

void add_compounds(std::unordered_map<std::string, uint32_t>& words) {
  for (uint32_t ten = 0; ten < 8; ++ten) {
    for (uint32_t unit = 0; unit < 9; ++unit) {
      const uint32_t value = (ten + 2) * 10 + unit + 1;
      words.try_emplace(std::string(kGermanUnits[unit]) + "und" + std::string(kGermanTens[ten]), value);
      std::string_view stem = kItalianTens[ten];
      const bool vowel = kItalianUnits[unit] == "uno" || kItalianUnits[unit] == "otto";
      if (vowel) stem.remove_suffix(1);
      words.try_emplace(std::string(stem) + (unit == 2 ? "tr\u00e9" : std::string(kItalianUnits[unit])),
                        value);
    }
  }
}

const std::unordered_map<std::string, uint32_t>& table() {
  static const auto map = [] {
    std::unordered_map<std::string, uint32_t> words;
    for (const Row& row : kRows) {
      for (std::string_view rest = row.words; !rest.empty();) {
        const size_t end = std::min(rest.find(' '), rest.size());
        words.try_emplace(std::string(rest.substr(0, end)), row.value);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    add_compounds(words);
    return words;
  }();
  return map;
}

std::optional<uint32_t> find(const std::string& word) {
  const auto found = table().find(word);
  if (found == table().end()) return std::nullopt;
  return found->second;
}

bool joins(std::string_view word) { return word == "et" || word == "y" || word == "e"; }

}  // namespace

// "douze", "trente et un", "treinta y dos", "trente-deux"
std::optional<ForeignNumber> read_foreign_number(std::span<const SpokenToken> tokens) {
  if (tokens.empty()) return std::nullopt;
  ForeignNumber number;
  if (tokens.size() > 1 && tokens[1].hyphen) {
    const auto joined = find(tokens[0].word + "-" + tokens[1].word);
    if (joined) number = {*joined, 2};
  }
  if (number.tokens == 0) {
    const auto first = find(tokens[0].word);
    if (!first) return std::nullopt;
    number = {*first, 1};
  }
  const bool tens = number.value >= 20 && number.value < 100 && number.value % 10 == 0;
  const size_t skip = number.tokens < tokens.size() && joins(tokens[number.tokens].word) ? 1 : 0;
  if (number.tokens + skip < tokens.size()) {
    const std::string& word = tokens[number.tokens + skip].word;
    const auto unit = word == "un" || word == "um" ? std::optional(1u) : find(word);
    if (unit && tens && *unit >= 1 && *unit <= 9)
      number = {number.value + *unit, number.tokens + skip + 1};
    else if (unit && skip == 0)
      return std::nullopt;  // "deux trois"
  }
  return number;
}

}  // namespace r1::math
