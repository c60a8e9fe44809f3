#include <algorithm>
#include <string>
#include <unordered_set>

#include "base/utf8.h"
#include "rewards/math/vocabulary/letters.h"
#include "rewards/math/vocabulary/number_words.h"
#include "rewards/math/vocabulary/units.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

constexpr size_t kMaxNounWords = 6;
constexpr size_t kMaxNounBytes = 100;

// Words that change what a number in front of them says, or say something else altogether. A noun phrase with one is no decoration.
const std::unordered_set<std::string_view>& telling_words() {
  static const std::unordered_set<std::string_view> words = {
      // denial, comparison, bounds
      "not", "no", "non", "never", "neither", "nor", "none", "without", "except", "but", "only", "isn't",
      "aren't", "wrong", "incorrect", "false", "true", "correct", "yes", "more", "less", "fewer", "greater",
      "smaller", "larger", "bigger", "higher", "lower", "longer", "shorter", "older", "younger", "faster",
      "slower", "earlier", "later", "than", "most", "least", "minimum", "maximum", "max", "min", "about",
      "around", "approximately", "almost", "nearly", "roughly", "over", "under", "above", "below", "between",
      "within", "up", "down", "another", "other", "additional", "extra", "remaining", "missing", "plus",
      "minus", "positive", "negative",
      // time and direction
      "before", "after", "ago", "since", "until", "till", "am", "pm", "a.m", "p.m", "bc", "ad", "bce", "ce",
      "o'clock", "noon", "midnight", "morning", "afternoon", "evening", "past", "north", "south", "east",
      "west", "northeast", "northwest", "southeast", "southwest", "left", "right", "forward", "backward",
      "forwards", "backwards", "clockwise", "counterclockwise", "upward", "downward", "ahead", "behind",
      "profit", "loss", "gain", "debt", "gained", "lost", "increase", "decrease", "increased", "decreased",
      // joiners and questions
      "and", "or", "xor", "if", "then", "else", "when", "where", "while", "because", "so", "for", "to",
      "from", "by", "with", "is", "are", "was", "were", "be", "has", "have", "does", "do", "it", "they",
      "who", "what", "which", "how", "why", "either", "both", "as", "at", "on", "in", "into", "per", "each",
      "every", "any", "all", "some", "many", "maybe", "perhaps", "unknown", "undefined", "let", "assume",
      "given", "answer", "answers", "solution", "solutions", "equals", "equal",
      // second thoughts
      "wait", "actually", "instead", "possibly", "probably", "sorry", "hence", "therefore", "thus",
      "whichever", "whatever", "unless", "otherwise", "whenever", "oops", "approx", "estimate", "guess",
      "correction", "followed", "inclusive", "exclusive",
      // percentages, multiples and parts in other languages
      "prozent", "pourcent", "porcento", "porciento", "percento", "procent", "percentile", "percentiles",
      "millionen", "milliarde", "milliarden", "milliard", "milliards", "millones", "milioni", "miliardi",
      "miliardo", "billones", "billionen", "moins", "menos", "meno", "mehr", "weniger", "nicht", "pas",
      "demi", "halb", "halbe", "medio", "media", "medios", "meio", "meia", "mezzo", "tiers", "viertel",
      "drittel", "tercio", "tercios", "terzi", "quarti", "cuarto", "cuartos", "quarts", "mal", "veces",
      "fois", "volte",
      // arithmetic
      "repeating", "recurring", "repeated", "recurrent", "periodic", "exponent", "sine", "cosine", "tangent",
      "logarithm", "transpose", "conjugate", "opposite", "complement", "congruent", "rounded", "truncated",
      "zeros", "zeroes", "percent", "percents", "percentage", "pct", "permille", "times", "multiplied",
      "divided", "squared", "cubed", "square", "cube", "cubic", "root", "roots", "power", "powers", "factor",
      "factors", "fold", "factorial", "choose", "permute", "mod", "modulo", "modulus", "base", "binary",
      "decimal", "hexadecimal", "octal", "gcd", "lcm", "log", "ln", "lg", "exp", "sin", "cos", "tan", "cot",
      "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "sqrt", "pi", "tau", "infinity",
      "infinite", "inf", "nan", "sum", "product", "difference", "quotient", "ratio", "inverse", "reciprocal",
      "remainder", "halves", "quarter", "quarters", "point", "out", "degree", "degrees", "alpha", "beta",
      "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "rho",
      "sigma", "upsilon", "phi", "chi", "psi", "omega", "ell", "hbar", "deg", "dim", "det", "ker", "sup",
      "lim", "real", "imaginary", "complex", "rational", "irrational", "odd", "even", "prime", "composite",
      "dozen", "dozens", "score", "gross", "couple", "double", "triple", "single", "twice", "thrice", "half",
      "tens", "billions", "millions", "thousands", "hundreds", "lakh", "crore", "mil", "bn", "mn", "k"};
  return words;
}

