#include "policy/safetensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "base/errors.h"
#include "base/files.h"
#include "tests/policy/golden.h"
#include "tests/temp_folder.h"

namespace r1 {
namespace {

using testing::HasSubstr;

// A file with this header text and so many bytes of data. `length` overrides the true header length.
std::string file_of(std::string header, size_t data_bytes, std::optional<uint64_t> length = {}) {
  const uint64_t stated = length.value_or(header.size());
  std::string out(sizeof stated, '\0');
  std::memcpy(out.data(), &stated, sizeof stated);
  return out + header + std::string(data_bytes, '\1');
}

std::string error_of(const TempFolder& folder, const std::string& content) {
  const std::string path = folder / "broken.safetensors";
  write_file_durably(path, content);
  const std::string message = message_of<CheckpointError>([&] { SafetensorsFile file(path); });
  EXPECT_THAT(message, HasSubstr(path));
  return message;
}

NamedTensors samples() {
  const at::Tensor numbers = at::arange(24, at::kFloat).sub(7.5).div(3);
  return {{"b.float", numbers.view({2, 3, 4})},
          {"a.half", numbers.to(at::kHalf)},
          {"c.bfloat", numbers.to(at::kBFloat16).view({4, 6})},
          {"d.ids", at::arange(5, at::kLong)},
          {"e.scalar", at::zeros({}, at::kFloat)},
          {"f.empty", at::zeros({0, 3}, at::kFloat)}};
}

TEST(Safetensors, GivesBackWhatWasWritten) {
  TempFolder folder;
  const std::string path = folder / "x.safetensors";
  write_safetensors(path, samples());
  const NamedTensors found = read_safetensors(path);
  ASSERT_EQ(found.size(), samples().size());
  for (const auto& [name, tensor] : samples()) {
    EXPECT_EQ(found.at(name).scalar_type(), tensor.scalar_type()) << name;
    EXPECT_EQ(found.at(name).sizes(), tensor.sizes()) << name;
    EXPECT_TRUE(at::equal(found.at(name), tensor)) << name;
  }
  EXPECT_EQ(SafetensorsFile(path).metadata().at("format"), "pt");
}

TEST(Safetensors, BytesAreThoseOfTheFormat) {
  TempFolder folder;
  const std::string path = folder / "x.safetensors";
  write_safetensors(path, {{"w", at::arange(2, at::kFloat)}, {"i", at::arange(1, at::kLong)}});
  const std::string content = read_file(path);
  uint64_t length = 0;
  std::memcpy(&length, content.data(), 8);
  EXPECT_EQ(length % 8, 0u);
  EXPECT_EQ(content.size(), 8 + length + 16);
  const Json header = parse_json(std::string_view(content).substr(8, length), "header");
  EXPECT_EQ(header, parse_json(R"({"__metadata__": {"format": "pt"},
    "i": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},
    "w": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]}})",
                               "expected"));
}

TEST(Safetensors, TheSameContentGivesTheSameBytes) {
  TempFolder folder;
  write_safetensors(folder / "1", samples());
  write_safetensors(folder / "2", samples());
  EXPECT_EQ(read_file(folder / "1"), read_file(folder / "2"));
}

TEST(Safetensors, StridesAndConversionsAreResolvedWhenWriting) {
  TempFolder folder;
  const at::Tensor transposed = at::arange(6, at::kFloat).view({2, 3}).t();
  write_safetensors(folder / "x", {{"w", transposed}, {"ids", at::arange(3, at::kLong)}}, at::kBFloat16);
  const NamedTensors found = read_safetensors(folder / "x", at::kFloat);
  EXPECT_TRUE(at::equal(found.at("w"), transposed));
  EXPECT_EQ(found.at("ids").scalar_type(), at::kLong) << "integers are never converted";
  EXPECT_EQ(SafetensorsFile(folder / "x").entries().at("w").dtype, at::kBFloat16);
}

TEST(Safetensors, AnInterruptedWriteLeavesTheOldFile) {
  TempFolder folder;
  write_safetensors(folder / "x", {{"w", at::arange(3, at::kFloat)}});
  const std::string before = read_file(folder / "x");
  const NamedTensors unwritable = {
      {"w", at::empty({3}, at::TensorOptions().dtype(at::kFloat).device(at::kMeta))}};
  EXPECT_ANY_THROW(write_safetensors(folder / "x", unwritable));
  EXPECT_EQ(read_file(folder / "x"), before);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "no litter";
}

TEST(Safetensors, ReadsWhatTheReferenceLibraryWrote) {
  const SafetensorsFile file(golden_path("toy_qwen2/model.safetensors"));
  EXPECT_EQ(file.entries().size(), 26u);
  EXPECT_EQ(file.entries().at("model.embed_tokens.weight").dtype, at::kBFloat16);
  EXPECT_EQ(file.read("model.embed_tokens.weight").sizes(), (std::vector<int64_t>{96, 48}));
}

// The rules one by one: {header, data bytes, what the message must say}.
struct Broken {
  const char* rule;
  const char* header;
  size_t data_bytes;
  const char* message;
};

class BrokenSafetensors : public testing::TestWithParam<Broken> {};

