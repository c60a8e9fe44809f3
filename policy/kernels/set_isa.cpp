// One instruction set's functions, put together. Compiled once per set; dispatch.cpp chooses among them.
#include "policy/kernels/kernels.h"

namespace r1::kernels::R1_KERNEL_ISA {

const GemmKernels& gemm_kernels(Precision precision);            // gemm_isa.cpp
Int8Kernels int8_kernels();                                      // gemm_isa.cpp
const AttentionKernels& attention_kernels(Precision precision);  // attention_isa.cpp
RowKernels row_kernels(Precision precision);                     // rows_isa.cpp
int64_t peak_flops(Precision precision, int64_t rounds);         // peak_isa.cpp

#if defined(__AVX512BF16__)
constexpr const char* kName = "avx512_bf16";
#elif defined(__AVX512F__)
constexpr const char* kName = "avx512";
#elif defined(__AVX2__)
constexpr const char* kName = "avx2";
#else
constexpr const char* kName = "plain";
#endif

Kernels kernel_set(Precision precision) {
  return {kName,
          gemm_kernels(precision),
          int8_kernels(),
          attention_kernels(precision),
          row_kernels(precision),
          peak_flops};
}

}  // namespace r1::kernels::R1_KERNEL_ISA
