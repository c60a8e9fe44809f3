// A child process that talks in lines: text in on its stdin, lines out on its stdout. No shell is involved.
//
// The child gets a process group of its own, no descriptors but 0, 1 and 2, and default signal handling; the whole group
// is killed when the object goes. A child that closes its end cannot raise SIGPIPE here (its stdin is a socket that is
// written with MSG_NOSIGNAL), so no process-wide handler is needed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace r1 {

// A file descriptor that closes itself. Move-only.
class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  OwnedFd& operator=(OwnedFd&& other) noexcept;
  ~OwnedFd();
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

class LineProcess {
 public:
  enum class Outcome {
    Done,      // on_line said that it has enough
    TimedOut,  // the deadline passed
    Ended,     // the child closed its stdout or its stdin
    TooLong,   // a line of more than 1 MiB
  };

  // Starts argv[0] (looked up in PATH) with these arguments. Throws IoError. REQUIRES argv is not empty.
  explicit LineProcess(const std::vector<std::string>& argv);
  LineProcess(const LineProcess&) = delete;
  LineProcess& operator=(const LineProcess&) = delete;
  ~LineProcess();

  // Writes `text` while handing every line of output to `on_line` until that returns false.
  Outcome exchange(std::string_view text, std::chrono::steady_clock::time_point deadline,
                   const std::function<bool(std::string_view line)>& on_line);

  // Whether output that nobody asked for is waiting.
  bool has_unasked_output();

  // Whether the child's stdout was still open when it was last read.
  bool is_open() const { return open_; }

  // The last lines the child wrote to stderr, at most 2 KiB.
  std::string stderr_tail();

  // "exit status 3", "killed by signal 9", or "still running".
  std::string state() const;

 private:
  void read_stdout();
  void read_stderr();
  bool write_some(std::string_view& text);

  pid_t pid_ = -1;
  OwnedFd stdin_, stdout_, stderr_;
  std::string pending_;  // output after the last whole line
  std::string errors_;
  bool open_ = true;
};

}  // namespace r1
