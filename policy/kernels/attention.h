// Scaled dot-product attention over keys and values that lie in blocks: forward for sampling and training, backward.
//
// The promise of kernels.h holds for the forward pass: the bits of the output row of (query, head) depend only on that
// query, on its keys and values and on their partition into prefix and own ones, never on the rows computed with it, on
// the ids of the blocks, on the pieces a sequence is fed in, or on who else shares the prefix. The backward pass is
// deterministic: same call, same bits, whatever the threads.
//
// Legend: T packed token rows, H query heads, Hk key/value heads, Dh head size (even), step 1 (fp32) or 2 (bf16).
//
// Keys and values of one layer lie in blocks of kKeyBlock rows. Block b, kv head h is found at element
//   (b * Hk + h) * key_block_elements    of `keys`:   one panel of gemm.h, N = 16 keys, K = Dh:  [Dh / step][16][step]
//   (b * Hk + h) * value_block_elements  of `values`: panels N = Dh, K = 16 keys:  [ceil(Dh / 16)][16 / step][16][step]
// so that both products read them as they lie. A sequence is a list of block ids; its row p is row p % 16 of block
// ids[p / 16]. Rows of a listed block that hold no key yet must be finite (zeros, or what an earlier owner left): their
// scores count as -infinity and their probabilities are exactly 0. A 64-byte aligned store is faster.
//
// All pointers are borrowed for the call. Nothing here reports errors: shapes and ids are the caller's to check. A NaN or
// infinity in q, or in a key or value that a query sees, makes that query's row NaN.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "policy/kernels/gemm.h"

