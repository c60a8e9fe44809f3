#include "base/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace r1 {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Errors, ABrokenPromiseNamesItselfAndItsPlace) {
  EXPECT_NO_THROW(check(true, "one is one"));
  const int line = __LINE__ + 1;
  EXPECT_THAT([] { check(false, "one is two"); },
              ThrowsMessage<std::logic_error>(
                  AllOf(HasSubstr("one is two"), HasSubstr("errors_test.cpp:" + std::to_string(line)))));
}

TEST(Errors, AreOneFamilyAndABugIsNotOfIt) {
  EXPECT_THROW(throw ConfigError("x"), Error);
  EXPECT_THROW(throw DataError("x"), Error);
  EXPECT_THROW(throw CheckpointError("x"), Error);
  EXPECT_THROW(throw NumericsError("x"), Error);
  EXPECT_THROW(throw IoError("x"), Error);
  EXPECT_THROW(throw Interrupted("x"), Error);
  try {
    check(false, "x");
  } catch (const Error&) {
    FAIL() << "a bug must not look like trouble of the user";
  } catch (const std::logic_error&) {
  }
}

}  // namespace
}  // namespace r1
