// Compiled once per instruction set (cmake/R1Kernels.cmake); R1_KERNEL_ISA is the namespace: plain, avx2 or avx512.
//
// Written with GCC/clang vector types, so one source serves all widths. Rows whose length is no multiple of the width
// are finished with a zero-padded vector, which goes through the same instructions as every other one.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "policy/kernels/kernels.h"

namespace r1::kernels::R1_KERNEL_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kWidth = 16;             // floats in a vector
constexpr int kTileM = 4, kTileN = 6;  // 24 accumulators + 5 operands of 32 registers
constexpr const char* kName = "avx512";
#elif defined(__AVX2__)
constexpr int kWidth = 8;
constexpr int kTileM = 2, kTileN = 4;  // 8 accumulators + 3 operands of 16 registers
constexpr const char* kName = "avx2";
#else
constexpr int kWidth = 4;
constexpr int kTileM = 2, kTileN = 4;
constexpr const char* kName = "plain";
#endif

typedef float Vec __attribute__((vector_size(4 * kWidth)));
typedef int32_t VecInt __attribute__((vector_size(4 * kWidth)));

inline Vec load(const float* from) {
  Vec value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

inline void store(float* to, Vec value) { std::memcpy(to, &value, sizeof value); }

inline Vec broadcast(float value) { return value - Vec{}; }

// The last n < kWidth floats, the other lanes filled with `fill`.
inline Vec load_tail(const float* from, int64_t n, float fill = 0.0f) {
  Vec value = broadcast(fill);
  std::memcpy(&value, from, static_cast<size_t>(n) * sizeof(float));
  return value;
}

inline void store_tail(float* to, Vec value, int64_t n) {
  std::memcpy(to, &value, static_cast<size_t>(n) * sizeof(float));
}

// Sum of the lanes by halving: the order is a property of the width alone.
inline float sum_lanes(Vec value) {
  float lanes[kWidth];
  store(lanes, value);
  for (int half = kWidth / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; ++i) lanes[i] += lanes[i + half];
  }
  return lanes[0];
}

inline float max_lanes(Vec value) {
  float largest = value[0];
  for (int i = 1; i < kWidth; ++i) largest = value[i] > largest ? value[i] : largest;
  return largest;
}

inline Vec max_vec(Vec a, Vec b) { return a > b ? a : b; }

// exp(x): Cody-Waite reduction by ln 2 and a degree-6 polynomial; relative error below 3e-7 on [-87, 88].
// Below -87 the result is 0; above 88 it saturates (callers only pass x <= 0 or bounded gates).
inline Vec exp_vec(Vec x) {
  const Vec low = broadcast(-87.0f), high = broadcast(88.0f);
  const VecInt vanishes = x < low;
  const Vec clamped_below = x < low ? low : x;  // a NaN stays one: it must reach whoever checks for it
  const Vec clamped = clamped_below > high ? high : clamped_below;
  const Vec magic = broadcast(12582912.0f);  // 1.5 * 2^23: adding it rounds to the nearest integer
  const Vec n = (clamped * 1.44269504088896341f + magic) - magic;
  const Vec r = (clamped - n * 0.693145751953125f) - n * 1.428606765330187e-06f;
  Vec p = r * (1.0f / 720) + (1.0f / 120);
  p = p * r + (1.0f / 24);
  p = p * r + (1.0f / 6);
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const VecInt exponent = (__builtin_convertvector(n, VecInt) + 127) << 23;
  Vec scale;
  std::memcpy(&scale, &exponent, sizeof scale);
  return vanishes ? Vec{} : p * scale;
}

// Calls body(offset, count, vector loader) over a row; the loader zero-pads the last, partial vector.
template <class Body>
inline void for_vectors(int64_t length, Body body) {
  int64_t i = 0;
  for (; i + kWidth <= length; i += kWidth) body(i, kWidth);
  if (i < length) body(i, length - i);
}

inline Vec load_n(const float* from, int64_t n, float fill = 0.0f) {
  return n == kWidth ? load(from) : load_tail(from, n, fill);
}

inline void store_n(float* to, Vec value, int64_t n) {
  if (n == kWidth)
    store(to, value);
  else
    store_tail(to, value, n);
}

