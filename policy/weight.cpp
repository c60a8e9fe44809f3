#include "policy/weight.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "base/errors.h"
#include "base/thread_pool.h"
#include "policy/kernels/kernels.h"

namespace r1 {

using kernels::kPanel;

struct Weight::State {
  at::Tensor value;
  Precision precision;
  Order order;
  at::Tensor panels, transposed, int8;  // bytes; undefined until asked for
  at::Tensor int8_scales, int8_sums;    // [N padded]
  uint32_t panels_version = 0, transposed_version = 0, int8_version = 0;

  const kernels::GemmKernels& gemm() const { return kernels::active(precision).gemm; }
  int64_t N() const { return value.size(0); }
  int64_t K() const { return value.size(1); }

  void pack();
  void pack_transposed();
  void pack_int8();
};

namespace {

at::Tensor bytes(int64_t count) { return at::empty({count}, at::TensorOptions().dtype(at::kByte)); }

// 16 rows from `row` of the master make panel `panel`; the last one of a half may have fewer.
struct PanelSource {
  int64_t row, count;
};
PanelSource source_of(int64_t panel, int64_t N, Weight::Order order) {
  if (order == Weight::Order::AsTheyStand) return {panel * kPanel, std::min(kPanel, N - panel * kPanel)};
  const int64_t half = N / 2, first = panel / 2 * kPanel;
  return {panel % 2 * half + first, std::min(kPanel, half - first)};
}

int64_t padded_rows(int64_t N, Weight::Order order) {
  return order == Weight::Order::AsTheyStand ? kernels::round_up(N, kPanel)
                                             : 2 * kernels::round_up(N / 2, kPanel);
}

}  // namespace

void Weight::State::pack() {
  const int64_t count = padded_rows(N(), order) / kPanel;
  const int64_t panel_bytes = kernels::panel_elements(precision, K()) * kernels::element_size(precision);
  if (!panels.defined()) panels = bytes(count * panel_bytes);
  const float* from = value.const_data_ptr<float>();
  uint8_t* to = panels.mutable_data_ptr<uint8_t>();
  arithmetic_pool().run(count, [&](int64_t panel) {
    const PanelSource source = source_of(panel, N(), order);
    gemm().pack(from + source.row * K(), K(), source.count, K(), to + panel * panel_bytes);
  });
  panels_version = value._version();
}

void Weight::State::pack_transposed() {
  const int64_t panel_elements = kernels::panel_elements(precision, N()),
                size = kernels::element_size(precision);
  if (!transposed.defined()) transposed = bytes(kernels::num_panels(K()) * panel_elements * size);
  const float* from = value.const_data_ptr<float>();
  uint8_t* to = transposed.mutable_data_ptr<uint8_t>();
  constexpr int64_t kRows = 64;
  arithmetic_pool().run((N() + kRows - 1) / kRows, [&](int64_t task) {
    gemm().pack_rows_of_floats(from, K(), task * kRows, std::min((task + 1) * kRows, N()), K(), to,
                               panel_elements);
  });
  transposed_version = value._version();
}

void Weight::State::pack_int8() {
  const int64_t padded = padded_rows(N(), order), panel_bytes = kernels::int8_columns(K()) * kPanel;
  if (!int8.defined()) {
    int8 = bytes(padded / kPanel * panel_bytes);
    int8_scales = at::empty({padded}, at::TensorOptions().dtype(at::kFloat));
    int8_sums = at::empty({padded}, at::TensorOptions().dtype(at::kInt));
  }
  const float* from = value.const_data_ptr<float>();
  auto* to = reinterpret_cast<int8_t*>(int8.mutable_data_ptr<uint8_t>());
  float* scales = int8_scales.mutable_data_ptr<float>();
  int32_t* sums = int8_sums.mutable_data_ptr<int32_t>();
  arithmetic_pool().run(padded / kPanel, [&](int64_t panel) {
    const PanelSource source = source_of(panel, N(), order);
    kernels::active(precision).int8.pack(from + source.row * K(), K(), source.count, K(),
                                         to + panel * panel_bytes, scales + panel * kPanel,
                                         sums + panel * kPanel);
  });
  int8_version = value._version();
}

Weight::Weight(at::Tensor value, Precision precision, Order order)
    : state_(
          std::make_shared<State>(State{.value = std::move(value), .precision = precision, .order = order})) {
  check(state_->value.dim() == 2 && state_->value.is_contiguous(), "a weight is a contiguous matrix");
  check(order == Order::AsTheyStand || state_->N() % 2 == 0, "two halves have equally many rows");
}

const at::Tensor& Weight::value() const { return state_->value; }
bool Weight::has_kernels() const {
  return kernels::in_use() && state_->value.device().is_cpu() && state_->value.scalar_type() == at::kFloat;
}
Precision Weight::precision() const { return state_->precision; }
int64_t Weight::rows() const { return state_->N(); }
int64_t Weight::columns() const { return state_->K(); }
int64_t Weight::packed_rows() const { return padded_rows(state_->N(), state_->order); }

const void* Weight::panels() const {
  if (!state_->panels.defined() || state_->panels_version != state_->value._version()) state_->pack();
  return state_->panels.const_data_ptr();
}

const void* Weight::transposed_panels() const {
  if (!state_->transposed.defined() || state_->transposed_version != state_->value._version()) {
    state_->pack_transposed();
  }
  return state_->transposed.const_data_ptr();
}

bool Weight::has_int8() const {
  return has_kernels() && kernels::active(state_->precision).int8.product != nullptr;
}

Weight::Int8Panels Weight::int8_panels() const {
  if (!state_->int8.defined() || state_->int8_version != state_->value._version()) state_->pack_int8();
  return {reinterpret_cast<const int8_t*>(state_->int8.const_data_ptr<uint8_t>()),
          state_->int8_scales.const_data_ptr<float>(), state_->int8_sums.const_data_ptr<int32_t>()};
}

at::Tensor Weight::gradient() const {
  const at::NoGradGuard no_grad;
  at::Tensor& gradient = state_->value.mutable_grad();
  if (!gradient.defined()) gradient = at::zeros_like(state_->value);
  return gradient;
}

}  // namespace r1
