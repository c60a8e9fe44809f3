// The only door to arithmetic on tokens: what a decoder is made of, once for sampling and for training.
//
// Every function has two implementations behind it, chosen by the tensors alone (R1_KERNELS=aten: always the second):
//   CPU, float32 masters   own kernels (policy/kernels/) with an explicit backward pass. A row's bits depend on that row
//                          only, so a logprob recorded while sampling equals the training forward's bit for bit.
//   anything else          the plain ATen reference (ops_reference.h) with autograd's own backward: CUDA, the meta device,
//                          float64 in gradient checks. It assumes no CPU memory.
// Gradients flow when autograd is on; under NoGradGuard nothing is saved. Matrices (Weight) get theirs added in place.
//
// "Elements" are what matrix products read: float32, or bfloat16 with Precision::Bf16. The residual stream, sums and
// softmaxes are float32 in both. In the reference everything has the weights' dtype.
//
// Legend: T tokens, D width, F feed-forward width, H query heads, Hk key/value heads, Dh head size, V vocabulary, R rows
// asked of the head.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <span>
#include <vector>

#include "policy/weight.h"

namespace r1 {

// Query rows [query_begin, query_begin + num_queries) of one sequence. Query j sees, in this order, the prefix whole and
// its own rows 0 ... own_past + j. The bits of a result depend on where prefix and own rows are divided, and on nothing else
// of the layout.
struct AttentionSegment {
  int64_t query_begin = 0, num_queries = 0;
  int64_t prefix_len = 0;  // rows shared with other segments: a group's prompt
  int64_t own_past = 0;    // own rows before this batch: they are in the cache
  // Without a cache: where in this batch the prefix's rows are queries. Own rows are the queries themselves.
  int64_t prefix_begin = 0;
  // With a cache: indices into AttentionPlan::blocks of the first block of each; row i lies in block i / 16.
  int64_t prefix_blocks = 0, own_blocks = 0;
};

// Which keys each query row sees. Segments are in query order and cover every row. Without a cache, segments
// [group_begin[g], group_begin[g + 1]) may share prefix rows; those of different groups never do, so groups are independent
// work in the backward pass. group_begin ends with segments.size().
struct AttentionPlan {
  std::vector<AttentionSegment> segments;
  std::vector<int64_t> group_begin;
  std::vector<int32_t> blocks;  // ids of cache blocks
};

struct AttentionHeads {
  int64_t num_heads = 0, num_kv_heads = 0, head_dim = 0;
};

constexpr int64_t kKvBlockRows = 16;

// Keys and values of one layer in blocks of kKvBlockRows rows. On the CPU the kernels' layout in bytes (kernels/attention.h), else
// [num_blocks * 16, Hk, Dh].
struct KvBlocks {
  at::Tensor keys, values;
};

namespace ops {

// Rows of weight [V, D] at ids [T] -> [T, D]; also picks rows of any other matrix. Looking up row `padding_id` gives it
// no gradient, as torch.nn.Embedding's padding_idx does; -1: none.
at::Tensor embedding(const at::Tensor& ids, const at::Tensor& weight, int64_t padding_id = -1);

// x [T, D] / sqrt(mean(x^2) + eps) * weight [D] -> elements  (Zhang and Sennrich 2019).
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps, Precision precision);

// elements x [T, K] times weight [N, K] transposed, plus bias [N] and residual [T, N] where defined -> [T, N].
enum class Products {
  Exact,  // as in training
  Int8,   // both sides rounded to int8: sampling faster than the trained policy allows exactly. No gradient
};
at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias = {},
                  const at::Tensor& residual = {}, Products products = Products::Exact);

// silu(gate) * up of elements x [T, D], with gate and up the two halves of gate_up [2 F, D] -> elements [T, F].
at::Tensor swiglu(const at::Tensor& x, const Weight& gate_up, Products products = Products::Exact);

// Rotary positions (Su et al. 2021, half-split as Llama and Qwen store it) and then softmax(q k^T / sqrt(Dh)) v with grouped
// key/value heads. qkv [T, (H + 2 Hk) Dh]: queries, keys, values; cos, sin [T, Dh/2] -> elements [T, H Dh].
// With a cache the keys and values are written to their blocks first. Gradients: without a cache only.
at::Tensor attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                     const AttentionHeads& heads, const AttentionPlan& plan, Precision precision,
                     KvBlocks* cache = nullptr);

// An empty cache for `num_blocks` blocks; `like` tells device and dtype.
KvBlocks make_kv_blocks(int64_t num_blocks, const AttentionHeads& heads, Precision precision,
                        const at::Tensor& like);

// log softmax(hidden head^T / temperature) at `targets`, and the softmax's entropy in nats; both [R].
// elements hidden [R, D], head [V, D], targets [R]. The vocabulary is walked in chunks, without [R, V] logits; with
// gradients in bf16 the softmax's weights are kept for the backward pass where they take 256 MB or less.
struct TokenLogprobs {
  at::Tensor logprobs, entropy;
};
TokenLogprobs token_logprobs(const at::Tensor& hidden, const Weight& head, const at::Tensor& targets,
                             double temperature);

// layer(x) without keeping anything but x for the backward pass, which calls `layer` again (gradient checkpointing, Chen et
// al. 2016). What `layer` refers to must still be there, with the same weights, when the backward pass runs.
at::Tensor recomputed(const at::Tensor& x, std::function<at::Tensor(const at::Tensor&)> layer);

// Draws tokens from softmax(hidden head^T / temperature): draw i from row row_of[i] with the uniform number u[i] in (0, 1), by
// inverting the cumulative distribution in vocabulary order; temperature 0 takes the most likely (the lowest id among
// equals), with logprobs at temperature 1. The logits never exist. logprobs equal token_logprobs' bit for bit. A row without a
// finite softmax gives logprob NaN. REQUIRES kernels (Weight::has_kernels).
struct Draws {
  std::vector<int64_t> tokens;
  std::vector<float> logprobs;
};
Draws draw_tokens(const at::Tensor& hidden, const Weight& head, double temperature,
                  std::span<const int64_t> row_of, std::span<const double> u,
                  Products products = Products::Exact);

}  // namespace ops
}  // namespace r1
