#include "rewards/math/vocabulary/words.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "rewards/math/vocabulary/synonyms.h"

namespace r1::math {
namespace {

TEST(NormaliseText, CaseSpacesArticlesAndPunctuation) {
  EXPECT_EQ(normalise_text("  The  Answer\tis\n No. "), "answer is no");
  EXPECT_EQ(normalise_text("\"Yes!\""), "yes");
  EXPECT_EQ(normalise_text("an Ellipse."), "ellipse");
  EXPECT_EQ(normalise_text("a circle"), "circle");
  EXPECT_EQ(normalise_text("'A'"), "a");
  EXPECT_EQ(normalise_text("a"), "a");
  EXPECT_EQ(normalise_text("a and b"), "a and b");
  EXPECT_EQ(normalise_text("the"), "the");
  EXPECT_EQ(normalise_text("The \"big\" one;"), "big\" one");
  EXPECT_EQ(normalise_text("doesn\u2019t exist"), "doesn't exist");
  EXPECT_EQ(normalise_text(""), "");
  EXPECT_EQ(normalise_text("..."), "");
  EXPECT_EQ(normalise_text("Mrs. Hilt"), "mrs. hilt");
}

TEST(NormaliseText, CompatibilityFormsButNotPowers) {
  EXPECT_EQ(normalise_text("\uff21\uff22\uff23\u3000\uff44"), "abc d");
  EXPECT_EQ(normalise_text("\ufb01nite"), "finite");
  EXPECT_EQ(normalise_text("\u2460"), "1");
  EXPECT_EQ(normalise_text("\U0001d400"), "a");
  EXPECT_EQ(normalise_text("10\u00b2"), "10\u00b2");
  EXPECT_NE(normalise_text("10\u00b2"), normalise_text("102"));
  EXPECT_NE(normalise_text("1\u00bd"), normalise_text("11/2"));
  EXPECT_NE(normalise_text("x\u2081"), normalise_text("x1"));
  EXPECT_NE(normalise_text("\u33a1"), normalise_text("m2"));
}

TEST(NormaliseText, AccentsStayAndComposeAlike) {
  EXPECT_EQ(normalise_text("S\u00cd"), "s\u00ed");
  EXPECT_EQ(normalise_text("e\u0301te\u0301"), normalise_text("\u00e9t\u00e9"));
  EXPECT_NE(normalise_text("ano"), normalise_text("a\u00f1o"));
}

TEST(NormaliseText, InvisibleCharactersGo) {
  EXPECT_EQ(normalise_text("y\u200be\u2060s\ufeff"), "yes");
  EXPECT_EQ(normalise_text("\u202eyes"), "yes");
  EXPECT_EQ(normalise_text("y\u00ades"), "yes");
  EXPECT_NE(normalise_text("\u0443es"), "yes");  // a Cyrillic letter that looks like y
}

TEST(NormaliseText, AnyBytes) {
  EXPECT_EQ(normalise_text("Y\xff"), "y\xff");
  EXPECT_NE(normalise_text("a\xfe"
                           "b"),
            normalise_text("a\xff"
                           "b"));
  EXPECT_EQ(normalise_text(std::string(1, '\0')).size(), 1u);
  std::string marks = "a";
  for (int i = 0; i < 30000; ++i) marks += i % 2 ? "\u0301" : "\u0323";
  EXPECT_EQ(normalise_text(marks), marks);  // too long to fold
  EXPECT_EQ(normalise_text(std::string(60000, ' ')), "");
}

TEST(NormaliseText, IsIdempotent) {
  for (const char* text :
       {"The the answer", "a the circle", "\"The 'x'\".", "an a the man.", "the .", "' the a'"})
    EXPECT_EQ(normalise_text(normalise_text(text)), normalise_text(text)) << text;
}

TEST(Synonyms, SpellingsAreNormalisedAndWithoutDuplicates) {
  std::map<std::string, std::string> seen;
  for (const auto& [spelled, canonical] : synonym_rows()) {
    EXPECT_EQ(normalise_text(spelled), spelled);
    EXPECT_EQ(canonical_text(canonical), canonical) << spelled;
    EXPECT_EQ(canonical_text(spelled), canonical) << spelled;
    EXPECT_TRUE(seen.emplace(spelled, canonical).second) << "twice: " << spelled;
  }
  for (const auto& [spelled, name] : named_set_rows()) {
    EXPECT_EQ(normalise_text(spelled), spelled);
    EXPECT_TRUE(seen.emplace(spelled, name).second) << "twice: " << spelled;
  }
  std::map<std::string, int> joiners;
  for (const JoinerRow& row : joiner_rows()) {
    EXPECT_EQ(++joiners[std::string(row.spelled)], 1) << row.spelled;
    EXPECT_EQ(find_joiner(row.spelled), row.joiner) << row.spelled;
  }
}

TEST(Synonyms, OneAnswerInManyWords) {
  const std::multimap<std::string, std::vector<const char*>> classes = {
      {"yes",
       {"Yes", "yes.", "YES!", "Yes, it is.", "\u662f", "\u662f\u7684", "\u0434\u0430", "oui",
        "\u306f\u3044"}},
      {"no", {"No", "no.", "\u5426", "\u4e0d\u662f", "\u043d\u0435\u0442", "Nein", "non"}},
      {"yes", {"True", "Correct.", "The statement is true.", "\u6b63\u786e", "vrai", "wahr"}},
      {"no", {"False", "incorrect", "not true", "\u9519\u8bef", "falso"}},
      {"no solution",
       {"No solution", "no solutions", "None", "There is no solution.", "\u65e0\u89e3",
        "\u043d\u0435\u0442 \u0440\u0435\u0448\u0435\u043d\u0438\u0439", "No such number exists.",
        "kEINE L\u00d6SUNG", "The system has no solutions"}},
      {"no real solution",
       {"no real solutions", "No real roots.", "\u6ca1\u6709\u5b9e\u6570\u6839",
        "There are no real solutions."}},
      {"undefined",
       {"undefined", "DNE", "D.N.E.", "Does not exist", "doesn't exist", "not defined",
        "The limit does not exist.", "\u4e0d\u5b58\u5728",
        "\u043d\u0435 \u0441\u0443\u0449\u0435\u0441\u0442\u0432\u0443\u0435\u0442"}},
      {"infinitely many",
       {"infinitely many", "Infinitely many solutions", "an infinite number of solutions",
        "infinite solutions", "\u65e0\u6570\u4e2a", "\u65e0\u7a77\u591a\u4e2a\u89e3",
        "\u0431\u0435\u0441\u043a\u043e\u043d\u0435\u0447\u043d\u043e \u043c\u043d\u043e\u0433\u043e"}},
      {"all real numbers",
       {"all real numbers", "All reals", "any real number", "the set of all real numbers",
        "\u5168\u4f53\u5b9e\u6570", "tous les r\u00e9els"}},
      {"empty set", {"the empty set", "\u7a7a\u96c6", "null set"}},
      {"diverges", {"Diverges", "divergent", "The series diverges.", "\u53d1\u6563"}},
      {"converges", {"converges", "convergent", "It converges."}},
      {"cannot be determined",
       {"Cannot be determined", "not enough information", "\u65e0\u6cd5\u786e\u5b9a"}},
      {"none of these", {"None of the above", "none of these"}},
      {"monday", {"Monday", "Mon.", "\u661f\u671f\u4e00", "\u5468\u4e00"}},
      {"sunday", {"Sunday", "\u661f\u671f\u65e5", "\u661f\u671f\u5929"}},
      {"january", {"January", "Jan."}},
      {"odd", {"odd", "an odd number", "\u5947\u6570"}},
  };
  for (const auto& [canonical, texts] : classes)
    for (const char* text : texts) EXPECT_EQ(canonical_words(text), canonical) << text;
}

TEST(Synonyms, WhatDiffersStaysApart) {
  const char* pairs[][2] = {{"yes", "false"},
                            {"yes", "no"},
                            {"no", "true"},
                            {"true", "false"},
                            {"no", "none"},
                            {"no solution", "no real solution"},
                            {"no solution", "infinitely many solutions"},
                            {"no solution", "undefined"},
                            {"none", "none of the above"},
                            {"undefined", "infinity"},
                            {"infinitely many", "infinity"},
                            {"diverges", "converges"},
                            {"all real numbers", "all integers"},
                            {"all real numbers", "no real numbers"},
                            {"empty set", "no solution"},
                            {"odd", "even"},
                            {"parallel", "perpendicular"},
                            {"monday", "tuesday"},
                            {"sun", "sunday"},
                            {"yes and no", "yes"},
                            {"yes or no", "yes"},
                            {"not yes", "yes"},
                            {"true or false", "true"},
                            {"Evelyn", "Navin"},
                            {"cannot be determined", "undefined"},
                            {"not even", "even"}};
  for (const auto& [a, b] : pairs) EXPECT_NE(canonical_words(a), canonical_words(b)) << a << ", " << b;
}

TEST(Synonyms, OtherTextIsItself) {
  EXPECT_EQ(canonical_words("Perpendicular"), "perpendicular");
  EXPECT_EQ(canonical_words("The Parabola."), "parabola");
  EXPECT_EQ(canonical_words(""), "");
}

TEST(NamedSets, InWords) {
  EXPECT_EQ(named_set_words("all real numbers"), "R");
  EXPECT_EQ(named_set_words(normalise_text("The set of all real numbers")), "R");
  EXPECT_EQ(named_set_words("\u5168\u4f53\u5b9e\u6570"), "R");
  EXPECT_EQ(named_set_words("integers"), "Z");
  EXPECT_EQ(named_set_words("rational numbers"), "Q");
  EXPECT_EQ(named_set_words("natural numbers"), "N");
  EXPECT_EQ(named_set_words("all complex numbers"), "C");
  EXPECT_EQ(named_set_words("empty set"), "empty");
  EXPECT_EQ(named_set_words("\u7a7a\u96c6"), "empty");
  EXPECT_EQ(named_set_words("no solution"), "");
  EXPECT_EQ(named_set_words("none"), "");
  EXPECT_EQ(named_set_words("positive integers"), "");
  EXPECT_EQ(named_set_words("real"), "");
  EXPECT_EQ(named_set_words(""), "");
}

TEST(Joiners, InThirteenLanguages) {
  for (const char* word : {"and", "AND", "und", "et", "\u0438", "\u548c", "\u4e0e", "\u3068", "\uc640",
                           "\u0648", "\u0914\u0930", "v\u00e0", "ed", "&"})
    EXPECT_EQ(find_joiner(word), Joiner::And) << word;
  for (const char* word :
       {"or", "Or", "oder", "ou", "\u0438\u043b\u0438", "\u6216", "\u6216\u8005", "\u307e\u305f\u306f",
        "\ub610\ub294", "\u0623\u0648", "\u092f\u093e", "ho\u1eb7c", "oppure"})
    EXPECT_EQ(find_joiner(word), Joiner::Or) << word;
  for (const char* word : {"", "y", "e", "o", "u", "a", "x", "then", "android", "nor", "but", "\xff", "if"})
    EXPECT_EQ(find_joiner(word), Joiner::None) << word;
  EXPECT_EQ(find_joiner(std::string(100000, 'a')), Joiner::None);
  EXPECT_EQ(find_letter_joiner("y"), Joiner::And);
  EXPECT_EQ(find_letter_joiner("e"), Joiner::And);
  EXPECT_EQ(find_letter_joiner("o"), Joiner::Or);
  EXPECT_EQ(find_letter_joiner("x"), Joiner::None);
  EXPECT_EQ(find_letter_joiner("or"), Joiner::None);
}

}  // namespace
}  // namespace r1::math
