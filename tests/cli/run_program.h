// Runs the built r1 as a user would and keeps what it said.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/files.h"
#include "tests/temp_folder.h"

namespace r1 {

struct ProgramResult {
  int exit_code = -1;  // -1 when a signal ended it
  int signal = 0;
  std::string out, err;
};

// R1_PROGRAM in the environment names another build to try.
inline std::string r1_program() {
  const char* other = std::getenv("R1_PROGRAM");
  return other ? other : R1_PROGRAM;
}

// A started program; the destructor kills it if it still runs.
class RunningProgram {
 public:
  // environment: names and values beside what this process has.
  explicit RunningProgram(const std::vector<std::string>& arguments, const std::string& input = "",
                          const std::vector<std::pair<std::string, std::string>>& environment = {}) {
    write_file_durably(folder_ / "in", input);
    for (const char* name : {"out", "err"}) write_file_durably(folder_ / name, "");
    std::vector<std::string> words = {r1_program()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const std::string in = folder_ / "in", out = folder_ / "out", err = folder_ / "err";
    pid_ = ::fork();
    if (pid_ != 0) return;
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), /*overwrite=*/1);
    // One thread: on a busy machine two that wait for each other at every tiny operation are far slower.
    ::setenv("OMP_NUM_THREADS", "1", /*overwrite=*/0);
    ::dup2(::open(in.c_str(), O_RDONLY), STDIN_FILENO);
    ::dup2(::open(out.c_str(), O_WRONLY | O_APPEND), STDOUT_FILENO);
    ::dup2(::open(err.c_str(), O_WRONLY | O_APPEND), STDERR_FILENO);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram() {
    if (pid_ > 0) ::kill(pid_, SIGKILL), wait();
  }

  void signal(int number) const { ::kill(pid_, number); }
  std::string out() const { return read_file(folder_ / "out"); }

  bool running() {
    if (pid_ <= 0) return false;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
    keep(status);
    return false;
  }

  // False when the program ended, or `seconds` passed, before its output held `text`.
  bool wait_for_output(const std::string& text, double seconds = 120) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (std::chrono::steady_clock::now() < end) {
      if (out().find(text) != std::string::npos) return true;
      if (!running()) return out().find(text) != std::string::npos;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  ProgramResult wait() {
    int status = 0;
    if (pid_ > 0 && ::waitpid(pid_, &status, 0) == pid_) keep(status);
    result_.out = out();
    result_.err = read_file(folder_ / "err");
    return result_;
  }

 private:
  void keep(int status) {
    pid_ = 0;
    result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    result_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  TempFolder folder_;
  pid_t pid_ = 0;
  ProgramResult result_;
};

inline ProgramResult run_r1(const std::vector<std::string>& arguments, const std::string& input = "") {
  return RunningProgram(arguments, input).wait();
}

}  // namespace r1
