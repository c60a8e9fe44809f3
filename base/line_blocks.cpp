#include "base/line_blocks.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/errors.h"

namespace r1 {
namespace {

constexpr size_t kReadBytes = 1 << 20;
constexpr size_t kShownBytes = 200;  // of a line that is too long

}  // namespace

LineBlocks::LineBlocks(const std::string& path, std::function<bool()> stop, size_t max_line_bytes)
    : name_(path == "-" ? "stdin" : path), stop_(std::move(stop)), max_line_bytes_(max_line_bytes) {
  owns_fd_ = path != "-";
  fd_ = owns_fd_ ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
  if (fd_ < 0)
    throw IoError(fmt::format("{}: {}; name a file that can be read, or - for standard input", name_,
                              std::strerror(errno)));
}

LineBlocks::~LineBlocks() {
  if (owns_fd_ && fd_ >= 0) ::close(fd_);
}

std::span<const TextLine> LineBlocks::next() {
  lines_.clear();
  cut_ = skipping_ ? cut_ : "";
  buffer_.erase(0, taken_);
  searched_ -= taken_;
  taken_ = 0;
  while (lines_.empty() && !stopped_) {
    if (!fill()) {
      if (!stopped_) add_unfinished_line();
      break;
    }
    split();
  }
  return lines_;
}

// Appends what has arrived; waits when nothing has. False at the end of the input, or when stopped.
bool LineBlocks::fill() {
  const size_t before = buffer_.size();
  for (;;) {
    if (stop_ && stop_()) {
      stopped_ = true;
      return false;
    }
    // poll() comes back from a signal, which read() may not.
    pollfd waiting = {fd_, POLLIN, 0};
    if (::poll(&waiting, 1, -1) < 0) {
      if (errno == EINTR) continue;
      throw IoError(fmt::format("{}: cannot wait for input: {}", name_, std::strerror(errno)));
    }
    buffer_.resize(before + kReadBytes);
    const ssize_t got = ::read(fd_, buffer_.data() + before, kReadBytes);
    const int error = errno;
    buffer_.resize(before + static_cast<size_t>(got > 0 ? got : 0));
    if (got > 0) return true;
    if (got == 0) return false;
    if (error != EINTR && error != EAGAIN)
      throw IoError(fmt::format("{}: cannot be read: {}", name_, std::strerror(error)));
  }
}

// Hands out the whole lines of the buffer; a line that is too long already is cut.
void LineBlocks::split() {
  for (size_t newline; (newline = buffer_.find('\n', searched_)) != std::string::npos;) {
    if (skipping_)
      add_line(cut_, true);
    else
      add_line(std::string_view(buffer_).substr(taken_, newline - taken_),
               newline - taken_ > max_line_bytes_);
    skipping_ = false;
    taken_ = searched_ = newline + 1;
  }
  searched_ = buffer_.size();
  if (!skipping_ && buffer_.size() - taken_ > max_line_bytes_) {
    cut_ = buffer_.substr(taken_, kShownBytes);
    skipping_ = true;
  }
  if (skipping_ && lines_.empty()) {
    buffer_.clear();
    taken_ = searched_ = 0;
  }
}

void LineBlocks::add_line(std::string_view text, bool too_long) {
  if (too_long) text = text.substr(0, kShownBytes);
  if (text.ends_with('\r')) text.remove_suffix(1);
  lines_.push_back({++num_lines_, text, too_long});
}

void LineBlocks::add_unfinished_line() {
  if (skipping_)
    add_line(cut_, true);
  else if (taken_ < buffer_.size())
    add_line(std::string_view(buffer_).substr(taken_), false);
  skipping_ = false;
  taken_ = searched_ = buffer_.size();
}

}  // namespace r1