TEST_P(BrokenSafetensors, IsRefusedWithTheReason) {
  TempFolder folder;
  const std::string message = error_of(folder, file_of(GetParam().header, GetParam().data_bytes));
  EXPECT_THAT(message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BrokenSafetensors,
    testing::Values(
        Broken{"NotAnObject", "[1]", 0, "does not start with '{'"},
        Broken{"LeadingSpace", " {}", 0, "does not start with '{'"},
        Broken{"EmptyHeader", "", 0, "does not start with '{'"},
        Broken{"CutJson", R"({"w":)", 0, "not valid JSON"},
        Broken{"TextAfterJson", R"({}{})", 0, "not valid JSON"},
        Broken{"NotUtf8", "{\"\xff\":1}", 0, "not valid JSON"},
        Broken{"Deep", R"({"w":[[[[[[1]]]]]]})", 0, "nested deeper"},
        Broken{
            "DuplicateTensor",
            R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
            1, "key \"w\" twice"},
        Broken{"DuplicateField", R"({"w":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 1,
               "key \"dtype\" twice"},
        Broken{"MetadataNotText", R"({"__metadata__":{"a":1}})", 0, "__metadata__ \"a\" is not text"},
        Broken{"MetadataNotAnObject", R"({"__metadata__":"pt"})", 0, "__metadata__ is not an object"},
        Broken{"EntryNotAnObject", R"({"w":3})", 0, "tensor w"},
        Broken{"MissingField", R"({"w":{"dtype":"U8","shape":[1]}})", 1, "tensor w"},
        Broken{"ExtraField", R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}})", 1,
               "nothing else"},
        Broken{"UnknownDtype", R"({"w":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}})", 1, "dtype \"F4\""},
        Broken{"DtypeNotText", R"({"w":{"dtype":1,"shape":[1],"data_offsets":[0,1]}})", 1, "dtype 1"},
        Broken{"NegativeSize", R"({"w":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1,
               "shape holds -1"},
        Broken{"FractionalSize", R"({"w":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}})", 1,
               "shape holds 1.0"},
        Broken{"NegativeOffset", R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}})", 1,
               "data_offsets holds -1"},
        Broken{"HugeOffset", R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,18446744073709551615]}})", 1,
               "data_offsets holds 18446744073709551615"},
        Broken{"BackwardOffsets", R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1,
               "end before they begin"},
        Broken{"ThreeOffsets", R"({"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}})", 1,
               "not [begin, end]"},
        Broken{"ShapeTooLarge", R"({"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,16]}})", 16,
               "span 16 bytes, shape [2, 3] of F32 needs 24"},
        Broken{"ShapeTooSmall", R"({"w":{"dtype":"BF16","shape":[2],"data_offsets":[0,8]}})", 8, "needs 4"},
        Broken{"ShapeOverflow",
               R"({"w":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,0]}})", 0,
               "larger than any memory"},
        Broken{
            "Overlap",
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}})",
            6, "tensor b: byte"},
        Broken{
            "SameData",
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
            4, "overlap"},
        Broken{
            "Hole",
            R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}})",
            6, "a hole before the data"},
        Broken{"HoleAtTheStart", R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})", 4, "hole"},
        Broken{"DataCut", R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})", 5,
               "the data end at byte"},
        Broken{"DataLeftOver", R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", 5,
               "3 bytes after the last tensor"},
        Broken{"OnlyLeftOver", "{}", 1, "1 bytes after the last tensor"}),
    [](const auto& info) { return std::string(info.param.rule); });

TEST(Safetensors, RefusesAFileShorterThanItsLengthField) {
  TempFolder folder;
  EXPECT_THAT(error_of(folder, ""), HasSubstr("only 0 bytes"));
  EXPECT_THAT(error_of(folder, "1234567"), HasSubstr("only 7 bytes"));
}

TEST(Safetensors, RefusesAHeaderLongerThanTheFileOrTheLimit) {
  TempFolder folder;
  EXPECT_THAT(error_of(folder, file_of("{}", 0, 3)), HasSubstr("header length 3 with 10 bytes"));
  EXPECT_THAT(error_of(folder, file_of("{}", 0, UINT64_MAX)),
              HasSubstr("header length 18446744073709551615"));
  EXPECT_THAT(error_of(folder, file_of("{" + std::string(100'000'000, ' ') + "}", 0)),
              HasSubstr("limit 100000000"));
}

TEST(Safetensors, EveryTruncationIsDetected) {
  TempFolder folder;
  write_safetensors(folder / "whole", samples());
  const std::string whole = read_file(folder / "whole");
  for (size_t size = 0; size < whole.size(); ++size) {
    FileWriter(folder / "cut", FileWriter::Mode::Truncate)
        .write(whole.substr(0, size));  // without an fsync each
    EXPECT_THROW(SafetensorsFile(folder / "cut"), CheckpointError) << size;
  }
}

TEST(Safetensors, AskingForAMissingTensorNamesIt) {
  TempFolder folder;
  write_safetensors(folder / "x", samples());
  const SafetensorsFile file(folder / "x");
  EXPECT_THAT(message_of<CheckpointError>([&] { file.read("nope"); }), HasSubstr("no tensor nope"));
}

}  // namespace
}  // namespace r1
