#include "rewards/math/compare/quantities.h"

#include "tests/rewards/math/comparison_pairs.h"

namespace r1::math {
namespace {

TEST(Quantities, UnitsConvertExactly) {
  expect_equal({{"5\\text{ cm}", "50\\text{ mm}"},
                {"1\\text{ mile}", "5280\\text{ feet}"},
                {"2\\text{ L}", "2000\\text{ cm}^3"},
                {"72\\text{ km/h}", "20\\text{ m/s}"},
                {"90\\text{ minutes}", "1.5\\text{ hours}"},
                {"90\\text{ minutes}", "1\\text{ hour }30\\text{ minutes}"},
                {"5\\text{ ft }3\\text{ in}", "63\\text{ in}"},
                {"1\\text{ m}^2", "10000\\text{ cm}^2"}});
  expect_different({{"5\\text{ cm}", "5\\text{ mm}"},
                    {"5\\text{ cm}", "0.5\\text{ m}"},
                    {"5\\text{ cm}", "5\\text{ cm}^2"},
                    {"5\\text{ cm}", "5\\text{ kg}"},
                    {"1\\text{ m}^2", "100\\text{ cm}^2"},
                    {"72\\text{ km/h}", "72\\text{ m/s}"},
                    {"1\\text{ mile}", "1609\\text{ m}"}});
}

TEST(Quantities, AMissingUnitIsAMatterOfPolicy) {
  expect_equal({{"5\\text{ cm}", "5"}, {"\\$5", "5"}, {"60^\\circ", "60"}});
  expect_different({{"5\\text{ cm}", "50"}, {"5\\text{ cm}", "6"}, {"5\\text{ cm}", "5\\%"}});
  MathPolicy strict;
  strict.unit_optional = false;
  expect_different({{"5\\text{ cm}", "5"}, {"\\$5", "5"}}, Direction::BothWays, strict);
}

TEST(Quantities, ConversionIsAMatterOfPolicy) {
  MathPolicy strict;
  strict.unit_conversion = false;
  expect_different({{"5\\text{ cm}", "50\\text{ mm}"}}, Direction::BothWays, strict);
  expect_equal({{"5\\text{ cm}", "5\\text{ centimeters}"}}, Direction::BothWays, strict);
}

TEST(Quantities, AnglesAreDegreesOrMarkedRadians) {
  expect_equal({{"60^\\circ", "\\frac{\\pi}{3}"},
                {"60^\\circ", "\\frac{\\pi}{3}\\text{ radians}"},
                {"30^\\circ 30'", "30.5^\\circ"},
                {"\\arcsin\\frac12", "30^\\circ"},
                {"2\\text{ radians}", "2"},
                {"\\sin 30^\\circ", "\\frac12"}});
  expect_different({{"60^\\circ", "\\frac{\\pi}{6}"},
                    {"60^\\circ", "60\\text{ radians}"},
                    {"\\pi", "180"},
                    {"30^\\circ 30'", "30.3^\\circ"},
                    {"60^\\circ", "420^\\circ"},
                    {"\\sin 30^\\circ", "\\sin 30"}});
}

TEST(Quantities, CurrenciesAreNotEachOther) {
  expect_equal(
      {{"\\$5", "5\\text{ dollars}"}, {"\\$5", "500\\text{ cents}"}, {"\\$18.90", "1890\\text{ cents}"}});
  expect_different({{"\\$5", "€5"}, {"\\$5", "5\\text{ cents}"}, {"\\$5", "\\$50"}, {"\\$5", "500"}});
}

TEST(Quantities, CountedThingsAreNumbers) {
  expect_equal({{"5\\text{ apples}", "5"}, {"5", "5\\text{ apples}"}});
  expect_different({{"5\\text{ apples}", "6"}});
}

TEST(Quantities, RatiosAreEqualUpToAFactorAndToTheirQuotient) {
  expect_equal({{"3:4", "6:8"},
                {"3:4", "\\frac34"},
                {"1:2:3", "2:4:6"},
                {"1:\\sqrt2", "\\sqrt2:2"},
                {"a:b", "2a:2b"}});
  expect_different(
      {{"3:4", "4:3"}, {"3:4", "\\frac43"}, {"1:2:3", "1:3:2"}, {"3:4", "3:4:5"}, {"1:2:3", "6"}});
}

TEST(Quantities, TimesSayTheHalfOfTheDay) {
  expect_equal(
      {{"3:30\\text{ p.m.}", "15:30"}, {"3:30\\text{ p.m.}", "3:30 pm"}, {"12:00\\text{ pm}", "noon"}});
  expect_different(
      {{"3:30\\text{ p.m.}", "3:30 am"}, {"3:30\\text{ p.m.}", "3:31 pm"}, {"3:30\\text{ p.m.}", "3.5"}});
  expect_unknown({{"3:30\\text{ p.m.}", "3:30"}});
}

TEST(Quantities, DatesAreComparedPartByPart) {
  expect_equal({{"\\text{March 5, 2021}", "5 March 2021"}});
  expect_different({{"\\text{March 5, 2021}", "March 6, 2021"}, {"\\text{July 4}", "June 4"}});
}

}  // namespace
}  // namespace r1::math
