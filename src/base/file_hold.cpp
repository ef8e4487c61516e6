// SPDX-License-Identifier: Apache-2.0
#include "base/file_hold.hpp"

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <random>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/format.hpp"

namespace ltr::base {
namespace {

/// Over NFS only a file open for writing can be locked; a folder cannot be opened so.
Descriptor opened(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) file = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  return file;
}

}  // namespace

FileHold::FileHold(const std::filesystem::path& path) : FileHold(path, opened(path)) {}

FileHold::FileHold(const std::filesystem::path& path, Descriptor file) : path_(path), file_(std::move(file)) {
  try_again();
}

void FileHold::try_again() {
  if (!file_.valid()) return;
  if (::flock(file_.value(), LOCK_EX | LOCK_NB) == 0) {
    found_ = Holding::free;
  } else if (errno == EWOULDBLOCK) {
    found_ = Holding::held;
  }
}

bool FileHold::holds() const {
  struct stat opened{};
  struct stat there{};
  return found_ == Holding::free && ::fstat(file_.value(), &opened) == 0 &&
         ::stat(path_.c_str(), &there) == 0 && opened.st_ino == there.st_ino && opened.st_dev == there.st_dev;
}

const std::string& kernel_name() {
  static const std::string name = [] {
    std::string text;
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::getline(file, text);
    return (text.size() < 8 ? random_name() : text).substr(0, 8);
  }();
  return name;
}

std::string random_name() {
  std::random_device random;
  return format("{:08x}{:08x}", std::uint32_t{random()}, std::uint32_t{random()});
}

}  // namespace ltr::base
