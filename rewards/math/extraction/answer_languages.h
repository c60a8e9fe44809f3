// The words that announce an answer, language by language: data only. All in small letters; "|" stands between alternatives.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace r1::math {

struct AnswerLanguage {
  std::string_view code;
  std::string_view nouns;       // "answer", with what may stand before it as part of the word group
  std::string_view adjectives;  // behind the noun: "réponse finale"
  std::string_view copulas;     // "is"; the marks ":", "=", "—" are understood everywhere
  std::string_view no_before;   // denies, between noun and copula: "la respuesta no es"
  std::string_view no_after;    // denies, behind the copula: "the answer is not"
  std::string_view tails;       // belongs to the sentence, not to the answer: "5です"
  std::string_view no_tails;    // denies at the sentence's end: "5ではない"
  bool attached = false;        // no space between noun and copula
  bool bare = false;            // the copula stands at the end or nowhere: "उत्तर 5 है"
};

std::span<const AnswerLanguage> answer_languages();

}  // namespace r1::math
