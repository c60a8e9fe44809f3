#include "policy/ops.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "base/errors.h"
#include "policy/kernels/kernels.h"
#include "policy/ops_cpu.h"
#include "policy/ops_reference.h"

namespace r1::ops {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

bool has_kernels(const at::Tensor& x) {
  return kernels::in_use() && x.device().is_cpu() && x.scalar_type() == at::kFloat;
}

bool gradients_wanted() { return at::GradMode::is_enabled(); }

// Lets a value that is no tensor travel through autograd's saved data.
template <class T>
struct Holder : torch::CustomClassHolder {
  explicit Holder(T v) : value(std::move(v)) {}
  T value;
};
template <class T>
void keep(AutogradContext* context, const char* name, T value) {
  context->saved_data[name] = c10::IValue::make_capsule(c10::make_intrusive<Holder<T>>(std::move(value)));
}
template <class T>
const T& kept(AutogradContext* context, const char* name) {
  // The context owns the capsule for as long as backward runs.
  return static_cast<const Holder<T>*>(context->saved_data[name].toCapsule().get())->value;
}

// A gradient that no consumer produced arrives undefined.
at::Tensor gradient_or_zero(const at::Tensor& gradient, const at::Tensor& like) {
  return gradient.defined() ? gradient.contiguous() : at::zeros_like(like);
}

// A leaf's gradient is added in place, as for matrices below; rows of anything else come back as a tensor.
struct EmbeddingFunction : Function<EmbeddingFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& ids, const at::Tensor& weight,
                            int64_t padding_id) {
    context->save_for_backward({ids, weight.is_leaf() ? weight : at::Tensor()});
    context->saved_data["rows"] = weight.size(0);
    context->saved_data["padding_id"] = padding_id;
    return at::index_select(weight, 0, ids);
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor dy = gradients[0].contiguous(), leaf = saved[1];
    at::Tensor into = leaf.defined() ? leaf.grad() : at::Tensor();
    if (!into.defined()) into = at::zeros({context->saved_data["rows"].toInt(), dy.size(1)}, dy.options());
    cpu::add_rows(dy, saved[0], into, context->saved_data["padding_id"].toInt());
    if (!leaf.defined()) return {at::Tensor(), into, at::Tensor()};
    leaf.mutable_grad() = into;
    return {at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

// The weight's own gradient is added in place (Weight::gradient), so autograd is given none for it: no second matrix, no
// extra pass. The master is an argument all the same, for that is what makes autograd record the op.
struct LinearFunction : Function<LinearFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& master,
                            const Weight& weight, const std::optional<at::Tensor>& bias,
                            const std::optional<at::Tensor>& residual) {
    context->save_for_backward({x});
    context->saved_data["trained"] = master.requires_grad();
    context->saved_data["has_bias"] = bias.has_value();
    context->saved_data["has_residual"] = residual.has_value();
    keep(context, "weight", weight);
    return cpu::linear(x, weight, bias.value_or(at::Tensor()), residual.value_or(at::Tensor()));
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    const Weight& weight = kept<Weight>(context, "weight");
    const at::Tensor dy = cpu::to_elements(gradients[0], weight.precision());
    variable_list result(5);
    if (context->needs_input_grad(0)) result[0] = cpu::linear_input_gradient(dy, weight);
    if (context->saved_data["trained"].toBool()) {
      cpu::add_weight_gradient(dy, x, weight.gradient(), weight.precision());
    }
    if (context->saved_data["has_bias"].toBool()) result[3] = at::sum(gradients[0], 0);
    if (context->saved_data["has_residual"].toBool()) result[4] = gradients[0];
    return result;
  }
};