namespace r1::kernels {

constexpr int64_t kKeyBlock = 16;
constexpr int64_t kAttentionRows =
    64;  // (query, head) rows that are computed together; never more heads per kv head

constexpr int64_t num_key_blocks(int64_t num_keys) { return (num_keys + kKeyBlock - 1) / kKeyBlock; }
// Elements of one block of one kv head.
constexpr int64_t key_block_elements(Precision precision, int64_t Dh) {
  return panel_elements(precision, Dh);
}
constexpr int64_t value_block_elements(Precision precision, int64_t Dh) {
  return packed_elements(precision, Dh, kKeyBlock);
}

struct AttentionShape {
  int64_t num_heads = 0, num_kv_heads = 0, head_dim = 0;
};

// Query rows [query_begin, query_begin + num_queries) of one sequence. Query j sees, in this order,
//   prefix rows [0, prefix_len)           of prefix_blocks, which other segments may share (a group's prompt)
//   own rows    [0, own_past + j + 1)     of own_blocks, causal; own row 0 is row 0 of own_blocks[0]
// The keys and values of the queries themselves are in own_blocks already (write_rows comes first).
struct AttentionSegment {
  int64_t query_begin = 0, num_queries = 0;
  const int32_t* prefix_blocks = nullptr;
  int64_t prefix_len = 0;
  const int32_t* own_blocks = nullptr;
  int64_t own_past = 0;
  int64_t prefix_row = 0;  // backward only: the packed token row of the prefix's first key
};

// Queries of one kv head: of segments [segment_begin, segment_end), the first one from its query `from` on, the last one
// up to `to`.
struct AttentionTask {
  int64_t kv_head = 0, segment_begin = 0, segment_end = 0, from = 0, to = 0;
};

struct AttentionForward {
  AttentionShape shape;
  const AttentionSegment* segments = nullptr;
  const void* q = nullptr;  // elements [T, H, Dh], rotated
  const void *keys = nullptr, *values = nullptr;
  void* out = nullptr;         // elements [T, H, Dh]
  float* logsumexp = nullptr;  // [T, H], natural log of the sum of e^score; not written when null
};

// Gradients of a forward pass with own_past = 0 everywhere. A task is a group: consecutive segments of which only they
// read and only they own the key rows they name, e.g. a prompt and the samples that have it as prefix.
struct AttentionBackward {
  AttentionShape shape;
  const AttentionSegment* segments = nullptr;
  const void *q = nullptr, *keys = nullptr, *values = nullptr, *out = nullptr;  // as in the forward pass
  const float* dout = nullptr;                                                  // [T, H, Dh]
  const float* logsumexp = nullptr;                                             // [T, H]
  float* dq = nullptr;                                                          // [T, H, Dh], written
  float *dk = nullptr,
        *dv = nullptr;  // [T, Hk, Dh], added to: own rows from query_begin on, prefix from prefix_row on
};

// Rows of k (rotated) and v for positions [position, position + num_rows) of the sequence that lies in `blocks`.
struct KeyValueRows {
  AttentionShape shape;
  const void *k = nullptr, *v = nullptr;  // [num_rows, Hk, Dh], floats or elements
  int64_t row_stride = 0;                 // of both, >= Hk * Dh
  int64_t num_rows = 0, position = 0;
  const int32_t* blocks = nullptr;
  void *keys = nullptr, *values = nullptr;
};

struct AttentionKernels {
  void (*write_floats)(const KeyValueRows& rows);
  void (*write_elements)(const KeyValueRows& rows);
  void (*forward)(const AttentionForward& attention, const AttentionTask& task);
  // Segments [segment_begin, segment_end) in order, for one kv head.
  void (*backward)(const AttentionBackward& attention, int64_t kv_head, int64_t segment_begin,
                   int64_t segment_end);
};

constexpr bool shares_prefix(const AttentionSegment& a, const AttentionSegment& b) {
  return a.prefix_len > 0 && a.prefix_len == b.prefix_len && a.prefix_blocks == b.prefix_blocks;
}

// Tasks that cover every query of every kv head once, about four per thread. A good task holds kAttentionRows rows or
// more, and whole runs of single queries that share a prefix: their rows read it once. Below some 4,000 (row, key) pairs
// a task costs less than handing it over.
inline std::vector<AttentionTask> plan_attention_tasks(const AttentionSegment* segments, int64_t num_segments,
                                                       const AttentionShape& shape, int64_t num_threads) {
  constexpr int64_t kSmallestTask = 4096;
  const int64_t heads = shape.num_heads / shape.num_kv_heads,
                whole_tile = std::max<int64_t>(1, kAttentionRows / heads);
  const auto work = [&](const AttentionSegment& segment, int64_t from, int64_t to) {
    return (to - from) * heads * (segment.prefix_len + segment.own_past + (from + to + 1) / 2);
  };
  int64_t total = 0;
  for (int64_t s = 0; s < num_segments; ++s) total += work(segments[s], 0, segments[s].num_queries);
  const int64_t target = std::max(kSmallestTask, total * shape.num_kv_heads / (4 * num_threads));
  std::vector<AttentionTask> tasks;
  AttentionTask task;
  int64_t held = 0, queries = 0;
  const auto finish = [&](int64_t segment_end, int64_t to) {
    task.segment_end = segment_end;
    task.to = to;
    for (task.kv_head = 0; task.kv_head < shape.num_kv_heads; ++task.kv_head) tasks.push_back(task);
    held = queries = 0;
  };
  for (int64_t s = 0; s < num_segments; ++s) {
    for (int64_t from = 0; from < segments[s].num_queries;) {
      const int64_t to = std::min(segments[s].num_queries, from + whole_tile);
      if (held == 0) task = {0, s, 0, from, 0};
      held += work(segments[s], from, to);
      queries += to - from;
      from = to;
      const bool ends = to == segments[s].num_queries;
      const bool same_tile = ends && s + 1 < num_segments && shares_prefix(segments[s], segments[s + 1]) &&
                             queries + segments[s + 1].num_queries <= whole_tile;
      if (held >= target && !same_tile) finish(s + 1, to);
    }
  }
  if (held > 0) finish(num_segments, segments[num_segments - 1].num_queries);
  return tasks;
}

}  // namespace r1::kernels
