#include "policy/ops_cpu.h"

#include <ATen/Parallel.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <atomic>

#include "base/errors.h"

namespace r1::ops::cpu {
namespace {

using kernels::Kernels;

constexpr int64_t kLinearRows = 128;    // rows of x per task: 128 x 576 floats stay in a core's L2
constexpr int64_t kLinearOutputs = 96;  // outputs per task, a multiple of every kernel's tile width

// Runs body(task) for every task in [0, total). Threads claim the next task when they are free, so a core that a
// neighbour slows down does not hold up the other one; which thread computes a task changes no bit.
template <class Body>
void for_each_task(int64_t total, const Body& body) {
  std::atomic<int64_t> next{0};
  at::parallel_for(0, std::min<int64_t>(at::get_num_threads(), total), 1, [&](int64_t, int64_t) {
    for (int64_t task; (task = next.fetch_add(1, std::memory_order_relaxed)) < total;) body(task);
  });
}

kernels::AttentionShape shape_of(const at::Tensor& q, const at::Tensor& k) {
  return {q.size(1), k.size(1), q.size(2)};
}

int64_t longest_key_count(const AttentionPlan& plan) {
  int64_t longest = 0;
  for (const AttentionSegment& s : plan.segments) {
    longest = std::max(longest, s.prefix_len + s.own_past + s.num_queries);
  }
  return longest;
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const int64_t M = x.size(0), N = weight.size(0), K = weight.size(1);
  at::Tensor y = at::empty({M, N}, x.options());
  const float *in = x.const_data_ptr<float>(), *w = weight.const_data_ptr<float>();
  const float* b = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  float* out = y.mutable_data_ptr<float>();
  const Kernels& kernel = kernels::active();
  const int64_t column_tasks = (N + kLinearOutputs - 1) / kLinearOutputs;
  const int64_t row_tasks = (M + kLinearRows - 1) / kLinearRows;
  // Row blocks outermost: one block of x stays in cache while the weights stream past it.
  for_each_task(row_tasks * column_tasks, [&](int64_t task) {
    const int64_t row = task / column_tasks * kLinearRows, n = task % column_tasks * kLinearOutputs;
    kernel.linear(in + row * K, w, b, out + row * N, std::min(kLinearRows, M - row), N, K, n,
                  std::min(n + kLinearOutputs, N));
  });
  return y;
}

RmsNorm rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  const int64_t T = x.size(0), D = x.size(1);
  RmsNorm result{at::empty_like(x), at::empty({T}, x.options())};
  const float *in = x.const_data_ptr<float>(), *w = weight.const_data_ptr<float>();
  float *out = result.y.mutable_data_ptr<float>(), *inverse = result.inverse_rms.mutable_data_ptr<float>();
  at::parallel_for(0, T, 64, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      inverse[t] = kernels::active().rms_norm_row(in + t * D, w, out + t * D, D, static_cast<float>(eps));
    }
  });
  return result;
}

