# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` does beside the programs: those are in src/ and bench/.
include(GNUInstallDirs)
# torch, NCCL and MPI stay where they were found; everything else is looked for from the programs, so that the tree can be moved.
set(CMAKE_INSTALL_RPATH_USE_LINK_PATH ON)
# Of libraries below the source tree, where setup.sh puts torch, CMake does not keep the place by itself: for programs with torch.
foreach(library "${LTR_TORCH_CPU}" "${LTR_CUDART}" "${LTR_NCCL}")
  cmake_path(GET library PARENT_PATH folder)
  if(folder)
    list(APPEND LTR_TORCH_RPATH "${folder}")
  endif()
endforeach()
list(REMOVE_DUPLICATES LTR_TORCH_RPATH)

# Said once, before anything is copied.
install(CODE [[
  set(place "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
  set(there "${place}")
  while(NOT EXISTS "${there}")
    cmake_path(GET there PARENT_PATH there)
  endwhile()
  execute_process(COMMAND test -d "${there}" -a -w "${there}" RESULT_VARIABLE refused)
  if(refused)
    message(FATAL_ERROR "nothing is installed into ${place}: ${there} is no folder that this user may write to; name another by --prefix")
  endif()
]])
install(DIRECTORY configs DESTINATION "${CMAKE_INSTALL_DATADIR}/ltr_grid")
install(DIRECTORY jobs/slurm DESTINATION "${CMAKE_INSTALL_DATADIR}/ltr_grid/jobs" USE_SOURCE_PERMISSIONS)
install(FILES jobs/README.md DESTINATION "${CMAKE_INSTALL_DATADIR}/ltr_grid/jobs")
install(FILES README.md LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}")
