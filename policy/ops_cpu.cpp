#include "policy/ops_cpu.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.h"
#include "base/thread_pool.h"
#include "policy/kernels/kernels.h"

namespace r1::ops::cpu {
namespace {

using kernels::Finish;
using kernels::Kernels;
using kernels::kPanel;
using kernels::Product;

constexpr int64_t kRowsPerTask =
    256;  // rows of one product task: enough to read its part of the weights once
constexpr int64_t kPanelsPerTask =
    6;  // 96 outputs: for K = 576 in bf16 110 KB of weights, which stay in a core's L2
constexpr int64_t kSmallRows = 32;  // rows of a task of a row-wise op

int64_t tasks_of(int64_t total, int64_t each) { return (total + each - 1) / each; }

// body(begin, end) for pieces of [0, total).
template <class Body>
void for_ranges(int64_t total, int64_t each, const Body& body) {
  arithmetic_pool().run(tasks_of(total, each),
                        [&](int64_t task) { body(task * each, std::min(total, (task + 1) * each)); });
}

// Spreads compute(row_begin, row_end, panel_begin, panel_end) over the pool.
template <class Compute>
void for_product_tasks(const Product& product, const Compute& compute) {
  const int64_t panels = kernels::num_panels(
      product.finish == Finish::Swiglu ? 2 * kernels::round_up(product.N / 2, kPanel) : product.N);
  const int64_t row_tasks = tasks_of(product.M, kRowsPerTask);
  // Few large tasks would leave a core idle while the other finishes.
  int64_t each = kPanelsPerTask;
  const bool few = row_tasks * tasks_of(panels, each) < 8 * arithmetic_pool().size();
  if (few && product.finish != Finish::Swiglu) each = kPanelsPerTask / 2;
  arithmetic_pool().run(tasks_of(panels, each) * row_tasks, [&](int64_t task) {
    const int64_t row = task % row_tasks * kRowsPerTask, panel = task / row_tasks * each;
    compute(row, std::min(row + kRowsPerTask, product.M), panel, std::min(panel + each, panels));
  });
}

void run_product(const Product& product, const Kernels& kernel) {
  for_product_tasks(product, [&](int64_t row_begin, int64_t row_end, int64_t panel_begin, int64_t panel_end) {
    kernel.gemm.product(product, row_begin, row_end, panel_begin, panel_end);
  });
}

// Rows rounded to bytes, each with its scale.
struct Int8Rows {
  at::Tensor bytes, scales;  // [M, int8_columns(K)], [M]
};

Int8Rows round_to_int8(const void* x, int64_t M, int64_t K, Precision precision) {
  const auto& kernel = kernels::active(precision).int8;
  const auto quantize = precision == Precision::Fp32 ? kernel.quantize_floats : kernel.quantize_bf16;
  const int64_t columns = kernels::int8_columns(K);
  const Int8Rows rows{at::empty({M, columns}, at::TensorOptions().dtype(at::kByte)),
                      at::empty({M}, at::TensorOptions().dtype(at::kFloat))};
  uint8_t* bytes = rows.bytes.mutable_data_ptr<uint8_t>();
  float* scales = rows.scales.mutable_data_ptr<float>();
  for_ranges(M, kSmallRows / 4, [&](int64_t begin, int64_t end) {
    for (int64_t m = begin; m < end; ++m) {
      scales[m] = quantize(static_cast<const char*>(x) + m * K * kernels::element_size(precision), K,
                           bytes + m * columns);
    }
  });
  return rows;
}

// `product` with x from rows [row, ...) of `x` and w from panel `panel` on.
kernels::Int8Product int8_product(Product product, const Int8Rows& x, int64_t row, const Weight& weight,
                                  int64_t panel) {
  const int64_t columns = kernels::int8_columns(product.K);
  const Weight::Int8Panels panels = weight.int8_panels();
  product.x = x.bytes.const_data_ptr<uint8_t>() + row * columns;
  product.x_row = columns;
  product.w = panels.panels + panel * columns * kPanel;
  return {product, weight.precision(), x.scales.const_data_ptr<float>() + row, panels.scales + panel * kPanel,
          panels.sums + panel * kPanel};
}

void run_int8(const Product& product, const Weight& weight) {
  const Int8Rows x = round_to_int8(product.x, product.M, product.K, weight.precision());
  const kernels::Int8Product int8 = int8_product(product, x, 0, weight, 0);
  for_product_tasks(product, [&](int64_t row_begin, int64_t row_end, int64_t panel_begin, int64_t panel_end) {
    kernels::active(weight.precision()).int8.product(int8, row_begin, row_end, panel_begin, panel_end);
  });
}

Product product_of(const at::Tensor& x, const Weight& weight) {
  const int64_t K = weight.columns();
  check(x.size(1) == K && x.is_contiguous(), "a product's rows are as long as the weight's");
  return {.x = x.const_data_ptr(),
          .x_row = K,
          .x_step = kernels::step_of(weight.precision()),
          .M = x.size(0),
          .N = weight.rows(),
          .K = K};
}

// Row-major elements [T, columns] packed with T as the product's K.
at::Tensor pack_rows(const at::Tensor& rows, Precision precision) {
  const int64_t T = rows.size(0), columns = rows.size(1), panel = kernels::panel_elements(precision, T);
  at::Tensor packed = empty_elements({kernels::num_panels(columns) * panel}, precision);
  for_ranges(T, 64, [&](int64_t begin, int64_t end) {
    kernels::active(precision).gemm.pack_rows_of_elements(rows.const_data_ptr(), columns, begin, end, columns,
                                                          packed.mutable_data_ptr(), panel);
  });
  return packed;
}

const char* at_element(const void* base, int64_t index, Precision precision) {
  return static_cast<const char*>(base) + index * kernels::element_size(precision);
}

}  // namespace

at::Tensor empty_elements(at::IntArrayRef shape, Precision precision) {
  return at::empty(shape,
                   at::TensorOptions().dtype(precision == Precision::Fp32 ? at::kFloat : at::kBFloat16));
}

at::Tensor to_elements(const at::Tensor& x, Precision precision) {
  const at::Tensor rows = x.contiguous();
  if (precision == Precision::Fp32 || rows.scalar_type() == at::kBFloat16) return rows;
  at::Tensor result = empty_elements(rows.sizes(), precision);
  const float* from = rows.const_data_ptr<float>();
  auto* to = static_cast<char*>(result.mutable_data_ptr());
  for_ranges(rows.numel(), 1 << 15, [&](int64_t begin, int64_t end) {
    kernels::active(precision).rows.to_elements(from + begin, to + begin * kernels::element_size(precision),
                                                end - begin);
  });
  return result;
}

// ---- matrix products -----------------------------------------------------------------------------------------------

namespace {

// y = x W^T + bias + residual, to be computed by `run`.
template <class Run>
at::Tensor stored_product(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                          const at::Tensor& residual, const Run& run) {
  Product product = product_of(x, weight);
  at::Tensor y = at::empty({product.M, product.N}, at::TensorOptions().dtype(at::kFloat));
  product.y = y.mutable_data_ptr<float>();
  product.y_row = product.N;
  if (bias.defined()) product.bias = bias.const_data_ptr<float>();
  if (residual.defined()) product.residual = residual.const_data_ptr<float>();
  run(product);
  return y;
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                  const at::Tensor& residual) {
  return stored_product(x, weight, bias, residual, [&](Product& product) {
    product.w = weight.panels();
    run_product(product, kernels::active(weight.precision()));
  });
}

at::Tensor linear_int8(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                       const at::Tensor& residual) {
  return stored_product(x, weight, bias, residual,
                        [&](const Product& product) { run_int8(product, weight); });
}

at::Tensor linear_input_gradient(const at::Tensor& dy, const Weight& weight) {
  const int64_t T = dy.size(0), N = weight.rows(), K = weight.columns();
  const Precision precision = weight.precision();
  at::Tensor dx = empty_elements({T, K}, precision);
  run_product({.x = dy.const_data_ptr(),
               .x_row = N,
               .x_step = kernels::step_of(precision),
               .w = weight.transposed_panels(),
               .M = T,
               .N = K,
               .K = N,
               .finish = Finish::Element,
               .act = dx.mutable_data_ptr(),
               .act_row = K},
              kernels::active(precision));
  return dx;
}

void add_weight_gradient(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& gradient,
                         Precision precision) {
  const int64_t T = dy.size(0), N = dy.size(1), K = x.size(1), step = kernels::step_of(precision);
  const at::Tensor packed_dy = pack_rows(dy, precision), packed_x = pack_rows(x, precision);
  run_product({.x = packed_dy.const_data_ptr(),
               .x_row = step,
               .x_step = kPanel * step,
               .x_packed = true,
               .w = packed_x.const_data_ptr(),
               .M = N,
               .N = K,
               .K = T,
               .finish = Finish::Accumulate,
               .y = gradient.mutable_data_ptr<float>(),
               .y_row = K},
              kernels::active(precision));
}

namespace {

Product swiglu_product(const at::Tensor& x, const Weight& gate_up, Swiglu& result) {
  Product product = product_of(x, gate_up);
  result.y = empty_elements({product.M, product.N / 2}, gate_up.precision());
  product.finish = Finish::Swiglu;
  product.act = result.y.mutable_data_ptr();
  product.act_row = product.N / 2;
  return product;
}

}  // namespace

Swiglu swiglu(const at::Tensor& x, const Weight& gate_up, bool keep) {
  Swiglu result;
  Product product = swiglu_product(x, gate_up, result);
  product.w = gate_up.panels();
  if (keep) {
    result.gate_up = empty_elements({product.M, product.N}, gate_up.precision());
    product.gate_up = result.gate_up.mutable_data_ptr();
  }
  run_product(product, kernels::active(gate_up.precision()));
  return result;
}

at::Tensor swiglu_int8(const at::Tensor& x, const Weight& gate_up) {
  Swiglu result;
  run_int8(swiglu_product(x, gate_up, result), gate_up);
  return result.y;
}

at::Tensor swiglu_backward(const at::Tensor& gate_up, const at::Tensor& dy, Precision precision) {
  const int64_t T = dy.size(0), F = dy.size(1);
  at::Tensor result = at::empty_like(gate_up);
  for_ranges(T, kSmallRows, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      kernels::active(precision).rows.swiglu_backward(
          at_element(gate_up.const_data_ptr(), t * 2 * F, precision),
          at_element(dy.const_data_ptr(), t * F, precision),
          const_cast<char*>(at_element(result.mutable_data_ptr(), t * 2 * F, precision)), F);
    }
  });
  return result;
}

