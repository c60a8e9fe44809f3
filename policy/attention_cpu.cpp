// Attention over blocks of keys and values: lays out what policy/kernels/attention.h computes, and spreads it over threads.
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "base/thread_pool.h"
#include "policy/kernels/kernels.h"
#include "policy/ops_cpu.h"

namespace r1::ops::cpu {
namespace {

using kernels::AttentionShape;
using kernels::kKeyBlock;
using kernels::num_key_blocks;
static_assert(kKeyBlock == kKvBlockRows);

AttentionShape shape_of(const AttentionHeads& heads) {
  return {heads.num_heads, heads.num_kv_heads, heads.head_dim};
}

// The plan as the kernels read it. Without a cache every segment gets blocks of its own, numbered in order.
struct Layout {
  std::vector<int32_t> blocks;
  std::vector<kernels::AttentionSegment> segments;
};

Layout layout_of(const AttentionPlan& plan, bool with_cache) {
  Layout layout;
  layout.segments.resize(plan.segments.size());
  std::vector<int64_t> own(plan.segments.size()), prefix(plan.segments.size());  // indices into blocks
  if (with_cache) layout.blocks = plan.blocks;
  for (size_t s = 0; s < plan.segments.size(); ++s) {
    const AttentionSegment& segment = plan.segments[s];
    if (with_cache) {
      own[s] = segment.own_blocks;
      prefix[s] = segment.prefix_blocks;
      continue;
    }
    check(segment.own_past == 0, "past rows need a cache");
    own[s] = static_cast<int64_t>(layout.blocks.size());
    for (int64_t i = num_key_blocks(segment.num_queries); i > 0; --i)
      layout.blocks.push_back(static_cast<int32_t>(layout.blocks.size()));
    if (segment.prefix_len == 0) continue;
    // Segments are in query order, so the one that holds the prefix stands before.
    auto holder = std::lower_bound(
        plan.segments.begin(), plan.segments.begin() + static_cast<int64_t>(s), segment.prefix_begin,
        [](const AttentionSegment& a, int64_t row) { return a.query_begin < row; });
    check(holder->query_begin == segment.prefix_begin && holder->num_queries >= segment.prefix_len,
          "a prefix is the rows of an earlier segment");
    prefix[s] = own[static_cast<size_t>(holder - plan.segments.begin())];
  }
  for (size_t s = 0; s < plan.segments.size(); ++s) {
    const AttentionSegment& segment = plan.segments[s];
    layout.segments[s] = {
        .query_begin = segment.query_begin,
        .num_queries = segment.num_queries,
        .prefix_blocks = segment.prefix_len > 0 ? layout.blocks.data() + prefix[s] : nullptr,
        .prefix_len = segment.prefix_len,
        .own_blocks = layout.blocks.data() + own[s],
        .own_past = segment.own_past,
        .prefix_row = segment.prefix_begin};
  }
  return layout;
}

// Rows [begin, end) of a segment that lie in one block: no two threads write to one block.
struct Piece {
  size_t segment;
  int64_t begin, end;
};

std::vector<Piece> pieces_of(const std::vector<kernels::AttentionSegment>& segments) {
  std::vector<Piece> pieces;
  for (size_t s = 0; s < segments.size(); ++s) {
    for (int64_t begin = 0; begin < segments[s].num_queries;) {
      const int64_t in_block = (segments[s].own_past + begin) % kKeyBlock;
      const int64_t end = std::min(segments[s].num_queries, begin + kKeyBlock - in_block);
      pieces.push_back({s, begin, end});
      begin = end;
    }
  }
  return pieces;
}

struct Rows {
  const float *qkv, *cos, *sin;
  void *q, *keys, *values;
};

// Rotates the queries and keys of a piece and writes keys and values to their block.
void place(const Rows& rows, const kernels::AttentionSegment& segment, Piece piece,
           const AttentionShape& shape, Precision precision) {
  const auto& kernel = kernels::active(precision);
  const int64_t Dh = shape.head_dim, q_width = shape.num_heads * Dh, kv_width = shape.num_kv_heads * Dh;
  static thread_local std::vector<float> pairs;  // [16][k, v]
  pairs.resize(static_cast<size_t>(2 * kv_width * kKeyBlock));
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const int64_t t = segment.query_begin + i;
    const float *row = rows.qkv + t * (q_width + 2 * kv_width), *cos = rows.cos + t * Dh / 2,
                *sin = rows.sin + t * Dh / 2;
    kernel.rows.rope(row, cos, sin,
                     static_cast<char*>(rows.q) + t * q_width * kernels::element_size(precision),
                     shape.num_heads, Dh, 1.0f);
    float* pair = pairs.data() + (i - piece.begin) * 2 * kv_width;
    kernel.rows.rope_floats(row + q_width, cos, sin, pair, shape.num_kv_heads, Dh, 1.0f);
    std::memcpy(pair + kv_width, row + q_width + kv_width, static_cast<size_t>(kv_width) * sizeof(float));
  }
  kernel.attention.write_floats({.shape = shape,
                                 .k = pairs.data(),
                                 .v = pairs.data() + kv_width,
                                 .row_stride = 2 * kv_width,
                                 .num_rows = piece.end - piece.begin,
                                 .position = segment.own_past + piece.begin,
                                 .blocks = segment.own_blocks,
                                 .keys = rows.keys,
                                 .values = rows.values});
}

}  // namespace

