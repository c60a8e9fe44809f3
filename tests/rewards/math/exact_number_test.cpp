#include "rewards/math/exact_number.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace r1 {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void expect_all(const Pairs& pairs, Comparison expected, NumberPolicy policy = {}) {
  for (const auto& [a, b] : pairs) {
    EXPECT_EQ(compare_numbers(a, b, policy), expected) << a << "  vs  " << b;
    EXPECT_EQ(compare_numbers(b, a, policy), expected) << b << "  vs  " << a;
  }
}

TEST(ExactNumber, SpellingsOfOneIntegerAreEqual) {
  expect_all({{"5", "5"},
              {"5", "05"},
              {"5", "+5"},
              {"5", "5."},
              {"5", "5.0"},
              {"5", " 5 "},
              {"-5", "- 5"},
              {"0", "-0"},
              {"0", "0.000"},
              {"-5",
               "\xE2\x88\x92"
               "5"},
              {"12", "\xEF\xBC\x91\xEF\xBC\x92"},
              {"5", "$5$"},
              {"5", "\\(5\\)"},
              {"5", "**5**"},
              {"5", "\\text{5}"},
              {"5", "\\mathbf{5}"}},
             Comparison::Equal);
}

TEST(ExactNumber, DifferentNumbersAreDifferent) {
  expect_all({{"5", "6"},
              {"5", "-5"},
              {"0", "1"},
              {"0.1", "0.10001"},
              {"1/3", "0.333333333333"},
              {"12", "1.2"},
              {"100", "10"},
              {"1,234", "1.234"},
              {"2/3", "3/2"}},
             Comparison::Different);
}

TEST(ExactNumber, ThousandsSeparatorsOnlyBetweenGroupsOfThree) {
  expect_all({{"1234567", "1,234,567"},
              {"10000", "10{,}000"},
              {"10000", "10\\,000"},
              {"10000", "10,\\!000"},
              {"1234.5", "1,234.5"},
              {"-1234", "-1,234"}},
             Comparison::Equal);
  for (const char* list : {"1,2", "12,34", "1,2345", "1234,567", "1,234,56", "1, 234", "3,5"}) {
    EXPECT_EQ(read_exact_number(list).kind, NumberKind::NotANumber) << list;
  }
}

TEST(ExactNumber, FractionsEqualDecimalsExactly) {
  expect_all({{"1/2", "0.5"},
              {"1/2", ".5"},
              {"\\frac{1}{2}", "1/2"},
              {"\\dfrac{1}{2}", "2/4"},
              {"\\tfrac12", "0.50"},
              {"-\\frac{1}{2}", "\\frac{-1}{2}"},
              {"-1/2", "1/-2"},
              {"\\frac{1.5}{3}", "1/2"},
              {"6/3", "2"},
              {"\\frac34", "3/4"},
              {"\\frac{ 3 }{ 4 }", ".75"},
              {"3/4", "3 / 4"},
              {"\\frac{1,000}{2}", "500"}},
             Comparison::Equal);
}

TEST(ExactNumber, AZeroDenominatorIsNotANumber) {
  for (const char* text : {"1/0", "\\frac{1}{0}", "0/0", "1/0.00"}) {
    EXPECT_EQ(read_exact_number(text).kind, NumberKind::NotANumber) << text;
  }
}

TEST(ExactNumber, MixedNumbersAreSums) {
  expect_all({{"2 1/2", "2.5"},
              {"2\\frac{1}{2}", "5/2"},
              {"2 \\frac12", "2.5"},
              {"-2 1/2", "-2.5"},
              {"1\\frac{3}{4}", "7/4"}},
             Comparison::Equal);
  for (const char* text : {"2 5/3", "2 1/0", "2.5 1/2", "2 -1/2", "1 2"}) {
    EXPECT_EQ(read_exact_number(text).kind, NumberKind::NotANumber) << text;
  }
}

TEST(ExactNumber, PercentIsAFractionOfAHundred) {
  expect_all({{"50%", "0.5"}, {"50\\%", "1/2"}, {"50 percent", "50%"}, {"12.5\\%", "1/8"}, {"0%", "0"}},
             Comparison::Equal);
  expect_all({{"50%", "51%"}, {"50%", "5"}, {"50%", "0.05"}}, Comparison::Different);
}

TEST(ExactNumber, AMissingPercentSignIsUnknownUnlessThePolicyAllowsIt) {
  expect_all({{"50%", "50"}, {"12.5\\%", "12.5"}}, Comparison::Unknown);
  expect_all({{"50%", "50"}, {"50%", "0.5"}}, Comparison::Equal, {.percent_sign_optional = true});
  expect_all({{"50%", "51"}, {"50%", "5000"}}, Comparison::Different, {.percent_sign_optional = true});
}

