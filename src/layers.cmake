# SPDX-License-Identifier: Apache-2.0
# Checks that rooms include only rooms of lower layers and only the third parties they own, and that methods are
# named where they stand, and nowhere else.
# Included when configuring; as a script: cmake -DLTR_LAYERS_ROOT=<folder with src/> -P src/layers.cmake
cmake_minimum_required(VERSION 3.25)
if(NOT LTR_LAYERS_ROOT)
  set(LTR_LAYERS_ROOT "${CMAKE_SOURCE_DIR}")
endif()

# room:layer:third-party includes the room may make (regular expression on the include's name, "-" for none)
set(rooms
  "base:0:fmt/|spdlog/|openssl/|zlib.h|Random123/"
  "config:1:toml"
  "store:1:hdf5|H5"
  "device:1:cuda"
  "image:1:jpeglib.h|jerror.h|png.h|zlib.h|hwy/"
  "metric:1:-"
  "comm:2:mpi.h|nccl.h|cuda"
  "data:2:nlohmann/"
  "sampling:2:-"
  "record:2:-"
  "report:3:-"
  "render:4:-"
  "model:3:torch/|ATen/|c10/|nlohmann/|cuda"
  "train:4:torch/|ATen/|c10/|nlohmann/|cuda"
  "learning:5:torch/|ATen/|c10/"
  "grid:6:torch/|ATen/|c10/"
  "app:7:CLI/")
set(all_third_parties
  "^(fmt/|spdlog/|openssl/|zlib|Random123/|toml|hdf5|H5|cuda|jpeglib|jerror|png|hwy/|mpi|nccl|nlohmann/|torch/|ATen/|c10/|CLI/)")

foreach(entry ${rooms})
  string(REPLACE ":" ";" fields "${entry}")
  list(GET fields 0 room)
  list(GET fields 1 LAYER_${room})
  list(GET fields 2 THIRD_${room})
  list(APPEND names ${room})
endforeach()

# Where a method may be named: in its kind's table, as a default, and in the list of what computes it. Its own file need not.
set(method_lists config/methods.hpp config/configuration.hpp sampling/class_weights.cpp learning/losses.cpp
  learning/strategies.cpp)

set(violations "")
file(GLOB folders LIST_DIRECTORIES true RELATIVE "${LTR_LAYERS_ROOT}/src" "${LTR_LAYERS_ROOT}/src/*")
foreach(room ${folders})
  if(NOT IS_DIRECTORY "${LTR_LAYERS_ROOT}/src/${room}")
    continue()
  endif()
  if(NOT room IN_LIST names)
    string(APPEND violations "\n  src/${room}: a room that src/layers.cmake does not know; give it a layer")
    continue()
  endif()
  file(GLOB sources "${LTR_LAYERS_ROOT}/src/${room}/*.hpp" "${LTR_LAYERS_ROOT}/src/${room}/*.cpp"
    "${LTR_LAYERS_ROOT}/src/${room}/*.cu" "${LTR_LAYERS_ROOT}/src/${room}/*.cuh")
  foreach(source ${sources})
    file(STRINGS "${source}" includes REGEX "^[ \t]*#[ \t]*include")
    cmake_path(GET source FILENAME file)
    if(file MATCHES "\\.cuh?$" AND NOT "cuda" MATCHES "^(${THIRD_${room}})")
      string(APPEND violations "\n  src/${room}/${file}: kernels belong to the rooms that may include CUDA")
    endif()
    file(STRINGS "${source}" named REGEX "(SamplingKind|LossKind|LearningKind|BackboneKind)::[a-z]")
    if(named AND NOT "${room}/${file}" IN_LIST method_lists)
      list(GET named 0 line)
      string(STRIP "${line}" line)
      string(APPEND violations "\n  src/${room}/${file}: names a method (${line}); ask its row in config/methods.hpp")
    endif()
    foreach(line ${includes})
      if(line MATCHES "\"([a-z0-9_]+)/[^\"]*\"")
        set(other "${CMAKE_MATCH_1}")
        if(NOT other IN_LIST names)
          string(APPEND violations "\n  src/${room}/${file}: includes ${other}/, which is no room")
        elseif(NOT other STREQUAL room AND NOT LAYER_${other} LESS LAYER_${room})
          string(APPEND violations "\n  src/${room}/${file}: layer ${LAYER_${room}} includes ${other}/ of layer ${LAYER_${other}}")
        endif()
      elseif(line MATCHES "<([^>]+)>")
        set(header "${CMAKE_MATCH_1}")
        if(header MATCHES "${all_third_parties}" AND NOT header MATCHES "^(${THIRD_${room}})")
          string(APPEND violations "\n  src/${room}/${file}: <${header}> belongs to another room")
        endif()
      endif()
    endforeach()
  endforeach()
endforeach()

if(violations)
  message(FATAL_ERROR "A lower room must not know a higher one, nor any room a method by its name:${violations}")
endif()
message(STATUS "Layers hold")
