#include "rewards/math/extraction/answer_extraction.h"

#include <gtest/gtest.h>

#include "base/utf8.h"
#include "tests/rewards/math/extracted.h"

namespace r1 {
namespace {

TEST(AnswerExtraction, TakesTheLastBoxWithMatchingBraces) {
  EXPECT_EQ(extract("So \\boxed{1} or rather $\\boxed{\\frac{1}{2}}$."), "box: \\frac{1}{2}");
  EXPECT_EQ(extract("\\fbox{3}"), "box: 3");
  EXPECT_EQ(extract("\\boxed { 3 }"), "box: 3");
  EXPECT_EQ(extract("\\boxed 5 is it"), "box: 5");
  EXPECT_EQ(extract("$\\boxed 5$"), "box: 5");
  EXPECT_EQ(extract("\\boxed{\\{1, 2\\}}"), "box: \\{1, 2\\}");
  EXPECT_EQ(extract("\\boxed{\\boxed{7}}"), "box: 7");
  EXPECT_EQ(extract("\\boxed{x = \\boxed{7} + 1}"), "box: x = \\boxed{7} + 1");
}

TEST(AnswerExtraction, SkipsEmptyAndUnfinishedBoxes) {
  EXPECT_EQ(extract("\\boxed{4} as asked, within \\boxed{}."), "box: 4");
  EXPECT_EQ(extract("\\boxed{4} so \\boxed{5"), "box: 4");
  EXPECT_EQ(extract("\\boxed{5"), "none");
  EXPECT_EQ(extract("\\boxed"), "none");
  EXPECT_EQ(extract("\\boxedfoo{5}"), "none");
}

TEST(AnswerExtraction, LooksOnlyBehindTheLastThinkTag) {
  EXPECT_EQ(extract("<think>\\boxed{1}</think>\\boxed{2}"), "box: 2");
  EXPECT_EQ(extract("<think>\\boxed{1}</think>nothing"), "none");
  EXPECT_EQ(extract("<think>\\boxed{1}"), "none");
  EXPECT_EQ(extract("<think>a</think>\\boxed{1}</think>b"), "none");
  EXPECT_EQ(extract("\\boxed{1}</think>\\boxed{2}", true), "box: 2");
  EXPECT_EQ(extract("\\boxed{1}", true), "none");
  EXPECT_EQ(extract("a</think>\\boxed{1}<think>\\boxed{2}"), "none");
  EXPECT_TRUE(opens_thinking("<|assistant|>\n<think>\n"));
  EXPECT_FALSE(opens_thinking("<think>\n\n</think>\n\n"));
  EXPECT_FALSE(opens_thinking("assistant\n"));
}

TEST(AnswerExtraction, TakesTheAnswerTag) {
  EXPECT_EQ(extract("<answer> 12 </answer>"), "answer_tag: 12");
  EXPECT_EQ(extract("<answer>1</answer> no, <answer>2</answer>"), "answer_tag: 2");
  EXPECT_EQ(extract("<answer>so \\boxed{5}</answer>"), "box: 5");
  EXPECT_EQ(extract("<answer></answer>"), "none");
  EXPECT_EQ(extract("<answer>5"), "none");
}

TEST(AnswerExtraction, HashesNeedANumber) {
  EXPECT_EQ(extract("It is 5.\n#### 5"), "hashes: 5");
  EXPECT_EQ(extract("#### $1,234\nDone"), "hashes: $1,234");
  EXPECT_EQ(extract("#### Step 3: simplify\nno answer"), "none");
}

TEST(AnswerExtraction, OfExplicitMarksTheOneThatEndsLastWins) {
  EXPECT_EQ(extract("\\boxed{1} <answer>2</answer>"), "answer_tag: 2");
  EXPECT_EQ(extract("<answer>2</answer> \\boxed{1}"), "box: 1");
  EXPECT_EQ(extract("\\boxed{1}\n#### 3"), "hashes: 3");
  EXPECT_EQ(extract("#### 3\n\\boxed{1}"), "box: 1");
}

TEST(AnswerExtraction, TakesAPhrase) {
  EXPECT_EQ(extract("The answer is 42."), "phrase: 42");
  EXPECT_EQ(extract("The final answer is: 3.14. Good."), "phrase: 3.14");
  EXPECT_EQ(extract("**Answer:** 7"), "phrase: 7");
  EXPECT_EQ(extract("Answer: **7**"), "phrase: 7");
  EXPECT_EQ(extract("The answer is 4. No: the answer is 5\nBye"), "phrase: 5");
  EXPECT_EQ(extract("The answer is 4, the answer is not 5."), "phrase: 4");
  EXPECT_EQ(extract("The answer is 4.\nThe answer is not 5."), "phrase: 4");
  EXPECT_EQ(extract("\\boxed{1} so the final answer is correct."), "box: 1");
}

TEST(AnswerExtraction, NeverTakesABareLastNumber) {
  EXPECT_EQ(extract("so we get 42"), "none");
  EXPECT_EQ(extract(""), "none");
}

TEST(AnswerExtraction, SearchesOnlyTheLast8KiB) {
  EXPECT_EQ(extract("\\boxed{1}" + std::string(8192, 'x')), "none");
  EXPECT_EQ(extract(std::string(100000, 'x') + "\\boxed{1}"), "box: 1");
  std::string wide = "\\boxed{1}";
  for (int i = 0; i < 5000; ++i) wide += "\xC3\xA9";  // the cut falls inside a character
  EXPECT_EQ(extract(wide + "\\boxed{\xC3\xA9}"), "box: \xC3\xA9");
}

TEST(AnswerExtraction, HostileTextNeitherHangsNorEscapesTheText) {
  for (const char* part :
       {"\\boxed{", "\\boxed", "<answer>", "</answer>", "####", "answer is ", "\\", "{", "}", "</think>",
        "answer: a\\(\\(\\(\\(\\(\\(", "\\[", "$", "**", "答案不是5，", "選", "<!--", "```\n"}) {
    std::string text;
    while (text.size() < 20000) text += part;
    extract(text);
    extract(text + "\\boxed{5}");
  }
}

TEST(AnswerExtraction, ReadsBoxesInAnySpelling) {
  EXPECT_EQ(extract("\\boxed5"), "box: 5");
  EXPECT_EQ(extract("\\boxed 5."), "box: 5");
  EXPECT_EQ(extract("\\(\\boxed 5\\)"), "box: 5");
  EXPECT_EQ(extract("\\[\\boxed{\n  x+1\n}\\]"), "box: x+1");
  EXPECT_EQ(extract("\\\\boxed{5}"), "box: 5");
  EXPECT_EQ(extract("x \\\\\\boxed{5}"), "box: 5");
  EXPECT_EQ(extract("\\fbox{$\\frac{1}{2}$}"), "box: \\frac{1}{2}");
  EXPECT_EQ(extract("\\boxed{\\text{Evelyn}}"), "box: \\text{Evelyn}");
  EXPECT_EQ(extract("\\boxed{\\boxed{\\boxed{7}}}"), "box: 7");
  EXPECT_EQ(extract("} \\boxed{5} {"), "box: 5");
  EXPECT_EQ(extract("\\boxed{3\\}"), "none");
  EXPECT_EQ(extract("\\boxed{\\boxed{4} and more"), "box: 4");
  EXPECT_EQ(extract("\\Boxed{5} \\BOXED{6}"), "none");
  EXPECT_EQ(extract("boxed{5}"), "none");
  EXPECT_EQ(extract("\\boxed{5 so\n\nand \\boxed{6}} end"), "box: 6");  // a paragraph ends in the first
}

TEST(AnswerExtraction, APlaceholderIsNoAnswer) {
  for (const char* empty :
       {"\\boxed{...}", "\\boxed{\\ldots}", "\\boxed{your answer}", "\\boxed{\\text{answer}}", "\\boxed{ }",
        "\\boxed{?}", "\\boxed{\\phantom{2}}", "<answer>...</answer>", "<answer> your answer here </answer>",
        "<answer>\n</answer>", "The answer is ...", "Answer: ?"}) {
    EXPECT_EQ(extract(empty), "none") << empty;
    EXPECT_EQ(extract(std::string("\\boxed{3}. Form: ") + empty), "box: 3") << empty;
  }
}

TEST(AnswerExtraction, TakesBoxTokens) {
  EXPECT_EQ(extract("<|begin_of_box|>42<|end_of_box|>"), "box_tokens: 42");
  EXPECT_EQ(extract("So <|begin_of_box|> $\\frac12$ <|end_of_box|>."), "box_tokens: \\frac12");
  EXPECT_EQ(extract("<|begin_of_box|>1<|end_of_box|> then <|begin_of_box|>2<|end_of_box|>"), "box_tokens: 2");
  EXPECT_EQ(extract("<|begin_of_box|>\\boxed{7}<|end_of_box|>"), "box: 7");
  EXPECT_EQ(extract("<|begin_of_box|>7"), "none");
  EXPECT_EQ(extract("7<|end_of_box|>"), "none");
}

TEST(AnswerExtraction, WhatAnAnswerTagHoldsIsReadFurther) {
  EXPECT_EQ(extract("<answer>The final answer is $5$.</answer>"), "phrase: 5");
  EXPECT_EQ(extract("<answer>$5$</answer>"), "answer_tag: 5");
  EXPECT_EQ(extract("<ANSWER>5</ANSWER>"), "answer_tag: 5");
  EXPECT_EQ(extract("<answer>**5**</answer>"), "answer_tag: 5");
  EXPECT_EQ(extract("<answer>1<answer>2</answer>"), "answer_tag: 2");
  EXPECT_EQ(last_answer_tag("<answer>The answer is (1+2)*3</answer>"), "The answer is (1+2)*3");
}

TEST(AnswerExtraction, HashesTakeAValueNotAHeading) {
  EXPECT_EQ(extract("#### 5 apples"), "hashes: 5 apples");
  EXPECT_EQ(extract("#### -1,234"), "hashes: -1,234");
  EXPECT_EQ(extract("####5"), "hashes: 5");
  EXPECT_EQ(extract("so 18. #### 18."), "hashes: 18");
  EXPECT_EQ(extract("#### **18**"), "hashes: 18");
  EXPECT_EQ(extract("#### $\\frac{1}{2}$"), "hashes: \\frac{1}{2}");
  EXPECT_EQ(extract("#### \\frac{1}{2}"), "hashes: \\frac{1}{2}");
  EXPECT_EQ(extract("#### .5"), "hashes: .5");
  EXPECT_EQ(extract("#### x = 5"), "hashes: x = 5");
  EXPECT_EQ(extract("#### B"), "hashes: B");
  EXPECT_EQ(extract("#### \xE2\x88\x92"
                    "3"),
            "hashes: \xE2\x88\x92"
            "3");
  for (const char* heading : {"#### Step 3", "#### Step 3: we get 5", "#### 1. Setup", "#### 2) Compute 5",
                              "### 5", "##### 5", "#### Conclusion", "####", "#### ", "#### A plan"}) {
    EXPECT_EQ(extract(heading), "none") << heading;
  }
}

TEST(AnswerExtraction, HiddenTextAnnouncesNothing) {
  EXPECT_EQ(extract("\\boxed{1}\n```python\nprint('\\boxed{2}')\n```\n"), "box: 1");
  EXPECT_EQ(extract("```\nThe answer is 5.\n```"), "none");
  EXPECT_EQ(extract("~~~\n#### 5\n~~~"), "none");
  EXPECT_EQ(extract("  ```\n<answer>5</answer>\n  ```"), "none");
  EXPECT_EQ(extract("````\n```\n\\boxed{5}\n```\n````"), "none");
  EXPECT_EQ(extract("```\n\\boxed{5}"), "none");  // never closed: all that follows is code
  EXPECT_EQ(extract("```\ncode\n```\n\\boxed{5}"), "box: 5");
  EXPECT_EQ(extract("```\n~~~\n```\n\\boxed{5}"), "box: 5");
  EXPECT_EQ(extract("```x``` \\boxed{5}"), "box: 5");  // code within a line
  EXPECT_EQ(extract("\\boxed{1} <!-- \\boxed{2} -->"), "box: 1");
  EXPECT_EQ(extract("<!-- The answer is 5 -->"), "none");
  EXPECT_EQ(extract("<!-- \\boxed{2}"), "none");
  EXPECT_EQ(extract("<!-- a --> \\boxed{2}"), "box: 2");
  EXPECT_EQ(extract("\\boxed{1}\n% \\boxed{2}"), "box: 1");
  EXPECT_EQ(extract("50% of it: \\boxed{2}"), "box: 2");
  EXPECT_EQ(extract("\\boxed{6 \\text{ since the answer is 5}}"), "box: 6 \\text{ since the answer is 5}");
  EXPECT_EQ(extract("\\boxed{1}\nQuestion: what if \\boxed{2}?"), "box: 1");
  EXPECT_EQ(extract("```\n" + std::string(20000, 'x') + "\n\\boxed{1}\n```"),
            "none");  // the fence opens before the part searched
}

TEST(AnswerExtraction, WhatAReaderDoesNotSeeAnnouncesNothing) {
  for (const char* unseen :
       {"% \\boxed{5}", "\\iffalse\\boxed{5}\\fi", "\\iffalse \\boxed{5}",
        "\\begin{comment}\\boxed{5}\\end{comment}", "\\verb|\\boxed{5}|",
        "<span style=\"display:none\">\\boxed{5}</span>", "<del>\\boxed{5}</del>", "<s>\\boxed{5}</s>",
        "~~\\boxed{5}~~", "$\\phantom{\\boxed{5}}$", "\\hphantom{\\boxed 5}", "\\cancel{\\boxed{5}}",
        "\\sout{\\boxed{5}}", "{\\tiny\\color{white}\\boxed{5}}", "\\textcolor{white}{\\boxed{5}}",
        ", not `\\boxed{5}`"}) {
    EXPECT_EQ(extract(unseen), "none") << unseen;
    EXPECT_EQ(extract(std::string("\\boxed{6} ") + unseen), "box: 6") << unseen;
  }
  EXPECT_EQ(extract("75 % of it is \\boxed{5}"), "box: 5");
  EXPECT_EQ(extract("x~~=~~\\boxed{5}~~"), "box: 5");
  EXPECT_EQ(extract("\\color{blue}\\boxed{5}"), "box: 5");
  EXPECT_EQ(extract("\\textcolor{red}{\\boxed{5}}"), "box: 5");
  EXPECT_EQ(extract("{\\bf \\boxed{5}}"), "box: 5");
}

TEST(AnswerExtraction, ACopyOfTheQuestionAnnouncesNothing) {
  const ExtractionOptions options{
      .question = "What is 2+3? Put it in a box, as in \\boxed{42}. Suppose the answer is 7 first."};
  EXPECT_EQ(extract("Put it in a box, as in \\boxed{42}.", options), "none");
  EXPECT_EQ(extract("Suppose the answer is 7 first.", options), "none");
  EXPECT_EQ(extract("What is 2+3? Put it in a box, as in \\boxed{42}. I find \\boxed{5}.", options),
            "box: 5");
  EXPECT_EQ(extract("\\boxed{42}", options), "box: 42");
}

TEST(AnswerExtraction, JoinsTheBoxesOfOneSentence) {
  EXPECT_EQ(extract("\\boxed{1} and \\boxed{2}"), "box: 1, 2");
  EXPECT_EQ(extract("The roots are $\\boxed{1}$, $\\boxed{2}$, and $\\boxed{3}$."), "box: 1, 2, 3");
  EXPECT_EQ(extract("\\[x = \\boxed{1}, \\quad y = \\boxed{2}\\]"), "box: 1, 2");
  EXPECT_EQ(extract("\\[ \\boxed{1} \\text{ and } \\boxed{2} \\]"), "box: 1, 2");
  EXPECT_EQ(extract("\\begin{align*}\nx &= \\boxed{1} \\\\\ny &= \\boxed{2}\n\\end{align*}"), "box: 1, 2");
  EXPECT_EQ(extract("$\\boxed{1}$ et $\\boxed{2}$"), "box: 1, 2");
  EXPECT_EQ(extract("$\\boxed{1}$ y $\\boxed{2}$"), "box: 1, 2");
  EXPECT_EQ(extract("\\boxed{1}和\\boxed{2}"), "box: 1, 2");
  EXPECT_EQ(extract("\\boxed{1}、\\boxed{2}"), "box: 1, 2");
  EXPECT_EQ(extract("\\boxed{1}, \\boxed{2}; \\boxed{3}"), "box: 1, 2, 3");
  EXPECT_EQ(extract("\\boxed{1} \\boxed{2}"), "box: 1, 2");
  EXPECT_EQ(extract("\\boxed{3} apples and \\boxed{4} pears"), "box: 3, 4");
}

TEST(AnswerExtraction, BoxesOfDifferentSentencesAreNotJoined) {
  EXPECT_EQ(extract("\\boxed{1}. And \\boxed{2}."), "box: 2");
  EXPECT_EQ(extract("\\boxed{1}\n\n\\boxed{2}"), "box: 2");
  EXPECT_EQ(extract("\\boxed{1}\n\\boxed{2}"), "box: 2");
  EXPECT_EQ(extract("\\boxed{1}。\\boxed{2}"), "box: 2");
  EXPECT_EQ(extract("$$\\boxed{1}$$\n\nand\n\n$$\\boxed{2}$$"), "box: 2");
  EXPECT_EQ(extract("\\boxed{3}, then doubled, \\boxed{6}"), "box: 6");
  EXPECT_EQ(extract("\\boxed{3}, so we get \\boxed{6}"), "box: 6");
  EXPECT_EQ(extract("\\boxed{\\frac{2}{4}} = \\boxed{\\frac12}"), "box: \\frac12");
  EXPECT_EQ(extract("\\boxed{1}, no, \\boxed{2}"), "box: 2");
  EXPECT_EQ(extract("\\boxed{1}，所以\\boxed{2}"), "box: 2");
  EXPECT_EQ(extract("\\boxed{1} and " + std::string(200, 'x') + " \\boxed{2}"), "box: 2");
}

TEST(AnswerExtraction, AlternativesAreAFlaggedList) {
  EXPECT_EQ(extract("\\boxed{1} or \\boxed{2}"), "box: 1 or 2 [alternatives]");
  EXPECT_EQ(extract("either \\boxed{1} or \\boxed{2}"), "box: 1 or 2 [alternatives]");
  EXPECT_EQ(extract("\\boxed{1}, or maybe \\boxed{2}"), "box: 1 or 2 [alternatives]");
  EXPECT_EQ(extract("\\boxed{1}或\\boxed{2}"), "box: 1 or 2 [alternatives]");
  EXPECT_EQ(extract("It is $\\boxed{4}$ / $\\boxed{5}$."), "box: 4 or 5 [alternatives]");
  EXPECT_EQ(extract("\\boxed{6} $\\lor$ \\boxed{5}"), "box: 6 or 5 [alternatives]");
  EXPECT_EQ(extract("My answers: 1) \\boxed{3} 2) \\boxed{4} 3) \\boxed{5}"), "box: 3, 4, 5");
  EXPECT_EQ(extract("(a) \\boxed{3} (b) \\boxed{4}"), "box: 3, 4");
  EXPECT_EQ(extract("\\boxed{5} or 6"), "box: 5 or 6 [alternatives]");
  EXPECT_EQ(extract("$\\boxed{5}$, or maybe $6$."), "box: 5 or 6 [alternatives]");
  EXPECT_EQ(extract("$\\boxed{\\frac12}$ (or 0.5)"), "box: \\frac12 or 0.5 [alternatives]");
  EXPECT_EQ(extract("It is either 4 or \\boxed{5}."), "box: 4 or 5 [alternatives]");
  EXPECT_EQ(extract("It is maybe $4$ or $\\boxed{5}$."), "box: 4 or 5 [alternatives]");
  EXPECT_EQ(extract("It is $\\frac{10}{2}$ or $\\boxed{5}$."), "box: 5");
  EXPECT_EQ(extract("\\boxed{5} (or else $J$ would have more)"), "box: 5");
  EXPECT_EQ(extract("\\boxed{5} oder 6"), "box: 5 or 6 [alternatives]");
  EXPECT_EQ(extract("\\boxed{5} или 6"), "box: 5 or 6 [alternatives]");
  EXPECT_EQ(extract("\\boxed{5} or more of them"), "box: 5");
  EXPECT_EQ(extract("The answers are $1$ and $2$."), "phrase: 1, 2");
  EXPECT_EQ(extract("The answer is $1$ or $2$."), "phrase: 1 or 2 [alternatives]");
  EXPECT_EQ(extract("The answer is **1** or **2**."), "phrase: 1 or 2 [alternatives]");
  EXPECT_EQ(extract("The answer is $x>2$ or $x<-2$."), "phrase: x>2 or x<-2 [alternatives]");
  EXPECT_EQ(extract("The answer is 5 or maybe 6."), "phrase: 5 or maybe 6");
  EXPECT_EQ(extract("The answer is $5$ or maybe 6."), "phrase: $5$ or maybe 6");
  EXPECT_EQ(extract("The answer is $5$, but it might be 6."), "phrase: $5$, but it might be 6");
}

TEST(AnswerExtraction, ADeniedBoxIsSkipped) {
  for (const char* denial : {"\\boxed{5} is wrong.",
                             "$\\boxed{5}$ is incorrect",
                             "\\boxed{5} is not the answer",
                             "It is not \\boxed{5}.",
                             "the answer is not $\\boxed{5}$",
                             "It isn't \\boxed{5}.",
                             "x is never \\boxed{5}.",
                             "instead of \\boxed{5}",
                             "rather than $\\boxed{5}$",
                             "\\boxed{5}. Wait, that's wrong.",
                             "\\boxed{5}. Scratch that.",
                             "\\boxed{5}\n\nHmm. I made a mistake.",
                             "$$\\boxed{5}$$ Oops",
                             "答案不是\\boxed{5}",
                             "\\boxed{5}不对",
                             "\\boxed{5}是错的",
                             "\\boxed{5} est faux",
                             "\\boxed{5} ist falsch",
                             "\\boxed{5} es incorrecto",
                             "\\boxed{5} está errado",
                             "\\boxed{5} è sbagliato",
                             "\\boxed{5} неверно",
                             "\\boxed{5}ではない",
                             "\\boxed{5}이 아닙니다",
                             "\\boxed{5} خطأ",
                             "\\boxed{5} गलत है",
                             "\\boxed{5} là sai",
                             "pas \\boxed{5}",
                             "nicht $\\boxed{5}$",
                             "не \\boxed{5}",
                             "ليس \\boxed{5}",
                             "không phải là \\boxed{5}",
                             "答えは\\boxed{5}ではありません",
                             "\\boxed{5}. Das stimmt nicht."}) {
    EXPECT_EQ(extract(denial), "none") << denial;
    EXPECT_EQ(extract(std::string("\\boxed{4}.\n\nLater: ") + denial), "box: 4") << denial;
  }
}

TEST(AnswerExtraction, WhatIsNotDeniedCounts) {
  EXPECT_EQ(extract("We note \\boxed{5}"), "box: 5");
  EXPECT_EQ(extract("\\boxed{5}. A wrong sign would give 6."), "box: 5");
  EXPECT_EQ(extract("\\boxed{5}. Note that 6 is wrong."), "box: 5");
  EXPECT_EQ(extract("That was wrong. So \\boxed{5}."), "box: 5");
  EXPECT_EQ(extract("\\boxed{5}. Wait, let me check. Yes."), "box: 5");
  EXPECT_EQ(extract("\\boxed{4} is wrong, it is \\boxed{5}."), "box: 5");
  EXPECT_EQ(extract("It is not 4. \\boxed{5}"), "box: 5");
}

TEST(AnswerExtraction, ADeniedValueIsDeniedWhereItStoodBefore) {
  EXPECT_EQ(extract("\\boxed{5}. Check.\n\nAfter all \\boxed{5} is wrong."), "none");
  EXPECT_EQ(extract("The answer is 5. We test it.\n\nNo: the answer is not 5."), "none");
  EXPECT_EQ(extract("\\boxed{5} and all that.\n\nThe answer is not $5$."), "none");
}

TEST(AnswerExtraction, LastValueOnlyWhenAskedFor) {
  const ExtractionOptions lenient{.last_number = true};
  EXPECT_EQ(extract("so we get 42", lenient), "last_value: 42");
  EXPECT_EQ(extract("so 42 then $x+1$ at last", lenient), "last_value: x+1");
  EXPECT_EQ(extract("it costs $-1,234.5.", lenient), "last_value: -1,234.5");
  EXPECT_EQ(extract("we have 3/4 of it", lenient), "last_value: 3/4");
  EXPECT_EQ(extract("about 75% here", lenient), "last_value: 75%");
  EXPECT_EQ(extract("\\[x=2\\] ends", lenient), "last_value: x=2");
  EXPECT_EQ(extract("\\boxed{1} then 2", lenient), "box: 1");
  EXPECT_EQ(extract("5\n```\n7\n```", lenient), "last_value: 5");
  EXPECT_EQ(extract("no number", lenient), "none");
  EXPECT_EQ(extract("<think>7", lenient), "none");
}

TEST(AnswerExtraction, GoldAnswerReadsSolutionsAndPlainTexts) {
  EXPECT_EQ(gold_answer("First \\boxed{3}.\n\nThen $x=\\boxed{\\frac{1}{2}}$."), "\\frac{1}{2}");
  EXPECT_EQ(gold_answer("$\\boxed{1}$ and $\\boxed{2}$"), "1, 2");
  EXPECT_EQ(gold_answer("16 - 3 = 13\n#### 13"), "13");
  EXPECT_EQ(gold_answer("#### -1,234\n"), "-1,234");
  EXPECT_EQ(gold_answer("$x^2$"), "x^2");
  EXPECT_EQ(gold_answer(" $$5$$ "), "5");
  EXPECT_EQ(gold_answer("\\(5\\)"), "5");
  EXPECT_EQ(gold_answer("$5"), "$5");
  EXPECT_EQ(gold_answer("$5$ or $6$"), "$5$ or $6$");
  EXPECT_EQ(gold_answer("\\text{Evelyn}"), "\\text{Evelyn}");
  EXPECT_EQ(gold_answer(""), "");
  EXPECT_EQ(gold_answer("####"), "####");
}

TEST(AnswerExtraction, LastBoxReadsAWholeSolution) {
  EXPECT_EQ(last_box("a \\boxed{1} b \\boxed{2} c"), "2");
  EXPECT_EQ(last_box("none"), std::nullopt);
}

}  // namespace
}  // namespace r1
