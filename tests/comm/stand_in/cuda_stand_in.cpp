// SPDX-License-Identifier: Apache-2.0
// Every stream is a thread with a queue, every event a promise that its stream keeps. Before some of its
// operations a stream sleeps for a random time, so that what does not wait for it comes too early; fresh
// memory holds NaN, so that this shows. The times depend on the rank and on LTR_STAND_IN_SEED. Other than
// with CUDA, copies of memory that is not pinned return at once, and the end of a stream waits for its work.
#include "comm/stand_in/cuda_stand_in.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr int kGpus = 8;
constexpr int kHighestPriority = -5;
constexpr int kOneOfSoManySleeps = 4;
constexpr int kLongestSleepUs = 300;
/// All of a float's bits set are a NaN.
constexpr int kFreshByte = 0xff;

thread_local int current_gpu = 0;

unsigned number_of(const char* variable) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? 0 : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

void sleep_us(int time_us) {
  if (time_us > 0) std::this_thread::sleep_for(std::chrono::microseconds(time_us));
}

using Mark = std::shared_future<void>;

}  // namespace

/// What CUDA leaves incomplete.
struct CUstream_st {
 public:
  CUstream_st(int of_gpu, unsigned number) : gpu(of_gpu), thread_([this, number] { run(number); }) {}
  CUstream_st(const CUstream_st&) = delete;
  CUstream_st& operator=(const CUstream_st&) = delete;
  ~CUstream_st() {
    {
      const std::scoped_lock lock(mutex_);
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }

  void put(std::function<void()> work) {
    {
      const std::scoped_lock lock(mutex_);
      queue_.push_back(std::move(work));
    }
    changed_.notify_one();
  }

  /// Is ready when everything put so far is done.
  [[nodiscard]] Mark mark() {
    const auto reached = std::make_shared<std::promise<void>>();
    put([reached] { reached->set_value(); });
    return reached->get_future().share();
  }

  const int gpu;

 private:
  void run(unsigned number) {
    std::seed_seq seed{number_of("LTR_STAND_IN_SEED"), number_of("OMPI_COMM_WORLD_RANK"), number};
    std::mt19937 random(seed);
    while (const std::function<void()> work = next()) {
      if (random() % kOneOfSoManySleeps == 0) sleep_us(static_cast<int>(random() % kLongestSleepUs));
      work();
    }
  }

  /// Empty: time to end.
  std::function<void()> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return {};
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    return work;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool ending_ = false;
  // Last, so that everything it uses is there before it starts.
  std::thread thread_;
};

struct CUevent_st {
  int gpu = 0;
  Mark mark;  ///< of no state until it is recorded
};

namespace {

/// What the process has of its GPUs.
class Gpus {
 public:
  CUstream_st* add_stream() {
    const std::scoped_lock lock(mutex_);
    return *streams_.insert(new CUstream_st(current_gpu, streams_made_++)).first;
  }

  void remove_stream(CUstream_st* stream) {
    {
      const std::scoped_lock lock(mutex_);
      streams_.erase(stream);
    }
    delete stream;
  }

  void* add_memory(std::size_t bytes) {
    void* const memory = fresh(bytes);
    const std::scoped_lock lock(mutex_);
    memory_.emplace(static_cast<std::byte*>(memory), bytes);
    return memory;
  }

  /// Of a GPU or pinned; waits for all work, as CUDA does.
  void remove_memory(void* memory) {
    drain();
    {
      const std::scoped_lock lock(mutex_);
      memory_.erase(static_cast<std::byte*>(memory));
    }
    std::free(memory);
  }

  [[nodiscard]] bool has(const void* address) {
    const std::scoped_lock lock(mutex_);
    const auto* const byte = static_cast<const std::byte*>(address);
    const auto after = memory_.upper_bound(const_cast<std::byte*>(byte));
    if (after == memory_.begin()) return false;
    const auto& [begin, bytes] = *std::prev(after);
    return byte < begin + bytes;
  }

