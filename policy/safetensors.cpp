#include "policy/safetensors.h"

#include <ATen/ops/empty.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/errors.h"
#include "base/json.h"

namespace r1 {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // the format's own limit
constexpr const char* kRemedy = "the file is damaged or cut short: copy or download it again";

struct DtypeName {
  const char* name;
  at::ScalarType dtype;
};
constexpr std::array<DtypeName, 8> kDtypes = {{{"F64", at::ScalarType::Double},
                                               {"F32", at::ScalarType::Float},
                                               {"F16", at::ScalarType::Half},
                                               {"BF16", at::ScalarType::BFloat16},
                                               {"I64", at::ScalarType::Long},
                                               {"I32", at::ScalarType::Int},
                                               {"U8", at::ScalarType::Byte},
                                               {"BOOL", at::ScalarType::Bool}}};

[[noreturn]] void fail(const std::string& path, uint64_t byte, const std::string& what) {
  throw CheckpointError(fmt::format("{}: byte {}: {}; {}", path, byte, what, kRemedy));
}

[[noreturn]] void fail_tensor(const std::string& path, const std::string& name, uint64_t byte,
                              const std::string& what) {
  throw CheckpointError(fmt::format("{}: tensor {}: byte {}: {}; {}", path, name, byte, what, kRemedy));
}

// Parses the header text, refusing deep nesting and any key that occurs twice in one object.
Json parse_header(std::string_view text, const std::string& path) {
  std::vector<std::set<std::string>> keys_of_open_objects;
  size_t open = 0;
  auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start) keys_of_open_objects.emplace_back();
    if (event == Event::object_end) keys_of_open_objects.pop_back();
    if (event == Event::object_start || event == Event::array_start) ++open;
    if (event == Event::object_end || event == Event::array_end) --open;
    if (open > 4) fail(path, 8, "the header is nested deeper than the format allows");
    if (event == Event::key && !keys_of_open_objects.back().insert(parsed.get<std::string>()).second) {
      fail(path, 8, fmt::format("the header has the key \"{}\" twice", parsed.get<std::string>()));
    }
    return true;
  };
  try {
    return Json::parse(text, watch);
  } catch (const Json::exception& error) {
    fail(path, 8, fmt::format("the header is not valid JSON ({})", std::string(error.what()).substr(0, 200)));
  }
}

uint64_t unsigned_of(const Json& value, const std::string& path, const std::string& name, const char* field) {
  if (!value.is_number_unsigned() || value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX)) {
    fail_tensor(path, name, 8, fmt::format("{} holds {}, not a size", field, dump_json(value).substr(0, 40)));
  }
  return value.get<uint64_t>();
}

at::ScalarType dtype_of(const Json& value, const std::string& path, const std::string& name) {
  for (const DtypeName& known : kDtypes) {
    if (value == known.name) return known.dtype;
  }
  throw CheckpointError(
      fmt::format("{}: tensor {}: dtype {} is not supported; convert the file to F32, F16 or BF16", path,
                  name, dump_json(value).substr(0, 40)));
}

uint64_t bytes_of(const SafetensorsEntry& entry, const std::string& path, const std::string& name) {
  uint64_t bytes = c10::elementSize(entry.dtype);
  bool overflow = false;
  for (int64_t size : entry.shape)
    overflow |= __builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes);
  if (overflow) fail_tensor(path, name, 8, fmt::format("shape {} is larger than any memory", entry.shape));
  return bytes;
}

