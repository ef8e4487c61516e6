// SPDX-License-Identifier: Apache-2.0
// A GPU's queues of work, or the host standing in: there, everything is done when a call returns.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <utility>

namespace ltr::device {

class Event;

/// A queue whose work runs in the order in which it was given. Copies refer to the same queue.
/// Thread: any, one at a time. A GPU's calls throw SystemError with CUDA's words if they fail.
class Stream {
 public:
  /// A GPU prefers the work of high priority where both could run.
  enum class Priority { normal, high };

  /// The host.
  [[nodiscard]] static Stream host();
  /// A queue of its own on GPU `index` (CUDA's count), which waits for no other; it goes with the last copy.
  /// The calling thread's current GPU stays what it was.
  /// Throws: ConfigError in a build without CUDA.
  [[nodiscard]] static Stream on_gpu(int index, Priority priority = Priority::normal);
  /// Somebody else's cudaStream_t, such as torch's current one, on the calling thread's current GPU; must
  /// outlive the copies. Throws: ConfigError in a build without CUDA.
  [[nodiscard]] static Stream borrowed(void* cuda_stream);

  [[nodiscard]] bool on_host() const { return gpu_ < 0; }
  /// CUDA's number of the GPU; -1 on the host.
  [[nodiscard]] int gpu() const { return gpu_; }
  /// The cudaStream_t; null on the host, and for CUDA's default stream.
  [[nodiscard]] void* handle() const { return handle_; }

  /// What is given to this stream from now on begins after what `event` has recorded.
  void wait(const Event& event) const;
  /// Copies between a GPU and pinned memory, within a GPU or within the host; both stay untouched until it is
  /// done. Units: bytes.
  void copy(void* to, const void* from, std::size_t bytes) const;

 private:
  Stream(void* handle, int gpu, std::shared_ptr<void> owned)
      : handle_(handle), gpu_(gpu), owned_(std::move(owned)) {}

  void* handle_ = nullptr;
  int gpu_ = -1;
  std::shared_ptr<void> owned_;  ///< empty: the host's, or borrowed
};

/// A place in a stream. Never recorded, or recorded on the host, it is done.
/// Thread: any may ask; not while another records.
class Event {
 public:
  Event() = default;
  Event(Event&&) = default;
  Event& operator=(Event&&) = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Stands for everything given to `stream` so far; those who waited already keep what it stood for then.
  void record(const Stream& stream);
  /// Whether all that is done. Throws: SystemError if work on the GPU has failed.
  [[nodiscard]] bool done() const;
  /// Returns when it is. Throws: as done.
  void wait() const;
  /// The cudaEvent_t; null if it was never recorded on a GPU.
  [[nodiscard]] void* handle() const { return handle_.get(); }

 private:
  std::shared_ptr<void> handle_;
  int gpu_ = -1;
};

/// Memory of the host that GPUs copy from and to without stopping for it; plain memory where none does.
/// Contents: undefined at first.
class PinnedMemory {
 public:
  PinnedMemory() = default;
  /// gpu: CUDA's number of the GPU that copies it; -1: none does.
  /// Throws: SystemError if there is none left; ConfigError for a GPU in a build without CUDA.
  /// Cost: milliseconds for a GPU; keep it.
  PinnedMemory(std::size_t bytes, int gpu);

  [[nodiscard]] std::span<std::byte> bytes() const { return {memory_.get(), size_}; }

 private:
  std::unique_ptr<std::byte[], std::function<void(std::byte*)>> memory_;
  std::size_t size_ = 0;
};

}  // namespace ltr::device
