#include "base/line_blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/files.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> all_lines(LineBlocks& blocks) {
  std::vector<std::string> out;
  for (auto lines = blocks.next(); !lines.empty(); lines = blocks.next()) {
    for (const TextLine& line : lines) {
      EXPECT_EQ(line.number, static_cast<int64_t>(out.size()) + 1);
      out.push_back(std::string(line.text) + (line.too_long ? " (cut)" : ""));
    }
  }
  return out;
}

std::vector<std::string> lines_of(const std::string& content, size_t max_line_bytes = 1 << 20) {
  TempFolder folder;
  write_file_durably(folder / "in", content);
  LineBlocks blocks(folder / "in", {}, max_line_bytes);
  return all_lines(blocks);
}

TEST(LineBlocks, GivesEveryLineOnceInOrder) {
  EXPECT_THAT(lines_of("a\n\nb\r\nc"), ElementsAre("a", "", "b", "c"));
  EXPECT_THAT(lines_of("a\n"), ElementsAre("a"));
  EXPECT_THAT(lines_of(""), IsEmpty());
  EXPECT_THAT(lines_of("\n"), ElementsAre(""));
}

TEST(LineBlocks, LinesThatSpanManyReadsAreWhole) {
  const std::string big(3 << 20, 'x');
  EXPECT_THAT(lines_of("a\n" + big + "\nb\n", 16 << 20), ElementsAre("a", big, "b"));
}

TEST(LineBlocks, ALineThatIsTooLongIsCutAndTheNextOneIsNot) {
  EXPECT_THAT(lines_of("a\n123456\nb\n", 5), ElementsAre("a", "123456 (cut)", "b"));
  const std::string big(5 << 20, 'x'), shown(200, 'x');
  EXPECT_THAT(lines_of("a\n" + big + "\nb\n"), ElementsAre("a", shown + " (cut)", "b"));
  EXPECT_THAT(lines_of("a\n" + big), ElementsAre("a", shown + " (cut)"));
  EXPECT_THAT(lines_of(big + "\n" + big + "\n"), ElementsAre(shown + " (cut)", shown + " (cut)"));
}

TEST(LineBlocks, DoesNotWaitForMoreThanHasArrived) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  LineBlocks blocks("/dev/fd/" + std::to_string(ends[0]));
  ASSERT_EQ(::write(ends[1], "a\nb\nhalf", 8), 8);
  ASSERT_EQ(blocks.next().size(), 2u);
  ASSERT_EQ(::write(ends[1], " c\n", 3), 3);
  const auto lines = blocks.next();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].text, "half c");
  ::close(ends[1]);
  EXPECT_THAT(blocks.next(), IsEmpty());
  ::close(ends[0]);
}

TEST(LineBlocks, AStopEndsTheInput) {
  TempFolder folder;
  std::string content;
  for (int i = 0; i < 400000; ++i) content += "line\n";
  write_file_durably(folder / "in", content);
  bool stop = false;
  LineBlocks blocks(folder / "in", [&] { return stop; });
  EXPECT_FALSE(blocks.next().empty());
  stop = true;
  EXPECT_THAT(blocks.next(), IsEmpty());
}

TEST(LineBlocks, WhatCannotBeReadIsNamed) {
  TempFolder folder;
  EXPECT_THROW(LineBlocks(folder / "none"), IoError);
  LineBlocks directory(folder.path());
  EXPECT_THROW(directory.next(), IoError);
}

}  // namespace
}  // namespace r1
