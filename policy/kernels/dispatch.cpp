#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "base/errors.h"
#include "policy/kernels/kernels.h"

namespace r1::kernels {

// set_isa.cpp, compiled for each instruction set.
namespace plain {
Kernels kernel_set(Precision precision);
}
namespace avx2 {
Kernels kernel_set(Precision precision);
}
namespace avx512 {
Kernels kernel_set(Precision precision);
}
namespace avx512_bf16 {
Kernels kernel_set(Precision precision);
}

namespace {

// The sets this processor runs, slowest first. A set's functions are not even asked for on a processor without it.
struct Sets {
  explicit Sets(Precision precision) {
    __builtin_cpu_init();
    all[count++] = plain::kernel_set(precision);
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
    all[count++] = avx2::kernel_set(precision);
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq")) {
      return;
    }
    all[count++] = avx512::kernel_set(precision);
    if (!__builtin_cpu_supports("avx512bf16") || !__builtin_cpu_supports("avx512vnni")) return;
    all[count++] = avx512_bf16::kernel_set(precision);
  }
  Kernels all[4];
  int count = 0;
};

const Sets& sets_of(Precision precision) {
  static const Sets fp32(Precision::Fp32), bf16(Precision::Bf16);
  return precision == Precision::Fp32 ? fp32 : bf16;
}

// Seconds of a small product that stays in the first cache: the best of a few, so a busy machine changes nothing.
double seconds_of_product(const GemmKernels& gemm) {
  constexpr int64_t M = 8, N = 48, K = 256;
  const std::vector<float> rows(N * K, 0.5f);
  std::vector<uint16_t> w(packed_elements(Precision::Bf16, N, K)), x(M * K, 0x3f80);
  std::vector<float> y(M * N);
  for (int64_t p = 0; p < num_panels(N); ++p) {
    gemm.pack(rows.data() + p * kPanel * K, K, kPanel, K, w.data() + p * panel_elements(Precision::Bf16, K));
  }
  const Product product{.x = x.data(),
                        .x_row = K,
                        .x_step = 2,
                        .w = w.data(),
                        .M = M,
                        .N = N,
                        .K = K,
                        .y = y.data(),
                        .y_row = N};
  double best = 1;
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    for (int repeat = 0; repeat < 4; ++repeat) gemm.product(product, 0, M, 0, num_panels(N));
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

std::string choices(const KernelList& list) {
  std::string names = "give aten";
  for (int i = 0; i < list.count; ++i) names += std::string(", ") + list.sets[i]->name;
  return names + ", or leave it unset";
}

const Kernels& choose(Precision precision) {
  const KernelList list = runnable(precision);
  if (const char* wanted = std::getenv("R1_KERNELS")) {
    for (int i = 0; i < list.count; ++i) {
      if (std::strcmp(list.sets[i]->name, wanted) == 0) return *list.sets[i];
    }
    if (in_use()) throw ConfigError(std::string("R1_KERNELS=") + wanted + ": " + choices(list));
  }
  // In fp32 the two AVX-512 sets are the same arithmetic.
  if (list.count == 4 && precision == Precision::Bf16 &&
      seconds_of_product(list.sets[3]->gemm) > seconds_of_product(list.sets[2]->gemm)) {
    return *list.sets[2];
  }
  return *list.sets[list.count - 1];
}

}  // namespace

KernelList runnable(Precision precision) {
  const Sets& sets = sets_of(precision);
  KernelList list{{}, sets.count};
  for (int i = 0; i < sets.count; ++i) list.sets[i] = &sets.all[i];
  return list;
}

bool in_use() {
  static const char* wanted = std::getenv("R1_KERNELS");
  return !wanted || std::strcmp(wanted, "aten") != 0;
}

const Kernels& active(Precision precision) {
  static const Kernels &fp32 = choose(Precision::Fp32), &bf16 = choose(Precision::Bf16);
  return precision == Precision::Fp32 ? fp32 : bf16;
}

RowStats combine(const ChunkStats* chunks, int64_t count) {
  float max = chunks[0].max;
  for (int64_t c = 1; c < count; ++c) max = chunks[c].max > max ? chunks[c].max : max;
  float sum = 0, weighted = 0;
  for (int64_t c = 0; c < count; ++c) {
    const float shift = chunks[c].max - max, scale = std::exp(shift);
    sum += chunks[c].sum * scale;
    weighted += (chunks[c].weighted + chunks[c].sum * shift) * scale;
  }
  const float log_sum = std::log(sum);
  return {max + log_sum, log_sum - weighted / sum};
}

RowStats row_stats(const RowKernels& kernels, const float* logits, int64_t V, float inverse_temperature) {
  std::vector<ChunkStats> chunks;
  for (int64_t begin = 0; begin < V; begin += kVocabularyChunk) {
    chunks.push_back(kernels.chunk_stats(logits + begin, std::min(kVocabularyChunk, V - begin),
                                         inverse_temperature, nullptr));
  }
  return combine(chunks.data(), static_cast<int64_t>(chunks.size()));
}

}  // namespace r1::kernels
