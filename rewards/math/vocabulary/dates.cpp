#include "rewards/math/vocabulary/dates.h"

#include <algorithm>
#include <string>
#include <vector>

#include "rewards/math/vocabulary/date_cursor.h"
#include "rewards/math/vocabulary/number_words.h"
#include "rewards/math/vocabulary/words.h"

namespace r1::math {
namespace {

struct NamedNumber {
  std::string_view name;
  int number;
};

// clang-format off
constexpr NamedNumber kMonths[] = {
    {"january", 1}, {"february", 2}, {"march", 3}, {"april", 4}, {"may", 5}, {"june", 6}, {"july", 7}, {"august", 8}, {"september", 9},
    {"october", 10}, {"november", 11}, {"december", 12}, {"jan", 1}, {"feb", 2}, {"mar", 3}, {"apr", 4}, {"jun", 6}, {"jul", 7},
    {"aug", 8}, {"sep", 9}, {"sept", 9}, {"oct", 10}, {"nov", 11}, {"dec", 12},
    {"januar", 1}, {"februar", 2}, {"m\u00e4rz", 3}, {"mai", 5}, {"juni", 6}, {"juli", 7}, {"oktober", 10}, {"dezember", 12},
    {"janvier", 1}, {"f\u00e9vrier", 2}, {"mars", 3}, {"avril", 4}, {"juin", 6}, {"juillet", 7}, {"ao\u00fbt", 8}, {"septembre", 9},
    {"octobre", 10}, {"novembre", 11}, {"d\u00e9cembre", 12},
    {"enero", 1}, {"febrero", 2}, {"marzo", 3}, {"abril", 4}, {"mayo", 5}, {"junio", 6}, {"julio", 7}, {"agosto", 8},
    {"septiembre", 9}, {"octubre", 10}, {"noviembre", 11}, {"diciembre", 12},
    {"janeiro", 1}, {"fevereiro", 2}, {"mar\u00e7o", 3}, {"maio", 5}, {"junho", 6}, {"julho", 7}, {"setembro", 9}, {"outubro", 10},
    {"novembro", 11}, {"dezembro", 12},
    {"gennaio", 1}, {"febbraio", 2}, {"aprile", 4}, {"maggio", 5}, {"giugno", 6}, {"luglio", 7}, {"settembre", 9}, {"ottobre", 10},
    {"dicembre", 12},
    {"\u044f\u043d\u0432\u0430\u0440\u044c", 1}, {"\u044f\u043d\u0432\u0430\u0440\u044f", 1}, {"\u0444\u0435\u0432\u0440\u0430\u043b\u044c", 2}, {"\u0444\u0435\u0432\u0440\u0430\u043b\u044f", 2}, {"\u043c\u0430\u0440\u0442", 3}, {"\u043c\u0430\u0440\u0442\u0430", 3}, {"\u0430\u043f\u0440\u0435\u043b\u044c", 4}, {"\u0430\u043f\u0440\u0435\u043b\u044f", 4},
    {"\u043c\u0430\u0439", 5}, {"\u043c\u0430\u044f", 5}, {"\u0438\u044e\u043d\u044c", 6}, {"\u0438\u044e\u043d\u044f", 6}, {"\u0438\u044e\u043b\u044c", 7}, {"\u0438\u044e\u043b\u044f", 7}, {"\u0430\u0432\u0433\u0443\u0441\u0442", 8}, {"\u0430\u0432\u0433\u0443\u0441\u0442\u0430", 8}, {"\u0441\u0435\u043d\u0442\u044f\u0431\u0440\u044c", 9},
    {"\u0441\u0435\u043d\u0442\u044f\u0431\u0440\u044f", 9}, {"\u043e\u043a\u0442\u044f\u0431\u0440\u044c", 10}, {"\u043e\u043a\u0442\u044f\u0431\u0440\u044f", 10}, {"\u043d\u043e\u044f\u0431\u0440\u044c", 11}, {"\u043d\u043e\u044f\u0431\u0440\u044f", 11}, {"\u0434\u0435\u043a\u0430\u0431\u0440\u044c", 12}, {"\u0434\u0435\u043a\u0430\u0431\u0440\u044f", 12},
};

constexpr NamedNumber kWeekdays[] = {
    {"monday", 1}, {"tuesday", 2}, {"wednesday", 3}, {"thursday", 4}, {"friday", 5}, {"saturday", 6}, {"sunday", 7},
    {"mon", 1}, {"tue", 2}, {"tues", 2}, {"wed", 3}, {"weds", 3}, {"thu", 4}, {"thur", 4}, {"thurs", 4}, {"fri", 5}, {"sat", 6},
    {"sun", 7},
    {"\u661f\u671f\u4e00", 1}, {"\u661f\u671f\u4e8c", 2}, {"\u661f\u671f\u4e09", 3}, {"\u661f\u671f\u56db", 4}, {"\u661f\u671f\u4e94", 5}, {"\u661f\u671f\u516d", 6}, {"\u661f\u671f\u65e5", 7}, {"\u661f\u671f\u5929", 7},
    {"\u5468\u4e00", 1}, {"\u5468\u4e8c", 2}, {"\u5468\u4e09", 3}, {"\u5468\u56db", 4}, {"\u5468\u4e94", 5}, {"\u5468\u516d", 6}, {"\u5468\u65e5", 7}, {"\u793c\u62dc\u4e00", 1}, {"\u793c\u62dc\u4e8c", 2},
    {"\u793c\u62dc\u4e09", 3}, {"\u793c\u62dc\u56db", 4}, {"\u793c\u62dc\u4e94", 5}, {"\u793c\u62dc\u516d", 6}, {"\u793c\u62dc\u5929", 7},
    {"\u6708\u66dc\u65e5", 1}, {"\u706b\u66dc\u65e5", 2}, {"\u6c34\u66dc\u65e5", 3}, {"\u6728\u66dc\u65e5", 4}, {"\u91d1\u66dc\u65e5", 5}, {"\u571f\u66dc\u65e5", 6}, {"\u65e5\u66dc\u65e5", 7},
};
// clang-format on

template <size_t N>
std::optional<int> find_name(const NamedNumber (&names)[N], std::string_view word) {
  while (word.ends_with('.')) word.remove_suffix(1);
  if (word.empty() || word.size() > 24) return std::nullopt;
  const std::string lower = lower_text(word);
  for (const NamedNumber& name : names)
    if (name.name == lower) return name.number;
  return std::nullopt;
}

int days_of(int month, int year) {
  constexpr int kDays[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool common = year != 0 && (year % 4 != 0 || (year % 100 == 0 && year % 400 != 0));
  return month == 2 && common ? 28 : kDays[month - 1];
}

bool is_date(const CalendarDate& date) {
  if (date.month < 1 || date.month > 12 || date.day < 0 || (date.day == 0 && date.year == 0)) return false;
  return date.day <= days_of(date.month, date.year);
}

std::optional<CalendarDate> checked(CalendarDate date) {
  return is_date(date) ? std::optional(date) : std::nullopt;
}

// 2015-03-14, 3/14/2015, 14.3.2015
std::optional<CalendarDate> read_figure_date(std::string_view text) {
  DateCursor cursor(text);
  int parts[3] = {};
  size_t counts[3] = {};
  char separator = ' ';
  for (int i = 0; i < 3; ++i) {
    const auto number = cursor.take_number(4, &counts[i]);
    if (!number || counts[i] == 3) return std::nullopt;
    parts[i] = *number;
    if (i == 2) break;
    const char here = cursor.done() ? ' ' : cursor.rest()[0];
    if ((here != '-' && here != '/' && here != '.') || (i == 1 && here != separator)) return std::nullopt;
    separator = here;
    cursor.take(std::string_view(&here, 1));
  }
  if (!cursor.done()) return std::nullopt;
  const auto small = [&](int i) { return counts[i] <= 2 && parts[i] > 0; };
  if (counts[0] == 4 && small(1) && small(2)) return checked({parts[0], parts[1], parts[2], 0});
  if (counts[2] != 4 || !small(0) || !small(1)) return std::nullopt;
  const auto day_first = checked({parts[2], parts[1], parts[0], 0});
  const auto month_first = checked({parts[2], parts[0], parts[1], 0});
  if (separator == '.') return day_first;
  if (day_first && month_first && parts[0] != parts[1]) return std::nullopt;
  return month_first ? month_first : day_first;
}

// 2015\u5e743\u670814\u65e5, \u4e09\u6708\u5341\u56db\u65e5, 2015\ub144 3\uc6d4 14\uc77c
std::optional<CalendarDate> read_ideograph_date(std::string_view text) {
  DateCursor cursor(text);
  CalendarDate date;
  size_t count = 0;
  DateCursor ahead = cursor;
  if (const auto year = ahead.take_number(4, &count);
      year && count == 4 && ahead.take_any({"\u5e74", "\ub144"})) {
    date.year = *year;
    cursor = ahead;
  }
  const auto month = cursor.take_any_number();
  cursor.skip_spaces();
  if (!month || *month == 0 || !cursor.take_any({"\u6708", "\uc6d4"})) return std::nullopt;
  date.month = *month;
  if (!cursor.done()) {
    const auto day = cursor.take_any_number();
    if (!day || *day == 0 || !cursor.take_any({"\u65e5", "\u53f7", "\u865f", "\uc77c"})) return std::nullopt;
    date.day = *day;
  }
  return cursor.done() ? checked(date) : std::nullopt;
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  constexpr size_t kMostWords = 10;
  while (!text.empty() && words.size() <= kMostWords) {
    const size_t begin = std::min(text.find_first_not_of(" ,"), text.size());
    text.remove_prefix(begin);
    const size_t end = std::min(text.find_first_of(" ,"), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

bool is_filler(std::string_view word) {
  constexpr std::string_view kFillers[] = {"the",
                                           "of",
                                           "on",
                                           "de",
                                           "del",
                                           "le",
                                           "el",
                                           "den",
                                           "am",
                                           "il",
                                           "do",
                                           "\u0433",
                                           "\u0433\u043e\u0434\u0430"};
  return std::find(std::begin(kFillers), std::end(kFillers), word) != std::end(kFillers);
}

std::optional<int> read_day(std::string_view word) {
  if (word.ends_with('.')) word.remove_suffix(1);  // German "14."
  DateCursor cursor(word);
  auto day = cursor.take_number(2);
  if (day && !cursor.done()) day = std::nullopt;
  if (!day) {
    const auto ordinal = read_ordinal(word);
    if (ordinal && *ordinal <= 31) day = static_cast<int>(*ordinal);
  }
  return day && *day >= 1 && *day <= 31 ? day : std::nullopt;
}

// "Friday, March 14th, 2015", "the 14th of March", "March 2015"
std::optional<CalendarDate> read_word_date(std::string_view text) {
  CalendarDate date;
  for (std::string_view word : split_words(text)) {
    if (word.ends_with('.') && is_filler(word.substr(0, word.size() - 1))) continue;
    if (is_filler(word)) continue;
    const auto weekday = read_weekday(word);
    const auto month = read_month(word);
    const bool year = word.size() == 4 && std::all_of(word.begin(), word.end(), is_figure) && word[0] != '0';
    if (weekday && date.weekday == 0 && date.month == 0 && date.day == 0)
      date.weekday = *weekday;
    else if (month && date.month == 0)
      date.month = *month;
    else if (year && date.year == 0 && date.month != 0)
      date.year = std::stoi(std::string(word));
    else if (const auto day = read_day(word); day && date.day == 0 && date.year == 0)
      date.day = *day;
    else
      return std::nullopt;
  }
  return checked(date);
}

}  // namespace

std::optional<int> read_month(std::string_view word) { return find_name(kMonths, word); }
std::optional<int> read_weekday(std::string_view word) { return find_name(kWeekdays, word); }

std::optional<CalendarDate> read_date(std::string_view text) {
  if (text.size() > kMaxDateText) return std::nullopt;
  std::string lower = lower_text(trim_spaces(text));
  if (lower.empty()) return std::nullopt;
  if (const auto date = read_figure_date(lower)) return date;
  if (const auto date = read_ideograph_date(lower)) return date;
  return read_word_date(lower);
}

}  // namespace r1::math
