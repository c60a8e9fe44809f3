#include "rewards/math/vocabulary/digits.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "base/rng.h"

namespace r1 {
namespace {

TEST(Digits, AgreeWithMachineArithmetic) {
  for (uint64_t i = 0; i < 2000; ++i) {
    const uint64_t a = random_block(1, Stream::Generator, i, 0)[0] >> (i % 32);
    const uint64_t b = random_block(1, Stream::Generator, i, 1)[0] >> (i % 29);
    EXPECT_EQ(add_digits(std::to_string(a), std::to_string(b)), std::to_string(a + b));
    EXPECT_EQ(multiply_digits(std::to_string(a), std::to_string(b)), std::to_string(a * b));
    EXPECT_EQ(less_digits(std::to_string(a), std::to_string(b)), a < b);
  }
}

// (10^n - 1)^2 = 99...9800...01, with every carry there is.
TEST(Digits, CarriesRunThroughLongNumbers) {
  for (size_t n : {1u, 8u, 9u, 10u, 18u, 500u}) {
    const std::string nines(n, '9');
    EXPECT_EQ(multiply_digits(nines, nines), std::string(n - 1, '9') + "8" + std::string(n - 1, '0') + "1")
        << n;
    EXPECT_EQ(add_digits(nines, "1"), "1" + std::string(n, '0')) << n;
  }
}

TEST(Digits, LeadingZerosDoNotMatter) {
  EXPECT_EQ(strip_leading_zeros("0000"), "0");
  EXPECT_EQ(multiply_digits("0007", "006"), "42");
  EXPECT_EQ(multiply_digits("0", "999999999999"), "0");
  EXPECT_TRUE(less_digits("0002", "10"));
  EXPECT_FALSE(less_digits("10", "0010"));
}

}  // namespace
}  // namespace r1
