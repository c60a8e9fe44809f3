// Compiled once per instruction set (cmake/R1Kernels.cmake).
//
// Legend: a row is one (query, head) pair of the task's kv head: row = query * heads_per_kv + head. A panel pointer is
// where one block's keys (or values) of that kv head begin. Dp is Dh rounded up to whole panels.
#include "policy/kernels/attention.h"

#include "policy/kernels/tile.h"
#include "policy/kernels/vector.h"

namespace r1::kernels::R1_KERNEL_ISA {
namespace {

constexpr int64_t kBlockVecs = kKeyBlock / kWidth;
constexpr int kPair = kTilePanels > 1 ? 2 : 1;  // panels in a tile of kRows rows
constexpr int64_t kValueChunk = 8;  // blocks of values that stay in the first cache while rows pass over them
constexpr int64_t kGradientChunk = 4;        // key blocks of one backward step
constexpr int64_t kScoreBudget = 64 * 1024;  // floats of scores held at once, unless one query needs more
static_assert(kKeyBlock == kPanel && kKeyBlock % kWidth == 0 && kAttentionRows % kRows == 0);

// ---- the left operand of a product ----------------------------------------------------------------------------------

// Elements as the tiles read them from the left (tile.h): where bf16 is widened in registers, floats of bf16 values.
template <class Format, bool Dot = Format::kStep == 2 && kDotPairs>
struct LeftOf {
  using Type = float;
};
template <class Format>
struct LeftOf<Format, true> {
  using Type = Bf16;
};
template <class Format>
using Left = typename LeftOf<Format>::Type;

// The value as an element would keep it.
template <class Format>
inline Vec rounded(Vec value) {
  if constexpr (Format::kStep == 1) {
    return value;
  } else {
    return widen(round_to_bf16(value));
  }
}

template <class Format>
inline void store_left(Left<Format>* to, Vec value, int64_t count) {
  if constexpr (sizeof(Left<Format>) == sizeof(float)) {
    store_n(to, rounded<Format>(value), count);
  } else {
    store_n(to, value, count);
  }
}

// Two rows of 16 values, one reduction step of a packed operand: lane c of both lie together. With step 1 (`second` is
// not used then) it is just the row.
inline void store_step(float* to, const Vec* first) {
  for (int64_t v = 0; v < kBlockVecs; ++v) store(to + v * kWidth, first[v]);
}
inline void store_step(Bf16* to, const Vec* first, const Vec* second) {
  for (int64_t v = 0; v < kBlockVecs; ++v) {
    const VecBits low = __builtin_convertvector(round_to_bf16(first[v]), VecBits),
                  high = __builtin_convertvector(round_to_bf16(second[v]), VecBits);
    const VecBits pairs = low | high << 16;
    std::memcpy(to + 2 * v * kWidth, &pairs, sizeof pairs);
  }
}
inline void store_step(float* to, const Vec* first, const Vec* second) {
  for (int64_t v = 0; v < kBlockVecs; ++v) {
    const Vec a = widen(round_to_bf16(first[v])), b = widen(round_to_bf16(second[v]));
    for (int i = 0; i < kWidth; ++i) {
      to[2 * (v * kWidth + i)] = a[i];
      to[2 * (v * kWidth + i) + 1] = b[i];
    }
  }
}

// ---- products --------------------------------------------------------------------------------------------------------

// body.operator()<R>(r) for tiles of R rows from row r on that cover [begin, end).
template <class Body>
inline void for_row_tiles(int64_t begin, int64_t end, Body body) {
  for (int64_t r = begin; r < end; r += kRows) {
    with_rows(std::min<int64_t>(kRows, end - r), [&]<int R>() { body.template operator()<R>(r); });
  }
}

template <class Format>
using Panel = const typename Format::Element*;

// out[r, 16 i + c] = x row r . key c of block i, rows [row_of_block(i), rows), i < num_blocks.
template <class Format, class RowOfBlock>
inline void score_blocks(RowsOf<Left<Format>> x, int64_t rows, const Panel<Format>* blocks,
                         int64_t num_blocks, int64_t steps, float* out, int64_t out_row,
                         RowOfBlock row_of_block) {
  for (int64_t i = 0; i < num_blocks;) {
    const bool two = kPair == 2 && i + 1 < num_blocks;
    // Both lie in one store, so that the second is a panel stride away from the first.
    const int64_t stride = two ? blocks[i + 1] - blocks[i] : 0;
    for_row_tiles(row_of_block(i), rows, [&]<int R>(int64_t r) {
      const RowsOf<Left<Format>> from{x.data + r * x.row, x.row, x.step};
      float* to = out + r * out_row + i * kKeyBlock;
      if (two) {
        tile<Format, R, kPair>(from, blocks[i], stride, steps, to, out_row);
      } else {
        tile<Format, R, 1>(from, blocks[i], 0, steps, to, out_row);
      }
    });
    i += two ? 2 : 1;
  }
}

// out += x times the blocks' panels; the reduction runs over the blocks in order, in the accumulators that out holds.
template <class Format, int R, int P>
inline void carry_tile(RowsOf<Left<Format>> x, const Panel<Format>* blocks, int64_t num_blocks,
                       int64_t offset, int64_t panel_stride, int64_t steps, float* out, int64_t out_row) {
  Sums<R, P> sums;
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVecs; ++v) sums[r][p][v] = load(out + r * out_row + p * kPanel + v * kWidth);
    }
  }
  const Left<Format>* at = x.data;
  for (int64_t i = 0; i < num_blocks; ++i) {
    Panel<Format> w = blocks[i] + offset;
    for (int64_t s = 0; s < steps; ++s, at += x.step, w += kPanel * Format::kStep) {
      multiply<R, P>(at, x.row, w, panel_stride, sums);
    }
  }
  for (int r = 0; r < R; ++r) {
    for (int p = 0; p < P; ++p) {
      for (int v = 0; v < kVecs; ++v) store(out + r * out_row + p * kPanel + v * kWidth, sums[r][p][v]);
    }
  }
}

