#include "rl/checkpoint.h"

#include <fmt/format.h>

#include "base/errors.h"
#include "base/files.h"
#include "policy/safetensors.h"

namespace r1 {
namespace {

constexpr int kFormat = 1;

void write_trainer_state(const std::string& folder, const TrainerState& state) {
  write_safetensors(folder + "/trainer.safetensors", state.tensors);
  const Json json = {{"format", kFormat},
                     {"step", state.step},
                     {"data_cursor", state.data_cursor},
                     {"policy_version", state.policy_version},
                     {"extra", state.extra}};
  write_file_durably(folder + "/trainer.json", dump_json(json, 1) + "\n");
}

}  // namespace

uint64_t num_bytes(const NamedTensors& tensors) {
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += tensor.nbytes();
  return bytes;
}

TrainerState load_trainer_state(const std::string& folder) {
  const std::string path = folder + "/trainer.json";
  const Json json = read_json_file(path);
  try {
    if (json.at("format").get<int>() != kFormat) {
      throw CheckpointError(path + ": of another format; use the program that wrote it");
    }
    TrainerState state{.step = json.at("step").get<int64_t>(),
                       .data_cursor = json.at("data_cursor").get<int64_t>(),
                       .policy_version = json.at("policy_version").get<int64_t>(),
                       .extra = json.at("extra")};
    state.tensors = read_safetensors(folder + "/trainer.safetensors");
    return state;
  } catch (const Json::exception& error) {
    throw CheckpointError(fmt::format("{}: not a trainer's state: {}", path, error.what()));
  }
}

CheckpointSearch load_newest_checkpoint(const std::string& parent, std::optional<int64_t> at_most) {
  CheckpointSearch search;
  std::vector<StepFolder> folders = list_step_folders(parent);
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    if (at_most && folder->step > *at_most) continue;
    if (auto damage = find_damage(*folder, Thoroughness::Hashes)) {
      search.skipped.push_back(*damage);
      continue;
    }
    try {
      search.found = LoadedCheckpoint{folder->path, load_trainer_state(folder->path)};
      return search;
    } catch (const Error& error) {
      search.skipped.push_back(error.what());
    }
  }
  if (search.skipped.empty()) return search;
  std::string reasons;
  for (const std::string& reason : search.skipped) reasons += " " + reason + ";";
  throw CheckpointError(
      fmt::format("{}: no checkpoint can be used:{} restore one from a copy, or remove them all to "
                  "start from the beginning",
                  parent, reasons));
}

CheckpointStore::CheckpointStore(const std::string& parent, Options options)
    : parent_(parent), options_(options), folders_(parent, std::move(options)) {}

std::string CheckpointStore::save(const TrainerState& state, uint64_t model_bytes,
                                  const std::function<void(const std::string& folder)>& write_model) {
  return folders_.save(state.step, model_bytes + num_bytes(state.tensors), [&](const std::string& folder) {
    write_model(folder);
    if (options_.fault_point) options_.fault_point("model_written");
    write_trainer_state(folder, state);
  });
}

CheckpointSearch CheckpointStore::load_newest(std::optional<int64_t> at_most) const {
  return load_newest_checkpoint(parent_, at_most);
}

}  // namespace r1
