// A file system that is really full: a small tmpfs in a mount namespace of a child process.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <string>

namespace r1 {

enum class SmallDisk { Passed, Failed, NotPermitted };

// Forks; the child mounts a tmpfs of `bytes` on `folder` for itself alone and calls fn, which says whether
// all went as it should. Nothing of the mount is left behind, however the child ends.
inline SmallDisk on_small_disk(const std::string& folder, size_t bytes, const std::function<bool()>& fn) {
  constexpr int kNotPermitted = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    const bool mounted =
        (::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWNS | CLONE_NEWUSER) == 0) &&
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
        ::mount("tmpfs", folder.c_str(), "tmpfs", 0, ("size=" + std::to_string(bytes)).c_str()) == 0;
    if (!mounted) ::_exit(kNotPermitted);
    try {
      ::_exit(fn() ? 0 : 1);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "unexpected: %s\n", error.what());
      ::_exit(2);
    }
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotPermitted) return SmallDisk::NotPermitted;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? SmallDisk::Passed : SmallDisk::Failed;
}

}  // namespace r1
