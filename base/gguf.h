// Reader for the GGUF v3 container (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md).
//
// This is the container only: typed metadata and a directory of raw tensors. It stands in base/ because two folders
// that may not see each other need it: datasets/ reads the tokenizer from the metadata, policy/ reads the weights.
// Everything in the file is untrusted: counts, lengths, types, offsets and sizes are checked against the file's size
// before anything is allocated, and every error is a CheckpointError that names the file, the item and the byte.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/files.h"

namespace r1 {

// The types of tensor data we name; values are the file format's.
enum class GgufType : uint32_t {
  F32 = 0,
  F16 = 1,
  Q4_0 = 2,
  Q4_1 = 3,
  Q5_0 = 6,
  Q5_1 = 7,
  Q8_0 = 8,
  BF16 = 30
};

struct GgufTensor {
  std::string name;
  std::vector<int64_t> shape;  // outermost first (row-major, as PyTorch writes it): [rows, columns]
  GgufType type;
  std::span<const uint8_t>
      data;  // raw blocks inside the mapped file, exactly the size its type and shape need
};

// A metadata value. Integers of every width are int64 (uint64 beyond 2^63 is refused), floats are double.
using GgufValue = std::variant<int64_t, double, bool, std::string, std::vector<int64_t>, std::vector<double>,
                               std::vector<std::string>>;

class GgufFile {
 public:
  // Maps and checks the whole directory. Throws CheckpointError.
  explicit GgufFile(const std::string& path);

  const std::string& path() const { return file_.path(); }
  const std::map<std::string, GgufValue>& metadata() const { return metadata_; }
  const std::vector<GgufTensor>& tensors() const { return tensors_; }
  const GgufTensor* find_tensor(std::string_view name) const;  // nullptr when absent

  // Typed look-ups; the `get_` forms throw CheckpointError when the key is absent or of another type.
  bool has(std::string_view key) const;
  int64_t get_int(std::string_view key) const;
  double get_double(std::string_view key) const;  // accepts an integer value too
  const std::string& get_string(std::string_view key) const;
  const std::vector<std::string>& get_strings(std::string_view key) const;
  const std::vector<int64_t>& get_ints(std::string_view key) const;
  std::optional<int64_t> find_int(std::string_view key) const;
  std::optional<std::string> find_string(std::string_view key) const;
  std::optional<bool> find_bool(std::string_view key) const;

 private:
  MappedFile file_;
  std::map<std::string, GgufValue> metadata_;
  std::vector<GgufTensor> tensors_;
};

}  // namespace r1