RmsNormGradients rms_norm_backward(const at::Tensor& x, const at::Tensor& weight,
                                   const at::Tensor& inverse_rms, const at::Tensor& dy) {
  const int64_t T = x.size(0), D = x.size(1);
  // Fixed blocks of rows each sum their own dweight; the blocks are then added in order: the same bits on any number
  // of threads.
  constexpr int64_t kRows = 256;
  const int64_t blocks = (T + kRows - 1) / kRows;
  at::Tensor dx = at::empty_like(x), partial = at::zeros({blocks, D}, x.options());
  const float *in = x.const_data_ptr<float>(), *w = weight.const_data_ptr<float>(),
              *d = dy.const_data_ptr<float>();
  const float* inverse = inverse_rms.const_data_ptr<float>();
  float *out = dx.mutable_data_ptr<float>(), *dw = partial.mutable_data_ptr<float>();
  at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin * kRows; t < std::min(end * kRows, T); ++t) {
      kernels::active().rms_norm_row_backward(in + t * D, w, d + t * D, inverse[t], out + t * D,
                                              dw + t / kRows * D, D);
    }
  });
  return {dx, at::sum(partial, 0)};
}

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, float direction) {
  const int64_t T = x.size(0), H = x.size(1), Dh = x.size(2);
  at::Tensor y = at::empty_like(x);
  const float *in = x.const_data_ptr<float>(), *c = cos.const_data_ptr<float>(),
              *s = sin.const_data_ptr<float>();
  float* out = y.mutable_data_ptr<float>();
  at::parallel_for(0, T, 64, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      kernels::active().rope_row(in + t * H * Dh, c + t * Dh / 2, s + t * Dh / 2, out + t * H * Dh, H, Dh,
                                 direction);
    }
  });
  return y;
}

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) {
  const int64_t T = gate.size(0), F = gate.size(1);
  at::Tensor y = at::empty_like(gate);
  const float *g = gate.const_data_ptr<float>(), *u = up.const_data_ptr<float>();
  float* out = y.mutable_data_ptr<float>();
  at::parallel_for(0, T, 16, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) kernels::active().swiglu_row(g + t * F, u + t * F, out + t * F, F);
  });
  return y;
}

SwigluGradients swiglu_backward(const at::Tensor& gate, const at::Tensor& up, const at::Tensor& dy) {
  const int64_t T = gate.size(0), F = gate.size(1);
  SwigluGradients result{at::empty_like(gate), at::empty_like(up)};
  const float *g = gate.const_data_ptr<float>(), *u = up.const_data_ptr<float>(),
              *d = dy.const_data_ptr<float>();
  float *dg = result.dgate.mutable_data_ptr<float>(), *du = result.dup.mutable_data_ptr<float>();
  at::parallel_for(0, T, 16, [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      kernels::active().swiglu_row_backward(g + t * F, u + t * F, d + t * F, dg + t * F, du + t * F, F);
    }
  });
  return result;
}

Attention attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                    const AttentionPlan& plan) {
  const kernels::AttentionShape shape = shape_of(q, k);
  Attention result{at::empty_like(q), at::empty({q.size(0), q.size(1)}, q.options())};
  const float *queries = q.const_data_ptr<float>(), *keys = k.const_data_ptr<float>(),
              *values = v.const_data_ptr<float>();
  float *out = result.out.mutable_data_ptr<float>(), *lse = result.logsumexp.mutable_data_ptr<float>();
  // Blocks of query rows; the first row's segment is found by binary search on query_begin.
  constexpr int64_t kRows = 16;
  const int64_t T = q.size(0),
                scratch_floats = kernels::attention_scratch_floats(shape, longest_key_count(plan));
  for_each_task((T + kRows - 1) / kRows, [&](int64_t task) {
    const int64_t begin = task * kRows, end = std::min(begin + kRows, T);
    std::vector<float> scratch(static_cast<size_t>(scratch_floats));
    auto after = [](int64_t row, const AttentionSegment& s) { return row < s.query_begin; };
    auto segment = std::upper_bound(plan.segments.begin(), plan.segments.end(), begin, after) - 1;
    for (int64_t row = begin; row < end; ++segment) {
      const int64_t from = row - segment->query_begin;
      const int64_t to = std::min(segment->num_queries, end - segment->query_begin);
      kernels::active().attention(queries, keys, values, out, lse, shape, *segment, from, to, scratch.data());
      row = segment->query_begin + to;
    }
  });
  return result;
}