// Each task owns a range of columns, so every element's sum has one order.
void add_rows(const at::Tensor& dy, const at::Tensor& ids, const at::Tensor& into, int64_t padding_id) {
  const int64_t T = dy.size(0), D = dy.size(1);
  const float* from = dy.const_data_ptr<float>();
  const int64_t* row_of = ids.const_data_ptr<int64_t>();
  float* to = into.mutable_data_ptr<float>();
  for_ranges(D, 128, [&](int64_t begin, int64_t end) {
    for (int64_t t = 0; t < T; ++t) {
      if (row_of[t] == padding_id) continue;
      float* row = to + row_of[t] * D;
      for (int64_t i = begin; i < end; ++i) row[i] += from[t * D + i];
    }
  });
}

// ---- norm ----------------------------------------------------------------------------------------------------------

RmsNorm rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps, Precision precision) {
  const int64_t T = x.size(0), D = x.size(1);
  RmsNorm result{empty_elements({T, D}, precision), at::empty({T}, x.options())};
  const float *in = x.const_data_ptr<float>(), *w = weight.const_data_ptr<float>();
  float* inverse = result.inverse_rms.mutable_data_ptr<float>();
  auto* out = static_cast<char*>(result.y.mutable_data_ptr());
  for_ranges(T, kSmallRows, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      inverse[t] = kernels::active(precision).rows.rms_norm(
          in + t * D, w, out + t * D * kernels::element_size(precision), D, static_cast<float>(eps));
    }
  });
  return result;
}

