// Lines from a file, pipe or terminal, many at a time: all whole lines that have arrived, without waiting for more. A program
// that asks line by line gets its answers line by line; a file comes in blocks of about a megabyte.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r1 {

struct TextLine {
  int64_t number = 0;     // from 1
  std::string_view text;  // without its newline and a carriage return before it
  bool too_long = false;  // `text` is only the line's beginning
};

class LineBlocks {
 public:
  // `path`: "-" is standard input. Throws IoError when it cannot be opened. `stop` is asked before each read and when a signal
  // interrupts the wait for input. Lines over `max_line_bytes` are cut.
  explicit LineBlocks(const std::string& path, std::function<bool()> stop = {},
                      size_t max_line_bytes = 16u << 20);
  LineBlocks(const LineBlocks&) = delete;
  LineBlocks& operator=(const LineBlocks&) = delete;
  ~LineBlocks();

  // The next lines, empty ones included; none at the end of the input or after a stop. Valid until the next call. Throws IoError.
  std::span<const TextLine> next();

  const std::string& name() const { return name_; }  // for messages: the path, or "stdin"

 private:
  bool fill();
  void split();
  void add_line(std::string_view text, bool too_long);
  void add_unfinished_line();

  std::string name_;
  int fd_ = -1;
  bool owns_fd_ = false;
  std::function<bool()> stop_;
  size_t max_line_bytes_;
  std::string buffer_;     // whole lines handed out, then what came after the last newline
  size_t taken_ = 0;       // bytes of buffer_ that are handed out
  size_t searched_ = 0;    // no newline lies in [taken_, searched_)
  bool skipping_ = false;  // inside the rest of a line that was cut
  bool stopped_ = false;
  std::string cut_;  // the beginning of that line
  int64_t num_lines_ = 0;
  std::vector<TextLine> lines_;
};

}  // namespace r1
