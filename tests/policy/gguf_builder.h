// Builds small GGUF v3 files in memory, for tests of what reads them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/gguf.h"

namespace r1 {

class GgufBuilder {
 public:
  GgufBuilder& text(const std::string& key, const std::string& value) { return add(key, 8, sized(value)); }
  GgufBuilder& integer(const std::string& key, uint32_t value) { return add(key, 4, raw(value)); }
  GgufBuilder& real(const std::string& key, float value) { return add(key, 6, raw(value)); }

  // shape outermost first, as GgufTensor has it; the file wants it innermost first.
  GgufBuilder& tensor(const std::string& name, std::vector<int64_t> shape, GgufType type,
                      const std::string& data) {
    std::string info = sized(name) + raw(static_cast<uint32_t>(shape.size()));
    for (size_t i = shape.size(); i-- > 0;) info += raw(static_cast<uint64_t>(shape[i]));
    infos_ += info + raw(static_cast<uint32_t>(type)) + raw(static_cast<uint64_t>(data_.size()));
    data_ += data;
    data_.resize((data_.size() + 31) / 32 * 32);
    ++num_tensors_;
    return *this;
  }

  std::string bytes() const {
    std::string out = "GGUF" + raw(uint32_t{3}) + raw(num_tensors_) + raw(num_keys_) + metadata_ + infos_;
    out.resize((out.size() + 31) / 32 * 32);
    return out + data_;
  }

  template <class T>
  static std::string raw(T value) {
    std::string out(sizeof value, '\0');
    std::memcpy(out.data(), &value, sizeof value);
    return out;
  }

 private:
  static std::string sized(const std::string& value) {
    return raw(static_cast<uint64_t>(value.size())) + value;
  }
  GgufBuilder& add(const std::string& key, uint32_t type, const std::string& value) {
    metadata_ += sized(key) + raw(type) + value;
    ++num_keys_;
    return *this;
  }

  std::string metadata_, infos_, data_;
  uint64_t num_keys_ = 0, num_tensors_ = 0;
};

}  // namespace r1