// "14 times", "3 points", "6 degrees" end an answer and count; inside a phrase these words compute.
bool counts_when_last(std::string_view word) {
  constexpr std::string_view kWords[] = {"times",   "points",  "pairs",   "solutions", "roots",
                                         "factors", "answers", "squares", "cubes",     "primes"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

bool is_plain_word(std::string_view word) {
  return std::all_of(word.begin(), word.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || c == '-' || c == '\''; });
}

// Short words are nouns only when known: "abc" is three variables.
constexpr std::string_view kShortNouns[] = {
    "men", "cat", "dog", "pig", "hen", "cow", "car", "egg", "pen", "ant", "bee", "box",
    "hat", "toy", "pie", "kid", "bus", "bag", "can", "jar", "key", "map", "cds", "dvds",
    "row", "set", "way", "man", "boy", "fox", "owl", "pcs", "pts", "lap", "tie", "nut",
    "tin", "bat", "bed", "gum", "gas", "oil", "ice", "tea", "jam", "tvs"};

// A single word that does not look like a noun: adverbs, participles, adjectives. "0.3 repeating" is another number.
bool has_other_ending(std::string_view word) {
  constexpr std::string_view kEndings[] = {"ly",   "ing",  "ed",  "est",  "ous", "less",
                                           "able", "ible", "ive", "wise", "ward"};
  constexpr std::string_view kNouns[] = {
      "family",    "butterfly", "jelly",    "fly",     "lily",     "string",  "ring",    "king",
      "wing",      "building",  "painting", "drawing", "clothing", "wedding", "pudding", "earring",
      "seed",      "shed",      "weed",     "nest",    "guest",    "chest",   "forest",  "table",
      "vegetable", "cable",     "olive",    "hive",    "drive",    "bed",     "reed",    "living"};
  if (std::find(std::begin(kNouns), std::end(kNouns), word) != std::end(kNouns)) return false;
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view end) { return word.ends_with(end); });
}

bool has_vowel(std::string_view word) { return word.find_first_of("aeiouy") != std::string_view::npos; }

// "tee-shirts" is looked at by its parts.
bool is_telling(std::string_view word) {
  while (!word.empty()) {
    const size_t end = std::min(word.find('-'), word.size());
    const std::string_view part = word.substr(0, end);
    if (telling_words().contains(part) || is_number_word(part)) return true;
    word.remove_prefix(std::min(end + 1, word.size()));
  }
  return false;
}

bool is_noun_word(std::string_view word, bool first, bool last) {
  if (word == "of" || word == "the" || word == "a" || word == "an") return !first && !last;
  if (word.size() < 2 || !is_plain_word(word)) return false;
  if (first && last && word == "times") return true;
  if (last && counts_when_last(word)) return true;
  if (is_telling(word) || find_joiner(word) != Joiner::None) return false;
  if (find_unit(word)) return !first;  // "glasses of milk", "milk gallons"; never a unit behind the number
  if (last && has_other_ending(word)) return false;
  if (!first || !last) return true;
  return (word.size() >= 4 && has_vowel(word)) ||
         std::find(std::begin(kShortNouns), std::end(kShortNouns), word) != std::end(kShortNouns);
}

// Counting words of Chinese, Japanese and Korean, and other ideographs that change the number.
constexpr std::string_view kMeasureWords =
    "\u4e2a\u500b\u53ea\u672c\u4eba\u540d\u6761\u5f20\u4ef6\u6b21\u79cd\u652f\u679d\u628a\u8f86\u68f5\u6735"
    "\u76d2\u7bb1\u74f6\u676f\u7897\u5757\u7c92\u9897\u5934\u5339\u5ea7\u95f4\u6240\u4f4d\u53cc\u5bf9\u5957"
    "\u6392\u9875\u9898\u5c81\u6b65\u7968\u7403\u7ec4\u4efd\u682a\u679a\u5339\u518a\u5339\u53f0\u8ed2\u3064"
    "\u56de\u901a\u540d\uac1c\uba85\ubc88\uac00\uc9c0\ub9c8\ub9ac\uad8c\uc7a5\uc1a1\uc774\ub300";
