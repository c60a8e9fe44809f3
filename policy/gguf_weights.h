// Models from GGUF files: the "llama" and "qwen2" architectures, dequantised to fp32 under Hugging Face's
// names.
//
// Two conventions differ from a Hugging Face folder and are undone here: llama's q and k rows are stored in
// the order of interleaved rotary pairs, and fp32 metadata stands for a short decimal (1e-05,
// not 9.99999974737875e-06).
#pragma once

#include <ATen/core/Tensor.h>

#include "base/gguf.h"
#include "policy/hf_folder.h"

namespace r1 {

// The tensor's values as fp32 on the CPU, in its shape. Types: F32, F16, BF16, Q4_0, Q4_1, Q8_0; others are a
// CheckpointError that names tensor and type. `where` names the file.
at::Tensor dequantize_gguf(const GgufTensor& tensor, const std::string& where);

// Everything a model needs from the file except its tokenizer. Metadata of the architecture and tensors that
// we do not know are refused by name: they could change the arithmetic. Tied when there is no output.weight.
// Every end-of-text, -turn or -message id that the tokenizer's metadata names becomes an eos id. Throws
// CheckpointError.
ModelFiles load_gguf_model(const GgufFile& file);

}  // namespace r1
