#include "datasets/unicode_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include "base/errors.h"
#include "base/utf8.h"

namespace r1 {

namespace {

// Canonical decomposition without reordering. utf8proc's own reordering is an insertion sort, quadratic in
// the length of a run of marks, so the marks are sorted here.
std::vector<int32_t> decompose(std::string_view text) {
  std::vector<int32_t> code_points;
  code_points.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    constexpr int kRoom = 8;  // the longest canonical decomposition has four characters
    int32_t decomposed[kRoom];
    int boundary = 0;
    auto code_point = static_cast<int32_t>(next_code_point(text, at));
    auto length = utf8proc_decompose_char(code_point, decomposed, kRoom, UTF8PROC_DECOMPOSE, &boundary);
    check(length >= 0 && length <= kRoom, "a code point decomposes into at most 8");
    code_points.insert(code_points.end(), decomposed, decomposed + length);
  }
  return code_points;
}

int combining_class(int32_t code_point) { return utf8proc_get_property(code_point)->combining_class; }

void sort_marks(std::vector<int32_t>& code_points) {
  auto run = code_points.begin();
  while (run != code_points.end()) {
    run = std::find_if(run, code_points.end(), [](int32_t c) { return combining_class(c) != 0; });
    auto end = std::find_if(run, code_points.end(), [](int32_t c) { return combining_class(c) == 0; });
    std::stable_sort(run, end, [](int32_t a, int32_t b) { return combining_class(a) < combining_class(b); });
    run = end;
  }
}

}  // namespace

std::string to_nfc(std::string_view text) {
  bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
  if (ascii) return std::string(text);
  std::vector<int32_t> code_points = decompose(text);
  sort_marks(code_points);
  auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  auto length = utf8proc_normalize_utf32(code_points.data(),
                                         static_cast<utf8proc_ssize_t>(code_points.size()), options);
  check(length >= 0, "composition of decomposed text succeeds");
  std::string composed;
  composed.reserve(text.size());
  for (utf8proc_ssize_t i = 0; i < length; ++i) append_utf8(composed, static_cast<uint32_t>(code_points[i]));
  return composed;
}

bool is_white_space(uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_word_character(uint32_t c) {
  if (c == 0x200C || c == 0x200D) return true;  // Join_Control
  if (c >= 0x24B6 && c <= 0x24E9) return true;  // circled letters are Alphabetic
  switch (utf8proc_category(static_cast<int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      return false;
  }
}

}  // namespace r1
