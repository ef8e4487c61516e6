// SPDX-License-Identifier: Apache-2.0
#include "device/pinned_memory.hpp"

#include <utility>

namespace ltr::device {

void* PinnedResource::do_allocate(std::size_t bytes, std::size_t /*alignment*/) {
  const std::scoped_lock lock(mutex_);
  PinnedMemory memory;
  if (const auto kept = free_.find(bytes); kept != free_.end()) {
    memory = std::move(kept->second);
    free_.erase(kept);
  } else {
    memory = PinnedMemory(bytes, gpu_);
  }
  void* begin = memory.bytes().data();
  in_use_.emplace(begin, std::move(memory));
  return begin;
}

void PinnedResource::do_deallocate(void* memory, std::size_t bytes, std::size_t /*alignment*/) {
  const std::scoped_lock lock(mutex_);
  const auto place = in_use_.find(memory);
  free_.emplace(bytes, std::move(place->second));
  in_use_.erase(place);
}

}  // namespace ltr::device
