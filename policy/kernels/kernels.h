// CPU arithmetic in fp32, without LibTorch: plain pointers, one thread, ranges chosen by the caller (policy/ops.cpp).
//
// The promise every function keeps: the bits of one output row depend on that row's inputs only, never on how many
// rows are computed together, in which order, or by which thread. Sums over K, over keys and over the vocabulary run
// in one fixed order. This is what makes the logprobs recorded while sampling equal the training forward's exactly.
//
// Legend: M rows, N outputs, K inputs, H query heads, Hk key/value heads, Dh head size, V vocabulary. Row-major.
#pragma once

#include <cstdint>

namespace r1::kernels {

// Query rows [query_begin, query_begin + num_queries) of one sequence. Query j sees, in this order, the key rows
//   [prefix_begin, prefix_begin + prefix_len)             shared with other segments (a group's prompt)
//   [own_begin, own_begin + own_past + j + 1)             its own, causal
struct AttentionSegment {
  int64_t query_begin = 0, num_queries = 0;
  int64_t prefix_begin = 0, prefix_len = 0;
  int64_t own_begin = 0, own_past = 0;
};

struct AttentionShape {
  int64_t num_heads = 0, num_kv_heads = 0, head_dim = 0;
};

// What one row of logits says about the softmax: log(sum exp(s)) and the entropy in nats, s = logits * inverse_temperature.
struct RowStats {
  float logsumexp = 0;
  float entropy = 0;
};

struct Kernels {
  const char* name;

  // y[m, n] = sum_k x[m, k] * w[n, k] (+ bias[n]) for m < M and n in [n_begin, n_end); y has row stride N.
  void (*linear)(const float* x, const float* w, const float* bias, float* y, int64_t M, int64_t N, int64_t K,
                 int64_t n_begin, int64_t n_end);

  // y = x / sqrt(mean(x^2) + eps) * weight, one row of K; returns the reciprocal root for the backward pass.
  float (*rms_norm_row)(const float* x, const float* weight, float* y, int64_t K, float eps);
  // Adds to dweight[K]; dx = d(rms_norm)/dx * dy.
  void (*rms_norm_row_backward)(const float* x, const float* weight, const float* dy, float inverse_rms,
                                float* dx, float* dweight, int64_t K);

  // Rotates each head of one row [H, Dh], half-split pairs (i, i + Dh/2), by angles given as cos/sin [Dh/2].
  // direction -1 rotates back, which is the backward pass.
  void (*rope_row)(const float* x, const float* cos, const float* sin, float* y, int64_t num_heads,
                   int64_t head_dim, float direction);

  // y = silu(gate) * up, and its backward, for one row of K.
  void (*swiglu_row)(const float* gate, const float* up, float* y, int64_t K);
  void (*swiglu_row_backward)(const float* gate, const float* up, const float* dy, float* dgate, float* dup,
                              int64_t K);

  // Scaled dot-product attention of queries [from, to) of one segment, all heads. q, out: [*, H, Dh]; k, v: [*, Hk, Dh].
  // logsumexp [*, H] is written for the backward pass unless null. scratch: attention_scratch_floats() floats.
  void (*attention)(const float* q, const float* k, const float* v, float* out, float* logsumexp,
                    const AttentionShape& shape, const AttentionSegment& segment, int64_t from, int64_t to,
                    float* scratch);
  // Backward of one segment for one kv head: writes dq, adds to dk and dv.
  void (*attention_backward)(const float* q, const float* k, const float* v, const float* out,
                             const float* dout, const float* logsumexp, float* dq, float* dk, float* dv,
                             const AttentionShape& shape, const AttentionSegment& segment, int64_t kv_head,
                             float* scratch);

  // Softmax statistics of one row of V logits.
  RowStats (*softmax_stats)(const float* logits, int64_t V, float inverse_temperature);
  // logits <- exp(logits * inverse_temperature - logsumexp), in place.
  void (*softmax_row)(float* logits, int64_t V, float inverse_temperature, float logsumexp);
  // logits <- d loss / d logits for loss gradient `dlogprob` of logprob[target] and `dentropy` of the entropy, in place.
  void (*logprob_row_backward)(float* logits, int64_t V, float inverse_temperature, RowStats stats,
                               int64_t target, float dlogprob, float dentropy);
};

// Scratch floats that attention needs for one query over `num_keys` keys.
int64_t attention_scratch_floats(const AttentionShape& shape, int64_t num_keys);

// The fastest set this processor runs; the same one for the process's life. R1_KERNELS=plain|avx2|avx512 overrides,
// for tests and for comparing machines.
const Kernels& active();

// Every set this processor can run, for the tests.
struct KernelList {
  const Kernels* sets[3];
  int count;
};
KernelList runnable();

}  // namespace r1::kernels
