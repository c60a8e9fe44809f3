// The only door to arithmetic on tokens: what a decoder is made of, once for sampling and for training.
//
// Every function has two implementations behind it, chosen by the tensors alone:
//   CPU and float32   own kernels (policy/kernels/) with an explicit backward pass. A row's bits depend on that row
//                     only, so a logprob recorded while sampling equals the training forward's bit for bit.
//   anything else     the plain ATen reference (ops_reference.h) with autograd's own backward: CUDA, the meta device,
//                     float64 in gradient checks. It assumes no CPU memory.
// Gradients flow when autograd is on; under c10::InferenceMode or NoGradGuard nothing is saved.
//
// Legend: T tokens, S rows of the key/value store, D width, F feed-forward width, H query heads, Hk key/value heads,
// Dh head size, V vocabulary, R rows asked of the head.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "policy/kernels/kernels.h"

namespace r1 {

using kernels::AttentionSegment;

// Which keys each query row sees. Segments [group_begin[g], group_begin[g + 1]) may share key rows; segments of
// different groups never do, so groups are independent work in the backward pass. group_begin ends with segments.size().
struct AttentionPlan {
  std::vector<AttentionSegment> segments;
  std::vector<int64_t> group_begin;
};

namespace ops {

// Rows of weight [V, D] at ids [T] -> [T, D]; also picks rows of any other matrix. Looking up row `padding_id` gives it
// no gradient, as torch.nn.Embedding's padding_idx does; -1: none.
at::Tensor embedding(const at::Tensor& ids, const at::Tensor& weight, int64_t padding_id = -1);

// x [T, D] / sqrt(mean(x^2) + eps) * weight [D]  (Zhang and Sennrich 2019).
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

// x [T, K] times weight [N, K] transposed, plus bias [N] when defined -> [T, N].
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

// Rotary positions (Su et al. 2021), half-split as Llama and Qwen store it. x [T, H, Dh]; cos, sin [T, Dh/2].
at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

// softmax(q k^T / sqrt(Dh)) v with grouped key/value heads. q [T, H, Dh]; k, v [S, Hk, Dh] -> [T, H, Dh].
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const AttentionPlan& plan);

// silu(gate) * up, elementwise on [T, F].
at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up);

// log softmax(hidden head^T / temperature) at `targets`, and the softmax's entropy in nats; both [R].
// hidden [R, D], head [V, D], targets [R]. The [R, V] logits exist only in tiles of kHeadTileRows rows.
struct TokenLogprobs {
  at::Tensor logprobs, entropy;
};
constexpr int64_t kHeadTileRows = 128;
TokenLogprobs token_logprobs(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets,
                             double temperature);

}  // namespace ops
}  // namespace r1
