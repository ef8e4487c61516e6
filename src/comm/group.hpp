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

/// An MPI call or the exchange between GPUs failed: the ranks can no longer agree on anything, this error
/// included. Only ending the job is left.
class CommunicationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// How a rank looks upon those that it waits for.
struct WaitPolicy {
  /// Asked every few seconds: whether they have a reason to take longer than the stall timeout, which then
  /// begins anew. May throw. Empty: they have none.
  std::function<bool()> may_take_longer;
};
/// One rank copies packs while the rest wait.
[[nodiscard]] WaitPolicy as_long_as_it_takes();

/// A set of ranks. Copies refer to the same communicator, which goes with the last of them.
/// Collective: every member calls each operation, in the same order.
/// Throws: CommunicationError with the MPI call, its message, rank and host; or, where a rank has not come
/// for longer than the stall timeout, with that rank, its host, and what it is waited for.
class Group {
 public:
  /// This process by itself, rank 0 of 1; needs no session.
  [[nodiscard]] static Group alone();
  [[nodiscard]] int rank() const;
  [[nodiscard]] int size() const;
  /// How long a rank waits for the others before it asks who is missing (0: for ever), and what it does with
  /// the answer, such as ending the job; CommunicationError is thrown if `leave` is empty. For this group,
  /// those that it is cut out of, and those cut out of it; to be set before the first long work. Units:
  /// seconds.
  void set_stall_timeout(double timeout_s, std::function<void(const std::string&)> leave = {}) const;
  /// Members of equal `part`, in the order of their ranks here, as a group of their own.
  [[nodiscard]] Group split(int part) const;

  void barrier(const WaitPolicy& policy = {}) const;
  /// Every rank ends with root's bytes.
  void broadcast(std::span<std::byte> bytes, int root, const WaitPolicy& policy = {}) const;
  [[nodiscard]] std::string broadcast(std::string_view text, int root) const;
  /// Element-wise sum over ranks, in place on every rank; integers, so order does not matter.
  void sum(std::span<std::int64_t> values, const WaitPolicy& policy = {}) const;
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
void agree(const Group& group, const std::function<void()>& work, const WaitPolicy& policy = {});

}  // namespace ltr::comm
