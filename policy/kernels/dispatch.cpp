#include <cstdlib>
#include <cstring>

#include "policy/kernels/kernels.h"

namespace r1::kernels {

// Each is defined by kernels_isa.cpp compiled for that instruction set.
namespace plain {
const Kernels& kernel_set();
}
namespace avx2 {
const Kernels& kernel_set();
}
namespace avx512 {
const Kernels& kernel_set();
}

int64_t attention_scratch_floats(const AttentionShape& shape, int64_t num_keys) {
  constexpr int64_t kWidestVector = 16;
  const int64_t queries_per_kv_head = shape.num_heads / shape.num_kv_heads;
  const int64_t padded = (num_keys + kWidestVector - 1) / kWidestVector * kWidestVector;
  return 2 * queries_per_kv_head * padded;
}

KernelList runnable() {
  KernelList list{{&plain::kernel_set(), nullptr, nullptr}, 1};
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    list.sets[list.count++] = &avx2::kernel_set();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    list.sets[list.count++] = &avx512::kernel_set();
  }
  return list;
}

const Kernels& active() {
  static const Kernels& chosen = []() -> const Kernels& {
    const KernelList list = runnable();
    if (const char* wanted = std::getenv("R1_KERNELS")) {
      for (int i = 0; i < list.count; ++i) {
        if (std::strcmp(list.sets[i]->name, wanted) == 0) return *list.sets[i];
      }
    }
    return *list.sets[list.count - 1];
  }();
  return chosen;
}

}  // namespace r1::kernels
