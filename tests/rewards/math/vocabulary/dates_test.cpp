#include "rewards/math/vocabulary/dates.h"

#include <gtest/gtest.h>

#include <string>

namespace r1::math {
namespace {

// "15:45:00", with the meridiem and "?" for a bare time; "none".
std::string time(std::string_view text) {
  const auto read = read_time(text);
  if (!read) return "none";
  std::string out =
      std::to_string(read->hour) + ":" + (read->minute < 10 ? "0" : "") + std::to_string(read->minute);
  if (read->second != 0) out += ":" + std::to_string(read->second);
  if (read->meridiem != ' ') out += read->meridiem;
  return out + (read->bare ? "?" : "");
}

std::string date(std::string_view text) {
  const auto read = read_date(text);
  if (!read) return "none";
  return std::to_string(read->year) + "-" + std::to_string(read->month) + "-" + std::to_string(read->day) +
         (read->weekday ? " w" + std::to_string(read->weekday) : "");
}

TEST(Times, InFigures) {
  EXPECT_EQ(time("3:45"), "3:45?");
  EXPECT_EQ(time("15:45"), "15:45?");
  EXPECT_EQ(time("3:45:10"), "3:45:10?");
  EXPECT_EQ(time("3:45 p.m."), "3:45p");
  EXPECT_EQ(time("3:45 PM"), "3:45p");
  EXPECT_EQ(time("3:45pm"), "3:45p");
  EXPECT_EQ(time("11:05 a.m."), "11:05a");
  EXPECT_EQ(time("1:03 PM"), "1:03p");
  EXPECT_EQ(time("3 pm"), "3:00p");
  EXPECT_EQ(time("3.45 pm"), "3:45p");
  EXPECT_EQ(time("15h30"), "15:30?");
  EXPECT_EQ(time("15 h 30"), "15:30?");
  EXPECT_EQ(time("15:30 Uhr"), "15:30");
  EXPECT_EQ(time("00:00"), "0:00?");
  EXPECT_EQ(time("24:00"), "24:00?");
  EXPECT_EQ(time("3:45 in the afternoon"), "3:45p");
  EXPECT_EQ(time("7:30 in the morning"), "7:30a");
}

TEST(Times, InWords) {
  EXPECT_EQ(time("noon"), "12:00p");
  EXPECT_EQ(time("12 noon"), "12:00p");
  EXPECT_EQ(time("Midnight"), "12:00a");
  EXPECT_EQ(time("half past three"), "3:30");
  EXPECT_EQ(time("quarter past 5"), "5:15");
  EXPECT_EQ(time("a quarter to four"), "3:45");
  EXPECT_EQ(time("ten to four"), "3:50");
  EXPECT_EQ(time("ten to one"), "12:50");
  EXPECT_EQ(time("20 minutes past 7 p.m."), "7:20p");
  EXPECT_EQ(time("three o'clock"), "3:00");
  EXPECT_EQ(time("3 o'clock in the morning"), "3:00a");
  EXPECT_EQ(time("twenty-five past eleven"), "11:25");
}

TEST(Times, InIdeographs) {
  EXPECT_EQ(time("\u4e0b\u53483\u70b930\u5206"), "3:30p");
  EXPECT_EQ(time("\u4e0a\u53489\u70b9"), "9:00a");
  EXPECT_EQ(time("9\u6642\u534a"), "9:30");
  EXPECT_EQ(time("\u5348\u5f8c3\u664215\u5206"), "3:15p");
  EXPECT_EQ(time("\u4e09\u70b9\u534a"), "3:30");
  EXPECT_EQ(time("\uc624\uc804 9\uc2dc 30\ubd84"), "9:30a");
  EXPECT_EQ(time("\u4e09\u70b9\u4e94\u5206"), "3:05");
  EXPECT_EQ(time("\u4e0b\u534815\u70b9"), "15:00");
  EXPECT_EQ(time("\u4e0a\u534810:20"), "10:20a");
}

TEST(Times, NotTimes) {
  for (const char* text : {"",
                           "3",
                           "3.45",
                           "25:00",
                           "3:60",
                           "3:5",
                           "13:00 pm",
                           "0:30 am",
                           "24:01",
                           "3:45:61",
                           "half past 13",
                           "3:45 xm",
                           "123:45",
                           "3:456",
                           "pm",
                           "half three",
                           "10 to",
                           "past five",
                           "3 apples",
                           "15h",
                           "3:4:5",
                           "3\u70b970\u5206",
                           "60 past 3",
                           "ten to twelve a.m.",
                           "0 past 3",
                           "-3:45",
                           "3:-5",
                           "\xff",
                           "ten to five six"})
    EXPECT_EQ(time(text), "none") << text;
  EXPECT_EQ(time(std::string(100000, '1')), "none");
}

TEST(Dates, InWords) {
  EXPECT_EQ(date("March 14, 2015"), "2015-3-14");
  EXPECT_EQ(date("14 March 2015"), "2015-3-14");
  EXPECT_EQ(date("March 14th"), "0-3-14");
  EXPECT_EQ(date("the 14th of March, 2015"), "2015-3-14");
  EXPECT_EQ(date("June 20"), "0-6-20");
  EXPECT_EQ(date("February 3rd"), "0-2-3");
  EXPECT_EQ(date("Feb. 3"), "0-2-3");
  EXPECT_EQ(date("March 2015"), "2015-3-0");
  EXPECT_EQ(date("Friday, March 14, 2014"), "2014-3-14 w5");
  EXPECT_EQ(date("march fourteenth"), "0-3-14");
  EXPECT_EQ(date("the first of May"), "0-5-1");
  EXPECT_EQ(date("14. M\u00e4rz 2015"), "2015-3-14");
  EXPECT_EQ(date("le 14 juillet 1789"), "1789-7-14");
  EXPECT_EQ(date("14 de marzo de 2015"), "2015-3-14");
  EXPECT_EQ(date("14 \u043c\u0430\u0440\u0442\u0430 2015 \u0433."), "2015-3-14");
  EXPECT_EQ(date("2 giugno 1946"), "1946-6-2");
}

TEST(Dates, InFigures) {
  EXPECT_EQ(date("2015-03-14"), "2015-3-14");
  EXPECT_EQ(date("2015/3/14"), "2015-3-14");
  EXPECT_EQ(date("3/14/2015"), "2015-3-14");
  EXPECT_EQ(date("14/3/2015"), "2015-3-14");
  EXPECT_EQ(date("5/5/2015"), "2015-5-5");
  EXPECT_EQ(date("14.3.2015"), "2015-3-14");
  EXPECT_EQ(date("2015\u5e743\u670814\u65e5"), "2015-3-14");
  EXPECT_EQ(date("3\u670814\u65e5"), "0-3-14");
  EXPECT_EQ(date("\u4e09\u6708\u5341\u56db\u65e5"), "0-3-14");
  EXPECT_EQ(date("2015\ub144 3\uc6d4 14\uc77c"), "2015-3-14");
}

TEST(Dates, TheCalendarIsChecked) {
  EXPECT_EQ(date("February 29, 2016"), "2016-2-29");
  EXPECT_EQ(date("February 29, 2000"), "2000-2-29");
  EXPECT_EQ(date("February 29"), "0-2-29");
  for (const char* text : {"February 29, 2015", "February 29, 1900", "February 30", "April 31", "March 32",
                           "March 0", "2015-13-01", "2015-02-30", "13/13/2015", "2015-00-10"})
    EXPECT_EQ(date(text), "none") << text;
}

TEST(Dates, NotDates) {
  for (const char* text : {"",
                           "March",
                           "3/14",
                           "3/14/15",
                           "3/4/2015",
                           "14/3",
                           "2015",
                           "14",
                           "March 14 15",
                           "2015-3",
                           "March April 14",
                           "March 14 14",
                           "14 15 March",
                           "march on",
                           "the march of 14 men",
                           "Friday",
                           "3-14-2015-1",
                           "20150314",
                           "2015/3-14",
                           "2015.3",
                           "1/2/3",
                           "May the 4th be",
                           "\xff",
                           "3\u6708",
                           "\u7b2c3\u670814\u65e5"})
    EXPECT_EQ(date(text), "none") << text;
  EXPECT_EQ(date(std::string(100000, ' ')), "none");
}

TEST(Dates, MonthsAndWeekdays) {
  EXPECT_EQ(read_month("Sept."), 9);
  EXPECT_EQ(read_month("MAY"), 5);
  EXPECT_EQ(read_month("ao\u00fbt"), 8);
  EXPECT_EQ(read_month("smarch"), std::nullopt);
  EXPECT_EQ(read_month(""), std::nullopt);
  EXPECT_EQ(read_month("."), std::nullopt);
  EXPECT_EQ(read_weekday("Friday"), 5);
  EXPECT_EQ(read_weekday("sun"), 7);
  EXPECT_EQ(read_weekday("\u661f\u671f\u4e09"), 3);
  EXPECT_EQ(read_weekday("someday"), std::nullopt);
}

}  // namespace
}  // namespace r1::math
