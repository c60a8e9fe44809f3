# install(): headers under include/r1kit, static libraries, and a package file that find_package(r1kit) reads.
#
# Two export sets: the LibTorch-free folders, and the rest, which a consumer asks for with COMPONENTS torch. So a
# program that wants a verifier or a tokenizer needs no LibTorch. tests/install/ is such a program.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(R1_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/r1kit")

function(r1_install export_set)
  foreach(target IN LISTS ARGN)
    get_target_property(header_sets ${target} INTERFACE_HEADER_SETS)
    set(headers "")
    if(header_sets)
      set(headers FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/r1kit")
    endif()
    install(TARGETS ${target} EXPORT ${export_set} ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" ${headers})
  endforeach()
  install(EXPORT ${export_set} NAMESPACE r1kit:: DESTINATION "${R1_CMAKE_DIR}")
endfunction()

r1_install(r1kitTargets r1_base r1_datasets r1_rewards)
install(FILES "${PROJECT_SOURCE_DIR}/cmake/FindExactMath.cmake" DESTINATION "${R1_CMAKE_DIR}")
if(R1_TORCH)
  r1_install(r1kitTorchTargets r1_kernels r1_policy r1_rollout r1_rl)
  install(FILES "${PROJECT_SOURCE_DIR}/cmake/FindTorchWheel.cmake" DESTINATION "${R1_CMAKE_DIR}")
  # The installed program finds LibTorch where the build found it; the wheel is too large to install a second time.
  set_target_properties(r1 PROPERTIES INSTALL_RPATH "${TorchWheel_LIB_DIR}")
endif()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/r1kitConfig.cmake.in" r1kitConfig.cmake
  INSTALL_DESTINATION "${R1_CMAKE_DIR}" NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(r1kitConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/r1kitConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/r1kitConfigVersion.cmake"
  DESTINATION "${R1_CMAKE_DIR}")
