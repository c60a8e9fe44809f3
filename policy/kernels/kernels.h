// CPU arithmetic without LibTorch: plain pointers, one thread, ranges chosen by the caller (policy/ops_cpu.cpp).
//
// The promise every function keeps: the bits of one output row depend on that row's inputs only, never on how many
// rows are computed together, in which order, or by which thread. Sums over K, over keys and over the vocabulary run
// in one fixed order. This is what makes the logprobs recorded while sampling equal the training forward's exactly.
//
// "Elements" are floats or bfloat16 (gemm.h, Precision); functions that take them as void* come once for each precision.
// Legend: M rows, N outputs, K inputs, V vocabulary. Row-major.
#pragma once

#include <cstdint>

#include "policy/kernels/attention.h"
#include "policy/kernels/gemm.h"

namespace r1::kernels {

// What one row of logits says about the softmax: log(sum exp(s)) and the entropy in nats, s = logits * inverse_temperature.
struct RowStats {
  float logsumexp = 0;
  float entropy = 0;
};

// The same for one chunk of a row: the largest s, sum exp(s - max) and sum exp(s - max) (s - max).
struct ChunkStats {
  float max = 0, sum = 0, weighted = 0;
};

// One update of policy/adamw.h, its factors worked out in double and rounded once:
//   m = m + one_minus_beta1 (g - m);  v = beta2 v + one_minus_beta2 g^2, with g = gradient_scale * gradient
//   w = kept w - rate m / (root sqrt(v) + epsilon)
struct AdamWStep {
  float gradient_scale, one_minus_beta1, beta2, one_minus_beta2;
  float kept;  // 1 - learning_rate * weight_decay
  float rate;  // learning_rate / (1 - beta1^t)
  float root;  // 1 / sqrt(1 - beta2^t)
  float epsilon;
};

struct RowKernels {
  // elements y = x / sqrt(mean(x^2) + eps) * weight, one row of K floats; returns the reciprocal root for the backward pass.
  float (*rms_norm)(const float* x, const float* weight, void* y, int64_t K, float eps);
  // dy elements. Adds to dweight[K]; dx = d(rms_norm)/dx * dy in floats.
  void (*rms_norm_backward)(const float* x, const float* weight, const void* dy, float inverse_rms, float* dx,
                            float* dweight, int64_t K);

  // Rotates each head of one row [H, Dh], half-split pairs (i, i + Dh/2), by angles given as cos/sin [Dh/2]: floats to
  // elements, or floats to floats. direction -1 rotates back, which is the backward pass. x may be y for floats.
  void (*rope)(const float* x, const float* cos, const float* sin, void* y, int64_t num_heads,
               int64_t head_dim, float direction);
  void (*rope_floats)(const float* x, const float* cos, const float* sin, float* y, int64_t num_heads,
                      int64_t head_dim, float direction);

  // dgate_up [2 F] elements from gate_up [2 F] elements (gates first) and dy [F] elements, y = silu(gate) * up.
  void (*swiglu_backward)(const void* gate_up, const void* dy, void* dgate_up, int64_t F);

  // Also writes exp(s - max) of each logit to `weights` as elements, unless it is null.
  ChunkStats (*chunk_stats)(const float* logits, int64_t n, float inverse_temperature, void* weights);
  // logits <- exp(logits * inverse_temperature - shift), in place.
  void (*exponentials)(float* logits, int64_t n, float inverse_temperature, float shift);
  // dlogits elements <- d loss / d logits for loss gradient `dlogprob` of logprob[target] and `dentropy` of the entropy.
  // A chunk of a row: target < 0 or >= n when it lies in another chunk.
  void (*logprob_backward)(const float* logits, int64_t n, float inverse_temperature, RowStats stats,
                           int64_t target, float dlogprob, float dentropy, void* dlogits);
  // The same without an entropy's gradient from what chunk_stats wrote: dlogits <- weights * scale, and at_target at `target`.
  void (*logprob_backward_of_weights)(const void* weights, int64_t n, float scale, int64_t target,
                                      float at_target, void* dlogits);

  void (*to_elements)(const float* from, void* to, int64_t n);
  void (*to_floats)(const void* from, float* to, int64_t n);
  // Sum of squares of n floats in double: eight lanes, then the lanes in order.
  double (*sum_of_squares)(const float* values, int64_t n);
  float (*dot)(const float* a, const float* b, int64_t n);
  void (*adamw)(float* weights, const float* gradient, float* exp_avg, float* exp_avg_sq, int64_t n,
                const AdamWStep& step);
};

struct Kernels {
  const char* name;  // plain, avx2, avx512 or avx512_bf16
  GemmKernels gemm;
  Int8Kernels int8;
  AttentionKernels attention;
  RowKernels rows;
  // Does so many rounds of multiplications on registers and returns the operations done: the peak, for `r1 bench`.
  int64_t (*peak_flops)(Precision precision, int64_t rounds);
};

// Columns of the vocabulary whose statistics are taken together. Part of the definition of a row's logsumexp: chunks are
// summed one by one, in order.
constexpr int64_t kVocabularyChunk = 768;

// Statistics of a whole row from those of its chunks, in chunk order.
RowStats combine(const ChunkStats* chunks, int64_t count);
// The same from V logits that lie in memory.
RowStats row_stats(const RowKernels& kernels, const float* logits, int64_t V, float inverse_temperature);

// The fastest set this processor runs, the same one for the process's life: AVX-512 with vdpbf16ps is chosen where a short
// timing at the first call shows that instruction to be faster than widening and FMA (it is on Zen 4, not on every Xeon).
// R1_KERNELS=plain|avx2|avx512|avx512_bf16 overrides, for tests and for comparing machines; throws ConfigError for a set that
// this processor does not run.
const Kernels& active(Precision precision);

// False with R1_KERNELS=aten: then the plain ATen reference (ops_reference.h, AdamW::step_reference) computes everything, in
// float32 whatever the precision, so that whole runs can be compared with it.
bool in_use();

// Every set this processor can run, slowest first, for the tests.
struct KernelList {
  const Kernels* sets[4];
  int count;
};
KernelList runnable(Precision precision);

}  // namespace r1::kernels
