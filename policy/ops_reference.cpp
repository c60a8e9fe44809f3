#include "policy/ops_reference.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/where.h>

#include <cmath>
#include <limits>

namespace r1::ops::reference {

// at::index rather than index_select or embedding: those have no meta kernel.
at::Tensor embedding(const at::Tensor& ids, const at::Tensor& weight, int64_t padding_id) {
  const at::Tensor rows = at::index(weight, c10::List<std::optional<at::Tensor>>{ids});
  if (padding_id < 0) return rows;
  const at::Tensor padded = (ids == padding_id).unsqueeze(1), others = (ids != padding_id).unsqueeze(1);
  // Two selections instead of at::where, which has no meta kernel.
  return rows.masked_fill(padded, 0) + rows.detach().masked_fill(others, 0);
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  return x * at::rsqrt(at::mean(x * x, -1, /*keepdim=*/true) + eps) * weight;
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor y = at::matmul(x, weight.t());
  return bias.defined() ? y + bias : y;
}

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const int64_t half = x.size(-1) / 2;
  const at::Tensor first = x.narrow(-1, 0, half), second = x.narrow(-1, half, half);
  const at::Tensor c = cos.unsqueeze(1), s = sin.unsqueeze(1);  // [T, 1, Dh/2]: the same for every head
  return at::cat({first * c - second * s, second * c + first * s}, -1);
}

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) { return at::silu(gate) * up; }

namespace {

// Keys or values of one segment, prefix first: [num_keys, Hk, Dh].
at::Tensor rows_of(const at::Tensor& store, const AttentionSegment& segment) {
  const at::Tensor own = store.narrow(0, segment.own_begin, segment.own_past + segment.num_queries);
  if (segment.prefix_len == 0) return own;
  return at::cat({store.narrow(0, segment.prefix_begin, segment.prefix_len), own}, 0);
}

at::Tensor attend(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                  int64_t visible_to_first) {
  const int64_t num_queries = q.size(0), num_keys = keys.size(0), repeat = q.size(1) / keys.size(1);
  const at::Tensor queries = q.transpose(0, 1);                              // [H, Q, Dh]
  const at::Tensor k = keys.transpose(0, 1).repeat_interleave(repeat, 0);    // [H, J, Dh]
  const at::Tensor v = values.transpose(0, 1).repeat_interleave(repeat, 0);  // [H, J, Dh]
  at::Tensor scores =
      at::matmul(queries, k.transpose(1, 2)) / std::sqrt(static_cast<double>(q.size(2)));  // [H, Q, J]
  const auto index = q.options().dtype(at::kLong);
  const at::Tensor last_visible = at::arange(num_queries, index).unsqueeze(1) + (visible_to_first - 1);
  const at::Tensor hidden = at::arange(num_keys, index).unsqueeze(0) > last_visible;  // [Q, J]
  scores = scores.masked_fill(hidden, -std::numeric_limits<double>::infinity());
  return at::matmul(at::softmax(scores, -1), v).transpose(0, 1);  // [Q, H, Dh]
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const AttentionPlan& plan) {
  std::vector<at::Tensor> outputs;  // segments are in query order and cover every row
  for (const AttentionSegment& segment : plan.segments) {
    outputs.push_back(attend(q.narrow(0, segment.query_begin, segment.num_queries), rows_of(k, segment),
                             rows_of(v, segment), segment.prefix_len + segment.own_past + 1));
  }
  return at::cat(outputs, 0);
}

TokenLogprobs token_logprobs(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets,
                             double temperature) {
  std::vector<at::Tensor> logprobs, entropy;
  for (int64_t begin = 0; begin < hidden.size(0); begin += kHeadTileRows) {
    const int64_t rows = std::min(kHeadTileRows, hidden.size(0) - begin);
    const at::Tensor tile =
        at::log_softmax(at::matmul(hidden.narrow(0, begin, rows), head.t()) / temperature, -1);  // [rows, V]
    logprobs.push_back(at::gather(tile, 1, targets.narrow(0, begin, rows).unsqueeze(1)).squeeze(1));
    entropy.push_back(-at::sum(tile.exp() * tile, -1));
  }
  return {at::cat(logprobs, 0), at::cat(entropy, 0)};
}

}  // namespace r1::ops::reference
