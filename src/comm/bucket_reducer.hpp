// SPDX-License-Identifier: Apache-2.0
// How buckets are summed over ranks, as operations that never wait. For this room's sources only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>

#include "comm/group.hpp"

namespace ltr::comm {

/// Thread: all calls by one thread.
class BucketReducer {
 public:
  virtual ~BucketReducer() = default;
  /// Begins to sum `bucket`, in place. Same order and lengths on every rank.
  virtual void start(std::span<float> bucket) = 0;
  /// Moves on every sum that can be; returns how many this call completed.
  virtual std::size_t poll() = 0;
  /// Who wants to know which: called with each bucket within the poll that completes it. Set before the first
  /// start.
  void tell(std::function<void(std::span<float>)> listener) { listener_ = std::move(listener); }

 protected:
  void completed(std::span<float> bucket) const {
    if (listener_) listener_(bucket);
  }

 private:
  std::function<void(std::span<float>)> listener_;
};

[[nodiscard]] std::unique_ptr<BucketReducer> make_fixed_order_reducer(const Group& group);
[[nodiscard]] std::unique_ptr<BucketReducer> make_mpi_all_reduce(const Group& group);

}  // namespace ltr::comm
