#include "rewards/math/extraction/answer_phrases.h"

#include <gtest/gtest.h>

#include <set>

#include "rewards/math/extraction/answer_languages.h"
#include "tests/rewards/math/extracted.h"

namespace r1 {
namespace {

struct Case {
  const char* text;
  const char* answer;  // what the phrase announces; "none" for no answer
};

void expect_phrases(std::initializer_list<Case> cases) {
  for (const Case& one : cases) {
    const std::string want =
        std::string(one.answer) == "none" ? "none" : std::string("phrase: ") + one.answer;
    EXPECT_EQ(extract(one.text), want) << one.text;
  }
}

TEST(AnswerPhrases, English) {
  expect_phrases({{"The answer is 5.", "5"},
                  {"the final answer is 5", "5"},
                  {"The final answer is: 5", "5"},
                  {"So the answer is therefore 5.", "5"},
                  {"The answer is simply 5.", "5"},
                  {"The answer is equal to 5.", "5"},
                  {"The answer to the question is 5.", "5"},
                  {"The answer, then, is 5.", "5"},
                  {"The answer we are looking for is 5.", "5"},
                  {"Answer: 5", "5"},
                  {"ANSWER: 5", "5"},
                  {"Answer : 5", "5"},
                  {"Answer = 5", "5"},
                  {"Answer - 5", "5"},
                  {"Answer -5", "none"},
                  {"Answer: -5", "-5"},
                  {"The answer is -5", "-5"},
                  {"Answer (in cm): 5", "5"},
                  {"Ans: 5", "5"},
                  {"Ans. 5", "none"},
                  {"The answers are 1, 2 and 3.", "1, 2 and 3"},
                  {"The answer is 3.14. Good.", "3.14"},
                  {"The answer is 0.333... and so on", "0.333... and so on"},
                  {"The answer is 5 apples.", "5 apples"},
                  {"The answer is $5.", "$5"},
                  {"The answer is 1,234.", "1,234"},
                  {"The answer is 3 p.m.", "3 p.m"},
                  {"The answer is Evelyn!", "Evelyn"},
                  {"The answer is yes.", "yes"},
                  {"The answer is 5, because 2+3=5.", "5"},
                  {"The answer is 5, as required.", "5"},
                  {"The answer is 5, not 6.", "5"},
                  {"The answer is 5 since it is prime.", "5"},
                  {"The answer is x = 5.", "x = 5"},
                  {"The answer is no solution.", "no solution"},
                  {"The answer is \"5\".", "5"},
                  {"The answer is 5.The rest", "5"}});
}

TEST(AnswerPhrases, Formulas) {
  expect_phrases(
      {{"The final answer is $5$. I hope it is correct.", "5"},
       {"the answer is $x=5$, as required", "x=5"},
       {"The answer is $5$", "5"},
       {"The answer is $ 5 $.", "5"},
       {"The answer is \\(5\\).", "5"},
       {"The answer is \\[5\\]", "5"},
       {"The answer is\n\\[\n5\n\\]", "5"},
       {"The answer is:\n\n$$\\frac{1}{2}$$\n", "\\frac{1}{2}"},
       {"The answer is $5$ because $2+3=5$.", "5"},
       {"The answer is $5$, which is prime.", "5"},
       {"The answer is $5$ dollars.", "$5$ dollars"},
       {"The answer is $5$ if $n$ is even.", "$5$ if $n$ is even"},
       {"The answer is $5$, if n is even and $6$ otherwise.", "$5$, if n is even and $6$ otherwise"},
       {"The answer is the $5$th one.", "the $5$th one"},
       {"The answer is $1$, $2$, and $3$.", "1, 2, 3"},
       {"The answer is $x = 1$ and $y = 2$.", "x = 1, y = 2"},
       {"The answer is $3.5$.", "3.5"},
       {"The answer is $5 and not $6.", "$5 and not $6"},
       {"The answer is $f(x) = x.$ Done.", "$f(x) = x.$ Done"}});
}

TEST(AnswerPhrases, Markdown) {
  expect_phrases({{"**Answer:** 5", "5"},
                  {"**Answer**: 5", "5"},
                  {"**Answer: 5**", "5"},
                  {"**Final answer: 5**", "5"},
                  {"**Final Answer:** **5**", "5"},
                  {"__Answer:__ 5", "5"},
                  {"*Answer:* 5", "5"},
                  {"Answer: `5`", "5"},
                  {"Answer: **5**", "5"},
                  {"The answer is **5**.", "5"},
                  {"The answer is **5** because it fits.", "5"},
                  {"**The answer is 5.**", "5"},
                  {"Answer\n5", "5"},
                  {"### Answer\n5", "5"},
                  {"## Final Answer\n\n$5$\n", "5"},
                  {"**Final Answer**\n\n5", "5"},
                  {"### Final Answer:\n**5**", "5"},
                  {"Answer:\n5", "5"},
                  {"- Answer: 5", "5"},
                  {"**Answer:**\n\n- 5 apples", "5 apples"},
                  {"Answer:\n-5", "-5"},
                  {"The answer is $3+4=", "none"},
                  {"The answer is $", "none"},
                  {"1. **Answer:** 5", "5"},
                  {"> Answer: 5", "5"},
                  {"Answer\n\nWe see that the sum of the parts is odd and so on.", "none"},
                  {"The answer\n5", "none"},
                  {"### Answer\n### Next", "none"}});
}

TEST(AnswerPhrases, Choices) {
  expect_phrases({{"The answer is (B).", "(B)"},
                  {"The answer is B.", "B"},
                  {"The answer is option B.", "B"},
                  {"The answer is choice (C).", "(C)"},
                  {"The correct option is (B).", "(B)"},
                  {"The correct choice is B", "B"},
                  {"The correct option is **(B)**.", "(B)"},
                  {"the correct option is (B) 5", "(B)"},
                  {"Option (B) is correct.", "(B)"},
                  {"So choice D is the answer.", "D"},
                  {"Option B is not correct.", "none"},
                  {"The correct option is hard to find.", "none"},
                  {"The best option is to leave.", "none"},
                  {"故选 B", "B"},
                  {"故选B。", "B"},
                  {"故选：C.", "C"},
                  {"应选 (C)", "(C)"},
                  {"因此选D", "D"},
                  {"选项A错误，故选B。", "B"},
                  {"正确选项是 C", "C"},
                  {"答案选A", "A"},
                  {"不选B", "none"},
                  {"选择题很难", "none"},
                  {"正解はBです", "B"}});
}

TEST(AnswerPhrases, Chinese) {
  expect_phrases({{"答案是5。", "5"},       {"答案为 5", "5"},
                  {"答案：5", "5"},         {"答案: 5", "5"},
                  {"所以答案是$5$。", "5"}, {"最终答案是：5。很好", "5"},
                  {"最终答案：**5**", "5"}, {"因此，答案就是5。", "5"},
                  {"答案等于5", "5"},       {"答案应该是5", "5"},
                  {"答：5", "5"},           {"答案是5，因为2+3=5。", "5"},
                  {"**答案**：5", "5"},     {"答案\n5", "5"},
                  {"答案不是5。", "none"},  {"答案是4。答案不是5。", "4"},
                  {"答案并非5", "none"},    {"如果答案是5", "none"},
                  {"假设答案为5", "none"},  {"错误的答案是5", "none"},
                  {"答案是5吗？", "none"},  {"答案是5。不对，算错了。", "none"}});
}

TEST(AnswerPhrases, FrenchGermanSpanishPortugueseItalian) {
  expect_phrases({{"La réponse est 5.", "5"},
                  {"La réponse finale est $5$.", "5"},
                  {"Réponse : 5", "5"},
                  {"**RÉPONSE :** 5", "5"},
                  {"La réponse est donc 5.", "5"},
                  {"La réponse n'est pas 5.", "none"},
                  {"La réponse n’est pas 5.", "none"},
                  {"Si la réponse est 5, alors", "none"},
                  {"La réponse est 5, car c'est pair.", "5"},
                  {"Die Antwort ist 5.", "5"},
                  {"Die Antwort lautet: 5", "5"},
                  {"Antwort: 5", "5"},
                  {"ANTWORT: 5", "5"},
                  {"Die Antwort ist also 5.", "5"},
                  {"Die Antwort ist nicht 5.", "none"},
                  {"Wenn die Antwort 5 ist", "none"},
                  {"Falls die Antwort ist 5", "none"},
                  {"La respuesta es 5.", "5"},
                  {"La respuesta final es: 5", "5"},
                  {"Respuesta: 5", "5"},
                  {"La respuesta correcta es 5.", "5"},
                  {"La respuesta no es 5.", "none"},
                  {"Si la respuesta es 5", "none"},
                  {"A resposta é 5.", "5"},
                  {"A resposta final é 5.", "5"},
                  {"Resposta: 5", "5"},
                  {"A resposta não é 5.", "none"},
                  {"Se a resposta é 5", "none"},
                  {"La risposta è 5.", "5"},
                  {"La risposta finale è: 5", "5"},
                  {"Risposta: 5", "5"},
                  {"La risposta non è 5.", "none"},
                  {"Se la risposta è 5", "none"}});
}

TEST(AnswerPhrases, RussianJapaneseKorean) {
  expect_phrases({{"Ответ: 5", "5"},
                  {"ОТВЕТ: 5.", "5"},
                  {"Ответ — 5.", "5"},
                  {"Ответ равен 5.", "5"},
                  {"Окончательный ответ: 5", "5"},
                  {"Ответом является 5", "5"},
                  {"**Ответ:** $5$", "5"},
                  {"Ответ не 5.", "none"},
                  {"Ответ: не 5.", "none"},
                  {"Если ответ — 5", "none"},
                  {"Неправильный ответ: 5", "none"},
                  {"答えは5です。", "5"},
                  {"答えは 5 である。", "5"},
                  {"答え：5", "5"},
                  {"最終的な答えは5になります。", "5"},
                  {"よって、答えは$5$です。", "5"},
                  {"答えは5ではない。", "none"},
                  {"答えは5ではありません。", "none"},
                  {"もし答えは5", "none"},
                  {"답은 5입니다.", "5"},
                  {"정답: 5", "5"},
                  {"따라서 답은 5이다.", "5"},
                  {"최종 답은 $5$입니다.", "5"},
                  {"정답은 5", "5"},
                  {"답은 5가 아닙니다.", "none"},
                  {"정답은 5이 아니다.", "none"},
                  {"만약 답은 5", "none"}});
}

TEST(AnswerPhrases, ArabicHindiVietnamese) {
  expect_phrases({{"الإجابة هي 5.", "5"},
                  {"الإجابة النهائية هي: 5", "5"},
                  {"الجواب: 5", "5"},
                  {"الإجابة: ٥", "٥"},
                  {"الإجابة ليست 5.", "none"},
                  {"إذا كانت الإجابة هي 5", "none"},
                  {"उत्तर: 5", "5"},
                  {"उत्तर 5 है।", "5"},
                  {"अंतिम उत्तर है: 5", "5"},
                  {"सही उत्तर ५ है।", "५"},
                  {"उत्तर 5 नहीं है।", "none"},
                  {"यदि उत्तर 5 है", "none"},
                  {"Đáp án là 5.", "5"},
                  {"ĐÁP ÁN: 5", "5"},
                  {"Đáp số: 5", "5"},
                  {"Vậy đáp án cuối cùng là 5.", "5"},
                  {"Câu trả lời là $5$.", "5"},
                  {"Đáp án không phải là 5.", "none"},
                  {"Nếu đáp án là 5", "none"}});
}

TEST(AnswerPhrases, OtherLanguages) {
  expect_phrases({{"Het antwoord is 5.", "5"},
                  {"Het antwoord is niet 5.", "none"},
                  {"Odpowiedź: 5", "5"},
                  {"Odpowiedź to 5.", "5"},
                  {"Odpowiedź to nie 5.", "none"},
                  {"Cevap: 5", "5"},
                  {"Cevap 5'tir.", "5"},
                  {"Cevap 5 değildir.", "none"},
                  {"Відповідь: 5", "5"},
                  {"Відповідь не 5", "none"},
                  {"Svaret är 5.", "5"},
                  {"Svaret är inte 5.", "none"},
                  {"Svaret er 5.", "5"},
                  {"Svaret er ikke 5.", "none"},
                  {"Vastaus on 5.", "5"},
                  {"Vastaus ei ole 5.", "none"},
                  {"Odpověď je 5.", "5"},
                  {"Odpověď není 5.", "none"},
                  {"A válasz: 5", "5"},
                  {"A válasz 5.", "5"},
                  {"A válasz nem 5.", "none"},
                  {"Răspunsul este 5.", "5"},
                  {"Răspunsul nu este 5.", "none"},
                  {"Отговорът е 5.", "5"},
                  {"Отговорът не е 5.", "none"},
                  {"Odgovor je 5.", "5"},
                  {"Odgovor nije 5.", "none"},
                  {"Η απάντηση είναι 5.", "5"},
                  {"Η απάντηση δεν είναι 5.", "none"},
                  {"התשובה היא 5.", "5"},
                  {"התשובה אינה 5.", "none"},
                  {"پاسخ: 5", "5"},
                  {"پاسخ 5 است.", "5"},
                  {"پاسخ 5 نیست.", "none"},
                  {"উত্তর হল 5।", "5"},
                  {"উত্তর 5 নয়।", "none"},
                  {"விடை: 5", "5"},
                  {"సమాధానం 5", "5"},
                  {"คำตอบคือ 5", "5"},
                  {"คำตอบไม่ใช่ 5", "none"},
                  {"Jawabannya adalah 5.", "5"},
                  {"Jawaban akhir: 5", "5"},
                  {"Jawabannya bukan 5.", "none"},
                  {"Ang sagot ay 5.", "5"},
                  {"Jibu ni 5.", "5"},
                  {"La resposta és 5.", "5"},
                  {"Erantzuna 5 da.", "5"},
                  {"Atbilde ir 5.", "5"},
                  {"Atsakymas yra 5.", "5"},
                  {"Përgjigjja është 5.", "5"},
                  {"Պատասխանը՝ 5", "none"},
                  {"Պատասխան: 5", "5"},
                  {"პასუხი: 5", "5"},
                  {"Жауабы: 5", "5"},
                  {"Хариулт: 5", "5"},
                  {"ចម្លើយគឺ 5", "5"},
                  {"La respondo estas 5.", "5"},
                  {"መልሱ 5 ነው", "5"}});
}

TEST(AnswerPhrases, TheLaterBeatsTheEarlier) {
  expect_phrases({{"The answer is 4. The answer is 5.", "5"},
                  {"The answer is 4.\n\nAnswer: 5", "5"},
                  {"Answer: 5\nThe answer is 4", "4"},
                  {"La réponse est 4. The answer is 5.", "5"},
                  {"The answer is 5. I am sure the answer is correct.", "5"},
                  {"The answer is 3 more. The answer is Evelyn.", "Evelyn"},
                  {"\\boxed{4}. Sorry, the answer is 5.", "5"}});
  EXPECT_EQ(extract("\\boxed{4}. The answer is a nice number."), "box: 4");
  EXPECT_EQ(extract("\\boxed{4}. The answer is Evelyn."), "box: 4");
  EXPECT_EQ(extract("The answer is 5: \\boxed{4}"), "box: 4");
  EXPECT_EQ(extract("The answer is $\\boxed{4}$, as required."), "box: 4");
  EXPECT_EQ(extract("Answer:\n<answer>4</answer>"), "answer_tag: 4");
}

TEST(AnswerPhrases, DeniedOrTakenBack) {
  expect_phrases({{"The answer is not 5.", "none"},
                  {"The answer isn't 5.", "none"},
                  {"The answer cannot be 5.", "none"},
                  {"The answer is never 5.", "none"},
                  {"The answer is **not** 5.", "none"},
                  {"The answer is 5. Scratch that.", "none"},
                  {"The answer is 5. Wait, that's wrong.", "none"},
                  {"The answer is 5. No wait, I made a mistake.", "none"},
                  {"The answer is 5 is wrong.", "none"},
                  {"The answer is 4. The answer is 5. Scratch that.", "4"},
                  {"The answer is 5.\nThe answer is wrong.", "none"},
                  {"The answer is 5.\nThe answer is not correct.", "none"},
                  {"The answer is 5?", "none"},
                  {"If the answer is 5, then 6.", "none"},
                  {"Suppose the answer is 5.", "none"},
                  {"I doubt whether the answer is 5.", "none"},
                  {"A common wrong answer is 5.", "none"},
                  {"The incorrect answer is 5.", "none"},
                  {"If we add them, the answer is 5.", "5"},
                  {"The answer is 5. Ответ неверный.", "5"}});
}

TEST(AnswerPhrases, WhatIsNoAnnouncement) {
  expect_phrases({{"", "none"},
                  {"What is the answer?", "none"},
                  {"I will answer 5 questions.", "none"},
                  {"The answerer is 5", "none"},
                  {"Unanswered: 5", "none"},
                  {"put your final answer within 5 lines", "none"},
                  {"The answer depends on 5.", "none"},
                  {"The answer", "none"},
                  {"Answer:", "none"},
                  {"The answer is", "none"},
                  {"The answer is:", "none"},
                  {"Solution: 5", "none"},
                  {"대답은 5", "none"}});
}

TEST(AnswerPhrases, ALongSentenceIsProse) {
  EXPECT_EQ(extract("The answer is " + std::string(300, 'x')), "none");
  EXPECT_EQ(extract("The answer is $5$, which " + std::string(300, 'x')), "phrase: 5");
}

TEST(AnswerPhrases, EveryLanguageHasItsOwnCodeAndReadsItsColon) {
  std::set<std::string_view> codes;
  for (const math::AnswerLanguage& language : math::answer_languages()) {
    EXPECT_TRUE(codes.insert(language.code).second) << language.code;
    const std::string noun(language.nouns.substr(0, language.nouns.find('|')));
    EXPECT_EQ(extract(noun + ": 5"), "phrase: 5") << noun;
    EXPECT_EQ(extract("x\n**" + noun + "**\n\n5"), "phrase: 5") << noun;
  }
  EXPECT_GE(codes.size(), 50u);
}

TEST(AnswerPhrases, EveryCopulaAndDenialOfALanguageWorks) {
  for (const math::AnswerLanguage& language : math::answer_languages()) {
    const std::string noun(language.nouns.substr(0, language.nouns.find('|')));
    const std::string space = language.attached ? "" : " ";
    const auto each = [](std::string_view words, auto use) {
      while (!words.empty()) {
        const size_t bar = std::min(words.find('|'), words.size());
        use(std::string(words.substr(0, bar)));
        words.remove_prefix(std::min(bar + 1, words.size()));
      }
    };
    each(language.copulas, [&](const std::string& copula) {
      const std::string text = noun + space + copula + " 5";
      EXPECT_EQ(extract(text), "phrase: 5") << text;
    });
    each(language.no_before, [&](const std::string& denial) {
      const std::string text = noun + space + denial + " 5";
      EXPECT_EQ(extract(text), "none") << text;
    });
    each(language.no_after, [&](const std::string& denial) {
      const std::string text = noun + ": " + denial + " 5";
      EXPECT_EQ(extract(text), "none") << text;
    });
    each(language.tails, [&](const std::string& tail) {
      const std::string text = noun + ": 5" + (language.attached ? "" : " ") + tail;
      EXPECT_EQ(extract(text), "phrase: 5") << text;
    });
    each(language.no_tails, [&](const std::string& tail) {
      const std::string text = noun + ": 5" + (language.attached ? "" : " ") + tail;
      EXPECT_EQ(extract(text), "none") << text;
    });
  }
}

}  // namespace
}  // namespace r1
