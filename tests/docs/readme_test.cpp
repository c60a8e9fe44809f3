// The README's file tree, and a README of at most 25 lines in every folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/docs/repository.h"

namespace r1::docs {
namespace {

TEST(Readme, TheFileTreeNamesEveryTopLevelFolder) {
  const std::string readme = read_text(source_dir() / "README.md");
  std::vector<std::string> missing;
  for (const FolderRule& rule : repository_rules()) {
    if (readme.find("\n" + rule.name + "/ ") == std::string::npos) missing.push_back(rule.name);
  }
  EXPECT_THAT(missing, ::testing::IsEmpty()) << "each needs a line 'folder/  gloss' in README.md's file tree";
}

TEST(Readme, EveryFolderExplainsItselfInAtMost25Lines) {
  for (const FolderRule& rule : repository_rules()) {
    const fs::path path = source_dir() / rule.name / "README.md";
    const std::string text = fs::exists(path) ? read_text(path) : "";
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 25) << path;
    EXPECT_GE(text.size(), 200u) << path << " says nothing";
  }
}

TEST(Readme, RelativeLinksLeadSomewhere) {
  for (const fs::path file : {"README.md", "CONTRIBUTING.md", "docs/ARCHITECTURE.md"}) {
    const std::string text = read_text(source_dir() / file);
    for (size_t at = text.find("]("); at != std::string::npos; at = text.find("](", at + 1)) {
      const std::string target = text.substr(at + 2, text.find_first_of(")#", at) - at - 2);
      if (target.empty() || target.find("://") != std::string::npos) continue;
      EXPECT_TRUE(fs::exists(source_dir() / file.parent_path() / target)) << file << " links to " << target;
    }
  }
}

TEST(Readme, EverythingIsAscii) {
  for (const fs::path file :
       {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/ARCHITECTURE.md", "docs/decisions.md"}) {
    const std::string text = read_text(source_dir() / file);
    const auto bad =
        std::find_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) > 126; });
    EXPECT_EQ(bad - text.begin(), static_cast<std::ptrdiff_t>(text.size()))
        << file << ", byte " << bad - text.begin();
  }
}

}  // namespace
}  // namespace r1::docs
