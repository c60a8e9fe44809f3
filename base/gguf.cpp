#include "base/gguf.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/errors.h"
#include "base/utf8.h"

namespace r1 {

namespace {

constexpr uint32_t kVersion = 3;
constexpr uint64_t kDefaultAlignment = 32;
constexpr uint64_t kMaxAlignment = 1u << 20;
constexpr uint64_t kMaxKeyBytes = 65535;      // the format's own limit
constexpr uint64_t kMaxTensorNameBytes = 64;  // the format's own limit
constexpr uint32_t kMaxDimensions = 4;
// The fewest bytes an entry can take: they bound the counts before anything is allocated.
constexpr uint64_t kMinMetadataBytes = 8 + 4 + 1;
constexpr uint64_t kMinTensorBytes = 8 + 4 + 8 + 4 + 8;

static_assert(std::endian::native == std::endian::little, "GGUF v3 is read as little-endian memory");

// Metadata value types, numbered as in the file.
enum ValueType : uint32_t { U8, I8, U16, I16, U32, I32, F32, Bool, String, Array, U64, I64, F64 };

uint64_t min_value_bytes(uint32_t type) {
  switch (type) {
    case U8:
    case I8:
    case Bool:
      return 1;
    case U16:
    case I16:
      return 2;
    case U32:
    case I32:
    case F32:
      return 4;
    default:
      return 8;  // String: its length alone
  }
}

struct BlockLayout {
  int64_t elements;  // per block, along the innermost dimension
  int64_t bytes;
};

std::optional<BlockLayout> block_layout(uint32_t type) {
  switch (static_cast<GgufType>(type)) {
    case GgufType::F32:
      return BlockLayout{1, 4};
    case GgufType::F16:
      return BlockLayout{1, 2};
    case GgufType::BF16:
      return BlockLayout{1, 2};
    case GgufType::Q4_0:
      return BlockLayout{32, 2 + 16};
    case GgufType::Q4_1:
      return BlockLayout{32, 4 + 16};
    case GgufType::Q5_0:
      return BlockLayout{32, 2 + 4 + 16};
    case GgufType::Q5_1:
      return BlockLayout{32, 4 + 4 + 16};
    case GgufType::Q8_0:
      return BlockLayout{32, 2 + 32};
  }
  return std::nullopt;
}

// A name from the file as an error message may show it: bounded and printable.
std::string shown(std::string_view name) {
  constexpr size_t kMaxShown = 80;
  std::string text;
  for (char c : repair_utf8(name.substr(0, kMaxShown))) {
    text += static_cast<uint8_t>(c) < 0x20 || c == 0x7F ? '?' : c;
  }
  return "\"" + text + (name.size() > kMaxShown ? "...\"" : "\"");
}

// A bounds-checked walk over the file. Every error says where the walk stands and what it was reading.
class Cursor {
 public:
  Cursor(const std::string& path, std::span<const uint8_t> bytes) : path_(path), bytes_(bytes) {}

  uint64_t position() const { return position_; }
  uint64_t remaining() const { return bytes_.size() - position_; }
  void set_item(std::string item) { item_ = std::move(item); }

  [[noreturn]] void fail(const std::string& reason) const {
    throw CheckpointError(
        fmt::format("{}: byte {}: {}: {}; fetch the file again or convert it with a current tool", path_,
                    position_, item_, reason));
  }

