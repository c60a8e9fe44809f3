#include "datasets/jsonl_reader.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/errors.h"
#include "base/files.h"
#include "tests/datasets/shared_data.h"

namespace r1 {
namespace {

// A file of the given text, in a folder of its own that goes with the test.
class JsonlReader : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(testing::TempDir()) / (std::string("jsonl_") + info->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::vector<Example> read(const std::string& text, const ReadOptions& options = {}) {
    path_ = folder_ / "train.jsonl";
    write_file_durably(path_, text);
    return read_examples(path_, options);
  }
  Example read_one(const std::string& text, const ReadOptions& options = {}) {
    const std::vector<Example> examples = read(text + "\n", options);
    EXPECT_EQ(examples.size(), 1u);
    return examples.at(0);
  }
  // The message of the DataError, without the folder.
  std::string error(const std::string& text, const ReadOptions& options = {}) {
    try {
      read(text, options);
      return "no error";
    } catch (const DataError& error) {
      const std::string what = error.what();
      const size_t at = what.find("train.jsonl");
      return at == std::string::npos ? what : what.substr(at);
    }
  }

  std::filesystem::path folder_, path_;
};

using Messages = std::vector<Message>;

TEST_F(JsonlReader, TrlPromptTextIsARawPromptAndOtherColumnsAreMetadata) {
  const Example example = read_one(R"({"prompt": "2+2=", "answer": "4", "level": 3})");
  EXPECT_EQ(example.prompt_text, "2+2=");
  EXPECT_TRUE(example.messages.empty());
  EXPECT_EQ(example.answer, "4");
  EXPECT_EQ(example.metadata, (Json{{"level", 3}}));
}

TEST_F(JsonlReader, TrlPromptMessagesStayMessages) {
  const Example example = read_one(
      R"({"prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}], "solution": "$x$", "verifier": "math"})");
  EXPECT_EQ(example.messages, (Messages{{"system", "s"}, {"user", "u"}}));
  EXPECT_EQ(example.answer, "$x$");
  EXPECT_EQ(example.verifier, "math");
}

TEST_F(JsonlReader, TrlAnswerColumnComesBeforeSolution) {
  const Example example = read_one(R"({"prompt": "p", "solution": "long", "answer": 7})");
  EXPECT_EQ(example.answer, "7");
  EXPECT_EQ(example.metadata, (Json{{"solution", "long"}}));
}

TEST_F(JsonlReader, VerlGroundTruthIsTheAnswer) {
  const Example example = read_one(
      R"({"data_source": "gsm8k", "prompt": [{"role": "user", "content": "q"}], "reward_model": {"style": "rule", "ground_truth": "72"}, "extra_info": {"index": 0}})");
  EXPECT_EQ(example.messages, (Messages{{"user", "q"}}));
  EXPECT_EQ(example.answer, "72");
  EXPECT_EQ(example.metadata, (Json{{"data_source", "gsm8k"}, {"extra_info", {{"index", 0}}}}));
}

TEST_F(JsonlReader, VerlGroundTruthObjectStaysJson) {
  const Example example = read_one(
      R"({"data_source": "countdown", "prompt": "q", "reward_model": {"ground_truth": {"numbers": [1, 2], "target": 3}}})");
  EXPECT_EQ(example.answer, R"({"numbers":[1,2],"target":3})");
  EXPECT_EQ(example.verifier, "countdown");
}

TEST_F(JsonlReader, SftTakesMessagesPromptCompletionAndText) {
  EXPECT_EQ(
      read_one(R"({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]})")
          .messages,
      (Messages{{"user", "a"}, {"assistant", "b"}}));
  const Example texts = read_one(R"({"prompt": "a", "completion": "b"})");
  EXPECT_EQ(texts.prompt_text, "a");
  EXPECT_EQ(texts.completion_text, "b");
  EXPECT_EQ(
      read_one(
          R"({"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]})")
          .messages,
      (Messages{{"user", "a"}, {"assistant", "b"}}));
  const Example text = read_one(R"({"text": "once"})");
  EXPECT_EQ(text.prompt_text, "");
  EXPECT_EQ(text.completion_text, "once");
}

TEST_F(JsonlReader, MessageContentMayBeAListOfTextParts) {
  EXPECT_EQ(
      read_one(
          R"({"prompt": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}]})")
          .messages,
      (Messages{{"user", "ab"}}));
}

