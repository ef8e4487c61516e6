// SPDX-License-Identifier: Apache-2.0
// Ranks that work together, and the collectives the suite needs; alone it is rank 0 of 1 and nobody branches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace ltr::comm {

/// An MPI call failed: the ranks can no longer agree on anything, this error included. Only ending the job is
/// left.
class LostRanks : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A set of ranks. Copies refer to the same communicator.
/// Collective: every member calls each operation, in the same order.
/// Throws: LostRanks with the MPI call, its message, rank and host.
class Group {
 public:
  /// This process by itself, rank 0 of 1; needs no session.
  [[nodiscard]] static Group alone();
  [[nodiscard]] int rank() const;
  [[nodiscard]] int size() const;

  void barrier() const;
  /// Every rank ends with root's bytes.
  void broadcast(std::span<std::byte> bytes, int root) const;
  [[nodiscard]] std::string broadcast(std::string_view text, int root) const;
  /// Element-wise sum over ranks, in place on every rank; integers, so order does not matter.
  void sum(std::span<std::int64_t> values) const;
  /// Element-wise maximum over ranks, in place.
  void max(std::span<double> values) const;
  /// Every rank's text, in rank order, on every rank.
  [[nodiscard]] std::vector<std::string> all_gather(std::string_view text) const;
  /// Bytes of all ranks one after another in rank order on root; empty elsewhere.
  [[nodiscard]] std::vector<std::byte> gather(std::span<const std::byte> bytes, int root) const;

  struct State;
  explicit Group(std::shared_ptr<State> state);
  [[nodiscard]] const State& state() const { return *state_; }

 private:
  std::shared_ptr<State> state_;
};

/// Runs `work` on every rank; if any rank throws, every rank throws the error of the lowest such rank, of the
/// same class (ConfigError, DataError, SystemError, Stopped), naming rank and host. Collective: all members
/// of the group.
void agree(const Group& group, const std::function<void()>& work);

}  // namespace ltr::comm
