// SPDX-License-Identifier: Apache-2.0
// Pinned memory for containers whose contents a GPU copies.
#pragma once

#include <cstddef>
#include <map>
#include <memory_resource>
#include <mutex>

#include "device/stream.hpp"

namespace ltr::device {

/// Pins what it gives out where a GPU copies from it, and keeps what it gets back for the next who asks for
/// as much: pinning takes milliseconds. Thread: any.
class PinnedResource : public std::pmr::memory_resource {
 public:
  /// gpu: as PinnedMemory.
  explicit PinnedResource(int gpu) : gpu_(gpu) {}

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  int gpu_;
  std::mutex mutex_;
  std::map<void*, PinnedMemory> in_use_;
  std::multimap<std::size_t, PinnedMemory> free_;  ///< by size
};

}  // namespace ltr::device
