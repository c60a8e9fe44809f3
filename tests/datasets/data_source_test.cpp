#include "datasets/data_source.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/errors.h"
#include "base/files.h"
#include "tests/datasets/shared_data.h"

namespace r1 {
namespace {

std::string config_error(const DataConfig& config) {
  try {
    load_examples(config, "eval_data");
    return "accepted";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

// A data file that goes with the test.
struct TemporaryFile {
  std::string path;
  TemporaryFile(const std::string& name, const std::string& text) : path(testing::TempDir() + name) {
    write_file_durably(path, text);
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
};

TEST(DataSource, GeneratorsGiveTheAskedNumberOfExamples) {
  for (DataKind kind : {DataKind::CharCount, DataKind::Arithmetic, DataKind::Countdown}) {
    EXPECT_EQ(load_examples({.kind = kind, .size = 20}).size(), 20u);
    EXPECT_EQ(load_examples({.kind = kind, .limit = 5, .size = 20}).size(), 5u);
  }
}

TEST(DataSource, DemonstrationsAndExamplesOfOneConfigAreTheSameQuestions) {
  const DataConfig config{
      .kind = DataKind::CharCount, .instruction = " Count.", .size = 10, .split = Split::Sft};
  const auto examples = load_examples(config), demonstrations = load_demonstrations(config);
  ASSERT_EQ(demonstrations.size(), 10u);
  for (size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(demonstrations[i].id, examples[i].id);
    EXPECT_EQ(demonstrations[i].messages[0], examples[i].messages[0]);
    EXPECT_EQ(demonstrations[i].messages[1].role, "assistant");
    EXPECT_TRUE(examples[i].messages[0].content.ends_with("? Count."));
  }
  EXPECT_EQ(examples[3].id, "char_count/sft/3");
}

TEST(DataSource, FieldsReachTheGenerator) {
  DataConfig config{.kind = DataKind::CharCount, .size = 50};
  apply_config_setting(config_fields(config), "char_count.max_length=3");
  apply_config_setting(config_fields(config), "split=eval");
  for (const Example& example : load_examples(config)) {
    EXPECT_EQ(example.metadata["word"].get<std::string>().size(), 3u);
    EXPECT_TRUE(example.id.starts_with("char_count/eval/"));
  }
}

TEST(DataSource, ImpossibleConfigsNameTheFieldUnderItsPrefix) {
  EXPECT_EQ(config_error({}), "eval_data.path: empty; name a JSONL file, or set eval_data.kind");
  EXPECT_EQ(config_error({.kind = DataKind::CharCount, .size = 0}), "eval_data.size=0: use 1 to 100000000");
  EXPECT_EQ(config_error({.kind = DataKind::CharCount, .limit = -1}),
            "eval_data.limit=-1: use 0 (all) or more");
  EXPECT_EQ(config_error({.kind = DataKind::CharCount, .char_count = {.alphabet_size = 30}}),
            "eval_data.char_count.alphabet_size=30: use 2 to 26");
}

TEST(DataSource, FilesTakeInstructionFormatAndLimit) {
  const TemporaryFile file("data_source_mawps.jsonl",
                           "{\"input\": \"a\", \"target\": 1}\n{\"input\": \"b\", \"target\": 2}\n");
  EXPECT_EQ(load_examples({.path = file.path, .limit = 1}).size(), 1u);
  EXPECT_EQ(load_examples({.path = file.path, .instruction = "!"})[1].messages[0].content, "b!");
  EXPECT_EQ(load_examples({.path = file.path})[0].messages[0].content, "a" + std::string(kMathInstruction));
  EXPECT_THROW(load_examples({.path = file.path, .format = DataFormat::Gsm8k}), DataError);
  EXPECT_THROW(load_examples({.path = "/nonexistent/x.jsonl"}), IoError);
}

TEST(DataSource, WorkedSolutionsBecomeDemonstrations) {
  const TemporaryFile file("data_source_gsm8k.jsonl",
                           "{\"question\": \"q\", \"answer\": \"One.\\n#### 1\"}\n");
  const auto demonstrations = load_demonstrations({.path = file.path});
  ASSERT_EQ(demonstrations[0].messages.size(), 2u);
  EXPECT_EQ(demonstrations[0].messages[1].content, "One.\nSo the answer is \\boxed{1}.");
}

TEST(DataSource, DataWithoutDemonstrationsIsAnErrorForSft) {
  const TemporaryFile file("data_source_bare.jsonl", "{\"input\": \"a\", \"target\": 1}\n");
  try {
    load_demonstrations({.path = file.path});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("has no completion to learn from"), std::string::npos);
  }
}

TEST(DataSource, DataDirPrefixIsReplaced) {
  EXPECT_EQ(resolve_data_path("a/b.jsonl"), "a/b.jsonl");
  const char* before = std::getenv("R1_DATA_DIR");
  const std::string expected = std::string(before && *before ? before : "../shared") + "/data/x.jsonl";
  EXPECT_EQ(resolve_data_path("$R1_DATA_DIR/data/x.jsonl"), expected);
}

}  // namespace
}  // namespace r1
