// SPDX-License-Identifier: Apache-2.0
// Preloaded: a disk that fails under the loader. From the LTR_FAIL_AFTER-th on, reads of packs fail with EIO
// on every thread but the main one, which opened them.
#include <atomic>
#include <cerrno>
#include <cstdlib>

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

extern "C" ssize_t pread(int file, void* buffer, std::size_t size, off_t offset) {
  static std::atomic<long> reads{0};
  static const long fail_after = std::atol(std::getenv("LTR_FAIL_AFTER"));
  const bool of_loader = syscall(SYS_gettid) != getpid();
  if (of_loader && ++reads > fail_after) {
    errno = EIO;
    return -1;
  }
  using Pread = ssize_t (*)(int, void*, std::size_t, off_t);
  static const auto real = reinterpret_cast<Pread>(dlsym(RTLD_NEXT, "pread"));
  return real(file, buffer, size, offset);
}
extern "C" ssize_t pread64(int file, void* buffer, std::size_t size, off_t offset) {
  return pread(file, buffer, size, offset);
}
