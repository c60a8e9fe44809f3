# Finds FLINT with Arb and Calcium and defines ExactMath::ExactMath. FLINT 3 holds all of them in one library; before, each
# was its own (Debian 12: libflint-dev, libflint-arb-dev, libcalcium-dev). rewards/math/tree/flint.h includes either layout.
find_path(ExactMath_INCLUDE_DIR flint/fmpq.h)
find_library(ExactMath_FLINT_LIBRARY flint)
find_library(ExactMath_GMP_LIBRARY gmp)
if(EXISTS "${ExactMath_INCLUDE_DIR}/flint/ca.h")
  set(_exact_math_parts ExactMath_FLINT_LIBRARY ExactMath_GMP_LIBRARY)
else()
  find_library(ExactMath_CALCIUM_LIBRARY calcium)
  find_library(ExactMath_ANTIC_LIBRARY antic)
  find_library(ExactMath_ARB_LIBRARY NAMES flint-arb arb)
  set(_exact_math_parts ExactMath_CALCIUM_LIBRARY ExactMath_ANTIC_LIBRARY ExactMath_ARB_LIBRARY ExactMath_FLINT_LIBRARY
    ExactMath_GMP_LIBRARY)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ExactMath
  REQUIRED_VARS ExactMath_INCLUDE_DIR ${_exact_math_parts}
  REASON_FAILURE_MESSAGE "run scripts/setup.sh, or install FLINT with Arb and Calcium")

if(ExactMath_FOUND AND NOT TARGET ExactMath::ExactMath)
  add_library(ExactMath::ExactMath INTERFACE IMPORTED)
  # FLINT's headers include each other by bare names; SYSTEM keeps their warnings away.
  target_include_directories(ExactMath::ExactMath SYSTEM INTERFACE "${ExactMath_INCLUDE_DIR}"
    "${ExactMath_INCLUDE_DIR}/flint")
  foreach(part IN LISTS _exact_math_parts)
    target_link_libraries(ExactMath::ExactMath INTERFACE "${${part}}")
  endforeach()
endif()
