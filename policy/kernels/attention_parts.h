// What the forward and the backward pass of attention share, for the files of this folder that are compiled once per
// instruction set.
//
// Legend: a row is one (query, head) pair of the task's kv head: row = query * heads_per_kv + head. A panel pointer is
// where one block's keys (or values) of that kv head begin. Dp is Dh rounded up to whole panels.
#pragma once

#include "policy/kernels/attention.h"
#include "policy/kernels/tile.h"
#include "policy/kernels/vector.h"

namespace r1::kernels::R1_KERNEL_ISA {

constexpr int64_t kBlockVecs = kKeyBlock / kWidth;
constexpr int kPair = kTilePanels > 1 ? 2 : 1;  // panels in a tile of kRows rows
constexpr int64_t kAhead =
    4;  // blocks asked for before they are needed, where few rows pass over many blocks
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

template <class Format>
inline void prefetch_blocks(const Panel<Format>* blocks, int64_t begin, int64_t end, int64_t elements) {
  for (int64_t i = begin; i < end; ++i) prefetch(blocks[i], elements);
}

// out[r, 16 i + c] = x row r . key c of block i, rows [row_of_block(i), rows), i < num_blocks.
template <class Format, class RowOfBlock>
inline void score_blocks(RowsOf<Left<Format>> x, int64_t rows, const Panel<Format>* blocks,
                         int64_t num_blocks, int64_t steps, float* out, int64_t out_row,
                         RowOfBlock row_of_block) {
  for (int64_t i = 0; i < num_blocks;) {
    const bool two = kPair == 2 && i + 1 < num_blocks;
    // Both lie in one store, so that the second is a panel stride away from the first.
    const int64_t stride = two ? blocks[i + 1] - blocks[i] : 0;
    if (rows <= kFewRows) {
      prefetch_blocks<Format>(blocks, i + kAhead, std::min(num_blocks, i + kAhead + (two ? 2 : 1)),
                              steps * kKeyBlock * Format::kStep);
    }
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
    if constexpr (R <= kFewRows && P > 1) {
      if (i + kAhead < num_blocks) prefetch(blocks[i + kAhead] + offset, P * panel_stride);
    }
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

// ---- where things lie ------------------------------------------------------------------------------------------------

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

// rows[0 ... heads_per_kv) <- the query's heads, from elements or floats, rounded to elements.
template <class Format, class Source>
inline void gather_query(const Geometry<Format>& g, const Source* from, int64_t token, Left<Format>* rows) {
  const Source* query = from + g.at(token, 0) * g.Dh;
  for_vectors(g.heads_per_kv * g.Dh, [&](int64_t i, int64_t count) {
    store_left<Format>(rows + i, load_n(query + i, count), count);
  });
}

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

}  // namespace r1::kernels::R1_KERNEL_ISA
