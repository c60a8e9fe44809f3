// Reader and writer of the safetensors container (https://github.com/huggingface/safetensors).
//
//   8 bytes   header length N, little-endian
//   N bytes   JSON object: name -> {dtype, shape, data_offsets [begin, end)}, and "__metadata__": text -> text
//   the rest  raw row-major little-endian data; offsets count from its first byte
//
// Files are untrusted. Every rule of the format is enforced before any tensor is allocated: N at most
// 100,000,000 and inside the file, the header starts with '{', no key twice, dtype known, shape times dtype
// size equals the offsets' span in checked arithmetic, and the spans tile the data without a hole or an
// overlap up to the end of the file. Errors are CheckpointError: file, tensor, byte, remedy.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "policy/named_tensors.h"

namespace r1 {

// One tensor as the header states it.
struct SafetensorsEntry {
  at::ScalarType dtype = at::ScalarType::Float;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;  // bytes in the file, from the file's first byte
};

// A mapped file with a checked header. Reading a tensor copies it, so results outlive the object.
// The file must not shrink while it is open: the kernel ends a process that touches a page which is gone.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path);

  const std::string& path() const { return file_.path(); }
  const std::map<std::string, SafetensorsEntry>& entries() const { return entries_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }

  // A CPU tensor that owns its memory, in the file's dtype. CheckpointError when there is no such tensor.
  at::Tensor read(const std::string& name) const;

 private:
  MappedFile file_;
  std::map<std::string, SafetensorsEntry> entries_;
  std::map<std::string, std::string> metadata_;
};

// Every tensor of a file; floating-point ones are converted to `floats_as` when it is given.
NamedTensors read_safetensors(const std::string& path, std::optional<at::ScalarType> floats_as = {});

// The name the format has for a dtype ("BF16"). CheckpointError when the format or we do not know it.
std::string_view safetensors_dtype_name(at::ScalarType dtype);

// Writes `tensors` (any device, any strides) so that after a crash `path` holds the old file or the new one,
// never a part. Floating-point tensors are converted to `floats_as` when it is given, one at a time: the peak
// of extra memory is the largest tensor. Data lie by falling element size, then name, so each tensor is
// aligned to its element. The bytes depend on the content only. Throws IoError.
void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       std::optional<at::ScalarType> floats_as = {},
                       const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

}  // namespace r1
