# Finds LibTorch inside an unpacked PyPI wheel (or any LibTorch folder) and defines TorchWheel::torch.
#
#   R1_TORCH_DIR   cache or environment variable: the folder that holds include/ and lib/
#                  default: <source>/.deps/python/torch, where scripts/setup.sh unpacks it
#
# Why not find_package(Torch): with a CUDA wheel it demands a CUDA toolkit of the wheel's exact version even
# for code that never includes a CUDA header, and it forces -l flags for libraries that we open at run time.
set(R1_TORCH_DIR "$ENV{R1_TORCH_DIR}" CACHE PATH "LibTorch >= 2.6: the folder that holds include/ and lib/")
if(R1_TORCH_DIR STREQUAL "")
  set(R1_TORCH_DIR "${PROJECT_SOURCE_DIR}/.deps/python/torch" CACHE PATH "" FORCE)
endif()

find_path(TorchWheel_INCLUDE_DIR ATen/core/Tensor.h PATHS "${R1_TORCH_DIR}/include" NO_DEFAULT_PATH)
find_library(TorchWheel_CPU_LIBRARY torch_cpu PATHS "${R1_TORCH_DIR}/lib" NO_DEFAULT_PATH)
find_library(TorchWheel_C10_LIBRARY c10 PATHS "${R1_TORCH_DIR}/lib" NO_DEFAULT_PATH)
if(EXISTS "${R1_TORCH_DIR}/include/torch/headeronly/version.h")
  set(_torch_version_header "${R1_TORCH_DIR}/include/torch/headeronly/version.h")
else()
  set(_torch_version_header "${R1_TORCH_DIR}/include/torch/csrc/api/include/torch/version.h")
endif()
if(EXISTS "${_torch_version_header}")
  file(STRINGS "${_torch_version_header}" _torch_version_lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE "[^0-9;]" "" _torch_version_parts "${_torch_version_lines}")
  string(REPLACE ";" "." TorchWheel_VERSION "${_torch_version_parts}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(TorchWheel
  REQUIRED_VARS TorchWheel_CPU_LIBRARY TorchWheel_C10_LIBRARY TorchWheel_INCLUDE_DIR
  VERSION_VAR TorchWheel_VERSION
  REASON_FAILURE_MESSAGE "run scripts/setup.sh, or point R1_TORCH_DIR at a LibTorch folder")

if(TorchWheel_FOUND AND NOT TARGET TorchWheel::torch)
  add_library(TorchWheel::torch INTERFACE IMPORTED)
  target_include_directories(TorchWheel::torch SYSTEM INTERFACE
    "${TorchWheel_INCLUDE_DIR}" "${TorchWheel_INCLUDE_DIR}/torch/csrc/api/include")
  # Per-operator headers: a file pays for the operators it uses (6 s), not for all of them (26 s).
  # The wheel brings fmt 12's headers but not its library, and they come before the system's: use them header-only.
  # (fmt's versions live in namespaces of their own, so the LibTorch-free folders may use another one.)
  target_compile_definitions(TorchWheel::torch INTERFACE AT_PER_OPERATOR_HEADERS _GLIBCXX_USE_CXX11_ABI=1 FMT_HEADER_ONLY)
  get_filename_component(TorchWheel_LIB_DIR "${TorchWheel_CPU_LIBRARY}" DIRECTORY)
  target_link_libraries(TorchWheel::torch INTERFACE "${TorchWheel_CPU_LIBRARY}" "${TorchWheel_C10_LIBRARY}")
  # The wheel's own RPATH looks for libcudart and libcupti in the sibling nvidia/cu13/lib; where setup.sh did not
  # put them (a CUDA 13 toolkit is installed), the toolkit's folders are searched.
  target_link_options(TorchWheel::torch INTERFACE
    "LINKER:-rpath,${TorchWheel_LIB_DIR}" "LINKER:--disable-new-dtags" "LINKER:--allow-shlib-undefined")
  foreach(_dir "$ENV{CUDA_HOME}/lib64" /usr/local/cuda/lib64 /usr/local/cuda/extras/CUPTI/lib64)
    if(EXISTS "${_dir}" AND NOT EXISTS "${R1_TORCH_DIR}/../nvidia/cu13/lib/libcudart.so.13")
      target_link_options(TorchWheel::torch INTERFACE "LINKER:-rpath,${_dir}" "LINKER:-rpath-link,${_dir}")
    endif()
  endforeach()
endif()
mark_as_advanced(TorchWheel_INCLUDE_DIR TorchWheel_CPU_LIBRARY TorchWheel_C10_LIBRARY)
