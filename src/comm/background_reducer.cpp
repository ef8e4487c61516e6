// SPDX-License-Identifier: Apache-2.0
#include "comm/background_reducer.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "base/check.hpp"
#include "base/error.hpp"
#include "base/format.hpp"
#include "base/stopwatch.hpp"
#include "comm/backoff.hpp"
#include "comm/stall_watch.hpp"

namespace ltr::comm {
namespace {

// MPI's counts and offsets are ints; half of their range leaves room for slices that are rounded up.
constexpr std::size_t kMaxBucket = std::numeric_limits<int>::max() / 2;

/// Buckets move on by a thread of their own while the caller computes, and by the caller once it waits:
/// waking a thread takes longer than summing a small bucket.
class BackgroundReducer : public GradientReducer {
 public:
  BackgroundReducer(const Group& group, std::unique_ptr<BucketReducer> sum)
      : group_(group), sum_(std::move(sum)), thread_([this] { run(); }) {}

  ~BackgroundReducer() override {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    work_.notify_one();
    // Buckets on their way are completed first: their memory is about to go, and the other ranks count on
    // them.
    thread_.join();
  }

  void add(std::span<float> bucket, const device::Stream& filled_by) override {
    LTR_EXPECT(filled_by.on_host());
    check_length(bucket);
    if (bucket.empty()) return;
    {
      const std::scoped_lock lock(mutex_);
      added_.push_back(bucket);
      ++unfinished_;
    }
    work_.notify_one();
  }

  void finish(const device::Stream& /*used_by*/) override {
    const base::Stopwatch stopwatch;
    caller_moves_ = true;
    try {
      const std::scoped_lock moving(moving_);
      Backoff backoff(kCallersYields);
      while (!finished()) move_on(backoff);
    } catch (...) {
      fail();
    }
    caller_moves_ = false;
    exposed_s_ += stopwatch.seconds();
    const std::scoped_lock lock(mutex_);
    if (error_) std::rethrow_exception(error_);
  }

  [[nodiscard]] double exposed_s() const override { return exposed_s_; }

 private:
  static constexpr int kCallersYields = 500;

  void run() {
    Backoff backoff;
    try {
      while (wait_for_work()) {
        const std::scoped_lock moving(moving_);
        if (!caller_moves_) move_on(backoff);
      }
    } catch (...) {
      fail();
    }
  }

  /// False: time to end.
  bool wait_for_work() {
    std::unique_lock lock(mutex_);
    work_.wait(lock, [this] { return stopping_ || error_ || (unfinished_ > 0 && !caller_moves_); });
    return !error_ && unfinished_ > 0;
  }

  [[nodiscard]] bool finished() {
    const std::scoped_lock lock(mutex_);
    return unfinished_ == 0 || error_;
  }

  void fail() {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::current_exception();
    work_.notify_one();
  }

  /// Called by whoever holds `moving_`.
  void move_on(Backoff& backoff) {
    starting_.clear();
    {
      const std::scoped_lock lock(mutex_);
      std::swap(starting_, added_);
    }
    for (const std::span<float> bucket : starting_) sum_->start(bucket);
    const std::size_t completed = sum_->poll();
    if (completed > 0) {
      const std::scoped_lock lock(mutex_);
      unfinished_ -= completed;
    }
    if (completed > 0 || !starting_.empty()) {
      backoff.reset();
      wait_ = {};
    } else {
      backoff.pause();
      group_.state().watch->look("its gradients", wait_);
    }
  }

  /// Whoever makes MPI calls holds it.
  std::mutex moving_;
  Group group_;
  std::unique_ptr<BucketReducer> sum_;
  std::vector<std::span<float>> starting_;
  Wait wait_;
  std::atomic<bool> caller_moves_ = false;

  // Shared, under the mutex.
  std::mutex mutex_;
  std::condition_variable work_;
  std::vector<std::span<float>> added_;
  std::size_t unfinished_ = 0;
  std::exception_ptr error_;
  bool stopping_ = false;

  double exposed_s_ = 0;
  // Last, so that everything it uses is there before it starts.
  std::thread thread_;
};

}  // namespace

void check_length(std::span<const float> bucket) {
  if (bucket.size() > kMaxBucket) {
    throw base::ConfigError(base::format(
        "a gradient bucket of {} values is longer than the {} one MPI call can carry; its sum would be "
        "wrong; split it",
        bucket.size(), kMaxBucket));
  }
}

std::unique_ptr<GradientReducer> make_background_reducer(const Group& group,
                                                         std::unique_ptr<BucketReducer> sum) {
  return std::make_unique<BackgroundReducer>(group, std::move(sum));
}

}  // namespace ltr::comm
