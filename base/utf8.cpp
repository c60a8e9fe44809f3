#include "base/utf8.h"

namespace r1 {

namespace {

// One row of Table 3-7 of the Unicode standard: how long a sequence with this first byte is and which second
// bytes it allows (the narrowed ranges are what keeps out overlong forms, surrogates and values above
// U+10FFFF).
struct LeadByte {
  int length;  // 0: no sequence starts with this byte
  uint8_t second_low, second_high;
};

LeadByte lead_byte(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// How many bytes at text[at] follow the row: equal to row.length for a whole character.
int matching_bytes(std::string_view text, size_t at, const LeadByte& row) {
  int matched = row.length > 0 ? 1 : 0;
  while (matched < row.length && at + matched < text.size()) {
    auto byte = static_cast<uint8_t>(text[at + matched]);
    uint8_t low = matched == 1 ? row.second_low : 0x80;
    uint8_t high = matched == 1 ? row.second_high : 0xBF;
    if (byte < low || byte > high) break;
    ++matched;
  }
  return matched;
}

// Length of the well-formed sequence at text[at]; 0 when there is none.
int sequence_length(std::string_view text, size_t at) {
  LeadByte row = lead_byte(static_cast<uint8_t>(text[at]));
  return matching_bytes(text, at, row) == row.length ? row.length : 0;
}

}  // namespace

uint32_t next_code_point(std::string_view text, size_t& at) {
  auto lead = static_cast<uint8_t>(text[at]);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  int length = sequence_length(text, at);
  if (length == 0) {
    ++at;
    return kReplacementChar;
  }
  uint32_t code_point = lead & (0x7Fu >> length);
  for (int i = 1; i < length; ++i) code_point = code_point << 6 | (static_cast<uint8_t>(text[at + i]) & 0x3F);
  at += length;
  return code_point;
}

void append_utf8(std::string& out, uint32_t code_point) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) code_point = kReplacementChar;
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
    return;
  }
  int length = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
  uint32_t lead_mark = 0xF00u >> length & 0xFF;
  out += static_cast<char>(lead_mark | code_point >> 6 * (length - 1));
  for (int i = length - 2; i >= 0; --i) out += static_cast<char>(0x80 | (code_point >> 6 * i & 0x3F));
}

bool is_valid_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    int length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

size_t complete_utf8_prefix(std::string_view text) {
  // Only a lead byte among the last three can start a sequence that the end of the text cuts off.
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    size_t at = text.size() - back;
    LeadByte row = lead_byte(static_cast<uint8_t>(text[at]));
    if (row.length <= 1) continue;
    bool cut_off =
        static_cast<size_t>(row.length) > back && matching_bytes(text, at, row) == static_cast<int>(back);
    return cut_off ? at : text.size();
  }
  return text.size();
}

std::string repair_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  std::string repaired;
  repaired.reserve(text.size() + 16);
  for (size_t at = 0; at < text.size();) {
    LeadByte row = lead_byte(static_cast<uint8_t>(text[at]));
    int matched = matching_bytes(text, at, row);
    bool whole = row.length > 0 && matched == row.length;
    if (whole) {
      repaired += text.substr(at, matched);
    } else {
      append_utf8(repaired, kReplacementChar);
    }
    at += matched > 0 ? matched : 1;
  }
  return repaired;
}

}  // namespace r1
