// Times of day, weekdays, months and calendar dates written in words or figures.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace r1::math {

struct ClockTime {
  int hour = 0, minute = 0, second = 0;  // hour as written: 1..12 with a meridiem, else 0..24
  char meridiem = ' ';                   // 'a', 'p' or ' ' when not said; noon is 12 'p', midnight 12 'a'
  bool bare =
      false;  // "3:45" and nothing more: may be a ratio as well. "3:45 p.m.", "15h30", "half past three" are not bare
};

// The whole text: "3:45", "3:45:10", "3:45 p.m.", "3 PM", "15h30", "15h", "3.45 pm", "noon", "midnight", "half past three", "ten to four", "quarter
// past 5 in the morning", "three o'clock", "\u4e0b\u53483\u70b930\u5206", "9\u6642\u534a". Hours and minutes out of range are no time.
std::optional<ClockTime> read_time(std::string_view text);

struct CalendarDate {
  int year = 0, month = 0,
      day = 0;      // year or day 0 when not written; month always written. Gregorian, checked
  int weekday = 0;  // 1 Monday .. 7 Sunday when written, else 0; not checked against the date
};

// The whole text: "March 14, 2015", "14 March 2015", "March 14th", "the 14th of March", "March 2015", "2015-03-14", "3/14/2015" (month first; with
// a four-digit year only; day first when that is the only reading; none when both readings are dates and differ),
// "Friday, March 14", "2015\u5e743\u670814\u65e5". Months in English, German, French, Spanish, Portuguese, Italian, Russian. A month alone is no
// date.
std::optional<CalendarDate> read_date(std::string_view text);

std::optional<int> read_month(
    std::string_view word);  // 1..12, full names in all those languages, English abbreviations
std::optional<int> read_weekday(
    std::string_view word);  // 1 Monday .. 7 Sunday; English abbreviations, Chinese

}  // namespace r1::math