// The same for R rows and all Dp / 16 panels, which lie panel_stride apart in every block.
template <class Format, int R>
inline void carry_rows(RowsOf<Left<Format>> x, const Panel<Format>* blocks, int64_t num_blocks,
                       int64_t panel_stride, int64_t steps, float* out, int64_t Dp) {
  constexpr int kWide = R <= kFewRows ? 2 * kPair : kPair;
  const int64_t panels = Dp / kPanel;
  int64_t p = 0;
  const auto carry = [&]<int P>() {
    carry_tile<Format, R, P>(x, blocks, num_blocks, p * panel_stride, panel_stride, steps, out + p * kPanel,
                             Dp);
  };
  for (; p + kWide <= panels; p += kWide) carry.template operator()<kWide>();
  for (; p < panels; ++p) carry.template operator()<1>();
}

// ---- writing rows into blocks ------------------------------------------------------------------------------------------

inline int64_t padded_head(int64_t Dh) { return round_up(Dh, kPanel); }

// Where element (row of block, d) lies in a key block and in a value block.
template <class Format>
inline int64_t key_at(int64_t row, int64_t d) {
  return (d / Format::kStep * kKeyBlock + row) * Format::kStep + d % Format::kStep;
}
template <class Format>
inline int64_t value_at(int64_t row, int64_t d) {
  constexpr int64_t kStep = Format::kStep;
  return d / kPanel * kPanel * kKeyBlock + (row / kStep * kPanel + d % kPanel) * kStep + row % kStep;
}

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

// ---- what a tile of rows works on ----------------------------------------------------------------------------------------

// Sizes that hold for a whole call.
template <class Format>
struct Geometry {
  static constexpr Precision kPrecision = Format::kStep == 1 ? Precision::Fp32 : Precision::Bf16;
  int64_t H, Hk, Dh, Dp, heads_per_kv, kv_head, key_block, value_block;
  float scale;

  Geometry(const AttentionShape& shape, int64_t head)
      : H(shape.num_heads),
        Hk(shape.num_kv_heads),
        Dh(shape.head_dim),
        Dp(padded_head(Dh)),
        heads_per_kv(H / Hk),
        kv_head(head),
        key_block(key_block_elements(kPrecision, Dh)),
        value_block(value_block_elements(kPrecision, Dh)),
        scale(1.0f / __builtin_sqrtf(static_cast<float>(Dh))) {}

  int64_t steps() const { return round_up(Dh, Format::kStep) / Format::kStep; }
  // (token, head of this kv head) in a [T, H] matrix.
  int64_t at(int64_t token, int64_t head) const { return token * H + kv_head * heads_per_kv + head; }
  Panel<Format> keys_of(const void* keys, int64_t block) const {
    return static_cast<Panel<Format>>(keys) + (block * Hk + kv_head) * key_block;
  }
  Panel<Format> values_of(const void* values, int64_t block) const {
    return static_cast<Panel<Format>>(values) + (block * Hk + kv_head) * value_block;
  }
};

// Queries [from, to) of one segment, as rows [row, row + (to - from) * heads_per_kv) of a tile.
struct Piece {
  const AttentionSegment* segment;
  int64_t from, to, row;
};

// Own blocks that queries before `to` see.
inline int64_t own_blocks_until(const AttentionSegment& segment, int64_t to) {
  return num_key_blocks(segment.own_past + to);
}

// rows[0 ... heads_per_kv) <- the query's heads, from elements or floats, rounded to elements.
template <class Format, class Source>
inline void gather_query(const Geometry<Format>& g, const Source* from, int64_t token, Left<Format>* rows) {
  const Source* query = from + g.at(token, 0) * g.Dh;
  for_vectors(g.heads_per_kv * g.Dh, [&](int64_t i, int64_t count) {
    store_left<Format>(rows + i, load_n(query + i, count), count);
  });
}