RmsNormGradients rms_norm_backward(const at::Tensor& x, const at::Tensor& weight,
                                   const at::Tensor& inverse_rms, const at::Tensor& dy, Precision precision) {
  const int64_t T = x.size(0), D = x.size(1);
  // Fixed blocks of rows each sum their own dweight; the blocks are then added in order: the same bits on any number
  // of threads.
  constexpr int64_t kRows = 128;
  at::Tensor dx = at::empty_like(x), partial = at::zeros({tasks_of(T, kRows), D}, x.options());
  const float *in = x.const_data_ptr<float>(), *w = weight.const_data_ptr<float>();
  const float* inverse = inverse_rms.const_data_ptr<float>();
  float *out = dx.mutable_data_ptr<float>(), *dw = partial.mutable_data_ptr<float>();
  for_ranges(T, kRows, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      kernels::active(precision).rows.rms_norm_backward(in + t * D, w,
                                                        at_element(dy.const_data_ptr(), t * D, precision),
                                                        inverse[t], out + t * D, dw + t / kRows * D, D);
    }
  });
  return {dx, at::sum(partial, 0)};
}

// ---- the head --------------------------------------------------------------------------------------------------------

namespace {

constexpr int64_t kChunk = kernels::kVocabularyChunk;
constexpr int64_t kHeadRows = 8;

struct Chunk {
  int64_t begin, size;
};
Chunk chunk_of(int64_t index, int64_t V) { return {index * kChunk, std::min(kChunk, V - index * kChunk)}; }
int64_t num_chunks(int64_t V) { return tasks_of(V, kChunk); }

// Logits of chunks of the vocabulary, computed when they are asked for. Borrows its arguments.
class Logits {
 public:
  Logits(const at::Tensor& hidden, const Weight& head, Products products = Products::Exact)
      : hidden_(hidden), head_(head), products_(products) {
    // Packed here, before the pool's threads read them.
    if (products == Products::Exact) {
      panels_ = head.panels();
    } else {
      head.int8_panels();
      rounded_ = round_to_int8(hidden.const_data_ptr(), hidden.size(0), head.columns(), head.precision());
    }
  }

