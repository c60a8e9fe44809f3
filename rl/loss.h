// The policy-gradient loss as a small set of orthogonal switches.
//
// Per trained token t of completion i, with A = its advantage, lp/old/ref = log-probabilities under the current, the
// sampling and the reference policy (arXiv 2402.03300 eq. 3; 2503.14476; 2507.18071; 1912.09729; 2503.20783):
//
//   r_t = exp(lp_t - old_t)                                   ratio = token
//   r_t = exp(mean over the completion of (lp - old))         ratio = sequence  (GSPO)
//   S_t = min(r A, clip(r, 1 - clip_low, 1 + clip_high) A)    clip = ppo
//   S_t = r A                                                 clip = none
//   S_t = max(S_t, dual_clip * A) where A < 0                 dual_clip > 1
//   KL_t with x = ref_t - lp_t:  k1 = -x,  k2 = x^2 / 2,  k3 = e^x - x - 1
//
//   loss = sum over the step's trained tokens of weight_t * (-i_t S_t + kl_coef * KL_t - entropy_coef * H_t)
//
// i_t is 1, or the truncated importance weight of rl/mismatch.h where tokens were sampled by something else than the policy.
//
// The weights are rl/batch.h's token_weight: one denominator for the step. Masked tokens are never gathered, so a NaN
// outside the mask cannot reach the loss.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>

#include "base/config.h"
#include "rl/batch.h"

namespace r1 {

enum class RatioLevel { Token, Sequence };
enum class ClipKind { None, Ppo };
enum class KlKind { Off, LossK1, LossK2, LossK3, Reward };

template <>
struct EnumNames<RatioLevel> {
  static constexpr std::pair<RatioLevel, const char*> values[] = {{RatioLevel::Token, "token"},
                                                                  {RatioLevel::Sequence, "sequence"}};
};
template <>
struct EnumNames<ClipKind> {
  static constexpr std::pair<ClipKind, const char*> values[] = {{ClipKind::None, "none"},
                                                                {ClipKind::Ppo, "ppo"}};
};
template <>
struct EnumNames<KlKind> {
  static constexpr std::pair<KlKind, const char*> values[] = {{KlKind::Off, "off"},
                                                              {KlKind::LossK1, "loss_k1"},
                                                              {KlKind::LossK2, "loss_k2"},
                                                              {KlKind::LossK3, "loss_k3"},
                                                              {KlKind::Reward, "reward"}};
};

struct LossConfig {
  RatioLevel ratio = RatioLevel::Token;
  ClipKind clip = ClipKind::Ppo;
  double clip_low = 0.2;
  double clip_high = 0.2;
  double dual_clip = 0.0;
  Aggregation aggregation = Aggregation::TokenMean;
  KlKind kl = KlKind::Off;
  double kl_coef = 0.001;
  double entropy_coef = 0.0;

  static void fields(auto& self, auto& visit) {
    visit("ratio", self.ratio, "importance ratio per token, or one per completion (GSPO)");
    visit("clip", self.clip, "ppo: pessimistic clipping of the ratio; none: plain policy gradient");
    visit("clip_low", self.clip_low, "the ratio is clipped below 1 - clip_low");
    visit("clip_high", self.clip_high, "the ratio is clipped above 1 + clip_high");
    visit("dual_clip", self.dual_clip,
          "floor of the objective at dual_clip * advantage where that is negative; 0 is off");
    visit("aggregation", self.aggregation, "how token losses become one number");
    visit("kl", self.kl,
          "distance to the reference policy: off, in the loss by estimator, or taken from the reward");
    visit("kl_coef", self.kl_coef, "weight of the KL term");
    visit("entropy_coef", self.entropy_coef, "weight of an entropy bonus; 0 is off");
  }

  bool kl_in_loss() const { return kl == KlKind::LossK1 || kl == KlKind::LossK2 || kl == KlKind::LossK3; }
  bool needs_reference() const { return kl != KlKind::Off && kl_coef != 0; }
  // A completion with advantage 0 contributes exactly nothing to the gradient.
  bool zero_advantage_is_silent() const { return !(kl_in_loss() && kl_coef != 0) && entropy_coef == 0; }
};

void validate(const LossConfig& config, const std::string& prefix);

// R trained tokens of one micro-batch, float64 but for logprobs and entropy, which carry the graph.
struct LossInputs {
  at::Tensor logprobs, entropy;           // [R] with gradient
  at::Tensor old_logprobs, ref_logprobs;  // [R]; ref undefined when no KL term needs it
  at::Tensor advantages, weights;         // [R]
  at::Tensor importance;                  // [R], undefined: 1
  at::Tensor sequence_of;  // [R] int64, 0 ... num_sequences - 1, which completion a token belongs to
  int64_t num_sequences = 0;
};

// The micro-batch's share of the step's loss, and sums for the metrics (unweighted, over its tokens).
struct LossTerms {
  at::Tensor loss;  // scalar with gradient
  double kl_sum = 0, clipped_low = 0, clipped_high = 0, entropy_sum = 0;
};

LossTerms policy_gradient_loss(const LossInputs& inputs, const LossConfig& config);

// Weighted cross entropy, -sum weight_t * lp_t: SFT and distillation on text.
LossTerms cross_entropy_loss(const LossInputs& inputs);

}  // namespace r1