constexpr std::string_view kTellingIdeographs =
    "\u4e0d\u6ca1\u975e\u65e0\u5c11\u591a\u5927\u5c0f\u8d1f\u6b63\u7ea6\u4e8e\u4ee5\u4e0a\u4e0b\u524d\u540e"
    "\u5f8c\u500d\u6210\u5206\u4e4b\u534a\u96f6\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341"
    "\u767e\u5343\u4e07\u842c\u4ebf\u5104\u5146\u4e24\u5169\u70b9\u9ede\u65f6\u6642\u6708\u65e5\u5e74\u53f7"
    "\u53f7\u7b2c\u4f59\u8d85\u672a\u81f3\u5230\u548c\u6216\u4e0e\u4e14\u6bd4\u7387\u5e73\u65b9\u7acb\u6839";

bool holds(std::string_view ideographs, std::string_view character) {
  return ideographs.find(character) != std::string_view::npos;
}

// A measure word and a noun: "\u4e2a\u82f9\u679c", "\u4eba", "\u53ea\u5c0f\u9e21" not (\u5c0f tells).
bool is_ideograph_noun(std::string_view text) {
  size_t count = 0;
  for (size_t at = 0; at < text.size(); ++count) {
    const size_t begin = at;
    if (letter_kind(next_code_point(text, at)) != LetterKind::Ideograph) return false;
    const std::string_view character = text.substr(begin, at - begin);
    if (count == 0 && !holds(kMeasureWords, character)) return false;
    if (count > 0 && holds(kTellingIdeographs, character)) return false;
  }
  return count >= 1 && count <= 8 && !find_unit(text);
}

constexpr std::string_view kForeignNouns[] = {"\u0447\u0435\u043b\u043e\u0432\u0435\u043a",
                                              "\u0447\u0435\u043b\u043e\u0432\u0435\u043a\u0430",
                                              "\u0440\u0430\u0437",
                                              "\u0440\u0430\u0437\u0430",
                                              "\u0448\u0442\u0443\u043a",
                                              "\u0448\u0442\u0443\u043a\u0438",
                                              "\u044f\u0431\u043b\u043e\u043a",
                                              "\u044f\u0431\u043b\u043e\u043a\u0430",
                                              "\u0441\u043f\u043e\u0441\u043e\u0431\u043e\u0432",
                                              "\u0441\u043f\u043e\u0441\u043e\u0431\u0430",
                                              "\u0443\u0447\u0435\u043d\u0438\u043a\u043e\u0432",
                                              "\u043a\u043d\u0438\u0433",
                                              "personnes",
                                              "fois",
                                              "\u00e9l\u00e8ves",
                                              "pommes",
                                              "personen",
                                              "mal",
                                              "sch\u00fcler",
                                              "\u00e4pfel",
                                              "st\u00fcck",
                                              "m\u00f6glichkeiten",
                                              "personas",
                                              "veces",
                                              "manzanas",
                                              "alumnos",
                                              "formas",
                                              "maneras",
                                              "pessoas",
                                              "vezes",
                                              "ma\u00e7\u00e3s",
                                              "alunos",
                                              "persone",
                                              "volte",
                                              "mele",
                                              "ng\u01b0\u1eddi",
                                              "c\u00e1ch",
                                              "qu\u1ea3",
                                              "l\u1ea7n",
                                              "h\u1ecdc sinh"};

}  // namespace

bool is_count_noun(std::string_view words) {
  if (words.empty() || words.size() > kMaxNounBytes) return false;
  const std::string lower = lower_text(words);
  std::string_view rest = lower;
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  while (rest.ends_with(' ') || rest.ends_with('.')) rest.remove_suffix(1);
  if (rest.empty()) return false;
  if (is_ideograph_noun(rest)) return true;
  if (std::find(std::begin(kForeignNouns), std::end(kForeignNouns), rest) != std::end(kForeignNouns))
    return true;
  for (size_t count = 0; !rest.empty(); ++count) {
    if (count == kMaxNounWords) return false;
    const size_t end = std::min(rest.find(' '), rest.size());
    const bool last = end == rest.size();
    if (!is_noun_word(rest.substr(0, end), count == 0, last)) return false;
    rest.remove_prefix(last ? end : end + 1);
  }
  return true;
}

}  // namespace r1::math
