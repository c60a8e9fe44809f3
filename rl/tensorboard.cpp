#include "rl/tensorboard.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <filesystem>

#include "base/errors.h"

namespace r1 {
namespace {

static_assert(std::endian::native == std::endian::little, "frames are little endian and written as they lie");

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) ? 0x82F63B78u : 0u);
    table[byte] = remainder;
  }
  return table;
}

template <class T>
void append_raw(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

// Protocol buffer wire format: a key is field_number << 3 | wire_type.
enum WireType : uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void append_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>((value & 0x7F) | 0x80);
  out += static_cast<char>(value);
}

void append_key(std::string& out, uint64_t field, WireType type) { append_varint(out, field << 3 | type); }

void append_bytes(std::string& out, uint64_t field, std::string_view bytes) {
  append_key(out, field, kBytes);
  append_varint(out, bytes.size());
  out += bytes;
}

std::string event_header(double wall_time, int64_t step) {
  std::string out;
  append_key(out, 1, kFixed64);
  append_raw(out, wall_time);
  if (step != 0) {  // zero is the default and left out
    append_key(out, 2, kVarint);
    append_varint(out, static_cast<uint64_t>(step));
  }
  return out;
}

constexpr std::string_view kFilePrefix = "events.out.tfevents.";

// The largest <seconds> of the event files that are there; 0 when there are none.
int64_t newest_seconds(const std::filesystem::path& folder) {
  int64_t newest = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(kFilePrefix)) continue;
    int64_t seconds = 0;
    std::from_chars(name.data() + kFilePrefix.size(), name.data() + name.size(), seconds);
    newest = std::max(newest, seconds);
  }
  return newest;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
  return name.data();
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  static constexpr std::array<uint32_t, 256> kTable = make_crc_table();
  uint32_t crc = ~0u;
  for (unsigned char byte : bytes) crc = (crc >> 8) ^ kTable[(crc ^ byte) & 0xFF];
  return ~crc;
}

uint32_t masked_crc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8u; }

std::string tfrecord_frame(std::string_view data) {
  std::string length, frame;
  append_raw(length, static_cast<uint64_t>(data.size()));
  frame += length;
  append_raw(frame, masked_crc32c(length));
  frame += data;
  append_raw(frame, masked_crc32c(data));
  return frame;
}

std::string file_version_event(double wall_time) {
  std::string event = event_header(wall_time, 0);
  append_bytes(event, 3, "brain.Event:2");
  return event;
}

std::string session_start_event(double wall_time, int64_t first_step) {
  std::string event = event_header(wall_time, first_step);
  std::string session_log;
  append_key(session_log, 1, kVarint);  // SessionLog.status = START
  append_varint(session_log, 1);
  append_bytes(event, 7, session_log);
  return event;
}

std::string scalars_event(double wall_time, int64_t step, const std::map<std::string, double>& scalars) {
  std::string summary;
  for (const auto& [name, number] : scalars) {
    std::string value;
    append_bytes(value, 1, name);  // Summary.Value.tag
    append_key(value, 2, kFixed32);
    append_raw(value, static_cast<float>(number));  // Summary.Value.simple_value
    append_bytes(summary, 1, value);
  }
  std::string event = event_header(wall_time, step);
  append_bytes(event, 5, summary);
  return event;
}

TensorBoardWriter::TensorBoardWriter(const std::string& folder, int64_t first_step, double wall_time) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw IoError(fmt::format("{}: cannot create the folder: {}", folder, error.message()));
  const int64_t seconds = std::max(static_cast<int64_t>(wall_time), newest_seconds(folder) + 1);
  path_ = fmt::format("{}/{}{:010}.{}", folder, kFilePrefix, seconds, host_name());
  file_.emplace(path_, FileWriter::Mode::Truncate);
  file_->write(tfrecord_frame(file_version_event(wall_time)) +
               tfrecord_frame(session_start_event(wall_time, first_step)));
}

void TensorBoardWriter::write(int64_t step, const std::map<std::string, double>& scalars, double wall_time) {
  file_->write(tfrecord_frame(scalars_event(wall_time, step, scalars)));
}

void TensorBoardWriter::sync() { file_->sync(); }

}  // namespace r1
