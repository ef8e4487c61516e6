// SPDX-License-Identifier: Apache-2.0
// Every MPI call goes through LTR_MPI, so that no failure passes unseen. For this room's sources only.
#pragma once

#include <source_location>
#include <string>

// The C API only: MPI's C++ classes are gone from the standard and would have to be linked.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

namespace ltr::comm {

/// Throws: CommunicationError with the call, MPI's message, the rank, the host and the place.
[[noreturn]] void mpi_failed(int code, const char* call, const std::source_location& place);

inline void check_mpi(int code, const char* call,
                      const std::source_location& place = std::source_location::current()) {
  if (code != MPI_SUCCESS) mpi_failed(code, call, place);
}

}  // namespace ltr::comm

#define LTR_MPI(call) ::ltr::comm::check_mpi((call), #call)
