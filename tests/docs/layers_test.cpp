// The layering of docs/ARCHITECTURE.md, checked against every #include and a few words that have one place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "tests/docs/repository.h"

namespace r1::docs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Where the comment or literal that starts at `at` ends; `at` itself when none starts there.
size_t end_of_comment(std::string_view text, size_t at) {
  if (text.substr(at, 2) == "//") return std::min(text.find('\n', at), text.size());
  if (text.substr(at, 2) == "/*") return std::min(text.find("*/", at + 2), text.size() - 2) + 2;
  return at;
}

size_t end_of_literal(std::string_view text, size_t at) {
  if (text.substr(at, 2) == "R\"") {
    const size_t open = text.find('(', at);
    if (open == std::string_view::npos) return text.size();
    const std::string close = ")" + std::string(text.substr(at + 2, open - at - 2)) + "\"";
    return std::min(text.find(close, open), text.size() - close.size()) + close.size();
  }
  const bool digit_separator =
      text[at] == '\'' && at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1]));
  if ((text[at] != '"' && text[at] != '\'') || digit_separator) return at;
  size_t end = at + 1;
  while (end < text.size() && text[end] != text[at] && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

struct Stripped {
  std::string without_comments;  // for #include lines, whose paths look like literals
  std::string code;              // without literals as well
};

Stripped strip(std::string_view text) {
  Stripped out;
  for (size_t at = 0; at < text.size();) {
    if (const size_t end = end_of_comment(text, at); end != at) {
      at = end;
    } else if (const size_t literal_end = end_of_literal(text, at); literal_end != at) {
      out.without_comments += text.substr(at, literal_end - at);
      out.code += "\"\"";
      at = literal_end;
    } else {
      out.without_comments += text[at];
      out.code += text[at++];
    }
  }
  return out;
}

struct Include {
  std::string path;
  bool quoted;
};

std::vector<Include> includes_of(std::string_view without_comments) {
  std::vector<Include> includes;
  for (const std::string& line : split(without_comments, '\n')) {
    const size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    const size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
    const size_t open = line.find_first_of("<\"", word);
    if (open == std::string::npos) continue;  // #include MACRO
    const size_t close = line.find(line[open] == '<' ? '>' : '"', open + 1);
    if (close == std::string::npos) continue;
    includes.push_back({line.substr(open + 1, close - open - 1), line[open] == '"'});
  }
  return includes;
}

// Whether `word` occurs in `code` other than as the tail of a longer identifier (printf in snprintf).
bool has_word(std::string_view code, std::string_view word) {
  for (size_t at = code.find(word); at != std::string_view::npos; at = code.find(word, at + 1)) {
    const char before = at == 0 ? ' ' : code[at - 1];
    if (!std::isalnum(static_cast<unsigned char>(before)) && before != '_') return true;
  }
  return false;
}

constexpr std::string_view kPrinting[] = {"std::cout",      "std::cerr",      "std::clog",
                                          "printf(",        "puts(",          "perror(",
                                          "fprintf(stderr", "fprintf(stdout", "fmt::print("};

std::string first_folder(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

void check_include(const Include& include, const std::string& file, const FolderRule& rule,
                   const std::vector<FolderRule>& rules, std::vector<std::string>& out) {
  const std::string folder = first_folder(include.path);
  const bool ours =
      std::any_of(rules.begin(), rules.end(), [&](const auto& other) { return other.name == folder; });
  if (ours && !rule.may_include_everything && !rule.may_include.contains(folder)) {
    out.push_back(file + ": " + rule.name + "/ may not include " + folder + "/");
  }
  if (include.quoted && !ours)
    out.push_back(file + ": write \"" + include.path + "\" from the root, or in <>");
  if (include.path == "torch/torch.h" || include.path == "torch/extension.h" ||
      include.path == "ATen/ATen.h") {
    out.push_back(file + ": <" + include.path + "> costs 20 s a file; include the operators that are used");
  }
  const bool libtorch = folder == "ATen" || folder == "torch" || folder == "c10";
  if (libtorch && rule.forbids_libtorch) {
    out.push_back(file + ": " + rule.name + "/ may not include LibTorch (" + include.path + ")");
  }
  if (include.path == "regex")
    out.push_back(file + ": std::regex overflows the stack on long input; use PCRE2");
}

// What is wrong with one file; `file` is its path from the root.
std::vector<std::string> violations(const std::vector<FolderRule>& rules, const std::string& file,
                                    std::string_view text) {
  std::vector<std::string> out;
  const std::string folder = first_folder(file);
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const auto& r) { return r.name == folder; });
  if (rule == rules.end())
    return {file + ": " + folder + "/ is not in the folder table of docs/ARCHITECTURE.md"};

  const Stripped stripped = strip(text);
  for (const Include& include : includes_of(stripped.without_comments))
    check_include(include, file, *rule, rules, out);
  if (has_word(stripped.code, "std::regex"))
    out.push_back(file + ": std::regex overflows the stack on long input; use PCRE2");
  if (folder != "cli" && folder != "tests") {
    for (const std::string_view word : kPrinting) {
      if (has_word(stripped.code, word))
        out.push_back(file + ": " + std::string(word) + " prints; only cli/ prints");
    }
  }
  for (const char* stem : {"utils", "util", "types", "common", "helpers", "misc", "manager"}) {
    if (fs::path(file).stem() == stem)
      out.push_back(file + ": a name that says nothing; name it after what it holds");
  }
  return out;
}

