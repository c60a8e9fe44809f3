// Runs that stop and go on: the run folder that is there already, changed configuration, damaged checkpoints, Ctrl-C,
// a full disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "rl/step_folders.h"
#include "tests/cli/tiny_run.h"
#include "tests/small_disk.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

void flip_last_byte(const std::string& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-1, std::ios::end);
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(-1, std::ios::end);
  file.put(byte);
}

TEST(Resume, ExistingRunIsNotOverwrittenWithoutResume) {
  const TinyRuns runs;
  ASSERT_EQ(run_r1(runs.grpo("run", 2)).exit_code, 0);
  const std::string metrics = read_file(runs.run("run") + "/metrics.jsonl");
  const ProgramResult again = run_r1(runs.grpo("run", 2));
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("--resume"));
  EXPECT_EQ(read_file(runs.run("run") + "/metrics.jsonl"), metrics);
}

TEST(Resume, WithoutARunSaysSo) {
  const TinyRuns runs;
  const ProgramResult result = run_r1(runs.grpo("run", 2, {"--resume"}));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("without --resume"));
  EXPECT_FALSE(fs::exists(runs.run("run")));
}

TEST(Resume, ChangedConfigurationIsRefusedByKeyAndBothValues) {
  const TinyRuns runs;
  ASSERT_EQ(run_r1(runs.grpo("run", 2)).exit_code, 0);
  const ProgramResult result = run_r1(runs.grpo("run", 4, {"--resume", "--set", "group_size=8"}));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("group_size: 4 -> 8"));
}

TEST(Resume, MoreStepsContinueTheRun) {
  const TinyRuns runs;
  ASSERT_EQ(run_r1(runs.grpo("whole", 6)).exit_code, 0);
  ASSERT_EQ(run_r1(runs.grpo("parts", 4)).exit_code, 0);
  fs::remove_all(runs.run("parts") + "/model");  // the final model of the shorter run
  const ProgramResult result = run_r1(runs.grpo("parts", 6, {"--resume"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("after step 4"));
  EXPECT_EQ(sha256_of_file(runs.run("parts") + "/model/model.safetensors"),
            sha256_of_file(runs.run("whole") + "/model/model.safetensors"));
}

TEST(Resume, DamagedNewestCheckpointFallsBackAndSaysSo) {
  const TinyRuns runs;
  ASSERT_EQ(run_r1(runs.grpo("run", 4)).exit_code, 0);
  const std::string model = sha256_of_file(runs.run("run") + "/model/model.safetensors");
  flip_last_byte(list_step_folders(runs.run("run") + "/checkpoints").back().path + "/model.safetensors");
  fs::remove_all(runs.run("run") + "/model");
  const ProgramResult result = run_r1(runs.grpo("run", 4, {"--resume"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("step_000004"));
  EXPECT_THAT(result.out, HasSubstr("after step 2"));
  EXPECT_EQ(sha256_of_file(runs.run("run") + "/model/model.safetensors"), model);
}

TEST(Resume, AllCheckpointsDamagedIsAnErrorNotAFreshStart) {
  const TinyRuns runs;
  ASSERT_EQ(run_r1(runs.grpo("run", 4)).exit_code, 0);
  for (const StepFolder& folder : list_step_folders(runs.run("run") + "/checkpoints")) {
    flip_last_byte(folder.path + "/trainer.safetensors");
  }
  const ProgramResult result = run_r1(runs.grpo("run", 4, {"--resume"}));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("no checkpoint can be used"));
}

TEST(Interrupt, LeavesACheckpointAndExitCode130AndTheRunContinues) {
  const TinyRuns runs;
  ASSERT_EQ(run_r1(runs.grpo("whole", 12)).exit_code, 0);
  RunningProgram program(runs.grpo("run", 12));
  ASSERT_TRUE(program.wait_for_output("grpo 3/12")) << program.wait().err;
  program.signal(SIGINT);
  const ProgramResult stopped = program.wait();
  ASSERT_EQ(stopped.exit_code, 130) << stopped.err << stopped.out;
  EXPECT_THAT(stopped.err, HasSubstr("--resume"));
  EXPECT_FALSE(list_step_folders(runs.run("run") + "/checkpoints").empty());
  const ProgramResult resumed = run_r1(runs.grpo("run", 12, {"--resume"}));
  ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(sha256_of_file(runs.run("run") + "/model/model.safetensors"),
            sha256_of_file(runs.run("whole") + "/model/model.safetensors"));
}

TEST(Interrupt, SecondSignalEndsAtOnce) {
  const TinyRuns runs;
  RunningProgram program(runs.grpo("run", 1000));
  ASSERT_TRUE(program.wait_for_output("grpo 1/1000")) << program.wait().err;
  program.signal(SIGINT);
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().exit_code, 130);
}

TEST(FullDisk, StopsWithOneLineAndKeepsWholeCheckpoints) {
  const TinyRuns runs;
  const std::string disk = runs.run("disk");
  fs::create_directory(disk);
  // A checkpoint of the toy model takes about 0.4 MB; two are kept while the third is written.
  const SmallDisk outcome = on_small_disk(disk, 1'000'000, [&] {
    const ProgramResult result = run_r1(runs.grpo("run", 200, {"--set", "run.output=" + disk + "/run"}));
    const bool one_line = std::count(result.err.begin(), result.err.end(), '\n') == 1;
    std::fprintf(stderr, "exit code %d: %s", result.exit_code, result.err.c_str());
    for (const StepFolder& folder : list_step_folders(disk + "/run/checkpoints")) {
      if (find_damage(folder, Thoroughness::Hashes)) return false;
    }
    return result.exit_code == 1 && one_line;
  });
  if (outcome == SmallDisk::NotPermitted) GTEST_SKIP() << "this machine does not permit a mount namespace";
  EXPECT_EQ(outcome, SmallDisk::Passed);
}

}  // namespace
}  // namespace r1