SafetensorsEntry read_entry(const Json& object, const std::string& path, const std::string& name,
                            uint64_t data_begin) {
  if (!object.is_object() || object.size() != 3 || !object.contains("dtype") || !object.contains("shape") ||
      !object.contains("data_offsets")) {
    fail_tensor(path, name, 8, "the entry must have dtype, shape and data_offsets, and nothing else");
  }
  SafetensorsEntry entry;
  entry.dtype = dtype_of(object["dtype"], path, name);
  const Json& shape = object["shape"];
  const Json& offsets = object["data_offsets"];
  if (!shape.is_array() || shape.size() > 64) fail_tensor(path, name, 8, "shape is not a list of sizes");
  if (!offsets.is_array() || offsets.size() != 2)
    fail_tensor(path, name, 8, "data_offsets is not [begin, end]");
  for (const Json& size : shape) entry.shape.push_back(unsigned_of(size, path, name, "shape"));
  entry.begin = data_begin + unsigned_of(offsets[0], path, name, "data_offsets");
  entry.end = data_begin + unsigned_of(offsets[1], path, name, "data_offsets");
  if (entry.end < entry.begin) fail_tensor(path, name, entry.begin, "data_offsets end before they begin");
  const uint64_t needed = bytes_of(entry, path, name);
  if (entry.end - entry.begin != needed) {
    fail_tensor(path, name, entry.begin,
                fmt::format("data_offsets span {} bytes, shape {} of {} needs {}", entry.end - entry.begin,
                            entry.shape, safetensors_dtype_name(entry.dtype), needed));
  }
  return entry;
}

std::map<std::string, std::string> read_metadata(const Json& object, const std::string& path) {
  std::map<std::string, std::string> out;
  if (!object.is_object()) fail(path, 8, "__metadata__ is not an object");
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) fail(path, 8, fmt::format("__metadata__ \"{}\" is not text", key));
    out[key] = value.get<std::string>();
  }
  return out;
}

// The spans, in the order of their offsets, must follow one another from the end of the header to the end of
// the file.
void check_tiling(const std::map<std::string, SafetensorsEntry>& entries, const std::string& path,
                  uint64_t data_begin, uint64_t file_bytes) {
  std::vector<std::pair<const std::string*, const SafetensorsEntry*>> order;
  for (const auto& [name, entry] : entries) order.emplace_back(&name, &entry);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second->begin, a.second->end) < std::pair(b.second->begin, b.second->end);
  });
  uint64_t expected = data_begin;
  for (const auto& [name, entry] : order) {
    if (entry->end > file_bytes) {
      fail_tensor(path, *name, entry->begin,
                  fmt::format("the data end at byte {}, the file has {}", entry->end, file_bytes));
    }
    if (entry->begin < expected) fail_tensor(path, *name, entry->begin, "the data overlap another tensor's");
    if (entry->begin > expected) fail_tensor(path, *name, expected, "there is a hole before the data");
    expected = entry->end;
  }
  if (expected != file_bytes) {
    fail(path, expected, fmt::format("{} bytes after the last tensor", file_bytes - expected));
  }
}

// What is written: the tensor in its final dtype, its place in the file.
struct Planned {
  const std::string* name;
  const at::Tensor* tensor;
  at::ScalarType dtype;
  uint64_t bytes;
};

std::vector<Planned> plan_data(const NamedTensors& tensors, std::optional<at::ScalarType> floats_as) {
  std::vector<Planned> plan;
  for (const auto& [name, tensor] : tensors) {
    check(tensor.defined() && name != "__metadata__",
          "every tensor to write is defined and has a usable name");
    const bool convert = floats_as && tensor.is_floating_point();
    const at::ScalarType dtype = convert ? *floats_as : tensor.scalar_type();
    plan.push_back({&name, &tensor, dtype, static_cast<uint64_t>(tensor.numel()) * c10::elementSize(dtype)});
  }
  std::stable_sort(plan.begin(), plan.end(), [](const Planned& a, const Planned& b) {
    return c10::elementSize(a.dtype) > c10::elementSize(b.dtype);
  });
  return plan;
}

std::string make_header(const std::vector<Planned>& plan,
                        const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t offset = 0;
  for (const Planned& item : plan) {
    header[*item.name] = {{"dtype", safetensors_dtype_name(item.dtype)},
                          {"shape", item.tensor->sizes().vec()},
                          {"data_offsets", {offset, offset + item.bytes}}};
    offset += item.bytes;
  }
  std::string text = dump_json(header);
  text.resize((text.size() + 7) / 8 * 8, ' ');  // keeps the data aligned to 8 bytes
  if (text.size() > kMaxHeaderBytes)
    throw CheckpointError("safetensors header above 100 MB; write more shards");
  return text;
}

