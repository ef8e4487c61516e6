// SPDX-License-Identifier: Apache-2.0
// Preloaded: a machine whose disk or memory fails. What fails is told by the environment:
//   LTR_FAIL_PREAD=N      from the N-th on, reads of packs, on every thread but the main one, which opened
//   them LTR_FAIL_MEMORY=R:N   on rank R, the N-th request of 4 KiB or more for a tensor's memory
//   LTR_FAIL_WRITE=TEXT   writes to files whose names hold TEXT: no space left
//   LTR_FAIL_READ=TEXT    reads of files whose names hold TEXT: an error of the disk
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// The number in an environment variable, or -1.
long number_in(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::atol(text) : -1;
}

/// Of torch's allocator of tensors: the kernels it calls ask by themselves too, and do not look at the
/// answer.
bool is_torchs(const void* caller) {
  Dl_info info{};
  return dladdr(caller, &info) != 0 && std::strstr(info.dli_fname, "libc10") != nullptr;
}

/// As the launcher of Open MPI or of MPICH's kin says, or -1.
long own_rank() {
  const long rank = number_in("OMPI_COMM_WORLD_RANK");
  return rank >= 0 ? rank : number_in("PMI_RANK");
}

bool memory_fails() {
  static const char* order = std::getenv("LTR_FAIL_MEMORY");
  static const bool here = order != nullptr && std::atol(order) == own_rank();
  if (!here) return false;
  static std::atomic<long> left{std::atol(std::strchr(order, ':') + 1)};
  return --left == 0;
}

/// Whether the file's name holds the text in an environment variable.
bool is_named(int file, const char* variable) {
  const char* text = std::getenv(variable);
  if (text == nullptr) return false;
  std::array<char, 64> link{};
  std::array<char, 4096> name{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", file);
  return readlink(link.data(), name.data(), name.size() - 1) > 0 && std::strstr(name.data(), text) != nullptr;
}

}  // namespace

extern "C" ssize_t pread(int file, void* buffer, std::size_t size, off_t offset) {
  static std::atomic<long> reads{0};
  static const long fail_after = number_in("LTR_FAIL_PREAD");
  const bool of_loader = syscall(SYS_gettid) != getpid();
  if (fail_after >= 0 && of_loader && ++reads > fail_after) {
    errno = EIO;
    return -1;
  }
  static const auto call = real<ssize_t (*)(int, void*, std::size_t, off_t)>("pread");
  return call(file, buffer, size, offset);
}
extern "C" ssize_t pread64(int file, void* buffer, std::size_t size, off_t offset) {
  return pread(file, buffer, size, offset);
}

extern "C" int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  if (size >= 4096 && is_torchs(__builtin_return_address(0)) && memory_fails()) return ENOMEM;
  static const auto call = real<int (*)(void**, std::size_t, std::size_t)>("posix_memalign");
  return call(memory, alignment, size);
}

extern "C" ssize_t write(int file, const void* buffer, std::size_t size) {
  if (is_named(file, "LTR_FAIL_WRITE")) {
    errno = ENOSPC;
    return -1;
  }
  static const auto call = real<ssize_t (*)(int, const void*, std::size_t)>("write");
  return call(file, buffer, size);
}

extern "C" ssize_t read(int file, void* buffer, std::size_t size) {
  if (is_named(file, "LTR_FAIL_READ")) {
    errno = EIO;
    return -1;
  }
  static const auto call = real<ssize_t (*)(int, void*, std::size_t)>("read");
  return call(file, buffer, size);
}
