// Attention: rows into blocks, and the forward pass. Compiled once per instruction set (cmake/R1Kernels.cmake).
#include "policy/kernels/attention_parts.h"

namespace r1::kernels::R1_KERNEL_ISA {

using BackwardFunction = decltype(AttentionKernels::backward);
BackwardFunction attention_backward(Precision precision);  // attention_backward_isa.cpp

namespace {

constexpr int64_t kValueChunk = 8;  // blocks of values that stay in the first cache while rows pass over them
constexpr int64_t kScoreBudget = 64 * 1024;  // floats of scores held at once, unless one query needs more

// ---- writing rows into blocks ------------------------------------------------------------------------------------------

// One row of one head as elements; Dh is even, so that its pairs are whole.
template <class Format, class Source>
inline void scatter_key(const Source* from, int64_t row, int64_t Dh, typename Format::Element* block) {
  using Element = typename Format::Element;
  for_vectors(Dh, [&](int64_t d, int64_t count) {
    Element row_part[kWidth];
    store_n(row_part, load_n(from + d, count), count);
    for (int64_t i = 0; i < count; i += Format::kStep) {
      std::memcpy(block + key_at<Format>(row, d + i), row_part + i, Format::kStep * sizeof(Element));
    }
  });
}
template <class Format, class Source>
inline void scatter_value(const Source* from, int64_t row, int64_t Dh, typename Format::Element* block) {
  using Element = typename Format::Element;
  for_vectors(Dh, [&](int64_t d, int64_t count) {
    Element row_part[kWidth];
    store_n(row_part, load_n(from + d, count), count);
    for (int64_t i = 0; i < count; ++i) block[value_at<Format>(row, d + i)] = row_part[i];
  });
}

template <class Format, class Source>
void write_rows(const KeyValueRows& rows) {
  using Element = typename Format::Element;
  constexpr Precision kPrecision = Format::kStep == 1 ? Precision::Fp32 : Precision::Bf16;
  const int64_t Hk = rows.shape.num_kv_heads, Dh = rows.shape.head_dim;
  const int64_t key_block = key_block_elements(kPrecision, Dh),
                value_block = value_block_elements(kPrecision, Dh);
  for (int64_t i = 0; i < rows.num_rows; ++i) {
    const int64_t position = rows.position + i, row = position % kKeyBlock;
    const int64_t block = rows.blocks[position / kKeyBlock];
    const Source* k = static_cast<const Source*>(rows.k) + i * rows.row_stride;
    const Source* v = static_cast<const Source*>(rows.v) + i * rows.row_stride;
    for (int64_t h = 0; h < Hk; ++h) {
      Element* keys = static_cast<Element*>(rows.keys) + (block * Hk + h) * key_block;
      Element* values = static_cast<Element*>(rows.values) + (block * Hk + h) * value_block;
      scatter_key<Format>(k + h * Dh, row, Dh, keys);
      scatter_value<Format>(v + h * Dh, row, Dh, values);
    }
  }
}

// ---- softmax of one row ----------------------------------------------------------------------------------------------

// body(scores, key, vector within the block) for the vectors of one part of a row.
template <class Body>
inline void for_scores(const float* scores, int64_t num_keys, Body body) {
  int64_t key = 0;
  for (; key + kKeyBlock <= num_keys; key += kKeyBlock) {
    for (int64_t v = 0; v < kBlockVecs; ++v) body(load(scores + key + v * kWidth), key + v * kWidth, v);
  }
  if (key == num_keys) return;
  for (int64_t v = 0; v < kBlockVecs; ++v) {
    body(masked(load(scores + key + v * kWidth), v * kWidth, num_keys - key), key + v * kWidth, v);
  }
}

// One row's keys: prefix_len scores from the row's begin, own_len from own_begin on (a multiple of kKeyBlock).
struct RowKeys {
  int64_t prefix_len, own_begin, own_len;
};
struct Softmax {
  float max, sum;  // of the scaled scores
};

// 16 lanes by halving, whatever the width.
inline float sum_block_lanes(const Vec* sums) {
  float lanes[kKeyBlock];
  for (int64_t v = 0; v < kBlockVecs; ++v) store(lanes + v * kWidth, sums[v]);
  for (int64_t half = kKeyBlock / 2; half > 0; half /= 2) {
    for (int64_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

// Scores become probabilities (before division by the sum) as left elements, in place: the row's begin is where they
// lie. An element is no wider than a float, so that no score is overwritten before it is read. Not inlined: every row
// goes through the same instructions.
template <class Format>
[[gnu::noinline]] Softmax softmax_row(float* scores, const RowKeys& keys, float scale) {
  Vec largest[kBlockVecs], sums[kBlockVecs] = {};
  for (Vec& part : largest) part = broadcast(kMinusInfinity);
  const auto keep_largest = [&](Vec s, int64_t, int64_t v) { largest[v] = max_vec(s, largest[v]); };
  for_scores(scores, keys.prefix_len, keep_largest);
  for_scores(scores + keys.own_begin, keys.own_len, keep_largest);
  for (int64_t v = 1; v < kBlockVecs; ++v) largest[0] = max_vec(largest[v], largest[0]);
  const float max = max_lanes(largest[0]) * scale;
  const Vec maximum = broadcast(max);
  auto* probabilities = reinterpret_cast<Left<Format>*>(scores);
  const auto exponentiate = [&](Vec s, int64_t key, int64_t v) {
    const Vec p = exp_vec(s * scale - maximum);
    sums[v] += p;
    store_left<Format>(probabilities + key, p, kWidth);
  };
  for_scores(scores, keys.prefix_len, exponentiate);
  probabilities += keys.own_begin;
  for_scores(scores + keys.own_begin, keys.own_len, exponentiate);
  return {max, sum_block_lanes(sums)};
}

// ---- forward -----------------------------------------------------------------------------------------------------------

// Queries [from, to) of one segment, as rows [row, row + (to - from) * heads_per_kv) of a tile.
struct Piece {
  const AttentionSegment* segment;
  int64_t from, to, row;
};

// Own blocks that queries before `to` see.
inline int64_t own_blocks_until(const AttentionSegment& segment, int64_t to) {
  return num_key_blocks(segment.own_past + to);
}

// One tile: pieces of segments that share their prefix (or one piece).
template <class Format>
struct ForwardTile {
  Piece pieces[kAttentionRows];
  int64_t num_pieces = 0, rows = 0;
  int64_t prefix_blocks = 0, own_blocks = 0;  // own: the most that a piece has
  int64_t stride = 0;                         // floats in a row of scores
  float* scores = nullptr;                    // [rows, stride]; afterwards probabilities
  Left<Format>* q = nullptr;                  // [rows, Dh]
  float* sums = nullptr;                      // [rows, Dp]
  Panel<Format>*keys = nullptr, *values = nullptr;

  int64_t own_begin() const { return prefix_blocks * kKeyBlock; }
  // Left elements from one row of probabilities to the next.
  int64_t probability_stride() const {
    return stride * static_cast<int64_t>(sizeof(float) / sizeof(Left<Format>));
  }
};

template <class Format>
void provide_scratch(const Geometry<Format>& g, ForwardTile<Format>& tile) {
  static thread_local Scratch<float> scores, sums;
  static thread_local Scratch<Left<Format>> q;
  static thread_local Scratch<Panel<Format>> keys, values;
  const int64_t num_blocks = tile.prefix_blocks + tile.own_blocks;
  tile.stride = num_blocks * kKeyBlock + kKeyBlock;  // one block more: rows must not lie a power of two apart
  tile.scores = scores.at_least(tile.rows * tile.stride);
  tile.sums = sums.at_least(tile.rows * g.Dp);
  tile.q = q.at_least(tile.rows * g.Dh);
  tile.keys = keys.at_least(num_blocks);
  tile.values = values.at_least(num_blocks);
}

// Panel pointers of a list of blocks.
template <class Format>
inline void find_panels(const Geometry<Format>& g, const AttentionForward& a, const int32_t* ids,
                        int64_t num_blocks, Panel<Format>* keys, Panel<Format>* values) {
  for (int64_t i = 0; i < num_blocks; ++i) {
    keys[i] = g.keys_of(a.keys, ids[i]);
    values[i] = g.values_of(a.values, ids[i]);
  }
}

// Own scores: a block is skipped for the rows before the first query that sees it.
template <class Format>
void score_own(const Geometry<Format>& g, const ForwardTile<Format>& tile, const Piece& piece,
               const Panel<Format>* keys) {
  const int64_t rows = (piece.to - piece.from) * g.heads_per_kv;
  score_blocks<Format>({tile.q + piece.row * g.Dh, g.Dh, Format::kStep}, rows, keys,
                       own_blocks_until(*piece.segment, piece.to), g.steps(),
                       tile.scores + piece.row * tile.stride + tile.own_begin(), tile.stride,
                       [&](int64_t block) {
                         const int64_t query = block * kKeyBlock - piece.segment->own_past - piece.from;
                         return query <= 0 ? 0 : query * g.heads_per_kv / kRows * kRows;
                       });
}

// Probabilities and the sums' reciprocals; own blocks that only later queries of the piece see get zeros.
template <class Format>
void softmax_piece(const Geometry<Format>& g, const AttentionForward& a, const ForwardTile<Format>& tile,
                   const Piece& piece, float* inverse_sums) {
  const AttentionSegment& segment = *piece.segment;
  const int64_t own_blocks = own_blocks_until(segment, piece.to);
  for (int64_t query = piece.from, row = piece.row; query < piece.to; ++query) {
    const RowKeys keys{segment.prefix_len, tile.own_begin(), segment.own_past + query + 1};
    for (int64_t head = 0; head < g.heads_per_kv; ++head, ++row) {
      float* scores = tile.scores + row * tile.stride;
      const Softmax softmax = softmax_row<Format>(scores, keys, g.scale);
      inverse_sums[row] = 1.0f / softmax.sum;
      if (a.logsumexp) {
        a.logsumexp[g.at(segment.query_begin + query, head)] = softmax.max + __builtin_logf(softmax.sum);
      }
      const int64_t seen = own_blocks_until(segment, query + 1);
      std::memset(reinterpret_cast<Left<Format>*>(scores) + tile.own_begin() + seen * kKeyBlock, 0,
                  static_cast<size_t>((own_blocks - seen) * kKeyBlock) * sizeof(Left<Format>));
    }
  }
}

// sums[rows] += probabilities times values of num_blocks blocks, a chunk of blocks at a time. blocks_of(r) limits row r.
template <class Format, class BlocksOf>
void add_values(const Geometry<Format>& g, const ForwardTile<Format>& tile, int64_t row_begin,
                int64_t row_end, int64_t first_key, const Panel<Format>* values, int64_t num_blocks,
                BlocksOf blocks_of) {
  const int64_t stride = tile.probability_stride();
  const auto* probabilities = reinterpret_cast<const Left<Format>*>(tile.scores) + first_key;
  for (int64_t begin = 0; begin < num_blocks; begin += kValueChunk) {
    for_row_tiles(row_begin, row_end, [&]<int R>(int64_t r) {
      const int64_t end = std::min({begin + kValueChunk, num_blocks, blocks_of(r + R - 1)});
      if (end <= begin) return;
      carry_rows<Format, R>({probabilities + r * stride + begin * kKeyBlock, stride, Format::kStep},
                            values + begin, end - begin, kPanel * kKeyBlock, kKeyBlock / Format::kStep,
                            tile.sums + r * g.Dp, g.Dp);
    });
  }
}

// A sum is +0 or -0 by what zeros were added to it: + 0 makes it +0.
template <class Format>
void write_out(const Geometry<Format>& g, const AttentionForward& a, const ForwardTile<Format>& tile,
               const Piece& piece, const float* inverse_sums) {
  auto* out = static_cast<typename Format::Element*>(a.out);
  for (int64_t query = piece.from, row = piece.row; query < piece.to; ++query) {
    for (int64_t head = 0; head < g.heads_per_kv; ++head, ++row) {
      auto* to = out + g.at(piece.segment->query_begin + query, head) * g.Dh;
      const float* sums = tile.sums + row * g.Dp;
      const Vec inverse = broadcast(inverse_sums[row]);
      for_vectors(g.Dh,
                  [&](int64_t d, int64_t count) { store_n(to + d, load(sums + d) * inverse + 0.0f, count); });
    }
  }
}

template <class Format>
void forward_tile(const Geometry<Format>& g, const AttentionForward& a, ForwardTile<Format>& tile) {
  using Element = typename Format::Element;
  provide_scratch(g, tile);
  float inverse_sums[kAttentionRows];
  const AttentionSegment& first = *tile.pieces[0].segment;
  find_panels(g, a, first.prefix_blocks, tile.prefix_blocks, tile.keys, tile.values);
  std::memset(tile.sums, 0, static_cast<size_t>(tile.rows * g.Dp) * sizeof(float));
  for (int64_t i = 0; i < tile.num_pieces; ++i) {
    const Piece& piece = tile.pieces[i];
    for (int64_t query = piece.from, row = piece.row; query < piece.to; ++query, row += g.heads_per_kv) {
      gather_query(g, static_cast<const Element*>(a.q), piece.segment->query_begin + query,
                   tile.q + row * g.Dh);
    }
  }
  score_blocks<Format>({tile.q, g.Dh, Format::kStep}, tile.rows, tile.keys, tile.prefix_blocks, g.steps(),
                       tile.scores, tile.stride, [](int64_t) -> int64_t { return 0; });
  Panel<Format>*keys = tile.keys + tile.prefix_blocks, *values = tile.values + tile.prefix_blocks;
  for (int64_t i = 0; i < tile.num_pieces; ++i) {
    const Piece& piece = tile.pieces[i];
    const int64_t own_blocks = own_blocks_until(*piece.segment, piece.to);
    find_panels(g, a, piece.segment->own_blocks, own_blocks, keys, values);
    const bool few = (piece.to - piece.from) * g.heads_per_kv <= kFewRows;
    if (few) prefetch_blocks<Format>(keys, 0, std::min(kAhead, own_blocks), g.key_block);
    score_own(g, tile, piece, keys);
    if (few && tile.num_pieces == 1)
      prefetch_blocks<Format>(values, 0, std::min(kAhead, own_blocks), g.value_block);
    softmax_piece(g, a, tile, piece, inverse_sums);
  }
  add_values(g, tile, 0, tile.rows, 0, tile.values, tile.prefix_blocks,
             [&](int64_t) { return tile.prefix_blocks; });
  for (int64_t i = 0; i < tile.num_pieces; ++i) {
    const Piece& piece = tile.pieces[i];
    const int64_t own_blocks = own_blocks_until(*piece.segment, piece.to);
    if (tile.num_pieces > 1) find_panels(g, a, piece.segment->own_blocks, own_blocks, keys, values);
    add_values(g, tile, piece.row, piece.row + (piece.to - piece.from) * g.heads_per_kv, tile.own_begin(),
               values, own_blocks, [&](int64_t row) {
                 return own_blocks_until(*piece.segment, piece.from + (row - piece.row) / g.heads_per_kv + 1);
               });
    write_out(g, a, tile, piece, inverse_sums);
  }
}

// Queries that fit in a tile together, whose rows have `num_keys` scores.
inline int64_t queries_that_fit(int64_t heads_per_kv, int64_t num_keys) {
  const int64_t rows = std::clamp<int64_t>(kScoreBudget / (num_keys + 1), kRows, kAttentionRows);
  return std::max<int64_t>(1, rows / heads_per_kv);
}

template <class Format>
void forward(const AttentionForward& a, const AttentionTask& task) {
  const Geometry<Format> g(a.shape, task.kv_head);
  int64_t s = task.segment_begin, from = task.from;
  const auto end_of = [&](int64_t segment) {
    return segment + 1 == task.segment_end ? task.to : a.segments[segment].num_queries;
  };
  while (s < task.segment_end) {
    ForwardTile<Format> tile;
    const AttentionSegment& first = a.segments[s];
    tile.prefix_blocks = num_key_blocks(first.prefix_len);
    int64_t room = queries_that_fit(g.heads_per_kv, first.prefix_len + first.own_past + end_of(s));
    while (s < task.segment_end && room > 0 &&
           (tile.num_pieces == 0 || shares_prefix(first, a.segments[s]))) {
      const int64_t to = std::min(end_of(s), from + room);
      if (to > from) {
        tile.pieces[tile.num_pieces++] = {&a.segments[s], from, to, tile.rows};
        tile.rows += (to - from) * g.heads_per_kv;
        tile.own_blocks = std::max(tile.own_blocks, own_blocks_until(a.segments[s], to));
        room -= to - from;
      }
      from = to;
      if (from < end_of(s)) break;
      ++s;
      from = 0;
    }
    if (tile.rows > 0) forward_tile(g, a, tile);
  }
}

}  // namespace

const AttentionKernels& attention_kernels(Precision precision) {
  static const AttentionKernels fp32{write_rows<Fp32, float>, write_rows<Fp32, float>, forward<Fp32>,
                                     attention_backward(Precision::Fp32)};
  static const AttentionKernels bf16{write_rows<Bf16Pairs, float>, write_rows<Bf16Pairs, Bf16>,
                                     forward<Bf16Pairs>, attention_backward(Precision::Bf16)};
  return precision == Precision::Fp32 ? fp32 : bf16;
}

}  // namespace r1::kernels::R1_KERNEL_ISA