std::string_view as_bytes(const void* data, uint64_t size) { return {static_cast<const char*>(data), size}; }

}  // namespace

std::string_view safetensors_dtype_name(at::ScalarType dtype) {
  for (const DtypeName& known : kDtypes) {
    if (dtype == known.dtype) return known.name;
  }
  throw CheckpointError(fmt::format("safetensors: dtype {} is not supported", c10::toString(dtype)));
}

SafetensorsFile::SafetensorsFile(const std::string& path) : file_(path) {
  const auto bytes = file_.bytes();
  uint64_t header_bytes = 0;
  if (bytes.size() < sizeof header_bytes)
    fail(path, 0, fmt::format("only {} bytes, no header", bytes.size()));
  std::memcpy(&header_bytes, bytes.data(), sizeof header_bytes);
  if (header_bytes > kMaxHeaderBytes || header_bytes > bytes.size() - sizeof header_bytes) {
    fail(path, 0,
         fmt::format("header length {} with {} bytes in the file (limit {})", header_bytes, bytes.size(),
                     kMaxHeaderBytes));
  }
  const std::string_view text = as_bytes(bytes.data() + sizeof header_bytes, header_bytes);
  if (!text.starts_with('{')) fail(path, 8, "the header does not start with '{'");
  const Json header = parse_header(text, path);
  const uint64_t data_begin = sizeof header_bytes + header_bytes;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      metadata_ = read_metadata(value, path);
    } else {
      entries_.emplace(name, read_entry(value, path, name, data_begin));
    }
  }
  check_tiling(entries_, path, data_begin, bytes.size());
}

at::Tensor SafetensorsFile::read(const std::string& name) const {
  auto at = entries_.find(name);
  if (at == entries_.end()) throw CheckpointError(fmt::format("{}: there is no tensor {}", path(), name));
  const SafetensorsEntry& entry = at->second;
  at::Tensor out = at::empty(entry.shape, at::TensorOptions().dtype(entry.dtype));
  if (entry.end > entry.begin) {
    std::memcpy(out.mutable_data_ptr(), file_.bytes().data() + entry.begin, entry.end - entry.begin);
  }
  return out;
}

NamedTensors read_safetensors(const std::string& path, std::optional<at::ScalarType> floats_as) {
  const SafetensorsFile file(path);
  NamedTensors out;
  for (const auto& [name, entry] : file.entries()) {
    at::Tensor tensor = file.read(name);
    out[name] = floats_as && tensor.is_floating_point() ? tensor.to(*floats_as) : tensor;
  }
  return out;
}

void write_safetensors(const std::string& path, const NamedTensors& tensors,
                       std::optional<at::ScalarType> floats_as,
                       const std::map<std::string, std::string>& metadata) {
  const std::vector<Planned> plan = plan_data(tensors, floats_as);
  const std::string header = make_header(plan, metadata);
  const uint64_t header_bytes = header.size();
  const std::string temporary = fmt::format("{}.tmp-{}", path, ::getpid());
  try {
    FileWriter file(temporary, FileWriter::Mode::Truncate);
    file.write(as_bytes(&header_bytes, sizeof header_bytes));
    file.write(header);
    for (const Planned& item : plan) {
      const at::Tensor tensor = item.tensor->detach().to(at::kCPU, item.dtype).contiguous();
      file.write(as_bytes(tensor.const_data_ptr(), item.bytes));
    }
    file.close();
    std::error_code error;
    std::filesystem::rename(temporary, path, error);
    if (error) throw IoError(fmt::format("{}: cannot rename: {}", path, error.message()));
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  const auto folder = std::filesystem::path(path).parent_path();
  fsync_path(folder.empty() ? "." : folder.string());
}

}  // namespace r1
