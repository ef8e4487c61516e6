# SPDX-License-Identifier: Apache-2.0
# What programs and records say about this build; a new commit configures again.
set(LTR_GIT_HASH "" CACHE STRING
  "The commit that programs and records name; empty: git's word, or what `git archive` wrote into src/base/commit.txt")
set(LTR_COMMIT "${LTR_GIT_HASH}")
if(NOT LTR_COMMIT)
  # A source tree unpacked inside another repository is none of its commits.
  execute_process(COMMAND git rev-parse --show-prefix WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
    OUTPUT_VARIABLE below_the_top OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE no_repository ERROR_QUIET)
  if(no_repository EQUAL 0 AND below_the_top STREQUAL "")
    execute_process(COMMAND git describe --always --dirty --abbrev=40 --exclude=*
      WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE LTR_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
endif()
if(NOT LTR_COMMIT)
  file(STRINGS "${CMAKE_SOURCE_DIR}/src/base/commit.txt" LTR_COMMIT REGEX "^[0-9a-f]+$")
endif()
if(NOT LTR_COMMIT)
  set(LTR_COMMIT "unknown")
endif()
if(EXISTS "${CMAKE_SOURCE_DIR}/.git/logs/HEAD")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/.git/logs/HEAD")
endif()

string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
string(STRIP "${CMAKE_BUILD_TYPE} ${CMAKE_CXX_FLAGS_${type}} ${CMAKE_CXX_FLAGS}" LTR_BUILD)
file(RELATIVE_PATH LTR_SHARE_FROM_BIN "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_DATADIR}/ltr_grid")
configure_file(base/build_info.cpp.in "${CMAKE_CURRENT_BINARY_DIR}/generated/base/build_info.cpp" @ONLY)
target_sources(ltr_base PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/generated/base/build_info.cpp")