TEST(ExactNumber, TinyNumbersAreComparedExactly) {
  expect_all(
      {{"1e-20", "1e-21"}, {"1e-20", "0"}, {"10^{-20}", "10^{-21}"}, {"1e-400", "0"}, {"1e-400", "2e-400"}},
      Comparison::Different);
  expect_all({{"1e-20", "0.00000000000000000001"},
              {"1e-20", "1 \\times 10^{-20}"},
              {"1.5e3", "1500"},
              {"1.5 \\cdot 10^3", "1500"},
              {"2*10^2", "200"},
              {"3 \xC3\x97 10^{2}", "300"},
              {"10^6", "1,000,000"},
              {"1E5", "100000"},
              {"-2e-1", "-1/5"},
              {"10e-1", "1"}},
             Comparison::Equal);
}

TEST(ExactNumber, HugeExponentsCostNothingAndBeyondTheCapAreUnknown) {
  expect_all({{"1e999999999", "10e999999998"}}, Comparison::Equal);
  expect_all({{"1e999999999", "1e999999998"}, {"1e999999999", "7"}, {"1e-999999999", "0"}},
             Comparison::Different);
  const std::string exponent(200, '9');
  EXPECT_EQ(read_exact_number("1e" + exponent).kind, NumberKind::TooLong);
  expect_all({{"1e" + exponent, "1e" + exponent}, {"10^{" + exponent + "}", "5"}}, Comparison::Unknown);
}

TEST(ExactNumber, LongNumbersUpToAThousandDigitsThenUnknown) {
  const std::string nines(1000, '9');
  expect_all({{nines, nines + ".0"}}, Comparison::Unknown);  // 1001 digits
  EXPECT_EQ(compare_numbers(nines, nines), Comparison::Equal);
  EXPECT_EQ(compare_numbers(nines, nines.substr(1) + "8"), Comparison::Different);
  EXPECT_EQ(read_exact_number(nines + "9").kind, NumberKind::TooLong);
  EXPECT_EQ(read_exact_number(std::string(1 << 20, '9')).kind, NumberKind::NotANumber);
}

TEST(ExactNumber, UnitsAndCurrencyAreSetAside) {
  expect_all({{"18", "$18"},
              {"18", "\\$18"},
              {"18", "18 dollars"},
              {"$18", "18 dollars"},
              {"18", "18\\text{ cm}"},
              {"18 cm", "18\\text{cm}"},
              {"18", "18 \\mathrm{m}"},
              {"90", "90^\\circ"},
              {"90^{\\circ}", "90 degrees"},
              {"90", "90\xC2\xB0"},
              {"18", "18 square feet"},
              {"18\\text{ cm}^2", "18"},
              {"60", "60 km/h"},
              {"18", "18 \xE2\x82\xAC"},
              {"18.50", "$18.5"},
              {"3 apple", "3 apples"},
              {"-18", "-$18"},
              {"-18", "$-18"},
              {"1/2", "\\frac{1}{2}\\text{ cup}"}},
             Comparison::Equal);
  expect_all({{"18 dollars", "19"}, {"18 cm", "19 cm"}}, Comparison::Different);
}

TEST(ExactNumber, DifferentUnitsAreUnknown) {
  expect_all({{"5 cm", "5 km"}, {"5 cm", "50 mm"}, {"$5", "5 euros"}, {"5\\text{ cm}^2", "5\\text{ cm}^3"}},
             Comparison::Unknown);
}

TEST(ExactNumber, ScaleWordsMultiply) {
  expect_all({{"5 million", "5,000,000"}, {"1.5 billion dollars", "1500000000"}, {"$2 thousand", "2000"}},
             Comparison::Equal);
  expect_all({{"5 million", "5"}}, Comparison::Different);
}

TEST(ExactNumber, WhatIsNotASimpleNumberIsRefused) {
  for (const char* text : {"",
                           " ",
                           "x",
                           "5x",
                           "5 x",
                           "x+1",
                           "5+3",
                           "2*3",
                           "3 \\pi",
                           "3 pi",
                           "5 or 6",
                           "5, 6",
                           "(5, 6)",
                           "10:30",
                           "5 pm",
                           "5 am",
                           "5 dozen",
                           "101_2",
                           "5!",
                           "2^{10}",
                           "5^2",
                           "$5^2",
                           "\\sqrt{2}",
                           "1.2.3",
                           "--5",
                           "+-5",
                           "1/2/3",
                           "5cm",
                           "0x10",
                           "1e",
                           "e5",
                           "five",
                           "\\frac{1}{x}",
                           "\\frac{1}",
                           "\\frac",
                           "\\pm 5",
                           "0.\\overline{3}",
                           "5%x",
                           "half",
                           "5 and 6",
                           "12 5/6/7",
                           "1 \\times 2",
                           "Infinity",
                           "nan",
                           "9 (apples)",
                           "[5]",
                           "{5"}) {
    EXPECT_EQ(read_exact_number(text).kind, NumberKind::NotANumber) << text;
  }
}

TEST(ExactNumber, HostileTextIsReadInLinearTime) {
  for (const char* part : {"1,", "\\frac{", "{,}", "\\text{", "$", "**", " ", "-", "1/", "10^{", "\\left"}) {
    std::string text;
    while (text.size() < 8000) text += part;
    read_exact_number(text);
    read_exact_number("1" + text);
  }
}

}  // namespace
}  // namespace r1
