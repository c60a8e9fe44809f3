// Uses each LibTorch-free folder through the installed headers and libraries; exits 0 when they answer.
#include <cstdio>

#include "base/json.h"
#include "datasets/example.h"
#include "rewards/verdict.h"

int main() {
  r1::Example example;
  example.metadata = r1::parse_json(R"({"level": 3})", "consumer");
  const bool ok = example.metadata["level"] == 3 && r1::is_judged(r1::Verdict::Wrong);
  std::printf("installed r1kit: %s\n", r1::verdict_name(ok ? r1::Verdict::Correct : r1::Verdict::JudgeError));
  return ok ? 0 : 1;
}
