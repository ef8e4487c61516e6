// SPDX-License-Identifier: Apache-2.0
#include "train/host_memory.hpp"

#include <limits>

#include <malloc.h>
#include <sys/resource.h>

namespace ltr::train {

void keep_freed_memory() {
  // The largest threshold that glibc accepts; larger blocks are mapped and unmapped one by one.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace ltr::train
