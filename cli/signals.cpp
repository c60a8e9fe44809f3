#include <csignal>
#include <cstdlib>

#include "cli/verbs.h"

namespace r1::cli {
namespace {

// The one mutable global of the program: a signal handler has no other way to speak.
volatile std::sig_atomic_t signals_received = 0;

void on_signal(int) {
  if (signals_received > 0) std::_Exit(130);
  signals_received = 1;
}

}  // namespace

bool stop_requested() { return signals_received > 0; }

void install_signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace r1::cli
