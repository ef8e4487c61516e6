// SPDX-License-Identifier: Apache-2.0
// Summing gradient buckets over ranks while the backward pass still runs.
#pragma once

#include <memory>
#include <span>

#include "comm/group.hpp"
#include "config/enums.hpp"

namespace ltr::comm {

/// Sums buckets over ranks. Buckets are given in the same order on every rank and summed in that order.
/// Thread: add and finish by one thread. The exchange makes its MPI calls on a thread of its own, which
/// polls, and within finish; between the first add and the return of finish nobody else may make MPI calls in
/// this process.
class Exchange {
 public:
  /// Completes the buckets on their way, without raising their errors. Collective; must go before the session
  /// does.
  virtual ~Exchange() = default;
  /// Starts summing `bucket`, in place; the memory must stay untouched until finish returns.
  /// Throws: ConfigError if it is longer than one MPI call can carry (about 10^9 values).
  virtual void add(std::span<float> bucket) = 0;
  /// Returns when every added bucket holds the sum over all ranks.
  /// Throws: SystemError if MPI failed.
  virtual void finish() = 0;
  /// Time the caller has spent inside finish since construction: exchange not hidden by computation.
  [[nodiscard]] virtual double exposed_s() const = 0;
};

/// fixed_order: all-to-all of slices, the owner of a slice adds the R partial sums as the upper levels of the
/// binary tree, all-gather; R a power of two. fastest: MPI_Iallreduce, any R. One rank: nothing to do.
/// Collective: all members of the group. Throws: ConfigError for fixed_order on a number of ranks that is no
/// power of two.
[[nodiscard]] std::unique_ptr<Exchange> make_exchange(const Group& group, config::Reduction reduction);

}  // namespace ltr::comm
