#include "rewards/math/judge_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "base/files.h"
#include "base/json.h"
#include "tests/temp_folder.h"

namespace r1::math {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Json judge(const std::string& line, bool explain = false) {
  return parse_json(judge_line(line, 7, "in:7", MathPolicy::strict(), explain).result, "result");
}

std::string error_of(const std::string& line) {
  const JudgedLine judged = judge_line(line, 7, "in:7", MathPolicy::strict());
  EXPECT_EQ(parse_json(judged.result, "result").value("error", ""), judged.error);
  return judged.error;
}

TEST(JudgeLines, AnAnswerLineGetsItsVerdictUnderItsId) {
  const Json result = judge(R"({"id": "a1", "gold": "0.5", "answer": "1/2"})");
  EXPECT_EQ(result["id"], "a1");
  EXPECT_EQ(result["verdict"], "EQUAL");
  EXPECT_EQ(result["evidence"], "exact");
  EXPECT_EQ(result["extracted"], "1/2");
  EXPECT_GT(result["fuel"].get<int64_t>(), 0);
  EXPECT_EQ(result.size(), 6u) << result;
}

TEST(JudgeLines, ACompletionLineIsExtractedFirst) {
  EXPECT_EQ(judge(R"({"gold": "3", "completion": "so \\boxed{3}"})")["extracted"], "3");
  EXPECT_EQ(judge(R"({"gold": "3", "completion": "three"})")["verdict"], "NO_ANSWER");
  EXPECT_EQ(judge(R"({"gold": "3", "completion": "\\boxed{3}", "thinking_open": true})")["verdict"],
            "NO_ANSWER");
}

TEST(JudgeLines, GoldMayBeAListOrAWholeNumber) {
  EXPECT_EQ(judge(R"({"gold": ["4", "5"], "answer": "5"})")["verdict"], "EQUAL");
  EXPECT_EQ(judge(R"({"gold": 18446744073709551615, "answer": "18446744073709551615"})")["verdict"], "EQUAL");
  EXPECT_EQ(judge(R"({"gold": [], "answer": "5"})")["verdict"], "BAD_GOLD");
}

TEST(JudgeLines, ExplainAddsTheTrees) {
  const Json result = judge(R"({"gold": "5", "answer": "5"})", true);
  EXPECT_FALSE(result["answer_tree"].get<std::string>().empty());
  EXPECT_FALSE(result["gold_tree"].get<std::string>().empty());
}

TEST(JudgeLines, ALineThatAsksNothingIsAnErrorWithPlaceAndRemedy) {
  EXPECT_THAT(error_of("{\"gold\": \"4"), StartsWith("in:7"));
  EXPECT_THAT(error_of("[1]"), HasSubstr("write {"));
  EXPECT_THAT(error_of(R"({"answer": "4"})"), HasSubstr("no \"gold\""));
  EXPECT_THAT(error_of(R"({"gold": "4"})"), HasSubstr("\"answer\" and \"completion\""));
  EXPECT_THAT(error_of(R"({"gold": "4", "answer": "4", "completion": "4"})"), HasSubstr("needs one of"));
  EXPECT_THAT(error_of(R"({"gold": 0.1, "answer": "0.1"})"), HasSubstr("put it in quotes"));
  EXPECT_THAT(error_of(R"({"gold": "1", "answer": {}})"), HasSubstr("put it in quotes"));
  EXPECT_THAT(error_of(R"({"gold": "1", "answer": "1", "thinking_open": 1})"), HasSubstr("thinking_open"));
  EXPECT_THAT(error_of(R"({"gold": 1e999, "answer": "1"})"), StartsWith("in:7"));
}

TEST(JudgeLines, ResultsComeInTheOrderOfTheInputWithNothingLost) {
  TempFolder folder;
  std::string content;
  for (int i = 0; i < 20000; ++i) {
    content += i % 1000 == 3
                   ? std::string("broken\n")
                   : fmt::format("{{\"id\": {}, \"gold\": \"{}\", \"answer\": \"{}\"}}\n\n", i, i, i % 7);
  }
  write_file_durably(folder / "in", content);
  LineBlocks lines(folder / "in");
  ThreadPool pool(3);
  int64_t written = 0;
  const LineTally tally = judge_lines(lines, MathPolicy::strict(), false, pool, [&](const JudgedLine& line) {
    const Json result = parse_json(line.result, "result");
    if (line.error.empty()) {
      EXPECT_EQ(result["id"], written);
    }
    ++written;
  });
  EXPECT_EQ(written, 20000);
  EXPECT_EQ(tally.num_bad_lines, 20);
  EXPECT_EQ(tally.num_judged(), 19980);
  EXPECT_EQ(tally.outcomes[static_cast<size_t>(MathOutcome::Equal)], 6);  // 0 to 6, but 3 is broken
}

}  // namespace
}  // namespace r1::math
