#include "rl/step_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/errors.h"
#include "base/files.h"
#include "tests/child_process.h"
#include "tests/small_disk.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

void write_plain(const std::string& path, const std::string& content) {
  FileWriter(path, FileWriter::Mode::Truncate)
      .write(content);  // without fsync: thousands of files are written
}

// A folder with two files and a subfolder whose content tells its step.
std::function<void(const std::string&)> content_of(int64_t step) {
  return [step](const std::string& folder) {
    write_plain(folder + "/weights", std::string(1000, static_cast<char>('a' + step % 26)));
    fs::create_directory(folder + "/sub");
    write_plain(folder + "/sub/state", "step " + std::to_string(step));
  };
}

void save(StepFolders& folders, int64_t step) { folders.save(step, 2000, content_of(step)); }

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

int64_t newest_intact(const std::string& parent) {
  auto folders = list_step_folders(parent);
  for (auto it = folders.rbegin(); it != folders.rend(); ++it) {
    if (find_damage(*it, Thoroughness::Hashes)) continue;
    EXPECT_EQ(read_file(it->path + "/sub/state"), "step " + std::to_string(it->step));
    return it->step;
  }
  return -1;
}

// Every fault point of a save that replaces nothing but removes an older folder.
std::vector<std::string> all_fault_points() {
  TempFolder folder;
  std::vector<std::string> points;
  StepFolders folders(folder / "c",
                      {.keep = 2, .fault_point = [&](const char* point) { points.push_back(point); }});
  save(folders, 1);
  save(folders, 2);
  points.clear();
  save(folders, 3);
  return points;
}

TEST(StepFolders, HaveTheirFaultPointsInOrder) {
  EXPECT_THAT(all_fault_points(),
              ElementsAre("started", "written", "files_synced", "manifest_written", "folder_synced",
                          "renamed", "parent_synced", "before_removal", "removal_renamed", "finished"));
}

TEST(StepFolders, KeepTheNewestTwo) {
  TempFolder folder;
  StepFolders folders(folder / "c", {.keep = 2});
  for (int64_t step : {9, 10, 999999, 1000000}) save(folders, step);
  EXPECT_THAT(names_in(folder / "c"), ElementsAre("step_1000000", "step_999999"));
  EXPECT_EQ(newest_intact(folder / "c"), 1000000);
}

TEST(StepFolders, AFolderWithAWrongSizeDoesNotCountAsKept) {
  TempFolder folder;
  StepFolders folders(folder / "c", {.keep = 2});
  save(folders, 1);
  save(folders, 2);
  write_plain(folder / "c/step_000002/weights", "short");
  save(folders, 3);
  EXPECT_THAT(names_in(folder / "c"), ElementsAre("step_000001", "step_000002", "step_000003"));
}

TEST(StepFolders, SavingAStepAgainReplacesIt) {
  TempFolder folder;
  StepFolders folders(folder / "c", {.keep = 2});
  save(folders, 1);
  save(folders, 2);
  folders.save(2, 10, [](const std::string& path) { write_plain(path + "/only", "new"); });
  EXPECT_THAT(names_in(folder / "c"), ElementsAre("step_000001", "step_000002"));
  EXPECT_THAT(names_in(folder / "c/step_000002"), ElementsAre("MANIFEST.json", "only"));
}

TEST(StepFolders, DiscardAfterForgetsTheFuture) {
  TempFolder folder;
  StepFolders folders(folder / "c", {.keep = 5});
  for (int64_t step : {1, 2, 3, 4}) save(folders, step);
  folders.discard_after(2);
  EXPECT_THAT(names_in(folder / "c"), ElementsAre("step_000001", "step_000002"));
}

TEST(StepFolders, IgnoreForeignNamesAndRemoveLeftovers) {
  TempFolder folder;
  for (const char* name : {"c/step_abc", "c/step_000007.tmp-123", "c/step_000003.tmp-removed-9", "c/notes"}) {
    fs::create_directories(folder / name);
  }
  EXPECT_THAT(list_step_folders(folder / "c"), IsEmpty());
  StepFolders folders(folder / "c", {});
  EXPECT_THAT(names_in(folder / "c"), ElementsAre("notes", "step_abc"));
}

struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

TEST(StepFolders, AnExceptionAtAnyPointLeavesOnlyWholeFolders) {
  for (const std::string& fatal : all_fault_points()) {
    SCOPED_TRACE(fatal);
    TempFolder folder;
    bool armed = false;
    StepFolders folders(folder / "c", {.keep = 2, .fault_point = [&](const char* point) {
                                         if (armed && point == fatal) throw Fault(fatal);
                                       }});
    save(folders, 1);
    save(folders, 2);
    armed = true;
    EXPECT_THROW(save(folders, 3), Fault);
    const auto left = list_step_folders(folder / "c");
    ASSERT_GE(left.size(), 2u);
    for (const StepFolder& one : left) EXPECT_EQ(find_damage(one, Thoroughness::Hashes), std::nullopt);
    armed = false;
    save(folders, 3);  // the store goes on after the trouble is gone
    StepFolders reopened(folder / "c", {.keep = 2});
    EXPECT_THAT(names_in(folder / "c"), ElementsAre("step_000002", "step_000003"));
  }
}

// The child saves steps 1, 2 and 3 and dies by SIGKILL at the point; `replacing` saves step 2 twice.
void save_and_die(const std::string& parent, const std::string& fatal, bool replacing) {
  bool armed = false;
  StepFolders folders(parent, {.keep = 2, .fault_point = [&](const char* point) {
                                 if (armed && point == fatal) ::kill(::getpid(), SIGKILL);
                               }});
  save(folders, 1);
  save(folders, 2);
  armed = true;
  save(folders, replacing ? 2 : 3);
}

