#include "policy/tensor_memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

namespace r1 {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kSmallest = size_t{1} << 20;  // smaller ones are malloc's business

// Four sizes to each doubling: at most a fifth of a block is unused, and tensors of nearby sizes share blocks.
size_t block_size(size_t bytes) {
  size_t power = kSmallest;
  while (power * 2 < bytes) power *= 2;
  const size_t quarter = std::max(power / 4, size_t{4096});
  return power >= bytes ? power : power + (bytes - power + quarter - 1) / quarter * quarter;
}

class TensorMemory final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* data = bytes < kSmallest ? c10::alloc_cpu(bytes) : take(block_size(bytes));
    return {data, data, &release, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(to, from, bytes);
  }

  int64_t kept() {
    const std::lock_guard lock(mutex_);
    return static_cast<int64_t>(kept_);
  }

  static TensorMemory& instance() {
    static TensorMemory* memory = new TensorMemory;  // outlives every tensor, also static ones
    return *memory;
  }

 private:
  static void release(void* data) {
    if (!instance().give_back(data)) c10::free_cpu(data);
  }

  void* take(size_t size) {
    const std::lock_guard lock(mutex_);
    in_use_ += size;
    most_in_use_ = std::max(most_in_use_, in_use_);
    std::vector<void*>& free = free_[size];
    if (free.empty()) {
      void* data = map(size);
      size_of_[data] = size;
      return data;
    }
    void* data = free.back();
    free.pop_back();
    kept_ -= size;
    return data;
  }

  bool give_back(void* data) {
    const std::lock_guard lock(mutex_);
    const auto found = size_of_.find(data);
    if (found == size_of_.end()) return false;
    const size_t size = found->second;
    in_use_ -= size;
    // Half of what was ever in use is enough for the tensors of one forward and backward pass.
    if (kept_ + size > most_in_use_ / 2) {
      size_of_.erase(found);
      ::munmap(data, size);
    } else {
      free_[size].push_back(data);
      kept_ += size;
    }
    return true;
  }

  // Aligned to a huge page where that pays.
  static void* map(size_t size) {
    const size_t extra = size >= kHugePage ? kHugePage : 0;
    void* raw = ::mmap(nullptr, size + extra, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (raw == MAP_FAILED) throw std::bad_alloc();
    if (extra == 0) return raw;
    char* begin = static_cast<char*>(raw);
    char* aligned =
        reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(begin) + kHugePage - 1) / kHugePage * kHugePage);
    if (aligned > begin) ::munmap(begin, static_cast<size_t>(aligned - begin));
    char *end = begin + size + extra, *used = aligned + (size + 4095) / 4096 * 4096;
    if (end > used) ::munmap(used, static_cast<size_t>(end - used));
    ::madvise(aligned, size, MADV_HUGEPAGE);
    return aligned;
  }

  std::mutex mutex_;
  std::unordered_map<void*, size_t> size_of_;
  std::map<size_t, std::vector<void*>> free_;
  size_t in_use_ = 0, most_in_use_ = 0, kept_ = 0;
};

}  // namespace

void use_tensor_memory() { c10::SetCPUAllocator(&TensorMemory::instance(), /*priority=*/1); }

int64_t kept_tensor_bytes() { return TensorMemory::instance().kept(); }

}  // namespace r1
