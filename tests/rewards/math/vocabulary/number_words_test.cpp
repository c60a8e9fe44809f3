#include "rewards/math/vocabulary/number_words.h"

#include <gtest/gtest.h>

#include <string>

namespace r1::math {
namespace {

// "-3/2", with "|" and what was left unread; "none".
std::string show(const std::optional<WordNumber>& number, std::string_view text) {
  if (!number) return "none";
  std::string out = number->negative ? "-" : "";
  out += number->numerator;
  if (number->denominator != "1") out += "/" + number->denominator;
  if (number->bytes < text.size()) out += "|" + std::string(text.substr(number->bytes));
  return out;
}
std::string words(std::string_view text) { return show(read_number_words(text), text); }
std::string han(std::string_view text) { return show(read_han_number(text), text); }

// The plain English name, written independently of the reader.
std::string name_of(int n, bool with_and) {
  static const char* const kSmall[] = {"",        "one",     "two",       "three",    "four",
                                       "five",    "six",     "seven",     "eight",    "nine",
                                       "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                       "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  static const char* const kTens[] = {"",      "",      "twenty",  "thirty", "forty",
                                      "fifty", "sixty", "seventy", "eighty", "ninety"};
  if (n >= 1000) {
    const std::string rest = name_of(n % 1000, with_and);
    const bool joins = with_and && n % 1000 > 0 && n % 1000 < 100;
    return name_of(n / 1000, with_and) + " thousand" +
           (rest.empty() ? ""
            : joins      ? " and " + rest
                         : " " + rest);
  }
  if (n >= 100) {
    const std::string rest = name_of(n % 100, with_and);
    return std::string(kSmall[n / 100]) + " hundred" +
           (rest.empty() ? "" : (with_and ? " and " : " ") + rest);
  }
  if (n >= 20) return std::string(kTens[n / 10]) + (n % 10 ? std::string("-") + kSmall[n % 10] : "");
  return kSmall[n];
}

TEST(NumberWords, AllNumbersToTwentyThousandAndSomeBeyond) {
  for (int n = 1; n < 1000000; n += n < 20000 ? 1 : 977) {
    EXPECT_EQ(words(name_of(n, true)), std::to_string(n)) << name_of(n, true);
    EXPECT_EQ(words(name_of(n, false)), std::to_string(n)) << name_of(n, false);
  }
}

TEST(NumberWords, ZeroSignsAndScales) {
  EXPECT_EQ(words("zero"), "0");
  EXPECT_EQ(words("Minus five"), "-5");
  EXPECT_EQ(words("negative twenty-one"), "-21");
  EXPECT_EQ(words("one million two hundred thousand"), "1200000");
  EXPECT_EQ(words("two billion and five"), "2000000005");
  EXPECT_EQ(words("a hundred"), "100");
  EXPECT_EQ(words("a thousand and one"), "1001");
  EXPECT_EQ(words("nineteen hundred"), "1900");
  EXPECT_EQ(words("twenty-five hundred"), "2500");
  EXPECT_EQ(words("one nonillion"), "1" + std::string(30, '0'));
  EXPECT_EQ(words("nine hundred ninety-nine septillion"), "999" + std::string(24, '0'));
  EXPECT_EQ(words("TWENTY ONE"), "21");
}

TEST(NumberWords, DozensAndHalves) {
  EXPECT_EQ(words("a dozen"), "12");
  EXPECT_EQ(words("two dozen"), "24");
  EXPECT_EQ(words("half a dozen"), "12/2");
  EXPECT_EQ(words("half"), "1/2");
  EXPECT_EQ(words("one half"), "1/2");
  EXPECT_EQ(words("one-half"), "1/2");
  EXPECT_EQ(words("a half"), "1/2");
  EXPECT_EQ(words("three halves"), "3/2");
  EXPECT_EQ(words("one and a half"), "3/2");
  EXPECT_EQ(words("two and one half"), "5/2");
  EXPECT_EQ(words("half a million"), "1000000/2");
  EXPECT_EQ(words("one and a half million"), "3000000/2");
}

TEST(NumberWords, Fractions) {
  EXPECT_EQ(words("two thirds"), "2/3");
  EXPECT_EQ(words("two-thirds"), "2/3");
  EXPECT_EQ(words("one third"), "1/3");
  EXPECT_EQ(words("a third"), "1/3");
  EXPECT_EQ(words("a quarter"), "1/4");
  EXPECT_EQ(words("three quarters"), "3/4");
  EXPECT_EQ(words("three fourths"), "3/4");
  EXPECT_EQ(words("five twelfths"), "5/12");
  EXPECT_EQ(words("twenty-one hundredths"), "21/100");
  EXPECT_EQ(words("one twenty-fifth"), "1/25");
  EXPECT_EQ(words("three twenty-fifths"), "3/25");
  EXPECT_EQ(words("seven ten-thousandths"), "7/10000");
  EXPECT_EQ(words("three hundred-thousandths"), "3/100000");
  EXPECT_EQ(words("three hundred thousandths"), "300/1000");
  EXPECT_EQ(words("two and three quarters"), "11/4");
  EXPECT_EQ(words("minus two thirds"), "-2/3");
  EXPECT_EQ(words("twenty thirds"), "20/3");
  EXPECT_EQ(words("one twenty-first"), "1/21");
}

TEST(NumberWords, Decimals) {
  EXPECT_EQ(words("three point one four"), "314/100");
  EXPECT_EQ(words("zero point five"), "5/10");
  EXPECT_EQ(words("point two five"), "25/100");
  EXPECT_EQ(words("two point zero zero one"), "2001/1000");
}

TEST(NumberWords, FiguresWithAScale) {
  EXPECT_EQ(words("3 million"), "3000000");
  EXPECT_EQ(words("2.5 billion"), "25000000000/10");
  EXPECT_EQ(words("1,200 thousand"), "1200000");
  EXPECT_EQ(words("5 hundred"), "500");
  EXPECT_EQ(words("3 hundred thousand"), "300000");
  EXPECT_EQ(words("4 dozen"), "48");
  EXPECT_EQ(words("3 million people"), "3000000| people");
  for (const char* text :
       {"3", "3 apples", "3.5", "12,34 million", "3 millionx", "3 thirds", "1,2345 million", "3million5"})
    EXPECT_EQ(words(text), "none") << text;
}

TEST(NumberWords, TheLongestReading) {
  EXPECT_EQ(words("five apples"), "5| apples");
  EXPECT_EQ(words("three and four"), "3| and four");
  EXPECT_EQ(words("twenty and five"), "20| and five");
  EXPECT_EQ(words("two hundred and three hundred"), "200| and three hundred");
  EXPECT_EQ(words("one million and two million"), "1000000| and two million");
  EXPECT_EQ(words("one, two"), "1|, two");
  EXPECT_EQ(words("one hundred and"), "100| and");
  EXPECT_EQ(words("two seconds"), "2| seconds");
  EXPECT_EQ(words("one hundred and five"), "105");
}

TEST(NumberWords, NoNumbers) {
  for (const char* text : {"",
                           " ",
                           "a",
                           "an",
                           "and",
                           "point",
                           "minus",
                           "negative",
                           "the",
                           "apple",
                           "second",
                           "quarter",
                           "third",
                           "first",
                           "one two",
                           "twenty third",
                           "twenty-third",
                           "two third",
                           "million",
                           "hundred",
                           "fivex",
                           "onetwo",
                           "halfway",
                           "seventeens",
                           "five six seven",
                           "a apple",
                           "and five",
                           "\xff",
                           "one\u00e9"})
    EXPECT_EQ(words(text), "none") << text;
  EXPECT_EQ(words(std::string(100000, 'a')), "none");
  std::string many;
  for (int i = 0; i < 50; ++i) many += "one ";
  EXPECT_EQ(words(many), "none");
}

TEST(NumberWords, InOtherLanguages) {
  const std::pair<const char*, const char*> cases[] = {
      {"douze", "12"},
      {"zw\u00f6lf", "12"},
      {"doce", "12"},
      {"\u0434\u0432\u0435\u043d\u0430\u0434\u0446\u0430\u0442\u044c", "12"},
      {"treize", "13"},
      {"dix", "10"},
      {"dodici", "12"},
      {"einundzwanzig", "21"},
      {"f\u00fcnfunddrei\u00dfig", "35"},
      {"ventuno", "21"},
      {"quarantotto", "48"},
      {"trentatr\u00e9", "33"},
      {"vingt-deux", "22"},
      {"trente et un", "31"},
      {"treinta y dos", "32"},
      {"trinta e dois", "32"},
      {"\u0434\u0432\u0430\u0434\u0446\u0430\u0442\u044c \u043f\u044f\u0442\u044c", "25"},
      {"dix-sept", "17"},
      {"dix-neuf", "19"},
      {"quatre-vingts", "80"},
      {"veintid\u00f3s", "22"},
      {"cento", "100"},
      {"mille", "1000"},
      {"cinco manzanas", "5| manzanas"},
      {"deux et trois", "2| et trois"},
      {"seis", "6"}};
  for (const auto& [text, value] : cases) EXPECT_EQ(words(text), value) << text;
  for (const char* text :
       {"deux trois", "once", "due", "null", "sept", "cent", "un", "vingt vingt", "dix deux", "trois mille",
        "\u0434\u0432\u0430\u0434\u0446\u0430\u0442\u044c \u0434\u0432\u0430\u0434\u0446\u0430\u0442\u044c",
        "zw\u00f6lfe", "mille deux"})
    EXPECT_EQ(words(text), "none") << text;
  EXPECT_TRUE(is_number_word("zwei"));
}

TEST(NumberWords, WholeTextOnly) {
  EXPECT_TRUE(number_in_words("twenty-one"));
  EXPECT_FALSE(number_in_words("twenty-one apples"));
  EXPECT_FALSE(number_in_words("five "));
  EXPECT_EQ(number_in_words("\u5341\u4e8c").value_or(WordNumber{}).numerator, "12");
  EXPECT_FALSE(number_in_words("\u5341\u4e8c\u4e2a"));
}

TEST(NumberWords, WordsThatSayANumber) {
  for (const char* word : {"five", "Hundred", "millions", "dozen", "half", "halves", "third", "thirds",
                           "quarter", "first", "zero", "ninth"})
    EXPECT_TRUE(is_number_word(word)) << word;
  for (const char* word :
       {"", "a", "and", "point", "minus", "apples", "ones and", "s", "ss", "often", "tense"})
    EXPECT_FALSE(is_number_word(word)) << word;
}

TEST(HanNumbers, WithUnits) {
  EXPECT_EQ(han("\u4e09\u767e\u4e8c\u5341"), "320");
  EXPECT_EQ(han("\u5341"), "10");
  EXPECT_EQ(han("\u5341\u4e00"), "11");
  EXPECT_EQ(han("\u4e8c\u5341"), "20");
  EXPECT_EQ(han("\u4e5d\u5341\u4e5d"), "99");
  EXPECT_EQ(han("\u4e00\u767e\u96f6\u4e94"), "105");
  EXPECT_EQ(han("\u4e00\u767e\u4e00\u5341"), "110");
  EXPECT_EQ(han("\u4e8c\u5343\u96f6\u4e94"), "2005");
  EXPECT_EQ(han("\u4e24\u767e"), "200");
  EXPECT_EQ(han("\u4e00\u4e07\u4e8c\u5343\u4e09\u767e\u56db\u5341\u4e94"), "12345");
  EXPECT_EQ(han("\u5341\u4e07"), "100000");
  EXPECT_EQ(han("\u4e09\u4ebf\u4e94\u5343\u4e07"), "350000000");
  EXPECT_EQ(han("\u4e00\u4e07\u4ebf"), "1000000000000");
  EXPECT_EQ(han("\u4e00\u4ebf\u96f6\u4e09"), "100000003");
  EXPECT_EQ(han("\u58f9\u4f70\u8d30\u62fe"), "120");
  EXPECT_EQ(han("\u767e\u4e8c\u5341"), "120");
  EXPECT_EQ(han("\u96f6"), "0");
  EXPECT_EQ(han("\u4e94"), "5");
}

TEST(HanNumbers, OtherForms) {
  EXPECT_EQ(han("\u4e8c\u3007\u4e00\u4e94"), "2015");
  EXPECT_EQ(han("\u8d1f\u4e09"), "-3");
  EXPECT_EQ(han("\u4e09\u70b9\u4e00\u56db"), "314/100");
  EXPECT_EQ(han("\u96f6\u70b9\u4e94"), "5/10");
  EXPECT_EQ(han("\u4e09\u5206\u4e4b\u4e00"), "1/3");
  EXPECT_EQ(han("\u767e\u5206\u4e4b\u4e94\u5341"), "50/100");
  EXPECT_EQ(han("\u4e8c\u53c8\u4e09\u5206\u4e4b\u4e00"), "7/3");
  EXPECT_EQ(han("3\u4e07"), "30000");
  EXPECT_EQ(han("1.5\u4ebf"), "1500000000/10");
  EXPECT_EQ(han("\u4e09\u70b9\u534a"), "3|\u70b9\u534a");
  EXPECT_EQ(han("\u4e94\u4e2a"), "5|\u4e2a");
  EXPECT_EQ(han("\u4e09\u5398\u7c73"), "3|\u5398\u7c73");
}

TEST(HanNumbers, MalformedNumerals) {
  for (const char* text : {"",
                           "\u4e00\u767e\u4e8c",
                           "\u4e8c\u4e09\u767e",
                           "\u767e\u767e",
                           "\u5341\u767e",
                           "\u4e07",
                           "\u4ebf",
                           "\u4e2a",
                           "5",
                           "3\u5341",
                           "\u96f6\u5206\u4e4b\u4e00",
                           "\u4e00\u5206\u4e4b",

                           "\u4e8c\u53c8\u4e09",
                           "abc",
                           "\xff",
                           "\u4e00\u4e07\u4e8c",
                           "\u4e94\u4e94\u5341",
                           "1.5",
                           "3\u4e07\u4e07",
                           "\u4e8c\u53c8\u4e09\u5206\u4e4b\u4e94"})
    EXPECT_EQ(han(text), "none") << text;
  std::string many;
  for (int i = 0; i < 100; ++i) many += "\u4e5d";
  EXPECT_EQ(han(many), "none");
}

TEST(Ordinals, FiguresAndWords) {
  const std::pair<const char*, uint64_t> cases[] = {{"1st", 1},
                                                    {"2nd", 2},
                                                    {"3rd", 3},
                                                    {"4th", 4},
                                                    {"11th", 11},
                                                    {"12th", 12},
                                                    {"13th", 13},
                                                    {"21st", 21},
                                                    {"112th", 112},
                                                    {"60TH", 60},
                                                    {"first", 1},
                                                    {"Second", 2},
                                                    {"third", 3},
                                                    {"twelfth", 12},
                                                    {"twentieth", 20},
                                                    {"twenty-first", 21},
                                                    {"twenty first", 21},
                                                    {"ninety-ninth", 99},
                                                    {"hundredth", 100},
                                                    {"one hundred and third", 103},
                                                    {"thousandth", 1000},
                                                    {"two hundredth", 200},
                                                    {"one thousand and first", 1001},
                                                    {"\u7b2c\u4e09", 3},
                                                    {"\u7b2c\u5341\u4e8c", 12},
                                                    {"\u7b2c21", 21}};
  for (const auto& [text, value] : cases) EXPECT_EQ(read_ordinal(text), value) << text;
  for (const char* text : {"",       "11st",        "1th",
                           "2th",    "22th",        "13rd",
                           "111st",  "first place", "one",
                           "21",     "thirds",      "0th",
                           "01st",   "third third", "half",
                           "\u7b2c", "\u7b2cx",     "twentieth first",
                           "st",     "1 st",        "99999999999999999999th",
                           "quarter"})
    EXPECT_FALSE(read_ordinal(text)) << text;
}

TEST(Roman, StrictFormOnly) {
  const std::pair<const char*, uint32_t> cases[] = {
      {"I", 1},    {"II", 2},        {"III", 3},        {"IV", 4},           {"V", 5},
      {"IX", 9},   {"XIV", 14},      {"XL", 40},        {"XC", 90},          {"CD", 400},
      {"CM", 900}, {"MMXXIV", 2024}, {"MCMXCIX", 1999}, {"MMMCMXCIX", 3999}, {"xiv", 14},
      {"iv", 4},   {"\u2163", 4},    {"\u217b", 12},    {"\u2169\u2161", 12}};
  for (const auto& [text, value] : cases) EXPECT_EQ(read_roman(text), value) << text;
  for (const char* text : {"", "IIII", "VV", "IC", "IL", "XM", "iV", "MMMM", "IIX", "VX", "A", "IXI", "XIVI",
                           "I I", "CMC", "\xff", "IVI", "ab"})
    EXPECT_FALSE(read_roman(text)) << text;
  EXPECT_FALSE(read_roman(std::string(100000, 'M')));
}

TEST(CircledDigits, OfAllKinds) {
  EXPECT_EQ(circled_digit(U'\u2460'), 1u);
  EXPECT_EQ(circled_digit(U'\u2473'), 20u);
  EXPECT_EQ(circled_digit(U'\u24ea'), 0u);
  EXPECT_EQ(circled_digit(U'\u3251'), 21u);
  EXPECT_EQ(circled_digit(U'\u32bf'), 50u);
  EXPECT_EQ(circled_digit(U'\u2777'), 2u);
  EXPECT_EQ(circled_digit(U'\u2474'), 1u);
  EXPECT_EQ(circled_digit(U'\u2488'), 1u);
  EXPECT_EQ(circled_digit(U'\u24eb'), 11u);
  EXPECT_EQ(circled_digit(U'\u24b6'), std::nullopt);
  EXPECT_EQ(circled_digit('1'), std::nullopt);
  EXPECT_EQ(circled_digit(0), std::nullopt);
  EXPECT_EQ(circled_digit(0xFFFFFFFF), std::nullopt);
}

}  // namespace
}  // namespace r1::math