KvBlocks make_kv_blocks(int64_t num_blocks, const AttentionHeads& heads, Precision precision) {
  // Zeros: rows of a block that hold nothing yet must be finite.
  const auto options = at::TensorOptions().dtype(precision == Precision::Fp32 ? at::kFloat : at::kBFloat16);
  const int64_t Dh = heads.head_dim;
  return {at::zeros({num_blocks, heads.num_kv_heads, kernels::key_block_elements(precision, Dh)}, options),
          at::zeros({num_blocks, heads.num_kv_heads, kernels::value_block_elements(precision, Dh)}, options)};
}

Attention attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                    const AttentionHeads& heads, const AttentionPlan& plan, Precision precision,
                    KvBlocks* cache, bool keep) {
  const int64_t T = qkv.size(0), q_width = heads.num_heads * heads.head_dim;
  const AttentionShape shape = shape_of(heads);
  const Layout layout = layout_of(plan, cache != nullptr);
  Attention result;
  result.blocks =
      cache ? *cache : make_kv_blocks(static_cast<int64_t>(layout.blocks.size()), heads, precision);
  result.q = empty_elements({T, q_width}, precision);
  result.out = empty_elements({T, q_width}, precision);
  if (keep) result.logsumexp = at::empty({T, heads.num_heads}, at::TensorOptions().dtype(at::kFloat));

  const Rows rows{qkv.const_data_ptr<float>(),           cos.const_data_ptr<float>(),
                  sin.const_data_ptr<float>(),           result.q.mutable_data_ptr(),
                  result.blocks.keys.mutable_data_ptr(), result.blocks.values.mutable_data_ptr()};
  const std::vector<Piece> pieces = pieces_of(layout.segments);
  constexpr int64_t kPieces = 4;
  const int64_t total = static_cast<int64_t>(pieces.size());
  arithmetic_pool().run((total + kPieces - 1) / kPieces, [&](int64_t task) {
    for (int64_t p = task * kPieces; p < std::min(total, (task + 1) * kPieces); ++p) {
      const Piece& piece = pieces[static_cast<size_t>(p)];
      place(rows, layout.segments[piece.segment], piece, shape, precision);
    }
  });

  const kernels::AttentionForward forward{
      .shape = shape,
      .segments = layout.segments.data(),
      .q = rows.q,
      .keys = rows.keys,
      .values = rows.values,
      .out = result.out.mutable_data_ptr(),
      .logsumexp = keep ? result.logsumexp.mutable_data_ptr<float>() : nullptr};
  const auto tasks = kernels::plan_attention_tasks(
      layout.segments.data(), static_cast<int64_t>(layout.segments.size()), shape, arithmetic_pool().size());
  arithmetic_pool().run(static_cast<int64_t>(tasks.size()), [&](int64_t task) {
    kernels::active(precision).attention.forward(forward, tasks[static_cast<size_t>(task)]);
  });
  return result;
}