  template <typename T>
  T read() {
    if (remaining() < sizeof(T)) fail("the file ends here (truncated)");
    T value;
    std::memcpy(&value, bytes_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return value;
  }

  std::string read_string(uint64_t max_bytes = UINT64_MAX) {
    auto length = read<uint64_t>();
    if (length > max_bytes)
      fail(fmt::format("a name of {} bytes, more than the {} allowed", length, max_bytes));
    if (length > remaining())
      fail(fmt::format("a string of {} bytes does not fit in the {} left", length, remaining()));
    std::string text(reinterpret_cast<const char*>(bytes_.data() + position_), length);
    position_ += length;
    return text;
  }

  // A count of things that take at least `min_bytes` each.
  uint64_t read_count(uint64_t min_bytes, const char* of) {
    auto count = read<uint64_t>();
    check_count(count, min_bytes, of);
    return count;
  }

  void check_count(uint64_t count, uint64_t min_bytes, const char* of) const {
    if (count > remaining() / min_bytes)
      fail(fmt::format("{} {} cannot fit in the {} bytes left", count, of, remaining()));
  }

 private:
  const std::string& path_;
  std::span<const uint8_t> bytes_;
  uint64_t position_ = 0;
  std::string item_ = "header";
};

int64_t read_integer(Cursor& cursor, uint32_t type) {
  switch (type) {
    case U8:
      return cursor.read<uint8_t>();
    case I8:
      return cursor.read<int8_t>();
    case U16:
      return cursor.read<uint16_t>();
    case I16:
      return cursor.read<int16_t>();
    case U32:
      return cursor.read<uint32_t>();
    case I32:
      return cursor.read<int32_t>();
    case I64:
      return cursor.read<int64_t>();
    case Bool: {
      auto byte = cursor.read<uint8_t>();
      if (byte > 1) cursor.fail(fmt::format("a boolean holds {} instead of 0 or 1", byte));
      return byte;
    }
    default:
      break;
  }
  auto wide = cursor.read<uint64_t>();
  if (wide > INT64_MAX) cursor.fail(fmt::format("the unsigned value {} does not fit in 63 bits", wide));
  return static_cast<int64_t>(wide);
}

double read_float(Cursor& cursor, uint32_t type) {
  return type == F32 ? static_cast<double>(cursor.read<float>()) : cursor.read<double>();
}

template <typename T, typename Read>
std::vector<T> read_elements(uint64_t count, Read read_one) {
  std::vector<T> values;
  values.reserve(count);
  for (uint64_t i = 0; i < count; ++i) values.push_back(read_one());
  return values;
}

GgufValue read_array(Cursor& cursor) {
  auto type = cursor.read<uint32_t>();
  if (type == Array) cursor.fail("an array of arrays, which this reader refuses");
  if (type > F64) cursor.fail(fmt::format("array elements of unknown type {}", type));
  uint64_t count = cursor.read_count(min_value_bytes(type), "array elements");
  if (type == String) return read_elements<std::string>(count, [&] { return cursor.read_string(); });
  if (type == F32 || type == F64)
    return read_elements<double>(count, [&] { return read_float(cursor, type); });
  return read_elements<int64_t>(count, [&] { return read_integer(cursor, type); });
}

GgufValue read_value(Cursor& cursor) {
  auto type = cursor.read<uint32_t>();
  switch (type) {
    case String:
      return cursor.read_string();
    case Array:
      return read_array(cursor);
    case Bool:
      return read_integer(cursor, type) != 0;
    case F32:
    case F64:
      return read_float(cursor, type);
    default:
      break;
  }
  if (type > F64) cursor.fail(fmt::format("a value of unknown type {}", type));
  return read_integer(cursor, type);
}

void read_header(Cursor& cursor, uint64_t& num_tensors, uint64_t& num_metadata) {
  if (cursor.remaining() < 4 || cursor.read<uint32_t>() != 0x46554747)
    cursor.fail("not a GGUF file (no GGUF magic)");
  auto version = cursor.read<uint32_t>();
  if (version == kVersion << 24) cursor.fail("a big-endian file; only little-endian files are read");
  if (version != kVersion)
    cursor.fail(fmt::format("GGUF version {}; only version {} is read", version, kVersion));
  num_tensors = cursor.read_count(kMinTensorBytes, "tensors");
  num_metadata = cursor.read_count(kMinMetadataBytes, "metadata entries");
}

std::map<std::string, GgufValue> read_metadata(Cursor& cursor, uint64_t count) {
  std::map<std::string, GgufValue> metadata;
  for (uint64_t i = 0; i < count; ++i) {
    cursor.set_item(fmt::format("metadata entry {}", i));
    std::string key = cursor.read_string(kMaxKeyBytes);
    cursor.set_item("metadata " + shown(key));
    GgufValue value = read_value(cursor);
    if (!metadata.emplace(std::move(key), std::move(value)).second) cursor.fail("the key appears twice");
  }
  return metadata;
}

uint64_t find_alignment(Cursor& cursor, const std::map<std::string, GgufValue>& metadata) {
  auto entry = metadata.find("general.alignment");
  if (entry == metadata.end()) return kDefaultAlignment;
  cursor.set_item("metadata \"general.alignment\"");
  const auto* value = std::get_if<int64_t>(&entry->second);
  if (value == nullptr) cursor.fail("not an integer");
  if (*value < 8 || *value > static_cast<int64_t>(kMaxAlignment) || (*value & (*value - 1)) != 0) {
    cursor.fail(fmt::format("{} is not a power of two from 8 to {}", *value, kMaxAlignment));
  }
  return *value;
}

struct TensorEntry {
  GgufTensor tensor;  // data still empty
  uint64_t offset;    // from the start of the data section
  uint64_t size;      // in bytes
};

uint64_t tensor_bytes(Cursor& cursor, const std::vector<int64_t>& shape, uint32_t type) {
  auto block = block_layout(type);
  if (!block) cursor.fail(fmt::format("tensor type {}, which is not supported", type));
  int64_t columns = shape.back();
  if (columns % block->elements != 0) {
    cursor.fail(fmt::format("{} columns, not a multiple of the block size {}", columns, block->elements));
  }
  int64_t size = columns / block->elements;
  bool overflow = __builtin_mul_overflow(size, block->bytes, &size);
  int64_t elements = columns;
  for (size_t i = 0; i + 1 < shape.size(); ++i) {
    overflow |= __builtin_mul_overflow(size, shape[i], &size);
    overflow |= __builtin_mul_overflow(elements, shape[i], &elements);
  }
  if (overflow) cursor.fail("the number of elements overflows");
  return size;
}

TensorEntry read_tensor_entry(Cursor& cursor, uint64_t index, uint64_t alignment) {
  cursor.set_item(fmt::format("tensor entry {}", index));
  TensorEntry entry;
  entry.tensor.name = cursor.read_string(kMaxTensorNameBytes);
  cursor.set_item("tensor " + shown(entry.tensor.name));
  auto num_dimensions = cursor.read<uint32_t>();
  if (num_dimensions < 1 || num_dimensions > kMaxDimensions) {
    cursor.fail(fmt::format("{} dimensions; 1 to {} are allowed", num_dimensions, kMaxDimensions));
  }
  for (uint32_t i = 0; i < num_dimensions; ++i) {
    auto extent = cursor.read<uint64_t>();
    if (extent < 1 || extent > INT64_MAX) cursor.fail(fmt::format("a dimension of {}", extent));
    entry.tensor.shape.push_back(static_cast<int64_t>(extent));
  }
  std::reverse(entry.tensor.shape.begin(), entry.tensor.shape.end());  // the file has the innermost first
  auto type = cursor.read<uint32_t>();
  entry.size = tensor_bytes(cursor, entry.tensor.shape, type);
  entry.tensor.type = static_cast<GgufType>(type);
  entry.offset = cursor.read<uint64_t>();
  if (entry.offset % alignment != 0) {
    cursor.fail(fmt::format("offset {} is not a multiple of the alignment {}", entry.offset, alignment));
  }
  return entry;
}

// Points every tensor at its bytes, after checking that it lies inside the file.
void place_tensors(Cursor& cursor, std::vector<TensorEntry>& entries, std::span<const uint8_t> bytes,
                   uint64_t alignment) {
  uint64_t data_start = (cursor.position() + alignment - 1) / alignment * alignment;
  uint64_t data_size = bytes.size() - std::min<uint64_t>(bytes.size(), data_start);
  for (auto& entry : entries) {
    cursor.set_item("tensor " + shown(entry.tensor.name));
    if (entry.offset > data_size || entry.size > data_size - entry.offset) {
      cursor.fail(fmt::format("bytes {} + {} lie outside the data section of {} bytes (truncated?)",
                              entry.offset, entry.size, data_size));
    }
    entry.tensor.data = bytes.subspan(data_start + entry.offset, entry.size);
  }
}

void refuse_duplicates_and_overlaps(Cursor& cursor, std::vector<TensorEntry> entries) {
  auto fail_at = [&](const TensorEntry& entry, const std::string& reason) {
    cursor.set_item("tensor " + shown(entry.tensor.name));
    cursor.fail(reason);
  };
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.tensor.name < b.tensor.name; });
  for (size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].tensor.name == entries[i - 1].tensor.name) fail_at(entries[i], "the name appears twice");
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
  for (size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].offset < entries[i - 1].offset + entries[i - 1].size) {
      fail_at(entries[i], "its data overlaps tensor " + shown(entries[i - 1].tensor.name));
    }
  }
}

