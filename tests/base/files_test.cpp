#include "base/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "base/errors.h"
#include "tests/child_process.h"
#include "tests/small_disk.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

int count_entries(const std::string& folder) {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++count;
  return count;
}

TEST(Files, AreReadWhole) {
  TempFolder folder;
  std::string content(300'000, 'x');
  content[100] = '\0';
  write_file_durably(folder / "a", content);
  EXPECT_EQ(read_file(folder / "a"), content);
  EXPECT_THAT([&] { read_file(folder / "none"); },
              ThrowsMessage<IoError>(AllOf(HasSubstr(folder / "none"), HasSubstr("check the path"))));
  EXPECT_THAT([&] { read_file(folder.path()); }, ThrowsMessage<IoError>(HasSubstr("directory")));
  EXPECT_THAT(read_file("/proc/self/stat"), HasSubstr("("));  // a file whose size is said to be 0
}

TEST(Files, ADurableWriteReplacesAndLeavesNoTemporary) {
  TempFolder folder;
  write_file_durably(folder / "a", "old content");
  write_file_durably(folder / "a", "new");
  EXPECT_EQ(read_file(folder / "a"), "new");
  EXPECT_EQ(count_entries(folder.path()), 1);
  fs::create_directories(folder / "d/sub");
  EXPECT_THROW(write_file_durably(folder / "d", "x"), IoError);  // a folder cannot be replaced by a file
  EXPECT_EQ(count_entries(folder.path()), 2);
  EXPECT_THROW(write_file_durably(folder / "none/a", "x"), IoError);
}

// A child replaces a file over and over and is killed at a random moment.
TEST(Files, AKilledDurableWriteLeavesTheOldOrTheNewContent) {
  TempFolder folder;
  const std::string path = folder / "a";
  const std::string contents[2] = {std::string(200'000, 'a'), std::string(100'000, 'b')};
  write_file_durably(path, contents[0]);
  for (int round = 0; round < 15; ++round) {
    const pid_t child = start_child([&] {
      for (int i = 0;; ++i) write_file_durably(path, contents[i % 2]);
    });
    ::usleep(static_cast<useconds_t>(2000 + round * 431));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string found = read_file(path);
    EXPECT_TRUE(found == contents[0] || found == contents[1]) << found.size() << " bytes";
  }
}

TEST(Files, AFullDiskKeepsTheOldContentAndNamesTheRemedy) {
  TempFolder folder;
  const std::string path = folder / "a";
  const auto fill = [&] {
    write_file_durably(path, "old");
    try {
      write_file_durably(path, std::string(2'000'000, 'x'));
    } catch (const IoError& error) {
      const bool names_remedy = std::string(error.what()).find("free some space") != std::string::npos;
      return names_remedy && read_file(path) == "old" && count_entries(folder.path()) == 1;
    }
    return false;
  };
  const SmallDisk result = on_small_disk(folder.path(), 1'000'000, fill);
  if (result == SmallDisk::NotPermitted) GTEST_SKIP() << "mounting a tmpfs is not permitted here";
  EXPECT_EQ(result, SmallDisk::Passed);
}

TEST(Files, Sha256MatchesPublishedVectors) {
  // FIPS 180-2, appendix B.
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  TempFolder folder;
  write_file_durably(folder / "m", std::string(1'000'000, 'a'));
  EXPECT_EQ(sha256_of_file(folder / "m"), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  write_file_durably(folder / "empty", "");
  EXPECT_EQ(sha256_of_file(folder / "empty"), sha256_hex(""));
}

std::vector<std::string> lines_of(const std::string& path, size_t max_line_bytes = 16u << 20) {
  std::vector<std::string> lines;
  for_each_line(
      path,
      [&](int64_t number, std::string_view line) {
        lines.emplace_back(line);
        EXPECT_EQ(number, static_cast<int64_t>(lines.size()));
      },
      max_line_bytes);
  return lines;
}

TEST(Files, LinesComeWithTheirNumbersAndWithoutTheirEnds) {
  TempFolder folder;
  write_file_durably(folder / "a", "one\r\n\ntwo\nlast");
  EXPECT_THAT(lines_of(folder / "a"), ElementsAre("one", "", "two", "last"));
  write_file_durably(folder / "a", "one\n");
  EXPECT_THAT(lines_of(folder / "a"), ElementsAre("one"));
  write_file_durably(folder / "a", "");
  EXPECT_THAT(lines_of(folder / "a"), ElementsAre());
}

TEST(Files, LongLinesAreWholeAcrossReadsUpToTheLimit) {
  TempFolder folder;
  const std::string exact(200'000, 'x');  // spans four reads
  write_file_durably(folder / "a", "first\n" + exact + "\nafter\n");
  EXPECT_THAT(lines_of(folder / "a", 200'000), ElementsAre("first", exact, "after"));
  EXPECT_THAT([&] { lines_of(folder / "a", 199'999); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("a:2: "), HasSubstr("199999"))));
  write_file_durably(folder / "b", "ok\ntoo long\n");  // in one read with its end
  EXPECT_THAT([&] { lines_of(folder / "b", 5); }, ThrowsMessage<DataError>(HasSubstr("b:2: ")));
  write_file_durably(folder / "c", "ok\ntoo long");
  EXPECT_THROW(lines_of(folder / "c", 5), DataError);
  EXPECT_THROW(lines_of("/dev/zero", 1u << 20), DataError);  // a line without end needs no memory without end
}

TEST(Files, AMapShowsTheBytesAndMoves) {
  TempFolder folder;
  write_file_durably(folder / "a", "abc");
  MappedFile file(folder / "a");
  const MappedFile moved = std::move(file);
  EXPECT_EQ(std::string(moved.bytes().begin(), moved.bytes().end()), "abc");
  EXPECT_EQ(moved.path(), folder / "a");
  write_file_durably(folder / "empty", "");
  EXPECT_TRUE(MappedFile(folder / "empty").bytes().empty());
  EXPECT_THROW(MappedFile(folder / "none"), IoError);
  EXPECT_THROW(MappedFile(folder.path()), IoError);
}

TEST(Files, AWriterTruncatesOrAppends) {
  TempFolder folder;
  { FileWriter(folder / "a", FileWriter::Mode::Truncate).write("one"); }
  { FileWriter(folder / "a", FileWriter::Mode::Append).write("two"); }
  EXPECT_EQ(read_file(folder / "a"), "onetwo");
  FileWriter writer(folder / "a", FileWriter::Mode::Truncate);
  writer.write("x");
  writer.close();
  writer.close();  // twice is fine
  EXPECT_EQ(read_file(folder / "a"), "x");
  EXPECT_THROW(FileWriter(folder / "none/a", FileWriter::Mode::Append), IoError);
  EXPECT_THROW(FileWriter("/dev/full", FileWriter::Mode::Append).write("x"), IoError);
}

TEST(Files, FilesAreNotInheritedByPrograms) {
  TempFolder folder;
  FileWriter writer(folder / "a", FileWriter::Mode::Truncate);
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    if (fs::read_symlink(entry.path(), error) != folder / "a") continue;
    EXPECT_NE(::fcntl(std::stoi(entry.path().filename()), F_GETFD) & FD_CLOEXEC, 0);
    return;
  }
  FAIL() << "the writer's descriptor was not found";
}

TEST(Files, FreeSpaceIsThatOfTheNearestFolder) {
  TempFolder folder;
  EXPECT_GT(free_disk_bytes(folder / "not/yet/there"), 0u);
  EXPECT_NO_THROW(require_free_disk(folder.path(), 1, "x"));
  EXPECT_THAT([&] { require_free_disk(folder / "y", uint64_t{1} << 60, "the model"); },
              ThrowsMessage<IoError>(
                  AllOf(HasSubstr(folder / "y"), HasSubstr("the model"), HasSubstr("MiB are free"))));
}

}  // namespace
}  // namespace r1
