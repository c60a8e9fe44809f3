// r1 doctor: will this machine do, and what is it?
#include <fmt/format.h>

#include <memory>

#include "base/errors.h"
#include "cli/doctor_checks.h"
#include "cli/text_output.h"
#include "cli/verbs.h"

namespace r1::cli {
namespace {

const char* name_of(CheckState state) {
  return state == CheckState::Ok ? "ok" : state == CheckState::Warn ? "warn" : "fail";
}

void print_checks(const std::vector<DoctorCheck>& checks, bool json) {
  Json out = Json::array();
  for (const DoctorCheck& check : checks) {
    const std::string found = one_line(check.found, 1000);
    if (json) {
      out.push_back({{"check", check.name},
                     {"state", name_of(check.state)},
                     {"found", found},
                     {"remedy", check.remedy}});
    } else {
      print_line(fmt::format("{:4}  {:12} {}{}", name_of(check.state), check.name, found,
                             check.remedy.empty() ? "" : "; " + check.remedy));
    }
  }
  if (json) print_json(out);
}

}  // namespace

void add_doctor(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("doctor", "look at this machine: processor, memory, disk, LibTorch, files");
  auto json = std::make_shared<bool>(false);
  verb->add_flag("--json", *json, "one JSON list");
  verb->callback([json] {
    const std::vector<DoctorCheck> checks = run_doctor_checks();
    print_checks(checks, *json);
    std::string failed;
    for (const DoctorCheck& check : checks) {
      if (check.state == CheckState::Fail) failed += (failed.empty() ? "" : ", ") + check.name;
    }
    if (!failed.empty()) throw Error("doctor: " + failed + " failed; the lines above say what to do");
  });
}

}  // namespace r1::cli
