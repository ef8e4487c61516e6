// SPDX-License-Identifier: Apache-2.0
#include "data/image_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/format.hpp"
#include "base/printable.hpp"
#include "image/decode.hpp"

namespace ltr::data {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, std::string_view reason) {
  throw base::DataError(
      base::format("cannot be read from '{}' ({})", base::printable(path.string()), reason));
}

/// A regular file open for reading.
class RegularFile {
 public:
  /// Without O_NONBLOCK, opening a FIFO would wait for somebody to write into it.
  explicit RegularFile(const std::filesystem::path& path)
      : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)) {
    if (descriptor_ < 0) refuse(path_, std::strerror(errno));
    struct stat status{};
    const bool known = fstat(descriptor_, &status) == 0;
    if (known && S_ISREG(status.st_mode)) {
      size_ = static_cast<std::size_t>(status.st_size);
      return;
    }
    close(descriptor_);
    refuse(path_, S_ISDIR(status.st_mode) ? "a folder" : "not a regular file");
  }
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;
  ~RegularFile() { close(descriptor_); }

  /// What is no image is told by its first bytes, before there is room for all of them.
  void read(std::vector<std::byte>& bytes) const {
    if (size_ > kMostBytes) {
      refuse(path_, base::format("it has {}, and only {} are accepted", base::byte_size(size_),
                                 base::byte_size(kMostBytes)));
    }
    bytes.clear();
    read_up_to(std::min(size_, kFirstBytes), bytes);
    static_cast<void>(image::recognise(bytes));
    read_up_to(size_, bytes);
  }

 private:
  /// More than an image of as many pixels as are accepted takes without any compression.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 30;
  static constexpr std::size_t kFirstBytes = 64;

  void read_up_to(std::size_t end, std::vector<std::byte>& bytes) const {
    std::size_t filled = bytes.size();
    bytes.resize(end);
    while (filled < end) {
      const ssize_t got = ::read(descriptor_, bytes.data() + filled, end - filled);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) refuse(path_, std::strerror(errno));
      if (got == 0) refuse(path_, base::format("it ends after {} of {} bytes", filled, size_));
      filled += static_cast<std::size_t>(got);
    }
  }

  const std::filesystem::path& path_;
  int descriptor_;
  std::size_t size_ = 0;
};

}  // namespace

void read_image_file(const std::filesystem::path& path, std::vector<std::byte>& bytes) {
  RegularFile(path).read(bytes);
}

}  // namespace ltr::data
