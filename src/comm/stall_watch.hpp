// SPDX-License-Identifier: Apache-2.0
// Finding out which rank the others wait for. For this room's sources only.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/stopwatch.hpp"
#include "comm/group_state.hpp"

namespace ltr::comm {

/// One waiting of a rank.
struct Wait {
  double seconds = 0;  ///< without the time for which the job was suspended as a whole
  base::Stopwatch since_look;
};

/// Kept by every member of a group, asked while it waits for the others. A member that has waited longer than
/// the stall timeout asks all others; those that wait too answer, and whoever does not is the one waited for.
/// Thread: the one that makes MPI calls at the time.
class StallWatch {
 public:
  /// `timeout` must outlive it. Collective: all members of `communicator`.
  StallWatch(MPI_Comm communicator, const StallTimeout& timeout);
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;
  ~StallWatch();

  /// Called between polls that found nothing, with what is waited for: answers members that ask. Once the
  /// timeout is over, leaves as it says, naming the ranks that have not come.
  void look(std::string_view awaited, Wait& wait);

 private:
  void answer_questions();
  [[noreturn]] void name_missing(std::string_view awaited, double waited_s);
  [[nodiscard]] std::vector<bool> ask_all();

  const StallTimeout& timeout_;
  MPI_Comm communicator_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
  std::vector<std::string> hosts_;  ///< by rank, with the rank in the world
};

/// Waits until `request` is complete. Throws: as StallWatch::look and `policy`.
void await(const Group::State& state, MPI_Request& request, std::string_view awaited,
           const WaitPolicy& policy = {});

}  // namespace ltr::comm