struct SwigluFunction : Function<SwigluFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& master,
                            const Weight& weight) {
    cpu::Swiglu result = cpu::swiglu(x, weight, /*keep=*/true);
    context->save_for_backward({x, result.gate_up});
    context->saved_data["trained"] = master.requires_grad();
    keep(context, "weight", weight);
    return result.y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Weight& weight = kept<Weight>(context, "weight");
    const at::Tensor dy = cpu::to_elements(gradients[0], weight.precision());
    const at::Tensor dgate_up = cpu::swiglu_backward(saved[1], dy, weight.precision());
    variable_list result(3);
    if (context->needs_input_grad(0)) result[0] = cpu::linear_input_gradient(dgate_up, weight);
    if (context->saved_data["trained"].toBool()) {
      cpu::add_weight_gradient(dgate_up, saved[0], weight.gradient(), weight.precision());
    }
    return result;
  }
};

struct RmsNormFunction : Function<RmsNormFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            double eps, Precision precision) {
    cpu::RmsNorm result = cpu::rms_norm(x, weight, eps, precision);
    context->save_for_backward({x, weight, result.inverse_rms});
    context->saved_data["bf16"] = precision == Precision::Bf16;
    return result.y;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Precision precision = context->saved_data["bf16"].toBool() ? Precision::Bf16 : Precision::Fp32;
    auto [dx, dweight] = cpu::rms_norm_backward(saved[0], saved[1], saved[2],
                                                cpu::to_elements(gradients[0], precision), precision);
    return {dx, dweight, at::Tensor(), at::Tensor()};
  }
};

struct AttentionInputs {
  AttentionHeads heads;
  AttentionPlan plan;
  Precision precision;
};

struct AttentionFunction : Function<AttentionFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv, const at::Tensor& cos,
                            const at::Tensor& sin, const AttentionInputs& inputs) {
    cpu::Attention result =
        cpu::attention(qkv, cos, sin, inputs.heads, inputs.plan, inputs.precision, nullptr, /*keep=*/true);
    context->save_for_backward(
        {result.out, result.logsumexp, result.q, result.blocks.keys, result.blocks.values, cos, sin});
    keep(context, "inputs", inputs);
    return result.out;
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto& inputs = kept<AttentionInputs>(context, "inputs");
    const cpu::Attention forward{saved[0], saved[1], saved[2], {saved[3], saved[4]}};
    return {cpu::attention_backward(forward, cpu::to_elements(gradients[0], inputs.precision), saved[5],
                                    saved[6], inputs.heads, inputs.plan, inputs.precision),
            at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

struct TokenLogprobsFunction : Function<TokenLogprobsFunction> {
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& master,
                               const Weight& head, const at::Tensor& targets, double temperature) {
    check(master.requires_grad(), "a trained head's master requires a gradient");
    cpu::HeadForward result = cpu::token_logprobs(hidden, head, targets, temperature, /*keep=*/true);
    context->save_for_backward(
        {hidden, targets, result.logprobs, result.entropy, result.logsumexp, result.weights, result.maxima});
    context->saved_data["temperature"] = temperature;
    keep(context, "head", head);
    return {result.logprobs, result.entropy};
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    variable_list result(5);
    result[0] = cpu::token_logprobs_backward(
        saved[0], kept<Weight>(context, "head"), saved[1], context->saved_data["temperature"].toDouble(),
        {saved[2], saved[3], saved[4], saved[5], saved[6]}, gradient_or_zero(gradients[0], saved[2]),
        gradient_or_zero(gradients[1], saved[3]));
    return result;
  }
};

using Layer = std::function<at::Tensor(const at::Tensor&)>;

struct RecomputedFunction : Function<RecomputedFunction> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Layer& layer) {
    context->save_for_backward({x});
    keep(context, "layer", layer);
    return layer(x);  // autograd is off in here
  }
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::Tensor x = context->get_saved_variables()[0].detach().requires_grad_(true);
    const at::AutoGradMode with_gradient(true);
    kept<Layer>(context, "layer")(x).backward(gradients[0]);
    return {x.grad(), at::Tensor()};
  }
};

}  // namespace

at::Tensor recomputed(const at::Tensor& x, Layer layer) { return RecomputedFunction::apply(x, layer); }

