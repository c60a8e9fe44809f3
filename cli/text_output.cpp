#include "cli/text_output.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <limits>

#include "base/errors.h"
#include "base/utf8.h"

namespace r1::cli {
namespace {

bool must_be_escaped(uint32_t c) {
  const bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
  const bool reorders =
      (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;
  return control || reorders;
}

std::string escaped(std::string_view text, bool keep_lines, size_t max_chars) {
  std::string out;
  size_t chars = 0;
  for (size_t at = 0; at < text.size(); ++chars) {
    if (chars == max_chars) return out + "...";
    const size_t begin = at;
    const uint32_t c = next_code_point(text, at);
    const bool bad_byte = c == kReplacementChar && at == begin + 1;
    if (bad_byte)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[begin]));
    else if (c == '\n')
      out += keep_lines ? "\n" : "\\n";
    else if (c == '\t')
      out += keep_lines ? "\t" : "\\t";
    else if (must_be_escaped(c))
      out += fmt::format("\\u{{{:x}}}", c);
    else
      out += text.substr(begin, at - begin);
  }
  return out;
}

size_t num_chars(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool is_number(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("+-.0123456789e%") == std::string::npos;
}

}  // namespace

std::string printable(std::string_view text) {
  return escaped(text, true, std::numeric_limits<size_t>::max());
}

std::string one_line(std::string_view text, size_t max_chars) { return escaped(text, false, max_chars); }

std::string indented(std::string_view text, std::string_view indent) {
  std::string out(indent);
  for (const char c : text) {
    out += c;
    if (c == '\n') out += indent;
  }
  return out;
}

std::string Table::text() const {
  std::vector<size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], num_chars(row[i]));
  }
  std::string out;
  for (size_t row = 0; row < rows_.size(); ++row) {
    std::string line = fmt::format("{}", fmt::join(columns_of(row, widths), "  "));
    line.erase(line.find_last_not_of(' ') + 1);
    out += (row == 0 ? "" : "\n") + line;
  }
  return out;
}

std::vector<std::string> Table::columns_of(size_t row, const std::vector<size_t>& widths) const {
  std::vector<std::string> cells = rows_[row];
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string padding(widths[i] - num_chars(cells[i]), ' ');
    // A header stands over its numbers.
    const bool right = is_number(row == 0 && rows_.size() > 1 ? rows_[1][i] : cells[i]);
    cells[i] = right ? padding + cells[i] : cells[i] + padding;
  }
  return cells;
}

void print_line(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
}

void flush_output() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    throw IoError("stdout: not everything could be written; is the disk full?");
  }
}

void print_error_line(std::string_view line) {
  std::fputs(fmt::format("r1: {}\n", one_line(line, 2000)).c_str(), stderr);
}

void print_json(const Json& value) { print_line(dump_json(value, 2)); }

std::string format_time(double seconds_since_1970) {
  const std::time_t whole = static_cast<std::time_t>(seconds_since_1970);
  std::tm local = {};
  ::localtime_r(&whole, &local);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &local);
  return text;
}

std::string format_bytes(double bytes) {
  const char* const units[] = {"bytes", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  for (; bytes >= 1000 && unit < 4; ++unit) bytes /= 1000;
  return unit == 0 ? fmt::format("{:.0f} bytes", bytes) : fmt::format("{:.1f} {}", bytes, units[unit]);
}

}  // namespace r1::cli