AttentionGradients attention_backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                      const Attention& forward, const at::Tensor& dout,
                                      const AttentionPlan& plan) {
  const kernels::AttentionShape shape = shape_of(q, k);
  AttentionGradients result{at::empty_like(q), at::zeros_like(k), at::zeros_like(v)};
  const int64_t groups = static_cast<int64_t>(plan.group_begin.size()) - 1;
  const int64_t scratch_floats = kernels::attention_scratch_floats(shape, longest_key_count(plan));
  // Groups share no key rows and heads share no columns, so each (group, head) writes memory of its own, in order.
  for_each_task(groups * shape.num_kv_heads, [&](int64_t task) {
    std::vector<float> scratch(static_cast<size_t>(scratch_floats));
    const int64_t group = task / shape.num_kv_heads, head = task % shape.num_kv_heads;
    for (int64_t s = plan.group_begin[group]; s < plan.group_begin[group + 1]; ++s) {
      kernels::active().attention_backward(
          q.const_data_ptr<float>(), k.const_data_ptr<float>(), v.const_data_ptr<float>(),
          forward.out.const_data_ptr<float>(), dout.const_data_ptr<float>(),
          forward.logsumexp.const_data_ptr<float>(), result.dq.mutable_data_ptr<float>(),
          result.dk.mutable_data_ptr<float>(), result.dv.mutable_data_ptr<float>(), shape, plan.segments[s],
          head, scratch.data());
    }
  });
  return result;
}

HeadForward token_logprobs(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets,
                           double temperature) {
  const int64_t R = hidden.size(0), V = head.size(0);
  const auto options = hidden.options();
  HeadForward result{at::empty({R}, options), at::empty({R}, options), at::empty({R}, options)};
  float* logprobs = result.logprobs.mutable_data_ptr<float>();
  float* entropy = result.entropy.mutable_data_ptr<float>();
  float* logsumexp = result.logsumexp.mutable_data_ptr<float>();
  const int64_t* wanted = targets.const_data_ptr<int64_t>();
  const float inverse_temperature = static_cast<float>(1.0 / temperature);
  for (int64_t tile = 0; tile < R; tile += kHeadTileRows) {
    const int64_t rows = std::min(kHeadTileRows, R - tile);
    const at::Tensor logits = linear(hidden.narrow(0, tile, rows), head, {});  // [rows, V]
    const float* values = logits.const_data_ptr<float>();
    for_each_task(rows, [&](int64_t r) {
      const kernels::RowStats stats = kernels::active().softmax_stats(values + r * V, V, inverse_temperature);
      logsumexp[tile + r] = stats.logsumexp;
      entropy[tile + r] = stats.entropy;
      logprobs[tile + r] = values[r * V + wanted[tile + r]] * inverse_temperature - stats.logsumexp;
    });
  }
  return result;
}

HeadGradients token_logprobs_backward(const at::Tensor& hidden, const at::Tensor& head,
                                      const at::Tensor& targets, double temperature,
                                      const HeadForward& forward, const at::Tensor& dlogprobs,
                                      const at::Tensor& dentropy) {
  const int64_t R = hidden.size(0), V = head.size(0);
  HeadGradients result{at::empty_like(hidden), at::zeros_like(head)};
  const float *lse = forward.logsumexp.const_data_ptr<float>(),
              *entropy = forward.entropy.const_data_ptr<float>();
  const float *dlogprob = dlogprobs.const_data_ptr<float>(), *dent = dentropy.const_data_ptr<float>();
  const int64_t* wanted = targets.const_data_ptr<int64_t>();
  const float inverse_temperature = static_cast<float>(1.0 / temperature);
  const at::Tensor head_transposed = head.t().contiguous();  // [D, V]
  for (int64_t tile = 0; tile < R; tile += kHeadTileRows) {
    const int64_t rows = std::min(kHeadTileRows, R - tile);
    const at::Tensor inputs = hidden.narrow(0, tile, rows);
    at::Tensor logits = linear(inputs, head, {});  // recomputed: cheaper than keeping [R, V]
    float* values = logits.mutable_data_ptr<float>();
    for_each_task(rows, [&](int64_t r) {
      kernels::active().logprob_row_backward(values + r * V, V, inverse_temperature,
                                             {lse[tile + r], entropy[tile + r]}, wanted[tile + r],
                                             dlogprob[tile + r], dent[tile + r]);
    });
    result.dhidden.narrow(0, tile, rows).copy_(linear(logits, head_transposed, {}));
    result.dhead.addmm_(logits.t(), inputs);
  }
  return result;
}

}  // namespace r1::ops::cpu
