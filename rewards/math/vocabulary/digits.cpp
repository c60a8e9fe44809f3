#include "rewards/math/vocabulary/digits.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace r1 {
namespace {

constexpr uint64_t kBase = 1'000'000'000;
constexpr size_t kDigitsPerLimb = 9;

// Limbs of nine digits, least significant first.
std::vector<uint64_t> to_limbs(std::string_view digits) {
  std::vector<uint64_t> limbs;
  while (!digits.empty()) {
    const size_t size = std::min(digits.size(), kDigitsPerLimb);
    uint64_t limb = 0;
    for (char digit : digits.substr(digits.size() - size))
      limb = limb * 10 + static_cast<uint64_t>(digit - '0');
    limbs.push_back(limb);
    digits.remove_suffix(size);
  }
  return limbs;
}

std::string from_limbs(const std::vector<uint64_t>& limbs) {
  std::string digits;
  for (auto limb = limbs.rbegin(); limb != limbs.rend(); ++limb) {
    const std::string part = std::to_string(*limb);
    digits.append(kDigitsPerLimb - part.size(), '0');
    digits += part;
  }
  return strip_leading_zeros(digits);
}

}  // namespace

std::string strip_leading_zeros(std::string_view digits) {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return std::string(digits);
}

std::string add_digits(std::string_view a, std::string_view b) {
  std::vector<uint64_t> sum = to_limbs(a);
  const std::vector<uint64_t> other = to_limbs(b);
  sum.resize(std::max(sum.size(), other.size()) + 1);
  uint64_t carry = 0;
  for (size_t i = 0; i < sum.size(); ++i) {
    sum[i] += carry + (i < other.size() ? other[i] : 0);
    carry = sum[i] / kBase;
    sum[i] %= kBase;
  }
  return from_limbs(sum);
}

std::string multiply_digits(std::string_view a, std::string_view b) {
  const std::vector<uint64_t> x = to_limbs(a), y = to_limbs(b);
  std::vector<uint64_t> product(x.size() + y.size() + 1);
  for (size_t i = 0; i < x.size(); ++i) {
    uint64_t carry = 0;
    for (size_t j = 0; j < y.size() || carry > 0; ++j) {
      const uint64_t sum =
          product[i + j] + carry + (j < y.size() ? x[i] * y[j] : 0);  // below 2^64: 10^18 + 2 * 10^9
      product[i + j] = sum % kBase;
      carry = sum / kBase;
    }
  }
  return from_limbs(product);
}

bool less_digits(std::string_view a, std::string_view b) {
  const std::string x = strip_leading_zeros(a), y = strip_leading_zeros(b);
  return x.size() != y.size() ? x.size() < y.size() : x < y;
}

}  // namespace r1
