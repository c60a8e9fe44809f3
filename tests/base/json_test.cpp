#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/errors.h"
#include "base/files.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

std::string nested(int levels) { return std::string(levels, '[') + std::string(levels, ']'); }

TEST(Json, AcceptsTheDepthItAllowsAndNotOneMore) {
  EXPECT_NO_THROW(parse_json(nested(64), "x"));
  EXPECT_THAT([] { parse_json(nested(65), "deep.json:3"); },
              ThrowsMessage<DataError>(AllOf(HasSubstr("deep.json:3"), HasSubstr("64"))));
  EXPECT_NO_THROW(parse_json("{\"a\":{\"b\":1}}", "x", {.max_depth = 2}));
  EXPECT_THROW(parse_json("{\"a\":{\"b\":[]}}", "x", {.max_depth = 2}), DataError);
  EXPECT_NO_THROW(parse_json("1", "x", {.max_depth = 0}));
}

TEST(Json, AMillionBracketsAreAnErrorAndNoCrash) {
  EXPECT_THROW(parse_json(nested(1'000'000), "x"), DataError);
  EXPECT_THROW(parse_json(std::string(1'000'000, '['), "x"), DataError);
  std::string objects;
  for (int i = 0; i < 200'000; ++i) objects += "{\"a\":";
  EXPECT_THROW(parse_json(objects, "x"), DataError);
}

TEST(Json, EveryKindOfBadTextIsADataErrorInOneLine) {
  for (const char* bad : {"", "{", "[1,]", "{\"a\" 1}", "nul", "\"\xFF\"", "1e999", "[-1e999]", "01", "1 2",
                          "\"\n\"", "{\"a\":1}x", "// c\n1", "NaN", "\"\\ud800\""}) {
    EXPECT_THAT([&] { parse_json(bad, "train.jsonl:17"); },
                ThrowsMessage<DataError>(AllOf(HasSubstr("train.jsonl:17: "), Not(HasSubstr("\n")))))
        << bad;
  }
}

TEST(Json, CommentsOnlyWhereTheyAreAllowed) {
  const char* text = "{ // first\n \"a\": /* inner */ 1 }";
  EXPECT_EQ(parse_json(text, "x", {.allow_comments = true})["a"], 1);
  EXPECT_THROW(parse_json(text, "x"), DataError);
}

TEST(Json, DumpsBadUtf8AsReplacementCharacters) {
  EXPECT_EQ(dump_json(Json("a\xFF"
                           "b")),
            "\"a\xEF\xBF\xBD"
            "b\"");
  EXPECT_EQ(dump_json(Json{{"b", 1}, {"a", 2}}), "{\"a\":2,\"b\":1}");
  EXPECT_EQ(dump_json(Json{{"b", 1}}, 2), "{\n  \"b\": 1\n}");
}

TEST(Json, FilesAreNamedInErrors) {
  TempFolder folder;
  write_file_durably(folder / "x.json", "{");
  EXPECT_THAT([&] { read_json_file(folder / "x.json"); },
              ThrowsMessage<DataError>(HasSubstr(folder / "x.json")));
  EXPECT_THAT([&] { read_json_file(folder / "y.json"); },
              ThrowsMessage<IoError>(HasSubstr(folder / "y.json")));
}

}  // namespace
}  // namespace r1
