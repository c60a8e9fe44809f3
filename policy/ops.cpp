#include "policy/ops.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/embedding_dense_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "policy/ops_cpu.h"
#include "policy/ops_reference.h"

namespace r1::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

bool has_kernels(const at::Tensor& x) { return x.device().is_cpu() && x.scalar_type() == at::kFloat; }

// A gradient that no consumer produced arrives undefined.
at::Tensor gradient_or_zero(const at::Tensor& gradient, const at::Tensor& like) {
  return gradient.defined() ? gradient.contiguous() : at::zeros_like(like);
}

struct EmbeddingFunction : Function<EmbeddingFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& ids, const at::Tensor& weight,
                            int64_t padding_id) {
    context->save_for_backward({ids});
    context->saved_data["rows"] = weight.size(0);
    context->saved_data["padding_id"] = padding_id;
    return at::index_select(weight, 0, ids);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    // Adds in the order of ids for every row: the same bits on any number of threads, unlike index_put's atomics.
    const at::Tensor dweight = at::embedding_dense_backward(
        gradients[0].contiguous(), context->get_saved_variables()[0], context->saved_data["rows"].toInt(),
        context->saved_data["padding_id"].toInt(), false);
    return {at::Tensor(), dweight, at::Tensor()};
  }
};

struct LinearFunction : Function<LinearFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const std::optional<at::Tensor>& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["has_bias"] = bias.has_value();
    return cpu::linear(x, weight, bias.value_or(at::Tensor()));
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor dy = gradients[0].contiguous();
    variable_list result(3);
    // Own kernel on the transposed weights: 1.6x MKL's sgemm here, transposition included (docs/log.md).
    if (context->needs_input_grad(0)) result[0] = cpu::linear(dy, saved[1].t().contiguous(), {});
    if (context->needs_input_grad(1)) result[1] = at::mm(dy.t(), saved[0]);
    if (context->saved_data["has_bias"].toBool()) result[2] = at::sum(dy, 0);
    return result;
  }
};

struct RmsNormFunction : Function<RmsNormFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            double eps) {
    cpu::RmsNorm result = cpu::rms_norm(x, weight, eps);
    context->save_for_backward({x, weight, result.inverse_rms});
    return result.y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    auto [dx, dweight] = cpu::rms_norm_backward(saved[0], saved[1], saved[2], gradients[0].contiguous());
    return {dx, dweight, at::Tensor()};
  }
};

struct RopeFunction : Function<RopeFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cos,
                            const at::Tensor& sin) {
    context->save_for_backward({cos, sin});
    return cpu::rope(x, cos, sin, 1.0f);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    return {cpu::rope(gradients[0].contiguous(), saved[0], saved[1], -1.0f), at::Tensor(), at::Tensor()};
  }
};

struct SwigluFunction : Function<SwigluFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate, const at::Tensor& up) {
    context->save_for_backward({gate, up});
    return cpu::swiglu(gate, up);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    auto [dgate, dup] = cpu::swiglu_backward(saved[0], saved[1], gradients[0].contiguous());
    return {dgate, dup};
  }
};

// Lets an AttentionPlan travel through autograd's saved data.
struct PlanHolder : torch::CustomClassHolder {
  explicit PlanHolder(AttentionPlan p) : plan(std::move(p)) {}
  AttentionPlan plan;
};

struct AttentionFunction : Function<AttentionFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k,
                            const at::Tensor& v, const AttentionPlan& plan) {
    cpu::Attention result = cpu::attention(q, k, v, plan);
    context->save_for_backward({q, k, v, result.out, result.logsumexp});
    context->saved_data["plan"] = c10::IValue::make_capsule(c10::make_intrusive<PlanHolder>(plan));
    return result.out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto capsule = context->saved_data["plan"].toCapsule();
    const AttentionPlan& plan = static_cast<const PlanHolder&>(*capsule).plan;
    auto [dq, dk, dv] = cpu::attention_backward(saved[0], saved[1], saved[2], {saved[3], saved[4]},
                                                gradients[0].contiguous(), plan);
    return {dq, dk, dv, at::Tensor()};
  }
};

struct TokenLogprobsFunction : Function<TokenLogprobsFunction> {
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& head,
                               const at::Tensor& targets, double temperature) {
    cpu::HeadForward result = cpu::token_logprobs(hidden, head, targets, temperature);
    context->save_for_backward({hidden, head, targets, result.logprobs, result.entropy, result.logsumexp});
    context->saved_data["temperature"] = temperature;
    return {result.logprobs, result.entropy};
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    auto [dhidden, dhead] = cpu::token_logprobs_backward(
        saved[0], saved[1], saved[2], context->saved_data["temperature"].toDouble(),
        {saved[3], saved[4], saved[5]}, gradient_or_zero(gradients[0], saved[3]),
        gradient_or_zero(gradients[1], saved[4]));
    return {dhidden, dhead, at::Tensor(), at::Tensor()};
  }
};

bool gradients_wanted() { return at::GradMode::is_enabled(); }

}  // namespace

at::Tensor embedding(const at::Tensor& ids, const at::Tensor& weight, int64_t padding_id) {
  if (!has_kernels(weight)) return reference::embedding(ids, weight, padding_id);
  if (!gradients_wanted()) return at::index_select(weight, 0, ids);
  return EmbeddingFunction::apply(ids, weight, padding_id);
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  if (!has_kernels(x)) return reference::rms_norm(x, weight, eps);
  if (!gradients_wanted()) return cpu::rms_norm(x, weight, eps).y;
  return RmsNormFunction::apply(x, weight, eps);
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  if (!has_kernels(x)) return reference::linear(x, weight, bias);
  if (!gradients_wanted()) return cpu::linear(x, weight, bias);
  return LinearFunction::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin) {
  if (!has_kernels(x)) return reference::rope(x, cos, sin);
  if (!gradients_wanted()) return cpu::rope(x, cos, sin, 1.0f);
  return RopeFunction::apply(x, cos, sin);
}

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                     const AttentionPlan& plan) {
  if (!has_kernels(q)) return reference::attention(q, k, v, plan);
  if (!gradients_wanted()) return cpu::attention(q, k, v, plan).out;
  return AttentionFunction::apply(q, k, v, plan);
}

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) {
  if (!has_kernels(gate)) return reference::swiglu(gate, up);
  if (!gradients_wanted()) return cpu::swiglu(gate, up);
  return SwigluFunction::apply(gate, up);
}

TokenLogprobs token_logprobs(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets,
                             double temperature) {
  if (!has_kernels(hidden)) return reference::token_logprobs(hidden, head, targets, temperature);
  if (!gradients_wanted()) {
    const cpu::HeadForward result = cpu::token_logprobs(hidden, head, targets, temperature);
    return {result.logprobs, result.entropy};
  }
  const variable_list result = TokenLogprobsFunction::apply(hidden, head, targets, temperature);
  return {result[0], result[1]};
}

}  // namespace r1::ops
