// The CPU form of the ops: kernels of policy/kernels/ spread over the arithmetic pool, without autograd.
// Inputs are contiguous CPU tensors: float32, elements (float32 or bfloat16, as the precision says), ids int64. ops.cpp
// guarantees it and adds the gradients.
#pragma once

#include "policy/ops.h"

namespace r1::ops::cpu {

// An uninitialised tensor of elements.
at::Tensor empty_elements(at::IntArrayRef shape, Precision precision);
// Floats as elements; what already is comes back as it is.
at::Tensor to_elements(const at::Tensor& x, Precision precision);

at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                  const at::Tensor& residual);
// The same with both sides rounded to int8, rows of x by their largest element: for sampling alone.
at::Tensor linear_int8(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                       const at::Tensor& residual);
// dy W as elements [T, K]; dy elements [T, N].
at::Tensor linear_input_gradient(const at::Tensor& dy, const Weight& weight);
// gradient [N, K] += dy^T x; dy, x elements [T, N], [T, K].
void add_weight_gradient(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& gradient,
                         Precision precision);

// into [*, D] floats += rows of dy [T, D] at ids [T], in the order of t; rows for padding_id are left out.
void add_rows(const at::Tensor& dy, const at::Tensor& ids, const at::Tensor& into, int64_t padding_id);

struct RmsNorm {
  at::Tensor y, inverse_rms;  // elements [T, D], floats [T]
};
RmsNorm rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps, Precision precision);
struct RmsNormGradients {
  at::Tensor dx, dweight;  // floats
};
RmsNormGradients rms_norm_backward(const at::Tensor& x, const at::Tensor& weight,
                                   const at::Tensor& inverse_rms, const at::Tensor& dy, Precision precision);

struct Swiglu {
  at::Tensor y, gate_up;  // elements [T, F], [T, 2 F] (undefined unless kept)
};
Swiglu swiglu(const at::Tensor& x, const Weight& gate_up, bool keep);
at::Tensor swiglu_int8(const at::Tensor& x, const Weight& gate_up);
// elements [T, 2 F] from dy elements [T, F].
at::Tensor swiglu_backward(const at::Tensor& gate_up, const at::Tensor& dy, Precision precision);

struct Attention {
  at::Tensor out;        // elements [T, H Dh]
  at::Tensor logsumexp;  // [T, H]; this and the rest undefined unless kept for the backward pass
  at::Tensor q;          // elements [T, H Dh], rotated
  KvBlocks blocks;
};
Attention attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                    const AttentionHeads& heads, const AttentionPlan& plan, Precision precision,
                    KvBlocks* cache, bool keep);
// floats [T, (H + 2 Hk) Dh] from dout elements [T, H Dh].
at::Tensor attention_backward(const Attention& forward, const at::Tensor& dout, const at::Tensor& cos,
                              const at::Tensor& sin, const AttentionHeads& heads, const AttentionPlan& plan,
                              Precision precision);
KvBlocks make_kv_blocks(int64_t num_blocks, const AttentionHeads& heads, Precision precision);

struct HeadForward {
  at::Tensor logprobs, entropy, logsumexp;  // [R] each
  // For the backward pass, in bf16 and where they fit (else it computes the logits again): exp(s - max of the chunk), chunk
  // after chunk [R, chunk size] elements, and the maxima [R, chunks].
  at::Tensor weights, maxima;
};
HeadForward token_logprobs(const at::Tensor& hidden, const Weight& head, const at::Tensor& targets,
                           double temperature, bool keep);
Draws draw_tokens(const at::Tensor& hidden, const Weight& head, double temperature,
                  std::span<const int64_t> row_of, std::span<const double> u, Products products);
// dhidden as elements; adds to head.gradient().
at::Tensor token_logprobs_backward(const at::Tensor& hidden, const Weight& head, const at::Tensor& targets,
                                   double temperature, const HeadForward& forward,
                                   const at::Tensor& dlogprobs, const at::Tensor& dentropy);

}  // namespace r1::ops::cpu
