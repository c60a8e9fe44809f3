// Hugging Face model folders: config.json, generation_config.json, model.safetensors or shards with an index.
//
// What a folder must hold follows from its config alone (expected_tensors), so a file with a tensor too few,
// too many or of the wrong shape is refused with the tensor's name instead of training on whatever was there.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "policy/model_config.h"
#include "policy/named_tensors.h"

namespace r1 {

// A whole model: what it looks like and its weights, fp32 on the CPU. Tied models have no "lm_head.weight".
struct ModelFiles {
  ModelConfig config;
  NamedTensors weights;
};

// Name -> shape of every weight of such a model, in Hugging Face's names. Linear weights are [out, in].
std::map<std::string, std::vector<int64_t>> expected_tensors(const ModelConfig& config);

// Throws CheckpointError unless `weights` are exactly the expected tensors; names tensor, found and wanted
// shape.
void check_weights(const ModelConfig& config, const NamedTensors& weights, const std::string& where);

// Reads a folder; F32, F16 and BF16 become fp32. A tied model's lm_head.weight is dropped when it equals the
// embedding and refused when not. Throws CheckpointError (content) or IoError (no such file).
ModelFiles load_hf_folder(const std::string& folder);

struct HfSaveOptions {
  at::ScalarType dtype = at::ScalarType::Float;         // of the weights in the file: Float, BFloat16 or Half
  std::map<std::string, std::string> extra_files = {};  // plain file name -> content, e.g. tokenizer.json
  int64_t max_shard_bytes = 5'000'000'000;  // more than this becomes model-00001-of-0000N.safetensors + index
};

// Writes `files` into `folder`, made if it does not exist; every file is on the disk when it returns,
// config.json last, so a folder with a config.json is complete. A folder that already holds weights is
// refused: mixing old and new shards is the mistake nobody sees. Throws CheckpointError or IoError.
void save_hf_folder(const std::string& folder, const ModelFiles& files, const HfSaveOptions& options = {});

}  // namespace r1