  // [rows, chunk.size] of rows [row, row + rows), with row stride kChunk.
  void of(int64_t row, int64_t rows, Chunk chunk, float* out) const {
    const int64_t D = head_.columns(), panel = chunk.begin / kPanel, panels = kernels::num_panels(chunk.size);
    const Precision precision = head_.precision();
    const Product product{.x = at_element(hidden_.const_data_ptr(), row * D, precision),
                          .x_row = D,
                          .x_step = kernels::step_of(precision),
                          .w = at_element(panels_, panel * kernels::panel_elements(precision, D), precision),
                          .M = rows,
                          .N = chunk.size,
                          .K = D,
                          .y = out,
                          .y_row = kChunk};
    const Kernels& kernel = kernels::active(precision);
    if (products_ == Products::Exact) return kernel.gemm.product(product, 0, rows, 0, panels);
    kernel.int8.product(int8_product(product, rounded_, row, head_, panel), 0, rows, 0, panels);
  }

 private:
  const at::Tensor& hidden_;
  const Weight& head_;
  Products products_;
  const void* panels_ = nullptr;
  Int8Rows rounded_;
};

// Calls body(row, chunk index, chunk, logits) for every one of R rows and every chunk, from the pool's threads. A task keeps
// one chunk of the weights in its core's cache for kRowsPerTask rows.
template <class Body>
void for_each_chunk_of_logits(const Logits& all, int64_t R, int64_t V, const Body& body) {
  const int64_t row_tasks = tasks_of(R, kRowsPerTask);
  arithmetic_pool().run(num_chunks(V) * row_tasks, [&](int64_t task) {
    const int64_t index = task / row_tasks, begin = task % row_tasks * kRowsPerTask;
    const Chunk chunk = chunk_of(index, V);
    alignas(64) float logits[kHeadRows * kChunk];
    for (int64_t row = begin; row < std::min(R, begin + kRowsPerTask); row += kHeadRows) {
      const int64_t rows = std::min(kHeadRows, R - row);
      all.of(row, rows, chunk, logits);
      for (int64_t r = 0; r < rows; ++r) body(row + r, index, chunk, logits + r * kChunk);
    }
  });
}

float inverse_of(double temperature) { return static_cast<float>(1.0 / temperature); }

// As elements the weights of a softmax say its gradient as exactly as the gradient's own rounding to elements does.
bool weights_are_kept(int64_t R, int64_t V, Precision precision) {
  constexpr int64_t kMostBytes = int64_t{256} << 20;
  return precision == Precision::Bf16 && R * V * kernels::element_size(precision) <= kMostBytes;
}

// Where rows [row, ...) of a chunk lie among R rows' weights.
int64_t weights_at(int64_t R, int64_t row, Chunk chunk) { return chunk.begin * R + row * chunk.size; }

}  // namespace

