#include "rewards/line_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include "base/errors.h"

namespace r1 {
namespace {

constexpr size_t kMaxLine = 1u << 20;
constexpr size_t kMaxErrors = 2048;

[[noreturn]] void fail(const std::string& program, const char* what, int error) {
  throw IoError(fmt::format("{}: cannot {}: {}", program, what, std::strerror(error)));
}

struct Ends {
  OwnedFd ours, theirs;
};

Ends make_pipe_to_read(const std::string& program) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) fail(program, "make a pipe", errno);
  Ends ends{OwnedFd(fds[0]), OwnedFd(fds[1])};
  ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
  return ends;
}

Ends make_socket_to_write(const std::string& program) {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    fail(program, "make a socket pair", errno);
  return {OwnedFd(fds[0]), OwnedFd(fds[1])};
}

// posix_spawn's two attribute objects, released on every way out.
struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

pid_t spawn(const std::vector<std::string>& argv, int in, int out, int err) {
  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.actions, in, 0);
  posix_spawn_file_actions_adddup2(&settings.actions, out, 1);
  posix_spawn_file_actions_adddup2(&settings.actions, err, 2);
  posix_spawn_file_actions_addclosefrom_np(&settings.actions, 3);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&settings.attributes, &none);
  posix_spawnattr_setsigdefault(&settings.attributes, &all);
  posix_spawnattr_setpgroup(&settings.attributes, 0);
  posix_spawnattr_setflags(&settings.attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> arguments;
  for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, arguments[0], &settings.actions, &settings.attributes,
                                   arguments.data(), ::environ);
  if (error != 0) fail(argv[0], "start the program", error);
  return pid;
}

// Reads what is there. False at the end of the stream.
bool read_available(int fd, std::string& into) {
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0)
      into.append(buffer.data(), static_cast<size_t>(got));
    else if (got == 0)
      return false;
    else if (errno != EINTR)
      return errno == EAGAIN || errno == EWOULDBLOCK;
    if (into.size() > kMaxLine) return true;  // the caller takes lines out before more is read
  }
}

}  // namespace

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) ::close(fd_);
}

LineProcess::LineProcess(const std::vector<std::string>& argv) {
  check(!argv.empty(), "a process has a program to run");
  Ends in = make_socket_to_write(argv[0]);
  Ends out = make_pipe_to_read(argv[0]), err = make_pipe_to_read(argv[0]);
  pid_ = spawn(argv, in.theirs.get(), out.theirs.get(), err.theirs.get());
  stdin_ = std::move(in.ours);
  stdout_ = std::move(out.ours);
  stderr_ = std::move(err.ours);
}

LineProcess::~LineProcess() {
  ::kill(-pid_, SIGKILL);  // the leader is not reaped before this, so the group's number is still ours
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

LineProcess::Outcome LineProcess::exchange(std::string_view text,
                                           std::chrono::steady_clock::time_point deadline,
                                           const std::function<bool(std::string_view)>& on_line) {
  for (;;) {
    size_t begin = 0;
    for (size_t end; (end = pending_.find('\n', begin)) != std::string::npos; begin = end + 1) {
      if (on_line(std::string_view(pending_).substr(begin, end - begin))) continue;
      pending_.erase(0, end + 1);
      return Outcome::Done;
    }
    pending_.erase(0, begin);
    if (pending_.size() > kMaxLine) return Outcome::TooLong;
    if (!open_) return Outcome::Ended;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Outcome::TimedOut;
    const short writing = text.empty() ? 0 : POLLOUT;
    std::array<pollfd, 3> fds = {
        {{stdout_.get(), POLLIN, 0}, {stderr_.get(), POLLIN, 0}, {writing ? stdin_.get() : -1, writing, 0}}};
    ::poll(fds.data(), fds.size(), static_cast<int>(std::min<int64_t>(left.count(), 1000)));
    if (fds[0].revents != 0) read_stdout();
    if (fds[1].revents != 0) read_stderr();
    // A child that no longer reads may still have answers on the way; its stdout tells when it is over.
    if (fds[2].revents != 0 && !write_some(text)) text = {};
  }
}

bool LineProcess::has_unasked_output() {
  read_stdout();
  return !pending_.empty();
}

std::string LineProcess::stderr_tail() {
  read_stderr();
  std::string tail = errors_;
  while (!tail.empty() && tail.back() == '\n') tail.pop_back();
  std::replace(tail.begin(), tail.end(), '\n', '|');
  return tail;
}

std::string LineProcess::state() const {
  siginfo_t info{};
  for (int attempt = 0; attempt < 20; ++attempt) {  // the end of the output is seen a little before the exit
    info.si_pid = 0;
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0)
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (info.si_pid == 0) return "still running";
  return info.si_code == CLD_EXITED ? fmt::format("exit status {}", info.si_status)
                                    : fmt::format("killed by signal {}", info.si_status);
}

void LineProcess::read_stdout() { open_ = open_ && read_available(stdout_.get(), pending_); }

void LineProcess::read_stderr() {
  if (stderr_.get() < 0) return;
  if (!read_available(stderr_.get(), errors_)) stderr_ = OwnedFd();  // poll would report the hang-up for ever
  if (errors_.size() > kMaxErrors) errors_.erase(0, errors_.size() - kMaxErrors);
}

// False when the child no longer reads.
bool LineProcess::write_some(std::string_view& text) {
  const ssize_t sent = ::send(stdin_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  text.remove_prefix(static_cast<size_t>(sent));
  return true;
}

}  // namespace r1
