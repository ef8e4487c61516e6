# SPDX-License-Identifier: Apache-2.0
# libtorch out of LTR_TORCH_ROOT as the target ltr_torch, or one line that says why not.
set(LTR_TORCH_OLDEST 2.10)
set(LTR_TORCH_NEWEST 2.15)
set(remedy "Run jobs/local/setup.sh")
if(LTR_WITH_CUDA)
  string(APPEND remedy " cuda")
endif()
if(NOT IS_DIRECTORY "${LTR_TORCH_ROOT}")
  ltr_refuse("There is no folder ${LTR_TORCH_ROOT}, where torch should be; training needs it. "
    "${remedy}, or set -DLTR_TORCH_ROOT=<folder of the torch Python package>.")
endif()

# A library that a tree knows from another torch would outlive a change of LTR_TORCH_ROOT.
if(NOT LTR_TORCH_ROOT STREQUAL LTR_TORCH_KNOWN)
  unset(LTR_TORCH_CPU CACHE)
  unset(LTR_TORCH_C10 CACHE)
  unset(LTR_TORCH_CUDA CACHE)
  unset(LTR_TORCH_C10_CUDA CACHE)
  set(LTR_TORCH_KNOWN "${LTR_TORCH_ROOT}" CACHE INTERNAL "The LTR_TORCH_ROOT that the libraries were found in")
endif()
find_library(LTR_TORCH_CPU torch_cpu PATHS "${LTR_TORCH_ROOT}/lib" NO_DEFAULT_PATH)
find_library(LTR_TORCH_C10 c10 PATHS "${LTR_TORCH_ROOT}/lib" NO_DEFAULT_PATH)
if(NOT LTR_TORCH_CPU OR NOT LTR_TORCH_C10)
  ltr_refuse("libtorch_cpu and libc10 are not in ${LTR_TORCH_ROOT}/lib; training needs them. "
    "${remedy}, or set -DLTR_TORCH_ROOT=<folder of the torch Python package>.")
endif()

# The macros stand in the first of these that exists: newer releases moved them.
set(version "")
foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
  if(NOT version AND EXISTS "${LTR_TORCH_ROOT}/include/${header}")
    file(STRINGS "${LTR_TORCH_ROOT}/include/${header}" lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) +[0-9]+")
    if(lines MATCHES "MAJOR +([0-9]+).*MINOR +([0-9]+)")
      set(version "${CMAKE_MATCH_1}.${CMAKE_MATCH_2}")
      if(lines MATCHES "PATCH +([0-9]+)")
        string(APPEND version ".${CMAKE_MATCH_1}")
      endif()
    endif()
  endif()
endforeach()
if(NOT version)
  ltr_refuse("No header in ${LTR_TORCH_ROOT}/include tells torch's version; the programs are compiled with torch's headers. "
    "${remedy}, or set -DLTR_TORCH_ROOT=<folder of the torch Python package, with include/ and lib/>.")
endif()
if(version VERSION_LESS LTR_TORCH_OLDEST)
  ltr_refuse("torch in ${LTR_TORCH_ROOT} is ${version}; the programs need ${LTR_TORCH_OLDEST} or newer, the oldest they are tried with. "
    "${remedy}, or set -DLTR_TORCH_ROOT=<folder of a newer torch Python package>.")
endif()
message(STATUS "Found torch ${version}")
string(REGEX MATCH "^[0-9]+\\.[0-9]+" release "${version}")
if(release VERSION_GREATER LTR_TORCH_NEWEST)
  message(WARNING " torch in ${LTR_TORCH_ROOT} is ${version}, and ${LTR_TORCH_NEWEST} is the newest that was tried; the build may fail. "
    "If it does, set -DLTR_TORCH_ROOT=<folder of torch ${LTR_TORCH_NEWEST}>.")
endif()

add_library(ltr_torch INTERFACE)
target_include_directories(ltr_torch SYSTEM INTERFACE
  "${LTR_TORCH_ROOT}/include" "${LTR_TORCH_ROOT}/include/torch/csrc/api/include")
target_link_libraries(ltr_torch INTERFACE "${LTR_TORCH_CPU}" "${LTR_TORCH_C10}")
if(LTR_WITH_CUDA)
  find_library(LTR_TORCH_CUDA torch_cuda PATHS "${LTR_TORCH_ROOT}/lib" NO_DEFAULT_PATH)
  find_library(LTR_TORCH_C10_CUDA c10_cuda PATHS "${LTR_TORCH_ROOT}/lib" NO_DEFAULT_PATH)
  if(NOT LTR_TORCH_CUDA OR NOT LTR_TORCH_C10_CUDA)
    ltr_refuse("LTR_WITH_CUDA is ON, but torch ${version} in ${LTR_TORCH_ROOT} is built for CPUs: lib/ holds no libtorch_cuda and libc10_cuda; "
      "GPUs are used by them. ${remedy}, or set -DLTR_TORCH_ROOT=<folder of a CUDA build of the torch Python package>, or -DLTR_WITH_CUDA=OFF.")
  endif()
  # Nothing of ours names their symbols: loading them is what makes GPUs known to torch.
  target_link_libraries(ltr_torch INTERFACE
    "-Wl,--push-state,--no-as-needed" "${LTR_TORCH_CUDA}" "${LTR_TORCH_C10_CUDA}" "-Wl,--pop-state")
endif()