HeadForward token_logprobs(const at::Tensor& hidden, const Weight& head, const at::Tensor& targets,
                           double temperature, bool keep) {
  const int64_t R = hidden.size(0), V = head.rows(), chunks = num_chunks(V);
  const Precision precision = head.precision();
  const auto options = at::TensorOptions().dtype(at::kFloat);
  HeadForward result{at::empty({R}, options), at::empty({R}, options), at::empty({R}, options)};
  keep = keep && weights_are_kept(R, V, precision);
  if (keep) {
    result.weights = empty_elements({R * V}, precision);
    result.maxima = at::empty({R, chunks}, options);
  }
  auto* weights = keep ? static_cast<char*>(result.weights.mutable_data_ptr()) : nullptr;
  float* maxima = keep ? result.maxima.mutable_data_ptr<float>() : nullptr;
  const int64_t* wanted = targets.const_data_ptr<int64_t>();
  const float inverse_temperature = inverse_of(temperature);
  std::vector<kernels::ChunkStats> stats(static_cast<size_t>(R * chunks));
  std::vector<float> target_logits(static_cast<size_t>(R));
  const auto& kernel = kernels::active(precision).rows;
  const auto note = [&](int64_t row, int64_t index, Chunk chunk, const float* logits) {
    void* to = keep ? weights + weights_at(R, row, chunk) * kernels::element_size(precision) : nullptr;
    kernels::ChunkStats& own = stats[static_cast<size_t>(row * chunks + index)];
    own = kernel.chunk_stats(logits, chunk.size, inverse_temperature, to);
    if (keep) maxima[row * chunks + index] = own.max;
    const int64_t target = wanted[row] - chunk.begin;
    if (target >= 0 && target < chunk.size) target_logits[static_cast<size_t>(row)] = logits[target];
  };
  for_each_chunk_of_logits(Logits(hidden, head), R, V, note);
  for (int64_t row = 0; row < R; ++row) {
    const kernels::RowStats all = kernels::combine(stats.data() + row * chunks, chunks);
    result.logsumexp.mutable_data_ptr<float>()[row] = all.logsumexp;
    result.entropy.mutable_data_ptr<float>()[row] = all.entropy;
    result.logprobs.mutable_data_ptr<float>()[row] =
        target_logits[static_cast<size_t>(row)] * inverse_temperature - all.logsumexp;
  }
  return result;
}