TEST(StepFolders, AKillAtAnyPointLeavesAnIntactNewestFolder) {
  const std::vector<std::string> points = all_fault_points();
  const std::set<std::string> published = {"renamed", "parent_synced", "before_removal", "removal_renamed",
                                           "finished"};
  for (bool replacing : {false, true}) {
    for (const std::string& fatal : points) {
      SCOPED_TRACE(fatal + (replacing ? " while replacing" : ""));
      TempFolder folder;
      const pid_t child = start_child([&] { save_and_die(folder / "c", fatal, replacing); });
      int status = 0;
      ::waitpid(child, &status, 0);
      const bool removes = fatal == "before_removal" || fatal == "removal_renamed";
      EXPECT_EQ(WIFSIGNALED(status), !(replacing && removes));  // a replacing save has nothing to remove
      EXPECT_EQ(newest_intact(folder / "c"), !replacing && published.contains(fatal) ? 3 : 2);
      EXPECT_GE(list_step_folders(folder / "c").size(), 2u);
      StepFolders reopened(folder / "c", {.keep = 2});
      for (const std::string& name : names_in(folder / "c")) EXPECT_THAT(name, Not(HasSubstr(".tmp-")));
    }
  }
}

TEST(StepFolders, AFlippedBitOfAnyFileIsNoticed) {
  TempFolder folder;
  StepFolders folders(folder / "c", {});
  folders.save(1, 10, [](const std::string& path) { write_plain(path + "/data", "0123456789"); });
  const StepFolder saved = list_step_folders(folder / "c").at(0);
  for (const char* name : {"data", "MANIFEST.json"}) {
    const std::string path = saved.path + "/" + name;
    const std::string good = read_file(path);
    for (size_t bit = 0; bit < good.size() * 8; bit += 3) {
      std::string bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      write_plain(path, bad);
      const auto damage = find_damage(saved, Thoroughness::Hashes);
      ASSERT_TRUE(damage) << name << " bit " << bit << ": " << bad;
      EXPECT_THAT(*damage, HasSubstr(saved.path));
      EXPECT_THAT(*damage, Not(HasSubstr("\n")));
    }
    write_plain(path, good);
  }
  EXPECT_EQ(find_damage(saved, Thoroughness::Hashes), std::nullopt);
}

TEST(StepFolders, EveryTruncationAndALostFileAreNoticedBySizesAlone) {
  TempFolder folder;
  StepFolders folders(folder / "c", {});
  folders.save(1, 10, [](const std::string& path) { write_plain(path + "/data", "0123456789"); });
  const StepFolder saved = list_step_folders(folder / "c").at(0);
  for (const char* name : {"data", "MANIFEST.json"}) {
    const std::string path = saved.path + "/" + name, good = read_file(path);
    for (size_t size = 0; size + 2 < good.size(); ++size) {
      write_plain(path, good.substr(0, size));
      ASSERT_TRUE(find_damage(saved, Thoroughness::Sizes)) << name << " cut to " << size;
    }
    fs::remove(path);
    EXPECT_TRUE(find_damage(saved, Thoroughness::Sizes)) << name << " removed";
    write_plain(path, good);
  }
  EXPECT_EQ(find_damage(saved, Thoroughness::Sizes), std::nullopt);
}

TEST(StepFolders, AFolderUnderAnotherStepsNameIsRefused) {
  TempFolder folder;
  StepFolders folders(folder / "c", {});
  save(folders, 1);
  fs::copy(folder / "c/step_000001", folder / "c/step_000009", fs::copy_options::recursive);
  EXPECT_EQ(newest_intact(folder / "c"), 1);
}

TEST(StepFolders, AskForSpaceBeforeWriting) {
  TempFolder folder;
  StepFolders folders(folder / "c", {});
  bool wrote = false;
  EXPECT_THAT([&] { folders.save(1, uint64_t{1} << 60, [&](const std::string&) { wrote = true; }); },
              ThrowsMessage<IoError>(AllOf(HasSubstr("checkpoint of step 1"), HasSubstr("free"))));
  EXPECT_FALSE(wrote);
}

// The disk holds two and a half folders, and the preflight check is told too small a size.
bool fills_the_disk(const std::string& parent) {
  StepFolders folders(parent, {.keep = 2});
  const auto write = [](const std::string& path) { write_plain(path + "/big", std::string(400'000, 'x')); };
  folders.save(1, 0, write);
  folders.save(2, 0, write);
  try {
    folders.save(3, 0, write);
    return false;
  } catch (const IoError& error) {
    if (std::string(error.what()).find("free some space") == std::string::npos) return false;
  }
  if (names_in(parent) != std::vector<std::string>{"step_000001", "step_000002"}) return false;
  for (const StepFolder& one : list_step_folders(parent)) {
    if (find_damage(one, Thoroughness::Hashes)) return false;
  }
  return true;
}

TEST(StepFolders, AFullDiskLeavesTheOlderFoldersIntact) {
  TempFolder folder;
  const SmallDisk result =
      on_small_disk(folder.path(), 1'000'000, [&] { return fills_the_disk(folder / "c"); });
  if (result == SmallDisk::NotPermitted) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  EXPECT_EQ(result, SmallDisk::Passed);
}

}  // namespace
}  // namespace r1
