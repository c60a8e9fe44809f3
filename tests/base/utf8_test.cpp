#include "base/utf8.h"

#include <gtest/gtest.h>

namespace r1 {
namespace {

std::vector<uint32_t> code_points(std::string_view text) {
  std::vector<uint32_t> out;
  for (size_t at = 0; at < text.size();) out.push_back(next_code_point(text, at));
  return out;
}

TEST(Utf8, EveryCodePointSurvivesTheRoundTrip) {
  for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    append_utf8(text, c);
    ASSERT_TRUE(is_valid_utf8(text)) << c;
    ASSERT_EQ(code_points(text), std::vector<uint32_t>{c});
    ASSERT_EQ(complete_utf8_prefix(text), text.size()) << c;
    ASSERT_EQ(repair_utf8(text), text);
  }
}

TEST(Utf8, OverlongFormsSurrogatesAndTooLargeValuesAreIllFormed) {
  for (const char* text :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\x80"}) {
    EXPECT_FALSE(is_valid_utf8(text));
    for (uint32_t c : code_points(text)) EXPECT_EQ(c, kReplacementChar);
    EXPECT_EQ(code_points(text).size(), std::string_view(text).size());
  }
}

TEST(Utf8, WhatIsNotACharacterIsWrittenAsTheReplacementCharacter) {
  std::string text;
  append_utf8(text, 0xD800);
  append_utf8(text, 0x110000);
  EXPECT_EQ(text, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Utf8, TheCompletePrefixStopsBeforeAnUnfinishedCharacter) {
  EXPECT_EQ(complete_utf8_prefix(""), 0u);
  EXPECT_EQ(complete_utf8_prefix("ab\xE4\xBD"), 2u);
  EXPECT_EQ(complete_utf8_prefix("ab\xF0\x9F\x98"), 2u);
  EXPECT_EQ(complete_utf8_prefix("\xC3"), 0u);
  EXPECT_EQ(complete_utf8_prefix("ab\xE4\xBD\xA0"), 5u);
}

TEST(Utf8, BytesThatCanNeverBecomeValidCountAsComplete) {
  EXPECT_EQ(complete_utf8_prefix("a\xED\xA0"), 3u);  // would be a surrogate
  EXPECT_EQ(complete_utf8_prefix("a\xE0\x80"), 3u);  // would be overlong
  EXPECT_EQ(complete_utf8_prefix("a\x80\x80\x80"), 4u);
  EXPECT_EQ(complete_utf8_prefix("a\xFF"), 2u);
}

TEST(Utf8, RepairReplacesEachMaximalIllFormedPartOnce) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(repair_utf8("a\xE4\xBDz"), "a" + r + "z");  // a cut-off character is one part
  EXPECT_EQ(repair_utf8("\xF0\x9F\x98"), r);
  EXPECT_EQ(repair_utf8("\xED\xA0\x80"), r + r + r);  // no part of a surrogate starts a character
  EXPECT_EQ(repair_utf8("\xC0\x80x\x80"), r + r + "x" + r);
}

}  // namespace
}  // namespace r1
