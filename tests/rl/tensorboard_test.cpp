#include "rl/tensorboard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <variant>
#include <vector>

#include "base/errors.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// An independent reader, written from the formats' descriptions: bit-wise CRC, generic protocol buffer
// fields.
uint32_t crc_bit_by_bit(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFF;
  for (unsigned char byte : bytes) {
    for (int bit = 0; bit < 8; ++bit) {
      const bool out = (crc ^ (byte >> bit)) & 1;
      crc >>= 1;
      if (out) crc ^= 0x82F63B78;
    }
  }
  return ~crc;
}

uint32_t mask(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8; }

template <class T>
T take(std::string_view& bytes) {
  T value;
  EXPECT_GE(bytes.size(), sizeof(T));
  std::memcpy(&value, bytes.data(), sizeof(T));
  bytes.remove_prefix(sizeof(T));
  return value;
}

uint64_t take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const uint8_t byte = take<uint8_t>(bytes);
    value |= uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
}

using Fields = std::multimap<int, std::variant<uint64_t, double, float, std::string>>;

Fields decode_message(std::string_view bytes) {
  Fields fields;
  while (!bytes.empty()) {
    const uint64_t key = take_varint(bytes);
    const int number = static_cast<int>(key >> 3);
    switch (key & 7) {
      case 0:
        fields.emplace(number, take_varint(bytes));
        break;
      case 1:
        fields.emplace(number, take<double>(bytes));
        break;
      case 5:
        fields.emplace(number, take<float>(bytes));
        break;
      case 2: {
        const size_t size = take_varint(bytes);
        fields.emplace(number, std::string(bytes.substr(0, size)));
        bytes.remove_prefix(size);
        break;
      }
      default:
        ADD_FAILURE() << "wire type " << (key & 7);
        return fields;
    }
  }
  return fields;
}

std::vector<std::string> decode_frames(const std::string& file) {
  std::vector<std::string> records;
  std::string_view rest = file;
  while (!rest.empty()) {
    const std::string_view length_bytes = rest.substr(0, 8);
    const uint64_t length = take<uint64_t>(rest);
    EXPECT_EQ(take<uint32_t>(rest), mask(crc_bit_by_bit(length_bytes)));
    records.emplace_back(rest.substr(0, length));
    rest.remove_prefix(length);
    EXPECT_EQ(take<uint32_t>(rest), mask(crc_bit_by_bit(records.back())));
  }
  return records;
}

template <class T>
T field(const Fields& fields, int number) {
  EXPECT_EQ(fields.count(number), 1u) << "field " << number;
  return std::get<T>(fields.find(number)->second);
}

TEST(TensorBoard, Crc32cMatchesPublishedVectors) {
  EXPECT_EQ(crc32c(""), 0u);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  // RFC 3720, appendix B.4.
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  std::string ascending;
  for (int i = 0; i < 32; ++i) ascending += static_cast<char>(i);
  EXPECT_EQ(crc32c(ascending), 0x46DD794Eu);
}

TEST(TensorBoard, TheFirstFrameIsTheOneTensorFlowWrites) {
  // Event{wall_time: 1.0, file_version: "brain.Event:2"} as protoc serialises it.
  const std::string expected(
      "\x09\0\0\0\0\0\0\xF0\x3F\x1A\x0D"
      "brain.Event:2",
      24);
  EXPECT_EQ(file_version_event(1.0), expected);
  const std::string frame = tfrecord_frame(expected);
  EXPECT_EQ(frame.substr(0, 8), std::string("\x18\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(decode_frames(frame), std::vector<std::string>{expected});
}

TEST(TensorBoard, WritesVersionSessionAndScalars) {
  TempFolder folder;
  TensorBoardWriter writer(folder / "tb", 1, 1700000000.5);
  writer.write(1, {{"reward", 0.25}, {"kl", -1.5}}, 1700000001.25);
  writer.write(300, {{"loss", std::nan("")}}, 1700000002.0);
  writer.sync();
  EXPECT_THAT(writer.path(), HasSubstr("/events.out.tfevents.1700000000."));

  const auto records = decode_frames(read_file(writer.path()));
  ASSERT_THAT(records, SizeIs(4));
  EXPECT_EQ(field<std::string>(decode_message(records[0]), 3), "brain.Event:2");
  const Fields session = decode_message(records[1]);
  EXPECT_EQ(field<uint64_t>(session, 2), 1u);
  EXPECT_EQ(field<uint64_t>(decode_message(field<std::string>(session, 7)), 1), 1u);

  const Fields event = decode_message(records[2]);
  EXPECT_EQ(field<double>(event, 1), 1700000001.25);
  EXPECT_EQ(field<uint64_t>(event, 2), 1u);
  std::map<std::string, float> scalars;
  const Fields summary = decode_message(field<std::string>(event, 5));
  for (const auto& [number, value] : summary) {
    const Fields scalar = decode_message(std::get<std::string>(value));
    scalars[field<std::string>(scalar, 1)] = field<float>(scalar, 2);
  }
  EXPECT_EQ(scalars, (std::map<std::string, float>{{"kl", -1.5f}, {"reward", 0.25f}}));

  const Fields last = decode_message(records[3]);
  EXPECT_EQ(field<uint64_t>(last, 2), 300u);  // two bytes of varint
  const Fields value = decode_message(field<std::string>(decode_message(field<std::string>(last, 5)), 1));
  EXPECT_TRUE(std::isnan(field<float>(value, 2)));
}

TEST(TensorBoard, ANewFileSortsAfterEveryEarlierOne) {
  TempFolder folder;
  std::vector<std::string> paths;
  // The same second again, and a clock that went back.
  for (double wall : {1700000000.0, 1700000000.9, 1600000000.0}) {
    paths.push_back(TensorBoardWriter(folder.path(), 1, wall).path());
  }
  EXPECT_LT(paths[0], paths[1]);
  EXPECT_LT(paths[1], paths[2]);
}

TEST(TensorBoard, AFolderThatCannotBeMadeIsNamed) {
  try {
    TensorBoardWriter("/proc/nowhere/tb", 1, 1.0);
    FAIL() << "no exception";
  } catch (const IoError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/proc/nowhere/tb"));
  }
}

}  // namespace
}  // namespace r1
