// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/format.hpp"
#include "comm/backoff.hpp"
#include "comm/communication_error.hpp"
#include "comm/group_state.hpp"
#include "comm/nccl_check.hpp"
#include "comm/nccl_reducer.hpp"
#include "comm/ordered_add.hpp"
#include "comm/slices.hpp"
#include "comm/stall_watch.hpp"
#include "device/cuda_check.hpp"
#include "device/current_gpu.hpp"
#include "device/gpu_memory.hpp"
#include "device/stream.hpp"

namespace ltr::comm {
namespace {

/// Calls between these two are one operation for NCCL. Throws: as `calls`, once the group is closed.
template <class Calls>
void as_one(const Calls& calls) {
  LTR_NCCL(ncclGroupStart());
  try {
    calls();
  } catch (...) {
    ncclGroupEnd();
    throw;
  }
  LTR_NCCL(ncclGroupEnd());
}

/// The ranks of a group to NCCL. Collective: the constructor.
class Communicator {
 public:
  explicit Communicator(const Group& group) {
    ncclUniqueId id{};
    agree(group, [&] {
      if (group.rank() == 0) LTR_NCCL(ncclGetUniqueId(&id));
    });
    group.broadcast(std::as_writable_bytes(std::span(&id, 1)), 0);
    ncclConfig_t configuration = NCCL_CONFIG_INITIALIZER;
    try {
      agree(group, [&] {
        LTR_NCCL(ncclCommInitRankConfig(&communicator_, group.size(), id, group.rank(), &configuration));
      });
    } catch (...) {
      abort();
      throw;
    }
  }
  Communicator(const Communicator&) = delete;
  Communicator& operator=(const Communicator&) = delete;
  ~Communicator() {
    if (communicator_ != nullptr) ncclCommDestroy(communicator_);
  }

  [[nodiscard]] ncclComm_t get() const {
    if (communicator_ == nullptr) throw base::SystemError("NCCL has been ended after an error");
    return communicator_;
  }

  /// Throws: SystemError if NCCL has found out since that something is wrong.
  void look() const {
    ncclResult_t state = ncclSuccess;
    LTR_NCCL(ncclCommGetAsyncError(get(), &state));
    if (state != ncclInProgress) check_nccl(state, "a sum of gradients");
  }

  /// Ends what is on its way, which other ranks may never answer.
  void abort() {
    if (communicator_ != nullptr) ncclCommAbort(std::exchange(communicator_, nullptr));
  }

 private:
  ncclComm_t communicator_ = nullptr;
};

/// Everything is queued on a stream of its own, nothing waits for the host: a CUDA graph may capture it.
class NcclReducer : public GradientReducer {
 public:
  NcclReducer(const Group& group, config::Reduction reduction, const ReducerOptions& place)
      : group_(group),
        reduction_(reduction),
        gpu_(place.gpu),
        scope_of_construction_(std::make_unique<device::GpuScope>(gpu_)),
        stream_(device::Stream::on_gpu(gpu_, device::Stream::Priority::high)),
        communicator_(group) {
    // All have their memory before the first talks to the others, and what is on its way is ended before
    // the memory goes.
    device::GpuMemory values;
    agree(group, [&] { values = warm_up_memory(place.largest_bucket); });
    try {
      agree(group, [&] { warm_up(values); });
    } catch (...) {
      communicator_.abort();
      throw;
    }
    scope_of_construction_.reset();
  }

  ~NcclReducer() override {
    try {
      const device::GpuScope scope(gpu_);
      done_.record(stream_);
      wait_for(done_);
    } catch (const std::exception&) {
      // The ranks are no longer together.
      communicator_.abort();
    }
  }

  void add(std::span<float> bucket, const device::Stream& filled_by) override {
    if (bucket.empty()) return;
    losing([&] {
      const device::GpuScope scope(gpu_);
      filled_.record(filled_by);
      stream_.wait(filled_);
      sum(bucket);
    });
    added_ = true;
  }

  void finish(const device::Stream& used_by) override {
    // A graph's capture may wait for nothing from outside it.
    if (!std::exchange(added_, false)) return;
    losing([&] {
      done_.record(stream_);
      used_by.wait(done_);
    });
  }

  void await(const device::Event& event) override {
    losing([&] { wait_for(event); });
  }

  [[nodiscard]] double exposed_s() const override { return 0; }
  [[nodiscard]] bool can_be_captured() const override { return true; }

 private:
  [[nodiscard]] int ranks() const { return group_.size(); }

  /// After a failure the ranks are no longer at the same operation, so nothing on its way can end.
  template <class Work>
  void losing(const Work& work) {
    try {
      as_communication_error(work);
    } catch (...) {
      communicator_.abort();
      throw;
    }
  }

  void wait_for(const device::Event& event) {
    Wait wait;
    Backoff backoff;
    while (!event.done()) {
      communicator_.look();
      backoff.pause();
      group_.state().watch->look("its gradients", wait);
    }
  }