// One tile of Rows x Columns dot products over all of K. Each product has its own accumulator and sees k in the same
// order whatever the tile's size, so its bits do not depend on the tile it was computed in.
template <int Rows, int Columns>
inline void linear_tile(const float* x, const float* w, const float* bias, float* y, int64_t N, int64_t K) {
  Vec sums[Rows][Columns] = {};
  int64_t k = 0;
  for (; k + kWidth <= K; k += kWidth) {
    Vec inputs[Rows];
    for (int m = 0; m < Rows; ++m) inputs[m] = load(x + m * K + k);
    for (int n = 0; n < Columns; ++n) {
      const Vec weights = load(w + n * K + k);
      for (int m = 0; m < Rows; ++m) sums[m][n] += inputs[m] * weights;
    }
  }
  if (k < K) {
    for (int n = 0; n < Columns; ++n) {
      const Vec weights = load_tail(w + n * K + k, K - k);
      for (int m = 0; m < Rows; ++m) sums[m][n] += load_tail(x + m * K + k, K - k) * weights;
    }
  }
  for (int m = 0; m < Rows; ++m) {
    for (int n = 0; n < Columns; ++n) y[m * N + n] = sum_lanes(sums[m][n]) + (bias ? bias[n] : 0.0f);
  }
}

template <int Columns>
inline void linear_columns(const float* x, const float* w, const float* bias, float* y, int64_t M, int64_t N,
                           int64_t K) {
  int64_t m = 0;
  for (; m + kTileM <= M; m += kTileM) linear_tile<kTileM, Columns>(x + m * K, w, bias, y + m * N, N, K);
  for (; m < M; ++m) linear_tile<1, Columns>(x + m * K, w, bias, y + m * N, N, K);
}

void linear(const float* x, const float* w, const float* bias, float* y, int64_t M, int64_t N, int64_t K,
            int64_t n_begin, int64_t n_end) {
  int64_t n = n_begin;
  for (; n + kTileN <= n_end; n += kTileN) {
    linear_columns<kTileN>(x, w + n * K, bias ? bias + n : nullptr, y + n, M, N, K);
  }
  for (; n < n_end; ++n) linear_columns<1>(x, w + n * K, bias ? bias + n : nullptr, y + n, M, N, K);
}

float dot(const float* a, const float* b, int64_t length) {
  Vec sum{};
  for_vectors(length, [&](int64_t i, int64_t n) { sum += load_n(a + i, n) * load_n(b + i, n); });
  return sum_lanes(sum);
}

// y += scale * x
inline void add_scaled(float* y, const float* x, float scale, int64_t length) {
  for_vectors(length,
              [&](int64_t i, int64_t n) { store_n(y + i, load_n(y + i, n) + load_n(x + i, n) * scale, n); });
}

float rms_norm_row(const float* x, const float* weight, float* y, int64_t K, float eps) {
  const float inverse_rms = 1.0f / std::sqrt(dot(x, x, K) / static_cast<float>(K) + eps);
  for_vectors(K, [&](int64_t i, int64_t n) {
    store_n(y + i, load_n(x + i, n) * inverse_rms * load_n(weight + i, n), n);
  });
  return inverse_rms;
}

// With r = 1/rms and g = dy * weight:  dx = r * (g - x * r^2 * mean(g * x)),  dweight += dy * x * r.
void rms_norm_row_backward(const float* x, const float* weight, const float* dy, float inverse_rms, float* dx,
                           float* dweight, int64_t K) {
  Vec sum{};
  for_vectors(
      K, [&](int64_t i, int64_t n) { sum += load_n(dy + i, n) * load_n(weight + i, n) * load_n(x + i, n); });
  const float pull = sum_lanes(sum) / static_cast<float>(K) * inverse_rms * inverse_rms;
  for_vectors(K, [&](int64_t i, int64_t n) {
    const Vec input = load_n(x + i, n), gradient = load_n(dy + i, n);
    store_n(dx + i, (gradient * load_n(weight + i, n) - input * pull) * inverse_rms, n);
    store_n(dweight + i, load_n(dweight + i, n) + gradient * input * inverse_rms, n);
  });
}

void rope_row(const float* x, const float* cos, const float* sin, float* y, int64_t num_heads,
              int64_t head_dim, float direction) {
  const int64_t half = head_dim / 2;
  for (int64_t h = 0; h < num_heads; ++h) {
    const float* first = x + h * head_dim;
    float* out = y + h * head_dim;
    for_vectors(half, [&](int64_t i, int64_t n) {
      const Vec a = load_n(first + i, n), b = load_n(first + half + i, n);
      const Vec c = load_n(cos + i, n), s = load_n(sin + i, n) * direction;
      store_n(out + i, a * c - b * s, n);
      store_n(out + half + i, b * c + a * s, n);
    });
  }
}

