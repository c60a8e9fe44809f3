# r1_folder(NAME LINKS ...): the static library r1_NAME from every .cpp under NAME/ (main.cpp and kernels/ apart).
#
# The folder is the target, so its files are globbed: adding a file is one step, and CONFIGURE_DEPENDS re-globs.
function(r1_folder name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${name}/*.cpp")
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/${name}/*.h")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$|/kernels/")
  add_library(r1_${name} STATIC ${sources})
  add_library(r1kit::${name} ALIAS r1_${name})
  set_target_properties(r1_${name} PROPERTIES EXPORT_NAME ${name})
  target_sources(r1_${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${headers})
  target_compile_features(r1_${name} PUBLIC cxx_std_20)
  target_link_libraries(r1_${name} PUBLIC ${ARG_LINKS})
  r1_warnings(r1_${name})
endfunction()

# Warnings and sanitizers, the same for the library, the tests and the program.
# -Wrestrict: GCC 12 reports it wrongly for "literal" + std::string (GCC bug 105651).
function(r1_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<BOOL:${R1_WERROR}>:-Werror>)
  if(R1_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${R1_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${R1_SANITIZE})
  endif()
endfunction()
