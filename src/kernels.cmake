# SPDX-License-Identifier: Apache-2.0
# Compiles .cu files by commands of our own: CMake 3.25 knows no C++20 for nvcc, and its check of the compiler fails with an
# nvcc that pip installed.
set(LTR_CUDA_ARCHITECTURES "80;90;100" CACHE STRING
  "Compute capabilities to compile kernels for; newer GPUs translate those of 9.0 when the program starts")

# The compiler of the CUDA release that torch was built with: setup.sh puts it beside the wheel, elsewhere it is the toolkit's.
find_program(LTR_NVCC nvcc PATHS "${LTR_TORCH_ROOT}/../nvidia/cu13/bin" NO_DEFAULT_PATH)
if(NOT LTR_NVCC AND EXISTS "$ENV{CUDACXX}")
  set(LTR_NVCC "$ENV{CUDACXX}" CACHE FILEPATH "The CUDA compiler" FORCE)
endif()
find_program(LTR_NVCC nvcc HINTS "$ENV{CUDA_HOME}/bin" PATHS /usr/local/cuda/bin)
if(NOT LTR_NVCC)
  message(FATAL_ERROR "nvcc is neither in ${LTR_TORCH_ROOT}/../nvidia/cu13/bin nor in PATH; kernels need it. "
    "Run jobs/local/setup.sh cuda, set CUDACXX or CUDA_HOME, or set -DLTR_NVCC=<path of nvcc>.")
endif()

set(LTR_NVCC_FLAGS -std=c++20 -O3 -ccbin "${CMAKE_CXX_COMPILER}"
  # The host's twins of the kernels must give the same bits.
  -fmad=false -Xcompiler=-ffp-contract=off -Xcompiler=-fPIC -Xcompiler=-Wall,-Wextra -I "${CMAKE_SOURCE_DIR}/src")
if(LTR_WARNINGS_AS_ERRORS)
  list(APPEND LTR_NVCC_FLAGS -Werror all-warnings -Xcompiler=-Werror)
endif()
if(LTR_CUDART_INCLUDE)
  list(APPEND LTR_NVCC_FLAGS -isystem "${LTR_CUDART_INCLUDE}")
endif()
foreach(architecture ${LTR_CUDA_ARCHITECTURES})
  list(APPEND LTR_NVCC_FLAGS -gencode "arch=compute_${architecture},code=sm_${architecture}")
endforeach()
list(APPEND LTR_NVCC_FLAGS -gencode arch=compute_90,code=compute_90)

# Sets `object` to what `source`, a .cu file of the room `name`, is compiled to.
function(ltr_compile_kernel object name source)
  cmake_path(GET source STEM stem)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/kernels/${name}")
  file(MAKE_DIRECTORY "${folder}")
  set(output "${folder}/${stem}.cu.o")
  add_custom_command(OUTPUT "${output}"
    COMMAND ${LTR_CCACHE_COMMAND} "${LTR_NVCC}" ${LTR_NVCC_FLAGS} $<$<CONFIG:Debug>:-DLTR_CONTRACTS>
      -MD -MF "${output}.d" -c "${source}" -o "${output}"
    DEPENDS "${source}" DEPFILE "${output}.d" COMMAND_EXPAND_LISTS VERBATIM
    COMMENT "Compiling kernels ${name}/${stem}.cu")
  set(${object} "${output}" PARENT_SCOPE)
endfunction()