namespace {

// d loss / d logits of one chunk, as elements [R, chunk.size].
void chunk_gradients(const Logits& all, Precision precision, Chunk chunk, const int64_t* targets,
                     float inverse_temperature, const HeadForward& forward, const float* dlogprobs,
                     const float* dentropy, const at::Tensor& dlogits) {
  const float *lse = forward.logsumexp.const_data_ptr<float>(),
              *entropy = forward.entropy.const_data_ptr<float>();
  auto* out = static_cast<char*>(dlogits.mutable_data_ptr());
  for_ranges(dlogits.size(0), 64, [&](int64_t begin, int64_t end) {
    alignas(64) float logits[kHeadRows * kChunk];
    for (int64_t row = begin; row < end; row += kHeadRows) {
      const int64_t rows = std::min(kHeadRows, end - row);
      all.of(row, rows, chunk, logits);
      for (int64_t r = row; r < row + rows; ++r) {
        kernels::active(precision).rows.logprob_backward(
            logits + (r - row) * kChunk, chunk.size, inverse_temperature, {lse[r], entropy[r]},
            targets[r] - chunk.begin, dlogprobs[r], dentropy[r],
            out + r * chunk.size * kernels::element_size(precision));
      }
    }
  });
}

// The same from kept weights; no gradient of the entropy.
void chunk_gradients_of_weights(const HeadForward& forward, Precision precision, int64_t index, Chunk chunk,
                                const int64_t* targets, float inverse_temperature, const float* dlogprobs,
                                const at::Tensor& dlogits) {
  const int64_t R = dlogits.size(0), chunks = forward.maxima.size(1);
  const float *lse = forward.logsumexp.const_data_ptr<float>(),
              *logprobs = forward.logprobs.const_data_ptr<float>(),
              *maxima = forward.maxima.const_data_ptr<float>();
  auto* out = static_cast<char*>(dlogits.mutable_data_ptr());
  for_ranges(R, 64, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const float d = dlogprobs[r] * inverse_temperature;
      kernels::active(precision).rows.logprob_backward_of_weights(
          at_element(forward.weights.const_data_ptr(), weights_at(R, r, chunk), precision), chunk.size,
          -d * std::exp(maxima[r * chunks + index] - lse[r]), targets[r] - chunk.begin,
          d * (1 - std::exp(logprobs[r])), out + r * chunk.size * kernels::element_size(precision));
    }
  });
}

}  // namespace

// Chunk by chunk: the gradient of its logits, and from it both products.
at::Tensor token_logprobs_backward(const at::Tensor& hidden, const Weight& head, const at::Tensor& targets,
                                   double temperature, const HeadForward& forward,
                                   const at::Tensor& dlogprobs, const at::Tensor& dentropy) {
  const int64_t R = hidden.size(0), D = head.columns(), V = head.rows();
  const Precision precision = head.precision();
  const Kernels& kernel = kernels::active(precision);
  const int64_t step = kernels::step_of(precision);
  const void* transposed = head.transposed_panels();
  const Logits all(hidden, head);
  const at::Tensor packed_hidden = pack_rows(hidden, precision), gradient = head.gradient();
  const int64_t* wanted = targets.const_data_ptr<int64_t>();
  const float* dentropy_values = dentropy.const_data_ptr<float>();
  const bool kept = forward.weights.defined() &&
                    std::all_of(dentropy_values, dentropy_values + R, [](float d) { return d == 0; });
  at::Tensor dhidden = at::zeros({R, D}, at::TensorOptions().dtype(at::kFloat));
  for (int64_t index = 0; index < num_chunks(V); ++index) {
    const Chunk chunk = chunk_of(index, V);
    const at::Tensor dlogits = empty_elements({R, chunk.size}, precision);
    if (kept) {
      chunk_gradients_of_weights(forward, precision, index, chunk, wanted, inverse_of(temperature),
                                 dlogprobs.const_data_ptr<float>(), dlogits);
    } else {
      chunk_gradients(all, precision, chunk, wanted, inverse_of(temperature), forward,
                      dlogprobs.const_data_ptr<float>(), dentropy_values, dlogits);
    }
    run_product({.x = dlogits.const_data_ptr(),
                 .x_row = chunk.size,
                 .x_step = step,
                 .w_panel = kernels::panel_elements(precision, V),
                 .w = at_element(transposed, chunk.begin * kPanel, precision),
                 .M = R,
                 .N = D,
                 .K = chunk.size,
                 .finish = Finish::Accumulate,
                 .y = dhidden.mutable_data_ptr<float>(),
                 .y_row = D},
                kernel);
    const at::Tensor packed_dlogits = pack_rows(dlogits, precision);
    run_product({.x = packed_dlogits.const_data_ptr(),
                 .x_row = step,
                 .x_step = kPanel * step,
                 .x_packed = true,
                 .w = packed_hidden.const_data_ptr(),
                 .M = chunk.size,
                 .N = D,
                 .K = R,
                 .finish = Finish::Accumulate,
                 .y = gradient.mutable_data_ptr<float>() + chunk.begin * D,
                 .y_row = D},
                kernel);
  }
  return to_elements(dhidden, precision);
}

