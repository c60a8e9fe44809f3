// Memory of large tensors is used again and by one tensor at a time; what is kept has a bound and does not grow.
#include "policy/tensor_memory.h"

#include <ATen/ops/empty.h>
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "base/files.h"

namespace r1 {
namespace {

constexpr size_t kMiB = size_t{1} << 20;

// Takes the allocator out again: the other tests of this program keep LibTorch's own.
class TensorMemory : public testing::Test {
 protected:
  TensorMemory() : before_(c10::GetCPUAllocator()) { use_tensor_memory(); }
  ~TensorMemory() override { c10::SetCPUAllocator(before_, /*priority=*/1); }

  static std::vector<c10::DataPtr> allocate(size_t count, size_t bytes) {
    std::vector<c10::DataPtr> blocks;
    for (size_t i = 0; i < count; ++i) blocks.push_back(c10::GetCPUAllocator()->allocate(bytes));
    return blocks;
  }

 private:
  c10::Allocator* before_;
};

TEST_F(TensorMemory, AFreedBlockIsGivenToTheNextTensorOfItsSize) {
  auto blocks = allocate(4, 3 * kMiB);
  const void* freed = blocks.back().get();
  const int64_t kept = kept_tensor_bytes();
  blocks.pop_back();
  EXPECT_EQ(kept_tensor_bytes() - kept, static_cast<int64_t>(3 * kMiB));
  EXPECT_NE(allocate(1, 6 * kMiB)[0].get(), freed) << "it is too small for that";
  const at::Tensor tensor = at::empty({3, 1 << 18}, at::kFloat);
  EXPECT_EQ(tensor.const_data_ptr(), freed);
  EXPECT_EQ(kept_tensor_bytes(), kept);
}

TEST_F(TensorMemory, SizesOfOneClassShareBlocks) {
  allocate(1, 64 * kMiB);  // half of the most in use is kept: let that be more than what follows
  auto blocks = allocate(1, 5 * kMiB);
  const void* freed = blocks.back().get();
  const int64_t kept = kept_tensor_bytes();
  blocks.pop_back();
  // Not by its address alone: the system may map a new block where one was just unmapped.
  ASSERT_EQ(kept_tensor_bytes() - kept, static_cast<int64_t>(5 * kMiB));
  const auto smaller = allocate(1, 4 * kMiB + 1);
  EXPECT_EQ(smaller[0].get(), freed);
  EXPECT_EQ(kept_tensor_bytes(), kept);
}

TEST_F(TensorMemory, SmallTensorsAreNotKept) {
  const int64_t kept = kept_tensor_bytes();
  allocate(100, 1000);
  allocate(10, kMiB - 1);
  EXPECT_EQ(kept_tensor_bytes(), kept);
}

TEST_F(TensorMemory, BlocksAreAlignedForVectorsAndLargeOnesToHugePages) {
  for (size_t bytes :
       {size_t{1}, size_t{1000}, kMiB - 1, kMiB, kMiB + 1, 2 * kMiB, 5 * kMiB + 7, 11 * kMiB}) {
    const size_t alignment = bytes >= 2 * kMiB ? 2 * kMiB : bytes >= kMiB ? 4096 : 64;
    for (const c10::DataPtr& block : allocate(3, bytes)) {
      EXPECT_EQ(reinterpret_cast<uintptr_t>(block.get()) % alignment, 0u) << bytes;
      std::memset(block.get(), 1, bytes);  // all of it is there
    }
  }
}

TEST_F(TensorMemory, AtMostHalfOfTheMostInUseIsKept) {
  allocate(8, 16 * kMiB);  // more than any other test here
  EXPECT_LE(kept_tensor_bytes(), static_cast<int64_t>(64 * kMiB));
  EXPECT_GT(kept_tensor_bytes(), static_cast<int64_t>(48 * kMiB));
}

TEST_F(TensorMemory, EqualStepsDoNotGrow) {
  const auto mapped = [] { return std::atoll(proc_field("/proc/self/status", "VmSize").c_str()); };  // kB
  const auto step = [] {
    std::vector<std::vector<c10::DataPtr>> tensors;
    for (size_t bytes : {3 * kMiB / 2, 2 * kMiB, 3 * kMiB, 7 * kMiB}) tensors.push_back(allocate(3, bytes));
  };
  for (int i = 0; i < 3; ++i) step();
  const int64_t kept = kept_tensor_bytes(), before = mapped();
  for (int i = 0; i < 100; ++i) {
    step();
    ASSERT_EQ(kept_tensor_bytes(), kept) << i;
  }
  // Below one of the smallest tensors a step.
  EXPECT_LT(mapped() - before, 100 * 1024);
}

// Each thread fills what it was given and finds it unchanged; what one allocates another may free.
TEST_F(TensorMemory, TwoThreadsNeverHoldTheSameBlock) {
  std::vector<c10::DataPtr> handed_over[2];
  bool intact[2] = {true, true};
  const auto work = [&](int id) {
    const auto mark = static_cast<unsigned char>(id + 1);
    handed_over[1 - id].clear();  // of the round before
    std::vector<c10::DataPtr> own;
    for (int i = 0; i < 400; ++i) {
      const size_t bytes = (1 + static_cast<size_t>(i % 3)) * kMiB;
      own.push_back(c10::GetCPUAllocator()->allocate(bytes));
      for (size_t at = 0; at < bytes; at += 4096) static_cast<unsigned char*>(own.back().get())[at] = mark;
      if (own.size() < 5) continue;
      const auto* oldest = static_cast<const unsigned char*>(own.front().get());
      for (size_t at = 0; at < kMiB; at += 4096) intact[id] = intact[id] && oldest[at] == mark;
      own.erase(own.begin());
    }
    return own;
  };
  for (int round = 0; round < 3; ++round) {
    std::vector<c10::DataPtr> left[2];
    std::thread first([&] { left[0] = work(0); }), second([&] { left[1] = work(1); });
    first.join();
    second.join();
    for (int id : {0, 1}) handed_over[id] = std::move(left[id]);
  }
  EXPECT_TRUE(intact[0]);
  EXPECT_TRUE(intact[1]);
}

}  // namespace
}  // namespace r1
