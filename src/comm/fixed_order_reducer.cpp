// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <deque>
#include <vector>

#include "comm/bucket_reducer.hpp"
#include "comm/group_state.hpp"
#include "comm/slices.hpp"
#include "comm/tree_order.hpp"
#include "comm/tree_sum.hpp"

namespace ltr::comm {
namespace {

/// What one bucket needs while it is in flight; kept for the next, whose memory is then in the cache already.
struct Slot {
  enum class Phase { free, scattering, gathering };

  std::span<float> bucket;
  Slice own;
  /// The other ranks' parts of the own slice. Shape: at least [R - 1, own.size].
  std::vector<float> scratch;
  std::vector<MPI_Request> requests;
  int tag = 0;
  Phase phase = Phase::free;
};

/// Every rank sends each other rank that one's slice, the owner adds, and sends the sum to all: 2 (R-1)/R of
/// the bucket on the wire of each rank, as a ring's.
class FixedOrderReducer : public BucketReducer {
 public:
  explicit FixedOrderReducer(const Group& group)
      : rank_(group.rank()), ranks_(group.size()), communicator_(group.state()) {
    for (int step = 1; step < ranks_; ++step) others_.push_back((rank_ + step) % ranks_);
  }

  void start(std::span<float> bucket) override {
    waiting_.push_back(bucket);
    start_waiting();
  }

  std::size_t poll() override {
    std::size_t completed = 0;
    for (Slot& slot : slots_) completed += slot.phase != Slot::Phase::free && move_on(slot) ? 1 : 0;
    start_waiting();
    return completed;
  }

 private:
  // A bucket's messages differ from those of the buckets in flight beside it. Every MPI has so many tags.
  static constexpr int kPhases = 2;
  static constexpr int kTags = 32766;
  // Enough to keep the wire busy, few enough to be still in the cache when they are added.
  static constexpr std::size_t kMostInFlight = 2;

  void start_waiting() {
    for (Slot& slot : slots_) {
      if (waiting_.empty()) return;
      if (slot.phase != Slot::Phase::free) continue;
      take(slot, waiting_.front());
      waiting_.pop_front();
    }
  }

  void take(Slot& slot, std::span<float> bucket) {
    slot.bucket = bucket;
    slot.own = slice_of(bucket.size(), ranks_, rank_);
    const std::size_t needed = slot.own.size * static_cast<std::size_t>(ranks_ - 1);
    if (slot.scratch.size() < needed) slot.scratch.resize(needed);
    slot.tag = next_tag_;
    next_tag_ = (next_tag_ + kPhases) % kTags;
    slot.phase = Slot::Phase::scattering;
    for (const int r : others_) receive(slot, partial(slot, r), r, slot.tag);
    for (const int r : others_) send(slot, slice(slot, r), r, slot.tag);
  }

  [[nodiscard]] std::span<float> slice(const Slot& slot, int rank) const {
    const Slice place = slice_of(slot.bucket.size(), ranks_, rank);
    return slot.bucket.subspan(place.begin, place.size);
  }

  /// A rank's part of the own slice; this rank's stands in the bucket.
  [[nodiscard]] std::span<float> partial(Slot& slot, int rank) const {
    if (rank == rank_) return slice(slot, rank);
    return std::span(slot.scratch).subspan(row_of(rank, rank_) * slot.own.size, slot.own.size);
  }

  void send(Slot& slot, std::span<const float> values, int to, int tag) {
    LTR_MPI(MPI_Isend(values.data(), static_cast<int>(values.size()), MPI_FLOAT, to, tag, communicator_.get(),
                      &slot.requests.emplace_back(MPI_REQUEST_NULL)));
  }
  void receive(Slot& slot, std::span<float> values, int from, int tag) {
    LTR_MPI(MPI_Irecv(values.data(), static_cast<int>(values.size()), MPI_FLOAT, from, tag,
                      communicator_.get(), &slot.requests.emplace_back(MPI_REQUEST_NULL)));
  }

  /// True: the bucket is complete.
  bool move_on(Slot& slot) {
    int all = 0;
    LTR_MPI(
        MPI_Testall(static_cast<int>(slot.requests.size()), slot.requests.data(), &all, MPI_STATUSES_IGNORE));
    if (all == 0) return false;
    slot.requests.clear();
    if (slot.phase == Slot::Phase::gathering) {
      slot.phase = Slot::Phase::free;
      completed(slot.bucket);
      return true;
    }
    add_partials(slot);
    slot.phase = Slot::Phase::gathering;
    for (const int r : others_) receive(slot, slice(slot, r), r, slot.tag + 1);
    for (const int r : others_) send(slot, slice(slot, rank_), r, slot.tag + 1);
    return false;
  }

  /// The upper levels of the tree over the partial sums of ranks 0..R-1, the last two into the bucket's own
  /// slice.
  void add_partials(Slot& slot) const {
    for_each_pair(ranks_, [&](int left, int right) {
      const bool last = 2 * (right - left) == ranks_;
      add_pairwise(partial(slot, left), partial(slot, right),
                   last ? slice(slot, rank_) : partial(slot, left));
    });
  }

  int rank_;
  int ranks_;
  /// Each rank in another order, so that not all send to the same one at first.
  std::vector<int> others_;
  int next_tag_ = 0;
  DuplicateCommunicator communicator_;
  std::array<Slot, kMostInFlight> slots_;
  std::deque<std::span<float>> waiting_;
};

}  // namespace

std::unique_ptr<BucketReducer> make_fixed_order_reducer(const Group& group) {
  return std::make_unique<FixedOrderReducer>(group);
}

}  // namespace ltr::comm