  void sum(std::span<float> bucket) {
    if (reduction_ == config::Reduction::fastest) {
      LTR_NCCL(ncclAllReduce(bucket.data(), bucket.data(), bucket.size(), ncclFloat32, ncclSum,
                             communicator_.get(), stream()));
      return;
    }
    const std::span<float> own = slice(bucket, group_.rank());
    const std::vector<float*> partials = partials_of(own);
    as_one([&] {
      for_each_other([&](int r) {
        send(slice(bucket, r), r);
        receive({partials[static_cast<std::size_t>(r)], own.size()}, r);
      });
    });
    if (!own.empty()) add_in_order(partials, own.data(), own.size(), stream_);
    gather(bucket, own);
  }

  /// Every rank's slice of the sum to all.
  void gather(std::span<float> bucket, std::span<float> own) {
    if (bucket.size() % static_cast<std::size_t>(ranks()) == 0) {
      LTR_NCCL(
          ncclAllGather(own.data(), bucket.data(), own.size(), ncclFloat32, communicator_.get(), stream()));
      return;
    }
    as_one([&] {
      for_each_other([&](int r) {
        send(own, r);
        receive(slice(bucket, r), r);
      });
    });
  }

  [[nodiscard]] std::span<float> slice(std::span<float> bucket, int rank) const {
    const Slice place = slice_of(bucket.size(), ranks(), rank);
    return bucket.subspan(place.begin, place.size);
  }

  /// Where each rank's part of the own slice is, this rank's in the bucket. Shape: [R][own.size()].
  std::vector<float*> partials_of(std::span<float> own) {
    float* const others = scratch(own.size() * static_cast<std::size_t>(ranks() - 1));
    std::vector<float*> partials;
    for (int r = 0; r < ranks(); ++r) {
      partials.push_back(r == group_.rank() ? own.data() : others + row_of(r, group_.rank()) * own.size());
    }
    return partials;
  }

  /// Shared by all buckets, which this stream sums one after another.
  float* scratch(std::size_t floats) {
    const std::size_t bytes = floats * sizeof(float);
    // What was there before stays: a captured graph goes on using it.
    if (scratch_.empty() || scratch_.back().size_bytes() < bytes) scratch_.emplace_back(bytes, gpu_);
    return static_cast<float*>(scratch_.back().get());
  }

  template <class Visit>
  void for_each_other(const Visit& visit) const {
    // Each rank in another order, so that not all send to the same one at first.
    for (int step = 1; step < ranks(); ++step) visit((group_.rank() + step) % ranks());
  }

  void send(std::span<const float> values, int to) {
    if (values.empty()) return;
    LTR_NCCL(ncclSend(values.data(), values.size(), ncclFloat32, to, communicator_.get(), stream()));
  }

  void receive(std::span<float> values, int from) {
    if (values.empty()) return;
    LTR_NCCL(ncclRecv(values.data(), values.size(), ncclFloat32, from, communicator_.get(), stream()));
  }

  /// For buckets of up to so many values, the longest one rounded up so that all ranks share it alike; with
  /// the scratch that summing it takes.
  device::GpuMemory warm_up_memory(std::size_t largest_bucket) {
    const auto count = static_cast<std::size_t>(ranks());
    const std::size_t longest = (std::max<std::size_t>(largest_bucket, 1) + count) / count * count;
    scratch(longest / count * (count - 1));
    return {longest * sizeof(float), gpu_};
  }

  /// NCCL connects two ranks, and chooses how to sum or gather so many values, when it is first asked to.
  void warm_up(const device::GpuMemory& memory) {
    LTR_CUDA(cudaMemsetAsync(memory.get(), 0, memory.size_bytes(), stream()));
    const std::span<float> values(static_cast<float*>(memory.get()), memory.size_bytes() / sizeof(float));
    // One that all share alike, and one that they do not.
    for (const std::size_t size : {values.size(), static_cast<std::size_t>(ranks()), values.size() - 1}) {
      sum(values.first(size));
    }
    done_.record(stream_);
    wait_for(done_);
  }

  [[nodiscard]] cudaStream_t stream() const { return static_cast<cudaStream_t>(stream_.handle()); }

  Group group_;
  config::Reduction reduction_;
  int gpu_;
  std::unique_ptr<device::GpuScope> scope_of_construction_;  ///< NCCL takes the current GPU
  device::Stream stream_;
  device::Event filled_;
  device::Event done_;
  bool added_ = false;
  /// The last is in use.
  std::vector<device::GpuMemory> scratch_;
  Communicator communicator_;
};

}  // namespace

std::unique_ptr<GradientReducer> make_nccl_reducer(const Group& group, config::Reduction reduction,
                                                   const ReducerOptions& place) {
  return std::make_unique<NcclReducer>(group, reduction, place);
}

std::string nccl_version() {
  int version = 0;
  if (ncclGetVersion(&version) != ncclSuccess) return "unknown";
  return base::format("{}.{}.{}", version / 10000, version % 10000 / 100, version % 100);
}

}  // namespace ltr::comm