template <typename T>
const T& get_as(const GgufFile& file, std::string_view key, const char* kind) {
  auto entry = file.metadata().find(std::string(key));
  if (entry == file.metadata().end()) {
    throw CheckpointError(
        fmt::format("{}: metadata {} is missing; the file is not a complete model", file.path(), shown(key)));
  }
  const T* value = std::get_if<T>(&entry->second);
  if (value == nullptr) {
    throw CheckpointError(
        fmt::format("{}: metadata {} is not {}; convert the model again", file.path(), shown(key), kind));
  }
  return *value;
}

}  // namespace

GgufFile::GgufFile(const std::string& path) : file_(path) {
  Cursor cursor(file_.path(), file_.bytes());
  uint64_t num_tensors = 0, num_metadata = 0;
  read_header(cursor, num_tensors, num_metadata);
  metadata_ = read_metadata(cursor, num_metadata);
  uint64_t alignment = find_alignment(cursor, metadata_);

  cursor.set_item("tensor directory");
  cursor.check_count(num_tensors, kMinTensorBytes, "tensors");
  std::vector<TensorEntry> entries;
  entries.reserve(num_tensors);
  for (uint64_t i = 0; i < num_tensors; ++i) entries.push_back(read_tensor_entry(cursor, i, alignment));
  place_tensors(cursor, entries, file_.bytes(), alignment);
  refuse_duplicates_and_overlaps(cursor, entries);
  tensors_.reserve(entries.size());
  for (auto& entry : entries) tensors_.push_back(std::move(entry.tensor));
}

