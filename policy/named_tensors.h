// Tensors by name, sorted; names are Hugging Face's ("model.layers.0.self_attn.q_proj.weight").
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

namespace r1 {

using NamedTensors = std::map<std::string, at::Tensor>;

}  // namespace r1
