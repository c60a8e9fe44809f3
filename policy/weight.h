// A matrix of the model in every form the arithmetic reads: the fp32 master that is trained, and packed copies of it.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <utility>

#include "base/config.h"
#include "policy/kernels/gemm.h"

namespace r1 {

using kernels::Precision;

template <>
struct EnumNames<Precision> {
  static constexpr std::pair<Precision, const char*> values[] = {{Precision::Fp32, "float32"},
                                                                 {Precision::Bf16, "bfloat16"}};
};

// A handle: copies share the matrix. Packed copies are made when first asked for and made again when the master has changed
// in place since (its version counter says so), so nobody has to announce a change. Not thread-safe.
class Weight {
 public:
  // Rows of the packed form: as they stand, or the two halves of the matrix in panels of 16 rows taken in turn, so that a
  // feature's gate and up are finished together (Finish::Swiglu).
  enum class Order { AsTheyStand, HalvesInTurn };

  Weight() = default;
  // value: [N, K], a leaf when it is trained. HalvesInTurn: N is even. The packed forms exist for float32 on the CPU.
  Weight(at::Tensor value, Precision precision, Order order = Order::AsTheyStand);

  const at::Tensor& value() const;
  bool defined() const { return state_ != nullptr; }
  bool has_kernels() const;  // float32 on the CPU
  Precision precision() const;
  int64_t rows() const;     // N
  int64_t columns() const;  // K
  // N of the packed product: for HalvesInTurn each half is padded to a multiple of 16.
  int64_t packed_rows() const;

  const void* panels() const;             // [N, K] packed: x W^T
  const void* transposed_panels() const;  // [K, N] packed: dy W; columns as they stand, whatever the order

  // [N, K] in int8 for products of sampling alone (kernels::Int8Product). REQUIRES has_int8().
  struct Int8Panels {
    const int8_t* panels;
    const float* scales;
    const int32_t* sums;
  };
  Int8Panels int8_panels() const;
  bool has_int8() const;  // whether the kernel set in use has int8 products

  // The master's gradient, made as zeros when it has none. Backward passes add to it in place.
  at::Tensor gradient() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace r1
