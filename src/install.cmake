# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` does beside the programs, which src/ and bench/ install themselves.
include(GNUInstallDirs)
# torch, NCCL and MPI stay where they were found; everything else is looked for from the programs, so that the tree can be moved.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)

# Said once, before anything is copied.
install(CODE [[
  set(place "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
  set(there "${place}")
  while(NOT EXISTS "${there}")
    cmake_path(GET there PARENT_PATH there)
  endwhile()
  execute_process(COMMAND test -d "${there}" -a -w "${there}" RESULT_VARIABLE refused)
  if(refused)
    # The blank in front keeps the line in one piece.
    message(FATAL_ERROR " nothing is installed into ${place}: ${there} is no folder that this user may write to; name another by --prefix")
  endif()
]] ALL_COMPONENTS)
# The list is complete when CMake generates: ltr_install extends it.
install(CODE "
  foreach(program $<JOIN:$<TARGET_GENEX_EVAL:programs,$<TARGET_PROPERTY:programs,LTR_INSTALLED>>, >)
    if(NOT EXISTS \"\${program}\")
      message(FATAL_ERROR \" nothing is installed: there is no \${program} yet; first: cmake --build ${CMAKE_BINARY_DIR} --target programs\")
    endif()
  endforeach()
")
install(DIRECTORY configs DESTINATION "${CMAKE_INSTALL_DATADIR}/ltr_grid")
install(DIRECTORY jobs/slurm DESTINATION "${CMAKE_INSTALL_DATADIR}/ltr_grid/jobs" USE_SOURCE_PERMISSIONS)
install(FILES jobs/README.md DESTINATION "${CMAKE_INSTALL_DATADIR}/ltr_grid/jobs")
install(FILES README.md LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

# On request: `cmake --install BUILD --component torch` puts torch's libraries, and the wheels beside it that they load,
# into the tree, which then needs no other folder.
file(GLOB libraries RELATIVE "${LTR_TORCH_ROOT}/.." "${LTR_TORCH_ROOT}/lib/*.so*" "${LTR_TORCH_ROOT}/../nvidia/*/lib/*.so*")
list(FILTER libraries EXCLUDE REGEX "_python")
if(NOT LTR_WITH_CUDA)
  list(FILTER libraries EXCLUDE REGEX "torch/lib/.*(cuda|nvrtc|nvshmem)")
endif()
foreach(library ${libraries})
  cmake_path(GET library PARENT_PATH folder)
  install(FILES "${LTR_TORCH_ROOT}/../${library}" DESTINATION "${CMAKE_INSTALL_LIBDIR}/ltr_grid/${folder}"
    COMPONENT torch EXCLUDE_FROM_ALL)
endforeach()

# Installs `program` into `folder`; one with torch looks for it in the tree first.
function(ltr_install program folder)
  install(TARGETS ${program} DESTINATION "${folder}")
  add_dependencies(programs ${program})
  set_property(TARGET programs APPEND PROPERTY LTR_INSTALLED "\"$<TARGET_FILE:${program}>\"")
  get_target_property(libraries ${program} LINK_LIBRARIES)
  if(libraries MATCHES "ltr_(grid|train)")
    file(RELATIVE_PATH torch_in_the_tree "${CMAKE_INSTALL_PREFIX}/${folder}" "${CMAKE_INSTALL_FULL_LIBDIR}/ltr_grid/torch/lib")
    set(places "$ORIGIN/${torch_in_the_tree}")
    # Of libraries below the source tree, where setup.sh puts torch, CMake does not keep the place by itself.
    foreach(library "${LTR_TORCH_CPU}" "${LTR_CUDART}" "${LTR_NCCL}")
      cmake_path(GET library PARENT_PATH place)
      list(APPEND places ${place})
    endforeach()
    list(REMOVE_DUPLICATES places)
    set_property(TARGET ${program} APPEND PROPERTY INSTALL_RPATH ${places})
  endif()
endfunction()
