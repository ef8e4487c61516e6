// SPDX-License-Identifier: Apache-2.0
// Memory of a GPU that torch does not manage.
#pragma once

#include <cstddef>
#include <memory>

namespace ltr::device {

/// Contents: undefined at first. Goes when all work on its GPU is done.
class GpuMemory {
 public:
  GpuMemory() = default;
  /// Throws: SystemError if there is too little left; ConfigError in a build without CUDA. Not while the
  /// thread captures a graph.
  GpuMemory(std::size_t bytes, int gpu);

  [[nodiscard]] void* get() const { return memory_.get(); }
  [[nodiscard]] std::size_t size_bytes() const { return size_bytes_; }

 private:
  struct Free {
    void operator()(void* memory) const;
  };
  std::unique_ptr<void, Free> memory_;
  std::size_t size_bytes_ = 0;
};

}  // namespace ltr::device
