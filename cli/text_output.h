// Text for a person's terminal. No colours, so NO_COLOR has nothing to switch off.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace r1::cli {

// Text from a model, a file or another person, safe to print: control characters (newline and tab apart), marks that
// reorder text and bytes that are not UTF-8 become visible escapes. A completion must not move the cursor.
std::string printable(std::string_view text);

// The same on one line: newlines become "\n" in two characters, and what is beyond `max_chars` becomes "...".
std::string one_line(std::string_view text, size_t max_chars);

// `text` with `indent` before each of its lines.
std::string indented(std::string_view text, std::string_view indent);

// Columns aligned by their widest cell; a cell that is a number stands right. Cells must be printable() already.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool empty() const { return rows_.size() == 1; }
  std::string text() const;

 private:
  std::vector<std::string> columns_of(size_t row, const std::vector<size_t>& widths) const;

  std::vector<std::vector<std::string>> rows_;  // the header first
};

void print_line(std::string_view line);
void print_json(const Json& value);

// Sends what was printed on its way. Throws IoError when any of it, also earlier, could not be written (a full disk).
void flush_output();

// "r1: ..." on standard error, for what is worth saying and does not end the program.
void print_error_line(std::string_view line);

// "2026-11-22 06:10:31" in local time.
std::string format_time(double seconds_since_1970);

// "94.1 MB".
std::string format_bytes(double bytes);

}  // namespace r1::cli