at::Tensor embedding(const at::Tensor& ids, const at::Tensor& weight, int64_t padding_id) {
  check(ids.device() == weight.device(), "rows are looked up by ids on their device");
  const bool by_kernels =
      kernels::in_use() && weight.device().is_cpu() && weight.scalar_type() != at::kDouble;
  if (!by_kernels) return reference::embedding(ids, weight, padding_id);
  if (!gradients_wanted()) return at::index_select(weight, 0, ids);
  return EmbeddingFunction::apply(ids, weight, padding_id);
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps, Precision precision) {
  if (!has_kernels(x)) return reference::rms_norm(x, weight, eps);
  if (!gradients_wanted()) return cpu::rms_norm(x, weight, eps, precision).y;
  return RmsNormFunction::apply(x, weight, eps, precision);
}

at::Tensor linear(const at::Tensor& x, const Weight& weight, const at::Tensor& bias,
                  const at::Tensor& residual, Products products) {
  if (products == Products::Int8) {
    check(weight.has_int8() && !gradients_wanted(),
          "int8 products are for sampling, on kernels that have them");
    return cpu::linear_int8(x, weight, bias, residual);
  }
  if (!weight.has_kernels()) return reference::linear(x, weight.value(), bias, residual);
  if (!gradients_wanted()) return cpu::linear(x, weight, bias, residual);
  return LinearFunction::apply(x, weight.value(), weight, bias.defined() ? std::optional(bias) : std::nullopt,
                               residual.defined() ? std::optional(residual) : std::nullopt);
}

at::Tensor swiglu(const at::Tensor& x, const Weight& gate_up, Products products) {
  if (products == Products::Int8) {
    check(gate_up.has_int8() && !gradients_wanted(),
          "int8 products are for sampling, on kernels that have them");
    return cpu::swiglu_int8(x, gate_up);
  }
  if (!gate_up.has_kernels()) return reference::swiglu(x, gate_up.value());
  if (!gradients_wanted()) return cpu::swiglu(x, gate_up, /*keep=*/false).y;
  return SwigluFunction::apply(x, gate_up.value(), gate_up);
}

at::Tensor attention(const at::Tensor& qkv, const at::Tensor& cos, const at::Tensor& sin,
                     const AttentionHeads& heads, const AttentionPlan& plan, Precision precision,
                     KvBlocks* cache) {
  if (!has_kernels(qkv)) return reference::attention(qkv, cos, sin, heads, plan, cache);
  if (cache || !gradients_wanted()) {
    check(!cache || !gradients_wanted(), "no gradient flows through a cache");
    return cpu::attention(qkv, cos, sin, heads, plan, precision, cache, /*keep=*/false).out;
  }
  return AttentionFunction::apply(qkv, cos, sin, AttentionInputs{heads, plan, precision});
}

KvBlocks make_kv_blocks(int64_t num_blocks, const AttentionHeads& heads, Precision precision,
                        const at::Tensor& like) {
  if (has_kernels(like)) return cpu::make_kv_blocks(num_blocks, heads, precision);
  auto rows = [&] {
    return at::zeros({num_blocks * kKvBlockRows, heads.num_kv_heads, heads.head_dim}, like.options());
  };
  const at::NoGradGuard no_grad;
  return {rows(), rows()};
}

TokenLogprobs token_logprobs(const at::Tensor& hidden, const Weight& head, const at::Tensor& targets,
                             double temperature) {
  check(targets.device() == hidden.device(), "targets are on the hidden states' device");
  if (!head.has_kernels()) return reference::token_logprobs(hidden, head.value(), targets, temperature);
  if (!gradients_wanted()) {
    const cpu::HeadForward result = cpu::token_logprobs(hidden, head, targets, temperature, /*keep=*/false);
    return {result.logprobs, result.entropy};
  }
  const variable_list result = TokenLogprobsFunction::apply(hidden, head.value(), head, targets, temperature);
  return {result[0], result[1]};
}

Draws draw_tokens(const at::Tensor& hidden, const Weight& head, double temperature,
                  std::span<const int64_t> row_of, std::span<const double> u, Products products) {
  check(head.has_kernels(), "drawing without logits needs kernels");
  check(u.size() == row_of.size(), "every draw has its uniform number");
  return cpu::draw_tokens(hidden, head, temperature, row_of, u, products);
}

}  // namespace r1::ops