inline Vec sigmoid(Vec x) { return 1.0f / (1.0f + exp_vec(-x)); }

void swiglu_row(const float* gate, const float* up, float* y, int64_t K) {
  for_vectors(K, [&](int64_t i, int64_t n) {
    const Vec g = load_n(gate + i, n);
    store_n(y + i, g * sigmoid(g) * load_n(up + i, n), n);
  });
}

void swiglu_row_backward(const float* gate, const float* up, const float* dy, float* dgate, float* dup,
                         int64_t K) {
  for_vectors(K, [&](int64_t i, int64_t n) {
    const Vec g = load_n(gate + i, n), u = load_n(up + i, n), d = load_n(dy + i, n), s = sigmoid(g);
    store_n(dup + i, d * g * s, n);
    store_n(dgate + i, d * u * s * (1.0f + g * (1.0f - s)), n);
  });
}

// The j-th key row a segment's queries see.
inline int64_t key_row(const AttentionSegment& segment, int64_t j) {
  return j < segment.prefix_len ? segment.prefix_begin + j : segment.own_begin + (j - segment.prefix_len);
}

// scores[j] <- exp(scores[j] - max); returns the sum, in lanes and then across them.
struct Softmax {
  float max, sum;
};
inline Softmax exponentiate(float* scores, int64_t length) {
  constexpr float kMinusInfinity = -std::numeric_limits<float>::infinity();
  Vec largest = broadcast(kMinusInfinity), sum{};
  for_vectors(length, [&](int64_t i, int64_t n) {
    largest = max_vec(load_n(scores + i, n, kMinusInfinity), largest);
  });
  const float max = max_lanes(largest);
  for_vectors(length, [&](int64_t i, int64_t n) {
    const Vec weight = exp_vec(load_n(scores + i, n, kMinusInfinity) - max);
    store_n(scores + i, weight, n);
    sum += weight;
  });
  return {max, sum_lanes(sum)};
}

void attention_query(const float* q, const float* k, const float* v, float* out, float* logsumexp,
                     const AttentionShape& shape, const AttentionSegment& segment, int64_t query,
                     float* scores) {
  const int64_t Dh = shape.head_dim, kv_stride = shape.num_kv_heads * Dh;
  const int64_t heads_per_kv = shape.num_heads / shape.num_kv_heads;
  const int64_t num_keys = segment.prefix_len + segment.own_past + query + 1;
  const int64_t row = segment.query_begin + query;
  const float scale = 1.0f / std::sqrt(static_cast<float>(Dh));
  for (int64_t h = 0; h < shape.num_heads; ++h) {
    const int64_t kv_offset = h / heads_per_kv * Dh;
    const float* query_head = q + (row * shape.num_heads + h) * Dh;
    float* out_head = out + (row * shape.num_heads + h) * Dh;
    for (int64_t j = 0; j < num_keys; ++j) {
      scores[j] = dot(query_head, k + key_row(segment, j) * kv_stride + kv_offset, Dh) * scale;
    }
    const Softmax softmax = exponentiate(scores, num_keys);
    std::memset(out_head, 0, static_cast<size_t>(Dh) * sizeof(float));
    for (int64_t j = 0; j < num_keys; ++j) {
      add_scaled(out_head, v + key_row(segment, j) * kv_stride + kv_offset, scores[j], Dh);
    }
    const float inverse_sum = 1.0f / softmax.sum;
    for_vectors(
        Dh, [&](int64_t i, int64_t n) { store_n(out_head + i, load_n(out_head + i, n) * inverse_sum, n); });
    if (logsumexp) logsumexp[row * shape.num_heads + h] = softmax.max + std::log(softmax.sum);
  }
}

void attention(const float* q, const float* k, const float* v, float* out, float* logsumexp,
               const AttentionShape& shape, const AttentionSegment& segment, int64_t from, int64_t to,
               float* scratch) {
  for (int64_t query = from; query < to; ++query) {
    attention_query(q, k, v, out, logsumexp, shape, segment, query, scratch);
  }
}

