#include "policy/ops_reference.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
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

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual) {
  at::Tensor y = at::matmul(x, weight.t());
  if (bias.defined()) y = y + bias;
  return residual.defined() ? residual + y : y;
}

at::Tensor swiglu(const at::Tensor& x, const at::Tensor& gate_up) {
  const int64_t F = gate_up.size(0) / 2;
  const at::Tensor both = at::matmul(x, gate_up.t());  // [T, 2 F]
  return at::silu(both.narrow(1, 0, F)) * both.narrow(1, F, F);
}

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  const int64_t half = x.size(-1) / 2;
  const at::Tensor first = x.narrow(-1, 0, half), second = x.narrow(-1, half, half);
  const at::Tensor c = cos.unsqueeze(1), s = sin.unsqueeze(1);  // [T, 1, Dh/2]: the same for every head
  return at::cat({first * c - second * s, second * c + first * s}, -1);
}

namespace {

// The cache rows of `count` rows of a sequence whose first block is plan.blocks[first], in order.
std::vector<int64_t> cache_rows(const AttentionPlan& plan, int64_t first, int64_t begin, int64_t count) {
  std::vector<int64_t> rows;
  for (int64_t i = begin; i < begin + count; ++i) {
    rows.push_back(plan.blocks[static_cast<size_t>(first + i / kKvBlockRows)] * kKvBlockRows +
                   i % kKvBlockRows);
  }
  return rows;
}

at::Tensor index_of(const std::vector<int64_t>& rows, c10::Device device) {
  return at::from_blob(const_cast<int64_t*>(rows.data()), {static_cast<int64_t>(rows.size())}, at::kLong)
      .clone()
      .to(device);
}

// Keys or values of one segment, prefix first: [num_keys, Hk, Dh]. fresh: those of this batch, [T, Hk, Dh].
at::Tensor rows_of(const at::Tensor& fresh, const at::Tensor& stored, const AttentionPlan& plan,
                   const AttentionSegment& segment) {
  if (stored.defined()) {
    std::vector<int64_t> rows = cache_rows(plan, segment.prefix_blocks, 0, segment.prefix_len);
    const auto own = cache_rows(plan, segment.own_blocks, 0, segment.own_past + segment.num_queries);
    rows.insert(rows.end(), own.begin(), own.end());
    return at::index(stored, c10::List<std::optional<at::Tensor>>{index_of(rows, stored.device())});
  }
  const at::Tensor own = fresh.narrow(0, segment.query_begin, segment.num_queries);
  if (segment.prefix_len == 0) return own;
  return at::cat({fresh.narrow(0, segment.prefix_begin, segment.prefix_len), own}, 0);
}

void write_cache(KvBlocks& cache, const at::Tensor& k, const at::Tensor& v, const AttentionPlan& plan) {
  std::vector<int64_t> rows;
  for (const AttentionSegment& s : plan.segments) {
    const auto own = cache_rows(plan, s.own_blocks, s.own_past, s.num_queries);
    rows.insert(rows.end(), own.begin(), own.end());
  }
  const at::Tensor index = index_of(rows, k.device());
  cache.keys.index_copy_(0, index, k);
  cache.values.index_copy_(0, index, v);
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

at::Tensor attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                     const AttentionHeads& heads, const AttentionPlan& plan, KvBlocks* cache) {
  const int64_t T = qkv.size(0), H = heads.num_heads, Hk = heads.num_kv_heads, Dh = heads.head_dim;
  const at::Tensor all = qkv.view({T, H + 2 * Hk, Dh});
  const at::Tensor q = rope(all.narrow(1, 0, H), cos, sin), k = rope(all.narrow(1, H, Hk), cos, sin),
                   v = all.narrow(1, H + Hk, Hk);
  if (cache) write_cache(*cache, k, v, plan);
  const at::Tensor stored_keys = cache ? cache->keys : at::Tensor(),
                   stored_values = cache ? cache->values : at::Tensor();
  std::vector<at::Tensor> outputs;  // segments are in query order and cover every row
  for (const AttentionSegment& segment : plan.segments) {
    outputs.push_back(attend(q.narrow(0, segment.query_begin, segment.num_queries),
                             rows_of(k, stored_keys, plan, segment), rows_of(v, stored_values, plan, segment),
                             segment.prefix_len + segment.own_past + 1));
  }
  return at::cat(outputs, 0).reshape({T, H * Dh});
}

constexpr int64_t kTileRows = 128;  // the [R, V] logits exist in tiles of so many rows

TokenLogprobs token_logprobs(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets,
                             double temperature) {
  std::vector<at::Tensor> logprobs, entropy;
  for (int64_t begin = 0; begin < hidden.size(0); begin += kTileRows) {
    const int64_t rows = std::min(kTileRows, hidden.size(0) - begin);
    const at::Tensor tile =
        at::log_softmax(at::matmul(hidden.narrow(0, begin, rows), head.t()) / temperature, -1);  // [rows, V]
    logprobs.push_back(at::gather(tile, 1, targets.narrow(0, begin, rows).unsqueeze(1)).squeeze(1));
    entropy.push_back(-at::sum(tile.exp() * tile, -1));
  }
  return {at::cat(logprobs, 0), at::cat(entropy, 0)};
}

}  // namespace r1::ops::reference
