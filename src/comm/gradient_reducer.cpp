// SPDX-License-Identifier: Apache-2.0
#include "comm/gradient_reducer.hpp"

#include <bit>
#include <utility>

#include "base/error.hpp"
#include "base/format.hpp"
#include "comm/background_reducer.hpp"
#include "comm/bucket_reducer.hpp"
#include "comm/communication_error.hpp"
#include "comm/nccl_reducer.hpp"
#include "comm/staged_reducer.hpp"

namespace ltr::comm {
namespace {

/// One rank: every bucket is its own sum.
class SingleRankReducer : public GradientReducer {
 public:
  void add(std::span<float> /*bucket*/, const device::Stream& filled_by) override {
    if (filled_by.on_host()) return;
    // What fills the buckets need not be the stream that uses them.
    filled_.record(filled_by);
    added_ = true;
  }
  void finish(const device::Stream& used_by) override {
    if (added_) used_by.wait(filled_);
    added_ = false;
  }
  void await(const device::Event& event) override {
    as_communication_error([&] { event.wait(); });
  }
  [[nodiscard]] double exposed_s() const override { return 0; }
  [[nodiscard]] bool can_be_captured() const override { return true; }

 private:
  device::Event filled_;
  bool added_ = false;  ///< since finish; a graph's capture may wait for nothing from outside it
};

}  // namespace

std::unique_ptr<GradientReducer> make_gradient_reducer(const Group& group, config::Reduction reduction,
                                                       const ReducerOptions& place) {
  if (place.transport == Transport::nccl && place.gpu < 0) {
    throw base::ConfigError(
        "NCCL is asked to exchange gradients that are on the host; it reaches memory of GPUs only; use "
        "parallel.exchange = \"mpi\" or parallel.device = \"cuda\"");
  }
  if (group.size() == 1) return std::make_unique<SingleRankReducer>();
  if (reduction == config::Reduction::fixed_order &&
      !std::has_single_bit(static_cast<unsigned>(group.size()))) {
    throw base::ConfigError(base::format(
        "{} ranks cannot sum in fixed order; the binary tree of the sum has a power of two of branches; "
        "use 2, 4, 8, ... ranks, or parallel.reduction = \"fastest\"",
        group.size()));
  }
  if (place.transport == Transport::nccl) return make_nccl_reducer(group, reduction, place);
  std::unique_ptr<BucketReducer> sum =
      reduction == config::Reduction::fastest ? make_mpi_all_reduce(group) : make_fixed_order_reducer(group);
  if (place.gpu >= 0) return make_staged_reducer(group, std::move(sum), {.gpu = place.gpu});
  return make_background_reducer(group, std::move(sum));
}

}  // namespace ltr::comm