// ---- softmax of one row ----------------------------------------------------------------------------------------------

constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();

inline Vec lane_numbers() {
  Vec lanes;
  for (int i = 0; i < kWidth; ++i) lanes[i] = static_cast<float>(i);
  return lanes;
}

// Scores of part of a block: only its first `visible` keys count.
inline Vec masked(Vec scores, int64_t first_lane, int64_t visible) {
  const Vec lanes = lane_numbers() + static_cast<float>(first_lane);
  return lanes < broadcast(static_cast<float>(visible)) ? scores : broadcast(kMinusInfinity);
}

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
    find_panels(g, a, piece.segment->own_blocks, own_blocks_until(*piece.segment, piece.to), keys, values);
    score_own(g, tile, piece, keys);
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

// ---- backward ----------------------------------------------------------------------------------------------------------
//
// s = scale q.k, p = exp(s - logsumexp), dp = dout.v, ds = scale p (dp - dout.out)
// dv += p^T dout, dk += ds^T q, dq += ds k, each product over the rows of a tile or the keys of a chunk

// Keys and values of one segment in the four forms the products want, block by block.
template <class Format>
struct SegmentKeys {
  using Element = typename Format::Element;
  int64_t prefix_blocks = 0, num_blocks = 0;
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

template <class Format>
SegmentKeys<Format> segment_scratch(const Geometry<Format>& g, int64_t prefix_blocks, int64_t num_blocks) {
  using Element = typename Format::Element;
  static thread_local Scratch<Panel<Format>> keys;
  static thread_local Scratch<Element> values_as_keys, keys_as_values;
  static thread_local Scratch<float> dk, dv;
  const int64_t gradients = num_blocks * kKeyBlock * g.Dp;
  SegmentKeys<Format> segment{prefix_blocks,
                              num_blocks,
                              keys.at_least(num_blocks),
                              values_as_keys.at_least(num_blocks * g.key_block),
                              keys_as_values.at_least(num_blocks * g.value_block),
                              dk.at_least(gradients),
                              dv.at_least(gradients)};
  std::memset(segment.dk, 0, static_cast<size_t>(gradients) * sizeof(float));
  std::memset(segment.dv, 0, static_cast<size_t>(gradients) * sizeof(float));
  return segment;
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

template <class Format>
void backward_segment(const Geometry<Format>& g, const AttentionBackward& a,
                      const AttentionSegment& segment) {
  const int64_t prefix_blocks = num_key_blocks(segment.prefix_len),
                own_blocks = num_key_blocks(segment.num_queries);
  SegmentKeys<Format> keys = segment_scratch(g, prefix_blocks, prefix_blocks + own_blocks);
  repack_blocks(g, a, segment.prefix_blocks, 0, prefix_blocks, segment.prefix_len, keys);
  repack_blocks(g, a, segment.own_blocks, prefix_blocks, own_blocks, segment.num_queries, keys);
  BackwardTile<Format> tile = tile_scratch(g);
  tile.segment = &segment;
  const int64_t queries = std::max<int64_t>(1, kAttentionRows / g.heads_per_kv);
  for (tile.from = 0; tile.from < segment.num_queries; tile.from = tile.to) {
    tile.to = std::min(segment.num_queries, tile.from + queries);
    begin_tile(g, a, tile);
    const int64_t seen = prefix_blocks + num_key_blocks(tile.to);
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
  add_rows(g, keys.dk, segment.prefix_len, segment.prefix_row, a.dk);
  add_rows(g, keys.dv, segment.prefix_len, segment.prefix_row, a.dv);
  const int64_t own = prefix_blocks * kKeyBlock * g.Dp;
  add_rows(g, keys.dk + own, segment.num_queries, segment.query_begin, a.dk);
  add_rows(g, keys.dv + own, segment.num_queries, segment.query_begin, a.dv);
}

template <class Format>
void backward(const AttentionBackward& a, int64_t kv_head, int64_t segment_begin, int64_t segment_end) {
  const Geometry<Format> g(a.shape, kv_head);
  for (int64_t s = segment_begin; s < segment_end; ++s) backward_segment(g, a, a.segments[s]);
}

}  // namespace

const AttentionKernels& attention_kernels(Precision precision) {
  static const AttentionKernels fp32{write_rows<Fp32, float>, write_rows<Fp32, float>, forward<Fp32>,
                                     backward<Fp32>};
  static const AttentionKernels bf16{write_rows<Bf16Pairs, float>, write_rows<Bf16Pairs, Bf16>,
                                     forward<Bf16Pairs>, backward<Bf16Pairs>};
  return precision == Precision::Fp32 ? fp32 : bf16;
}

}  // namespace r1::kernels::R1_KERNEL_ISA
