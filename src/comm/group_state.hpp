// SPDX-License-Identifier: Apache-2.0
// What a group is to MPI. For this room's sources only: no other room sees an MPI type.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "comm/group.hpp"
#include "comm/mpi_check.hpp"

namespace ltr::comm {

class StallWatch;

/// See Group::set_stall_timeout.
struct StallTimeout {
  double seconds = 0;
  std::function<void(const std::string&)> leave;
};

/// What a group's copies share.
struct Group::State {
  State();
  /// An owned communicator is freed with this. Collective: its members.
  enum class Ownership { borrowed, owned };
  State(MPI_Comm of_members, Ownership owned_by_state, std::shared_ptr<StallTimeout> shared_timeout);
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  MPI_Comm communicator = MPI_COMM_NULL;  ///< MPI_COMM_NULL for a process by itself
  int rank = 0;
  int size = 1;
  std::shared_ptr<StallTimeout>
      stall_timeout;                  ///< of all groups of the session; null for a process by itself
  std::unique_ptr<StallWatch> watch;  ///< null for a process by itself

 private:
  Ownership ownership_ = Ownership::borrowed;
};

/// The same ranks with a message space of their own.
/// Collective: constructor and destructor. Must go before the session does.
class DuplicateCommunicator {
 public:
  explicit DuplicateCommunicator(const Group::State& original);
  DuplicateCommunicator(const DuplicateCommunicator&) = delete;
  DuplicateCommunicator& operator=(const DuplicateCommunicator&) = delete;
  ~DuplicateCommunicator() { MPI_Comm_free(&communicator_); }

  [[nodiscard]] MPI_Comm get() const { return communicator_; }

 private:
  MPI_Comm communicator_ = MPI_COMM_NULL;
};

/// Whether the operation behind `request` has ended; drives all of MPI's progress, since Open MPI has no
/// thread for it.
[[nodiscard]] inline bool is_complete(MPI_Request& request) {
  int flag = 0;
  LTR_MPI(MPI_Test(&request, &flag, MPI_STATUS_IGNORE));
  return flag != 0;
}

}  // namespace ltr::comm
