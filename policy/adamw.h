// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter, https://arxiv.org/abs/1711.05101).
//
//   g_t = scale * gradient            t counts from 1
//   m_t = b1 m_{t-1} + (1 - b1) g_t
//   v_t = b2 v_{t-1} + (1 - b2) g_t^2
//   w_t = w_{t-1} (1 - lr * decay) - lr * (m_t / (1 - b1^t)) / (sqrt(v_t / (1 - b2^t)) + eps)
//
// The master weights are the model's own fp32 tensors. Vectors (norm weights, biases) are not decayed.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>

#include "policy/named_tensors.h"

namespace r1 {

struct AdamWConfig {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.0;

  static void fields(auto& self, auto& visit) {
    visit("beta1", self.beta1, "decay of the running mean of gradients");
    visit("beta2", self.beta2, "decay of the running mean of squared gradients");
    visit("epsilon", self.epsilon, "added to the root of the second moment");
    visit("weight_decay", self.weight_decay,
          "decoupled decay of matrices; norms and biases are never decayed");
  }
};

// Throws ConfigError naming the field.
void validate(const AdamWConfig& config, const std::string& where);

// Euclidean norm over all gradients, summed in double: by slices of fixed length, whose sums are added in order, so the bits
// do not depend on the number of threads.
double global_grad_norm(const NamedTensors& gradients);

// The factor that brings a gradient of norm `norm` down to `max_norm`: min(1, max_norm / (norm + 1e-6)), as
// torch.nn.utils.clip_grad_norm_. max_norm 0 switches clipping off. NaN or Inf in `norm` gives NaN, which
// step() refuses.
double clip_scale(double norm, double max_norm);

// Holds handles to the parameters and owns the two moments, on the parameters' devices. Not thread-safe.
class AdamW {
 public:
  // REQUIRES float32 parameters.
  AdamW(NamedTensors parameters, const AdamWConfig& config);

  // One update in place. `gradients` hold exactly the parameters' names and are left as they are. A learning
  // rate or scale that is not finite throws NumericsError and touches nothing; finite gradients are the
  // caller's check (their norm). CPU parameters take one fused pass; the bits do not depend on the number of
  // threads.
  void step(const NamedTensors& gradients, double learning_rate, double gradient_scale = 1.0);

  // The same update in plain ATen operations on any device: what step() is tested against.
  void step_reference(const NamedTensors& gradients, double learning_rate, double gradient_scale = 1.0);

  int64_t steps() const { return steps_; }

  // "exp_avg.<name>" and "exp_avg_sq.<name>": the moments themselves, not copies.
  NamedTensors state() const;
  // Copies moments of a checkpoint in. CheckpointError when a name is missing, unknown or of another shape.
  void load_state(const NamedTensors& state, int64_t steps);

 private:
  struct Slot {
    at::Tensor parameter, exp_avg, exp_avg_sq;
    double weight_decay;
  };
  void begin_step(const NamedTensors& gradients, double learning_rate, double gradient_scale);
  void update_reference(Slot& slot, const at::Tensor& gradient, double learning_rate) const;

  AdamWConfig config_;
  std::map<std::string, Slot> slots_;
  int64_t steps_ = 0;
};

}  // namespace r1
