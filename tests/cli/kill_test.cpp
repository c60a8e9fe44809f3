// A run that is killed at random moments and resumed is the run that was left alone. The long form, with 50 kills, is
// scripts/kill_campaign.sh by hand; its figures are in docs/results/kill_campaign.md.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/cli/tiny_run.h"

namespace r1 {
namespace {

TEST(KillCampaign, FiveKillsFiveIdentical) {
  const TinyRuns runs;
  const char* kills = std::getenv("R1_KILLS");  // another number of kills, e.g. 50, of longer runs
  const std::string report = runs.run("report");
  const std::string command =
      std::string("OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} " R1_SOURCE_DIR "/scripts/kill_campaign.sh ") +
      r1_program() + " " + runs.model() + " " + (kills ? std::string(kills) + " 40" : "5 12") + " >" +
      report + " 2>&1";
  const int status = std::system(command.c_str());
  std::printf("%s", read_file(report).c_str());
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace r1
