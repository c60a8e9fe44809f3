#include <string>

#include "rewards/math/vocabulary/date_cursor.h"
#include "rewards/math/vocabulary/dates.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

bool in_range(const ClockTime& time) {
  if (time.minute < 0 || time.minute > 59 || time.second < 0 || time.second > 59) return false;
  if (time.meridiem != ' ') return time.hour >= 1 && time.hour <= 12;
  return time.hour >= 0 && (time.hour <= 23 || (time.hour == 24 && time.minute == 0 && time.second == 0));
}

// "p.m.", "in the evening": 'a', 'p', or ' ' when there is nothing; none when something else stands there.
std::optional<char> read_meridiem(DateCursor& cursor) {
  cursor.skip_spaces();
  if (cursor.done()) return ' ';
  char meridiem = ' ';
  if (cursor.take_any({"a.m.", "a.m", "am.", "am", "a. m.", "in the morning", "in morning"}))
    meridiem = 'a';
  else if (cursor.take_any({"p.m.", "p.m", "pm.", "pm", "p. m.", "in the afternoon", "in afternoon",
                            "in the evening", "in evening", "at night"}))
    meridiem = 'p';
  cursor.take_any({"."});
  if (meridiem == ' ' || !cursor.done()) return std::nullopt;
  return meridiem;
}

std::optional<ClockTime> read_named_time(std::string_view text) {
  DateCursor cursor(text);
  if (cursor.take_any({"12:00", "12"})) {
    cursor.skip_spaces();
    cursor.take_any({"o'clock"});
  }
  if (cursor.rest() == "noon" || cursor.rest() == "midday") return ClockTime{12, 0, 0, 'p', false};
  if (cursor.rest() == "midnight") return ClockTime{12, 0, 0, 'a', false};
  return std::nullopt;
}

// "3:45:10 pm", "15h30", "3 pm", "15:30 Uhr"
std::optional<ClockTime> read_figure_time(std::string_view text) {
  DateCursor cursor(text);
  ClockTime time;
  const auto hour = cursor.take_number(2);
  if (!hour) return std::nullopt;
  time.hour = *hour;
  bool colon = false, point = false, clock = false;
  const bool spaced = cursor.take_any({" h "});
  if ((colon = cursor.take(":")) || (point = cursor.take(".")) || spaced || cursor.take("h")) {
    size_t count = 0;
    const auto minute = cursor.take_number(2, &count);
    if (!minute || count != 2) return std::nullopt;
    time.minute = *minute;
    if (colon && cursor.take(":")) {
      const auto second = cursor.take_number(2, &count);
      if (!second || count != 2) return std::nullopt;
      time.second = *second;
    }
    if (!colon && !point) cursor.take_any({" min", "min"});
    time.bare = true;
  }
  cursor.skip_spaces();
  if (cursor.take_any({"uhr", "o'clock", "\u0447\u0430\u0441\u043e\u0432", "hrs"})) clock = true;
  const auto meridiem = read_meridiem(cursor);
  if (!meridiem) return std::nullopt;
  time.meridiem = *meridiem;
  if (time.meridiem != ' ' || clock)
    time.bare = false;
  else if (point || !time.bare)
    return std::nullopt;  // "3.45" and "3" are numbers
  if (!in_range(time)) return std::nullopt;
  return time;
}

// "half past three", "ten minutes to four", "three o'clock"
std::optional<ClockTime> read_spoken_time(std::string_view text) {
  DateCursor cursor(text);
  ClockTime time;
  int minutes = -1;
  if (cursor.take("half "))
    minutes = 30;
  else if (cursor.take("a quarter ") || cursor.take("quarter "))
    minutes = 15;
  if (minutes < 0) {
    const auto number = cursor.take_any_number();
    if (!number) return std::nullopt;
    cursor.skip_spaces();
    if (cursor.take_any({"o'clock"})) {
      time.hour = *number;
      const auto meridiem = read_meridiem(cursor);
      if (!meridiem) return std::nullopt;
      time.meridiem = *meridiem;
      return in_range(time) ? std::optional(time) : std::nullopt;
    }
    cursor.take_any({"minutes", "minute"});
    minutes = *number;
  }
  const bool past = cursor.take_any({"past ", "after "});
  if (!past && !cursor.take_any({"to ", "till ", "before "})) return std::nullopt;
  if (minutes > 59 || minutes == 0 || (!past && minutes == 30)) return std::nullopt;
  const auto hour = cursor.take_any_number();
  if (!hour || *hour < 1 || *hour > 12) return std::nullopt;
  cursor.skip_spaces();
  cursor.take_any({"o'clock"});
  const auto meridiem = read_meridiem(cursor);
  if (!meridiem || (!past && *meridiem != ' ' && *hour == 12))
    return std::nullopt;  // "ten to twelve a.m." is 11:50 p.m.
  time.meridiem = *meridiem;
  time.hour = past ? *hour : (*hour == 1 ? 12 : *hour - 1);
  if (!past && *hour == 1 && *meridiem != ' ') return std::nullopt;
  time.minute = past ? minutes : 60 - minutes;
  return in_range(time) ? std::optional(time) : std::nullopt;
}

// \u4e0b\u53483\u70b930\u5206, 9\u6642\u534a, \uc624\uc804 9\uc2dc 30\ubd84
std::optional<ClockTime> read_ideograph_time(std::string_view text) {
  DateCursor cursor(text);
  ClockTime time;
  if (cursor.take_any(
          {"\u4e0a\u5348", "\u65e9\u4e0a", "\u51cc\u6668", "\u6e05\u6668", "\u5348\u524d", "\uc624\uc804"}))
    time.meridiem = 'a';
  else if (cursor.take_any({"\u4e0b\u5348", "\u665a\u4e0a", "\u508d\u665a", "\u4e2d\u5348", "\u5348\u5f8c",
                            "\uc624\ud6c4"}))
    time.meridiem = 'p';
  const auto hour = cursor.take_any_number();
  if (!hour) return std::nullopt;
  time.hour = *hour;
  const bool colon = time.meridiem != ' ' && cursor.take_any({":"});
  if (!colon && !cursor.take_any({"\u70b9\u949f", "\u9ede\u9418", "\u70b9\u6574", "\u70b9", "\u9ede",
                                  "\u65f6", "\u6642", "\uc2dc"}))
    return std::nullopt;
  if (cursor.take_any({"\u534a"})) {
    time.minute = 30;
  } else if (!cursor.done()) {
    const auto minute = cursor.take_any_number();
    if (!minute) return std::nullopt;
    time.minute = *minute;
    cursor.skip_spaces();
    if (!colon && !cursor.take_any({"\u5206", "\ubd84"})) return std::nullopt;
    if (!cursor.done()) {
      const auto second = cursor.take_any_number();
      if (!second || !cursor.take_any({"\u79d2", "\ucd08"})) return std::nullopt;
      time.second = *second;
    }
  }
  if (!cursor.done()) return std::nullopt;
  if (time.meridiem == 'p' && time.hour > 12 && time.hour < 24) time.meridiem = ' ';  // \u4e0b\u534815\u70b9
  return in_range(time) ? std::optional(time) : std::nullopt;
}

}  // namespace

std::optional<ClockTime> read_time(std::string_view text) {
  if (text.size() > kMaxDateText) return std::nullopt;
  const std::string lower = lower_text(trim_spaces(text));
  if (lower.empty()) return std::nullopt;
  if (const auto time = read_named_time(lower)) return time;
  if (const auto time = read_figure_time(lower)) return time;
  if (const auto time = read_ideograph_time(lower)) return time;
  return read_spoken_time(lower);
}

}  // namespace r1::math