namespace {

at::Tensor as_floats(const at::Tensor& elements, Precision precision) {
  if (precision == Precision::Fp32) return elements;
  at::Tensor result = at::empty(elements.sizes(), at::TensorOptions().dtype(at::kFloat));
  const int64_t T = elements.size(0), D = elements.size(1);
  const auto* from = static_cast<const char*>(elements.const_data_ptr());
  float* to = result.mutable_data_ptr<float>();
  arithmetic_pool().run((T + 31) / 32, [&](int64_t task) {
    const int64_t begin = task * 32, rows = std::min<int64_t>(32, T - begin);
    kernels::active(precision).rows.to_floats(from + begin * D * kernels::element_size(precision),
                                              to + begin * D, rows * D);
  });
  return result;
}

}  // namespace

at::Tensor attention_backward(const Attention& forward, const at::Tensor& dout, const at::Tensor& cos,
                              const at::Tensor& sin, const AttentionHeads& heads, const AttentionPlan& plan,
                              Precision precision) {
  const AttentionShape shape = shape_of(heads);
  const int64_t T = dout.size(0), Dh = heads.head_dim, q_width = heads.num_heads * Dh,
                kv_width = heads.num_kv_heads * Dh;
  const Layout layout = layout_of(plan, /*with_cache=*/false);
  const auto floats = at::TensorOptions().dtype(at::kFloat);
  const at::Tensor dout_floats = as_floats(dout, precision);
  const at::Tensor dq = at::empty({T, q_width}, floats), dk = at::zeros({T, kv_width}, floats),
                   dv = at::zeros({T, kv_width}, floats);
  const kernels::AttentionBackward backward{.shape = shape,
                                            .segments = layout.segments.data(),
                                            .q = forward.q.const_data_ptr(),
                                            .keys = forward.blocks.keys.const_data_ptr(),
                                            .values = forward.blocks.values.const_data_ptr(),
                                            .out = forward.out.const_data_ptr(),
                                            .dout = dout_floats.const_data_ptr<float>(),
                                            .logsumexp = forward.logsumexp.const_data_ptr<float>(),
                                            .dq = dq.mutable_data_ptr<float>(),
                                            .dk = dk.mutable_data_ptr<float>(),
                                            .dv = dv.mutable_data_ptr<float>()};
  // Groups share no key rows and heads share no columns, so each (group, head) writes memory of its own, in order.
  const int64_t groups = static_cast<int64_t>(plan.group_begin.size()) - 1;
  arithmetic_pool().run(groups * heads.num_kv_heads, [&](int64_t task) {
    const size_t group = static_cast<size_t>(task / heads.num_kv_heads);
    kernels::active(precision).attention.backward(backward, task % heads.num_kv_heads,
                                                  plan.group_begin[group], plan.group_begin[group + 1]);
  });

  // Back through the rotation, into the rows the products came from.
  at::Tensor dqkv = at::empty({T, q_width + 2 * kv_width}, floats);
  float* out = dqkv.mutable_data_ptr<float>();
  const auto& kernel = kernels::active(precision).rows;
  arithmetic_pool().run((T + 31) / 32, [&](int64_t task) {
    for (int64_t t = task * 32; t < std::min(T, (task + 1) * 32); ++t) {
      const float *c = cos.const_data_ptr<float>() + t * Dh / 2,
                  *s = sin.const_data_ptr<float>() + t * Dh / 2;
      float* row = out + t * (q_width + 2 * kv_width);
      kernel.rope_floats(backward.dq + t * q_width, c, s, row, heads.num_heads, Dh, -1.0f);
      kernel.rope_floats(backward.dk + t * kv_width, c, s, row + q_width, heads.num_kv_heads, Dh, -1.0f);
      std::memcpy(row + q_width + kv_width, backward.dv + t * kv_width,
                  static_cast<size_t>(kv_width) * sizeof(float));
    }
  });
  return dqkv;
}

}  // namespace r1::ops::cpu
