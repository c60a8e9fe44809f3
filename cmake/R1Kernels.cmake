# r1_kernels: the CPU arithmetic of policy/kernels/, without LibTorch.
#
# The *_isa.cpp files are compiled once per instruction set, each time into its own namespace (R1_KERNEL_ISA);
# dispatch.cpp picks one at start. -ffp-contract=fast so that a*b+c is one FMA in every code path of a file; nothing here
# may use -ffast-math, which would let the compiler reorder sums.
file(GLOB R1_KERNEL_ISA_SOURCES CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/policy/kernels/*_isa.cpp")
add_library(r1_kernels STATIC "${PROJECT_SOURCE_DIR}/policy/kernels/dispatch.cpp")
add_library(r1kit::kernels ALIAS r1_kernels)
set_target_properties(r1_kernels PROPERTIES EXPORT_NAME kernels)
target_include_directories(r1_kernels PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>")
target_compile_features(r1_kernels PUBLIC cxx_std_20)
r1_warnings(r1_kernels)
foreach(isa IN ITEMS plain avx2 avx512 avx512_bf16)
  add_library(r1_kernels_${isa} OBJECT ${R1_KERNEL_ISA_SOURCES})
  target_include_directories(r1_kernels_${isa} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(r1_kernels_${isa} PRIVATE R1_KERNEL_ISA=${isa})
  target_compile_options(r1_kernels_${isa} PRIVATE -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math -Wno-psabi)
  r1_warnings(r1_kernels_${isa})
  if(R1_SANITIZE)  # built in half the time; and GCC 12 takes the sanitizers' null checks for accesses out of bounds
    target_compile_options(r1_kernels_${isa} PRIVATE -O1 -Wno-array-bounds)
  endif()
  target_sources(r1_kernels PRIVATE $<TARGET_OBJECTS:r1_kernels_${isa}>)
endforeach()
target_compile_options(r1_kernels_avx2 PRIVATE -mavx2 -mfma)
set(R1_AVX512_FLAGS -mavx512f -mavx512bw -mavx512vl -mavx512dq -mfma -mprefer-vector-width=512)
target_compile_options(r1_kernels_avx512 PRIVATE ${R1_AVX512_FLAGS})
target_compile_options(r1_kernels_avx512_bf16 PRIVATE ${R1_AVX512_FLAGS} -mavx512bf16 -mavx512vnni)
