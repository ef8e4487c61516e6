// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>
#include <vector>

#include "comm/bucket_sum.hpp"
#include "comm/group_state.hpp"
#include "comm/tree_sum.hpp"

namespace ltr::comm {
namespace {

/// Lengths and offsets of R parts that lie one behind another.
struct Parts {
  std::vector<int> counts;
  std::vector<int> offsets;

  explicit Parts(std::vector<int> lengths) : counts(std::move(lengths)), offsets(counts.size(), 0) {
    for (std::size_t r = 1; r < counts.size(); ++r) offsets[r] = offsets[r - 1] + counts[r - 1];
  }
};

/// A bucket cut into one slice a rank; lengths differ by at most one.
Parts slices_of(std::size_t size, int ranks) {
  std::vector<int> lengths;
  const auto count = static_cast<std::size_t>(ranks);
  for (std::size_t r = 0; r < count; ++r) {
    lengths.push_back(static_cast<int>(size / count + (r < size % count ? 1 : 0)));
  }
  return Parts(std::move(lengths));
}

/// What one bucket needs while it is in flight; kept for the next bucket of its length.
struct Slot {
  Slot(std::size_t bucket_size, int rank, int ranks)
      : size(bucket_size),
        slices(slices_of(bucket_size, ranks)),
        slice_size(static_cast<std::size_t>(slices.counts[static_cast<std::size_t>(rank)])),
        partials(std::vector<int>(static_cast<std::size_t>(ranks), static_cast<int>(slice_size))),
        scratch(slice_size * static_cast<std::size_t>(ranks)) {}

  std::size_t size;
  Parts slices;
  /// Length of the slice this rank owns.
  std::size_t slice_size;
  /// Where every rank's part of the own slice lies in `scratch`. Shape: scratch [R, slice_size].
  Parts partials;
  std::vector<float> scratch;
  std::span<float> bucket;
  MPI_Request request = MPI_REQUEST_NULL;
  bool in_use = false;
};

/// All-to-all of slices, the owner adds, all-gather: 2 (R-1)/R of the bucket on the wire of each rank, as a
/// ring's.
class FixedOrderSum : public BucketSum {
 public:
  explicit FixedOrderSum(const Group& group)
      : rank_(group.rank()),
        ranks_(group.size()),
        scatter_communicator_(group.state()),
        gather_communicator_(group.state()) {}

  void start(std::span<float> bucket) override {
    Slot& slot = free_slot(bucket.size());
    slot.bucket = bucket;
    LTR_MPI(MPI_Ialltoallv(bucket.data(), slot.slices.counts.data(), slot.slices.offsets.data(), MPI_FLOAT,
                           slot.scratch.data(), slot.partials.counts.data(), slot.partials.offsets.data(),
                           MPI_FLOAT, scatter_communicator_.get(), &slot.request));
    scattering_.push_back(&slot);
  }

  std::size_t poll() override {
    while (!scattering_.empty() && is_complete(scattering_.front()->request)) {
      Slot& slot = *scattering_.front();
      scattering_.pop_front();
      add_partials(slot);
      LTR_MPI(MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, slot.bucket.data(),
                              slot.slices.counts.data(), slot.slices.offsets.data(), MPI_FLOAT,
                              gather_communicator_.get(), &slot.request));
      gathering_.push_back(&slot);
    }
    std::size_t completed = 0;
    for (; !gathering_.empty() && is_complete(gathering_.front()->request); ++completed) {
      gathering_.front()->in_use = false;
      gathering_.pop_front();
    }
    return completed;
  }

 private:
  Slot& free_slot(std::size_t size) {
    auto found =
        std::ranges::find_if(slots_, [&](const Slot& slot) { return !slot.in_use && slot.size == size; });
    Slot& slot = found != slots_.end() ? *found : slots_.emplace_back(size, rank_, ranks_);
    slot.in_use = true;
    return slot;
  }

  /// The upper levels of the tree: the partial sums of ranks 0..R-1 added by halves, into the bucket's own
  /// slice.
  void add_partials(Slot& slot) const {
    const auto partial = [&](int r) {
      return std::span(slot.scratch).subspan(static_cast<std::size_t>(r) * slot.slice_size, slot.slice_size);
    };
    for (int width = 1; width < ranks_; width *= 2) {
      for (int r = 0; r < ranks_; r += 2 * width) add_pairwise(partial(r), partial(r + width), partial(r));
    }
    const auto own = static_cast<std::size_t>(slot.slices.offsets[static_cast<std::size_t>(rank_)]);
    std::ranges::copy(partial(0), slot.bucket.begin() + static_cast<std::ptrdiff_t>(own));
  }

  int rank_;
  int ranks_;
  // Non-blocking collectives must start in the same order everywhere, on each communicator. A bucket's
  // all-gather starts whenever its slices have arrived, earlier or later than another bucket's all-to-all: so
  // two.
  DuplicateCommunicator scatter_communicator_;
  DuplicateCommunicator gather_communicator_;
  // A deque, because slots in flight must not move.
  std::deque<Slot> slots_;
  std::deque<Slot*> scattering_;
  std::deque<Slot*> gathering_;
};

}  // namespace

std::unique_ptr<BucketSum> make_fixed_order_sum(const Group& group) {
  return std::make_unique<FixedOrderSum>(group);
}

}  // namespace ltr::comm
