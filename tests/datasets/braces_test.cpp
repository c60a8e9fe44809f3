#include "datasets/braces.h"

#include <gtest/gtest.h>

#include <string>

namespace r1 {
namespace {

std::string content(std::string_view text) { return std::string(braced(text, 0).value_or("none")); }

TEST(Braces, TheContentEndsAtTheBraceThatMatches) {
  EXPECT_EQ(content("{}"), "");
  EXPECT_EQ(content("{a} b}"), "a");
  EXPECT_EQ(content("{\\frac{1}{2}} c"), "\\frac{1}{2}");
  EXPECT_EQ(braced("x{1}{2}", 4), "2");
}

// Pairs of escaped braces would cancel; alone each of them moves the end.
TEST(Braces, AnEscapedBraceDoesNotCount) {
  EXPECT_EQ(content("{\\left\\{ x} y"), "\\left\\{ x");
  EXPECT_EQ(content("{x \\} y} z"), "x \\} y");
  EXPECT_EQ(content("{\\{1, 2\\}}"), "\\{1, 2\\}");
}

TEST(Braces, AnEscapedBackslashEscapesNothing) { EXPECT_EQ(content("{a\\\\} b}"), "a\\\\"); }

TEST(Braces, ABraceThatNeverClosesHasNoContent) {
  for (const char* text : {"{", "{{}", "{\\}", "{\\"}) EXPECT_EQ(braced(text, 0), std::nullopt) << text;
}

}  // namespace
}  // namespace r1
