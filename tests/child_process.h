// A forked child for tests that kill it. It never returns into the test framework, whatever fn does.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <functional>

namespace r1 {

// Forks; the child calls fn and ends with 0, or with 2 after an exception. Returns the child's id to the parent.
inline pid_t start_child(const std::function<void()>& fn) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    fn();
    ::_exit(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "in the child: %s\n", error.what());
    ::_exit(2);
  }
}

}  // namespace r1
