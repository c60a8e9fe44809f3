// The one family of exceptions, and check() for bugs.
//
// Three kinds of trouble are never mixed:
//   an expected outcome is a value            (Verdict::NoAnswer, FinishReason::Length)
//   a run that cannot go on throws r1::Error  (caught once, in main(); one line: place, value, remedy)
//   a bug here fails check()                  (std::logic_error with file and line)
#pragma once

#include <stdexcept>
#include <string>

namespace r1 {

// Base of everything main() turns into one line and an exit code.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What the user typed or wrote in a config file cannot be used. Exit code 2.
struct ConfigError : Error {
  using Error::Error;
};

// A data file is missing, broken or empty; the message carries "file:line". Exit code 1.
struct DataError : Error {
  using Error::Error;
};

// A model or checkpoint file is missing, truncated, corrupt or of the wrong shape. Exit code 1.
struct CheckpointError : Error {
  using Error::Error;
};

// The arithmetic left the finite numbers and the run stopped itself. Exit code 1.
struct NumericsError : Error {
  using Error::Error;
};

// The operating system refused: disk full, permission, no such file. Exit code 1.
struct IoError : Error {
  using Error::Error;
};

// SIGINT or SIGTERM after the clean checkpoint was written. Exit code 130.
struct Interrupted : Error {
  using Error::Error;
};

// Fails with std::logic_error when a promise made inside this program is broken. `promise` says what should hold.
void check(bool ok, const char* promise, const char* file = __builtin_FILE(), int line = __builtin_LINE());

}  // namespace r1
