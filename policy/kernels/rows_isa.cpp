// Compiled once per instruction set (cmake/R1Kernels.cmake). Rows whose length is no multiple of the vector's width are
// finished with a zero-padded vector, which goes through the same instructions as every other one.
#include "policy/kernels/kernels.h"
#include "policy/kernels/vector.h"

namespace r1::kernels::R1_KERNEL_ISA {
namespace {

float dot(const float* a, const float* b, int64_t length) {
  Vec sum{};
  for_vectors(length, [&](int64_t i, int64_t n) { sum += load_n(a + i, n) * load_n(b + i, n); });
  return sum_lanes(sum);
}

template <class Element>
float rms_norm(const float* x, const float* weight, void* out, int64_t K, float eps) {
  auto* y = static_cast<Element*>(out);
  const float inverse_rms = 1.0f / std::sqrt(dot(x, x, K) / static_cast<float>(K) + eps);
  for_vectors(K, [&](int64_t i, int64_t n) {
    store_n(y + i, load_n(x + i, n) * inverse_rms * load_n(weight + i, n), n);
  });
  return inverse_rms;
}

// With r = 1/rms and g = dy * weight:  dx = r * (g - x * r^2 * mean(g * x)),  dweight += dy * x * r.
template <class Element>
void rms_norm_backward(const float* x, const float* weight, const void* gradients, float inverse_rms,
                       float* dx, float* dweight, int64_t K) {
  const auto* dy = static_cast<const Element*>(gradients);
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

template <class Element>
void rope_heads(const float* x, const float* cos, const float* sin, Element* y, int64_t num_heads,
                int64_t head_dim, float direction) {
  const int64_t half = head_dim / 2;
  for (int64_t h = 0; h < num_heads; ++h) {
    const float* first = x + h * head_dim;
    Element* out = y + h * head_dim;
    for_vectors(half, [&](int64_t i, int64_t n) {
      const Vec a = load_n(first + i, n), b = load_n(first + half + i, n);
      const Vec c = load_n(cos + i, n), s = load_n(sin + i, n) * direction;
      store_n(out + i, a * c - b * s, n);
      store_n(out + half + i, b * c + a * s, n);
    });
  }
}

template <class Element>
void rope(const float* x, const float* cos, const float* sin, void* y, int64_t num_heads, int64_t head_dim,
          float direction) {
  rope_heads(x, cos, sin, static_cast<Element*>(y), num_heads, head_dim, direction);
}

template <class Element>
void swiglu_backward(const void* forward, const void* gradients, void* result, int64_t F) {
  const auto *gate = static_cast<const Element*>(forward), *up = gate + F;
  const auto* dy = static_cast<const Element*>(gradients);
  auto *dgate = static_cast<Element*>(result), *dup = dgate + F;
  for_vectors(F, [&](int64_t i, int64_t n) {
    const Vec g = load_n(gate + i, n), u = load_n(up + i, n), d = load_n(dy + i, n), s = sigmoid(g);
    store_n(dup + i, d * g * s, n);
    store_n(dgate + i, d * u * s * (1.0f + g * (1.0f - s)), n);
  });
}

// A weight of 0 times a shift of -infinity must stay 0.
template <class Element>
ChunkStats chunk_stats(const float* logits, int64_t length, float inverse_temperature, void* weights) {
  auto* kept = static_cast<Element*>(weights);
  constexpr float kLowest = std::numeric_limits<float>::lowest();
  Vec largest = broadcast(kLowest);
  for_vectors(length,
              [&](int64_t i, int64_t n) { largest = max_vec(load_n(logits + i, n, kLowest), largest); });
  const float max = max_lanes(largest) * inverse_temperature;
  Vec sum{}, weighted{};
  for_vectors(length, [&](int64_t i, int64_t n) {
    const Vec shifted = load_n(logits + i, n, kLowest) * inverse_temperature - max;
    const Vec weight = exp_vec(shifted);
    if (kept) store_n(kept + i, weight, n);
    sum += weight;
    weighted += weight > 0.0f ? weight * shifted : Vec{};
  });
  return {max, sum_lanes(sum), sum_lanes(weighted)};
}

void exponentials(float* logits, int64_t length, float inverse_temperature, float shift) {
  for_vectors(length, [&](int64_t i, int64_t n) {
    store_n(logits + i, exp_vec(load_n(logits + i, n) * inverse_temperature - shift), n);
  });
}

// With p = softmax(s): d logprob[y] / ds_j = [j = y] - p_j;  d entropy / ds_j = -p_j (log p_j + entropy).
template <class Element>
void logprob_backward(const float* logits, int64_t length, float inverse_temperature, RowStats stats,
                      int64_t target, float dlogprob, float dentropy, void* result) {
  auto* dlogits = static_cast<Element*>(result);
  for_vectors(length, [&](int64_t i, int64_t n) {
    const Vec log_p = load_n(logits + i, n) * inverse_temperature - stats.logsumexp;
    const Vec p = exp_vec(log_p);
    const Vec entropy_part = p > 0.0f ? p * (log_p + stats.entropy) * dentropy : Vec{};
    store_n(dlogits + i, (-p * dlogprob - entropy_part) * inverse_temperature, n);
  });
  if (target < 0 || target >= length) return;
  // Again in floats: the rounded value of -p must not be what dlogprob is added to.
  const float log_p = logits[target] * inverse_temperature - stats.logsumexp,
              p = exp_vec(broadcast(log_p))[0];
  const float entropy_part = p > 0.0f ? p * (log_p + stats.entropy) * dentropy : 0.0f;
  from_float((dlogprob - p * dlogprob - entropy_part) * inverse_temperature, dlogits[target]);
}

template <class Element>
void logprob_backward_of_weights(const void* weights, int64_t length, float scale, int64_t target,
                                 float at_target, void* result) {
  const auto* from = static_cast<const Element*>(weights);
  auto* dlogits = static_cast<Element*>(result);
  for_vectors(length, [&](int64_t i, int64_t n) { store_n(dlogits + i, load_n(from + i, n) * scale, n); });
  if (target >= 0 && target < length) from_float(at_target, dlogits[target]);
}

template <class Element>
void to_elements(const float* from, void* to, int64_t length) {
  auto* out = static_cast<Element*>(to);
  for_vectors(length, [&](int64_t i, int64_t n) { store_n(out + i, load_n(from + i, n), n); });
}

template <class Element>
void to_floats(const void* from, float* to, int64_t length) {
  const auto* in = static_cast<const Element*>(from);
  for_vectors(length, [&](int64_t i, int64_t n) { store_n(to + i, load_n(in + i, n), n); });
}

double sum_of_squares(const float* values, int64_t length) {
  constexpr int kLanes = 8;
  double lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= length; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) lanes[lane] += double{values[i + lane]} * values[i + lane];
  }
  for (; i < length; ++i) lanes[i % kLanes] += double{values[i]} * values[i];
  double sum = 0;
  for (double lane : lanes) sum += lane;
  return sum;
}

inline Vec sqrt_vec(Vec x) {
  Vec result;
  for (int i = 0; i < kWidth; ++i) result[i] = std::sqrt(x[i]);
  return result;
}

void adamw(float* weights, const float* gradient, float* exp_avg, float* exp_avg_sq, int64_t length,
           const AdamWStep& step) {
  for_vectors(length, [&](int64_t i, int64_t n) {
    const Vec g = load_n(gradient + i, n) * step.gradient_scale;
    const Vec before = load_n(exp_avg + i, n), m = before + (g - before) * step.one_minus_beta1;
    const Vec v = load_n(exp_avg_sq + i, n) * step.beta2 + g * g * step.one_minus_beta2;
    store_n(exp_avg + i, m, n);
    store_n(exp_avg_sq + i, v, n);
    const Vec change = step.rate * m / (sqrt_vec(v) * step.root + step.epsilon);
    store_n(weights + i, load_n(weights + i, n) * step.kept - change, n);
  });
}

template <class Element>
RowKernels rows_of() {
  return {rms_norm<Element>,
          rms_norm_backward<Element>,
          rope<Element>,
          rope_heads<float>,
          swiglu_backward<Element>,
          chunk_stats<Element>,
          exponentials,
          logprob_backward<Element>,
          logprob_backward_of_weights<Element>,
          to_elements<Element>,
          to_floats<Element>,
          sum_of_squares,
          dot,
          adamw};
}

}  // namespace

RowKernels row_kernels(Precision precision) {
  return precision == Precision::Fp32 ? rows_of<float>() : rows_of<Bf16>();
}

}  // namespace r1::kernels::R1_KERNEL_ISA
