// Every gold of the shared data sets has a tree, and the right kind of one.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "datasets/jsonl_reader.h"
#include "rewards/math/extraction/answer_extraction.h"
#include "tests/datasets/shared_data.h"
#include "tests/rewards/math/parse/parser_cases.h"

namespace r1::math {
namespace {

class GoldData : public testing::TestWithParam<const char*> {};

// At least 99.5 % are read; the rest would be listed here with reasons: there is none.
TEST_P(GoldData, EveryGoldHasATree) {
  const std::string path = shared_data(GetParam());
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing; set R1_DATA_DIR";
  size_t num_golds = 0, num_unread = 0;
  for (const Example& example : read_examples(path)) {
    ++num_golds;
    const std::string tree = tree_of(example.answer);
    if (!tree.starts_with("none: ")) continue;
    ++num_unread;
    ADD_FAILURE() << example.id << ": " << example.answer << ": " << tree;
  }
  EXPECT_GT(num_golds, 0u);
  EXPECT_EQ(num_unread, 0u);
}

INSTANTIATE_TEST_SUITE_P(Files, GoldData,
                         testing::Values("gsm8k/train.jsonl", "gsm8k/test.jsonl", "math/test.jsonl",
                                         "math500/test.jsonl", "aime24/test.jsonl", "aime25/test.jsonl",
                                         "amc23/test.jsonl", "svamp/test.jsonl", "asdiv/test.jsonl",
                                         "mawps/test.jsonl"));

// Golds of MATH that are read as words are words: at most 1 in 100, names and adjectives.
TEST(GoldTrees, FewGoldsOfMathAreWords) {
  const std::string path = shared_data("math/test.jsonl");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing; set R1_DATA_DIR";
  size_t num_golds = 0, num_words = 0;
  for (const Example& example : read_examples(path)) {
    ++num_golds;
    const std::string tree = tree_of(example.answer);
    if (!tree.starts_with("Text[")) continue;
    ++num_words;
    EXPECT_TRUE(example.answer.find("text") != std::string::npos ||
                example.answer.find("mbox") != std::string::npos)
        << example.answer;
  }
  EXPECT_LE(100 * num_words, num_golds);
}

// The golds of word problems are numbers, with what was counted.
TEST(GoldTrees, GoldsOfGsm8kAreNumbers) {
  for (const char* file : {"gsm8k/train.jsonl", "gsm8k/test.jsonl"}) {
    const std::string path = shared_data(file);
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing; set R1_DATA_DIR";
    for (const Example& example : read_examples(path)) {
      Fuel fuel(1 << 20);
      Arena arena(fuel);
      const Node* node = parse_answer(arena, example.answer, MathPolicy::strict()).node;
      ASSERT_NE(node, nullptr);
      if (node->kind == Kind::Neg) node = node->args[0];
      EXPECT_EQ(node->kind, Kind::Number) << example.answer;
    }
  }
}

}  // namespace
}  // namespace r1::math