namespace {

// The token at which the cumulative sum of the softmax passes u, looked for in the chunk where it does.
struct Place {
  int64_t chunk;
  double rest;  // of the cumulative sum, in units of exp(s - chunk max)
};

Place place_of(const kernels::ChunkStats* chunks, int64_t count, double u) {
  float max = chunks[0].max;
  for (int64_t c = 1; c < count; ++c) max = std::max(max, chunks[c].max);
  double total = 0;
  for (int64_t c = 0; c < count; ++c) total += chunks[c].sum * std::exp(double{chunks[c].max} - max);
  double remaining = u * total;
  int64_t last_possible = 0;
  for (int64_t c = 0; c < count; ++c) {
    const double scale = std::exp(double{chunks[c].max} - max), share = chunks[c].sum * scale;
    if (share <= 0) continue;
    if (remaining < share) return {c, remaining / scale};
    remaining -= share;
    last_possible = c;
  }
  return {last_possible, std::numeric_limits<double>::infinity()};  // rounding left a remainder
}

int64_t token_in_chunk(const float* weights, int64_t size, double rest) {
  int64_t last_possible = 0;
  for (int64_t i = 0; i < size; ++i) {
    if (weights[i] <= 0) continue;
    last_possible = i;
    rest -= weights[i];
    if (rest < 0) break;
  }
  return last_possible;
}

int64_t most_likely_chunk(const kernels::ChunkStats* chunks, int64_t count) {
  return std::max_element(chunks, chunks + count,
                          [](const auto& a, const auto& b) { return a.max < b.max; }) -
         chunks;
}

}  // namespace

Draws draw_tokens(const at::Tensor& hidden, const Weight& head, double temperature,
                  std::span<const int64_t> row_of, std::span<const double> u, Products products) {
  const int64_t R = hidden.size(0), V = head.rows(), chunks = num_chunks(V);
  const bool greedy = temperature == 0;
  const float inverse_temperature = greedy ? 1.0f : inverse_of(temperature);
  const auto& kernel = kernels::active(head.precision()).rows;
  const at::Tensor rows = hidden.contiguous();
  const Logits all(rows, head, products);
  std::vector<kernels::ChunkStats> stats(static_cast<size_t>(R * chunks));
  for_each_chunk_of_logits(all, R, V, [&](int64_t row, int64_t index, Chunk chunk, const float* logits) {
    stats[static_cast<size_t>(row * chunks + index)] =
        kernel.chunk_stats(logits, chunk.size, inverse_temperature, nullptr);
  });
  Draws result{std::vector<int64_t>(u.size()), std::vector<float>(u.size())};
  arithmetic_pool().run(static_cast<int64_t>(u.size()), [&](int64_t draw) {
    const size_t d = static_cast<size_t>(draw);
    const int64_t row = row_of[d];
    const kernels::ChunkStats* own = stats.data() + row * chunks;
    const float logsumexp = kernels::combine(own, chunks).logsumexp;
    result.logprobs[d] = std::numeric_limits<float>::quiet_NaN();
    if (!std::isfinite(logsumexp)) return;
    // The chosen chunk's logits again, bit for bit: a row's result does not depend on what it is computed with.
    const Place place = greedy ? Place{most_likely_chunk(own, chunks), 0} : place_of(own, chunks, u[d]);
    const Chunk chunk = chunk_of(place.chunk, V);
    alignas(64) float logits[kChunk], weights[kChunk];
    all.of(row, 1, chunk, logits);
    int64_t token = std::max_element(logits, logits + chunk.size) - logits;
    if (!greedy) {
      std::copy(logits, logits + chunk.size, weights);
      kernel.exponentials(weights, chunk.size, inverse_temperature, own[place.chunk].max);
      token = token_in_chunk(weights, chunk.size, place.rest);
    }
    result.tokens[d] = chunk.begin + token;
    result.logprobs[d] = logits[token] * inverse_temperature - logsumexp;
  });
  return result;
}

}  // namespace r1::ops::cpu