const char* const kTable =
    "| folder | may include | LibTorch | owns | never knows |\n"
    "| --- | --- | --- | --- | --- |\n"
    "| `base/` | nothing | no | errors | RL |\n"
    "| `datasets/` | `base/` | **no** | `Example` | tensors |\n"
    "| `rewards/` | `base/`, `datasets/` | **no** | `Verdict` | who |\n"
    "| `rl/` | all of the above | yes | loops | flags |\n"
    "| `cli/` | all of the above | - | `main()` | arithmetic |\n"
    "| `tests/` | all | - | | |\n";

std::vector<std::string> planted(const std::string& file, std::string_view text) {
  return violations(parse_folder_table(kTable), file, text);
}

TEST(Layers, TheTreeKeepsTheRulesOfTheFolderTable) {
  const auto rules = repository_rules();
  std::vector<std::string> all;
  for (const std::string& file : source_files()) {
    for (std::string& violation : violations(rules, file, read_text(source_dir() / file)))
      all.push_back(violation);
  }
  EXPECT_THAT(all, IsEmpty());
}

TEST(Layers, TheTreeWasReallyRead) {
  EXPECT_GE(repository_rules().size(), 9u);
  EXPECT_GE(source_files().size(), 20u);
  EXPECT_THAT(source_files(), ::testing::Contains("tests/docs/layers_test.cpp"));
}

TEST(Layers, TheTableGivesWhatAFolderMayInclude) {
  const auto rules = parse_folder_table(kTable);
  ASSERT_EQ(rules.size(), 6u);
  EXPECT_THAT(rules[0].may_include, ElementsAre("base"));
  EXPECT_THAT(rules[2].may_include, ElementsAre("base", "datasets", "rewards"));
  EXPECT_THAT(rules[3].may_include, ElementsAre("base", "datasets", "rewards", "rl"));
  EXPECT_TRUE(rules[2].forbids_libtorch);
  EXPECT_FALSE(rules[3].forbids_libtorch);
  EXPECT_TRUE(rules[5].may_include_everything);
  EXPECT_FALSE(rules[4].may_include_everything);
}

TEST(Layers, AForbiddenIncludeIsNamed) {
  EXPECT_THAT(planted("rewards/reward.h", "#include \"rl/batch.h\"\n"),
              ElementsAre("rewards/reward.h: rewards/ may not include rl/"));
  EXPECT_THAT(planted("base/json.h", "  #  include <datasets/example.h>\n"),
              ElementsAre("base/json.h: base/ may not include datasets/"));
  EXPECT_THAT(planted("rl/grpo.cpp", "#include \"tests/rl/fake.h\"\n"),
              ElementsAre("rl/grpo.cpp: rl/ may not include tests/"));
}

TEST(Layers, LibTorchAndTheUmbrellaHeadersAreKeptOut) {
  EXPECT_THAT(planted("datasets/example.h", "#include <ATen/core/Tensor.h>\n"),
              ElementsAre("datasets/example.h: datasets/ may not include LibTorch (ATen/core/Tensor.h)"));
  EXPECT_EQ(planted("rl/loss.cpp", "#include <torch/torch.h>\n").size(), 1u);
  EXPECT_EQ(planted("tests/rl/loss_test.cpp", "#include <ATen/ATen.h>\n").size(), 1u);
  EXPECT_THAT(planted("rl/loss.cpp", "#include <ATen/core/Tensor.h>\n"), IsEmpty());
}

TEST(Layers, PrintingAndRegexAreFoundInCodeOnly) {
  EXPECT_THAT(planted("rewards/a.cpp", "void f() { std::cout << 1; }"),
              ElementsAre("rewards/a.cpp: std::cout prints; only cli/ prints"));
  EXPECT_EQ(planted("rewards/a.cpp", "char c = '\"'; void f() { printf(\"x\"); }").size(), 1u);
  EXPECT_EQ(planted("rewards/a.cpp", "#include <regex>\nstd::regex r;").size(), 2u);
  EXPECT_EQ(planted("rewards/a.cpp", "int n = 1'000; void f() { printf(\"x\"); int m = 2'000; }").size(), 1u);
  EXPECT_THAT(planted("rewards/a.cpp",
                      "// std::cout\n/* printf( */ auto s = \"std::regex\"; auto t = R\"x(puts()x\";"),
              IsEmpty());
  EXPECT_THAT(planted("rewards/a.cpp", "void f() { snprintf(buffer, 8, \"x\"); }"), IsEmpty());
  EXPECT_THAT(planted("cli/main.cpp", "void f() { std::cout << 1; }"), IsEmpty());
}

TEST(Layers, NamesThatSayNothingAndStrayFoldersAreRefused) {
  EXPECT_EQ(planted("base/utils.h", "").size(), 1u);
  EXPECT_EQ(planted("rl/types.h", "").size(), 1u);
  EXPECT_EQ(planted("tools/x.cpp", "").size(), 1u);
  EXPECT_EQ(planted("base/json.cpp", "#include \"json.h\"\n").size(), 1u);
}

}  // namespace
}  // namespace r1::docs
