#include "rl/run_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "base/errors.h"
#include "base/files.h"
#include "tests/child_process.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const Json& base_config() {
  static const Json config = {{"total_steps", 100},
                              {"optimizer", {{"lr", 1e-6}, {"beta1", 0.9}}},
                              {"eval", {{"every", 10}, {"sets", {"gsm8k"}}}}};
  return config;
}

TEST(RunDirectory, IsMadeWithItsConfigAndFolders) {
  TempFolder folder;
  const RunDirectory run = RunDirectory::create(folder / "runs/first", base_config());
  EXPECT_EQ(run.name(), "first");
  EXPECT_EQ(read_json_file(run.config_path()), base_config());
  EXPECT_TRUE(fs::is_directory(run.tensorboard_folder()));
  EXPECT_TRUE(fs::is_directory(run.checkpoints_folder()));
}

TEST(RunDirectory, TheNameSurvivesATrailingSlashAndDots) {
  TempFolder folder;
  EXPECT_EQ(RunDirectory::create(folder / "a/", base_config()).name(), "a");
  EXPECT_EQ(RunDirectory::create(folder / "x/../b", base_config()).name(), "b");
}

TEST(RunDirectory, TwoRunsNeverShareAFolder) {
  TempFolder folder;
  { RunDirectory::create(folder / "run", base_config()); }
  EXPECT_THAT([&] { RunDirectory::create(folder / "run", base_config()); },
              ThrowsMessage<ConfigError>(HasSubstr("--resume")));
  fs::create_directories(folder / "photos");
  write_file_durably(folder / "photos/cat.jpg", "meow");
  EXPECT_THROW(RunDirectory::create(folder / "photos", base_config()), ConfigError);
}

TEST(RunDirectory, ACreationCutShortMayBeDoneAgain) {
  TempFolder folder;
  fs::create_directories(folder / "run");
  write_file_durably(folder / "run/lock", "");
  write_file_durably(folder / "run/config.json.tmp-17", "{\"tot");
  RunDirectory run = RunDirectory::create(folder / "run", base_config());
  EXPECT_EQ(read_json_file(run.config_path()), base_config());
}

TEST(RunDirectory, OneProcessWritesARunAtATime) {
  TempFolder folder;
  std::optional<RunDirectory> run = RunDirectory::create(folder / "run", base_config());
  EXPECT_THAT([&] { RunDirectory::resume(folder / "run", base_config(), {}); },
              ThrowsMessage<ConfigError>(HasSubstr("another process")));
  RunDirectory moved = std::move(*run);
  run.reset();  // the lock went with the move
  EXPECT_THROW(RunDirectory::resume(folder / "run", base_config(), {}), ConfigError);
}

TEST(RunDirectory, TheLockOfAKilledProcessIsFree) {
  TempFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = start_child([&] {
    const RunDirectory run = RunDirectory::create(folder / "run", base_config());
    if (::write(ready[1], "x", 1) == 1) ::pause();
  });
  ::close(ready[1]);
  char byte;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THROW(RunDirectory::resume(folder / "run", base_config(), {}), ConfigError);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_NO_THROW(RunDirectory::resume(folder / "run", base_config(), {}));
  ::close(ready[0]);
}

TEST(RunDirectory, ResumingRefusesAnotherConfigAndNamesEveryKey) {
  TempFolder folder;
  { RunDirectory::create(folder / "run", base_config()); }
  Json changed = base_config();
  changed["optimizer"]["lr"] = 1e-5;
  changed["optimizer"].erase("beta1");
  changed["seed"] = 7;
  changed["total_steps"] = 200;
  try {
    RunDirectory::resume(folder / "run", changed, {"total_steps"});
    FAIL() << "no exception";
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    EXPECT_THAT(text, HasSubstr("optimizer.lr: 1e-06 -> 1e-05"));
    EXPECT_THAT(text, HasSubstr("optimizer.beta1: 0.9 -> (absent)"));
    EXPECT_THAT(text, HasSubstr("seed: (absent) -> 7"));
    EXPECT_THAT(text, Not(HasSubstr("total_steps")));
    EXPECT_THAT(text, Not(HasSubstr("\n")));
  }
  EXPECT_EQ(read_json_file(folder / "run/config.json"), base_config());  // a refusal changes nothing
}

TEST(RunDirectory, ResumingSavesTheKeysThatMayChange) {
  TempFolder folder;
  { RunDirectory::create(folder / "run", base_config()); }
  Json changed = base_config();
  changed["total_steps"] = 200;
  changed["eval"]["sets"] = {"gsm8k", "math500"};
  { RunDirectory::resume(folder / "run", changed, {"total_steps", "eval"}); }
  EXPECT_EQ(read_json_file(folder / "run/config.json"), changed);
  changed["evaluation"] = 1;  // "eval" allows eval.*, not every name that starts so
  EXPECT_THROW(RunDirectory::resume(folder / "run", changed, {"eval"}), ConfigError);
}

TEST(RunDirectory, ResumingNothingSaysSoAndMakesNothing) {
  TempFolder folder;
  EXPECT_THAT([&] { RunDirectory::resume(folder / "run", base_config(), {}); },
              ThrowsMessage<ConfigError>(HasSubstr("without --resume")));
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST(RunDirectory, AsksForSpaceBeforeItMakesAnything) {
  TempFolder folder;
  EXPECT_THAT([&] { RunDirectory::create(folder / "run", base_config(), uint64_t{1} << 60); },
              ThrowsMessage<IoError>(HasSubstr("MiB are free")));
  EXPECT_FALSE(fs::exists(folder / "run"));
}

TEST(RunDirectory, EqualConfigsHaveNoDifferences) {
  EXPECT_TRUE(config_differences(base_config(), base_config()).empty());
  EXPECT_TRUE(config_differences({{"a", 1}}, {{"a", 1.0}}).empty());
  EXPECT_EQ(config_differences({{"a", Json::object()}}, Json::object()).size(), 1u);
}

}  // namespace
}  // namespace r1