// p_j = exp(s_j - lse);  dv_j += p_j dout;  ds_j = p_j (dout.v_j - dout.out);  dq += ds_j k_j scale;  dk_j += ds_j q scale.
void attention_backward(const float* q, const float* k, const float* v, const float* out, const float* dout,
                        const float* logsumexp, float* dq, float* dk, float* dv, const AttentionShape& shape,
                        const AttentionSegment& segment, int64_t kv_head, float* probabilities) {
  const int64_t Dh = shape.head_dim, kv_stride = shape.num_kv_heads * Dh, kv_offset = kv_head * Dh;
  const int64_t heads_per_kv = shape.num_heads / shape.num_kv_heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(Dh));
  for (int64_t query = 0; query < segment.num_queries; ++query) {
    const int64_t row = segment.query_begin + query;
    const int64_t num_keys = segment.prefix_len + segment.own_past + query + 1;
    for (int64_t h = kv_head * heads_per_kv; h < (kv_head + 1) * heads_per_kv; ++h) {
      const int64_t at = row * shape.num_heads + h;
      const float *query_head = q + at * Dh, *dout_head = dout + at * Dh;
      for (int64_t j = 0; j < num_keys; ++j) {
        probabilities[j] = dot(query_head, k + key_row(segment, j) * kv_stride + kv_offset, Dh) * scale;
      }
      for_vectors(num_keys, [&](int64_t i, int64_t n) {
        store_n(probabilities + i, exp_vec(load_n(probabilities + i, n) - logsumexp[at]), n);
      });
      const float dout_dot_out = dot(dout_head, out + at * Dh, Dh);
      float* dq_head = dq + at * Dh;
      std::memset(dq_head, 0, static_cast<size_t>(Dh) * sizeof(float));
      for (int64_t j = 0; j < num_keys; ++j) {
        const int64_t key = key_row(segment, j) * kv_stride + kv_offset;
        add_scaled(dv + key, dout_head, probabilities[j], Dh);
        const float ds = probabilities[j] * (dot(dout_head, v + key, Dh) - dout_dot_out) * scale;
        add_scaled(dq_head, k + key, ds, Dh);
        add_scaled(dk + key, query_head, ds, Dh);
      }
    }
  }
}

// One pass for the maximum, one for sum e^(s - max) and sum e^(s - max) (s - max); entropy = log sum - mean of (s - max).
RowStats softmax_stats(const float* logits, int64_t V, float inverse_temperature) {
  constexpr float kLowest = std::numeric_limits<float>::lowest();
  Vec largest = broadcast(kLowest);
  for_vectors(V, [&](int64_t i, int64_t n) { largest = max_vec(load_n(logits + i, n, kLowest), largest); });
  const float max = max_lanes(largest) * inverse_temperature;
  Vec sum{}, weighted{};
  for_vectors(V, [&](int64_t i, int64_t n) {
    const Vec shifted = load_n(logits + i, n, kLowest) * inverse_temperature - max;
    const Vec weight = exp_vec(shifted);
    sum += weight;
    // A weight of 0 times a shift of -infinity must stay 0.
    weighted += weight > 0.0f ? weight * shifted : Vec{};
  });
  const float total = sum_lanes(sum), log_total = std::log(total);
  return {max + log_total, log_total - sum_lanes(weighted) / total};
}

void softmax_row(float* logits, int64_t V, float inverse_temperature, float logsumexp) {
  for_vectors(V, [&](int64_t i, int64_t n) {
    store_n(logits + i, exp_vec(load_n(logits + i, n) * inverse_temperature - logsumexp), n);
  });
}

// With p = softmax(s): d logprob[y] / ds_j = [j = y] - p_j;  d entropy / ds_j = -p_j (log p_j + entropy).
void logprob_row_backward(float* logits, int64_t V, float inverse_temperature, RowStats stats, int64_t target,
                          float dlogprob, float dentropy) {
  for_vectors(V, [&](int64_t i, int64_t n) {
    const Vec log_p = load_n(logits + i, n) * inverse_temperature - stats.logsumexp;
    const Vec p = exp_vec(log_p);
    const Vec entropy_part = p > 0.0f ? p * (log_p + stats.entropy) * dentropy : Vec{};
    store_n(logits + i, (-p * dlogprob - entropy_part) * inverse_temperature, n);
  });
  logits[target] += dlogprob * inverse_temperature;
}

}  // namespace

const Kernels& kernel_set() {
  static const Kernels set{kName,
                           linear,
                           rms_norm_row,
                           rms_norm_row_backward,
                           rope_row,
                           swiglu_row,
                           swiglu_row_backward,
                           attention,
                           attention_backward,
                           softmax_stats,
                           softmax_row,
                           logprob_row_backward};
  return set;
}

}  // namespace r1::kernels::R1_KERNEL_ISA