TEST_F(JsonlReader, Gsm8kGoldFollowsTheHashesWithoutCommas) {
  const Example example = read_one(R"({"question": "How much?", "answer": "It is <<1+1=2>>2.\n#### 1,234"})");
  EXPECT_EQ(example.answer, "1234");
  EXPECT_EQ(example.messages, (Messages{{"user", "How much?" + std::string(kMathInstruction)}}));
  EXPECT_EQ(example.metadata["solution"], "It is 2.\nSo the answer is \\boxed{1234}.");
}

TEST_F(JsonlReader, MathGoldIsTheLastBoxWithItsNestedBraces) {
  const Example example = read_one(
      R"({"problem": "p", "level": "Level 1", "solution": "First \\boxed{1}, so $\\boxed{\\frac{1}{\\sqrt{2}}}$."})");
  EXPECT_EQ(example.answer, "\\frac{1}{\\sqrt{2}}");
  EXPECT_EQ(example.metadata["level"], "Level 1");
  EXPECT_EQ(read_one(R"({"problem": "p", "solution": "$\\boxed 7$"})").answer, "7");
  EXPECT_EQ(read_one(R"({"problem": "p", "solution": "$\\fbox{8}$"})").answer, "8");
}

TEST_F(JsonlReader, AppendedInstructionIsTakenOffAndTheConfiguredOnePutOn) {
  const std::string record =
      R"({"problem": "What?\nPlease reason step by step, and put your final answer within \\boxed{}.", "answer": "204"})";
  EXPECT_EQ(read_one(record, {.instruction = ""}).messages[0].content, "What?");
  EXPECT_EQ(read_one(record, {.instruction = " Go."}).messages[0].content, "What? Go.");
  EXPECT_EQ(read_one(record).messages[0].content, "What?" + std::string(kMathInstruction));
}

TEST_F(JsonlReader, SvampAsdivAndMawpsJoinBodyAndQuestion) {
  const ReadOptions plain{.instruction = ""};
  const Example svamp =
      read_one(R"({"Body": "5 apples", "Question": "How many?", "Answer": 145.0, "ID": "chal-1"})", plain);
  EXPECT_EQ(svamp.messages[0].content, "5 apples. How many?");
  EXPECT_EQ(svamp.answer, "145");
  EXPECT_TRUE(svamp.id.ends_with("/chal-1")) << svamp.id;
  const Example asdiv =
      read_one(R"J({"body": "Two pears.", "question": "How many?", "answer": "9 (apples)"})J", plain);
  EXPECT_EQ(asdiv.messages[0].content, "Two pears. How many?");
  EXPECT_EQ(asdiv.answer, "9");
  EXPECT_EQ(asdiv.metadata["unit"], "apples");
  EXPECT_EQ(read_one(R"({"input": "i", "target": 0.5})", plain).answer, "0.5");
}

TEST_F(JsonlReader, IdsAreUniqueEvenWhenTheFileRepeatsThem) {
  const std::vector<Example> examples = read(
      "{\"prompt\": \"a\", \"id\": \"x\"}\n\n{\"prompt\": \"b\", \"id\": \"x\"}\n{\"prompt\": "
      "\"c\"}\n{\"prompt\": \"d\", \"id\": 4}\n");
  std::set<std::string> ids;
  for (const Example& example : examples) ids.insert(example.id.substr(example.id.find("train/")));
  EXPECT_EQ(ids, (std::set<std::string>{"train/x", "train/x#3", "train/4", "train/4#5"}));
}

TEST_F(JsonlReader, LimitTakesTheFirstExamplesAndReadsNoFurther) {
  EXPECT_EQ(read("{\"prompt\": \"a\"}\n{\"prompt\": \"b\"}\nbroken\n", {.limit = 2}).size(), 2u);
}

TEST_F(JsonlReader, AcceptsAByteOrderMarkCarriageReturnsAndNoFinalNewline) {
  EXPECT_EQ(read("\xEF\xBB\xBF{\"prompt\": \"a\"}\r\n{\"prompt\": \"b\"}").size(), 2u);
}

TEST_F(JsonlReader, ErrorsNameFileLineAndRemedy) {
  EXPECT_EQ(error("{\"prompt\": \"a\"}\n{\"prompt\": 3}\n"),
            "train.jsonl:2: \"prompt\" must be a list of messages that is not empty");
  EXPECT_EQ(error("{\"prompt\": \"a\"}\n{\"answer\": 3}\n"),
            "train.jsonl:2: no field \"prompt\" among answer; correct the record or the format");
  EXPECT_TRUE(error("{\"prompt\": \"a\"\n").starts_with("train.jsonl:1: not valid JSON: "))
      << error("{\"prompt\"");
  EXPECT_EQ(error("{\"prompt\": \"a\xFF\"}\n"),
            "train.jsonl:1: byte 14 of the line is not UTF-8; convert the file to UTF-8");
  EXPECT_EQ(error("[{\"prompt\": \"a\"}]\n"),
            "train.jsonl:1: a list, not a record; write one JSON object per line (jq -c '.[]' does that)");
  EXPECT_EQ(error("17\n"), "train.jsonl:1: the line holds number; write one JSON object per line");
  EXPECT_EQ(error("{\"question\": \"q\", \"answer\": \"5\"}\n"),
            "train.jsonl:1: the answer has no \"#### number\"; correct the record");
  EXPECT_EQ(error("{\"problem\": \"q\", \"solution\": \"\\\\boxed{5\"}\n"),
            "train.jsonl:1: the solution has no closed \\boxed{}; correct or remove the record");
  EXPECT_EQ(error("{\"input\": \"q\", \"target\": null}\n"),
            "train.jsonl:1: the gold answer is empty; remove the record or give its answer");
  EXPECT_TRUE(error("{\"foo\": 1, \"bar\": 2}\n")
                  .starts_with("train.jsonl:1: cannot tell the format from the fields bar, foo; set format "
                               "to one of auto, trl,"));
}

TEST_F(JsonlReader, SftRecordsWithNothingToTrainOnAreErrors) {
  EXPECT_EQ(error(R"({"messages": [{"role": "user", "content": "a"}]})"),
            "train.jsonl:1: nothing to train on: no assistant message and no completion; remove the record");
  EXPECT_EQ(error(R"({"prompt": "a", "completion": [{"role": "assistant", "content": "b"}]})"),
            "train.jsonl:1: prompt and completion must both be texts or both be lists of messages");
}

TEST_F(JsonlReader, AnEmptyFileIsAnError) {
  EXPECT_EQ(error(""), "train.jsonl: the file holds no records; check the path");
  EXPECT_EQ(error("\n  \n"), "train.jsonl: the file holds no records; check the path");
}

TEST_F(JsonlReader, DeeplyNestedJsonIsAnErrorNotACrash) {
  EXPECT_NE(error("{\"prompt\": " + std::string(100000, '[') + "\n").find("nested deeper"),
            std::string::npos);
}

// ---- the shared benchmark files
// --------------------------------------------------------------------------------------

struct SharedSet {
  const char* file;
  size_t records;
  DataFormat format;
};

class SharedSets : public testing::TestWithParam<SharedSet> {};

TEST_P(SharedSets, LoadWithTheirPublishedCounts) {
  const std::string path = shared_data(GetParam().file);
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing; set R1_DATA_DIR";
  const std::vector<Example> examples = read_examples(path, {.format = GetParam().format});
  EXPECT_EQ(examples.size(), GetParam().records);
  EXPECT_EQ(read_examples(path).at(0).messages, examples.at(0).messages);  // auto finds the same format
  std::set<std::string> ids;
  for (const Example& example : examples) {
    ids.insert(example.id);
    ASSERT_EQ(example.messages.size(), 1u) << example.id;
    const std::string& text = example.messages[0].content;
    EXPECT_FALSE(example.answer.empty()) << example.id;
    EXPECT_TRUE(text.ends_with(kMathInstruction)) << example.id;
    EXPECT_EQ(text.find("Please reason step by step"), text.size() - kMathInstruction.size() + 1)
        << example.id;
  }
  EXPECT_EQ(ids.size(), examples.size());
}

INSTANTIATE_TEST_SUITE_P(Files, SharedSets,
                         testing::Values(SharedSet{"gsm8k/train.jsonl", 7473, DataFormat::Gsm8k},
                                         SharedSet{"gsm8k/test.jsonl", 1319, DataFormat::Gsm8k},
                                         SharedSet{"math/test.jsonl", 5000, DataFormat::Math},
                                         SharedSet{"math500/test.jsonl", 500, DataFormat::Math500},
                                         SharedSet{"aime24/test.jsonl", 30, DataFormat::Aime},
                                         SharedSet{"aime25/test.jsonl", 30, DataFormat::Aime},
                                         SharedSet{"amc23/test.jsonl", 40, DataFormat::Amc},
                                         SharedSet{"svamp/test.jsonl", 1000, DataFormat::Svamp},
                                         SharedSet{"asdiv/test.jsonl", 2215, DataFormat::Asdiv},
                                         SharedSet{"mawps/addsub.jsonl", 395, DataFormat::Mawps},
                                         SharedSet{"mawps/multiarith.jsonl", 600, DataFormat::Mawps},
                                         SharedSet{"mawps/singleeq.jsonl", 508, DataFormat::Mawps},
                                         SharedSet{"mawps/singleop.jsonl", 562, DataFormat::Mawps},
                                         SharedSet{"mawps/test.jsonl", 2065, DataFormat::Mawps}),
                         [](const auto& info) {
                           std::string name = info.param.file;
                           for (char& c : name) c = c == '/' || c == '.' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace r1
