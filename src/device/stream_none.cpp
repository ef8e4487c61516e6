// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "base/error.hpp"
#include "device/gpus.hpp"
#include "device/stream.hpp"

namespace ltr::device {
namespace {

[[noreturn]] void no_gpu() {
  throw base::ConfigError("a GPU is asked for, but " + why_no_gpu() + "; use parallel.device = \"cpu\"");
}

}  // namespace

Stream Stream::on_gpu(int /*index*/, Priority /*priority*/) { no_gpu(); }

Stream Stream::borrowed(void* /*cuda_stream*/) { no_gpu(); }

void Stream::wait(const Event& /*event*/) const {}

void Stream::copy(void* to, const void* from, std::size_t bytes) const {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void Event::record(const Stream& /*stream*/) {}

bool Event::done() const { return true; }

void Event::wait() const {}

PinnedMemory::PinnedMemory(std::size_t bytes, int gpu) : size_(bytes) {
  if (gpu >= 0) no_gpu();
  memory_ = {new std::byte[bytes], [](std::byte* memory) { delete[] memory; }};
}

}  // namespace ltr::device
