// What the verbs under `r1 verify` share.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "rewards/math/profile.h"

namespace r1::cli {

// --profile and --set of the math verifier.
struct PolicyFlags {
  std::string profile = "strict";
  std::vector<std::string> switches;

  void declare(CLI::App& verb);
  math::MathPolicy policy() const;  // throws ConfigError
};

void add_verify_audit(CLI::App& verify);  // verify_audit.cpp

}  // namespace r1::cli