  static void* fresh(std::size_t bytes) {
    void* const memory = std::malloc(bytes);
    std::memset(memory, kFreshByte, bytes);
    return memory;
  }

 private:
  void drain() {
    std::vector<Mark> marks;
    {
      const std::scoped_lock lock(mutex_);
      for (CUstream_st* stream : streams_) marks.push_back(stream->mark());
    }
    for (const Mark& mark : marks) mark.wait();
  }

  std::mutex mutex_;
  std::set<CUstream_st*> streams_;
  unsigned streams_made_ = 0;
  std::map<std::byte*, std::size_t> memory_;  ///< bytes by where they begin
};

Gpus& gpus() {
  static Gpus all;
  return all;
}

}  // namespace

namespace ltr::stand_in {

cudaError_t launch(cudaStream_t stream, std::function<void()> work) {
  if (stream->gpu != current_gpu) return cudaErrorInvalidResourceHandle;
  stream->put(std::move(work));
  return cudaSuccess;
}

Conditions& conditions() {
  static Conditions of_this_rank;
  return of_this_rank;
}

}  // namespace ltr::stand_in

using ltr::stand_in::conditions;

extern "C" {

cudaError_t cudaGetDeviceCount(int* count) {
  *count = kGpus;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* gpu) {
  *gpu = current_gpu;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int gpu) {
  if (gpu < 0 || gpu >= kGpus) return cudaErrorInvalidDevice;
  current_gpu = gpu;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int /*gpu*/) {
  *properties = {};
  constexpr std::string_view kName = "threads of the host";
  std::ranges::copy(kName, properties->name);
  return cudaSuccess;
}

cudaError_t cudaDeviceGetPCIBusId(char* text, int size, int gpu) {
  std::snprintf(text, static_cast<std::size_t>(size), "0000:%02d:00.0", gpu);
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

const char* cudaGetErrorName(cudaError_t error) {
  return error == cudaErrorMemoryAllocation ? "cudaErrorMemoryAllocation" : "an error of the stand-in";
}

const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaErrorMemoryAllocation ? "out of memory" : "the stand-in for CUDA failed";
}

cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaDeviceGetStreamPriorityRange(int* lowest, int* highest) {
  *lowest = 0;
  *highest = kHighestPriority;
  return cudaSuccess;
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned /*flags*/, int /*priority*/) {
  *stream = gpus().add_stream();
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  gpus().remove_stream(stream);
  return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned /*flags*/) {
  if (event->mark.valid()) stream->put([mark = event->mark] { mark.wait(); });
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned /*flags*/) {
  *event = new CUevent_st{current_gpu, {}};
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  if (event->gpu != stream->gpu) return cudaErrorInvalidResourceHandle;
  event->mark = stream->mark();
  return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  if (conditions().gpu_has_failed) return cudaErrorLaunchFailure;
  const bool done =
      !event->mark.valid() || event->mark.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  return done ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (conditions().gpu_has_failed) return cudaErrorLaunchFailure;
  if (event->mark.valid()) event->mark.wait();
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind /*kind*/,
                            cudaStream_t stream) {
  const int late_us = gpus().has(to) ? conditions().copy_to_gpu_us.load() : 0;
  stream->put([=] {
    sleep_us(late_us);
    std::memcpy(to, from, bytes);
  });
  return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* memory, int byte, std::size_t bytes, cudaStream_t stream) {
  stream->put([=] { std::memset(memory, byte, bytes); });
  return cudaSuccess;
}

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  if (conditions().gpu_memory_is_full) return cudaErrorMemoryAllocation;
  *memory = gpus().add_memory(bytes);
  return cudaSuccess;
}

cudaError_t cudaFree(void* memory) {
  gpus().remove_memory(memory);
  return cudaSuccess;
}

cudaError_t cudaHostAlloc(void** memory, std::size_t bytes, unsigned /*flags*/) {
  *memory = Gpus::fresh(bytes);
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory) {
  gpus().remove_memory(memory);
  return cudaSuccess;
}

}  // extern "C"
