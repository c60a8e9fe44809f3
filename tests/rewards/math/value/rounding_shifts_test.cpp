#include "rewards/math/value/rounding_shifts.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "rewards/math/parse/parser.h"

namespace r1::math {
namespace {

std::string plain_floors(std::string_view text) {
  Fuel fuel(10000);
  Arena arena(fuel);
  return tree_text(with_plain_floors(arena, parse_answer(arena, text, {}).node));
}

TEST(RoundingShifts, AnIntegerLeavesTheFloor) {
  EXPECT_EQ(plain_floors("\\lfloor x+1\\rfloor"), plain_floors("\\lfloor x\\rfloor+1"));
  EXPECT_EQ(plain_floors("\\lfloor 2+x+y\\rfloor"), plain_floors("\\lfloor x+y\\rfloor+2"));
}

TEST(RoundingShifts, WhatIsNoIntegerStaysInTheFloor) {
  EXPECT_NE(plain_floors("\\lfloor x+0.5\\rfloor"), plain_floors("\\lfloor x\\rfloor+0.5"));
  EXPECT_NE(plain_floors("\\lfloor 2x\\rfloor"), plain_floors("2\\lfloor x\\rfloor"));
  EXPECT_NE(plain_floors("\\lfloor x+n\\rfloor"), plain_floors("\\lfloor x\\rfloor+n"));
}

TEST(RoundingShifts, ACeilingIsAFloorTurnedRound) {
  EXPECT_EQ(plain_floors("\\lceil x\\rceil"), plain_floors("-\\lfloor -x\\rfloor"));
  EXPECT_EQ(plain_floors("\\lceil -x\\rceil"), plain_floors("-\\lfloor x\\rfloor"));
  EXPECT_NE(plain_floors("\\lceil x\\rceil"), plain_floors("\\lfloor x\\rfloor"));
}

}  // namespace
}  // namespace r1::math