const GgufTensor* GgufFile::find_tensor(std::string_view name) const {
  auto found =
      std::find_if(tensors_.begin(), tensors_.end(), [&](const auto& tensor) { return tensor.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

bool GgufFile::has(std::string_view key) const { return metadata_.count(std::string(key)) > 0; }

int64_t GgufFile::get_int(std::string_view key) const { return get_as<int64_t>(*this, key, "an integer"); }

double GgufFile::get_double(std::string_view key) const {
  auto entry = metadata_.find(std::string(key));
  if (entry != metadata_.end()) {
    if (const auto* integer = std::get_if<int64_t>(&entry->second)) return static_cast<double>(*integer);
  }
  return get_as<double>(*this, key, "a number");
}

const std::string& GgufFile::get_string(std::string_view key) const {
  return get_as<std::string>(*this, key, "a string");
}

const std::vector<std::string>& GgufFile::get_strings(std::string_view key) const {
  return get_as<std::vector<std::string>>(*this, key, "an array of strings");
}

const std::vector<int64_t>& GgufFile::get_ints(std::string_view key) const {
  return get_as<std::vector<int64_t>>(*this, key, "an array of integers");
}

std::optional<int64_t> GgufFile::find_int(std::string_view key) const {
  return has(key) ? std::optional(get_int(key)) : std::nullopt;
}

std::optional<std::string> GgufFile::find_string(std::string_view key) const {
  return has(key) ? std::optional(get_string(key)) : std::nullopt;
}

std::optional<bool> GgufFile::find_bool(std::string_view key) const {
  return has(key) ? std::optional(get_as<bool>(*this, key, "a boolean")) : std::nullopt;
}

}  // namespace r1
