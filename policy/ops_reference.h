// The plain ATen form of every op in ops.h: the definition the fast paths are tested against, and the path of every
// device and dtype without one. Differentiable by autograd; makes every tensor on its inputs' device.
#pragma once

#include "policy/ops.h"

namespace r1::ops::reference {

at::Tensor embedding(const at::Tensor& ids, const at::Tensor& weight, int64_t padding_id);
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  const at::Tensor& residual);
at::Tensor swiglu(const at::Tensor& x, const at::Tensor& gate_up);
at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);  // x [T, H, Dh]
at::Tensor attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                     const AttentionHeads& heads, const AttentionPlan& plan, KvBlocks* cache);
TokenLogprobs token_logprobs(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets,
                             double temperature);

}  // namespace r1::ops::reference
