// SPDX-License-Identifier: Apache-2.0
#include "comm/staged_reducer.hpp"

#include <algorithm>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

#include "comm/background_reducer.hpp"
#include "comm/communication_error.hpp"
#include "device/current_gpu.hpp"
#include "device/stream.hpp"

namespace ltr::comm {
namespace {

/// One bucket of a step; kept for the same bucket of the next.
struct Slot {
  std::size_t number = 0;  ///< within the step
  std::span<float> bucket;
  std::span<float> staged;  ///< the bucket's values on the host, in `memory`
  device::PinnedMemory memory;
  device::Event fetched;  ///< `staged` holds what `bucket` was filled with
};

/// Begins with a bucket only when it has come to the host, and sends its sum back.
/// Thread: as BucketReducer, apart from announce, which any thread may call.
class StagedBucketReducer : public BucketReducer {
 public:
  StagedBucketReducer(std::unique_ptr<BucketReducer> sum, const Staging& staging, const device::Stream& up)
      : sum_(std::move(sum)), staging_(staging), up_(up) {
    sum_->tell([this](std::span<float> staged) { send_back(staged); });
  }

  /// Before the bucket is given to start.
  void announce(Slot& slot) {
    const std::scoped_lock lock(mutex_);
    announced_.push_back(&slot);
  }

  void start(std::span<float> /*staged*/) override {
    const std::scoped_lock lock(mutex_);
    // Buckets are started in the order in which they were announced.
    fetching_.push_back(announced_.front());
    announced_.pop_front();
  }

  std::size_t poll() override {
    return as_communication_error([&] {
      // Asked of a GPU that this thread has not chosen, CUDA would take memory on another one.
      if (!fetching_.empty() || !summing_.empty()) device::use_gpu(staging_.gpu);
      // All ranks start their sums in the same order, so a bucket that is late holds up those behind it.
      while (!fetching_.empty() && is_here(*fetching_.front())) {
        Slot* slot = fetching_.front();
        fetching_.pop_front();
        summing_.push_back(slot);
        sum_->start(slot->staged);
      }
      return sum_->poll();
    });
  }

 private:
  [[nodiscard]] bool is_here(const Slot& slot) const {
    return slot.fetched.done() && !(staging_.is_late && staging_.is_late(slot.number));
  }

  void send_back(std::span<float> staged) {
    const auto is_it = [&](const Slot* slot) { return slot->staged.data() == staged.data(); };
    const auto found = std::ranges::find_if(summing_, is_it);
    up_.copy((*found)->bucket.data(), staged.data(), staged.size_bytes());
    summing_.erase(found);
  }

  std::unique_ptr<BucketReducer> sum_;
  Staging staging_;
  device::Stream up_;
  std::deque<Slot*> fetching_;
  std::deque<Slot*> summing_;
  std::mutex mutex_;
  std::deque<Slot*> announced_;  ///< under the mutex
};

class StagedReducer : public GradientReducer {
 public:
  StagedReducer(const Group& group, std::unique_ptr<BucketReducer> sum, const Staging& staging)
      : gpu_(staging.gpu), down_(make_stream(gpu_)), up_(make_stream(gpu_)) {
    auto staged = std::make_unique<StagedBucketReducer>(std::move(sum), staging, up_);
    sum_ = staged.get();
    exchange_ = make_background_reducer(group, std::move(staged));
  }

  ~StagedReducer() override {
    exchange_.reset();
    try {
      // The memory must outlive all copies, those of buckets that were never summed included.
      const device::GpuScope scope(gpu_);
      sent_back_.record(up_);
      sent_back_.wait();
      filled_.record(down_);
      filled_.wait();
    } catch (const std::exception&) {
      // A GPU that failed copies no more.
    }
  }

  void add(std::span<float> bucket, const device::Stream& filled_by) override {
    check_length(bucket);
    if (bucket.empty()) return;
    Slot& slot = next_slot(bucket);
    as_communication_error([&] {
      const device::GpuScope scope(gpu_);
      filled_.record(filled_by);
      down_.wait(filled_);
      down_.copy(slot.staged.data(), bucket.data(), bucket.size_bytes());
      slot.fetched.record(down_);
    });
    sum_->announce(slot);
    exchange_->add(slot.staged, device::Stream::host());
  }

  void finish(const device::Stream& used_by) override {
    exchange_->finish(device::Stream::host());
    added_ = 0;
    as_communication_error([&] {
      const device::GpuScope scope(gpu_);
      sent_back_.record(up_);
      used_by.wait(sent_back_);
      // The next step's values come to where these sums are copied from.
      down_.wait(sent_back_);
    });
  }

  [[nodiscard]] double exposed_s() const override { return exchange_->exposed_s(); }

 private:
  /// Two, so that no sum on its way back stands behind a bucket that is not filled yet.
  static device::Stream make_stream(int gpu) {
    return gpu < 0 ? device::Stream::host() : device::Stream::on_gpu(gpu, device::Stream::Priority::high);
  }

  Slot& next_slot(std::span<float> bucket) {
    if (added_ == slots_.size()) slots_.emplace_back().number = added_;
    Slot& slot = slots_[added_++];
    if (slot.memory.bytes().size() < bucket.size_bytes()) {
      as_communication_error([&] {
        const device::GpuScope scope(gpu_);
        // The last step's sums may still be on their way from the old memory.
        sent_back_.wait();
        slot.memory = device::PinnedMemory(bucket.size_bytes(), gpu_);
      });
    }
    slot.bucket = bucket;
    slot.staged = {reinterpret_cast<float*>(slot.memory.bytes().data()), bucket.size()};
    return slot;
  }

  int gpu_;
  device::Stream down_;  ///< from the GPU to the host
  device::Stream up_;
  device::Event filled_;
  device::Event sent_back_;
  std::deque<Slot> slots_;  ///< their places stay while others are added
  std::size_t added_ = 0;   ///< since the last finish
  StagedBucketReducer* sum_ = nullptr;
  std::unique_ptr<GradientReducer> exchange_;
};

}  // namespace

std::unique_ptr<GradientReducer> make_staged_reducer(const Group& group, std::unique_ptr<BucketReducer> sum,
                                                     const Staging& staging) {
  return std::make_unique<StagedReducer>(group, std::move(sum), staging);
}

}  // namespace ltr::comm
