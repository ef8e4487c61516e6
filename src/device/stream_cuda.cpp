// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "device/cuda_check.hpp"
#include "device/current_gpu.hpp"
#include "device/stream.hpp"

namespace ltr::device {
namespace {

cudaStream_t stream_of(const Stream& stream) { return static_cast<cudaStream_t>(stream.handle()); }

cudaEvent_t event_of(const Event& event) { return static_cast<cudaEvent_t>(event.handle()); }

}  // namespace

Stream Stream::on_gpu(int index, Priority priority) {
  const GpuScope scope(index);
  int lowest = 0;
  int highest = 0;
  LTR_CUDA(cudaDeviceGetStreamPriorityRange(&lowest, &highest));
  cudaStream_t stream = nullptr;
  LTR_CUDA(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking,
                                        priority == Priority::high ? highest : lowest));
  return {stream, index, std::shared_ptr<void>(stream, [](void* owned) {
            cudaStreamDestroy(static_cast<cudaStream_t>(owned));
          })};
}

Stream Stream::borrowed(void* cuda_stream) {
  int gpu = -1;
  LTR_CUDA(cudaGetDevice(&gpu));
  return {cuda_stream, gpu, nullptr};
}

void Stream::wait(const Event& event) const {
  if (event.handle() == nullptr) return;
  if (on_host()) {
    event.wait();
    return;
  }
  LTR_CUDA(cudaStreamWaitEvent(stream_of(*this), event_of(event), 0));
}

void Stream::copy(void* to, const void* from, std::size_t bytes) const {
  if (bytes == 0) return;
  if (on_host()) {
    std::memcpy(to, from, bytes);
    return;
  }
  LTR_CUDA(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream_of(*this)));
}

void Event::record(const Stream& stream) {
  if (stream.on_host()) {
    handle_.reset();
    return;
  }
  if (!handle_ || gpu_ != stream.gpu()) {
    const GpuScope scope(stream.gpu());
    cudaEvent_t event = nullptr;
    // Whoever waits leaves its core to the threads that decode.
    LTR_CUDA(cudaEventCreateWithFlags(&event, cudaEventDisableTiming | cudaEventBlockingSync));
    handle_.reset(event, [](cudaEvent_t owned) { cudaEventDestroy(owned); });
    gpu_ = stream.gpu();
  }
  LTR_CUDA(cudaEventRecord(event_of(*this), stream_of(stream)));
}

bool Event::done() const {
  if (!handle_) return true;
  const cudaError_t state = cudaEventQuery(event_of(*this));
  if (state == cudaErrorNotReady) {
    // It is no error, and must not be found by the next launch.
    static_cast<void>(cudaGetLastError());
    return false;
  }
  check_cuda(state, "cudaEventQuery(event_of(*this))");
  return true;
}

void Event::wait() const {
  if (handle_) LTR_CUDA(cudaEventSynchronize(event_of(*this)));
}

PinnedMemory::PinnedMemory(std::size_t bytes, int gpu) : size_(bytes) {
  if (gpu < 0) {
    memory_ = {new std::byte[bytes], [](std::byte* memory) { delete[] memory; }};
    return;
  }
  // Any thread may come, and CUDA would set up GPU 0 for one that has named none.
  const GpuScope scope(gpu);
  void* memory = nullptr;
  LTR_CUDA(cudaHostAlloc(&memory, bytes, cudaHostAllocPortable));
  memory_ = {static_cast<std::byte*>(memory), [gpu](std::byte* pinned) {
               const GpuScope its(gpu);
               cudaFreeHost(pinned);
             }};
}

}  // namespace ltr::device
