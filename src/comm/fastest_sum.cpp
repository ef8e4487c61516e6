// SPDX-License-Identifier: Apache-2.0
#include <deque>

#include "comm/bucket_sum.hpp"
#include "comm/group_state.hpp"

namespace ltr::comm {
namespace {

/// MPI adds in whatever order it likes best.
class FastestSum : public BucketSum {
 public:
  explicit FastestSum(const Group& group) : communicator_(group.state()) {}

  void start(std::span<float> bucket) override {
    MPI_Request& request = in_flight_.emplace_back(MPI_REQUEST_NULL);
    LTR_MPI(MPI_Iallreduce(MPI_IN_PLACE, bucket.data(), static_cast<int>(bucket.size()), MPI_FLOAT, MPI_SUM,
                           communicator_.get(), &request));
  }

  std::size_t poll() override {
    std::size_t completed = 0;
    for (; !in_flight_.empty() && is_complete(in_flight_.front()); ++completed) in_flight_.pop_front();
    return completed;
  }

 private:
  DuplicateCommunicator communicator_;
  std::deque<MPI_Request> in_flight_;
};

}  // namespace

std::unique_ptr<BucketSum> make_fastest_sum(const Group& group) {
  return std::make_unique<FastestSum>(group);
}

}  // namespace ltr::comm
