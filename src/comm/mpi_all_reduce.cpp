// SPDX-License-Identifier: Apache-2.0
#include <deque>

#include "comm/bucket_reducer.hpp"
#include "comm/group_state.hpp"

namespace ltr::comm {
namespace {

/// MPI adds in whatever order it likes best.
class MpiAllReduce : public BucketReducer {
 public:
  explicit MpiAllReduce(const Group& group) : communicator_(group.state()) {}

  void start(std::span<float> bucket) override {
    MPI_Request& request = in_flight_.emplace_back(bucket).request;
    LTR_MPI(MPI_Iallreduce(MPI_IN_PLACE, bucket.data(), static_cast<int>(bucket.size()), MPI_FLOAT, MPI_SUM,
                           communicator_.get(), &request));
  }

  std::size_t poll() override {
    std::size_t count = 0;
    for (; !in_flight_.empty() && is_complete(in_flight_.front().request); ++count) {
      completed(in_flight_.front().bucket);
      in_flight_.pop_front();
    }
    return count;
  }

 private:
  struct InFlight {
    explicit InFlight(std::span<float> of) : bucket(of) {}
    std::span<float> bucket;
    MPI_Request request = MPI_REQUEST_NULL;
  };

  DuplicateCommunicator communicator_;
  std::deque<InFlight> in_flight_;
};

}  // namespace

std::unique_ptr<BucketReducer> make_mpi_all_reduce(const Group& group) {
  return std::make_unique<MpiAllReduce>(group);
}

}  // namespace ltr::comm
