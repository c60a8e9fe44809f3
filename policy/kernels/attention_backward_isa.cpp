// Attention's backward pass. Compiled once per instruction set (cmake/R1Kernels.cmake).
//
// s = scale q.k, p = exp(s - logsumexp), dp = dout.v, ds = scale p (dp - dout.out)
// dv += p^T dout, dk += ds^T q, dq += ds k, each product over the rows of a tile or the keys of a chunk
#include "policy/kernels/attention_parts.h"

namespace r1::kernels::R1_KERNEL_ISA {
namespace {

constexpr int64_t kGradientChunk = 4;  // key blocks of one step

// Keys and values of one segment in the four forms the products want, block by block.
template <class Format>
struct SegmentKeys {
  using Element = typename Format::Element;
  int64_t prefix_blocks = 0;
  Panel<Format>* keys = nullptr;       // as they lie in the store: for s
  Element* values_as_keys = nullptr;   // [num_blocks] key blocks that hold values: for dp
  Element* keys_as_values = nullptr;   // [num_blocks] value blocks that hold keys: for dq
  float *dk = nullptr, *dv = nullptr;  // [num_blocks * 16, Dp]
};

// Rows of a tile, with everything that a chunk of key blocks needs.
template <class Format>
struct BackwardTile {
  using Element = typename Format::Element;
  const AttentionSegment* segment = nullptr;
  int64_t from = 0, to = 0, rows = 0, padded_rows = 0;  // padded to a multiple of step
  Left<Format>*q = nullptr, *dout = nullptr;            // [padded_rows, Dh]
  Element *q_packed = nullptr,
          *dout_packed = nullptr;                // N = Dh, K = rows: [Dp / 16][padded_rows / step][16][step]
  float* dq = nullptr;                           // [rows, Dp]
  float *delta = nullptr, *logsumexp = nullptr;  // [rows]
  float *s = nullptr, *dp = nullptr;             // [rows][kGradientChunk * 16]
  Left<Format>* ds = nullptr;                    // [rows][kGradientChunk * 16]
  Left<Format>*p_packed = nullptr, *ds_packed = nullptr;  // [kGradientChunk][padded_rows / step][16][step]
};
constexpr int64_t kChunkKeys = kGradientChunk * kKeyBlock;

// For segments of up to num_blocks blocks.
template <class Format>
SegmentKeys<Format> segment_scratch(const Geometry<Format>& g, int64_t num_blocks) {
  using Element = typename Format::Element;
  static thread_local Scratch<Panel<Format>> keys;
  static thread_local Scratch<Element> values_as_keys, keys_as_values;
  static thread_local Scratch<float> dk, dv;
  const int64_t gradients = num_blocks * kKeyBlock * g.Dp;
  return {0,
          keys.at_least(num_blocks),
          values_as_keys.at_least(num_blocks * g.key_block),
          keys_as_values.at_least(num_blocks * g.value_block),
          dk.at_least(gradients),
          dv.at_least(gradients)};
}

template <class Format>
BackwardTile<Format> tile_scratch(const Geometry<Format>& g) {
  using Element = typename Format::Element;
  static thread_local Scratch<Left<Format>> rows, chunk;
  static thread_local Scratch<Element> packed;
  static thread_local Scratch<float> floats;
  constexpr int64_t kScores = kAttentionRows * kChunkKeys;
  BackwardTile<Format> tile;
  tile.q = rows.at_least(2 * kAttentionRows * g.Dh);
  tile.dout = tile.q + kAttentionRows * g.Dh;
  tile.q_packed = packed.at_least(2 * kAttentionRows * g.Dp);
  tile.dout_packed = tile.q_packed + kAttentionRows * g.Dp;
  tile.ds = chunk.at_least(3 * kScores);
  tile.p_packed = tile.ds + kScores;
  tile.ds_packed = tile.p_packed + kScores;
  tile.s = floats.at_least(2 * kScores + kAttentionRows * (g.Dp + 2));
  tile.dp = tile.s + kScores;
  tile.dq = tile.dp + kScores;
  tile.delta = tile.dq + kAttentionRows * g.Dp;
  tile.logsumexp = tile.delta + kAttentionRows;
  return tile;
}

// Blocks [first, first + count) of the segment's list, whose first num_keys rows are written; the others become zeros.
template <class Format>
void repack_blocks(const Geometry<Format>& g, const AttentionBackward& a, const int32_t* ids, int64_t first,
                   int64_t count, int64_t num_keys, SegmentKeys<Format>& segment) {
  using Element = typename Format::Element;
  constexpr int64_t kStep = Format::kStep;
  for (int64_t i = 0; i < count; ++i) {
    Panel<Format> keys = segment.keys[first + i] = g.keys_of(a.keys, ids[i]);
    Panel<Format> values = g.values_of(a.values, ids[i]);
    Element* as_keys = segment.values_as_keys + (first + i) * g.key_block;
    Element* as_values = segment.keys_as_values + (first + i) * g.value_block;
    const int64_t written = std::min(kKeyBlock, num_keys - i * kKeyBlock);
    if (written < kKeyBlock || g.Dp > g.Dh) {
      std::memset(as_keys, 0, static_cast<size_t>(g.key_block) * sizeof(Element));
      std::memset(as_values, 0, static_cast<size_t>(g.value_block) * sizeof(Element));
    }
    for (int64_t d = 0; d < g.Dh; d += kStep) {
      for (int64_t row = 0; row < written; ++row) {
        for (int64_t e = 0; e < kStep; ++e) {
          as_keys[key_at<Format>(row, d) + e] = values[value_at<Format>(row, d + e)];
          as_values[value_at<Format>(row, d + e)] = keys[key_at<Format>(row, d) + e];
        }
      }
    }
  }
}

// N = Dh, K = rows, from rows of left elements.
template <class Format>
void pack_tile_rows(const Geometry<Format>& g, const Left<Format>* rows, int64_t padded_rows,
                    typename Format::Element* packed) {
  constexpr int64_t kStep = Format::kStep;
  for (int64_t row = 0; row < padded_rows; row += kStep) {
    for (int64_t d = 0; d < g.Dp; d += kPanel) {
      Vec parts[2][kBlockVecs];
      for (int64_t e = 0; e < kStep; ++e) {
        for (int64_t v = 0; v < kBlockVecs; ++v) {
          const int64_t column = d + v * kWidth, count = std::clamp<int64_t>(g.Dh - column, 0, kWidth);
          parts[e][v] = count > 0 ? load_n(rows + (row + e) * g.Dh + column, count) : Vec{};
        }
      }
      auto* to = packed + d * padded_rows + row * kPanel;
      if constexpr (kStep == 1) {
        store_step(to, parts[0]);
      } else {
        store_step(to, parts[0], parts[1]);
      }
    }
  }
}

// Fills in the tile's own operands for queries [from, to).
template <class Format>
void begin_tile(const Geometry<Format>& g, const AttentionBackward& a, BackwardTile<Format>& tile) {
  tile.rows = (tile.to - tile.from) * g.heads_per_kv;
  tile.padded_rows = round_up(tile.rows, Format::kStep);
  for (int64_t query = tile.from, row = 0; query < tile.to; ++query, row += g.heads_per_kv) {
    const int64_t token = tile.segment->query_begin + query;
    gather_query(g, static_cast<const typename Format::Element*>(a.q), token, tile.q + row * g.Dh);
    gather_query(g, a.dout, token, tile.dout + row * g.Dh);
    for (int64_t head = 0; head < g.heads_per_kv; ++head) {
      const int64_t at = g.at(token, head);
      const auto* out = static_cast<const typename Format::Element*>(a.out) + at * g.Dh;
      const Left<Format>* dout = tile.dout + (row + head) * g.Dh;
      Vec sum{};
      for_vectors(g.Dh, [&](int64_t d, int64_t n) { sum += load_n(dout + d, n) * load_n(out + d, n); });
      tile.delta[row + head] = sum_lanes(sum);
      tile.logsumexp[row + head] = a.logsumexp[at];
    }
  }
  const size_t padding = static_cast<size_t>((tile.padded_rows - tile.rows) * g.Dh) * sizeof(Left<Format>);
  std::memset(tile.q + tile.rows * g.Dh, 0, padding);
  std::memset(tile.dout + tile.rows * g.Dh, 0, padding);
  pack_tile_rows(g, tile.q, tile.padded_rows, tile.q_packed);
  pack_tile_rows(g, tile.dout, tile.padded_rows, tile.dout_packed);
  std::memset(tile.dq, 0, static_cast<size_t>(tile.rows * g.Dp) * sizeof(float));
}

struct BlockGradient {
  Vec p[kBlockVecs], ds[kBlockVecs];
};

// p and ds of one row and one block of which the row sees the first `visible` keys.
template <class Format>
inline BlockGradient block_gradient(const BackwardTile<Format>& tile, float scale, int64_t row, int64_t key,
                                    int64_t visible) {
  BlockGradient result;
  const float *s = tile.s + row * kChunkKeys + key, *dp = tile.dp + row * kChunkKeys + key;
  const Vec logsumexp = broadcast(tile.logsumexp[row]), delta = broadcast(tile.delta[row]);
  for (int64_t v = 0; v < kBlockVecs; ++v) {
    Vec score = load(s + v * kWidth);
    if (visible < kKeyBlock) score = masked(score, v * kWidth, visible);
    const Vec pull =
        load(dp + v * kWidth) - delta;  // finite for every key: repack_blocks leaves zeros where none is
    result.p[v] = exp_vec(score * scale - logsumexp);
    result.ds[v] = result.p[v] * pull * scale;
  }
  return result;
}

// Keys of the segment's block that a query sees, at most kKeyBlock.
template <class Format>
inline int64_t visible_keys(const BackwardTile<Format>& tile, const SegmentKeys<Format>& segment,
                            int64_t block, int64_t query) {
  const int64_t num_keys = block < segment.prefix_blocks
                               ? tile.segment->prefix_len - block * kKeyBlock
                               : query + 1 - (block - segment.prefix_blocks) * kKeyBlock;
  return std::clamp<int64_t>(num_keys, 0, kKeyBlock);
}

// From s and dp of one block to p and ds, in the forms of the three gradient products.
template <class Format>
void softmax_backward_block(const Geometry<Format>& g, const BackwardTile<Format>& tile,
                            const SegmentKeys<Format>& segment, int64_t block, int64_t key) {
  constexpr int64_t kStep = Format::kStep;
  Left<Format>* p_packed = tile.p_packed + key * tile.padded_rows;
  Left<Format>* ds_packed = tile.ds_packed + key * tile.padded_rows;
  int64_t head = 0, query = tile.from;
  for (int64_t row = 0; row < tile.padded_rows; row += kStep) {
    BlockGradient gradients[2] = {};
    for (int64_t e = 0; e < kStep && row + e < tile.rows; ++e) {
      gradients[e] = block_gradient(tile, g.scale, row + e, key, visible_keys(tile, segment, block, query));
      Left<Format>* ds = tile.ds + (row + e) * kChunkKeys + key;
      for (int64_t v = 0; v < kBlockVecs; ++v)
        store_left<Format>(ds + v * kWidth, gradients[e].ds[v], kWidth);
      if (++head == g.heads_per_kv) head = 0, ++query;
    }
    if constexpr (kStep == 1) {
      store_step(p_packed + row * kKeyBlock, gradients[0].p);
      store_step(ds_packed + row * kKeyBlock, gradients[0].ds);
    } else {
      store_step(p_packed + row * kKeyBlock, gradients[0].p, gradients[1].p);
      store_step(ds_packed + row * kKeyBlock, gradients[0].ds, gradients[1].ds);
    }
  }
}

// One chunk of key blocks for one tile of rows.
template <class Format>
void backward_chunk(const Geometry<Format>& g, const BackwardTile<Format>& tile,
                    const SegmentKeys<Format>& segment, int64_t begin, int64_t count) {
  constexpr int64_t kStep = Format::kStep;
  const auto from_first_row = [](int64_t) -> int64_t { return 0; };
  Panel<Format> values[kGradientChunk], keys[kGradientChunk];
  for (int64_t i = 0; i < count; ++i) {
    values[i] = segment.values_as_keys + (begin + i) * g.key_block;
    keys[i] = segment.keys_as_values + (begin + i) * g.value_block;
  }
  score_blocks<Format>({tile.q, g.Dh, kStep}, tile.rows, segment.keys + begin, count, g.steps(), tile.s,
                       kChunkKeys, from_first_row);
  score_blocks<Format>({tile.dout, g.Dh, kStep}, tile.rows, values, count, g.steps(), tile.dp, kChunkKeys,
                       from_first_row);
  const Panel<Format> q = tile.q_packed, dout = tile.dout_packed;
  for (int64_t i = 0; i < count; ++i) {
    softmax_backward_block(g, tile, segment, begin + i, i * kKeyBlock);
    const int64_t packed = i * kKeyBlock * tile.padded_rows, gradient = (begin + i) * kKeyBlock * g.Dp;
    for_row_tiles(0, kKeyBlock, [&]<int R>(int64_t r) {
      const int64_t panel_stride = kPanel * tile.padded_rows, steps = tile.padded_rows / kStep,
                    step = kStep * kPanel;
      carry_rows<Format, R>({tile.p_packed + packed + r * kStep, kStep, step}, &dout, 1, panel_stride, steps,
                            segment.dv + gradient + r * g.Dp, g.Dp);
      carry_rows<Format, R>({tile.ds_packed + packed + r * kStep, kStep, step}, &q, 1, panel_stride, steps,
                            segment.dk + gradient + r * g.Dp, g.Dp);
    });
  }
  for_row_tiles(0, tile.rows, [&]<int R>(int64_t r) {
    carry_rows<Format, R>({tile.ds + r * kChunkKeys, kChunkKeys, kStep}, keys, count, kPanel * kKeyBlock,
                          kKeyBlock / kStep, tile.dq + r * g.Dp, g.Dp);
  });
}

// rows of `to` [T, Hk, Dh] from token on += gradients [num_rows, Dp]
template <class Format>
void add_rows(const Geometry<Format>& g, const float* gradients, int64_t num_rows, int64_t token, float* to) {
  for (int64_t i = 0; i < num_rows; ++i) {
    const float* from = gradients + i * g.Dp;
    float* row = to + ((token + i) * g.Hk + g.kv_head) * g.Dh;
    for_vectors(g.Dh,
                [&](int64_t d, int64_t n) { store_n(row + d, load_n(row + d, n) + load(from + d), n); });
  }
}

// Forms and zero gradients of the blocks that hold `num_keys` keys, from block `first` of the segment on.
template <class Format>
void begin_keys(const Geometry<Format>& g, const AttentionBackward& a, const int32_t* ids, int64_t first,
                int64_t num_keys, SegmentKeys<Format>& keys) {
  const int64_t count = num_key_blocks(num_keys), at = first * kKeyBlock * g.Dp;
  repack_blocks(g, a, ids, first, count, num_keys, keys);
  const size_t bytes = static_cast<size_t>(count * kKeyBlock * g.Dp) * sizeof(float);
  std::memset(keys.dk + at, 0, bytes);
  std::memset(keys.dv + at, 0, bytes);
}

// Their gradients, to the rows of tokens [token, token + num_keys).
template <class Format>
void end_keys(const Geometry<Format>& g, const AttentionBackward& a, const SegmentKeys<Format>& keys,
              int64_t first, int64_t num_keys, int64_t token) {
  const int64_t at = first * kKeyBlock * g.Dp;
  add_rows(g, keys.dk + at, num_keys, token, a.dk);
  add_rows(g, keys.dv + at, num_keys, token, a.dv);
}

// The prefix's keys are in `keys`; it gathers their gradient over all segments that share it.
template <class Format>
void backward_segment(const Geometry<Format>& g, const AttentionBackward& a, const AttentionSegment& segment,
                      SegmentKeys<Format>& keys) {
  begin_keys(g, a, segment.own_blocks, keys.prefix_blocks, segment.num_queries, keys);
  BackwardTile<Format> tile = tile_scratch(g);
  tile.segment = &segment;
  const int64_t queries = std::max<int64_t>(1, kAttentionRows / g.heads_per_kv);
  for (tile.from = 0; tile.from < segment.num_queries; tile.from = tile.to) {
    tile.to = std::min(segment.num_queries, tile.from + queries);
    begin_tile(g, a, tile);
    const int64_t seen = keys.prefix_blocks + num_key_blocks(tile.to);
    for (int64_t begin = 0; begin < seen; begin += kGradientChunk) {
      backward_chunk(g, tile, keys, begin, std::min(kGradientChunk, seen - begin));
    }
    for (int64_t query = tile.from, row = 0; query < tile.to; ++query) {
      for (int64_t head = 0; head < g.heads_per_kv; ++head, ++row) {
        float* dq = a.dq + g.at(segment.query_begin + query, head) * g.Dh;
        const float* sums = tile.dq + row * g.Dp;
        for_vectors(g.Dh, [&](int64_t d, int64_t n) { store_n(dq + d, load(sums + d), n); });
      }
    }
  }
  end_keys(g, a, keys, keys.prefix_blocks, segment.num_queries, segment.query_begin);
}

template <class Format>
void backward(const AttentionBackward& a, int64_t kv_head, int64_t segment_begin, int64_t segment_end) {
  const Geometry<Format> g(a.shape, kv_head);
  int64_t most = 0;
  for (int64_t s = segment_begin; s < segment_end; ++s) {
    most =
        std::max(most, num_key_blocks(a.segments[s].prefix_len) + num_key_blocks(a.segments[s].num_queries));
  }
  SegmentKeys<Format> keys = segment_scratch(g, most);
  for (int64_t s = segment_begin; s < segment_end; ++s) {
    const AttentionSegment& segment = a.segments[s];
    const bool first = s == segment_begin || !shares_prefix(a.segments[s - 1], segment),
               last = s + 1 == segment_end || !shares_prefix(segment, a.segments[s + 1]);
    keys.prefix_blocks = num_key_blocks(segment.prefix_len);
    if (first) begin_keys(g, a, segment.prefix_blocks, 0, segment.prefix_len, keys);
    backward_segment(g, a, segment, keys);
    if (last) end_keys(g, a, keys, 0, segment.prefix_len, segment.prefix_row);
  }
}

}  // namespace

decltype(AttentionKernels::backward) attention_backward(Precision precision) {
  return precision == Precision::Fp32 ? backward<Fp32> : backward<Bf16Pairs>;
}

}  // namespace r1::kernels::R1_KERNEL_ISA
