#include "datasets/unicode_text.h"

#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include "base/errors.h"
#include "base/utf8.h"

namespace r1 {

namespace {

// Hugging Face's NFC has the tables of Unicode 9: what was assigned later neither moves nor composes there. These are
// the later combining marks (up to Unicode 16), and the one later pair that composes.
struct Range {
  uint32_t first, last;
};
constexpr Range kAfterUnicode9[] = {
    {0x7FD, 0x7FD},     {0x897, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},     {0xC3C, 0xC3C},
    {0xD3B, 0xD3C},     {0xEBA, 0xEBA},     {0x1715, 0x1715},   {0x1ABF, 0x1ACE},   {0x1DF6, 0x1DFA},
    {0xA82C, 0xA82C},   {0x10D24, 0x10D27}, {0x10D69, 0x10D6D}, {0x10EAB, 0x10EAC}, {0x10EFC, 0x10EFF},
    {0x10F46, 0x10F50}, {0x10F82, 0x10F85}, {0x11070, 0x11070}, {0x1133B, 0x1133B}, {0x113CE, 0x113D0},
    {0x113E1, 0x113E2}, {0x1145E, 0x1145E}, {0x11839, 0x1183A}, {0x11930, 0x11930}, {0x11938, 0x11938},
    {0x1193D, 0x1193E}, {0x11943, 0x11943}, {0x119E0, 0x119E0}, {0x11A34, 0x11A34}, {0x11A47, 0x11A47},
    {0x11A99, 0x11A99}, {0x11D42, 0x11D42}, {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x11F41, 0x11F42},
    {0x1612F, 0x1612F}, {0x16FF0, 0x16FF1}, {0x1E08F, 0x1E08F}, {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE},
    {0x1E2EC, 0x1E2EF}, {0x1E4EC, 0x1E4EF}, {0x1E5EE, 0x1E5EF}};

bool is_after_unicode9(uint32_t c) {
  const auto* found = std::lower_bound(std::begin(kAfterUnicode9), std::end(kAfterUnicode9), c,
                                       [](const Range& range, uint32_t value) { return range.last < value; });
  return found != std::end(kAfterUnicode9) && found->first <= c;
}

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

void append_nfc(std::string& out, std::string_view text) {
  std::vector<int32_t> code_points = decompose(text);
  sort_marks(code_points);
  auto options = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
  auto size = static_cast<utf8proc_ssize_t>(code_points.size());
  auto length = utf8proc_normalize_utf32(code_points.data(), size, options);
  check(length >= 0, "composition of decomposed text succeeds");
  for (utf8proc_ssize_t i = 0; i < length; ++i) append_utf8(out, static_cast<uint32_t>(code_points[i]));
}

}  // namespace

std::string to_nfc(std::string_view text) {
  bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
  if (ascii) return std::string(text);
  std::string out;
  out.reserve(text.size());
  size_t begin = 0;  // of the stretch that is not yet written
  for (size_t at = 0; at < text.size();) {
    size_t here = at;
    if (!is_after_unicode9(next_code_point(text, at))) continue;
    append_nfc(out, text.substr(begin, here - begin));
    out += text.substr(here, at - here);
    begin = at;
  }
  append_nfc(out, text.substr(begin));
  return out;
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
