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

/// Kept by every member of a group, asked while it waits for the others. A member that has waited longer than
/// the stall timeout asks all others; those that wait too answer, and whoever does not is the one waited for.
/// Thread: the one that makes MPI calls at the time.
class StallWatch {
 public:
  /// Collective: all members of `communicator`.
  explicit StallWatch(MPI_Comm communicator);
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;
  ~StallWatch();

  /// Called between polls that found nothing, with what is waited for and since when: answers members that
  /// ask. Throws: LostRanks naming the ranks that have not come, once the timeout is over.
  void look(std::string_view awaited, const base::Stopwatch& since);

 private:
  void answer_questions();
  [[noreturn]] void name_missing(std::string_view awaited, const base::Stopwatch& since);
  [[nodiscard]] std::vector<bool> ask_all();

  MPI_Comm communicator_ = MPI_COMM_NULL;
  int rank_ = 0;
  int size_ = 1;
  std::vector<std::string> hosts_;  ///< by rank, with the rank in the world
  base::Stopwatch since_answering_;
};

/// Waits until `request` is complete. Throws: as StallWatch::look.
void await(const Group::State& state, MPI_Request& request, std::string_view awaited,
           Waiting waiting = Waiting::watched);

}  // namespace ltr::comm
