// What `r1 doctor` looks at. Nothing here throws: a check that cannot be made says so.
#pragma once

#include <string>
#include <vector>

namespace r1::cli {

enum class CheckState { Ok, Warn, Fail };

struct DoctorCheck {
  std::string name;
  CheckState state = CheckState::Ok;
  std::string found;
  std::string remedy = {};  // empty when nothing needs doing
};

std::vector<DoctorCheck> run_doctor_checks();

}  // namespace r1::cli
