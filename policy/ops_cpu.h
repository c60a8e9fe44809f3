// The float32 CPU form of the ops: kernels of policy/kernels/ spread over ATen's threads, without autograd.
// Inputs are contiguous float32 CPU tensors (ids int64); ops.cpp guarantees it and adds the gradients.
#pragma once

#include "policy/ops.h"

namespace r1::ops::cpu {

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

struct RmsNorm {
  at::Tensor y, inverse_rms;  // [T, D], [T]
};
RmsNorm rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
struct RmsNormGradients {
  at::Tensor dx, dweight;
};
RmsNormGradients rms_norm_backward(const at::Tensor& x, const at::Tensor& weight,
                                   const at::Tensor& inverse_rms, const at::Tensor& dy);

// direction -1 is the backward pass.
at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, float direction);

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up);
struct SwigluGradients {
  at::Tensor dgate, dup;
};
SwigluGradients swiglu_backward(const at::Tensor& gate, const at::Tensor& up, const at::Tensor& dy);

struct Attention {
  at::Tensor out, logsumexp;  // [T, H, Dh], [T, H]
};
Attention attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const AttentionPlan& plan);
struct AttentionGradients {
  at::Tensor dq, dk, dv;
};
AttentionGradients attention_backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                      const Attention& forward, const at::Tensor& dout,
                                      const AttentionPlan& plan);

struct HeadForward {
  at::Tensor logprobs, entropy, logsumexp;  // [R] each
};
HeadForward token_logprobs(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets,
                           double temperature);
struct HeadGradients {
  at::Tensor dhidden, dhead;
};
HeadGradients token_logprobs_backward(const at::Tensor& hidden, const at::Tensor& head,
                                      const at::Tensor& targets, double temperature,
                                      const HeadForward& forward, const at::Tensor& dlogprobs,
                                      const at::Tensor& dentropy);

}  // namespace r1::ops::cpu
